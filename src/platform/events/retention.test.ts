import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { delivered, type EventStage, eventStage, Happened } from "../../../test/support/events.ts";
import { makeMember } from "../../../test/support/factories.ts";
import type { Ctx } from "../../core/context.ts";
import { createLogger } from "../../core/logger.ts";
import { createMigrator } from "../../core/migrations/migrator.ts";
import { session, sql } from "../../core/tables.ts";
import { loadProducts, migrationLines } from "../../product-loader.ts";
import { defineSubscriber, maintainOutbox } from "./index.ts";

const day = 86_400_000;

let t: TestDatabase;
let ada: Ctx;
let stage: EventStage;
beforeAll(async () => {
  t = await testDatabase({ pool_size: 10 });
  ada = await makeMember(t);
});
afterAll(() => t.close());
beforeEach(() => {
  const quick = defineSubscriber({ name: "test.quick", event: Happened, handle: async () => {} });
  stage = eventStage(t, [quick]);
});
afterEach(() => stage.stop());

const partitions = async () =>
  (
    await t.sql<{ name: string }>(
      "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'events.completed'::regclass order by 1",
    )
  ).map(({ name }) => name);
const partitionOf = (date: Date) => `events.completed_${date.toISOString().slice(0, 10).replaceAll("-", "_")}`;
const places = async () =>
  (
    await t.sql<{ name: string }>("select tableoid::regclass::text as name from events.completed order by completed_at")
  ).map(({ name }) => name);
const maintain = (keep_days = 14) =>
  maintainOutbox({
    db: t.db,
    logger: createLogger({ LOG_LEVEL: "silent" }),
    subscribers: stage.events.subscribers,
    keep_days,
  });
const deliver = async (count = 1) => {
  await stage.publishAll(ada, count);
  await delivered(t);
};

describe("what was delivered", () => {
  test("goes to the day of its completion; the days ahead are made before they come; it is dropped by age, a day at a time", async () => {
    stage.start();
    await deliver();
    const today = t.clock.now();
    expect(await places()).toEqual([partitionOf(today)]);
    expect(await partitions()).toContain(partitionOf(new Date(today.getTime() + 3 * day)));
    t.clock.advance(14 * day);
    await maintain();
    expect(await partitions()).toContain(partitionOf(today));
    t.clock.advance(day);
    await maintain();
    expect(await partitions()).not.toContain(partitionOf(today));
    expect(await places()).toEqual([]);
    expect(await partitions()).toContain(partitionOf(t.clock.now()));
    await deliver();
    expect(await places()).toEqual([partitionOf(t.clock.now())]);
  });

  test("never waits for a partition: without one it goes to the default, and moves when there is one, or goes by its age", async () => {
    stage.start();
    t.clock.advance(40 * day);
    await deliver(3);
    expect(new Set(await places())).toEqual(
      new Set([...(await places()).filter((name) => name !== "events.completed_default"), "events.completed_default"]),
    );
    expect((await places()).filter((name) => name === "events.completed_default")).toHaveLength(3);
    await maintain();
    expect(await places()).not.toContain("events.completed_default");
    t.clock.advance(30 * day);
    await deliver();
    t.clock.advance(30 * day);
    await maintain();
    expect(await places()).toEqual([]);
  });

  test("is made and dropped by ten processes at once, and one that is read stays for the next time", async () => {
    t.clock.advance(day);
    await Promise.all(Array.from({ length: 10 }, () => maintain()));
    const [oldest = ""] = (await partitions()).filter((name) => !name.endsWith("default"));
    t.clock.advance(40 * day);
    await t.sql("begin");
    try {
      await t.sql(`select from ${oldest}`);
      await maintain();
    } finally {
      await t.sql("commit");
    }
    expect(await partitions()).toContain(oldest);
    await maintain();
    expect(await partitions()).not.toContain(oldest);
  });

  test("stands behind the tenant wall, every partition of it", async () => {
    stage.start();
    await deliver();
    for (const table of ["events.completed", ...(await partitions())]) {
      const read = t.db.inWorkspace(ada, (tx) => sql.raw(`select from ${table}`).execute(tx[session]));
      await expect(read).rejects.toThrow(/permission denied/);
    }
    const [row] = await t.sql<{ id: number }>("select id from events.completed limit 1");
    const eve = await makeMember(t);
    await stage.stop();
    await stage.publish(ada, 2);
    await t.sql("update events.outbox set attempt = 3");
    const complete = (ctx: Ctx, attempt: number) =>
      t.db.inWorkspace(ctx, async (tx) => {
        const { rows } = await sql<{
          done: boolean;
        }>`select events.complete((select min(id) from unnest(array[${(row?.id ?? 0) + 1}::bigint]) id), ${attempt}) as done`.execute(
          tx[session],
        );
        return rows[0]?.done;
      });
    const [waiting] = await t.sql<{ id: number }>("select id from events.outbox");
    expect(waiting).toBeDefined();
    expect(await complete(eve, 3)).toBe(false);
    expect(await complete(ada, 2)).toBe(false);
  });
});

test("the migration carries over what an installation has, and back", async () => {
  const old = await testDatabase({ empty: true });
  try {
    const lines = migrationLines(await loadProducts([], []));
    const migrator = createMigrator({ url: old.owner_url, lines, keyring: old.keyring });
    await migrator.up();
    await migrator.to(28);
    const ctx = await makeMember(old);
    const row = (status: string, more: string) =>
      old.sql(
        `insert into events.outbox (workspace_id, event_id, event_type, subscriber, payload, request_id, max_attempts, status, ${more.split("=")[0]})
         values ($1, gen_random_uuid(), 'a.b', $2, '{"n":1}', 'r', 6, $2, ${more.split("=")[1]})`,
        [ctx.workspace_id, status],
      );
    await row("pending", "attempt, error_message=2, 'not yet'");
    await row("processing", "attempt, locked_by=3, gen_random_uuid()");
    await row("completed", "attempt, completed_at=1, now() - interval '3 days'");
    await row("failed", "attempt, error_message, last_error_at=6, 'no', now() - interval '1 hour'");
    const before = await old.sql("select * from events.outbox order by id");
    await migrator.to(29);
    expect(
      await old.sql(
        "select status, attempt, retry_count, max_retries, error_message, locked_until is not null as held from events.deliveries order by id",
      ),
    ).toEqual([
      { status: "pending", attempt: 2, retry_count: 2, max_retries: 5, error_message: "not yet", held: false },
      { status: "processing", attempt: 3, retry_count: 2, max_retries: 5, error_message: null, held: true },
      { status: "completed", attempt: 1, retry_count: 0, max_retries: null, error_message: null, held: false },
      { status: "failed", attempt: 6, retry_count: 6, max_retries: 5, error_message: "no", held: false },
    ]);
    const [next] = await old.sql<{ id: number }>("select nextval('events.outbox_id_seq') as id");
    expect(next?.id).toBeGreaterThan(4);
    await migrator.to(28);
    const after = await old.sql("select * from events.outbox order by id");
    const kept = ({ status, attempt, payload, error_message, event_id, subscriber }: Record<string, unknown>) => ({
      status,
      attempt,
      payload,
      error_message,
      event_id,
      subscriber,
    });
    expect(after.map(kept)).toEqual(before.map(kept));
  } finally {
    await old.close();
  }
});
