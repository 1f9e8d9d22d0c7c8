import { setTimeout as sleep } from "node:timers/promises";
import { systemCtx } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import type { Listener } from "../../core/listener.ts";
import type { Logger } from "../../core/logger.ts";
import { latencyBuckets, type Metrics } from "../../core/metrics.ts";
import { within } from "../../core/shutdown.ts";
import { backoffSeconds, failureMessage } from "./rules.ts";
import type { EventsInternals, Subscriber } from "./service.ts";
import { type ClaimedRow, claimRows, completeRows, extendLeases, failRow, releaseRows } from "./store.ts";

/** Delivers the outbox to its subscribers. Any number of workers share the work. */
export interface Worker {
  start(): void;
  /**
   * Takes nothing new, gives running handlers the grace, aborts those that are not done by then, and hands their rows and the
   * ones not begun back to the other workers without counting the attempt.
   */
  stop(grace_ms: number): Promise<void>;
}

interface WorkerOptions {
  db: Pick<Database, "inWorkspace" | "systemStatement">;
  events: EventsInternals;
  listener: Pick<Listener, "on">;
  logger: Logger;
  metrics: Metrics;
  /** Handlers at once. */
  concurrency: number;
  /** A worker's rows are taken for abandoned when it has not been heard of for so long. Default 30. */
  lease_seconds?: number;
  /** Looks for due rows at least so often, notified or not. Default 1,000. */
  poll_ms?: number;
}

export function createWorker(options: WorkerOptions): Worker {
  const { db, events, logger, concurrency } = options;
  const lease_seconds = options.lease_seconds ?? 30;
  const poll_ms = options.poll_ms ?? 1_000;
  const token = newId();
  const handled = options.metrics.counter("plinth_events_handled_total", "Events handled, by outcome", [
    "subscriber",
    "outcome",
  ]);
  const duration = options.metrics.histogram(
    "plinth_events_handler_duration_seconds",
    "Time of a handler",
    ["subscriber"],
    latencyBuckets,
  );
  const ending = new AbortController();
  const queue: ClaimedRow[] = [];
  const held = new Map<number, ClaimedRow>();
  const running = new Set<Promise<void>>();
  let finished: ClaimedRow[] = [];
  let flushing: Promise<void> | undefined;
  let stopping = false;
  let woken = false;
  let wakeUp = () => {};
  let loop: Promise<void> | undefined;
  let heartbeat: NodeJS.Timeout | undefined;

  const wake = () => {
    woken = true;
    wakeUp();
  };

  const claim = async (): Promise<number> => {
    const limit = concurrency * 10 - queue.length;
    const subscribers = [...events.subscribers().keys()];
    const rows = await db.systemStatement("outbox claim", (tx) =>
      claimRows(tx, { subscribers, token, lease_seconds, limit }),
    );
    for (const row of rows) held.set(row.id, row);
    queue.push(...rows);
    return limit - rows.length;
  };

  /** Completions are collected while one batch is on its way, so their number of round trips does not grow with the events. */
  const complete = (row: ClaimedRow): Promise<void> => {
    finished.push(row);
    flushing ??= (async () => {
      while (finished.length > 0) {
        const batch = finished;
        finished = [];
        const done = await db.systemStatement("outbox complete", (tx) => completeRows(tx, batch));
        if (done < batch.length)
          logger.warn({ lost: batch.length - done }, "completions refused: another worker took the rows over");
      }
    })().finally(() => {
      flushing = undefined;
    });
    return flushing;
  };

  const deliver = async (row: ClaimedRow, subscriber: Subscriber, signal: AbortSignal): Promise<void> => {
    const ctx = systemCtx(row.workspace_id, subscriber.name, row.request_id);
    const delivery = { event_id: row.event_id, attempt: row.attempt, signal };
    const { handle, handleInTransaction } = subscriber;
    if (handle !== undefined) {
      await abortable(handle(ctx, row.payload, delivery), signal);
      return complete(row);
    }
    await db.inWorkspace(ctx, async (tx) => {
      await abortable(handleInTransaction?.(tx, ctx, row.payload, delivery) ?? Promise.resolve(), signal);
      if ((await completeRows(tx, [row])) === 0) throw new Error("The lease was lost: another worker has the row");
    });
  };

  const fail = async (row: ClaimedRow, subscriber: Subscriber, error: unknown): Promise<void> => {
    const isDead = row.attempt >= row.max_attempts;
    const backoff = subscriber.backoff ?? ((attempt: number) => backoffSeconds(attempt, Math.random()));
    const failure = { message: failureMessage(error), retry_in_seconds: isDead ? null : backoff(row.attempt) };
    handled({ subscriber: row.subscriber, outcome: isDead ? "dead" : "failed" });
    const line = {
      err: error,
      subscriber: row.subscriber,
      event_id: row.event_id,
      attempt: row.attempt,
      request_id: row.request_id,
    };
    logger[isDead ? "error" : "warn"](line, isDead ? "event is a dead letter" : "event handler failed");
    await db.systemStatement("outbox fail", (tx) => failRow(tx, row, failure));
  };

  const run = async (row: ClaimedRow): Promise<void> => {
    const subscriber = events.subscribers().get(row.subscriber);
    if (subscriber === undefined) return;
    const began = performance.now();
    const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(subscriber.timeout_ms)]);
    try {
      if (row.attempt > row.max_attempts) throw new Error("Every try ended with the worker's death or a lost lease");
      await deliver(row, subscriber, signal);
      handled({ subscriber: row.subscriber, outcome: "completed" });
      held.delete(row.id);
    } catch (error) {
      // At the end of the grace the row stays held, and goes back with the others.
      if (ending.signal.aborted) return;
      await fail(row, subscriber, error).catch((cause) =>
        logger.error({ err: cause }, "could not record a failed event"),
      );
      held.delete(row.id);
    } finally {
      duration({ subscriber: row.subscriber }, (performance.now() - began) / 1_000);
    }
  };

  const startQueued = () => {
    while (!stopping && running.size < concurrency) {
      const row = queue.shift();
      if (row === undefined) return;
      const work: Promise<void> = run(row).finally(() => {
        running.delete(work);
        wake();
      });
      running.add(work);
    }
  };

  const rest = async (milliseconds: number): Promise<void> => {
    if (woken) return;
    const timer = new AbortController();
    wakeUp = () => timer.abort();
    await sleep(milliseconds, undefined, { signal: timer.signal }).catch(() => undefined);
    wakeUp = () => {};
  };

  const work = async (): Promise<void> => {
    while (!stopping) {
      woken = false;
      let pause = poll_ms;
      try {
        const room = queue.length < concurrency * 5 ? await claim() : 0;
        startQueued();
        if (room === 0 && running.size < concurrency) continue;
      } catch (error) {
        logger.warn({ err: error }, "could not claim events; trying again");
        pause = 250;
        woken = false;
      }
      if (!stopping) await rest(pause);
    }
  };

  const keepLeases = () => {
    const rows = [...held.values()];
    if (rows.length === 0) return;
    db.systemStatement("outbox heartbeat", (tx) => extendLeases(tx, rows, lease_seconds)).catch((error) =>
      logger.warn({ err: error }, "could not extend the leases of running events"),
    );
  };

  events.onWake(wake);
  options.listener.on("plinth_outbox", wake);

  return {
    start: () => {
      heartbeat = setInterval(keepLeases, (lease_seconds * 1_000) / 3);
      loop = work();
    },
    stop: async (grace_ms) => {
      stopping = true;
      wake();
      await loop;
      await within(grace_ms, Promise.allSettled(running));
      ending.abort(new Error("The process is ending"));
      await Promise.allSettled(running);
      await flushing?.catch(() => undefined);
      clearInterval(heartbeat);
      const rows = [...held.values()];
      if (rows.length > 0) await db.systemStatement("outbox release", (tx) => releaseRows(tx, rows));
    },
  };
}

/** The promise, or the signal's reason as soon as it is aborted: a handler that hangs does not hold its place. */
function abortable(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
