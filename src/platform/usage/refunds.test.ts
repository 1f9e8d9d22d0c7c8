import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeMember } from "../../../test/support/factories.ts";
import { limited, type Member, outcome, tally, type UsageStage, usageStage } from "../../../test/support/usage.ts";
import { newId } from "../../core/id.ts";

let t: UsageStage;
let ada: Member;
beforeAll(async () => {
  t = await usageStage({ pool_size: 30 });
});
afterAll(() => t.close());
beforeEach(async () => {
  ada = await makeMember(t);
  await t.plan(limited(100));
});

const refund = (idempotency_key: string, amount?: number) =>
  t.db.inWorkspace(ada, (tx) =>
    t.usage.refund(tx, ada, { idempotency_key, reason: "provider_failed", ...(amount !== undefined && { amount }) }),
  );
const taken = async (amount: number) => {
  const idempotency_key = newId();
  await t.take(ada, { amount, idempotency_key });
  return idempotency_key;
};

describe("a refund", () => {
  test("U11: gives back what the key took, and says why in the log", async () => {
    const key = await taken(7);
    expect(await refund(key)).toBe(true);
    expect(await t.books(ada)).toEqual({ counter: 0, held: 0, logs: 0, daily: 0 });
    const logs = await t.sql(
      "select kind, amount::int, reason from usage.usage_logs where workspace_id = $1 order by amount desc",
      [ada.workspace_id],
    );
    expect(logs).toEqual([
      { kind: "use", amount: 7, reason: null },
      { kind: "refund", amount: -7, reason: "provider_failed" },
    ]);
  });

  test("U12: twice has no effect, of something unknown is not found, of more than was taken a conflict", async () => {
    const key = await taken(7);
    await taken(20);
    expect(await outcome(refund(key, 8))).toBe("usage.refund_conflict");
    const all = await Promise.all(Array.from({ length: 20 }, () => refund(key)));
    expect(all.filter((isNow) => isNow).length).toBe(1);
    expect(await outcome(refund(newId()))).toBe("usage.nothing_to_give_back");
    expect(await t.books(ada)).toEqual({ counter: 20, held: 0, logs: 20, daily: 20 });
  });

  test("U12: of a part is one refund: the same again has no effect, another part is a conflict", async () => {
    const key = await taken(7);
    expect(await refund(key, 3)).toBe(true);
    expect(await refund(key, 3)).toBe(false);
    expect(await outcome(refund(key, 2))).toBe("usage.refund_conflict");
    expect(await t.books(ada)).toEqual({ counter: 4, held: 0, logs: 4, daily: 4 });
  });

  test("U11: a loop of failures ends: three pass, after those all come to a fifth of the limit at most", async () => {
    const told: string[] = [];
    for (let n = 0; n < 6; n++) told.push(await outcome(refund(await taken(6))));
    expect(told).toEqual(["ok", "ok", "ok", ...Array(3).fill("usage.refunds_exhausted")]);
    expect(await t.books(ada)).toMatchObject({ counter: 18, logs: 18 });
    // Small ones go on until a fifth is reached: 18 + 2 of 20.
    expect([await outcome(refund(await taken(1))), await outcome(refund(await taken(1)))]).toEqual(["ok", "ok"]);
    expect(await outcome(refund(await taken(1)))).toBe("usage.refunds_exhausted");
    await t.later(86_400_000, async () => expect(await refund(await taken(6))).toBe(true));
  });

  test("U11: the cap holds against 20 at once", async () => {
    const keys: string[] = [];
    for (let n = 0; n < 20; n++) keys.push(await taken(5));
    const told = await Promise.all(keys.map((key) => outcome(refund(key))));
    expect(tally(told)).toEqual({ ok: 4, "usage.refunds_exhausted": 16 });
  });

  test("U11: what the platform itself saw fail has no cap, and nothing has one where there is no limit", async () => {
    for (let n = 0; n < 6; n++) {
      const key = await taken(10);
      await t.db.inWorkspace(ada, (tx) => t.usage.giveBack(tx, ada, key, "timeout"));
    }
    expect(await t.books(ada)).toMatchObject({ counter: 0 });
    await t.plan(limited(null));
    for (let n = 0; n < 6; n++) expect(await refund(await taken(10))).toBe(true);
  });

  test("U10: after the window it was taken in, it leaves the new window alone", async () => {
    const key = await taken(30);
    await t.later(86_400_000, async () => {
      await taken(2);
      await refund(key);
      expect(await t.books(ada)).toMatchObject({ counter: 2, logs: 2, daily: 2 });
    });
  });
});
