import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeMember } from "../../../test/support/factories.ts";
import { type Member, outcome, tally, type UsageStage, usageStage } from "../../../test/support/usage.ts";
import { newId } from "../../core/id.ts";
import type { Features } from "../entitlements/index.ts";
import type { Item } from "./index.ts";

const names = ["alpha", "beta", "gamma", "delta"] as const;
const features = (limit: number): Features =>
  Object.fromEntries(
    names.map((name, n) => [
      name,
      { kind: "limit", limit, window: n % 2 === 0 ? "day" : "week", per: n < 2 ? "workspace" : "member" },
    ]),
  );
const of = (name: string, amount?: number): Item => ({
  feature: `prism.${name}`,
  ...(amount !== undefined && { amount }),
});

let t: UsageStage;
let ada: Member;
beforeAll(async () => {
  t = await usageStage({ pool_size: 16 });
});
afterAll(() => t.close());
beforeEach(async () => {
  ada = await makeMember(t);
  await t.plan(features(5));
});

const takeAll = (items: Item[], key = newId(), ctx: Member = ada) =>
  t.db.inWorkspace(ctx, (tx) => t.usage.consumeAll(tx, ctx, items, { idempotency_key: key }));
const counters = async () => {
  const rows = await t.sql<{ feature: string; used: number; held: number }>(
    "select feature, used::int, held::int from usage.usage_counters where workspace_id = $1 and used + held > 0",
    [ada.workspace_id],
  );
  return Object.fromEntries(rows.map(({ feature, used, held }) => [feature, used + held]));
};

describe("several features in one call", () => {
  test("U7: are all taken, and answered in the caller's order", async () => {
    const told = await takeAll([of("gamma", 2), of("alpha"), of("beta", 3)]);
    expect(told.map(({ feature, amount, used }) => [feature, amount, used])).toEqual([
      ["prism.gamma", 2, 2],
      ["prism.alpha", 1, 1],
      ["prism.beta", 3, 3],
    ]);
    expect(await counters()).toEqual({ gamma: 2, alpha: 1, beta: 3 });
  });

  test("U6, U7: one that has no room refuses all, and names itself; nothing is left behind", async () => {
    await takeAll([of("beta", 4)]);
    const credit = await t.credit(ada, 3);
    await t.sql("update usage.credits set feature = 'alpha' where id = $1", [credit]);
    const refusal = await takeAll([of("alpha", 7), of("beta", 2), of("gamma")]).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: "usage.limit_reached",
      occurrence: { extensions: { feature: "prism.beta", limit: 5, used: 4 } },
    });
    expect(await counters()).toEqual({ beta: 4 });
    const [kept] = await t.sql("select remaining::int from usage.credits where id = $1", [credit]);
    expect(kept).toEqual({ remaining: 3 });
    expect(await outcome(takeAll([of("alpha"), of("unheard_of")]))).toBe("entitlements.missing");
    expect(await counters()).toEqual({ beta: 4 });
  });

  test("U7: one that is refused leaves nothing behind in a transaction that goes on", async () => {
    await t.db.inWorkspace(ada, async (tx) => {
      const refused = t.usage.consumeAll(tx, ada, [of("alpha", 2), of("beta", 6)], { idempotency_key: newId() });
      expect(await outcome(refused)).toBe("usage.limit_reached");
      await t.usage.consume(tx, ada, "prism.gamma", { idempotency_key: newId() });
    });
    expect(await counters()).toEqual({ gamma: 1 });
    expect(await t.books(ada)).toMatchObject({ counter: 1, logs: 1, daily: 1 });
  });

  test("U5: the same key answers as it did first; with other features or amounts it is a conflict", async () => {
    const key = newId();
    const first = await takeAll([of("alpha", 2), of("beta")], key);
    const again = await takeAll([of("beta"), of("alpha", 2)], key);
    expect(again).toEqual([...first].reverse().map((each) => ({ ...each, replayed: true })));
    expect(await outcome(takeAll([of("alpha", 2)], key))).toBe("usage.idempotency_conflict");
    expect(await outcome(takeAll([of("alpha", 2), of("beta", 2)], key))).toBe("usage.idempotency_conflict");
    expect(await counters()).toEqual({ alpha: 2, beta: 1 });
  });

  test("are held, confirmed in part, and given back together", async () => {
    const { reservation_id, items } = await t.hold(ada, [of("beta", 4), of("alpha", 2)]);
    expect(items.map(({ feature }) => feature)).toEqual(["prism.beta", "prism.alpha"]);
    expect(await counters()).toEqual({ alpha: 2, beta: 4 });
    const { items: settled } = await t.db.inWorkspace(ada, (tx) =>
      t.usage.confirm(tx, ada, reservation_id, { "prism.beta": 1 }),
    );
    expect(settled.map(({ feature, confirmed }) => [feature, confirmed])).toEqual([
      ["prism.alpha", 2],
      ["prism.beta", 1],
    ]);
    expect(await counters()).toEqual({ alpha: 2, beta: 1 });
  });

  test("U12: are refunded together, once", async () => {
    const key = newId();
    await takeAll([of("alpha", 2), of("beta", 3)], key);
    const back = () => t.db.inWorkspace(ada, (tx) => t.usage.giveBack(tx, ada, key));
    await Promise.all(Array.from({ length: 10 }, back));
    expect(await counters()).toEqual({});
    expect(await t.books(ada)).toMatchObject({ counter: 0, logs: 0, daily: 0 });
  });

  test("are refused when there is none, too many, or one twice", async () => {
    await expect(takeAll([])).rejects.toThrow(RangeError);
    await expect(takeAll([of("alpha"), of("alpha", 2)])).rejects.toThrow(RangeError);
    await expect(takeAll(Array.from({ length: 11 }, (_, n) => of(`f${n}`)))).rejects.toThrow(RangeError);
  });

  test("U7: 2,000 random pairs in any order, taken, held and given back in parallel: no deadlock, and the books agree", async () => {
    await t.plan(features(1_000_000));
    const members = [ada, { ...(await makeMember(t)), workspace_id: ada.workspace_id }];
    const deadlocks = async () => {
      const [row] = await t.sql<{ n: number }>(
        "select deadlocks::int as n from pg_stat_database where datname = current_database()",
      );
      return row?.n ?? 0;
    };
    const before = await deadlocks();
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * below);
    };
    const one = async () => {
      const a = random(4);
      const b = (a + 1 + random(3)) % 4;
      const pair = [of(names[a] ?? "", 1 + random(3)), of(names[b] ?? "")];
      const ctx = members[random(2)] ?? ada;
      const kind = random(4);
      const key = newId();
      if (kind < 2) await takeAll(pair, key, ctx);
      if (kind === 1) await t.db.inWorkspace(ctx, (tx) => t.usage.giveBack(tx, ctx, key));
      if (kind < 2) return;
      const { reservation_id } = await t.hold(ctx, pair);
      await (kind === 2
        ? t.release(ctx, reservation_id)
        : t.db.inWorkspace(ctx, (tx) => t.usage.confirm(tx, ctx, reservation_id)));
    };
    const lane = async () => {
      const told: string[] = [];
      for (let n = 0; n < 125; n++) told.push(await outcome(one()));
      return told;
    };
    const told = (await Promise.all(Array.from({ length: 16 }, lane))).flat();
    expect(tally(told)).toEqual({ ok: 2_000 });
    expect((await deadlocks()) - before).toBe(0);
    const books = await t.books(ada);
    expect(books).toEqual({ counter: books.counter, held: 0, logs: books.counter, daily: books.counter });
  }, 120_000);
});
