import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { entryOf, standing, testLedger } from "../../../test/support/ai-ledger.ts";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { makeMember } from "../../../test/support/factories.ts";
import type { Ctx } from "../../core/context.ts";
import { newId } from "../../core/id.ts";
import type { BudgetLimits, Reservation } from "./index.ts";

let t: TestDatabase;
let stage: ReturnType<typeof testLedger>;
beforeAll(async () => {
  t = await testDatabase();
  stage = testLedger(t);
});
afterAll(async () => {
  await stage.close();
  await t.close();
});

/** Asks for room at a feature of the test's own. */
const ask = (
  ctx: Ctx,
  limits: BudgetLimits,
  amount_pico_usd: number,
  facts: { call_id?: string; feature?: string; ttl_seconds?: number } = {},
) =>
  stage.ledger.reserve(ctx, {
    call_id: newId(),
    feature: "prism.turn",
    ttl_seconds: 60,
    ...facts,
    limits,
    amount_pico_usd,
  });
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => "admitted",
    ({ code, occurrence }) => ({ code, ...occurrence.extensions }),
  );

describe("reserve", () => {
  test("sets the whole amount aside in every budget with a limit, and settles it to the cost", async () => {
    const ctx = await makeMember(t);
    const limits = { workspace: 100, workspace_feature: 90, user: 80 };
    const reservation = await ask(ctx, limits, 60);
    expect(await standing(t, ctx)).toEqual({ workspace: [0, 60], workspace_feature: [0, 60], user: [0, 60] });
    if (reservation === null) throw new Error("There are limits");
    await stage.ledger.record(ctx, entryOf(reservation.id, 25), { reservation, total_pico_usd: 25 });
    expect(await standing(t, ctx)).toEqual({ workspace: [25, 0], workspace_feature: [25, 0], user: [25, 0] });
    expect(await t.sql("select 1 from ai_ledger.reservations where workspace_id = $1", [ctx.workspace_id])).toEqual([]);
  });

  test("is null where nothing is limited, and a limit of persons limits nobody where the platform acts", async () => {
    const ctx = await makeMember(t);
    expect(await ask(ctx, {}, 60)).toBeNull();
    expect(await ask({ ...ctx, actor: { kind: "system", reason: "test" } }, { user: 1 }, 60)).toBeNull();
  });

  test("a reservation is never made smaller to fit: what has no room is refused, and something smaller may still come", async () => {
    const ctx = await makeMember(t);
    await ask(ctx, { workspace: 100 }, 70);
    expect(await refusal(ask(ctx, { workspace: 100 }, 31))).toMatchObject({ code: "ai.budget_exhausted" });
    expect(await standing(t, ctx)).toEqual({ workspace: [0, 70] });
    expect(await ask(ctx, { workspace: 100 }, 30)).not.toBeNull();
    expect(await standing(t, ctx)).toEqual({ workspace: [0, 100] });
  });

  test("takes from all budgets or from none, and names the one that had no room, its limit and what is spent", async () => {
    const ctx = await makeMember(t);
    await stage.ledger.record(ctx, entryOf(newId(), 5_615_000_000));
    const limits = { workspace: 1e12, workspace_feature: 6_000_000_000, user: 1e12 };
    const error = await ask(ctx, limits, 400_000_000).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: "ai.budget_exhausted", kind: "limit_reached" });
    expect(error.occurrence.extensions).toEqual({
      scope: "workspace_feature",
      limit_usd: "0.006",
      spent_usd: "0.005615",
      reserved_usd: "0",
    });
    expect(error.occurrence.retry_after).toBeGreaterThan(0);
    expect(error.occurrence.retry_after).toBeLessThanOrEqual(86_400);
    expect(await standing(t, ctx)).toMatchObject({ workspace: [5_615_000_000, 0], user: [5_615_000_000, 0] });
  });

  test("in one batch the first come are served, whatever their workspaces, and others are not touched", async () => {
    const feature = `prism.${newId()}`;
    const people = await Promise.all(Array.from({ length: 6 }, () => makeMember(t)));
    const results = await Promise.all(
      people.map((ctx) => refusal(ask(ctx, { feature: 35, workspace: 1_000 }, 10, { feature }))),
    );
    expect(results.map((result) => result === "admitted")).toEqual([true, true, true, false, false, false]);
    expect(results[5]).toEqual({ code: "ai.budget_exhausted", scope: "feature" });
    const [row] = await t.sql("select reserved_pico_usd from ai_ledger.feature_spending where feature = $1", [feature]);
    expect(row).toEqual({ reserved_pico_usd: "30" });
  });

  test("a feature that gets a limit in the middle of the day begins with what it has cost", async () => {
    const feature = `prism.${newId()}`;
    const [ada, eve] = [await makeMember(t), await makeMember(t)];
    for (const ctx of [ada, eve]) await stage.ledger.record(ctx, entryOf(newId(), 40, { feature }));
    expect(await t.sql("select 1 from ai_ledger.feature_spending where feature = $1", [feature])).toEqual([]);
    expect(await refusal(ask(ada, { feature: 100 }, 21, { feature }))).toMatchObject({ scope: "feature" });
    expect(await ask(ada, { feature: 100 }, 20, { feature })).not.toBeNull();
  });

  test("sums beyond nine million dollars are kept to the pico", async () => {
    const ctx = await makeMember(t);
    const huge = 9_000_000_000_000_000;
    await t.sql(
      "insert into ai_ledger.spending (workspace_id, day, scope, subject, spent_pico_usd) values ($1, (now() at time zone 'UTC')::date, 'workspace', '', 9300000000000000000000001)",
      [ctx.workspace_id],
    );
    await ask(ctx, { workspace: 1e26 }, huge);
    await stage.ledger.record(ctx, entryOf(newId(), 1));
    const { data } = await stage.ledger.usage.budgets(ctx);
    expect(data.find(({ scope }) => scope === "workspace")).toMatchObject({
      spent_usd: "9300000000000.000000000002",
      reserved_usd: "9000",
      limit_usd: "100000000000000",
    });
  });

  test("one call that PostgreSQL refuses does not fail the others of its batch", async () => {
    const ctx = await makeMember(t);
    const nowhere = { ...ctx, workspace_id: newId() };
    const limits = { workspace: 1_000 };
    const results = await Promise.allSettled([ask(ctx, limits, 1), ask(nowhere, limits, 1), ask(ctx, limits, 1)]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await standing(t, ctx)).toEqual({ workspace: [0, 2] });
  });
});

describe("what a budget tells", () => {
  const told = (workspace_id: string) =>
    t.sql<{ event_type: string; payload: Record<string, unknown> }>(
      "select event_type, payload from events.outbox where workspace_id = $1 order by id",
      [workspace_id],
    );

  test("four fifths are told once, and that it is used up once, by whoever finds it", async () => {
    const ctx = await makeMember(t);
    const limits = { workspace: 1_000_000_000_000 };
    const spend = async (amount: number) => {
      const reservation = await ask(ctx, limits, amount);
      if (reservation === null) throw new Error("There is a limit");
      await stage.ledger.record(ctx, entryOf(reservation.id, amount), { reservation, total_pico_usd: amount });
      await stage.ledger.settled();
    };
    await spend(799_999_999_999);
    expect(await told(ctx.workspace_id)).toEqual([]);
    await spend(1);
    await spend(1);
    expect(await told(ctx.workspace_id)).toMatchObject([
      {
        event_type: "ai_ledger.budget_warned",
        payload: { scope: "workspace", limit_usd: "1", spent_usd: "0.8", feature: null, user_id: null },
      },
    ]);
    const results = await Promise.all(Array.from({ length: 20 }, () => refusal(ask(ctx, limits, 300_000_000_000))));
    expect(results.every((result) => result !== "admitted")).toBe(true);
    await stage.ledger.settled();
    expect((await told(ctx.workspace_id)).map(({ event_type }) => event_type)).toEqual([
      "ai_ledger.budget_warned",
      "ai_ledger.budget_exhausted",
    ]);
  });

  test("a feature's budget over all workspaces is the platform's business", async () => {
    const ctx = await makeMember(t);
    const feature = `prism.${newId()}`;
    await refusal(ask(ctx, { feature: 1 }, 2, { feature }));
    await stage.ledger.settled();
    expect(await told(ctx.workspace_id)).toEqual([]);
    const ofPlatform = await told("00000000-0000-0000-0000-000000000000");
    expect(ofPlatform.map(({ payload }) => payload.feature)).toContain(feature);
  });

  test("the metrics show how much of a feature's budget is used, and no tenant", async () => {
    const ctx = await makeMember(t);
    const feature = `prism.${newId()}`;
    await ask(ctx, { feature: 100 }, 25, { feature });
    const { body } = await stage.metrics.page();
    expect(body).toContain(`plinth_ai_ledger_budget_use_ratio{feature="${feature}"} 0.25`);
    expect(body).toMatch(/^plinth_ai_ledger_reservations [1-9]/m);
    expect(body).not.toContain(ctx.workspace_id);
  });
});

describe("extend", () => {
  const limits = { feature: 1e12, workspace: 1_000, user: 900 };
  const extend = (ctx: Ctx, reservation: Reservation, amount_pico_usd: number, feature = "prism.turn") =>
    stage.ledger.extend(ctx, reservation, { feature, limits, amount_pico_usd });
  const given = async (reservation: Promise<Reservation | null>) => {
    const found = await reservation;
    if (found === null) throw new Error("There are limits");
    return found;
  };

  test("AI 17: sets more aside in all of the call's budgets or in none, beside what its attempts have cost", async () => {
    const ctx = await makeMember(t);
    const reservation = await given(ask(ctx, limits, 600));
    await stage.ledger.record(ctx, entryOf(reservation.id, 600, { outcome: "unknown_billed" }));
    expect(await refusal(extend(ctx, reservation, 301))).toMatchObject({ code: "ai.budget_exhausted", scope: "user" });
    expect(await standing(t, ctx)).toEqual({ workspace: [600, 0], workspace_feature: [600, 0], user: [600, 0] });
    await extend(ctx, reservation, 300);
    expect(await standing(t, ctx)).toEqual({ workspace: [600, 300], workspace_feature: [600, 0], user: [600, 300] });
    await stage.ledger.record(ctx, entryOf(reservation.id, 50, { attempt: 2 }), { reservation, total_pico_usd: 650 });
    expect(await standing(t, ctx)).toMatchObject({ workspace: [650, 0], user: [650, 0] });
  });

  test("AI 17: of 40 calls that want more at once exactly those are given it for whom there is room", async () => {
    const ctx = await makeMember(t);
    const calls = await Promise.all(Array.from({ length: 40 }, () => given(ask(ctx, limits, 10))));
    const outcomes = await Promise.all(
      calls.map((call) =>
        extend(ctx, call, 50).then(
          () => "ok",
          ({ code }) => code,
        ),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === "ok")).toHaveLength(10);
    expect(outcomes.filter((outcome) => outcome === "ai.budget_exhausted")).toHaveLength(30);
    expect(await standing(t, ctx)).toMatchObject({ workspace: [0, 900], user: [0, 900] });
    await Promise.all(calls.map((call) => stage.ledger.release(ctx, call)));
    expect(await standing(t, ctx)).toMatchObject({ workspace: [0, 0], user: [0, 0] });
  });

  test("AI 23: counts on the day of the reservation", async () => {
    const ctx = await makeMember(t);
    const reservation = await given(ask(ctx, limits, 600));
    t.clock.advance(86_400_000);
    await given(ask(ctx, limits, 900));
    await extend(ctx, reservation, 300);
    const rows = await t.sql(
      "select reserved_pico_usd::int as reserved from ai_ledger.spending where workspace_id = $1 and scope = 'user' order by day",
      [ctx.workspace_id],
    );
    expect(rows).toEqual([{ reserved: 900 }, { reserved: 900 }]);
  });

  test("AI 18: what was released at its end is set aside again, and released again", async () => {
    const ctx = await makeMember(t);
    const reservation = await given(ask(ctx, limits, 600));
    t.clock.advance(61_000);
    await stage.ledger.maintain();
    await extend(ctx, reservation, 300);
    expect(await standing(t, ctx)).toMatchObject({ user: [0, 300] });
    await stage.ledger.maintain();
    expect(await standing(t, ctx)).toMatchObject({ user: [0, 0] });
  });
});
