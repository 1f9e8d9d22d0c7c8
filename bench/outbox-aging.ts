import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import Type from "typebox";
import type { Database } from "../src/core/database.ts";
import { newId } from "../src/core/id.ts";
import { createLogger } from "../src/core/logger.ts";
import { createMetrics } from "../src/core/metrics.ts";
import { createEvents, createWorker, defineEvent, defineSubscriber } from "../src/platform/events/index.ts";
import { byIndex, claimInTurn, completeRows } from "../src/platform/events/store.ts";
import type { Ground } from "./ground.ts";
import { median, ms, percentile, type Row, verdict } from "./measure.ts";

/** What passes through before claims are timed again. BENCH_EVENTS=5000000 for the number. */
const passing = Number(process.env.BENCH_EVENTS ?? 1_000_000);
/** For so long a foreign transaction keeps its snapshot open, and so much goes through meanwhile in a second. */
const snapshot = { seconds: 30, events_per_second: 1_000 };

const Happened = defineEvent("bench.aged", "Nothing", Type.Object({ n: Type.Integer() }));
const subscriber = "bench.aged";

/** Fills the outbox with rows that are due, of so many workspaces in turn. */
const fill = ({ admin, workspaces }: Pick<Ground, "admin" | "workspaces">, count: number, first = 0, many = 1) =>
  admin.query(
    `insert into events.outbox (workspace_id, event_id, event_type, subscriber, payload, request_id, max_retries)
     select ($1::uuid[])[1 + n % $3], gen_random_uuid(), 'bench.aged', $4, '{"n":1}', 'bench', 5 from generate_series(1, $2::int) n`,
    [workspaces.slice(first, first + many).map(({ workspace_id }) => workspace_id), count, many, subscriber],
  );

function startWorker(db: Database, handle: (workspace_id: string) => Promise<void>, concurrency = 50) {
  const events = createEvents({ db, onError: console.error });
  events.subscribe([
    defineSubscriber({ name: subscriber, event: Happened, handle: (ctx) => handle(ctx.workspace_id) }),
  ]);
  const logger = createLogger({ LOG_LEVEL: "silent" });
  const listener = { on: () => {} };
  const worker = createWorker({ db, events, listener, logger, metrics: createMetrics(), concurrency });
  worker.start();
  return { events, stop: () => worker.stop(5_000) };
}

/** Milliseconds of claims of 100 rows that were just published, and are completed at once; from a worker's bound on, or over everything. */
async function claimTimes(ground: Ground, isBounded: boolean, rounds = 100): Promise<number[]> {
  const { db } = ground;
  let since = isBounded ? await bound(ground) : 0;
  const took: number[] = [];
  for (let n = 0; n < rounds; n++) {
    await fill(ground, 100);
    const began = performance.now();
    const { rows, facts } = await db.systemStatement(
      "bench",
      (tx) => claimInTurn(tx, { token: newId(), seconds: 60 }, [{ subscriber, room: 100, since }]),
      byIndex,
    );
    took.push(performance.now() - began);
    if (isBounded) since = facts.now - 1;
    await db.systemStatement("bench", (tx) => completeRows(tx, rows), byIndex);
  }
  return took;
}

const shown = (times: number[]) => `${ms(median(times))} / ${ms(percentile(times, 0.99))}`;
const ratio = (before: number[], after: number[]) => (median(before) / median(after)).toFixed(2);

const sizeOf = async ({ admin }: Ground, table: string) => {
  const { rows } = await admin.query<{ size: string }>(
    "select pg_size_pretty(coalesce(sum(pg_total_relation_size(relid)), pg_total_relation_size($1::regclass))) as size from pg_partition_tree($1::regclass) where isleaf and level > 0",
    [table],
  );
  return rows[0]?.size ?? "";
};

/** Where a worker that is up to date begins to look. */
async function bound({ admin }: Ground): Promise<number> {
  const { rows } = await admin.query<{ now: number }>("select extract(epoch from now())::float8 as now");
  return (rows[0]?.now ?? 0) - 1;
}

/** Claims of a table that much has passed through, beside those of a new one. */
async function afterMany(ground: Ground): Promise<Row> {
  await ground.admin.query("vacuum full events.outbox");
  const fresh = await claimTimes(ground, true);
  let left = passing;
  const { stop } = startWorker(ground.db, async () => void left--);
  for (let filled = 0; filled < passing; filled += 50_000) {
    await fill(ground, 50_000);
    while (left > passing - filled) await sleep(5);
  }
  while (left > 0) await sleep(20);
  await stop();
  const old = await claimTimes(ground, true);
  const sizes = `events.outbox ${await sizeOf(ground, "events.outbox")}, events.completed ${await sizeOf(ground, "events.completed")}`;
  return {
    name: `claim of 100 after ${passing.toLocaleString("en")} events, p50 / p99 (${sizes})`,
    ours: shown(old),
    peer: `new table ${shown(fresh)}`,
    ratio: ratio(fresh, old),
    goal: "",
  };
}

/** Claims beside a foreign transaction that keeps everything dead from being cleared away. */
async function besideSnapshot(ground: Ground): Promise<Row> {
  const foreign = new Client({ connectionString: ground.owner_url });
  await foreign.connect();
  await foreign.query("begin isolation level repeatable read");
  await foreign.query("select count(*) from events.outbox");
  const { stop } = startWorker(ground.db, async () => {});
  for (let n = 0; n < snapshot.seconds * 10; n++) {
    const due = performance.now() + 100;
    await fill(ground, snapshot.events_per_second / 10);
    await sleep(Math.max(0, due - performance.now()));
  }
  await stop();
  const bounded = await claimTimes(ground, true);
  const unbounded = await claimTimes(ground, false);
  await foreign.query("rollback");
  await foreign.end();
  const seen = (snapshot.seconds * snapshot.events_per_second).toLocaleString("en");
  return {
    name: `claim of 100 beside a snapshot of ${snapshot.seconds} s (${seen} events went through), p50 / p99`,
    ours: shown(bounded),
    peer: `without the lower bound ${shown(unbounded)}`,
    ratio: ratio(unbounded, bounded),
    goal: "",
  };
}

const burst = { events: 10_000, others: 100, handler_ms: 20, slots: 50 };

/** Milliseconds that other workspaces' events wait behind a burst of one, by what delivers. */
async function waitsBehindBurst(
  ground: Ground,
  each: number,
  deliver: (handle: (workspace_id: string) => Promise<void>) => { stop(): Promise<void> },
): Promise<{ waits: number[]; took: number }> {
  const [first] = ground.workspaces;
  const waits: number[] = [];
  let published = 0;
  let left = burst.events + burst.others * each;
  await fill(ground, burst.events);
  const began = performance.now();
  const { stop } = deliver(async (workspace_id) => {
    if (workspace_id !== first?.workspace_id) waits.push(performance.now() - published);
    await sleep(burst.handler_ms);
    left--;
  });
  await sleep(100);
  published = performance.now();
  await fill(ground, burst.others * each, 1, burst.others);
  while (left > 0) await sleep(10);
  const took = performance.now() - began;
  await stop();
  return { waits, took };
}

/** The same slots, claimed in turn. */
function inTurn({ db }: Ground, handle: (workspace_id: string) => Promise<void>) {
  let isOver = false;
  const work = async () => {
    while (!isOver) {
      const { rows } = await db.systemStatement(
        "bench",
        (tx) => claimInTurn(tx, { token: newId(), seconds: 60 }, [{ subscriber, room: 1, since: 0 }]),
        byIndex,
      );
      if (rows.length === 0) await sleep(5);
      for (const { workspace_id } of rows) await handle(workspace_id);
      if (rows.length > 0) await db.systemStatement("bench", (tx) => completeRows(tx, rows), byIndex);
    }
  };
  const all = Array.from({ length: burst.slots }, work);
  const stop = async () => {
    isOver = true;
    await Promise.all(all);
  };
  return { stop };
}

async function fairness(ground: Ground, each: number, goal_ms: number): Promise<Row> {
  const fair = await waitsBehindBurst(ground, each, (handle) => startWorker(ground.db, handle, burst.slots));
  const fifo = await waitsBehindBurst(ground, each, (handle) => inTurn(ground, handle));
  const p99 = percentile(fair.waits, 0.99);
  return {
    name: `wait of ${burst.others} workspaces with ${each} each behind ${burst.events.toLocaleString("en")} events of one, p50 / p99 (all done in ${(fair.took / 1_000).toFixed(1)} s)`,
    ours: shown(fair.waits),
    peer: `in turn ${shown(fifo.waits)} (${(fifo.took / 1_000).toFixed(1)} s)`,
    ratio: ratio(fifo.waits, fair.waits),
    goal: verdict(`p99 < ${goal_ms} ms`, p99 < goal_ms),
  };
}

/** How the outbox ages, and whom a burst holds up. */
export async function measureAging(ground: Ground): Promise<Row[]> {
  return [
    await fairness(ground, 1, 500),
    await fairness(ground, 10, 1_000),
    await afterMany(ground),
    await besideSnapshot(ground),
  ];
}
