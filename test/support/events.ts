import Type from "typebox";
import { vi } from "vitest";
import type { Ctx } from "../../src/core/context.ts";
import { createLogger } from "../../src/core/logger.ts";
import { createMetrics, type Metrics } from "../../src/core/metrics.ts";
import {
  createEvents,
  createWorker,
  defineEvent,
  type EventsInternals,
  type Subscriber,
  type Worker,
} from "../../src/platform/events/index.ts";
import type { TestDatabase } from "./database.ts";

export const Happened = defineEvent(
  "test.happened",
  "Something happened",
  Type.Object({ n: Type.Integer(), key: Type.Optional(Type.String()) }),
);

/** Events with these subscribers, and workers that share them. */
export interface EventStage {
  events: EventsInternals;
  workers: Worker[];
  metrics: Metrics;
  /** What the workers logged. */
  lines: Record<string, unknown>[];
  publish(ctx: Ctx, n: number, key?: string): Promise<string>;
  /** Publishes so many in one transaction, numbered from 0. */
  publishAll(ctx: Ctx, count: number, key?: (n: number) => string): Promise<string[]>;
  start(): void;
  stop(): Promise<void>;
}

export interface StageOptions {
  workers?: number;
  concurrency?: number;
  lease_seconds?: number;
  poll_ms?: number;
}

export function eventStage(t: TestDatabase, subscribers: Subscriber[], options: StageOptions = {}): EventStage {
  const events = createEvents({ db: t.db, onError: () => {} });
  events.subscribe(subscribers);
  const { workers: count = 1, concurrency = 5, poll_ms = 50, ...rest } = options;
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({ LOG_LEVEL: "info" }, { write: (line) => lines.push(JSON.parse(line)) });
  const all = Array.from({ length: count }, () => createMetrics());
  const workers = all.map((metrics) =>
    createWorker({ db: t.db, events, listener: { on: () => {} }, logger, metrics, concurrency, poll_ms, ...rest }),
  );
  const payloadOf = (n: number, key?: string) => ({ n, ...(key === undefined ? {} : { key }) });
  return {
    events,
    workers,
    lines,
    metrics: all[0] ?? createMetrics(),
    publish: (ctx, n, key) => t.db.inWorkspace(ctx, (tx) => events.append(tx, ctx, Happened, payloadOf(n, key))),
    publishAll: (ctx, n, key) =>
      t.db.inWorkspace(ctx, (tx) =>
        events.appendAll(
          tx,
          ctx,
          Array.from({ length: n }, (_, each) => ({ event: Happened, payload: payloadOf(each, key?.(each)) })),
        ),
      ),
    start: () => {
      for (const worker of workers) worker.start();
    },
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.stop(5_000)));
      await events.settled();
    },
  };
}

export const patience = { timeout: 60_000, interval: 20 };

/** Waits until nothing is pending or processing. */
export function delivered(t: Pick<TestDatabase, "sql">): Promise<void> {
  return vi.waitFor(async () => {
    if ((await t.sql("select from events.outbox limit 1")).length > 0) throw new Error("There is work left");
  }, patience);
}

/** What a test waits for by hand. */
export function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
