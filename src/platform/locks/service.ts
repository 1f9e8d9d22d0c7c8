import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import type { Logger } from "../../core/logger.ts";
import type { Metrics } from "../../core/metrics.ts";
import type { RedisClient } from "../../core/redis.ts";
import type { Tx } from "../../core/tables.ts";
import { lockErrors } from "./errors.ts";
import { keepLease } from "./lease.ts";
import { createLockFront, type LockFront } from "./redis.ts";
import { type Held, holdsLock, pruneLocks, releaseLock, takeLock } from "./store.ts";

/** A lock of the platform by its name, or one of a workspace: two workspaces' locks of one name are two. */
export type LockName = string | { workspace_id: string; name: string };

export interface LockOptions {
  /**
   * The lock is free for others so long after its holder was heard of last. It is renewed while the work runs, so this is how long a dead
   * holder blocks the others, not how long the work may take.
   */
  ttl_seconds: number;
  /** Waits so long for whoever has it. Default 0. */
  wait_ms?: number;
  /** Ends the waiting. The work is not told, but given up: the lock is renewed no more, and free for others after `ttl_seconds` unless the work ends before. */
  signal?: AbortSignal;
}

/** A lock, as the work under it holds it. */
export interface Lock {
  /** The fencing token: greater than every one that this lock had before. */
  token: number;
  /** Aborted as soon as it is known, or to be feared, that somebody else has the lock. */
  signal: AbortSignal;
  /**
   * For every transaction that writes under the lock. Throws `locks.fenced` when another has taken over; otherwise nobody takes over
   * before the transaction has ended. This is what protects: a holder that was paused does not know that its time was up.
   */
  check(tx: Tx): Promise<void>;
}

/** What the work returned, or that somebody else has the lock, and for how long at least if nobody hears of the holder again. */
export type Locked<R> = { busy: false; result: R } | { busy: true; retry_after_ms: number };

/** The door. */
export interface Locks {
  /** Runs the work while holding the lock, and gives it back. What the work throws is thrown. */
  withLock<R>(name: LockName, options: LockOptions, work: (lock: Lock) => Promise<R>): Promise<Locked<R>>;
  /** Forgets locks that nobody has had for a week. */
  maintain(): Promise<void>;
}

interface LocksOptions {
  db: Pick<Database, "systemStatement">;
  redis?: RedisClient | undefined;
  logger: Pick<Logger, "warn">;
  metrics: Metrics;
}

/** Milliseconds between two tries of one that waits: at first, and at most. */
const firstPause = 20;
const longestPause = 250;
const keptDays = 7;

export function createLocks({ db, redis, logger, metrics }: LocksOptions): Locks {
  const front = redis === undefined ? undefined : withoutFail(createLockFront(redis));
  const asked = metrics.counter("plinth_locks_asked_total", "Locks that were asked for, by outcome", ["outcome"]);
  const lost = metrics.counter("plinth_locks_lost_total", "Locks that were lost while the work under them ran", []);
  const refused = metrics.counter("plinth_locks_fenced_total", "Transactions refused: another had the lock", []);

  /** One try: the lock, or the milliseconds after which another makes sense. */
  const take = async (name: string, ttl_ms: number): Promise<Held | number> => {
    const holder = newId();
    const taken_for = await front?.enter(name, holder, ttl_ms);
    if (taken_for !== undefined) return taken_for;
    try {
      const answer = await db.systemStatement("take lock", (tx) => takeLock(tx, { name, holder, ttl_ms }));
      if ("token" in answer) return { name, holder, token: answer.token };
      await front?.leave(name, holder);
      return answer.held_ms;
    } catch (error) {
      await front?.leave(name, holder);
      throw error;
    }
  };

  const takeWithin = async (name: string, ttl_ms: number, { wait_ms = 0, signal }: LockOptions) => {
    const end = performance.now() + wait_ms;
    for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
      const answer = await take(name, ttl_ms);
      const left = end - performance.now();
      if (typeof answer !== "number" || left <= 0) return answer;
      // Spread, so that those who wait together do not ask together; not beyond the end of what is held.
      await sleep(Math.min(left, answer + 1, pause * (0.5 + Math.random())), undefined, signal && { signal });
    }
  };

  const check = async (tx: Tx, { name, token }: Held) => {
    if (await holdsLock(tx, name, token)) return;
    refused({});
    logger.warn({ lock: name, fence: token }, "fenced: a holder that lost its lock was refused");
    throw lockErrors.fenced({ detail: `The lock ${name} was taken over` });
  };

  const release = async (held: Held) => {
    await db
      .systemStatement("release lock", (tx) => releaseLock(tx, held))
      .catch((error) =>
        logger.warn({ err: error, lock: held.name }, "could not release a lock; its time will run out"),
      );
    await front?.leave(held.name, held.holder);
  };

  return {
    withLock: async (name, options, work) => {
      const ttl_ms = Math.ceil(options.ttl_seconds * 1_000);
      if (!(ttl_ms > 0)) throw new RangeError("A lock's ttl_seconds is more than 0");
      const held = await takeWithin(nameOf(name), ttl_ms, options);
      asked({ outcome: typeof held === "number" ? "busy" : "taken" });
      if (typeof held === "number") return { busy: true, retry_after_ms: Math.ceil(held) };
      const onLost = () => {
        lost({});
        logger.warn({ lock: held.name, fence: held.token }, "a lock was lost while the work under it ran");
      };
      const lease = keepLease({ db, front, logger, held, ttl_ms, given_up: options.signal, onLost });
      try {
        const result = await work({ token: held.token, signal: lease.signal, check: (tx) => check(tx, held) });
        return { busy: false, result };
      } finally {
        lease.stop();
        await release(held);
      }
    },
    maintain: () => db.systemStatement("prune locks", (tx) => pruneLocks(tx, keptDays)),
  };
}

function nameOf(name: LockName): string {
  if (typeof name !== "string") return `workspace:${name.workspace_id}:${name.name}`;
  if (name.startsWith("workspace:")) throw new TypeError("A workspace's lock is named by { workspace_id, name }");
  return name;
}

/** Redis as a help that may be missing: without it the way is free, and PostgreSQL is asked. */
function withoutFail(front: LockFront): LockFront {
  const nothing = () => undefined;
  return {
    enter: (...args) => front.enter(...args).catch(nothing),
    stay: (...args) => front.stay(...args).catch(nothing),
    leave: (...args) => front.leave(...args).catch(nothing),
  };
}
