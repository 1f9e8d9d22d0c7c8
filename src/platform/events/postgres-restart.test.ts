import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { Task } from "../../../test/support/event-process.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { type PrivatePostgres, startPrivatePostgres } from "../../../test/support/private-postgres.ts";
import type { Ctx } from "../../core/context.ts";
import { createDatabase, type Database } from "../../core/database.ts";
import { createLogger } from "../../core/logger.ts";
import { createMetrics } from "../../core/metrics.ts";
import { session, sql } from "../../core/tables.ts";
import { createEvents, createWorker, defineSubscriber, type EventsInternals, type Worker } from "./index.ts";

// PostgreSQL itself crashes under load. Asserted is what must hold, never how long it took.

const patience = { timeout: 100_000, interval: 50 };

let postgres: PrivatePostgres;
let db: Database;
let ada: Ctx;
let events: EventsInternals;
let worker: Worker;
/** What happened outside: how often each event was handled. */
const outside = new Map<string, number>();
beforeAll(async () => {
  postgres = await startPrivatePostgres();
  ada = await makeMember(postgres);
  await postgres.sql("create table public.effects (event_id uuid not null); grant all on public.effects to plinth_app");
  db = createDatabase({ ...postgres, pool_size: 10 });
  events = createEvents({ db, onError: () => {} });
  events.subscribe([
    defineSubscriber({
      name: "test.outside",
      event: Task,
      handle: async (_ctx, _payload, { event_id }) => {
        outside.set(event_id, (outside.get(event_id) ?? 0) + 1);
      },
    }),
    defineSubscriber({
      name: "test.inside",
      event: Task,
      handleInTransaction: async (tx, _ctx, _payload, { event_id }) => {
        await sql`insert into public.effects (event_id) values (${event_id})`.execute(tx[session]);
      },
    }),
  ]);
}, 120_000);
afterEach(() => worker.stop(5_000));
afterAll(async () => {
  await events.settled();
  await db.close();
  await postgres.stop();
}, 60_000);

function startWorker(lease_seconds: number): void {
  worker = createWorker({
    ...{ db, events, metrics: createMetrics(), concurrency: 20, poll_ms: 200, lease_seconds },
    // What this process publishes it knows without.
    listener: { on: () => {} },
    logger: createLogger({ LOG_LEVEL: "silent" }),
  });
  worker.start();
}

/** Publishes for ever, from several at once; tells the ids of what was committed, and of what never was or may have been. */
function storm() {
  const committed: string[] = [];
  const unsure: string[] = [];
  let isOver = false;
  const publisher = async () => {
    while (!isOver) {
      let id = "";
      await db
        .inWorkspace(ada, async (tx) => {
          id = await events.append(tx, ada, Task, { act: "note", n: 0 });
        })
        .then(
          () => committed.push(id),
          async () => {
            unsure.push(id);
            await new Promise((resolve) => setImmediate(resolve));
          },
        );
    }
  };
  const all = Promise.all(Array.from({ length: 4 }, publisher));
  const stop = async () => {
    isOver = true;
    await all;
  };
  return { committed, unsure, stop };
}

const deliveries = () =>
  postgres.sql<{ event_id: string; subscriber: string; status: string; retry_count: number }>(
    "select event_id, subscriber, status, retry_count from events.deliveries",
  );

test("3: crashes under load: the process survives, nothing stays locked, nothing is lost, nothing in the database happens twice", {
  timeout: 300_000,
}, async () => {
  startWorker(20);
  const { committed, unsure, stop } = storm();
  for (let crashes = 0; crashes < 3; crashes++) {
    const before = outside.size;
    await vi.waitFor(() => expect(outside.size).toBeGreaterThan(before + 50), patience);
    await postgres.crash();
    await postgres.restart();
    const restarted = performance.now();
    const since = outside.size;
    await vi.waitFor(() => expect(outside.size).toBeGreaterThan(since), { timeout: 100_000, interval: 5 });
    console.info(`resumed ${Math.round(performance.now() - restarted)} ms after PostgreSQL was ready`);
  }
  await stop();
  await vi.waitFor(async () => {
    expect((await deliveries()).filter(({ status }) => status !== "completed")).toEqual([]);
  }, patience);
  const rows = await deliveries();
  const published = new Set(rows.map(({ event_id }) => event_id));
  // I1: what was committed was delivered; I2: what was rolled back never was.
  expect(committed.filter((id) => !published.has(id) || !outside.has(id))).toEqual([]);
  expect([...outside.keys()].filter((id) => !published.has(id))).toEqual([]);
  expect([...published].filter((id) => !committed.includes(id) && !unsure.includes(id))).toEqual([]);
  // I3: exactly once in the database.
  const effects = await postgres.sql<{ n: number }>("select count(*)::int as n from public.effects group by event_id");
  expect(effects).toHaveLength(published.size);
  expect(effects.filter(({ n }) => n !== 1)).toEqual([]);
  // An outage of PostgreSQL uses up nobody's tries.
  expect(Math.max(...rows.map(({ retry_count }) => retry_count))).toBeLessThanOrEqual(1);
  // Whoever had done its work is not run again: completions are tried until they are written.
  expect([...outside.values()].filter((times) => times > 1)).toEqual([]);
});

test("4: an outage longer than the lease: what was handled meanwhile is completed or run again, and nothing is lost", {
  timeout: 300_000,
}, async () => {
  startWorker(1);
  const { committed, stop } = storm();
  const before = outside.size;
  await vi.waitFor(() => expect(outside.size).toBeGreaterThan(before + 50), patience);
  await postgres.crash();
  const crashed = performance.now();
  await vi.waitFor(() => expect(performance.now() - crashed).toBeGreaterThan(2_000), patience);
  await postgres.restart();
  await stop();
  await vi.waitFor(async () => {
    expect((await deliveries()).filter(({ status }) => status !== "completed")).toEqual([]);
  }, patience);
  expect(committed.filter((id) => !outside.has(id))).toEqual([]);
  const twice = await postgres.sql("select event_id from public.effects group by event_id having count(*) > 1");
  expect(twice).toEqual([]);
});
