import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import {
  delivered,
  type EventStage,
  eventStage,
  gate,
  Happened,
  patience,
  type StageOptions,
} from "../../../test/support/events.ts";
import { makeMember } from "../../../test/support/factories.ts";
import type { Ctx } from "../../core/context.ts";
import { defineSubscriber, type SubscriberOptions } from "./index.ts";

// Order and limits by key, over several workers.

let t: TestDatabase;
let ada: Ctx;
let bob: Ctx;
let stage: EventStage;
beforeAll(async () => {
  t = await testDatabase({ pool_size: 20 });
  ada = await makeMember(t);
  bob = await makeMember(t);
});
afterAll(() => t.close());
beforeEach(() => t.sql("truncate events.outbox, events.completed, events.dead_letters, events.key_windows"));
afterEach(() => stage.stop());

type Options = Partial<SubscriberOptions<typeof Happened>>;
function wire(options: Options, workers: StageOptions = {}): EventStage {
  const subscriber = defineSubscriber({ name: "test.keyed", event: Happened, key: ({ key }) => key, ...options });
  stage = eventStage(t, [subscriber], { workers: 3, ...workers });
  return stage;
}

describe("an ordered key", () => {
  test("is handled in the order of publishing by several workers, and keys do not wait for each other", async () => {
    const seen: string[] = [];
    const running = new Map<string, number>();
    wire({
      ordered: true,
      handle: async (_ctx, { n, key = "" }) => {
        running.set(key, (running.get(key) ?? 0) + 1);
        expect(running.get(key)).toBe(1);
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(`${key}${n}`);
        running.set(key, 0);
      },
    });
    await stage.publishAll(ada, 300, (n) => "abc"[n % 3] ?? "");
    stage.start();
    await delivered(t);
    for (const key of ["a", "b", "c"]) {
      const own = seen.filter((each) => each.startsWith(key)).map((each) => Number(each.slice(1)));
      expect(own).toEqual(own.toSorted((x, y) => x - y));
      expect(own).toHaveLength(100);
    }
  });

  test("waits while one of it is retried, and goes on behind a dead letter", async () => {
    const seen: string[] = [];
    wire({
      ordered: true,
      max_retries: 2,
      backoff: () => 0.05,
      handle: async (_ctx, { n, key }) => {
        seen.push(`${key}${n}`);
        if (n === 1 && key === "a") throw new Error("not now");
      },
    });
    await stage.publishAll(ada, 4, () => "a");
    await stage.publish(ada, 9, "b");
    stage.start();
    await delivered(t);
    expect(seen.filter((each) => each.startsWith("a"))).toEqual(["a0", "a1", "a1", "a1", "a2", "a3"]);
    expect(await t.sql("select payload ->> 'n' as n, retry_count from events.dead_letters")).toEqual([
      { n: "1", retry_count: 3 },
    ]);
  });

  test("of events without a key: each stands alone", async () => {
    const both = gate();
    let begun = 0;
    wire({
      ordered: true,
      handle: async () => {
        if (++begun === 2) both.open();
        await both.opened;
      },
    });
    await stage.publish(ada, 1);
    await stage.publish(ada, 2);
    stage.start();
    await delivered(t);
  });
});

test("no more of a key run at once than is allowed, in all workers together; others go on", async () => {
  const hold = gate();
  const begun: string[] = [];
  let most = 0;
  let now = 0;
  wire({
    key_concurrency: 2,
    handle: async (_ctx, { n, key }) => {
      begun.push(`${key}${n}`);
      if (key !== "a") return;
      most = Math.max(most, ++now);
      await hold.opened;
      now--;
    },
  });
  await stage.publishAll(ada, 40, () => "a");
  await stage.publish(ada, 1, "b");
  stage.start();
  await vi.waitFor(() => {
    expect(begun).toContain("b1");
    expect(begun.filter((each) => each.startsWith("a"))).toHaveLength(2);
  }, patience);
  hold.open();
  await delivered(t);
  expect(most).toBe(2);
  expect(begun).toHaveLength(41);
});

describe("9: of keys whose handlers hang in one workspace", () => {
  /** Every handler of one workspace hangs until the gate is open; the others' are counted. */
  function hanging(options: Options, workers: StageOptions = {}) {
    const hold = gate();
    const told = { hanging: 0, done: 0, open: hold.open };
    wire(
      {
        ...options,
        handle: async ({ workspace_id }) => {
          if (workspace_id !== ada.workspace_id) return void told.done++;
          told.hanging++;
          await hold.opened;
        },
      },
      { workers: 1, concurrency: 10, ...workers },
    );
    return told;
  }

  test.each<[string, Options]>([
    ["are limited", { key_concurrency: 5 }],
    ["are limited, of a subscriber with fewer slots than the process", { key_concurrency: 5, concurrency: 5 }],
    ["are limited by a rate", { key_rate: { limit: 100, window_seconds: 60 } }],
    ["are ordered", { ordered: true }],
  ])("others that %s go on", async (_, options) => {
    const told = hanging(options);
    await stage.publishAll(ada, 100, (n) => `hangs ${n % 5}`);
    stage.start();
    await vi.waitFor(() => expect(told.hanging).toBeGreaterThanOrEqual(4), patience);
    await stage.publishAll(bob, 30, (n) => `quick ${n % 3}`);
    await vi.waitFor(() => expect(told.done).toBe(30), patience);
    told.open();
    await delivered(t);
    expect(told.hanging).toBe(100);
  });

  test("the same key goes on in another", async () => {
    const told = hanging({ key_rate: { limit: 1_000, window_seconds: 60 } });
    await stage.publishAll(ada, 100, () => "everybody's");
    await stage.publishAll(bob, 30, () => "everybody's");
    stage.start();
    await vi.waitFor(() => expect(told).toMatchObject({ done: 30, hanging: 9 }), patience);
    told.open();
    await delivered(t);
  });

  test("others go on behind more of them than one claim visits", async () => {
    const told = hanging({ key_concurrency: 1 });
    await stage.publishAll(ada, 250, (n) => `a hangs ${n}`);
    await stage.publishAll(bob, 10, (n) => `b quick ${n}`);
    stage.start();
    await vi.waitFor(() => expect(told).toMatchObject({ done: 10, hanging: 9 }), patience);
    told.open();
    await delivered(t);
  });

  test("an ordered key that two workspaces share keeps its order", async () => {
    const seen: number[] = [];
    wire({ ordered: true, handle: async (_ctx, { n }) => void seen.push(n) }, { workers: 1 });
    for (let n = 0; n < 60; n++) await stage.publish(n % 3 === 0 ? bob : ada, n, "shared");
    stage.start();
    await delivered(t);
    expect(seen).toEqual(Array.from({ length: 60 }, (_, n) => n));
  });
});

test("no more of a key are begun in a window than is allowed, in all workers together", async () => {
  const begun: number[] = [];
  wire({ key_rate: { limit: 3, window_seconds: 600 }, handle: async (_ctx, { n }) => void begun.push(n) });
  await stage.publishAll(ada, 10, () => "number");
  await stage.publish(ada, 99, "another number");
  stage.start();
  await vi.waitFor(() => expect(begun).toHaveLength(4), patience);
  expect(begun).toContain(99);
  t.clock.advance(300_000);
  try {
    // Each worker has looked again, and found nothing that may begin.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(begun).toHaveLength(4);
    t.clock.advance(301_000);
    await vi.waitFor(() => expect(begun).toHaveLength(7), patience);
    t.clock.advance(1_300_000);
    await vi.waitFor(() => expect(begun).toHaveLength(10), patience);
  } finally {
    t.clock.advance(-1_901_000);
  }
});

describe("of more keys than one claim visits", () => {
  const keys = 250;
  const claimsSoFar = async () => {
    const { body } = await stage.metrics.page();
    return Number(/^plinth_events_claim_duration_seconds_count (\d+)$/m.exec(body)?.[1]);
  };
  const claimsIn = async (milliseconds: number) => {
    const before = await claimsSoFar();
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    return (await claimsSoFar()) - before;
  };
  const nameOf = (n: number) => `key ${String(n).padStart(4, "0")}`;

  test("all get their turn, whatever waits before them for a later time", async () => {
    const seen = new Set<string | undefined>();
    wire({ key_concurrency: 1, handle: async (_ctx, { key }) => void seen.add(key) }, { workers: 1 });
    await stage.publishAll(ada, 2 * keys, nameOf);
    await t.sql("update events.outbox set scheduled_for = scheduled_for + interval '1 hour' where key <= $1", [
      nameOf(keys - 1),
    ]);
    stage.start();
    await vi.waitFor(() => expect(seen.size).toBe(keys), patience);
    expect([...seen].sort()).toEqual(Array.from({ length: keys }, (_, n) => nameOf(keys + n)));
  });

  test("none of which has anything due, the worker rests", async () => {
    wire({ key_concurrency: 2, handle: async () => {} }, { workers: 1, poll_ms: 250 });
    await stage.publishAll(ada, keys, nameOf);
    await t.sql("update events.outbox set scheduled_for = scheduled_for + interval '1 hour'");
    stage.start();
    expect(await claimsIn(1_000)).toBeLessThan(30);
  });

  test("none of which may begin anything now, the worker rests", async () => {
    let begun = 0;
    const key_rate = { limit: 1, window_seconds: 600 };
    wire({ key_rate, handle: async () => void begun++ }, { workers: 1, poll_ms: 250 });
    await stage.publishAll(ada, 2 * keys, (n) => nameOf(n % keys));
    stage.start();
    await vi.waitFor(() => expect(begun).toBe(keys), patience);
    expect(await claimsIn(1_000)).toBeLessThan(40);
    expect(begun).toBe(keys);
  });
});

test("no more handlers of a subscriber run at once in a process than it says, and the others have the rest", async () => {
  const hold = gate();
  let now = 0;
  let most = 0;
  let other = 0;
  const narrow = defineSubscriber({
    name: "test.narrow",
    event: Happened,
    concurrency: 2,
    handle: async () => {
      most = Math.max(most, ++now);
      await hold.opened;
      now--;
    },
  });
  const wide = defineSubscriber({ name: "test.wide", event: Happened, handle: async () => void other++ });
  stage = eventStage(t, [narrow, wide], { workers: 1, concurrency: 5 });
  await stage.publishAll(ada, 50);
  stage.start();
  await vi.waitFor(() => expect([other, now]).toEqual([50, 2]), patience);
  hold.open();
  await delivered(t);
  expect(most).toBe(2);
});

test.each<[string, Options]>([
  ["a key without a use for it", { key: () => "a" }],
  ["an order without a key", { key: undefined, ordered: true } as Options],
  ["a rate above what is remembered", { key_rate: { limit: 1_001, window_seconds: 1 } }],
  ["no handler", { ordered: true, handle: undefined } as Options],
  ["a name without a module", { name: "mails", ordered: true }],
])("%s is refused", (_, options) => {
  const all = {
    name: "test.keyed",
    event: Happened,
    key: ({ key }: { key?: string }) => key,
    handle: async () => {},
    ...options,
  };
  expect(() => defineSubscriber(all)).toThrow(TypeError);
});
