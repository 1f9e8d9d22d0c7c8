import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { delivered, type EventStage, eventStage, gate, Happened, patience } from "../../../test/support/events.ts";
import { makeMember } from "../../../test/support/factories.ts";
import type { Ctx } from "../../core/context.ts";
import { DependencyDown, defineSubscriber, PermanentFailure } from "./index.ts";

let t: TestDatabase;
let ada: Ctx;
let stage: EventStage;
beforeAll(async () => {
  t = await testDatabase({ pool_size: 10 });
  ada = await makeMember(t);
});
afterAll(() => t.close());
beforeEach(() => t.sql("truncate events.outbox, events.completed, events.dead_letters, events.paused_subscribers"));
afterEach(() => stage.stop());

const pauses = () => stage.events.pauses.list();
const retriesUsed = async () =>
  (await t.sql<{ n: number }>("select coalesce(max(retry_count), 0) as n from events.deliveries"))[0]?.n;
const advance = async (milliseconds: number, then: () => Promise<void>) => {
  t.clock.advance(milliseconds);
  try {
    await then();
  } finally {
    t.clock.advance(-milliseconds);
  }
};

test("a permanent failure is a dead letter at once", async () => {
  let runs = 0;
  const rejects = defineSubscriber({
    name: "test.rejects",
    event: Happened,
    handle: async () => {
      runs++;
      throw new PermanentFailure("no such number");
    },
  });
  stage = eventStage(t, [rejects]);
  await stage.publish(ada, 1);
  stage.start();
  await delivered(t);
  const dead = await t.sql("select error_message, retry_count, state, payload from events.dead_letters");
  expect(dead).toEqual([{ error_message: "no such number", retry_count: 1, state: "dead", payload: { n: 1 } }]);
  expect(runs).toBe(1);
  expect(stage.lines.filter(({ level }) => level === "error")).toHaveLength(1);
});

test("an outage pauses its subscriber, uses up nobody's retries, lets one event at a time try, and ends when that one succeeds", async () => {
  let isDown = true;
  let calls = 0;
  let others = 0;
  const sends = defineSubscriber({
    name: "test.sends",
    event: Happened,
    max_retries: 0,
    handle: async () => {
      calls++;
      if (isDown) throw new DependencyDown("sendgrid", { cause: new Error("502") });
    },
  });
  const other = defineSubscriber({ name: "test.other", event: Happened, handle: async () => void others++ });
  stage = eventStage(t, [sends, other], { workers: 2 });
  await stage.publishAll(ada, 60);
  stage.start();
  await vi.waitFor(async () => {
    expect(await pauses()).toMatchObject([
      { subscriber: "test.sends", dependency: "sendgrid", reason: "sendgrid is down: 502", failures: 0 },
    ]);
    expect(others).toBe(60);
    expect(await t.sql("select from events.outbox where status = 'processing'")).toEqual([]);
  }, patience);
  const first = calls;
  // Those that had begun, of two workers: not one call for each event.
  expect(first).toBeLessThanOrEqual(10);
  await advance(6_000, async () => {
    await vi.waitFor(async () => expect(await pauses()).toMatchObject([{ failures: 1 }]), patience);
    expect(calls).toBe(first + 1);
  });
  isDown = false;
  await advance(60_000, () => delivered(t));
  expect(await pauses()).toEqual([]);
  expect(calls).toBe(first + 1 + 60);
  expect(await retriesUsed()).toBe(0);
  expect(await t.sql("select from events.dead_letters")).toEqual([]);
});

test("an outage ends, too, when all that waits had holders that died again and again", async () => {
  let calls = 0;
  const sends = defineSubscriber({
    name: "test.sends",
    event: Happened,
    handle: async () => {
      if (++calls === 1) throw new DependencyDown("sendgrid");
    },
  });
  stage = eventStage(t, [sends]);
  await stage.publishAll(ada, 3);
  await t.sql("update events.outbox set deaths = 2, retry_count = 2");
  stage.start();
  await vi.waitFor(async () => expect(await pauses()).toHaveLength(1), patience);
  await advance(6_000, () => delivered(t));
  expect(await pauses()).toEqual([]);
  expect(calls).toBe(4);
});

test("an outage lasts as long as the dependency asked for", async () => {
  const sends = defineSubscriber({
    name: "test.sends",
    event: Happened,
    handle: async () => {
      throw new DependencyDown("twilio", { retry_after: 900 });
    },
  });
  stage = eventStage(t, [sends]);
  await stage.publish(ada, 1);
  stage.start();
  await vi.waitFor(async () => expect(await pauses()).toHaveLength(1), patience);
  const [pause] = await pauses();
  expect((pause?.resume_at?.getTime() ?? 0) - (pause?.paused_at.getTime() ?? 0)).toBe(900_000);
});

test("a probe that fails for a reason of its own ends the outage", async () => {
  let calls = 0;
  const sends = defineSubscriber({
    name: "test.sends",
    event: Happened,
    max_retries: 0,
    handle: async () => {
      if (++calls === 1) throw new DependencyDown("sendgrid");
      throw new Error("this one is broken");
    },
  });
  stage = eventStage(t, [sends]);
  await stage.publish(ada, 1);
  stage.start();
  await vi.waitFor(async () => expect(await pauses()).toHaveLength(1), patience);
  await advance(6_000, () => delivered(t));
  expect(await pauses()).toEqual([]);
  expect(await t.sql("select error_message from events.dead_letters")).toEqual([
    { error_message: "this one is broken" },
  ]);
});

test("an operator pauses and resumes a subscriber; what runs may finish, what waits stays, and no outage ends the pause", async () => {
  const running = gate();
  let handled = 0;
  const works = defineSubscriber({
    name: "test.works",
    event: Happened,
    concurrency: 1,
    handle: async () => {
      if (handled++ === 0) await running.opened;
    },
  });
  stage = eventStage(t, [works], { workers: 1 });
  stage.start();
  await stage.publishAll(ada, 10);
  await vi.waitFor(() => expect(handled).toBe(1), patience);
  await stage.events.pauses.pause("test.works", { reason: "the vendor moves house", paused_by: "ada" });
  await vi.waitFor(async () => {
    expect(await t.sql("select from events.outbox where status = 'processing'")).toHaveLength(1);
  }, patience);
  running.open();
  await vi.waitFor(async () => expect(await t.sql("select from events.completed")).toHaveLength(1), patience);
  await stage.events.pauses.endOutage("test.works");
  expect(await pauses()).toMatchObject([
    { subscriber: "test.works", dependency: null, reason: "the vendor moves house", paused_by: "ada", resume_at: null },
  ]);
  const { body } = await stage.metrics.page();
  expect(body).toContain('plinth_events_handled_total{subscriber="test.works",outcome="completed"} 1');
  expect(await stage.events.pauses.resume("test.works")).toBe(true);
  await delivered(t);
  expect(handled).toBe(10);
  expect(await retriesUsed()).toBe(0);
  expect(await stage.events.pauses.resume("test.works")).toBe(false);
  await expect(stage.events.pauses.resume("test.unknown")).rejects.toMatchObject({ code: "events.unknown_subscriber" });
});
