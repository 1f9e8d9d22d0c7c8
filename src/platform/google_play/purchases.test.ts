import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type FakeGooglePlay,
  type FakePushOptions,
  startFakeGooglePlay,
} from "../../../test/support/fake-google-play.ts";
import { systemClock } from "../../core/clock.ts";
import type { Content, Fetched, ReversalContent, SubscriptionContent } from "../billing/index.ts";
import { createGooglePlay, type GooglePlay, type GooglePlayOptions } from "./index.ts";
import { type SimulatedPurchase, subscriptionPurchase } from "./simulator.ts";

let fake: FakeGooglePlay;
let store: GooglePlay;
const storeWith = (more: Partial<GooglePlayOptions> = {}) =>
  createGooglePlay({
    package_names: [fake.package_name],
    push: fake.push,
    api: fake.api,
    environment: "live",
    clock: systemClock,
    ...more,
  });
beforeAll(async () => {
  fake = await startFakeGooglePlay();
  store = storeWith();
});
afterAll(() => fake.close());

const observed_at = new Date("2026-11-21T12:00:00Z");
const T = new Date("2026-12-20T10:00:00Z");
const started_at = new Date("2026-11-20T10:00:00Z");
const order_id = "GPA.1234-5678-9012-34567";
const account_id = "0195f5a0-0000-7000-8000-00000000000a";

/** What the store tells of a notification when the API has this purchase. */
async function fetched(purchase: SimulatedPurchase, push: FakePushOptions = {}, from = store): Promise<Fetched> {
  const purchase_token = push.purchase_token ?? "token-1";
  const like = {
    price_id: "pro:monthly",
    expires_at: T,
    started_at,
    order_id,
    account_id,
    is_test: false,
    ...purchase,
  };
  fake.put(purchase_token, subscriptionPurchase(like, observed_at));
  const answer = await from.fetch?.(await from.open(await fake.send(push)), observed_at);
  if (answer === undefined) throw new Error("Nothing was fetched");
  return answer;
}
const isSubscription = (content: Content): content is SubscriptionContent => content.kind === "subscription";
const isReversal = (content: Content): content is ReversalContent => content.kind === "reversal";
async function told(purchase: SimulatedPurchase, push?: FakePushOptions) {
  const [content] = (await fetched(purchase, push)).contents.filter(isSubscription);
  if (content === undefined) throw new Error("Nothing was told of a subscription");
  return content.told;
}
const item = (more: object) => ({
  productId: "pro",
  expiryTime: T.toISOString(),
  latestSuccessfulOrderId: order_id,
  autoRenewingPlan: { autoRenewEnabled: true },
  offerDetails: { basePlanId: "monthly" },
  ...more,
});
const withItems = (...lineItems: object[]) => ({ more: { lineItems } });

describe("the state", () => {
  test("G2: a purchase, whole", async () => {
    const { contents, environment } = await fetched({});
    expect(environment).toBe("live");
    expect(contents).toEqual([
      {
        kind: "subscription",
        buyer: { candidates: [account_id], customer: "token-1" },
        told: {
          store: "google_play",
          external_id: "token-1",
          alias: order_id,
          status: "active",
          items: [{ price_id: "pro:monthly", quantity: 1, current_period_start: null, current_period_end: T }],
          transaction_id: order_id,
          supersedes: null,
          trial_end: null,
          cancel_at_period_end: false,
          pending_price_id: null,
          started_at,
          ended_at: null,
          state_at: observed_at,
          is_final: false,
        },
      },
    ]);
  });

  test.each([
    ["G2", "ACTIVE", "active"],
    ["G3", "PENDING", "incomplete"],
    ["G3", "PENDING_PURCHASE_CANCELED", "incomplete_expired"],
    ["G5", "IN_GRACE_PERIOD", "in_grace"],
    ["G6", "ON_HOLD", "on_hold"],
    ["G7", "PAUSED", "paused"],
    ["G8", "CANCELED", "active"],
    ["G10", "EXPIRED", "expired"],
  ])("%s: %s is %s, whatever the notification's type says", async (_number, state, status) => {
    for (const type of ["SUBSCRIPTION_PURCHASED", "SUBSCRIPTION_EXPIRED"]) {
      expect((await told({ state }, { type })).status).toBe(status);
    }
  });

  test("G10: EXPIRED comes late, the API says ACTIVE: the API counts", async () => {
    expect(await told({ state: "ACTIVE" }, { type: "SUBSCRIPTION_EXPIRED" })).toMatchObject({
      status: "active",
      ended_at: null,
    });
  });

  test("G3: what is pending has no end, replaces nothing yet, and is told of its product", async () => {
    expect(await told({ state: "PENDING", linked_purchase_token: "token-0" })).toMatchObject({
      items: [{ price_id: "pro:monthly", current_period_end: null }],
      supersedes: null,
      cancel_at_period_end: false,
      ended_at: null,
    });
  });

  test("G5: the grace period's end is the expiry that Google moved on", async () => {
    const expires_at = new Date("2026-12-23T10:00:00Z");
    const [first] = (await told({ state: "IN_GRACE_PERIOD", expires_at })).items;
    expect(first?.current_period_end).toEqual(expires_at);
  });

  test("G7: a scheduled pause changes nothing before its time", async () => {
    const more = { pausedStateContext: { autoResumeTime: "2027-01-20T10:00:00Z" } };
    const type = "SUBSCRIPTION_PAUSE_SCHEDULE_CHANGED";
    expect(await told({ state: "ACTIVE" }, { type })).toMatchObject({ status: "active" });
    expect(await told({ state: "PAUSED", more }, { type: "SUBSCRIPTION_PAUSED" })).toMatchObject({ status: "paused" });
  });

  test("G8: cancelled is active to its end and does not renew; restarted renews again", async () => {
    const cancelled = await told({ state: "CANCELED" }, { type: "SUBSCRIPTION_CANCELED" });
    expect(cancelled).toMatchObject({
      status: "active",
      cancel_at_period_end: true,
      items: [{ current_period_end: T }],
    });
    expect(await told({}, { type: "SUBSCRIPTION_RESTARTED" })).toMatchObject({ cancel_at_period_end: false });
  });

  test("a free trial is told with its end; an introductory price is none", async () => {
    expect(await told({ free_trial: true })).toMatchObject({ status: "trialing", trial_end: T });
    const introductory = withItems(item({ offerPhase: { introductoryPrice: {} } }));
    expect(await told(introductory)).toMatchObject({ status: "active", trial_end: null });
    expect(await told({ free_trial: true, state: "ON_HOLD" })).toMatchObject({ status: "on_hold" });
  });

  test("a prepaid plan ends with its period", async () => {
    expect(await told({ prepaid: true })).toMatchObject({ status: "active", cancel_at_period_end: true });
  });

  test("an end is never later than it was seen", async () => {
    const past = new Date("2026-11-20T11:00:00Z");
    expect(await told({ state: "EXPIRED", expires_at: past })).toMatchObject({ ended_at: past });
    expect(await told({ state: "EXPIRED", expires_at: T })).toMatchObject({ ended_at: observed_at });
  });

  test.each([
    ["whole seconds", "2026-12-20T10:00:00Z", T.getTime()],
    ["milliseconds", "2026-12-20T10:00:00.123Z", T.getTime() + 123],
    ["nanoseconds", "2026-12-20T10:00:00.123456789Z", T.getTime() + 123],
    ["an offset", "2026-12-20T15:30:00+05:30", T.getTime()],
  ])("C8: RFC 3339 with %s", async (_name, expiryTime, milliseconds) => {
    const [first] = (await told(withItems(item({ expiryTime })))).items;
    expect(first?.current_period_end?.getTime()).toBe(milliseconds);
  });
});

describe("orders", () => {
  test("a renewal's order is the transaction, and without its number the purchase's other name", async () => {
    const renewed = await told({ order_id: `${order_id}..12` });
    expect(renewed).toMatchObject({ transaction_id: `${order_id}..12`, alias: order_id });
  });

  test("G14: an order that was declined is not the one that was paid", async () => {
    const more = { latestOrderId: `${order_id}..3`, lineItems: [item({ latestSuccessfulOrderId: `${order_id}..2` })] };
    expect(await told({ state: "IN_GRACE_PERIOD", more })).toMatchObject({ transaction_id: `${order_id}..2` });
    const old = { lineItems: [item({ latestSuccessfulOrderId: undefined })] };
    expect(await told({ more: old })).toMatchObject({ transaction_id: order_id });
  });
});

describe("several items and replacements", () => {
  test("G16: each item to its own end", async () => {
    const addOn = item({ productId: "extra", expiryTime: "2026-12-01T00:00:00Z", offerDetails: {} });
    expect((await told(withItems(item({}), addOn))).items).toEqual([
      { price_id: "pro:monthly", quantity: 1, current_period_start: null, current_period_end: T },
      {
        price_id: "extra",
        quantity: 1,
        current_period_start: null,
        current_period_end: new Date("2026-12-01T00:00:00Z"),
      },
    ]);
  });

  test("G16: one item that renews keeps the subscription renewing", async () => {
    const ending = item({ productId: "extra", autoRenewingPlan: {} });
    expect((await told(withItems(item({}), ending))).cancel_at_period_end).toBe(false);
    expect((await told(withItems(item({ autoRenewingPlan: {} }), ending))).cancel_at_period_end).toBe(true);
  });

  test("G11: a purchase names the one that it replaces", async () => {
    const linked = { linked_purchase_token: "token-A" };
    expect(await told(linked, { purchase_token: "token-B" })).toMatchObject({
      external_id: "token-B",
      supersedes: "token-A",
    });
  });

  test("G12: a deferred replacement: the old tier to its end, the new one is pending", async () => {
    const old = item({ autoRenewingPlan: {}, deferredItemReplacement: { productId: "basic" } });
    const next = {
      productId: "basic",
      autoRenewingPlan: { autoRenewEnabled: true },
      offerDetails: { basePlanId: "yearly" },
    };
    const deferred = await told({ more: { lineItems: [next, old], linkedPurchaseToken: "token-0" } });
    expect(deferred).toMatchObject({
      items: [{ price_id: "pro:monthly", current_period_end: T }],
      pending_price_id: "basic:yearly",
      cancel_at_period_end: false,
      supersedes: "token-0",
    });
    const alone = withItems(item({ autoRenewingPlan: {}, deferredItemReplacement: { productId: "basic" } }));
    expect(await told(alone)).toMatchObject({ pending_price_id: "basic", cancel_at_period_end: false });
  });

  test("G12: an item that is to be removed goes at its own end", async () => {
    const going = item({ productId: "extra", autoRenewingPlan: {}, deferredItemRemoval: {} });
    expect(await told(withItems(item({}), going))).toMatchObject({ pending_price_id: null, items: [{}, {}] });
  });
});

describe("whose it is", () => {
  const buyerOf = async (more: Record<string, unknown>) => {
    const [content] = (await fetched({ more })).contents.filter(isSubscription);
    return content?.buyer;
  };

  test("G13: by the id that our app gave; what is no UUID names nobody", async () => {
    const ids = (obfuscatedExternalAccountId: string) => ({
      externalAccountIdentifiers: { obfuscatedExternalAccountId },
    });
    expect(await buyerOf(ids(account_id.toUpperCase()))).toEqual({ candidates: [account_id], customer: "token-1" });
    for (const other of ["ada@example.com", "", "42"]) expect((await buyerOf(ids(other)))?.candidates).toEqual([]);
    expect((await buyerOf({ externalAccountIdentifiers: undefined }))?.candidates).toEqual([]);
  });

  test("a re-signup outside of the app is known by the purchase before", async () => {
    const outOfAppPurchaseContext = {
      expiredExternalAccountIdentifiers: { obfuscatedExternalAccountId: account_id },
      expiredPurchaseToken: "token-0",
    };
    const more = { externalAccountIdentifiers: undefined, outOfAppPurchaseContext };
    expect(await buyerOf(more)).toEqual({ candidates: [account_id], customer: "token-1" });
    expect(await told({ more })).toMatchObject({ supersedes: "token-0" });
  });

  test("G17: a licence tester's purchase is of the test environment, wherever it is read", async () => {
    expect((await fetched({ is_test: true })).environment).toBe("test");
    expect((await fetched({ is_test: false }, {}, storeWith({ environment: "test" }))).environment).toBe("live");
  });
});

describe("what goes back", () => {
  test("G9: a revocation ends the newest order now", async () => {
    const at = new Date();
    const { contents } = await fetched(
      { state: "EXPIRED", order_id: `${order_id}..1` },
      { type: "SUBSCRIPTION_REVOKED", at },
    );
    expect(contents.map(({ kind }) => kind)).toEqual(["subscription", "reversal"]);
    expect(contents.find(isReversal)).toMatchObject({
      external_id: `void:${order_id}..1`,
      transaction_id: `${order_id}..1`,
      subscription_id: "token-1",
      state: "final",
      scope: "transaction",
      at,
    });
  });

  test("G14: a void comes with the state, which may be ACTIVE still; both name the same order", async () => {
    const { contents, environment } = await fetched({ is_test: true }, { type: "VOIDED_PURCHASE", order_id });
    expect(environment).toBe("test");
    expect(contents.find(isSubscription)?.told).toMatchObject({ status: "active", transaction_id: order_id });
    expect(contents.find(isReversal)).toMatchObject({ external_id: `void:${order_id}`, transaction_id: order_id });
  });

  test("G14: a void of a purchase that Google knows no more counts all the same", async () => {
    fake.forget("token-gone");
    const notification = await store.open(
      await fake.send({ type: "VOIDED_PURCHASE", order_id, purchase_token: "token-gone" }),
    );
    const answer = await store.fetch?.(notification, observed_at);
    expect(answer?.contents.map(({ kind }) => kind)).toEqual(["reversal"]);
  });
});

describe("what is not as documented", () => {
  test.each([
    ["an unknown state", { subscriptionState: "SUBSCRIPTION_STATE_HIBERNATING" }],
    ["no items", { lineItems: [] }],
    ["no item that has an end", { lineItems: [{ productId: "pro" }] }],
    ["a time that is none", { lineItems: [{ productId: "pro", expiryTime: "tomorrow" }] }],
  ])("%s is unreadable, and no state", async (_name, more) => {
    const { contents } = await fetched({ more });
    expect(contents).toEqual([{ kind: "unreadable", detail: expect.stringMatching(/./) }]);
  });

  test("explicit nulls and unknown members are accepted", async () => {
    const nulls = { linkedPurchaseToken: null, canceledStateContext: null, testPurchase: null, memberOfTomorrow: 1 };
    expect(await fetched({ more: nulls })).toMatchObject({
      environment: "live",
      contents: [{ told: { supersedes: null } }],
    });
  });
});
