import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { delivered, type EventStage, eventStage, gate, Happened, patience } from "../../../test/support/events.ts";
import { makeMember } from "../../../test/support/factories.ts";
import type { Ctx } from "../../core/context.ts";
import { defineSubscriber } from "./index.ts";

let t: TestDatabase;
let ada: Ctx;
let others: Ctx[];
let stage: EventStage;
beforeAll(async () => {
  t = await testDatabase({ pool_size: 10 });
  ada = await makeMember(t);
  others = [];
  for (let n = 0; n < 30; n++) others.push(await makeMember(t));
});
afterAll(() => t.close());
beforeEach(() => t.sql("truncate events.outbox, events.completed, events.dead_letters"));
afterEach(() => stage.stop());

test("8: behind a burst of one workspace the others do not wait for its end, whatever their ids", {
  timeout: 120_000,
}, async () => {
  const order: string[] = [];
  const works = defineSubscriber({
    name: "test.works",
    event: Happened,
    handle: async (ctx) => {
      await new Promise((resolve) => setImmediate(resolve));
      order.push(ctx.workspace_id);
    },
  });
  stage = eventStage(t, [works], { workers: 2, concurrency: 10 });
  const burst = 6_000;
  await stage.publishAll(ada, burst);
  stage.start();
  await vi.waitFor(() => expect(order.length).toBeGreaterThan(100), patience);
  await Promise.all(others.map((ctx) => stage.publishAll(ctx, 5)));
  const behind = order.length;
  await delivered(t);
  const lastOther = order.findLastIndex((workspace_id) => workspace_id !== ada.workspace_id);
  const burstBefore = order.slice(behind, lastOther).filter((workspace_id) => workspace_id === ada.workspace_id).length;
  expect(order).toHaveLength(burst + 150);
  // In turn they would have waited for all that was left of the burst.
  expect(behind).toBeLessThan(burst);
  expect(burstBefore).toBeLessThan((burst - behind) / 2 + 1);
});

test("8: each of many workspaces gets its turn when all have a backlog", async () => {
  const order: string[] = [];
  const works = defineSubscriber({
    name: "test.works",
    event: Happened,
    handle: async (ctx) => void order.push(ctx.workspace_id),
  });
  stage = eventStage(t, [works], { concurrency: 4 });
  for (const ctx of [ada, ...others]) await stage.publishAll(ctx, 40);
  stage.start();
  await delivered(t);
  const seen = new Set<string>();
  const firsts = [ada, ...others].map(({ workspace_id }) => order.indexOf(workspace_id));
  for (const workspace_id of order) seen.add(workspace_id);
  expect(seen.size).toBe(31);
  // In turn, the last workspace would begin behind 30 × 40 others.
  expect(Math.max(...firsts)).toBeLessThan(600);
});

test.each([
  ["the process", undefined, 7],
  ["a subscriber with fewer slots than the process", 5, 4],
])("9: handlers that hang in one workspace leave room for the others' in %s", async (_, concurrency, most) => {
  const hold = gate();
  let hanging = 0;
  let done = 0;
  const works = defineSubscriber({
    name: "test.works",
    event: Happened,
    ...(concurrency === undefined ? {} : { concurrency }),
    handle: async (ctx) => {
      if (ctx.workspace_id !== ada.workspace_id) return void done++;
      hanging++;
      await hold.opened;
    },
  });
  stage = eventStage(t, [works], { concurrency: 8 });
  await stage.publishAll(ada, 200);
  stage.start();
  await vi.waitFor(() => expect(hanging).toBe(most), patience);
  await Promise.all(others.map((ctx) => stage.publishAll(ctx, 3)));
  await vi.waitFor(() => expect(done).toBe(90), patience);
  expect(hanging).toBe(most);
  hold.open();
  await delivered(t);
  expect(hanging).toBe(200);
});
