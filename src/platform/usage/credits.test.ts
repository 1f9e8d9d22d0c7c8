import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeMember } from "../../../test/support/factories.ts";
import {
  limited,
  type Member,
  outcome,
  tally,
  turns,
  type UsageStage,
  usageStage,
} from "../../../test/support/usage.ts";
import type { UserCtx } from "../../core/context.ts";
import { newId } from "../../core/id.ts";
import { createAudit } from "../audit/index.ts";
import { createUsageCredits, type UsageCredits } from "./index.ts";

let t: UsageStage;
let ada: Member;
beforeAll(async () => {
  t = await usageStage({ pool_size: 30 });
});
afterAll(() => t.close());
beforeEach(async () => {
  ada = await makeMember(t);
  await t.plan(limited(5));
});

const left = async (...ids: string[]) => {
  const rows = await t.sql<{ id: string; remaining: number }>(
    "select id, remaining::int from usage.credits where workspace_id = $1",
    [ada.workspace_id],
  );
  return ids.map((id) => rows.find((row) => row.id === id)?.remaining);
};
const overage = async () => {
  const rows = await t.sql<{ amount: number }>("select amount::int from usage.overages where workspace_id = $1", [
    ada.workspace_id,
  ]);
  return rows.map(({ amount }) => amount);
};
const shown = async () => (await t.usage.entitlements(ada, "prism"))[0]?.features.turns;
const back = (key: string) => t.db.inWorkspace(ada, (tx) => t.usage.giveBack(tx, ada, key));
const hold = (amount: number, seconds = 300) => t.hold(ada, [{ feature: turns, amount }], { seconds });

describe("credits", () => {
  test("are used after the window's allowance, the soonest to end first", async () => {
    const [never, late, soon] = [await t.credit(ada, 3), await t.credit(ada, 3, 9_000), await t.credit(ada, 3, 4_000)];
    expect(await t.take(ada, { amount: 4 })).toMatchObject({ used: 4, from_credits: 0 });
    expect(await t.take(ada, { amount: 5 })).toMatchObject({
      used: 5,
      remaining: 0,
      from_credits: 4,
      over_limit: false,
    });
    expect(await left(never, late, soon)).toEqual([3, 2, 0]);
    expect(await shown()).toMatchObject({ used: 5, remaining: 0, credits: 5 });
    expect(await t.books(ada)).toEqual({ counter: 5, held: 0, logs: 5, daily: 9 });
  });

  test("U6: that do not suffice are not touched", async () => {
    const credit = await t.credit(ada, 3);
    expect(await outcome(t.take(ada, { amount: 9 }))).toBe("usage.limit_reached");
    expect(await left(credit)).toEqual([3]);
  });

  test("that are over give nothing", async () => {
    const credit = await t.credit(ada, 3, 600);
    await t.take(ada, { amount: 5 });
    await t.later(600_000, async () => {
      expect(await shown()).toMatchObject({ credits: 0 });
      expect(await outcome(t.take(ada, { amount: 5 }))).not.toBe("usage.idempotency_conflict");
    });
    expect(await left(credit)).toEqual([3]);
  });

  test("give out exactly what there is, to 60 at once", async () => {
    const credit = await t.credit(ada, 7);
    const told = await Promise.all(Array.from({ length: 60 }, () => outcome(t.take(ada))));
    expect(tally(told)).toEqual({ ok: 12, "usage.limit_reached": 48 });
    expect(await left(credit)).toEqual([0]);
    expect(await t.books(ada)).toEqual({ counter: 5, held: 0, logs: 5, daily: 12 });
  });

  test("come back to where they came from when what they paid is given back", async () => {
    const [late, soon] = [await t.credit(ada, 3), await t.credit(ada, 3, 4_000)];
    const key = newId();
    await t.take(ada, { amount: 9, idempotency_key: key });
    expect(await left(late, soon)).toEqual([2, 0]);
    await back(key);
    expect(await left(late, soon)).toEqual([3, 3]);
    expect(await t.books(ada)).toEqual({ counter: 0, held: 0, logs: 0, daily: 0 });
  });

  test("U5: are not drawn again by the same key", async () => {
    const credit = await t.credit(ada, 9);
    const key = newId();
    await t.take(ada, { amount: 6, idempotency_key: key });
    const all = await Promise.all(Array.from({ length: 10 }, () => t.take(ada, { amount: 6, idempotency_key: key })));
    expect(all.every(({ replayed, from_credits }) => replayed && from_credits === 1)).toBe(true);
    expect(await left(credit)).toEqual([8]);
  });

  test("U8: that are held come back first when less is confirmed, when it is released, and when it is over", async () => {
    const credit = await t.credit(ada, 6);
    const { reservation_id } = await hold(8);
    expect(await left(credit)).toEqual([3]);
    await t.confirm(ada, reservation_id, 6);
    expect(await left(credit)).toEqual([5]);
    expect(await t.books(ada)).toEqual({ counter: 5, held: 0, logs: 5, daily: 6 });
    await t.release(ada, (await hold(2)).reservation_id);
    expect(await left(credit)).toEqual([5]);
    await hold(5, 60);
    expect(await left(credit)).toEqual([0]);
    await t.later(60_001, async () => expect(await t.take(ada, { amount: 4 })).toMatchObject({ from_credits: 4 }));
    expect(await left(credit)).toEqual([1]);
  });

  test("U8: pay for what is confirmed beyond the limit", async () => {
    const credit = await t.credit(ada, 6);
    const { reservation_id } = await hold(3);
    expect((await t.confirm(ada, reservation_id, 9)).items).toMatchObject([{ confirmed: 9, from_credits: 4 }]);
    expect(await left(credit)).toEqual([2]);
  });

  test("held by another member's reservation that is over are there again, though nobody looked after it", async () => {
    await t.plan(limited(1, { per: "member" }));
    await t.credit(ada, 4);
    const eve = { ...(await makeMember(t)), workspace_id: ada.workspace_id };
    await t.hold(eve, [{ feature: turns, amount: 5 }], { seconds: 60 });
    await t.take(ada);
    expect(await outcome(t.take(ada, { amount: 2 }))).toBe("usage.limit_reached");
    await t.later(60_001, async () => {
      expect(await t.take(ada, { amount: 4 })).toMatchObject({ from_credits: 4 });
      expect(await t.usage.maintain()).toEqual({ expired_counters: 1 });
    });
    expect(await t.books(ada)).toMatchObject({ held: 0, counter: 1 });
  });

  test("do not help where the plan does not have the feature", async () => {
    await t.credit(ada, 4);
    await t.plan({});
    expect(await outcome(t.take(ada))).toBe("entitlements.missing");
  });
});

describe("a soft limit", () => {
  test("lets pass and says so, and draws no credits", async () => {
    await t.plan(limited(5, { policy: "soft" }));
    const credit = await t.credit(ada, 4);
    expect(await t.take(ada, { amount: 5 })).toMatchObject({ over_limit: false });
    expect(await t.take(ada, { amount: 3 })).toMatchObject({ used: 8, remaining: 0, over_limit: true, over: 0 });
    expect(await left(credit)).toEqual([4]);
    expect(await overage()).toEqual([]);
  });
});

describe("a limit with overage", () => {
  beforeEach(() => t.plan(limited(5, { policy: "overage" })));

  test("lets pass, uses credits first, and counts what is over in each window", async () => {
    const credit = await t.credit(ada, 2);
    expect(await t.take(ada, { amount: 4 })).toMatchObject({ over: 0, over_limit: false });
    expect(await t.take(ada, { amount: 6 })).toMatchObject({ over: 3, from_credits: 2, over_limit: true, used: 8 });
    expect(await left(credit)).toEqual([0]);
    expect(await shown()).toMatchObject({ used: 8, overage: 3, remaining: 0 });
    expect(await overage()).toEqual([3]);
    await t.later(86_400_000, async () => {
      expect(await shown()).toMatchObject({ used: 0, overage: 0 });
      await t.take(ada, { amount: 6 });
    });
    expect((await overage()).sort()).toEqual([1, 3]);
  });

  test("counts exactly what is over when 20 come at once", async () => {
    const told = await Promise.all(Array.from({ length: 20 }, () => t.take(ada)));
    expect(told.filter(({ over }) => over === 1).length).toBe(15);
    expect(await overage()).toEqual([15]);
  });

  test("takes back what is over when it is given back, released, or confirmed for less", async () => {
    const key = newId();
    await t.take(ada, { amount: 8, idempotency_key: key });
    expect(await overage()).toEqual([3]);
    const { reservation_id } = await hold(4);
    expect(await overage()).toEqual([7]);
    await t.confirm(ada, reservation_id, 1);
    expect(await overage()).toEqual([4]);
    await t.release(ada, (await hold(2)).reservation_id);
    await hold(2, 60);
    expect(await overage()).toEqual([6]);
    await t.later(60_001, () => t.usage.maintain());
    expect(await overage()).toEqual([4]);
    await back(key);
    expect(await overage()).toEqual([1]);
  });
});

describe("credits by an administrator", () => {
  let credits: UsageCredits;
  let admin: UserCtx;
  beforeAll(async () => {
    const audit = createAudit({ db: t.db });
    credits = createUsageCredits({ db: t.db, entitlements: t.entitlements, audit });
    const { actor } = await makeMember(t);
    if (actor.kind !== "user") throw new Error("A member is a person");
    admin = { actor, request_id: "test" };
  });

  test("are audited, on the timeline, and used", async () => {
    const given = await credits.give(admin, ada.workspace_id, { feature: turns, amount: 3, reason: "an outage" });
    expect(given).toMatchObject({ feature: turns, amount: 3, remaining: 3, expires_at: null, reason: "an outage" });
    expect(await t.take(ada, { amount: 8 })).toMatchObject({ from_credits: 3 });
    expect(await credits.list(ada.workspace_id)).toMatchObject([{ id: given.id, remaining: 0 }]);
    const [entry] = await t.sql("select action, actor_id, details from audit.entries where workspace_id = $1", [
      ada.workspace_id,
    ]);
    expect(entry).toMatchObject({ action: "usage.credits_given", actor_id: admin.actor.user_id });
    const { data } = await t.entitlements.timeline(ada, { limit: 10 });
    expect(data[0]).toMatchObject({ what: `3 credits of ${turns} given`, detail: "an outage", outcome: "applied" });
  });

  test("are refused for nobody, for no product, and when they are over at once", async () => {
    const give = (workspace_id: string, more: object) =>
      outcome(credits.give(admin, workspace_id, { feature: turns, amount: 3, reason: "x", ...more }));
    expect(await give(newId(), {})).toBe("entitlements.workspace_not_found");
    expect(await give(ada.workspace_id, { feature: "nothing.at_all" })).toBe("entitlements.unknown_product");
    expect(await give(ada.workspace_id, { expires_at: "2020-01-01T00:00:00Z" })).toBe("entitlements.period_invalid");
    expect(await credits.list(ada.workspace_id)).toEqual([]);
  });
});
