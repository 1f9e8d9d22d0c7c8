import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test, vi } from "vitest";
import { type TestApp, testApp } from "../../../test/support/app.ts";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { delivered, type EventStage, eventStage, gate, Happened, patience } from "../../../test/support/events.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { hasPgBouncer, startPgBouncer } from "../../../test/support/pgbouncer.ts";
import { startRedis } from "../../../test/support/seats.ts";
import type { Ctx } from "../../core/context.ts";
import { createDatabase } from "../../core/database.ts";
import { createListener } from "../../core/listener.ts";
import { defineSubscriber } from "./index.ts";
import { watchNotifications } from "./wake-up.ts";

// What stands around the outbox, when it fails: Redis, PgBouncer, the database's clock.

describe.skipIf("missing" in inject("redis"))("5: Redis (needs redis-server)", () => {
  test("killed, emptied and back: no event is lost, none fails", { timeout: 120_000 }, async () => {
    const redis = await startRedis();
    let plinth: TestApp | undefined;
    try {
      plinth = await testApp({ worker: true, env: { REDIS_URL: redis.url } });
      const rows = plinth.sql;
      const notified = async () => {
        await delivered({ sql: rows });
        return (await rows<{ n: number }>("select count(*)::int as n from events.completed"))[0]?.n ?? 0;
      };
      await plinth.signUp("before@example.com");
      const before = await notified();
      await redis.kill();
      await plinth.signUp("without@example.com");
      const without = await notified();
      await redis.start();
      await plinth.signUp("emptied@example.com");
      const emptied = await notified();
      expect([before > 0, without - before, emptied - without]).toEqual([true, before, before]);
      expect(await rows("select from events.dead_letters")).toEqual([]);
      expect(await rows("select from events.completed where retry_count > 0")).toEqual([]);
    } finally {
      await plinth?.close();
      await redis.stop();
    }
  });
});

let t: TestDatabase;
let ada: Ctx;
let stage: EventStage | undefined;
const handled: number[] = [];
const counts = defineSubscriber({
  name: "test.counts",
  event: Happened,
  handle: async (_ctx, { n }) => void handled.push(n),
});
beforeAll(async () => {
  t = await testDatabase({ pool_size: 10 });
  ada = await makeMember(t);
});
afterAll(() => t.close());
beforeEach(async () => {
  handled.length = 0;
  await t.sql("truncate events.outbox, events.completed, events.dead_letters");
});
afterEach(() => stage?.stop());

const numbers = () => [...handled].sort((a, b) => a - b);
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n);

describe("6: the database's clock goes back five minutes", () => {
  beforeAll(async () => {
    await t.sql(`create table plinth.test_shift (by interval not null);
      grant select on plinth.test_shift to plinth_app, plinth_system;
      create or replace function plinth.now() returns timestamptz language sql stable return (select now() + by from plinth.test_shift)`);
    await t.sql("insert into plinth.test_shift values ('0')");
  });
  afterAll(() => t.sql("create or replace function plinth.now() returns timestamptz language sql stable return now()"));

  test("what runs does not run twice, what is published meanwhile is delivered, what was delayed comes when its time does", async () => {
    const { opened, open } = gate();
    const begun: number[] = [];
    const waits = defineSubscriber({
      name: "test.waits",
      event: Happened,
      handle: async (_ctx, { n }) => {
        begun.push(n);
        await opened;
        handled.push(n);
      },
    });
    const { events, ...started } = eventStage(t, [waits], { workers: 2, concurrency: 5, lease_seconds: 5 });
    stage = { events, ...started };
    await stage.publishAll(ada, 20);
    const delayed = { delay_seconds: 120 };
    await t.db.inWorkspace(ada, (tx) => events.append(tx, ada, Happened, { n: 99 }, delayed));
    stage.start();
    await vi.waitFor(() => expect(begun.length).toBeGreaterThan(5), patience);
    await t.sql("update plinth.test_shift set by = '-5 minutes'");
    for (const n of range(20, 30)) await stage.publish(ada, n);
    open();
    // Those that waited are due in five minutes now; what is published then does not wait for them.
    await vi.waitFor(() => expect(numbers()).toEqual(expect.arrayContaining(range(20, 30))), patience);
    await vi.waitFor(
      async () => expect(await t.sql("select from events.outbox where status = 'processing'")).toEqual([]),
      patience,
    );
    await t.sql("update plinth.test_shift set by = '121 seconds'");
    await delivered(t);
    expect(numbers()).toEqual([...range(0, 30), 99]);
    expect(await t.sql("select from events.completed where attempt > 1 or retry_count > 0")).toEqual([]);
  });
});

describe.skipIf(!hasPgBouncer)("18: a PgBouncer in transaction mode (needs Debian's pgbouncer)", () => {
  test("publishing, claims and completions go through it; LISTEN hears nothing, which is told, and events are found by looking", async () => {
    const bouncer = await startPgBouncer([t.app_url, t.system_url]);
    const [app_url, system_url] = [bouncer.through(t.app_url), bouncer.through(t.system_url)];
    const db = createDatabase({ app_url, system_url, pool_size: 10, prepared_statements: false });
    const warnings: unknown[] = [];
    const listener = createListener({ url: system_url, onError: () => {} });
    try {
      const logger = { warn: (line: unknown) => void warnings.push(line) };
      const hears = watchNotifications({ db, listener, logger, longest_ms: 300 });
      await listener.start();
      expect(await hears()).toBe(false);
      expect(warnings).toEqual([expect.stringContaining("PgBouncer")]);
      // The publisher is another process: nobody tells this one's worker.
      const publisher = eventStage({ ...t, db }, [counts]);
      stage = eventStage({ ...t, db }, [counts], { workers: 2, poll_ms: 200 });
      stage.start();
      await publisher.publishAll(ada, 300);
      for (const n of range(300, 310)) await publisher.publish(ada, n);
      await delivered(t);
      expect(numbers()).toEqual(range(0, 310));
      await stage.stop();
    } finally {
      await listener.stop();
      await db.close();
      await bouncer.stop();
    }
  });
});
