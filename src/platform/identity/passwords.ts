import { hash, verify } from "@node-rs/argon2";
import { identityErrors } from "./errors.ts";

/** Hashes and checks passwords, a bounded number at once. */
export interface Passwords {
  /** The password's Argon2id hash as a PHC string. Throws `identity.hashing_busy` (503, Retry-After) when too many wait. */
  hash(password: string): Promise<string>;
  /**
   * Whether the password is the one behind the hash. Without a hash, and for one that was made with less work than today's, it takes
   * as long as for any other, so that nobody learns from the time what account there is.
   */
  verify(password: string, hash: string | undefined): Promise<boolean>;
  /** Whether the hash was made with other parameters than today's. */
  isOutdated(hash: string): boolean;
}

/** The work of a hash: kibibytes of memory, and passes over them. */
export interface HashCost {
  memory_kib: number;
  passes: number;
}

interface PasswordsOptions {
  concurrency: number;
  queue: number;
  cost: HashCost;
}

export function createPasswords(options: PasswordsOptions): Passwords {
  const { cost } = options;
  const inTurn = queue(options.concurrency, options.queue);
  const parameters = parametersOf(cost);
  const nobodys = inTurn(() => hash("a password that nobody has", parameters));
  return {
    hash: (password) => inTurn(() => hash(password, parameters)),
    verify: async (password, stored) => {
      const against = stored ?? (await nobodys);
      return inTurn(async () => {
        const matches = await verify(against, password);
        const missing = cost.memory_kib * cost.passes - workOf(against);
        if (missing > 0) await hash(password, parametersOf({ memory_kib: Math.max(8, missing), passes: 1 }));
        return matches && stored !== undefined;
      });
    },
    isOutdated: (stored) => !stored.startsWith(`$argon2id$v=19$m=${cost.memory_kib},t=${cost.passes},p=1$`),
  };
}

/** The library's number for Argon2id (its names are a const enum, which types alone know). */
const argon2id = 2;

// RFC 9106; OWASP recommends 2 passes over 19 MiB in 1 lane for a server.
function parametersOf({ memory_kib, passes }: HashCost) {
  return { algorithm: argon2id, memoryCost: memory_kib, timeCost: passes, parallelism: 1 };
}

/** Memory times passes: what the time of a hash grows with. */
function workOf(phc: string): number {
  const [, memory, passes] = /\$m=(\d+),t=(\d+),/.exec(phc) ?? [];
  return Number(memory ?? 0) * Number(passes ?? 0);
}

/** Runs so many at once; so many more wait, in order, and the rest is told to come back. */
function queue(concurrency: number, longest: number) {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= concurrency) {
      if (waiting.length >= longest) throw identityErrors.hashing_busy({ retry_after: 1 });
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running++;
    }
    try {
      return await work();
    } finally {
      // The place goes straight to the next in line, so that no newcomer overtakes.
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
