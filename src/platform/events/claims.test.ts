import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { delivered, type EventStage, eventStage, Happened, patience } from "../../../test/support/events.ts";
import { makeMember } from "../../../test/support/factories.ts";
import type { Ctx } from "../../core/context.ts";
import { newId } from "../../core/id.ts";
import { createListener } from "../../core/listener.ts";
import { createLogger } from "../../core/logger.ts";
import { createMetrics } from "../../core/metrics.ts";
import { session, sql, type Tx } from "../../core/tables.ts";
import { createEvents, createWorker, defineSubscriber } from "./index.ts";
import { byIndex, claimInRounds, claimInTurn, completeRows, recoverRows } from "./store.ts";

let t: TestDatabase;
let ada: Ctx;
let stage: EventStage;
beforeAll(async () => {
  t = await testDatabase({ pool_size: 10 });
  ada = await makeMember(t);
});
afterAll(() => t.close());
beforeEach(async () => {
  await t.sql("truncate events.outbox, events.completed, events.dead_letters");
  stage = eventStage(t, [quick]);
});
afterEach(() => stage.stop());

const quick = defineSubscriber({ name: "test.quick", event: Happened, handle: async () => {} });
const subscriber = quick.name;
const firstWorkspace = "00000000-0000-0000-0000-000000000000";
const lease = () => ({ token: newId(), seconds: 30 });
const inTurn = (room: number, since = 0) =>
  t.db.systemStatement("test", (tx) => claimInTurn(tx, lease(), [{ subscriber, room, since }]), byIndex);
const inRounds = (room: number, options: { cursor?: string; passed_over?: string[] } = {}) =>
  t.db.systemStatement(
    "test",
    (tx) =>
      claimInRounds(tx, lease(), {
        ...{ subscriber, room, since: 0, visits: Math.min(room, 200) },
        cursor: options.cursor ?? firstWorkspace,
        passed_over: options.passed_over ?? [],
      }),
    byIndex,
  );

describe("a claim", () => {
  test.each([
    ["in turn", inTurn],
    ["in rounds", (room: number) => inRounds(room)],
  ])("%s takes no more than it asks for, and eight at once take nothing twice", async (_, claim) => {
    await stage.publishAll(ada, 400);
    const claims = await Promise.all(Array.from({ length: 8 }, () => claim(50)));
    const ids = claims.flatMap(({ rows }) => rows.map(({ id }) => id));
    expect(claims.every(({ rows }) => rows.length <= 50)).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
    expect(await t.sql("select from events.outbox where status = 'processing'")).toHaveLength(ids.length);
    expect(await t.sql("select from events.outbox where attempt > 1")).toEqual([]);
  });

  test("in rounds goes over the workspaces behind its cursor, gives each the same, fills up with the oldest, and passes over who is named", async () => {
    const all = [ada];
    for (let n = 0; n < 4; n++) all.push(await makeMember(t));
    all.sort((a, b) => (a.workspace_id < b.workspace_id ? -1 : 1));
    await stage.publishAll(ada, 100);
    for (const ctx of all) if (ctx !== ada) await stage.publishAll(ctx, 3);
    const first = await inRounds(25);
    const by = Map.groupBy(first.rows, ({ workspace_id }) => workspace_id);
    expect(by.size).toBe(5);
    for (const ctx of all) if (ctx !== ada) expect(by.get(ctx.workspace_id)).toHaveLength(3);
    expect(by.get(ada.workspace_id)).toHaveLength(25 - 12);
    expect((await inRounds(25, { passed_over: [ada.workspace_id] })).rows).toEqual([]);
    const behind = await inRounds(2, { cursor: all[4]?.workspace_id ?? "" });
    expect(behind.rows.every(({ workspace_id }) => workspace_id === ada.workspace_id)).toBe(true);
  });

  test("looks at nothing that was due before its bound, and tells how far it came", async () => {
    await stage.publishAll(ada, 10);
    const { facts } = await inTurn(3);
    await t.sql(
      "update events.outbox set scheduled_for = scheduled_for - interval '1 minute' where status = 'pending' and id % 2 = 0",
    );
    const bounded = await inTurn(10, (facts.oldest[subscriber] ?? 0) - 1);
    const thorough = await inTurn(10);
    expect(bounded.rows.length + thorough.rows.length).toBe(7);
    expect(thorough.rows.length).toBeGreaterThan(0);
  });

  test("touches no index: the row's new version stands beside the old one", async () => {
    await stage.publishAll(ada, 200);
    await t.sql("vacuum analyze events.outbox");
    const [before, after] = await t.db.asSystem("test", async (tx) => {
      const first = await statistics(tx);
      await claimInTurn(tx, lease(), [{ subscriber, room: 200, since: 0 }]);
      return [first, await statistics(tx)];
    });
    expect(after.updates - before.updates).toBe(200);
    expect(after.hot - before.hot).toBeGreaterThan(190);
  });

  test("reads the outbox by index even when its statistics are of an empty table, and completes by it", async () => {
    await t.sql("vacuum analyze events.outbox");
    for (let n = 0; n < 12; n++) await inTurn(1);
    await stage.publishAll(ada, 5_000);
    const [before, after] = await t.db.asSystem("test", async (tx) => {
      for (const [name, value] of Object.entries(byIndex))
        await sql.raw(`set local ${name} = ${value}`).execute(tx[session]);
      const first = await statistics(tx);
      const { rows } = await claimInTurn(tx, lease(), [{ subscriber, room: 500, since: 0 }]);
      expect(rows).toHaveLength(500);
      await completeRows(tx, rows);
      return [first, await statistics(tx)];
    });
    expect(after.scans).toBe(before.scans);
  });
});

/** What PostgreSQL counts of the outbox in this connection: rows changed, those of them beside their old version, and readings of all of it. */
async function statistics(tx: Tx) {
  const outbox = sql`'events.outbox'::regclass`;
  const { rows } = await sql<{ updates: number; hot: number; scans: number }>`
    select pg_stat_get_xact_tuples_updated(${outbox})::int as updates, pg_stat_get_xact_tuples_hot_updated(${outbox})::int as hot,
      pg_stat_get_xact_numscans(${outbox})::int as scans
  `.execute(tx[session]);
  return rows[0] ?? { updates: 0, hot: 0, scans: 0 };
}

describe("completions and recoveries", () => {
  test("16: match by key and fence alone, and tell which rows were another's by now", async () => {
    await stage.publishAll(ada, 3);
    const { rows } = await inTurn(3);
    const complete = (held: { id: number; attempt: number }[]) =>
      t.db.systemStatement("test", (tx) => completeRows(tx, held), byIndex);
    const [first, second, third] = rows;
    if (first === undefined || second === undefined || third === undefined) throw new Error("There are three");
    expect(await complete([first, { ...second, attempt: 0 }, { ...third, attempt: 2 }])).toEqual([first.id]);
    expect(await complete([second, third])).toBeNull();
    expect(await t.sql("select from events.completed")).toHaveLength(3);
  });

  test("1: a dead worker's rows are all taken back at once, however many it held", async () => {
    stage = eventStage(t, [quick], { lease_seconds: 600 });
    await stage.publishAll(ada, 2_300);
    expect((await inTurn(2_300)).rows).toHaveLength(2_300);
    await t.sql("update events.outbox set locked_until = now() - interval '1 second'");
    stage.start();
    await delivered(t);
    expect(await t.sql("select from events.completed where retry_count = 1")).toHaveLength(2_300);
  });

  test("20: a recovery that waited while the worker completed takes nothing back", async () => {
    await stage.publishAll(ada, 2);
    const { rows } = await inTurn(2);
    await t.sql("update events.outbox set locked_until = now() - interval '1 second'");
    const worker = new Client({ connectionString: t.owner_url });
    await worker.connect();
    await worker.query("begin");
    await worker.query("update events.outbox set locked_until = now() + interval '1 minute' where id = $1", [
      rows[0]?.id,
    ]);
    // The locked row it passes over, the other one it takes; then the first is completed.
    expect(await t.db.systemStatement("test", recoverRows)).toEqual(expect.objectContaining({ recovered: 1 }));
    await worker.query("commit");
    await worker.end();
    await t.db.systemStatement("test", (tx) => completeRows(tx, rows), byIndex);
    const again = await t.db.systemStatement("test", recoverRows);
    expect(again).toEqual(expect.objectContaining({ recovered: 0 }));
    const [kept] = await t.sql("select status, attempt, retry_count from events.deliveries where id = $1", [
      rows[0]?.id,
    ]);
    expect(kept).toEqual({ status: "completed", attempt: 1, retry_count: 0 });
  });
});

test("17: an event of a transaction that stays open while later ones are delivered is delivered too", async () => {
  stage.start();
  const late = new Client({ connectionString: t.app_url });
  await late.connect();
  await late.query("begin");
  await late.query(`set local app.workspace_id = '${ada.workspace_id}'`);
  await late.query(
    "insert into events.outbox (workspace_id, event_id, event_type, subscriber, payload, request_id, max_retries, scheduled_for) values ($1, $2, 'test.happened', $3, '{\"n\":1}', 'late', 5, now() - interval '10 seconds')",
    [ada.workspace_id, newId(), subscriber],
  );
  await stage.publishAll(ada, 50);
  await vi.waitFor(async () => expect(await t.sql("select from events.completed")).toHaveLength(50), patience);
  await late.query("commit");
  await late.end();
  await vi.waitFor(
    async () => expect(await t.sql("select from events.completed where request_id = 'late'")).toHaveLength(1),
    patience,
  );
});

test("18: a LISTEN connection that is killed comes back, and polling delivers meanwhile", async () => {
  const listener = createListener({ url: t.system_url, onError: () => {} });
  const here = createEvents({ db: t.db, onError: () => {} });
  here.subscribe([quick]);
  // Polls so rarely that what arrives was told of, or heard of when the connection came back.
  const worker = createWorker({
    ...{ db: t.db, events: here, listener, metrics: createMetrics(), concurrency: 2, poll_ms: 3_600_000 },
    logger: createLogger({ LOG_LEVEL: "silent" }),
  });
  await listener.start();
  worker.start();
  try {
    for (let n = 0; n < 3; n++) {
      await stage.publish(ada, n);
      await delivered(t);
      const killed = await t.sql<{ pid: number }>(
        "select pid, pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query ilike 'listen %'",
      );
      expect(killed).toHaveLength(1);
      await vi.waitFor(() => expect(listener.connected()).toBe(false), patience);
      await stage.publish(ada, 100 + n);
      await delivered(t);
    }
  } finally {
    await worker.stop(5_000);
    await listener.stop();
  }
});

test("23: a handler sees its own workspace's rows alone, also after a handler that was given up", async () => {
  const eve = await makeMember(t);
  const seen: (string | undefined)[] = [];
  let overdue: Promise<unknown> = Promise.resolve();
  const looks = defineSubscriber({
    name: "test.looks",
    event: Happened,
    max_retries: 0,
    timeout_ms: 1_000,
    handleInTransaction: async (tx, _ctx, { n }, { signal }) => {
      const query = sql<{ workspace_id: string }>`select distinct workspace_id from workspaces.members`;
      if (n === 0) {
        // Given up, it goes on: its queries must not reach whoever has the connection by then.
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        overdue = new Promise((resolve) => setTimeout(resolve, 50)).then(() => query.execute(tx[session]));
        await overdue;
      }
      const { rows } = await query.execute(tx[session]);
      seen.push(...rows.map(({ workspace_id }) => workspace_id));
    },
  });
  stage = eventStage(t, [looks]);
  stage.start();
  await stage.publish(ada, 0);
  await stage.publish(eve, 1);
  await vi.waitFor(
    async () => expect(await t.sql("select from events.dead_letters where payload ->> 'n' = '0'")).toHaveLength(1),
    patience,
  );
  for (let n = 2; n < 10; n++) await stage.publish(eve, n);
  await delivered(t);
  await expect(overdue).rejects.toThrow("The transaction is over");
  expect(new Set(seen)).toEqual(new Set([eve.workspace_id]));
});
