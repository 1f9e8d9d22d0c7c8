import { describe, expect, test } from "vitest";
import type { Content, SubscriptionContent } from "../billing/index.ts";
import { createRevenueCat, revenueCatEvent, type SimulatedRevenueCatEvent } from "./index.ts";

const store = createRevenueCat({ authorization: ["x"], environment: "live" });
const t0 = new Date("2026-03-01T12:00:00.123Z");
const T = new Date("2026-03-31T12:00:00.456Z");
const workspace = "0195f5a0-0000-7000-8000-000000000001";
const anonymous = "$RCAnonymousID:8069238d6049ce87cc529853916d624c";
const bought: SimulatedRevenueCatEvent = {
  environment: "PRODUCTION",
  app_user_id: workspace,
  transaction_id: "200000000000002",
  original_transaction_id: "200000000000001",
  product_id: "prism_pro_monthly",
  entitlement_ids: ["pro"],
  purchased_at: t0,
  expires_at: T,
};

function plus(milliseconds: number, since = t0): Date {
  return new Date(since.getTime() + milliseconds);
}

function read(type: string, options: SimulatedRevenueCatEvent = {}) {
  return store.read(JSON.stringify(revenueCatEvent(type, { ...bought, at: t0, ...options })));
}

function told(type: string, options: SimulatedRevenueCatEvent = {}) {
  return toldOf(read(type, options).contents);
}

function toldOf([content, ...others]: Content[]): SubscriptionContent["told"] {
  expect(others).toEqual([]);
  if (content?.kind !== "subscription") throw new Error(`not a subscription's state: ${JSON.stringify(content)}`);
  return content.told;
}

/** As billing does: of all that was said, what was made last. Never two of one instant, where chance would decide. */
function settled(events: [type: string, options: SimulatedRevenueCatEvent][]) {
  const states = events.flatMap(([type, options]) => {
    const { contents } = read(type, options);
    return contents.length === 0 ? [] : [toldOf(contents)];
  });
  expect(new Set(states.map(({ state_at }) => state_at.getTime())).size).toBe(states.length);
  const last = states.reduce((best, state) => (state.state_at > best.state_at ? state : best));
  return { status: last.status, access_until: accessUntil(last), state_at: last.state_at };
}

/** Until when it gives access; itself past where it gives none. */
function accessUntil({ status, items, ended_at }: SubscriptionContent["told"]): Date | null | undefined {
  const gives = ["active", "trialing", "in_grace"].includes(status);
  return gives ? items[0]?.current_period_end : ended_at;
}

describe("what an event says", () => {
  test("C8: INITIAL_PURCHASE: the whole state, in milliseconds", () => {
    const { subject, environment, contents } = read("INITIAL_PURCHASE");
    expect({ subject, environment }).toEqual({ subject: workspace, environment: "live" });
    expect(contents).toEqual([
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
              current_period_start: t0,
              current_period_end: T,
            },
          ],
          transaction_id: "200000000000002",
          supersedes: null,
          trial_end: null,
          cancel_at_period_end: false,
          pending_price_id: null,
          started_at: t0,
          ended_at: null,
          state_at: t0,
          is_final: false,
        },
      },
    ]);
  });

  test("a trial is one, until it is converted", () => {
    expect(told("INITIAL_PURCHASE", { period_type: "TRIAL" })).toMatchObject({ status: "trialing", trial_end: T });
    expect(told("RENEWAL", { period_type: "NORMAL" })).toMatchObject({ status: "active", trial_end: null });
  });

  test.each([
    ["APP_STORE", "app_store"],
    ["MAC_APP_STORE", "app_store"],
    ["PLAY_STORE", "google_play"],
    ["STRIPE", "stripe"],
    ["AMAZON", "revenuecat"],
    ["RC_BILLING", "revenuecat"],
    ["PADDLE", "revenuecat"],
    ["ROKU", "revenuecat"],
    ["PROMOTIONAL", "revenuecat"],
    ["TEST_STORE", "revenuecat"],
    ["SOMETHING_NEW", "revenuecat"],
  ])("R13: what %s sold is a purchase of %s, as that store itself tells it", (name, expected) => {
    expect(told("RENEWAL", { store: name })).toMatchObject({ store: expected, external_id: "200000000000001" });
  });

  test("R13: a Google purchase is known by its order, whichever renewal it is, and its product with the base plan", () => {
    const google = {
      store: "PLAY_STORE",
      product_id: "prism_pro:monthly",
      transaction_id: "GPA.3335-6339-1997-53484..5",
    };
    const renewed = { ...google, original_transaction_id: "GPA.3335-6339-1997-53484" };
    for (const options of [renewed, { ...google, original_transaction_id: "GPA.3335-6339-1997-53484..0" }]) {
      expect(told("RENEWAL", options)).toMatchObject({
        external_id: "GPA.3335-6339-1997-53484",
        alias: "GPA.3335-6339-1997-53484",
        transaction_id: "GPA.3335-6339-1997-53484..5",
        items: [{ price_id: "prism_pro:monthly" }],
      });
    }
  });

  test("what was granted in the dashboard is one purchase of a person and a product", () => {
    const more = { transaction_id: null, original_transaction_id: null };
    const granted = { store: "PROMOTIONAL", product_id: "rc_promo_pro_monthly", more };
    const { external_id } = told("INITIAL_PURCHASE", granted);
    expect(external_id).toBe(`promotional:${workspace}:rc_promo_pro_monthly`);
    expect(told("EXPIRATION", granted)).toMatchObject({ external_id, status: "expired" });
  });

  test("R12: SANDBOX is test, PRODUCTION is live, and an event that tells neither is ours", () => {
    expect(read("RENEWAL", { environment: "SANDBOX" }).environment).toBe("test");
    expect(read("RENEWAL", { environment: "PRODUCTION" }).environment).toBe("live");
    expect(read("VIRTUAL_CURRENCY_TRANSACTION", { environment: "SANDBOX" }).environment).toBe("test");
    const { environment: _, ...silent } = bought;
    const body = JSON.stringify(revenueCatEvent("TRANSFER", silent));
    expect(store.read(body).environment).toBe("live");
    const inTest = createRevenueCat({ authorization: ["x"], environment: "test" });
    expect(inTest.read(body).environment).toBe("test");
  });
});

describe("cancelled and over", () => {
  test.each(["UNSUBSCRIBE", "PRICE_INCREASE", "DEVELOPER_INITIATED", "UNKNOWN", "SOMETHING_NEW"])(
    "R1: CANCELLATION %s: goes on until it expires, and does not renew",
    (reason) => {
      const state = told("CANCELLATION", { reason });
      expect(state).toMatchObject({ status: "active", cancel_at_period_end: true, ended_at: null });
      expect(state.items[0]?.current_period_end).toEqual(T);
    },
  );

  test("R11: UNCANCELLATION: renews again", () => {
    expect(told("UNCANCELLATION", { at: plus(1) })).toMatchObject({ status: "active", cancel_at_period_end: false });
  });

  test("R2: a refund: access by expiration_at_ms, which is past (RevenueCat's sample 9)", () => {
    const [at, end] = [new Date(1_601_337_615_995), new Date(1_601_336_705_000)];
    const state = told("CANCELLATION", { reason: "CUSTOMER_SUPPORT", at, expires_at: end });
    expect(state).toMatchObject({ status: "revoked", ended_at: end, cancel_at_period_end: true });
    expect(state.items[0]?.current_period_end).toEqual(end);
  });

  test("R2: a refund that leaves the period: access until it expires", () => {
    const state = told("CANCELLATION", { reason: "CUSTOMER_SUPPORT" });
    expect(state).toMatchObject({ status: "active", cancel_at_period_end: true, ended_at: null });
    expect(accessUntil(state)).toEqual(T);
  });

  test("R2: a refund of what never expires ends it", () => {
    const state = told("CANCELLATION", { reason: "CUSTOMER_SUPPORT", expires_at: null });
    expect(state).toMatchObject({ status: "revoked", ended_at: t0 });
  });

  test("R11: REFUND_REVERSED: there again if it has not expired", () => {
    expect(told("REFUND_REVERSED")).toMatchObject({ status: "active", ended_at: null });
    expect(told("REFUND_REVERSED", { at: T })).toMatchObject({ status: "expired", ended_at: T });
  });

  test("R11: SUBSCRIPTION_EXTENDED: until later", () => {
    const later = plus(86_400_000, T);
    expect(accessUntil(told("SUBSCRIPTION_EXTENDED", { expires_at: later }))).toEqual(later);
  });

  test("R4: EXPIRATION without entitlements ends its own purchase, and no other", () => {
    const { contents } = read("EXPIRATION", { at: plus(5, T), entitlement_ids: null });
    const state = toldOf(contents);
    expect(state).toMatchObject({ external_id: "200000000000001", status: "expired", ended_at: T });
    expect(state.items).toEqual([expect.not.objectContaining({ entitlement_ids: expect.anything() })]);
  });

  test("R4: EXPIRATION ends now what was to end later", () => {
    expect(told("EXPIRATION")).toMatchObject({ status: "expired", ended_at: t0 });
  });

  test("expired and renewed in one millisecond: renewed, in either order", () => {
    const expired: [string, SimulatedRevenueCatEvent] = ["EXPIRATION", { at: T }];
    const renewed: [string, SimulatedRevenueCatEvent] = ["RENEWAL", { at: T, expires_at: plus(1_000, T) }];
    for (const events of [
      [expired, renewed],
      [renewed, expired],
    ]) {
      expect(settled(events)).toMatchObject({ status: "active", access_until: plus(1_000, T) });
    }
  });
});

describe("R3: a payment failed: BILLING_ISSUE, CANCELLATION and EXPIRATION", () => {
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ];
  const grace = plus(16 * 86_400_000, T);
  const batch = (grace_expires_at: Date | null, apart: number): [string, SimulatedRevenueCatEvent][] => [
    ["BILLING_ISSUE", { at: plus(2_000, T), grace_expires_at }],
    ["CANCELLATION", { at: plus(2_000 + apart, T), reason: "BILLING_ERROR" }],
    ["EXPIRATION", { at: plus(2_000 + 2 * apart, T), reason: "BILLING_ERROR", expires_at: T }],
  ];
  const before: [string, SimulatedRevenueCatEvent] = ["INITIAL_PURCHASE", {}];

  test.each(orders)(
    "made in one instant or one after the other, told %i %i %i: the grace counts, else it is over",
    (...order) => {
      for (const apart of [0, 1, 700]) {
        for (const end of [grace, null]) {
          const events = order.flatMap((index) => batch(end, apart).slice(index, index + 1));
          expect(settled([before, ...events])).toMatchObject(
            end === null ? { status: "expired", access_until: T } : { status: "in_grace", access_until: grace },
          );
        }
      }
    },
  );

  test("made at the very end of what was paid, the same", () => {
    const events: [string, SimulatedRevenueCatEvent][] = [
      ["BILLING_ISSUE", { at: T, grace_expires_at: grace }],
      ["EXPIRATION", { at: T, reason: "BILLING_ERROR", expires_at: T }],
    ];
    expect(settled(events)).toMatchObject({ access_until: grace });
    expect(settled(events.toReversed())).toMatchObject({ access_until: grace });
  });

  test("a try before the end takes nothing of what was paid", () => {
    expect(settled([before, ["BILLING_ISSUE", { at: plus(-86_400_000, T) }]])).toMatchObject({
      status: "in_grace",
      access_until: T,
    });
  });

  test("and paid after all: on it goes", () => {
    const paid: [string, SimulatedRevenueCatEvent] = ["RENEWAL", { at: plus(60_000, T), expires_at: plus(9, grace) }];
    expect(settled([paid, ...batch(grace, 1)])).toMatchObject({ status: "active", access_until: plus(9, grace) });
  });
});

describe("what changes nothing", () => {
  test.each([
    ["R5", "SUBSCRIPTION_PAUSED"],
    ["R6", "PRODUCT_CHANGE"],
    ["R3", "CANCELLATION"],
    ["R11", "INVOICE_ISSUANCE"],
    ["R11", "VIRTUAL_CURRENCY_TRANSACTION"],
    ["R11", "EXPERIMENT_ENROLLMENT"],
    ["R11", "TEST"],
  ])("%s: %s", (_number, type) => {
    const { contents, subject } = read(type, { reason: "BILLING_ERROR" });
    expect({ contents, subject }).toEqual({ contents: [], subject: workspace });
  });

  test("R5: then EXPIRATION SUBSCRIPTION_PAUSED ends it", () => {
    expect(told("EXPIRATION", { at: T, reason: "SUBSCRIPTION_PAUSED" })).toMatchObject({
      status: "expired",
      ended_at: T,
    });
  });

  test("R6: RENEWAL switches to the other product", () => {
    expect(told("RENEWAL", { product_id: "prism_max_monthly" }).items[0]?.price_id).toBe("prism_max_monthly");
  });

  test("R11, R14: a type that nobody knows, whatever it is like", () => {
    for (const type of ["A_NEW_TYPE", "constructor", "__proto__"]) {
      const event = { id: "1", type, event_timestamp_ms: 1, aliases: 5, app_user_id: { id: 1 } };
      const { contents, event_type } = store.read(JSON.stringify({ event }));
      expect({ contents, event_type }).toEqual({ contents: [], event_type: type });
    }
  });

  test("R11: a transaction of virtual currencies is one event for its id and currencies", () => {
    const ids = ["CRD", "GLD"].map((code) => {
      const more = { adjustments: [{ amount: 1, currency: { code } }] };
      return read("VIRTUAL_CURRENCY_TRANSACTION", { event_id: "E-1", more }).event_id;
    });
    expect(ids).toEqual(["E-1:CRD", "E-1:GLD"]);
    expect(read("RENEWAL", { event_id: "E-1" }).event_id).toBe("E-1");
  });

  test("R14: explicit nulls and members that nobody knows", () => {
    const nulls = [
      "aliases",
      "entitlement_id",
      "entitlement_ids",
      "period_type",
      "cancel_reason",
      "store",
      "environment",
    ];
    const more = { ...Object.fromEntries(nulls.map((name) => [name, null])), new_member: { deep: [1] } };
    expect(read("RENEWAL", { more })).toMatchObject({ environment: "live" });
    expect(told("RENEWAL", { more })).toMatchObject({ status: "active", store: "revenuecat" });
  });
});

test("R8: RENEWAL says everything that INITIAL_PURCHASE would have said", () => {
  const { state_at: _, ...initial } = told("INITIAL_PURCHASE");
  expect(told("RENEWAL", { at: plus(5) })).toMatchObject(initial);
});

test("a renewal told before its period begins has begun", () => {
  const start = plus(3_600_000);
  const state = told("RENEWAL", { purchased_at: start });
  expect(state.started_at).toEqual(t0);
  expect(state.items[0]?.current_period_start).toEqual(start);
});

test("what does not renew ends, or never does", () => {
  expect(told("NON_RENEWING_PURCHASE")).toMatchObject({ status: "active", cancel_at_period_end: true });
  expect(told("NON_RENEWING_PURCHASE", { expires_at: null }).items[0]?.current_period_end).toBeNull();
});

describe("R10: TEMPORARY_ENTITLEMENT_GRANT", () => {
  const plain: SimulatedRevenueCatEvent = {
    environment: "PRODUCTION",
    app_user_id: workspace,
    transaction_id: "temporary-1",
  };
  const granted = (more: SimulatedRevenueCatEvent = {}) =>
    store.read(JSON.stringify(revenueCatEvent("TEMPORARY_ENTITLEMENT_GRANT", { ...plain, at: t0, ...more })));

  test("gives access for a day at most", () => {
    expect(toldOf(granted().contents)).toMatchObject({
      external_id: "temporary-1",
      status: "active",
      store: "app_store",
    });
    expect(accessUntil(toldOf(granted().contents))).toEqual(plus(86_400_000));
    expect(accessUntil(toldOf(granted({ expires_at: plus(3_600_000) }).contents))).toEqual(plus(3_600_000));
    expect(accessUntil(toldOf(granted({ expires_at: T }).contents))).toEqual(plus(86_400_000));
    expect(accessUntil(toldOf(granted({ more: { expiration_at_ms: null } }).contents))).toEqual(plus(86_400_000));
  });

  test("without product fields the entitlement is what is had; with neither nobody can tell", () => {
    const bare = { more: { product_id: undefined } };
    expect(toldOf(granted(bare).contents).items).toMatchObject([{ price_id: "pro", entitlement_ids: ["pro"] }]);
    const nothing = granted({ more: { product_id: undefined, entitlement_ids: undefined } });
    expect(nothing.contents).toEqual([{ kind: "unreadable", detail: expect.stringContaining("no product") }]);
  });

  test.each([
    ["EXPIRATION", { original_transaction_id: null }, "expired"],
    ["EXPIRATION", { product_id: null, entitlement_ids: null, original_transaction_id: null }, "expired"],
    ["INITIAL_PURCHASE", {}, "active"],
  ])("%s of the same transaction is about the same purchase (%j)", (type, more, status) => {
    const next = { ...bought, transaction_id: "temporary-1", original_transaction_id: "temporary-1", more };
    const state = told(type, { ...next, at: plus(60_000), expires_at: type === "EXPIRATION" ? plus(86_400_000) : T });
    expect(state).toMatchObject({ external_id: "temporary-1", store: "app_store", status });
    expect(accessUntil(state)).toEqual(type === "EXPIRATION" ? plus(60_000) : T);
  });
});

describe("whose it is", () => {
  const person = "0195F5A0-0000-7000-8000-00000000000A";
  const lower = person.toLowerCase();

  test("R9: all ids that are UUIDs, the last seen first, capitals or not; the first id is whom RevenueCat knows", () => {
    const [content] = read("RENEWAL", {
      app_user_id: person,
      original_app_user_id: anonymous,
      aliases: [anonymous, workspace, lower, "user_1234"],
    }).contents;
    expect(content).toMatchObject({ buyer: { candidates: [lower, workspace], customer: anonymous } });
  });

  test("R9: what was bought without an account waits under the id that stays when there is one", () => {
    const anonymously = read("INITIAL_PURCHASE", { app_user_id: anonymous });
    const known = read("RENEWAL", { app_user_id: workspace, original_app_user_id: anonymous, aliases: [anonymous] });
    expect(anonymously.contents).toMatchObject([{ buyer: { candidates: [], customer: anonymous } }]);
    expect([anonymously.subject, known.subject]).toEqual([anonymous, anonymous]);
  });

  test("R9: SUBSCRIBER_ALIAS gives the purchases without an account to who has one now", () => {
    const { contents } = read("SUBSCRIBER_ALIAS", { app_user_id: person, original_app_user_id: anonymous });
    expect(contents).toEqual([{ kind: "transfer", from: [anonymous], to: [lower], at: t0 }]);
    expect(read("SUBSCRIBER_ALIAS").contents).toEqual([]);
  });

  test("R7: TRANSFER: from all to all, without an app user, as RevenueCat and as we write them", () => {
    const { contents, subject, environment } = read("TRANSFER", {
      transferred_from: [person, anonymous],
      transferred_to: [workspace],
    });
    expect(contents).toEqual([{ kind: "transfer", from: [person, lower, anonymous], to: [workspace], at: t0 }]);
    expect({ subject, environment }).toEqual({ subject: workspace, environment: "live" });
  });

  test("R7: TRANSFER that does not say whose is unreadable", () => {
    for (const more of [{ transferred_from: null }, { transferred_to: [] }]) {
      expect(read("TRANSFER", { more }).contents).toMatchObject([{ kind: "unreadable" }]);
    }
  });
});
