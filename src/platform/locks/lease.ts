import type { Database } from "../../core/database.ts";
import type { Logger } from "../../core/logger.ts";
import { lockErrors } from "./errors.ts";
import type { LockFront } from "./redis.ts";
import { type Held, renewLock } from "./store.ts";

/** A lock that is kept until it is stopped or lost. */
export interface Lease {
  /** Aborted with `locks.fenced` when the lock was taken over, or could not be renewed for its whole time. */
  signal: AbortSignal;
  stop(): void;
}

interface LeaseOptions {
  db: Pick<Database, "systemStatement">;
  front: LockFront | undefined;
  logger: Pick<Logger, "warn">;
  held: Held;
  ttl_ms: number;
  /** Whoever holds the lock was given up once it is aborted. */
  given_up: AbortSignal | undefined;
  onLost: () => void;
}

/**
 * Renews a lock three times in its length. The timer here only tells the work early that it should stop; whether the lock was lost is
 * for PostgreSQL's clock to say, in `check`. Work that was given up keeps it for the rest of its length, and no longer: it may hang for ever.
 */
export function keepLease({ db, front, logger, held, ttl_ms, given_up, onLost }: LeaseOptions): Lease {
  const controller = new AbortController();
  let isOver = false;

  const stop = () => {
    isOver = true;
    clearInterval(heartbeat);
    clearTimeout(end);
  };
  const lose = () => {
    if (isOver) return;
    stop();
    onLost();
    controller.abort(lockErrors.fenced({ detail: `The lock ${held.name} was lost` }));
  };
  const expectLoss = (after_ms: number) => setTimeout(lose, Math.max(0, after_ms));
  const renew = async () => {
    const began = performance.now();
    const isOurs = await db.systemStatement("renew lock", (tx) => renewLock(tx, held, ttl_ms));
    if (isOver) return;
    if (!isOurs) return lose();
    clearTimeout(end);
    end = expectLoss(began + ttl_ms - performance.now());
    await front?.stay(held.name, held.holder, ttl_ms);
  };

  let end = expectLoss(ttl_ms);
  const heartbeat = setInterval(() => {
    if (given_up?.aborted) return;
    renew().catch((error) => logger.warn({ err: error, lock: held.name }, "could not renew a lock; trying again"));
  }, ttl_ms / 3);
  return { signal: controller.signal, stop };
}
