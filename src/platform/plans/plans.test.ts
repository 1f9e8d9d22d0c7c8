import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type BillingStage, billingStage, documents } from "../../../test/support/billing.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { subscriptionEvent } from "../stripe/simulator.ts";

let t: BillingStage;
beforeEach(async () => {
  t = await billingStage();
});
afterEach(() => t.close());

const products = ["prism", "coditect"];

/** The documents with something replaced. */
function changed(from: string | RegExp, to: string) {
  const after = documents.map(({ file, text }) => ({ file, text: text.replace(from, to) }));
  expect(after).not.toEqual(documents);
  return after;
}

async function versions(plan_id: string) {
  return t.sql<{ version: number; content: { price: { amount: number } } }>(
    "select version, content from plans.plan_versions where plan_id = $1 order by version",
    [plan_id],
  );
}

describe("loading the catalogue", () => {
  test("makes a first version of every plan, and is done when nothing has changed", async () => {
    const counts = () => t.sql("select plan_id, version, id from plans.plan_versions order by plan_id, version");
    const before = await counts();
    expect(before.map(({ plan_id, version }) => [plan_id, version])).toEqual([
      ["coditect.none", 1],
      ["coditect.team", 1],
      ["prism.free", 1],
      ["prism.max", 1],
      ["prism.pro", 1],
    ]);
    expect(await t.plans.load(documents, products)).toEqual({ new_versions: [], withdrawn: [] });
    const reordered = changed(
      "name: Pro\n    price: { amount: 999, currency: USD, interval: month }",
      "price: { interval: month, currency: USD, amount: 999 }\n    name: Pro",
    );
    expect(await t.plans.load(reordered, products)).toEqual({ new_versions: [], withdrawn: [] });
    expect(await counts()).toEqual(before);
  });

  test("a changed plan is a new version; the old one stays as it was sold", async () => {
    const change = await t.plans.load(changed("amount: 999", "amount: 1299"), products);
    expect(change).toEqual({ new_versions: ["prism.pro"], withdrawn: [] });
    expect((await versions("prism.pro")).map(({ version, content }) => [version, content.price.amount])).toEqual([
      [1, 999],
      [2, 1_299],
    ]);
    expect(await t.plans.get("prism.pro")).toMatchObject({ version: 2, price: { amount: 1_299 } });
    await t.plans.load(documents, products);
    expect(await t.plans.get("prism.pro")).toMatchObject({ version: 3, price: { amount: 999 } });
  });

  test("nobody can change or delete a version", async () => {
    const attempts = ["update plans.plan_versions set version = 9", "delete from plans.plan_versions"];
    for (const attempt of attempts) await expect(t.sql(attempt)).rejects.toThrow("never changed");
  });

  test("by several processes at once: they agree on one version", async () => {
    const newer = changed("amount: 999", "amount: 1299");
    const changes = await Promise.all(Array.from({ length: 8 }, () => t.plans.load(newer, products)));
    expect(changes.filter(({ new_versions }) => new_versions.length > 0)).toHaveLength(1);
    expect(await versions("prism.pro")).toHaveLength(2);
  });

  test("a plan that is gone is withdrawn: off the list, still known, and back again when it returns", async () => {
    const without = [...documents, { file: "config/plans.yaml", text: "overrides: { prism: { max: null } }" }];
    expect(await t.plans.load(without, products)).toEqual({ new_versions: [], withdrawn: ["prism.max"] });
    expect((await t.plans.list("prism")).map(({ id }) => id)).toEqual(["prism.free", "prism.pro"]);
    expect((await t.plans.get("prism.max")).withdrawn_at).toBeInstanceOf(Date);
    expect(await t.plans.load(without, products)).toEqual({ new_versions: [], withdrawn: [] });
    await t.plans.load(documents, products);
    expect(await t.plans.get("prism.max")).toMatchObject({ withdrawn_at: null, version: 1 });
  });

  test("a product that is switched off takes its plans off the list", async () => {
    const [prism] = documents;
    await t.plans.load(prism === undefined ? [] : [prism], ["prism"]);
    expect(await t.plans.list("coditect")).toEqual([]);
  });

  test("a mistake changes nothing at all", async () => {
    const bad = changed("amount: 999", "amount: nine");
    await expect(t.plans.load(bad, products)).rejects.toThrow(
      "prism/plans.yaml:12: prism.pro: price/amount must be integer",
    );
    expect(await versions("prism.pro")).toHaveLength(1);
  });

  test("the default plan's new limits hold for everybody without a subscription, at once", async () => {
    const { workspace_id } = await makeMember(t);
    const ctx = { workspace_id, actor: { kind: "system", reason: "test" }, request_id: "test" } as const;
    const limit = async () => {
      const { features } = await t.db.inWorkspace(ctx, (tx) => t.entitlements.get(tx, ctx, "prism"));
      return features.turns_per_day;
    };
    expect(await limit()).toMatchObject({ limit: 3 });
    await t.plans.load(changed("limit: 3,", "limit: 5,"), products);
    expect(await limit()).toMatchObject({ limit: 5 });
  });

  test("a product without a free plan gives a workspace without a subscription nothing, by a plan of that name", async () => {
    const { workspace_id } = await makeMember(t);
    const ctx = { workspace_id, actor: { kind: "system", reason: "test" }, request_id: "test" } as const;
    const snapshot = await t.db.inWorkspace(ctx, (tx) => t.entitlements.get(tx, ctx, "coditect"));
    expect(snapshot).toMatchObject({ plan_id: "coditect.none", features: {} });
    expect((await t.plans.list("coditect")).map(({ id }) => id)).toEqual(["coditect.team"]);
    expect(await t.plans.get("coditect.none")).toMatchObject({ default: true });
  });
});

test("who has subscribed keeps the version that was bought, until the price is another", async () => {
  const { workspace_id } = await makeMember(t);
  const limit = async () => {
    const [row] = await t.sql<{ limit: number }>(
      "select (features #>> '{turns_per_day,limit}')::int as limit from entitlements.grants where workspace_id = $1",
      [workspace_id],
    );
    return row?.limit;
  };
  const start = new Date(Date.now() - 3_600_000);
  const told = (n: number, price: string) =>
    subscriptionEvent(`customer.subscription.${n === 0 ? "created" : "updated"}`, {
      ...{ price, subscription: "sub_1", customer: "cus_1", workspace_id, started_at: start },
      created: new Date(start.getTime() + n * 1_000),
      quantity: n + 1,
    });
  await t.send(told(0, "price_pro"));
  const sold = changed("limit: 30,", "limit: 40,").map(({ file, text }) => ({
    file,
    text: text.replace("[price_pro]", "[price_pro_2027]"),
  }));
  await t.plans.load(sold, products);
  await t.send(told(1, "price_pro"));
  expect(await limit()).toBe(30);
  await t.send(told(2, "price_pro_2027"));
  expect(await limit()).toBe(40);
  await t.send(told(3, "price_pro"));
  expect(await limit()).toBe(30);
});

describe("the list of plans", () => {
  test("is by product, then price, then place in the file", async () => {
    const same = [
      ...documents,
      { file: "config/plans.yaml", text: "overrides: { prism: { max: { price: { amount: 5 } }, free: { rank: 1 } } }" },
    ];
    await t.plans.load(same, products);
    expect((await t.plans.list()).map(({ id }) => id)).toEqual([
      "coditect.team",
      "prism.free",
      "prism.max",
      "prism.pro",
    ]);
    await t.plans.load(changed("amount: 999", "amount: 1999"), products);
    expect((await t.plans.list("prism")).map(({ id }) => id)).toEqual(["prism.free", "prism.pro", "prism.max"]);
  });

  test("tells what a client compares, and no store's ids", async () => {
    const plan = await t.plans.get("prism.pro");
    expect(plan).toEqual({
      id: "prism.pro",
      product: "prism",
      key: "pro",
      name: "Pro",
      description: "",
      price: { amount: 999, currency: "USD", interval: "month" },
      trial_days: 0,
      seats: 1,
      rank: 10,
      default: false,
      features: { turns_per_day: { kind: "limit", limit: 30, window: "day", per: "member" } },
      license_prefix: null,
      plan_version_id: expect.any(String),
      version: 1,
      withdrawn_at: null,
    });
  });

  test("a plan that never was is not found", async () => {
    await expect(t.plans.get("prism.gold")).rejects.toMatchObject({ code: "plans.not_found" });
  });
});
