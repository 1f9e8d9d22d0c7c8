import { hash, verify } from "@node-rs/argon2";
import { identityErrors } from "./errors.ts";

/** Hashes and checks passwords, a bounded number at once. */
export interface Passwords {
  /** The password's Argon2id hash as a PHC string. Throws `identity.hashing_busy` (503, Retry-After) when too many wait. */
  hash(password: string): Promise<string>;
  /**
   * Whether the password is the one behind the hash. Without a hash it takes as long and answers false, so that nobody learns
   * from the time whether an account exists.
   */
  verify(password: string, hash: string | undefined): Promise<boolean>;
}

// RFC 9106 with the parameters that OWASP recommends for a server: 2 passes over 19 MiB, 1 lane.
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export function createPasswords(limits: { concurrency: number; queue: number }): Passwords {
  let running = 0;
  const waiting: (() => void)[] = [];
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= limits.concurrency) {
      if (waiting.length >= limits.queue) throw identityErrors.hashing_busy({ retry_after: 1 });
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
  const nobodys = inTurn(() => hash("a password that nobody has", parameters));
  return {
    hash: (password) => inTurn(() => hash(password, parameters)),
    verify: async (password, stored) => {
      const against = stored ?? (await nobodys);
      const matches = await inTurn(() => verify(against, password));
      return matches && stored !== undefined;
    },
  };
}
