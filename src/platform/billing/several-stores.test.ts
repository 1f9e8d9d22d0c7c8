import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BillingStage, billingStage } from "../../../test/support/billing.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { type FakeGooglePlay, startFakeGooglePlay } from "../../../test/support/fake-google-play.ts";
import { day, endsOn, oneOf, type Sent } from "../../../test/support/store-stories.ts";
import type { Ctx } from "../../core/context.ts";
import { newId } from "../../core/id.ts";
import { appStoreNotification, type SimulatedNotification } from "../app_store/simulator.ts";
import { appStoreTrust } from "../app_store/trust.ts";
import { createAppStore } from "../app_store/webhook.ts";
import { createGooglePlay } from "../google_play/index.ts";
import { type SimulatedPurchase, subscriptionPurchase } from "../google_play/simulator.ts";
import { createRevenueCat, type SimulatedRevenueCatEvent, simulateRevenueCat } from "../revenuecat/index.ts";
import { subscriptionEvent } from "../stripe/simulator.ts";

// One workspace, several stores: what it has is the best of all, and none of them writes what another gave.

const authorization = "Bearer of-several-stores";
const bundle_id = "com.example.plinth";

let t: BillingStage;
let fake: FakeGooglePlay;
let ctx: Ctx & { user_id: string };
let id: string;
let start: Date;
let T: Date;
const { moveTo, receive, endOf, outcomes } = endsOn(() => t);
const on = (days: number) => new Date(start.getTime() + days * day);
const end = () => endOf(ctx.workspace_id);
const nothing = { plan: "prism.free", purchases: [] };

beforeAll(async () => {
  fake = await startFakeGooglePlay();
  const { package_name, push, api } = fake;
  t = await billingStage({
    stores: ({ clock }) => [
      createAppStore({ bundle_id, environment: "test", clock, ...appStoreTrust("test") }),
      createGooglePlay({ package_names: [package_name], push, api, environment: "test", clock }),
      createRevenueCat({ authorization: [authorization], environment: "test" }),
    ],
  });
});
afterAll(async () => {
  await t.close();
  await fake.close();
});
beforeEach(async () => {
  t.clock.advance(-t.clock.offset());
  ctx = await makeMember(t);
  id = newId();
  // In whole seconds, as Stripe counts.
  start = new Date(Math.floor(Date.now() / 1_000) * 1_000 - 3_600_000);
  T = on(30);
  t.lines.length = 0;
});

interface Told {
  days?: number;
  until?: Date;
  workspace_id?: string | undefined;
}

const stripe = (
  word: string,
  { days = 0, until = T, ...more }: Told & { price?: string; [name: string]: unknown } = {},
) =>
  t.send(
    subscriptionEvent(`customer.subscription.${word}`, {
      ...{ customer: `cus_${id}`, subscription: `sub_${id}`, workspace_id: ctx.workspace_id, price: "price_pro" },
      ...{ started_at: start, current_period_end: until, created: on(days), ...more },
    }),
  );
const appleSays = (
  type: string,
  { days = 0, until = T, workspace_id, ...more }: Told & Partial<SimulatedNotification> = {},
) =>
  appStoreNotification({
    ...{ type, product_id: "app.pro", original_transaction_id: `2000-${id}`, signed_at: on(days) },
    ...{ purchased_at: start, original_purchased_at: start, expires_at: until },
    ...{ app_account_token: workspace_id ?? ctx.workspace_id, ...more },
  });
const apple = (type: string, more: Told & Partial<SimulatedNotification> = {}) =>
  receive("app_store", [appleSays(type, more)]);
const catSays = (type: string, { days = 0, until = T, workspace_id, ...more }: Told & SimulatedRevenueCatEvent = {}) =>
  simulateRevenueCat(type, {
    ...{ authorization, at: on(days), product_id: "app.pro", entitlement_ids: ["pro_access"] },
    ...{ original_transaction_id: `2000-${id}`, purchased_at: start, expires_at: until },
    ...{ app_user_id: workspace_id ?? ctx.workspace_id, ...more },
  });
const cat = (type: string, more: Told & SimulatedRevenueCatEvent = {}) => receive("revenuecat", [catSays(type, more)]);
const googleSays = async (more: SimulatedPurchase = {}, token = `token-${id}`): Promise<Sent> => {
  const usual = { price_id: "app.pro:monthly", started_at: start, expires_at: T, account_id: ctx.workspace_id };
  fake.put(token, subscriptionPurchase({ ...usual, order_id: `GPA.${id}`, ...more }));
  const { raw_body, headers } = await fake.send({ purchase_token: token });
  return { body: raw_body, headers };
};
const google = async (more: SimulatedPurchase = {}, token?: string) =>
  receive("google_play", [await googleSays(more, token)]);
const alerts = () => t.lines.filter(({ alert }) => alert === "double_payment");
const sourcesOf = (workspace_id: string) =>
  t.sql<{ source: string }>("select source from entitlements.grants where workspace_id = $1 order by source", [
    workspace_id,
  ]);

describe("two stores pay for one product", () => {
  test("M1: pro until the later end, both named; one is over: still pro", async () => {
    await stripe("created");
    await apple("SUBSCRIBED/INITIAL_BUY", { until: on(40) });
    expect((await end()).plan).toBe("prism.pro");
    expect(await sourcesOf(ctx.workspace_id)).toEqual([
      { source: `app_store:2000-${id}` },
      { source: `stripe:sub_${id}` },
    ]);
    await stripe("deleted", { days: 0.01, ended_at: on(0.01) });
    expect((await end()).plan).toBe("prism.pro");
    moveTo(new Date(on(40).getTime() - 20_000));
    expect((await end()).plan).toBe("prism.pro");
    moveTo(on(40));
    expect((await end()).plan).toBe("prism.free");
  });

  test("M1: that it is paid twice is said, once", async () => {
    await stripe("created");
    expect(alerts()).toEqual([]);
    await apple("SUBSCRIBED/INITIAL_BUY");
    await apple("DID_RENEW", { days: 0.01, until: on(60), transaction_id: `2000-${id}-2` });
    await stripe("updated", { days: 0.02, quantity: 2 });
    expect(alerts()).toEqual([
      expect.objectContaining({
        workspace_id: ctx.workspace_id,
        product: "prism",
        subscriptions: [`app_store:2000-${id}`, `stripe:sub_${id}`],
      }),
    ]);
  });

  test("M1: in both stores at once: said once", async () => {
    await Promise.all([stripe("created"), apple("SUBSCRIBED/INITIAL_BUY")]);
    expect(alerts()).toHaveLength(1);
  });

  test("M1: what is over pays for nothing: nothing is said", async () => {
    await stripe("created", { until: on(0.001), current_period_start: on(-30) });
    await apple("SUBSCRIBED/INITIAL_BUY");
    expect(alerts()).toEqual([]);
  });

  test("M2: the highest rank counts, not the newest", async () => {
    await stripe("created", { price: "price_max" });
    await google();
    expect((await end()).plan).toBe("prism.max");
    await stripe("deleted", { days: 0.01, ended_at: on(0.01) });
    expect((await end()).plan).toBe("prism.pro");
  });

  test("C8: milliseconds, seconds and RFC 3339 of one moment are one end", async () => {
    await stripe("created");
    await apple("SUBSCRIBED/INITIAL_BUY");
    await google();
    const ends = (await end()).purchases.map(({ until }) => until);
    expect(ends).toEqual([T, T, T]);
  });
});

describe("whose it is", () => {
  test("M3: what a company pays for its workspace and a person for themselves stays apart", async () => {
    const company = await makeMember(t);
    await t.sql("insert into workspaces.members (workspace_id, user_id, role) values ($1, $2, 'member')", [
      company.workspace_id,
      ctx.user_id,
    ]);
    await stripe("created", { workspace_id: company.workspace_id, price: "price_team", quantity: 5 });
    await apple("SUBSCRIBED/INITIAL_BUY", { workspace_id: ctx.user_id });
    expect(await endOf(company.workspace_id, "coditect")).toMatchObject({ plan: "coditect.team", purchases: [{}] });
    expect(await endOf(company.workspace_id)).toEqual(nothing);
    expect(await end()).toEqual(oneOf("pro", T));
    expect((await endOf(ctx.workspace_id, "coditect")).purchases).toEqual([]);
  });

  test("M5: an account that is gone is not brought back by a purchase: it waits for whoever shows it", async () => {
    const gone = newId();
    await apple("SUBSCRIBED/INITIAL_BUY", { workspace_id: gone });
    await cat("INITIAL_PURCHASE", { workspace_id: gone, original_transaction_id: `other-${id}` });
    expect(await outcomes(`2000-${id}`)).toEqual([["received", "unknown_owner"]]);
    expect(await outcomes(gone)).toEqual([["received", "unknown_owner"]]);
    const [{ count } = { count: "" }] = await t.sql<{ count: string }>(
      "select count(*) from workspaces.workspaces where id = $1",
      [gone],
    );
    expect(Number(count)).toBe(0);
  });

  test("M6: the workspace gets another owner: its subscription stays with it, and its news too", async () => {
    await stripe("created");
    const next = await makeMember(t);
    await t.sql("update workspaces.members set role = 'member' where workspace_id = $1", [ctx.workspace_id]);
    await t.sql("insert into workspaces.members (workspace_id, user_id, role) values ($1, $2, 'owner')", [
      ctx.workspace_id,
      next.user_id,
    ]);
    await stripe("updated", { days: 0.01, until: on(60) });
    expect(await end()).toEqual(oneOf("pro", on(60)));
    expect(await endOf(next.workspace_id)).toEqual(nothing);
  });

  test("M7: a complimentary grant counts beside a paid one that is over, to its own end", async () => {
    await stripe("created");
    await stripe("deleted", { days: 0.01, ended_at: on(0.01) });
    expect((await end()).plan).toBe("prism.free");
    const { workspace_id } = ctx;
    await t.db.asSystem("test", async (tx) => {
      const { plan_id, plan_version_id, content } = await t.plans.offer(tx, "prism.max");
      const { product, rank, seats, features } = content;
      const grant = { product, source: `grant:${id}`, plan_id, plan_version_id, rank, seats, features };
      const standing = { standing: "good", reason: null, starts_at: start, ends_at: on(10) } as const;
      await t.entitlements.grant(tx, { workspace_id, request_id: "test" }, { workspace_id, ...grant, ...standing });
    });
    expect((await end()).plan).toBe("prism.max");
    await stripe("updated", { days: 0.005 });
    expect((await end()).plan).toBe("prism.max");
    moveTo(on(10));
    expect((await end()).plan).toBe("prism.free");
  });

  test("M8: the same ids in the sandbox and in earnest are two purchases, and one of them counts", async () => {
    const store = createRevenueCat({ authorization: [authorization], environment: "live" });
    const live = t.billingWith({ environment: "live", stores: [store] });
    await cat("INITIAL_PURCHASE");
    expect(await end()).toEqual(oneOf("pro", T));
    const other = await makeMember(t);
    const real = { environment: "PRODUCTION", workspace_id: other.workspace_id } as const;
    await receive("revenuecat", [catSays("INITIAL_PURCHASE", { ...real, until: on(50) })], live);
    expect(await endOf(other.workspace_id)).toEqual(oneOf("pro", on(50)));
    await receive("revenuecat", [catSays("EXPIRATION", { ...real, days: 0.01, until: on(0.01) })], live);
    expect((await endOf(other.workspace_id)).plan).toBe("prism.free");
    expect(await end()).toEqual(oneOf("pro", T));
    // Told to the wrong one.
    await cat("EXPIRATION", { days: 0.02, until: on(0.02), environment: "PRODUCTION" });
    await receive("revenuecat", [catSays("EXPIRATION", { days: 0.03, until: on(0.03) })], live);
    expect(await end()).toEqual(oneOf("pro", T));
  });

  test("M9: the same id in two stores names two purchases of two buyers", async () => {
    const other = await makeMember(t);
    const same = `2000-${id}`;
    await apple("SUBSCRIBED/INITIAL_BUY");
    await google({ account_id: other.workspace_id, price_id: "app.max" }, same);
    await t.send(
      subscriptionEvent("customer.subscription.created", {
        ...{ customer: same, subscription: `sub_${same}`, price: "price_team" },
        ...{ started_at: start, current_period_end: T, created: start, workspace_id: undefined },
      }),
    );
    expect(await end()).toEqual(oneOf("pro", T));
    expect(await endOf(other.workspace_id)).toEqual(oneOf("max", T));
    expect(await outcomes(same)).toContainEqual(["received", "unknown_owner"]);
    await apple("EXPIRED/VOLUNTARY", { days: 0.01, until: on(0.01) });
    expect([(await end()).plan, (await endOf(other.workspace_id)).plan]).toEqual(["prism.free", "prism.max"]);
  });
});

describe("R13: a store tells, and RevenueCat tells of the same purchase", () => {
  const rows = () =>
    t.sql<{ source: string; told_by: string | null; external_id: string; customer_id: string }>(
      "select source, told_by, external_id, customer_id from billing.subscriptions where workspace_id = $1",
      [ctx.workspace_id],
    );
  const bothOf = (orders: (() => Promise<void>)[]) =>
    orders.reduce((before, tell) => before.then(tell), Promise.resolve());
  const ofApple = () => apple("SUBSCRIBED/INITIAL_BUY");
  const ofCat = () => cat("INITIAL_PURCHASE", { days: 0.001 });

  test.each([
    ["the App Store first", () => [ofApple, ofCat]],
    ["RevenueCat first", () => [ofCat, ofApple]],
    ["RevenueCat, then both again", () => [ofCat, ofApple, ofCat, ofApple]],
  ])("%s: one row, one grant, and it is the App Store's", async (_name, orders) => {
    await bothOf(orders());
    expect(await end()).toEqual(oneOf("pro", T));
    const customer_id = `2000-${id}`;
    expect(await rows()).toEqual([{ source: "app_store", told_by: null, external_id: `2000-${id}`, customer_id }]);
    expect(await sourcesOf(ctx.workspace_id)).toEqual([{ source: `app_store:2000-${id}` }]);
    expect(alerts()).toEqual([]);
  });

  test("both at once: one row", async () => {
    await Promise.all([ofApple(), ofCat(), ofApple(), ofCat()]);
    expect(await rows()).toMatchObject([{ source: "app_store", told_by: null }]);
    expect(await end()).toEqual(oneOf("pro", T));
  });

  test.each(["Google first", "RevenueCat first"])(
    "%s: by the order both are one row, under Google's token",
    async (first) => {
      const direct = () => google();
      const brokered = () =>
        cat("INITIAL_PURCHASE", {
          ...{ store: "PLAY_STORE", product_id: "app.pro:monthly", days: 0.001 },
          ...{ transaction_id: `GPA.${id}..3`, original_transaction_id: `GPA.${id}` },
        });
      await bothOf(first === "Google first" ? [direct, brokered] : [brokered, direct]);
      expect(await rows()).toMatchObject([{ source: "google_play", told_by: null, external_id: `token-${id}` }]);
      expect(await end()).toEqual(oneOf("pro", T));
      const running = "select source from entitlements.grants where workspace_id = $1 and standing <> 'ended'";
      expect(await t.sql(running, [ctx.workspace_id])).toEqual([{ source: `google_play:token-${id}` }]);
      expect(alerts()).toEqual([]);
    },
  );

  test("a transfer that RevenueCat tells of is followed for what the App Store tells late", async () => {
    const to = await makeMember(t);
    await cat("TRANSFER", { days: 0.01, transferred_from: [ctx.workspace_id], transferred_to: [to.workspace_id] });
    await ofApple();
    expect(await end()).toEqual(nothing);
    expect(await endOf(to.workspace_id)).toEqual(oneOf("pro", T));
  });
});

test("C3: nobody has worked for two days: what is read is right all the same", async () => {
  await apple("SUBSCRIBED/INITIAL_BUY", { until: on(1) });
  await cat("INITIAL_PURCHASE", {
    original_transaction_id: `other-${id}`,
    until: on(2),
    entitlement_ids: ["max_access"],
    product_id: "app.max",
  });
  expect((await end()).plan).toBe("prism.max");
  moveTo(on(1.5));
  expect((await end()).plan).toBe("prism.max");
  moveTo(on(2));
  expect((await end()).plan).toBe("prism.free");
});
