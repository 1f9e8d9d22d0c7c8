import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type FakeRevenueCat,
  type FakeRevenueCatSubscription,
  startFakeRevenueCat,
} from "../../../test/support/fake-revenuecat.ts";
import type { SubscriptionContent } from "../billing/index.ts";
import { createRevenueCat, type RevenueCat, revenueCatEvent, type SimulatedRevenueCatEvent } from "./index.ts";

const workspace = "0195f5a0-0000-7000-8000-000000000001";
const T0 = new Date("2026-03-01T12:00:00Z");
const T = new Date("2026-03-31T12:00:00Z");
const day = 86_400_000;
const now = new Date("2026-03-10T00:00:00Z");
const apple: FakeRevenueCatSubscription = {
  product_id: "prism_pro_monthly",
  store_transaction_id: "200000000000002",
  purchased_at: T0,
  originally_purchased_at: new Date("2026-01-30T12:00:00Z"),
  expires_at: T,
  entitlement_ids: ["pro"],
};
const heard: SimulatedRevenueCatEvent = {
  app_user_id: workspace,
  product_id: "prism_pro_monthly",
  transaction_id: "200000000000002",
  original_transaction_id: "200000000000001",
  purchased_at: T0,
  expires_at: T,
  at: T0,
};

let fake: FakeRevenueCat;
let store: RevenueCat;
beforeAll(async () => {
  fake = await startFakeRevenueCat();
  store = createRevenueCat({ authorization: ["x"], environment: "test", api: fake.api });
});
afterAll(() => fake.close());
beforeEach(() => {
  fake.fail(undefined);
  fake.setCustomer([workspace], [apple]);
  fake.requests.length = 0;
});

function fetchFor(type: string, options: SimulatedRevenueCatEvent = {}, observed_at = now) {
  return store.fetch?.(store.read(JSON.stringify(revenueCatEvent(type, { ...heard, ...options }))), observed_at);
}

async function stateFor(type: string, options: SimulatedRevenueCatEvent = {}, observed_at = now) {
  const fetched = await fetchFor(type, options, observed_at);
  const [content, ...others] = fetched?.contents ?? [];
  expect(others).toEqual([]);
  if (content?.kind !== "subscription") throw new Error(`not a subscription's state: ${JSON.stringify(content)}`);
  return content.told;
}

const later = (milliseconds: number, since = now) => new Date(since.getTime() + milliseconds);
const endOf = ({ items }: SubscriptionContent["told"]) => items[0]?.current_period_end;

/** A purchase that the tests know nothing of but its ids. */
const bought = { store: "app_store", transaction_id: null, price_id: "sold_no_more" } as const;

describe("the state that is asked for", () => {
  test("is the present one, of the purchase that the event names", async () => {
    expect(await fetchFor("INITIAL_PURCHASE")).toEqual({
      contents: [
        {
          kind: "subscription",
          buyer: { candidates: [workspace], customer: workspace },
          told: {
            store: "app_store",
            external_id: "200000000000001",
            alias: null,
            status: "active",
            items: [
              {
                price_id: "prism_pro_monthly",
                entitlement_ids: ["pro"],
                quantity: 1,
                current_period_start: T0,
                current_period_end: T,
              },
            ],
            transaction_id: "200000000000002",
            supersedes: null,
            trial_end: null,
            cancel_at_period_end: false,
            pending_price_id: null,
            started_at: apple.originally_purchased_at,
            ended_at: null,
            state_at: now,
            is_final: false,
          },
        },
      ],
    });
    expect(fake.requests).toEqual([`GET /v1/subscribers/${workspace}`]);
  });

  test("names the customer whatever its id is like", async () => {
    const odd = "$RCAnonymousID:a/b?c#d é";
    fake.setCustomer([odd], [apple]);
    expect(await stateFor("RENEWAL", { app_user_id: odd })).toMatchObject({ status: "active" });
  });

  test("R4: an EXPIRATION that is late does not end what was renewed", async () => {
    const renewed = {
      ...apple,
      store_transaction_id: "200000000000003",
      purchased_at: T,
      expires_at: later(30 * day, T),
    };
    fake.setCustomer([workspace], [renewed]);
    const state = await stateFor("EXPIRATION", { at: T, expires_at: T }, later(day, T));
    expect(state).toMatchObject({ status: "active", transaction_id: "200000000000003" });
    expect(endOf(state)).toEqual(later(30 * day, T));
  });

  test.each([
    ["R3: in grace", { billing_issue_at: T0, grace_expires_at: later(16 * day, T) }, later(day, T), "in_grace"],
    ["R3: the grace is over", { billing_issue_at: T0, grace_expires_at: later(day, T) }, later(day, T), "expired"],
    ["R3: without a grace", { billing_issue_at: T0 }, T, "expired"],
    ["R3: a try before the end", { billing_issue_at: T0 }, later(-1, T), "in_grace"],
    ["R3: an older grace, and paid since", { grace_expires_at: later(-day, T0) }, now, "active"],
    ["R4: to the instant", {}, T, "expired"],
    ["R4: an instant before", {}, later(-1, T), "active"],
    ["R5: to be paused", { resumes_at: later(60 * day, T) }, now, "active"],
    ["R5: paused", { resumes_at: later(60 * day, T) }, T, "paused"],
    ["R2: refunded", { refunded_at: T0, expires_at: T0 }, now, "revoked"],
    ["a trial", { period_type: "trial" as const }, now, "trialing"],
    ["without an end", { expires_at: null }, now, "active"],
  ])("%s", async (_name, more, observed_at, status) => {
    fake.setCustomer([workspace], [{ ...apple, ...more }]);
    const state = await stateFor("BILLING_ISSUE", {}, observed_at);
    expect(state.status).toBe(status);
    const end = "grace_expires_at" in more && status !== "active" ? more.grace_expires_at : undefined;
    expect(endOf(state)).toEqual(end ?? ("expires_at" in more ? more.expires_at : T));
  });

  test("R1: cancelled: until T, and then no more", async () => {
    fake.setCustomer([workspace], [{ ...apple, unsubscribed_at: T0 }]);
    expect(await stateFor("CANCELLATION")).toMatchObject({ status: "active", cancel_at_period_end: true });
  });

  test("R6: of an Apple purchase whose product changed, the newest counts", async () => {
    const max = { ...apple, product_id: "prism_max_monthly", store_transaction_id: "200000000000009" };
    const changed = { ...max, purchased_at: now, expires_at: later(30 * day), entitlement_ids: ["max"] };
    fake.setCustomer([workspace], [{ ...apple, expires_at: now }, changed]);
    const state = await stateFor("PRODUCT_CHANGE", {}, later(day));
    expect(state).toMatchObject({ external_id: "200000000000001", status: "active" });
    expect(state.items).toMatchObject([{ price_id: "prism_max_monthly", entitlement_ids: ["max"] }]);
  });

  test("R13: of Google by the order, with the base plan", async () => {
    const google = { ...apple, product_id: "prism_pro", plan: "monthly", store: "play_store" };
    fake.setCustomer([workspace], [{ ...google, store_transaction_id: "GPA.1-2-3-4..7" }]);
    const order = { store: "PLAY_STORE", transaction_id: "GPA.1-2-3-4..2", original_transaction_id: "GPA.1-2-3-4" };
    const state = await stateFor("RENEWAL", { ...order, product_id: "prism_pro:monthly" });
    expect(state).toMatchObject({
      store: "google_play",
      external_id: "GPA.1-2-3-4",
      alias: "GPA.1-2-3-4",
      transaction_id: "GPA.1-2-3-4..7",
      items: [{ price_id: "prism_pro:monthly", entitlement_ids: ["pro"] }],
    });
  });
});

describe("the event's own word counts", () => {
  test.each(["TRANSFER", "TEMPORARY_ENTITLEMENT_GRANT", "NON_RENEWING_PURCHASE", "SUBSCRIBER_ALIAS", "TEST"])(
    "for %s, and nobody is asked",
    async (type) => {
      expect(await fetchFor(type)).toBeUndefined();
      expect(fake.requests).toEqual([]);
    },
  );

  test.each<[string, FakeRevenueCatSubscription[]]>([
    ["has nothing", []],
    ["R12: has it in the other environment", [{ ...apple, is_sandbox: false }]],
    ["has it of another store", [{ ...apple, store: "stripe" }]],
    ["has another product", [{ ...apple, product_id: "other", store_transaction_id: "1" }]],
    ["has an older period than the event", [{ ...apple, store_transaction_id: "1", purchased_at: later(-day, T0) }]],
  ])("where the customer %s", async (_name, subscriptions) => {
    fake.setCustomer([workspace], subscriptions);
    expect(await fetchFor("RENEWAL")).toBeUndefined();
    expect(fake.requests).toHaveLength(1);
  });

  test("without credentials", () => {
    const offline = createRevenueCat({ authorization: ["x"], environment: "test" });
    expect([offline.fetch, offline.current]).toEqual([undefined, undefined]);
  });
});

describe("when RevenueCat does not answer", () => {
  test.each(["down", "error", "limited", "strange", "redirect", "hang"] as const)(
    "%s: it is asked again",
    async (mode) => {
      const hasty = createRevenueCat({
        authorization: ["x"],
        environment: "test",
        api: { ...fake.api, timeout_ms: mode === "hang" ? 200 : 10_000 },
      });
      fake.fail(mode);
      const notification = hasty.read(JSON.stringify(revenueCatEvent("EXPIRATION", heard)));
      const failure = { code: "billing.store_unreachable", message: expect.not.stringContaining(fake.api.key) };
      await expect(hasty.fetch?.(notification, now)).rejects.toMatchObject(failure);
      await expect(hasty.current?.({ ...bought, external_id: "1", customer: "ada" }, now)).rejects.toMatchObject(
        failure,
      );
    },
  );

  test("a wrong key is no answer", async () => {
    const wrong = createRevenueCat({
      authorization: ["x"],
      environment: "test",
      api: { ...fake.api, key: "sk_wrong" },
    });
    const notification = wrong.read(JSON.stringify(revenueCatEvent("EXPIRATION", heard)));
    await expect(wrong.fetch?.(notification, now)).rejects.toMatchObject({ code: "billing.store_unreachable" });
  });

  test("its key goes to https alone, or to this machine", () => {
    const to = (base_url: string) => () =>
      createRevenueCat({ authorization: ["x"], environment: "test", api: { key: "sk", base_url } });
    expect(to("http://revenuecat.example.com")).toThrow("https");
    expect(to("https://revenuecat.example.com/")).not.toThrow();
  });
});

describe("for reconciliation", () => {
  const known = { ...bought, external_id: "200000000000001", customer: workspace };

  test("a purchase is found by its newest transaction or its product", async () => {
    const found = { kind: "subscription", told: { external_id: known.external_id, status: "active" } };
    const by = [{ transaction_id: "200000000000002" }, { price_id: "prism_pro_monthly" }];
    for (const more of by) expect(await store.current?.({ ...known, ...more }, now)).toMatchObject([found]);
  });

  test("in its first period by itself, and Google's always", async () => {
    fake.setCustomer([workspace], [{ ...apple, store_transaction_id: "200000000000001" }]);
    expect(await store.current?.(known, now)).toMatchObject([{ kind: "subscription" }]);
    fake.setCustomer([workspace], [{ ...apple, store: "play_store", store_transaction_id: "GPA.1..9" }]);
    expect(await store.current?.({ ...known, store: "google_play", external_id: "GPA.1" }, now)).toMatchObject([
      { kind: "subscription" },
    ]);
  });

  test("what the customer does not have any more is nothing; what could be any is said to be unclear", async () => {
    expect(await store.current?.(known, now)).toMatchObject([{ kind: "unreadable" }]);
    fake.setCustomer([workspace], []);
    expect(await store.current?.(known, now)).toEqual([]);
  });
});
