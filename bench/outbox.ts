import { Logger, makeWorkerUtils, type Runner, run } from "graphile-worker";
import { Pool, type PoolClient } from "pg";
import { PgBoss } from "pg-boss";
import Type from "typebox";
import { createLogger } from "../src/core/logger.ts";
import { createMetrics } from "../src/core/metrics.ts";
import { session, sql } from "../src/core/tables.ts";
import { createEvents, createWorker, defineEvent, defineSubscriber } from "../src/platform/events/index.ts";
import type { Ground } from "./ground.ts";
import { compare, inTurn, median, ms, percentile, perSecond, type Row } from "./measure.ts";
import { hasPgbench, noPgbench, pgbench } from "./pgbench.ts";

const clients = 16;
/** BENCH_BACKLOG is for trying it out. */
const backlog = Number(process.env.BENCH_BACKLOG ?? 100_000);
const pickups = 150;

/** A queue under test: publishes within a transaction that also inserts a row, and delivers to a handler. */
interface Contender {
  publish(n: number): Promise<unknown>;
  fill(count: number): Promise<unknown>;
  /** Ends what was opened to publish. */
  close?: () => Promise<unknown>;
  /** Starts one process's worker; `handled` is called for each event. With a backlog it is the fastest way that there is to take one. */
  start(handled: () => void, isBacklogged?: boolean): Promise<() => Promise<unknown>>;
}

const Happened = defineEvent("bench.happened", "Nothing", Type.Object({ n: Type.Integer() }));

function ours({ db, workspaces, admin }: Ground): Contender {
  let handled = () => {};
  const subscriber = defineSubscriber({ name: "bench.noop", event: Happened, handle: async () => handled() });
  const events = createEvents({ db, onError: console.error });
  events.subscribe([subscriber]);
  const logger = createLogger({ LOG_LEVEL: "silent" });
  const worker = () =>
    createWorker({ db, events, listener: { on: () => {} }, logger, metrics: createMetrics(), concurrency: 50 });
  return {
    publish: (n) => {
      const ctx = workspaces[n % workspaces.length];
      if (ctx === undefined) throw new Error("There are no workspaces");
      return db.inWorkspace(ctx, async (tx) => {
        await sql`insert into public.business values (${n})`.execute(tx[session]);
        await events.append(tx, ctx, Happened, { n });
      });
    },
    fill: (count) =>
      admin.query(
        "insert into events.outbox (workspace_id, event_id, event_type, subscriber, payload, request_id, max_retries) select $1, gen_random_uuid(), 'bench.happened', 'bench.noop', '{\"n\":1}', 'bench', 5 from generate_series(1, $2::int)",
        [workspaces[0]?.workspace_id, count],
      ),
    start: async (onHandled) => {
      handled = onHandled;
      const running = worker();
      running.start();
      return () => running.stop(1_000);
    },
  };
}

const silent = new Logger(() => () => {});

async function graphile({ owner_url, admin }: Ground, pool: Pool): Promise<Contender> {
  const utils = await makeWorkerUtils({ connectionString: owner_url, logger: silent });
  await utils.migrate();
  await utils.release();
  return {
    publish: (n) =>
      inTransaction(pool, n, (client) =>
        client.query("select graphile_worker.add_job('noop', json_build_object('n', $1::int))", [n]),
      ),
    fill: (count) =>
      admin.query(
        `select graphile_worker.add_jobs(array_agg(row('noop', '{"n":1}', null, null, null, null, null, null)::graphile_worker.job_spec))
         from generate_series(1, $1)`,
        [count],
      ),
    start: async (handled) => {
      // The settings of its documentation for throughput: a local queue, completions in batches.
      const runner: Runner = await run({
        connectionString: owner_url,
        noHandleSignals: true,
        logger: silent,
        taskList: { noop: async () => handled() },
        preset: {
          worker: {
            concurrentJobs: 50,
            maxPoolSize: 20,
            localQueue: { size: 500 },
            completeJobBatchDelay: 0,
            failJobBatchDelay: 0,
          },
        },
      });
      return () => runner.stop();
    },
  };
}

async function boss({ owner_url }: Ground, pool: Pool): Promise<Contender> {
  const publisher = await startBoss(owner_url);
  await publisher.createQueue("noop");
  return {
    publish: (n) =>
      inTransaction(pool, n, (client) =>
        publisher.send(
          "noop",
          { n },
          { db: { executeSql: (text, values) => client.query(text, values as unknown[]) } },
        ),
      ),
    close: () => publisher.stop({ graceful: false, close: true }),
    fill: async (count) => {
      for (let sent = 0; sent < count; sent += 5_000)
        await publisher.insert(
          "noop",
          Array.from({ length: 5_000 }, () => ({ data: { n: 1 } })),
        );
    },
    start: async (handled, isBacklogged = false) => {
      const worker = await startBoss(owner_url);
      // Its own loop polls twice a second at best, 1,000 at a time: too slow for a backlog.
      if (isBacklogged) return takeAll(worker, handled);
      await worker.work("noop", { batchSize: 1_000, pollingIntervalSeconds: 0.5 }, async (jobs) => {
        for (const _ of jobs) handled();
      });
      return () => worker.stop({ graceful: true, close: true });
    },
  };
}

async function takeAll(worker: PgBoss, handled: () => void): Promise<() => Promise<unknown>> {
  let isOver = false;
  const loop = (async () => {
    while (!isOver) {
      const jobs = await worker.fetch("noop", { batchSize: 1_000 });
      for (const _ of jobs) handled();
      if (jobs.length > 0)
        await worker.complete(
          "noop",
          jobs.map(({ id }) => id),
        );
    }
  })();
  return async () => {
    isOver = true;
    await loop;
    await worker.stop({ graceful: true, close: true });
  };
}

async function startBoss(connectionString: string): Promise<PgBoss> {
  const started = new PgBoss({ connectionString, max: 20 });
  started.on("error", console.error);
  await started.start();
  return started;
}

async function inTransaction(pool: Pool, n: number, publish: (client: PoolClient) => Promise<unknown>): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    await client.query("insert into public.business values ($1)", [n]);
    await publish(client);
    await client.query("commit");
  } finally {
    client.release();
  }
}

/** Events a second until a backlog is empty, the worker's start included. */
async function drain(contender: Contender, { admin }: Ground): Promise<number> {
  await contender.fill(backlog);
  // Whoever leaves its plans to statistics has them; without, graphile-worker drained 448 a second here.
  await admin.query("analyze");
  let left = backlog;
  let done = () => {};
  const empty = new Promise<void>((resolve) => {
    done = resolve;
  });
  const began = performance.now();
  const stop = await contender.start(() => {
    if (--left === 0) done();
  }, true);
  await empty;
  const took = performance.now() - began;
  await stop();
  return backlog / (took / 1_000);
}

/** Everybody begins the next measurement with an empty, vacuumed table, and with what the last one left to be written written. */
async function clear({ admin }: Ground): Promise<void> {
  for (const table of ["events.outbox", "graphile_worker._private_jobs", "pgboss.job"]) {
    await admin.query(`delete from ${table}`);
    await admin.query(`vacuum analyze ${table}`);
  }
  await admin.query("checkpoint");
}

/** Milliseconds from the commit of a single event to its handler, with nothing else to do. */
async function pickup(contender: Contender): Promise<number[]> {
  let arrived = () => {};
  const stop = await contender.start(() => arrived());
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const waits: number[] = [];
  for (let n = 0; n < pickups; n++) {
    let at = 0;
    const handled = new Promise<void>((resolve) => {
      arrived = () => {
        at = performance.now();
        resolve();
      };
    });
    await contender.publish(n);
    const committed = performance.now();
    await handled;
    waits.push(Math.max(0, at - committed));
  }
  await stop();
  return waits;
}

/** The same statements in the same transaction, sent by pgbench in one message. */
function publishBare(ground: Ground): Promise<number> {
  if (!hasPgbench()) {
    console.error(noPgbench);
    return Promise.resolve(Number.NaN);
  }
  const statement = (workspace: string) =>
    `insert into public.business values (1)\\; insert into events.outbox (workspace_id, request_id, event_id, event_type, payload, scheduled_for, created_at, subscriber, max_retries) values (${workspace}, 'bench', gen_random_uuid(), 'bench.happened', '{"n":1}', plinth.now(), plinth.now(), 'bench.noop', 5)`;
  return pgbench(ground.app_url, { statement, workspaces: 10_000, clients, seconds: 3 });
}

/** The outbox beside graphile-worker and pg-boss: publishing in a transaction, draining a backlog, and picking up a single event. */
export async function measureOutbox(ground: Ground): Promise<Row[]> {
  await ground.admin.query("create table public.business (n int); grant insert on public.business to plinth_app");
  const pool = new Pool({ connectionString: ground.owner_url, max: 20 });
  let contenders: Record<"plinth" | "graphile" | "boss", Contender> | undefined;
  try {
    contenders = { plinth: ours(ground), graphile: await graphile(ground, pool), boss: await boss(ground, pool) };
    const all = contenders;
    const each = (measure: (contender: Contender) => Promise<number>) => ({
      plinth: () => measure(all.plinth),
      graphile: () => measure(all.graphile),
      boss: () => measure(all.boss),
    });
    const published = await inTurn(3, {
      ...each((contender) => perSecond(clients, 2_500, (n) => contender.publish(n))),
      bare: () => publishBare(ground),
    });
    await clear(ground);
    const drained = await inTurn(
      3,
      each((contender) => drain(contender, ground)),
    );
    await clear(ground);
    const waits = {
      plinth: await pickup(all.plinth),
      graphile: await pickup(all.graphile),
      boss: await pickup(all.boss),
    };
    return [
      compare("publish in a transaction with an insert", published.plinth, published.graphile, "graphile-worker"),
      compare("publish in a transaction with an insert", published.plinth, published.boss, "pg-boss"),
      ...(hasPgbench()
        ? [
            compare(
              "publish in a transaction with an insert",
              published.plinth,
              published.bare,
              "the same statements, pgbench -c 16",
            ),
          ]
        : []),
      compare(
        `drain ${backlog.toLocaleString("en")} no-op events, one worker`,
        drained.plinth,
        drained.graphile,
        "graphile-worker",
      ),
      compare(
        `drain ${backlog.toLocaleString("en")} no-op events, one worker`,
        drained.plinth,
        drained.boss,
        "pg-boss (batches of 1,000)",
      ),
      latency("graphile-worker", waits.plinth, waits.graphile),
      latency("pg-boss (polls every 0.5 s)", waits.plinth, waits.boss),
    ];
  } finally {
    await contenders?.boss.close?.();
    await pool.end();
  }
}

function latency(name: string, ownWaits: number[], theirs: number[]): Row {
  const shown = (waits: number[]) => `${ms(median(waits))} / ${ms(percentile(waits, 0.99))}`;
  return {
    name: "idle pickup, p50 / p99",
    ours: shown(ownWaits),
    peer: `${name} ${shown(theirs)}`,
    ratio: (median(theirs) / median(ownWaits)).toFixed(2),
    goal: "",
  };
}
