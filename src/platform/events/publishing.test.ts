import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { delivered, type EventStage, eventStage, Happened, patience } from "../../../test/support/events.ts";
import { makeMember } from "../../../test/support/factories.ts";
import type { Ctx } from "../../core/context.ts";
import { newId } from "../../core/id.ts";
import { createListener } from "../../core/listener.ts";
import { createMetrics } from "../../core/metrics.ts";
import { defineSubscriber, everyEvent, exposeOutbox, watchNotifications } from "./index.ts";

let t: TestDatabase;
let ada: Ctx;
let stage: EventStage;
let handled: { n: number; event_id: string; idempotency_key: string }[];
let heard: unknown[];
beforeAll(async () => {
  t = await testDatabase({ pool_size: 10 });
  ada = await makeMember(t);
});
afterAll(() => t.close());
beforeEach(async () => {
  await t.sql("truncate events.outbox, events.completed, events.dead_letters");
  handled = [];
  heard = [];
  stage = eventStage(t, [
    defineSubscriber({
      name: "test.handles",
      event: Happened,
      handle: async (_ctx, { n }, { event_id, idempotency_key }) => void handled.push({ n, event_id, idempotency_key }),
    }),
    defineSubscriber({ name: "test.hears", event: everyEvent, handle: async (_ctx, event) => void heard.push(event) }),
  ]);
});
afterEach(() => stage.stop());

const append = (n: number, options: object = {}, ctx = ada) =>
  t.db.inWorkspace(ctx, (tx) => stage.events.append(tx, ctx, Happened, { n }, options));

describe("an event", () => {
  test("has an id, that its handlers get with a key of their own; whoever hears of every event gets its type, payload and time", async () => {
    stage.start();
    const event_id = await append(7);
    await delivered(t);
    expect(handled).toEqual([{ n: 7, event_id, idempotency_key: `${event_id}:test.handles` }]);
    expect(heard).toEqual([{ event_type: "test.happened", event_id, payload: { n: 7 }, created_at: expect.any(Date) }]);
  });

  test("that does not concern a subscriber to every event is no row for it", async () => {
    const wants = (event_type: string) => event_type === "test.other";
    const picky = defineSubscriber({ name: "test.picks", event: everyEvent, wants, handle: async () => {} });
    const { events } = eventStage(t, [picky]);
    await t.db.inWorkspace(ada, (tx) => events.append(tx, ada, Happened, { n: 1 }));
    expect(await t.sql("select from events.outbox where subscriber = 'test.picks'")).toEqual([]);
  });

  test("under a given id is published once while it waits, however many publish it at once, and is another one in another workspace", async () => {
    const event_id = newId();
    const eve = await makeMember(t);
    const ids = await Promise.all(Array.from({ length: 20 }, () => append(1, { event_id })));
    await append(1, { event_id }, eve);
    expect(new Set(ids)).toEqual(new Set([event_id]));
    stage.start();
    await delivered(t);
    expect(handled).toHaveLength(2);
  });

  test("at a time comes then, and at once when that is over; with a delay comes later", async () => {
    stage.start();
    await append(1, { at: new Date(t.clock.now().getTime() + 7_200_000) });
    await append(2, { delay_seconds: 3_600 });
    await append(3, { at: new Date(0) });
    await vi.waitFor(() => expect(handled.map(({ n }) => n)).toEqual([3]), patience);
    t.clock.advance(3_601_000);
    try {
      await vi.waitFor(() => expect(handled.map(({ n }) => n)).toEqual([3, 2]), patience);
      t.clock.advance(3_600_000);
      await vi.waitFor(() => expect(handled.map(({ n }) => n)).toEqual([3, 2, 1]), patience);
    } finally {
      t.clock.advance(-7_201_000);
    }
  });

  test("that does not fit keeps the others of its list from being published", async () => {
    const wrong = t.db.inWorkspace(ada, (tx) =>
      stage.events.appendAll(tx, ada, [
        { event: Happened, payload: { n: 1 } },
        { event: Happened, payload: { n: "two" } as never },
      ]),
    );
    await expect(wrong).rejects.toThrow(/test.happened does not fit its schema: \/n/);
    expect(await t.sql("select from events.outbox")).toEqual([]);
  });

  test("with a large and odd payload arrives as it was", async () => {
    const odd = `"'\\{},${"\u{1F600}".repeat(1_000)}\n`;
    await t.db.inWorkspace(ada, (tx) => stage.events.append(tx, ada, Happened, { n: 1, key: odd }));
    stage.start();
    await delivered(t);
    expect(heard).toMatchObject([{ payload: { n: 1, key: odd } }]);
  });
});

test("many are published in one statement, in their order", async () => {
  const ids = await stage.publishAll(ada, 500);
  const rows = await t.sql<{ event_id: string }>(
    "select event_id from events.outbox where subscriber = 'test.handles' order by id",
  );
  expect(rows.map(({ event_id }) => event_id)).toEqual(ids);
});

test("what waits, how long and what is dead can be read from the metrics, without a tenant", async () => {
  const metrics = createMetrics();
  exposeOutbox(metrics, t.db);
  await stage.publishAll(ada, 3);
  await t.sql("update events.outbox set scheduled_for = now() - interval '1 minute' where subscriber = 'test.hears'");
  await t.sql(
    "insert into events.dead_letters select id, event_id, event_type, subscriber, workspace_id, payload, request_id, key, 1, 1, 0, 'no', now(), now() from events.outbox limit 2",
  );
  const { body } = await metrics.page();
  expect(body).toContain('plinth_events_pending{subscriber="test.hears"} 3');
  expect(Number(/plinth_events_lag_seconds\{subscriber="test.hears"\} (\S+)/.exec(body)?.[1])).toBeGreaterThanOrEqual(
    60,
  );
  expect(body).toMatch(/plinth_events_dead_letters\{subscriber="test\.\w+"\} [12]/);
  expect(body).not.toContain(ada.workspace_id);
});

test("18: whether notifications arrive is tried out, and told once when they do not", async () => {
  const lines: unknown[] = [];
  const logger = { warn: (line: unknown) => void lines.push(line) };
  const listener = createListener({ url: t.system_url, onError: () => {} });
  const hears = watchNotifications({ db: t.db, listener, logger, longest_ms: 60_000 });
  await listener.start();
  expect(await hears()).toBe(true);
  await listener.stop();
  const deaf = watchNotifications({ db: t.db, listener: { on: () => {} }, logger, longest_ms: 10 });
  expect(await deaf()).toBe(false);
  expect(lines).toEqual([expect.stringContaining("LISTEN hears nothing")]);
});
