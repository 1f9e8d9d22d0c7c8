import Type from "typebox";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { makeMember } from "../../../test/support/factories.ts";
import type { Ctx } from "../../core/context.ts";
import { createLogger } from "../../core/logger.ts";
import { createMetrics } from "../../core/metrics.ts";
import { session, sql } from "../../core/tables.ts";
import { createDeadLetters, createEvents, createWorker, defineEvent, defineSubscriber, type Worker } from "./index.ts";

const Broke = defineEvent("test.broke", "Something broke", Type.Object({ n: Type.Integer() }));
const patience = { timeout: 40_000, interval: 20 };
const logger = createLogger({ LOG_LEVEL: "silent" });

let t: TestDatabase;
let ada: Ctx;
let isBroken = true;
let handled: { n: number; event_id: string }[] = [];
let workers: Worker[] = [];
beforeAll(async () => {
  t = await testDatabase({ pool_size: 20 });
  ada = await makeMember(t);
});
afterAll(() => t.close());
beforeEach(async () => {
  isBroken = true;
  handled = [];
  await t.sql("delete from events.outbox; delete from events.dead_letters; delete from events.dead_letter_jobs");
  return async () => {
    await Promise.all(workers.map((worker) => worker.stop(5_000)));
    workers = [];
  };
});

const events = (() => {
  let made: ReturnType<typeof createEvents> | undefined;
  return () => {
    if (made !== undefined) return made;
    made = createEvents({ db: t.db, onError: () => {} });
    made.subscribe([
      defineSubscriber({
        name: "test.fragile",
        event: Broke,
        max_retries: 1,
        backoff: () => 0,
        handle: async (_ctx, { n }, { event_id }) => {
          if (isBroken) throw new Error(`The vendor answered 503 for ${n}`);
          handled.push({ n, event_id });
        },
      }),
    ]);
    return made;
  };
})();
const letters = (options: { batch?: number; lease_seconds?: number } = {}) =>
  createDeadLetters({ db: t.db, events: events(), onError: () => {}, retention_days: 30, ...options });

function start(): void {
  const options = { db: t.db, events: events(), listener: { on: () => {} }, logger, concurrency: 20, poll_ms: 20 };
  workers = [createWorker({ ...options, metrics: createMetrics() })];
  for (const worker of workers) worker.start();
}
const publish = (n: number) => t.db.inWorkspace(ada, (tx) => events().append(tx, ada, Broke, { n }));
const states = () =>
  t.sql<{ state: string; count: number }>(
    "select state, count(*)::int as count from events.dead_letters group by 1 order by 1",
  );
const outbox = async () => (await t.sql<{ n: number }>("select count(*)::int as n from events.outbox"))[0]?.n;

/** So many letters without a run: of this subscriber, a second apart. */
const plant = (count: number, subscriber = "test.fragile") =>
  t.sql(
    `insert into events.dead_letters (id, event_id, event_type, subscriber, workspace_id, payload, request_id, attempt, retry_count, max_retries,
       error_message, created_at, failed_at)
     select n + (select coalesce(max(id), 0) from events.dead_letters), gen_random_uuid(), 'test.broke', $2, $3, jsonb_build_object('n', n), 'planted',
       6, 5, 5, 'Planted ' || n, now(), now() - make_interval(secs => n)
     from generate_series(1, $1) n`,
    [count, subscriber, ada.workspace_id],
  );

/** Publishes these, and waits until they are dead. */
async function die(...numbers: number[]): Promise<void> {
  start();
  for (const n of numbers) await publish(n);
  await vi.waitFor(async () => expect(await states()).toEqual([{ state: "dead", count: numbers.length }]), patience);
}

describe("12: replay", () => {
  test("12: one: the same event id, a new budget of tries, and what failed before is kept", async () => {
    await die(7);
    const service = letters();
    const [letter] = (await service.list({ limit: 20 })).data;
    isBroken = false;
    const replayed = await service.replay(letter?.id ?? 0, "user:ada", "The vendor is back");
    expect(replayed).toMatchObject({
      state: "replayed",
      replays: 1,
      resolved_by: "user:ada",
      reason: "The vendor is back",
    });
    expect(replayed.history).toEqual([
      {
        error_message: "The vendor answered 503 for 7",
        failed_at: expect.any(String),
        retry_count: letter?.retry_count,
        replayed_at: expect.any(String),
        replayed_by: "user:ada",
        reason: "The vendor is back",
      },
    ]);
    await vi.waitFor(() => expect(handled).toEqual([{ n: 7, event_id: letter?.event_id }]), patience);
    await vi.waitFor(async () => expect(await outbox()).toBe(0), patience);
    expect(await states()).toEqual([{ state: "replayed", count: 1 }]);
    await expect(service.replay(letter?.id ?? 0, "user:ada")).rejects.toMatchObject({
      code: "events.dead_letter_resolved",
    });
  });

  test("12: with the bug still present it is the same letter, dead again, its history longer", async () => {
    await die(8);
    const service = letters();
    const [before] = (await service.list({ limit: 20 })).data;
    await service.replay(before?.id ?? 0, "user:ada");
    await vi.waitFor(async () => {
      const again = await service.get(before?.id ?? 0);
      expect(again).toMatchObject({ state: "dead", event_id: before?.event_id, replays: 1, resolved_at: null });
      expect(again.failed_at > (before?.failed_at ?? 0)).toBe(true);
      expect(again.retry_count).toBe(before?.retry_count);
    }, patience);
    await service.replay(before?.id ?? 0, "user:ada");
    await vi.waitFor(async () => {
      const { state, history } = await service.get(before?.id ?? 0);
      expect([state, history.length]).toEqual(["dead", 2]);
    }, patience);
  });

  test("12: by filter: what the preview told and nothing else, with progress", async () => {
    await plant(2_500);
    await plant(10, "test.gone");
    const service = letters({ batch: 1_000 });
    const filter = { error_contains: "PLANTED 1" };
    const preview = await service.preview("replay", filter);
    expect(preview).toMatchObject({
      count: 1_111,
      by_subscriber: [{ subscriber: "test.fragile", count: 1_111 }],
      without_subscriber: 2,
    });
    const progress: number[] = [];
    const input = { filter, until: preview.until.toISOString(), count: preview.count, reason: "Fixed" };
    const job = await service.run("user:ada", "replay", input, ({ done }) => progress.push(done));
    expect(progress).toEqual([1_000, 1_111]);
    expect(job).toMatchObject({ state: "completed", matching: 1_111, done: 1_111, requested_by: "user:ada" });
    expect(await service.getJob(job.id)).toMatchObject({ state: "completed", done: 1_111 });
    expect(await outbox()).toBe(1_111);
    expect(await states()).toEqual([
      { state: "dead", count: 2_510 - 1_111 },
      { state: "replayed", count: 1_111 },
    ]);
  });

  test("12: twice in parallel, and one by one at the same time: each letter once", async () => {
    await plant(3_000);
    const [first, second] = [letters({ batch: 100 }), letters({ batch: 100 })];
    const { until, count } = await first.preview("replay", {});
    const input = { filter: {}, until: until.toISOString(), count };
    const singles = (await first.list({ limit: 100 })).data.slice(0, 50).map(({ id }) => id);
    const [a, b, ...ones] = await Promise.all([
      first.run("user:ada", "replay", input, () => {}),
      second.run("user:bob", "replay", input, () => {}),
      ...singles.map((id) =>
        second.replay(id, "user:eve").then(
          () => 1,
          () => 0,
        ),
      ),
    ]);
    expect(a.done + b.done + ones.reduce((sum, one) => sum + one, 0)).toBe(3_000);
    expect(await outbox()).toBe(3_000);
    expect(await states()).toEqual([{ state: "replayed", count: 3_000 }]);
    const [twice] = await t.sql("select count(*)::int as n from events.dead_letters where replays <> 1");
    expect(twice).toEqual({ n: 0 });
  });

  test("12: what fails again while a job runs is not replayed by it again", async () => {
    await plant(50);
    start();
    const service = letters({ batch: 1 });
    // A time to come is not believed either.
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const job = await service.run("user:ada", "replay", { filter: {}, until, count: 50 }, () => {});
    expect(job.done).toBe(50);
    await vi.waitFor(async () => expect(await states()).toEqual([{ state: "dead", count: 50 }]), patience);
    const [most] = await t.sql("select max(replays) as most from events.dead_letters");
    expect(most).toEqual({ most: 1 });
  });

  test("12: a job whose process died is gone on with by another", async () => {
    await plant(300);
    const dying = letters({ batch: 100, lease_seconds: 60 });
    const { until, count } = await dying.preview("replay", {});
    const input = { filter: {}, until: until.toISOString(), count };
    const half = dying.run("user:ada", "replay", input, () => void dying.stop());
    expect(await half).toMatchObject({ state: "running", done: 100 });
    const other = letters({ batch: 100 });
    await other.resume();
    expect(await other.getJob((await half).id)).toMatchObject({ state: "running", done: 100 });
    t.clock.advance(61_000);
    try {
      await other.resume();
    } finally {
      t.clock.advance(-61_000);
    }
    expect(await other.getJob((await half).id)).toMatchObject({ state: "completed", done: 300 });
    expect(await outbox()).toBe(300);
  });

  test("when there are more than the preview told, none is touched", async () => {
    await plant(3);
    const service = letters();
    const { until } = await service.preview("replay", {});
    const input = { filter: {}, until: until.toISOString(), count: 2 };
    await expect(service.begin("user:ada", "replay", input)).rejects.toMatchObject({
      code: "events.preview_outdated",
      occurrence: { extensions: { count: 3 } },
    });
    expect(await outbox()).toBe(0);
  });

  test("nothing is handed to a subscriber that is no more", async () => {
    await plant(1, "test.gone");
    const service = letters();
    const [letter] = (await service.list({ limit: 1 })).data;
    await expect(service.replay(letter?.id ?? 0, "user:ada")).rejects.toMatchObject({
      code: "events.dead_letter_orphaned",
    });
    expect(await states()).toEqual([{ state: "dead", count: 1 }]);
  });
});

describe("discarding", () => {
  test("keeps the letter with the reason; it may be replayed after all, and is dead no more", async () => {
    await plant(2);
    const service = letters();
    const [one] = (await service.list({ limit: 1 })).data;
    const discarded = await service.discard(one?.id ?? 0, "user:ada", "A test");
    expect(discarded).toMatchObject({ state: "discarded", reason: "A test", resolved_by: "user:ada", replays: 0 });
    await expect(service.discard(one?.id ?? 0, "user:ada", "Again")).rejects.toMatchObject({
      code: "events.dead_letter_resolved",
    });
    expect((await service.list({ limit: 20, state: "dead" })).data).toHaveLength(1);
    expect(await service.replay(one?.id ?? 0, "user:ada")).toMatchObject({ state: "replayed", replays: 1 });
    expect(await outbox()).toBe(1);
  });

  test("by filter takes those without a subscriber too, and leaves the outbox alone", async () => {
    await plant(5, "test.gone");
    await plant(5);
    const service = letters();
    const filter = { subscriber: "test.gone" };
    const { until, count } = await service.preview("discard", filter);
    const input = { filter, until: until.toISOString(), count, reason: "Nobody wants it" };
    expect((await service.run("plinth events", "discard", input, () => {})).done).toBe(5);
    expect(await outbox()).toBe(0);
    expect(await states()).toEqual([
      { state: "dead", count: 5 },
      { state: "discarded", count: 5 },
    ]);
  });
});

test("the list is read page by page, to the last of those that failed in the same moment", async () => {
  await plant(45);
  await t.sql("update events.dead_letters set failed_at = date_trunc('second', now()) where id % 2 = 0");
  const service = letters();
  const seen: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await service.list({ limit: 10, ...(cursor === undefined ? {} : { cursor }) });
    seen.push(...page.data.map(({ id }) => id));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  expect(seen).toHaveLength(45);
  expect(new Set(seen).size).toBe(45);
  await expect(service.list({ limit: 10, cursor: "nonsense" })).rejects.toMatchObject({ code: "request.invalid" });
});

test("retention removes what was resolved long ago, and never what is dead", async () => {
  await plant(30);
  const service = letters({ batch: 7 });
  await t.sql(
    "update events.dead_letters set state = 'discarded', resolved_at = now() - interval '31 days' where id % 3 = 0",
  );
  await t.sql("update events.dead_letters set state = 'discarded', resolved_at = now() where id % 3 = 1");
  await t.sql("update events.dead_letters set failed_at = now() - interval '10 years'");
  await service.maintain();
  expect(await states()).toEqual([
    { state: "dead", count: 10 },
    { state: "discarded", count: 10 },
  ]);
});

test("a workspace sees its own dead letters at most, and changes none", async () => {
  await plant(1);
  const eve = await makeMember(t);
  const read = (ctx: Ctx) =>
    t.db.inWorkspace(ctx, (tx) => sql`select id from events.dead_letters`.execute(tx[session]));
  expect((await read(eve)).rows).toEqual([]);
  expect((await read(ada)).rows).toHaveLength(1);
  await expect(
    t.db.inWorkspace(ada, (tx) => sql`select id from events.dead_letter_jobs`.execute(tx[session])),
  ).rejects.toThrow(/permission denied/);
});
