import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test, vi } from "vitest";
import { entryOf, ledgerProcess, standing, testLedger } from "../../../test/support/ai-ledger.ts";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { newId } from "../../core/id.ts";
import { createRedis, type RedisClient } from "../../core/redis.ts";

const day_ms = 86_400_000;
const given = inject("redis");

let t: TestDatabase;
let upstream: Server;
let upstream_url: string;
/** Calls that reached the provider. */
let reached = 0;
beforeAll(async () => {
  t = await testDatabase();
  upstream = createServer((_request, response) => {
    reached++;
    response.end("{}");
  }).listen(0, "127.0.0.1");
  await once(upstream, "listening");
  upstream_url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/`;
});
beforeEach(() => {
  reached = 0;
});
afterAll(async () => {
  upstream.closeAllConnections();
  upstream.close();
  await t.close();
});

const callOf = (limits: object, amount_pico_usd: number, facts: { call_id?: string; feature?: string } = {}) => ({
  call_id: newId(),
  feature: "prism.turn",
  ttl_seconds: 60,
  ...facts,
  limits,
  amount_pico_usd,
});

/** Looks at a workspace's budgets until stopped; the most that was spent and reserved in one of them, and how often it looked. */
function sample(workspace_id: string) {
  let isEnded = false;
  let most = 0;
  let looks = 0;
  const look = async () => {
    while (!isEnded) {
      const [row] = await t.sql<{ most: string | null }>(
        "select max(spent_pico_usd + reserved_pico_usd) as most from ai_ledger.spending where workspace_id = $1",
        [workspace_id],
      );
      most = Math.max(most, Number(row?.most ?? 0));
      looks++;
      await pause(0);
    }
  };
  const running = look();
  return async () => {
    isEnded = true;
    await running;
    return { most, looks };
  };
}

describe("AI 17: 100 calls at once where there is room for 10", () => {
  test("from four processes: exactly 10 reach the provider, and spent and reserved are never above the limit", async () => {
    const { workspace_id } = await makeMember(t);
    const task = { ...t, upstream_url, workspaces: [workspace_id], calls: 25, amount: 100, cost: 100 };
    const { app_url, system_url, workspaces, calls, amount, cost } = task;
    const limits = { feature: 1_000_000, workspace: 1_000, workspace_feature: 1_050 };
    const processes = await Promise.all(
      Array.from({ length: 4 }, () =>
        ledgerProcess({ app_url, system_url, upstream_url, workspaces, calls, amount, cost, limits }),
      ),
    );
    const stop = sample(workspace_id);
    const outcomes = (await Promise.all(processes.map((process) => process.run()))).flat();
    const { most, looks } = await stop();
    expect(outcomes.filter((outcome) => outcome === "ok")).toHaveLength(10);
    expect(outcomes.filter((outcome) => outcome === "ai.budget_exhausted")).toHaveLength(90);
    expect(reached).toBe(10);
    expect(most).toBe(1_000);
    expect(looks).toBeGreaterThan(5);
    expect(await standing(t, { workspace_id })).toMatchObject({ workspace: [1_000, 0], workspace_feature: [1_000, 0] });
  });

  test("what the calls cost beyond their estimate is the only overshoot", async () => {
    const { workspace_id } = await makeMember(t);
    const { app_url, system_url } = t;
    const places = { app_url, system_url, upstream_url, workspaces: [workspace_id] };
    // All are reserved before any is settled: in one process they are one batch.
    const process = await ledgerProcess({
      ...places,
      calls: 100,
      amount: 100,
      cost: 130,
      limits: { workspace: 1_000 },
    });
    const outcomes = await process.run();
    expect(outcomes.filter((outcome) => outcome === "ok")).toHaveLength(10);
    expect(await standing(t, { workspace_id })).toMatchObject({ workspace: [1_300, 0] });
  });

  test("of several workspaces in any order, many batches at once: no deadlock, and each has its own room", async () => {
    const people = await Promise.all(Array.from({ length: 8 }, () => makeMember(t)));
    const workspaces = people.map(({ workspace_id }) => workspace_id);
    const { app_url, system_url } = t;
    const limits = { feature: 100_000_000, workspace: 300 };
    const task = { app_url, system_url, upstream_url, calls: 80, amount: 100, cost: 100, limits };
    const processes = await Promise.all(
      [workspaces, workspaces.toReversed(), workspaces.toSpliced(2, 3), workspaces].map((order) =>
        ledgerProcess({ ...task, workspaces: order }),
      ),
    );
    const outcomes = (await Promise.all(processes.map((process) => process.run()))).flat();
    expect(new Set(outcomes)).toEqual(new Set(["ok", "ai.budget_exhausted"]));
    expect(reached).toBe(24);
    for (const ctx of people) expect(await standing(t, ctx)).toMatchObject({ workspace: [300, 0] });
  });
});

describe("AI 18: killed between reserve and settle", () => {
  test("the reservation is released after its time, by one reaper, and a late settlement counts once", async () => {
    const ctx = await makeMember(t);
    const { app_url, system_url } = t;
    const limits = { workspace: 1_000 };
    const places = { app_url, system_url, upstream_url, workspaces: [ctx.workspace_id], hangs: true };
    const { child, run } = await ledgerProcess({ ...places, calls: 1, amount: 900, cost: 0, limits });
    await run();
    const died = once(child, "exit");
    child.kill("SIGKILL");
    await died;
    expect(await standing(t, ctx)).toMatchObject({ workspace: [0, 900] });

    const { ledger, metrics, close } = testLedger(t);
    const other = testLedger(t);
    await ledger.maintain();
    expect(await standing(t, ctx)).toMatchObject({ workspace: [0, 900] });
    await expect(ledger.reserve(ctx, callOf(limits, 200))).rejects.toMatchObject({ code: "ai.budget_exhausted" });
    t.clock.advance(61_000);
    await Promise.all([ledger.maintain(), other.ledger.maintain(), ledger.maintain()]);
    expect(await standing(t, ctx)).toMatchObject({ workspace: [0, 0] });
    expect(await ledger.reserve(ctx, callOf(limits, 200))).not.toBeNull();

    const [held] = await t.sql<{ call_id: string; day: string }>(
      "select call_id, day::text from ai_ledger.reservations where workspace_id = $1 and released_at is not null",
      [ctx.workspace_id],
    );
    if (held === undefined) throw new Error("It was not kept");
    const reservation = { id: held.call_id, day: held.day };
    const settle = () => ledger.record(ctx, entryOf(held.call_id, 700), { reservation, total_pico_usd: 700 });
    await Promise.all([settle(), settle(), settle()]);
    await settle();
    expect(await standing(t, ctx)).toMatchObject({ workspace: [700, 200] });
    const { body } = await metrics.page();
    const { body: others } = await other.metrics.page();
    const reaped = [body, others].map((page) => /^plinth_ai_ledger_reservations_reaped_total (\d+)/m.exec(page)?.[1]);
    expect(reaped.reduce((sum, count) => sum + Number(count), 0)).toBe(1);
    await close();
    await other.close();
  });

  test("attempts that were entered before it died stay spent, and only the rest is released", async () => {
    const ctx = await makeMember(t);
    const { ledger, close } = testLedger(t);
    const call = callOf({ workspace: 1_000 }, 900);
    const reservation = await ledger.reserve(ctx, call);
    await ledger.record(ctx, entryOf(call.call_id, 300, { outcome: "timeout" }));
    expect(await standing(t, ctx)).toMatchObject({ workspace: [300, 600] });
    t.clock.advance(61_000);
    await ledger.maintain();
    expect(await standing(t, ctx)).toMatchObject({ workspace: [300, 0] });
    if (reservation === null) throw new Error("There is a limit");
    await ledger.record(ctx, entryOf(call.call_id, 400, { attempt: 2 }), { reservation, total_pico_usd: 700 });
    expect(await standing(t, ctx)).toMatchObject({ workspace: [700, 0] });
    await close();
  });
});

describe("AI 19: settled twice", () => {
  test("one row and one cost, however often and from however many processes", async () => {
    const ctx = await makeMember(t);
    const [one, two] = [testLedger(t), testLedger(t)];
    const call = callOf({ workspace: 1_000 }, 500);
    const reservation = await one.ledger.reserve(ctx, call);
    if (reservation === null) throw new Error("There is a limit");
    const settle = ({ ledger }: typeof one) =>
      ledger.record(ctx, entryOf(call.call_id, 450), { reservation, total_pico_usd: 450 });
    await Promise.all([settle(one), settle(two), settle(one), settle(two)]);
    await settle(two);
    expect(await standing(t, ctx)).toMatchObject({ workspace: [450, 0] });
    const { data, total } = await one.ledger.usage.ofWorkspace(ctx, { limit: 20, by: "feature" });
    expect(total).toMatchObject({ calls: 1, attempts: 1, input_tokens: 12 });
    expect(data).toHaveLength(1);
    await one.ledger.release(ctx, reservation);
    expect(await standing(t, ctx)).toMatchObject({ workspace: [450, 0] });
    await one.close();
    await two.close();
  });

  test("a total beyond what was entered (an attempt that could not be) is spent all the same", async () => {
    const ctx = await makeMember(t);
    const { ledger, close } = testLedger(t);
    const call = callOf({ workspace: 1_000 }, 500);
    const reservation = await ledger.reserve(ctx, call);
    if (reservation === null) throw new Error("There is a limit");
    await ledger.record(ctx, entryOf(call.call_id, 100, { attempt: 2 }), { reservation, total_pico_usd: 180 });
    expect(await standing(t, ctx)).toMatchObject({ workspace: [180, 0] });
    await close();
  });
});

test("AI 21: what cached tokens cost comes out to the pico", async () => {
  const ctx = await makeMember(t);
  const { ledger, close } = testLedger(t);
  const openai = { input_tokens: 2_006, cached_input_tokens: 1_920, output_tokens: 300, reasoning_tokens: 0 };
  const cost = 86 * 2_500_000 + 1_920 * 1_250_000 + 300 * 10_000_000;
  await ledger.record(ctx, entryOf(newId(), cost, { ...openai, model: "gpt-4o" }));
  const anthropic = { input_tokens: 12_307, cached_input_tokens: 0, cache_write_tokens: 12_304, output_tokens: 550 };
  const written = 3 * 3_000_000 + 12_304 * 3_750_000 + 550 * 15_000_000;
  await ledger.record(ctx, entryOf(newId(), written, { ...anthropic, reasoning_tokens: 0, model: "claude" }));
  const { data, total } = await ledger.usage.ofWorkspace(ctx, { limit: 20, by: "model" });
  expect(data).toMatchObject([
    { model: "claude", cost_usd: "0.054399", cache_write_tokens: 12_304 },
    { model: "gpt-4o", cost_usd: "0.005615", cached_input_tokens: 1_920 },
  ]);
  expect(total.cost_usd).toBe("0.060014");
  await close();
});

test("AI 22: an attempt that was given up and perhaps charged keeps its estimate", async () => {
  const ctx = await makeMember(t);
  const { ledger, close } = testLedger(t);
  const call = callOf({ workspace: 1_000 }, 400);
  const reservation = await ledger.reserve(ctx, call);
  if (reservation === null) throw new Error("There is a limit");
  const given_up = { outcome: "unknown_billed" as const, error_code: "timeout", estimated: true };
  await ledger.record(ctx, entryOf(call.call_id, 400, given_up), { reservation, total_pico_usd: 400 });
  expect(await standing(t, ctx)).toMatchObject({ workspace: [400, 0] });
  const { data } = await ledger.usage.events(ctx, { limit: 20, outcome: "unknown_billed" });
  expect(data).toMatchObject([{ call_id: call.call_id, estimated: true, cost_usd: "0.0000000004" }]);
  await close();
});

test("AI 23: a call over midnight is settled on the day of its reservation", async () => {
  const ctx = await makeMember(t);
  const { ledger, close } = testLedger(t);
  const limits = { workspace: 1_000 };
  const call = callOf(limits, 900);
  const reservation = await ledger.reserve(ctx, call);
  if (reservation === null) throw new Error("There is a limit");
  t.clock.advance(day_ms);
  const next = await ledger.reserve(ctx, callOf(limits, 900));
  expect(next?.day).not.toBe(reservation.day);
  await ledger.record(ctx, entryOf(call.call_id, 800), { reservation, total_pico_usd: 800 });
  const rows = await t.sql(
    "select day::text, spent_pico_usd as spent, reserved_pico_usd as reserved from ai_ledger.spending where workspace_id = $1 and scope = 'workspace' order by day",
    [ctx.workspace_id],
  );
  expect(rows).toEqual([
    { day: reservation.day, spent: "800", reserved: "0" },
    { day: next?.day, spent: "0", reserved: "900" },
  ]);
  const { data } = await ledger.usage.ofWorkspace(ctx, { limit: 20, by: "day" });
  expect(data).toMatchObject([{ day: reservation.day, attempts: 1 }]);
  await close();
});

describe.skipIf("missing" in given)("AI 24: Redis in front", () => {
  const connect = async () => {
    const redis = createRedis({ url: "url" in given ? given.url : "", onError: () => {} });
    await vi.waitFor(() => expect(redis.status).toBe("ready"), 10_000);
    return redis;
  };
  /** Fills the workspace's budget; asks for more until Redis knows. */
  async function exhaust(ledger: ReturnType<typeof testLedger>["ledger"], ctx: Awaited<ReturnType<typeof makeMember>>) {
    const call = callOf({ workspace: 1_000 }, 950);
    const reservation = await ledger.reserve(ctx, call);
    if (reservation === null) throw new Error("There is a limit");
    await ledger.record(ctx, entryOf(call.call_id, 950), { reservation, total_pico_usd: 950 });
    await expect(ledger.reserve(ctx, callOf({ workspace: 1_000 }, 100))).rejects.toMatchObject({
      code: "ai.budget_exhausted",
    });
  }
  const keysOf = (redis: RedisClient, workspace_id: string) => redis.keys(`plinth:ai_spent:*${workspace_id}*`);

  test("remembers what is spent, for all processes, and never refuses what has room", async () => {
    const redis = await connect();
    const ctx = await makeMember(t);
    const [one, two] = [testLedger(t, { redis }), testLedger(t, { redis })];
    await exhaust(one.ledger, ctx);
    await vi.waitFor(async () => expect(await keysOf(redis, ctx.workspace_id)).toHaveLength(1));
    await two.db.close();
    // Without PostgreSQL: so it was told by Redis.
    const error = await two.ledger.reserve(ctx, callOf({ workspace: 1_000 }, 100)).catch((thrown) => thrown);
    expect(error).toMatchObject({
      code: "ai.budget_exhausted",
      occurrence: { extensions: { spent_usd: "0.00000000095" } },
    });
    // What would fit is asked of PostgreSQL, and so is a higher limit.
    expect(await one.ledger.reserve(ctx, callOf({ workspace: 1_000 }, 50))).not.toBeNull();
    expect(await one.ledger.reserve(ctx, callOf({ workspace: 5_000 }, 100))).not.toBeNull();
    await one.close();
    redis.disconnect();
  });

  test("room that may be given back is not remembered as used up", async () => {
    const redis = await connect();
    const ctx = await makeMember(t);
    const { ledger, close } = testLedger(t, { redis });
    const first = await ledger.reserve(ctx, callOf({ workspace: 1_000 }, 950));
    await expect(ledger.reserve(ctx, callOf({ workspace: 1_000 }, 100))).rejects.toMatchObject({
      code: "ai.budget_exhausted",
    });
    if (first !== null) await ledger.release(ctx, first);
    expect(await ledger.reserve(ctx, callOf({ workspace: 1_000 }, 100))).not.toBeNull();
    expect(await keysOf(redis, ctx.workspace_id)).toEqual([]);
    await close();
    redis.disconnect();
  });

  test("emptied, or holding nonsense: budgets are as strict, and nobody is let in", async () => {
    const redis = await connect();
    const ctx = await makeMember(t);
    const { ledger, close } = testLedger(t, { redis });
    await exhaust(ledger, ctx);
    await vi.waitFor(async () => expect(await keysOf(redis, ctx.workspace_id)).toHaveLength(1));
    const [key = ""] = await keysOf(redis, ctx.workspace_id);
    for (const nonsense of ["-1", "NaN", "1e99", "", "0"]) {
      await redis.set(key, nonsense);
      await expect(ledger.reserve(ctx, callOf({ workspace: 1_000 }, 100))).rejects.toMatchObject({
        code: "ai.budget_exhausted",
      });
    }
    await redis.del(key);
    await expect(ledger.reserve(ctx, callOf({ workspace: 1_000 }, 100))).rejects.toMatchObject({
      code: "ai.budget_exhausted",
    });
    await close();
    redis.disconnect();
  });

  test("away: budgets are as strict, nothing fails, and nobody waits for it call after call", async () => {
    const gone = createRedis({ url: "redis://127.0.0.1:1", onError: () => {} });
    const ctx = await makeMember(t);
    const { ledger, close } = testLedger(t, { redis: gone });
    const limits = { workspace: 1_000 };
    const results = await Promise.allSettled(
      Array.from({ length: 30 }, () => ledger.reserve(ctx, callOf(limits, 100))),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(10);
    const refused = results.flatMap((result) => (result.status === "rejected" ? [result.reason.code] : []));
    expect(new Set(refused)).toEqual(new Set(["ai.budget_exhausted"]));
    await close();
    gone.disconnect();
  });
});

test("an event that cannot be stored stands in the log with all its figures, and the caller is not troubled", async () => {
  const ctx = await makeMember(t);
  const { ledger, db, lines, metrics } = testLedger(t);
  await db.close();
  const call_id = newId();
  await ledger.record(ctx, entryOf(call_id, 80_000_000));
  await ledger.release(ctx, { id: call_id, day: "2026-11-21" });
  const line = JSON.parse(lines.find((entry) => entry.includes("could not be stored")) ?? "{}");
  expect(line).toMatchObject({
    level: "error",
    request_id: ctx.request_id,
    usage_event: { call_id, attempt: 1, workspace_id: ctx.workspace_id, input_tokens: 12, cost_pico_usd: 80_000_000 },
  });
  expect(lines.some((entry) => entry.includes("was not released"))).toBe(true);
  expect(metrics.describe().map(({ name }) => name)).toContain("plinth_ai_ledger_usage_events_lost_total");
});
