import Type from "typebox";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { makeMember } from "../../../test/support/factories.ts";
import type { Ctx } from "../../core/context.ts";
import { createLogger } from "../../core/logger.ts";
import { createMetrics } from "../../core/metrics.ts";
import { session, sql } from "../../core/tables.ts";
import {
  createEvents,
  createWorker,
  defineEvent,
  defineSubscriber,
  type EventsInternals,
  type Subscriber,
  type Worker,
} from "./index.ts";
import { backoffSeconds, failureMessage } from "./rules.ts";

const Happened = defineEvent("test.happened", "Something happened", Type.Object({ n: Type.Integer() }));
const patience = { timeout: 40_000, interval: 20 };

let t: TestDatabase;
let ada: Ctx;
let workers: Worker[] = [];
beforeAll(async () => {
  t = await testDatabase({ pool_size: 20 });
  ada = await makeMember(t);
  await t.sql("create table public.effects (n int not null); grant all on public.effects to plinth_app, plinth_system");
});
afterAll(() => t.close());
beforeEach(async () => {
  await t.sql(
    "delete from events.outbox; delete from events.completed; delete from events.dead_letters; delete from events.paused_subscribers; delete from public.effects",
  );
  return async () => {
    await Promise.all(workers.map((worker) => worker.stop(5_000)));
    workers = [];
  };
});

const logger = createLogger({ LOG_LEVEL: "silent" });
const silent = { on: () => {} };

/** Events with these subscribers, and `count` workers that share them. */
function wire(
  subscribers: Subscriber[],
  options: { count?: number; concurrency?: number; lease_seconds?: number } = {},
): EventsInternals {
  const events = createEvents({ db: t.db, onError: () => {} });
  events.subscribe(subscribers);
  const { count = 1, concurrency = 5, ...rest } = options;
  workers = Array.from({ length: count }, () =>
    createWorker({
      db: t.db,
      events,
      listener: silent,
      logger,
      metrics: createMetrics(),
      concurrency,
      poll_ms: 50,
      ...rest,
    }),
  );
  return events;
}

const start = () => {
  for (const worker of workers) worker.start();
};
const publish = (events: EventsInternals, n: number, options?: { delay_seconds?: number }) =>
  t.db.inWorkspace(ada, (tx) => events.append(tx, ada, Happened, { n }, options));
const rows = () =>
  t.sql<{ subscriber: string; status: string; attempt: number; error_message: string | null }>(
    "select subscriber, status, attempt, error_message from events.deliveries order by id",
  );
const effects = async () => (await t.sql<{ n: number }>("select n from public.effects order by n")).map(({ n }) => n);
const writes = (name: string) =>
  defineSubscriber({
    name,
    event: Happened,
    handleInTransaction: async (tx, _ctx, { n }) => {
      await sql`insert into public.effects values (${n})`.execute(tx[session]);
    },
  });

describe("publishing", () => {
  test("I1, I2: an event is delivered when its transaction commits, and never when it does not", async () => {
    const events = wire([writes("test.writes")]);
    start();
    await publish(events, 1);
    const rolledBack = t.db.inWorkspace(ada, async (tx) => {
      await events.append(tx, ada, Happened, { n: 2 });
      throw new Error("no");
    });
    await expect(rolledBack).rejects.toThrow("no");
    await vi.waitFor(async () => expect(await effects()).toEqual([1]), patience);
    expect((await rows()).map(({ status }) => status)).toEqual(["completed"]);
  });

  test("a payload that does not fit is refused, and the transaction with it", async () => {
    const events = wire([writes("test.writes")]);
    const wrong = t.db.inWorkspace(ada, (tx) => events.append(tx, ada, Happened, { n: "one" } as never));
    await expect(wrong).rejects.toThrow(/test.happened does not fit its schema: \/n/);
    expect(await rows()).toEqual([]);
  });

  test("a workspace cannot publish in another's name, nor read the outbox", async () => {
    const events = wire([writes("test.writes")]);
    const eve = await makeMember(t);
    await expect(t.db.inWorkspace(eve, (tx) => events.append(tx, ada, Happened, { n: 1 }))).rejects.toThrow(
      /row-level security/,
    );
    const read = t.db.inWorkspace(ada, (tx) => sql`select payload from events.outbox`.execute(tx[session]));
    await expect(read).rejects.toThrow(/permission denied/);
  });

  test("an event is delivered to every subscriber, each with a fate of its own", async () => {
    const broken = defineSubscriber({
      name: "test.broken",
      event: Happened,
      max_retries: 0,
      handle: async () => {
        throw new Error("broken");
      },
    });
    const events = wire([broken, writes("test.writes")]);
    start();
    await publish(events, 1);
    await vi.waitFor(
      async () =>
        expect(await rows()).toEqual([
          { subscriber: "test.broken", status: "failed", attempt: 1, error_message: "broken" },
          { subscriber: "test.writes", status: "completed", attempt: 1, error_message: null },
        ]),
      patience,
    );
  });

  test("an event with a delay comes when its time has come, not before", async () => {
    const events = wire([writes("test.writes")]);
    start();
    await publish(events, 1, { delay_seconds: 3_600 });
    await publish(events, 2);
    await vi.waitFor(async () => expect(await effects()).toEqual([2]), patience);
    t.clock.advance(3_600_000);
    try {
      await vi.waitFor(async () => expect(await effects()).toEqual([1, 2]), patience);
    } finally {
      t.clock.advance(-3_600_000);
    }
  });
});

describe("delivery", () => {
  test("I3: four workers and 500 events: each effect exactly once", async () => {
    const events = wire([writes("test.writes")], { count: 4 });
    start();
    await Promise.all(Array.from({ length: 500 }, (_, n) => publish(events, n)));
    await vi.waitFor(async () => expect((await effects()).length).toBeGreaterThanOrEqual(500), patience);
    expect(await effects()).toEqual(Array.from({ length: 500 }, (_, n) => n));
    expect(new Set((await rows()).map(({ attempt }) => attempt))).toEqual(new Set([1]));
  });

  test("7: a poison message becomes a dead letter after its tries, its neighbours untouched, its error bounded", async () => {
    const picky = defineSubscriber({
      name: "test.picky",
      event: Happened,
      max_retries: 2,
      backoff: () => 0,
      handle: async (_ctx, { n }) => {
        if (n === 13) throw new Error(`\u0000\ud800${"x".repeat(10_000_000)}`);
      },
    });
    const events = wire([picky]);
    start();
    for (const n of [12, 13, 14]) await publish(events, n);
    await vi.waitFor(
      async () => expect((await rows()).map(({ status }) => status)).toEqual(["completed", "failed", "completed"]),
      patience,
    );
    const [, poison] = await rows();
    expect(poison?.attempt).toBe(3);
    expect(poison?.error_message?.length).toBeLessThanOrEqual(2_000);
  });

  test("a failed try waits for its backoff", async () => {
    const events = wire([
      defineSubscriber({
        name: "test.fails",
        event: Happened,
        handle: async () => {
          throw new Error("later");
        },
      }),
    ]);
    start();
    await publish(events, 1);
    await vi.waitFor(async () => expect((await rows())[0]).toMatchObject({ status: "pending", attempt: 1 }), patience);
    const [row] = await t.sql<{ wait: number }>(
      "select extract(epoch from scheduled_for - last_error_at)::float8 as wait from events.outbox",
    );
    expect(row?.wait).toBeGreaterThan(100);
    expect(row?.wait).toBeLessThan(140);
  });

  test("1: what a dead worker held runs again when its lease is over, with the attempt counted", async () => {
    const events = wire([writes("test.writes")]);
    await publish(events, 1);
    await t.sql(
      "update events.outbox set status = 'processing', attempt = 1, locked_by = gen_random_uuid(), locked_until = now() + interval '1 hour'",
    );
    start();
    await new Promise((resolve) => setImmediate(resolve));
    expect(await effects()).toEqual([]);
    await t.sql("update events.outbox set locked_until = now()");
    await vi.waitFor(async () => expect(await effects()).toEqual([1]), patience);
    expect((await rows())[0]).toMatchObject({ status: "completed", attempt: 2 });
  });

  test("16, 20: whoever lost the lease cannot complete, and its effect in the database is undone", async () => {
    let release = () => {};
    const stolen = new Promise<void>((resolve) => {
      release = resolve;
    });
    let begun = 0;
    const slow = defineSubscriber({
      name: "test.slow",
      event: Happened,
      handleInTransaction: async (tx, _ctx, { n }, { attempt }) => {
        begun++;
        if (attempt === 1) await stolen;
        await sql`insert into public.effects values (${n * 100 + attempt})`.execute(tx[session]);
      },
    });
    const events = wire([slow], { count: 2 });
    start();
    await publish(events, 1);
    await vi.waitFor(() => expect(begun).toBe(1), patience);
    // As the recovery does it with the lease of a worker that was not heard of.
    await t.sql(
      "update events.outbox set status = 'pending', locked_by = null, locked_until = null, scheduled_for = now()",
    );
    await vi.waitFor(async () => expect(await effects()).toEqual([102]), patience);
    release();
    await Promise.all(workers.map((worker) => worker.stop(5_000)));
    expect(await effects()).toEqual([102]);
    expect((await rows())[0]).toMatchObject({ status: "completed", attempt: 2 });
  });

  test("21: a handler that runs longer than the lease keeps it", async () => {
    let finish = () => {};
    const done = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let runs = 0;
    const long = defineSubscriber({
      name: "test.long",
      event: Happened,
      handle: async () => {
        runs++;
        await done;
      },
    });
    const events = wire([long], { count: 2, lease_seconds: 0.3 });
    start();
    await publish(events, 1);
    await vi.waitFor(() => expect(runs).toBe(1), patience);
    const renewals = new Set<string>();
    await vi.waitFor(async () => {
      const [row] = await t.sql<{ until: string }>("select locked_until::text as until from events.outbox");
      renewals.add(row?.until ?? "");
      expect(renewals.size).toBeGreaterThan(6);
    }, patience);
    finish();
    await vi.waitFor(async () => expect((await rows())[0]?.status).toBe("completed"), patience);
    expect(runs).toBe(1);
  });

  test("a handler that hangs is given up after its time", async () => {
    const hangs = defineSubscriber({
      name: "test.hangs",
      event: Happened,
      timeout_ms: 50,
      max_retries: 0,
      handle: () => new Promise(() => {}),
    });
    const events = wire([hangs], { concurrency: 1 });
    start();
    await publish(events, 1);
    await vi.waitFor(async () => expect((await rows())[0]).toMatchObject({ status: "failed" }), patience);
  });

  test("13: at the end what runs may finish, what is not done goes back, and no attempt is lost", async () => {
    let finish = () => {};
    const finishing = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const begun: number[] = [];
    const mixed = defineSubscriber({
      name: "test.mixed",
      event: Happened,
      handle: async (_ctx, { n }) => {
        begun.push(n);
        await (n === 1 ? finishing : new Promise(() => {}));
      },
    });
    const events = wire([mixed], { concurrency: 2 });
    for (const n of [1, 2, 3, 4]) await publish(events, n);
    start();
    await vi.waitFor(() => expect(begun.sort()).toEqual([1, 2]), patience);
    finish();
    await vi.waitFor(async () => expect((await rows())[0]?.status).toBe("completed"), patience);
    await vi.waitFor(() => expect(begun.length).toBe(3), patience);
    await workers[0]?.stop(0);
    expect((await rows()).map(({ status }) => status).sort()).toEqual(["completed", "pending", "pending", "pending"]);
    // Handed back: no try is used up, and the fence of whoever held them does not come again.
    const back = await t.sql("select distinct attempt, retry_count, locked_by, locked_until from events.outbox");
    expect(back).toEqual([{ attempt: 1, retry_count: 0, locked_by: null, locked_until: null }]);
  });

  test("a handler works in the event's workspace and sees no other", async () => {
    await makeMember(t);
    const seen: number[] = [];
    const looks = defineSubscriber({
      name: "test.looks",
      event: Happened,
      handleInTransaction: async (tx) => {
        const { rows: members } = await sql`select from workspaces.members`.execute(tx[session]);
        seen.push(members.length);
      },
    });
    const events = wire([looks]);
    start();
    await publish(events, 1);
    await vi.waitFor(() => expect(seen).toEqual([1]), patience);
  });
});

test("the backoff doubles from two minutes, spread by a tenth", () => {
  expect([1, 2, 3].map((attempt) => backoffSeconds(attempt, 0.5))).toEqual([120, 240, 480]);
  expect(backoffSeconds(1, 0)).toBeCloseTo(108);
  expect(backoffSeconds(1, 1)).toBeCloseTo(132);
  expect(failureMessage("x\u0000\ud800")).toBe("x\ufffd");
});
