import { describe, expect, test } from "vitest";
import { systemClock } from "../../core/clock.ts";
import type { Content, ReversalContent, ToldSubscription } from "../billing/index.ts";
import { notificationTypes } from "./notifications.ts";
import { appStoreNotification, type SimulatedNotification, signedAppStoreTransaction } from "./simulator.ts";
import { appStoreTrust } from "./trust.ts";
import { createAppStore } from "./webhook.ts";

const store = createAppStore({
  bundle_id: "com.example.plinth",
  environment: "test",
  clock: systemClock,
  ...appStoreTrust("test"),
});
const day = 86_400_000;
const now = new Date("2026-03-01T12:00:00.123Z");
const T = new Date("2026-03-31T12:00:00.456Z");
const later = (milliseconds: number) => new Date(now.getTime() + milliseconds);
const token = "0195f5a0-0000-7000-8000-00000000000a";
const purchase = "2000000000000001";

const about = {
  product_id: "pro_monthly",
  original_transaction_id: purchase,
  transaction_id: "2000000000000007",
  app_account_token: token,
  signed_at: now,
  purchased_at: new Date(T.getTime() - 30 * day),
  expires_at: T,
};

type Options = Partial<SimulatedNotification>;

/** What a notification says after it was verified. */
async function said(type: string, options: Options = {}): Promise<Content[]> {
  const { body } = appStoreNotification({ ...about, type, ...options });
  return (await store.open({ raw_body: Buffer.from(body), header: () => undefined })).contents;
}

async function told(type: string, options: Options = {}): Promise<ToldSubscription> {
  const [first, ...rest] = await said(type, options);
  if (first?.kind !== "subscription" || rest.length > 0) throw new Error(`${type} says ${JSON.stringify(first)}`);
  return first.told;
}

const endOf = (state: ToldSubscription) => state.items[0]?.current_period_end;

const reversal = (more: Partial<ReversalContent> = {}): ReversalContent => ({
  kind: "reversal",
  buyer: { candidates: [token], customer: purchase },
  store: "app_store",
  external_id: "refund:2000000000000007",
  reason: "refund",
  state: "final",
  scope: "transaction",
  subscription_id: purchase,
  transaction_id: "2000000000000007",
  charge_ids: [],
  at: now,
  state_at: now,
  ...more,
});

describe("the state of a subscription", () => {
  test.each(["INITIAL_BUY", "RESUBSCRIBE"])("A1: SUBSCRIBED/%s, whole", async (subtype) => {
    const first = new Date("2025-01-01T00:00:00Z");
    const { body, notification_id } = appStoreNotification({
      ...about,
      type: `SUBSCRIBED/${subtype}`,
      original_purchased_at: first,
    });
    const opened = await store.open({ raw_body: Buffer.from(body), header: () => undefined });
    expect(opened).toEqual({
      source: "app_store",
      environment: "test",
      event_id: notification_id,
      event_type: `SUBSCRIBED/${subtype}`,
      created_at: now,
      subject: purchase,
      payload: body,
      contents: [
        {
          kind: "subscription",
          buyer: { candidates: [token], customer: purchase },
          told: {
            store: "app_store",
            external_id: purchase,
            alias: null,
            status: "active",
            items: [
              { price_id: "pro_monthly", quantity: 1, current_period_start: about.purchased_at, current_period_end: T },
            ],
            transaction_id: "2000000000000007",
            supersedes: null,
            trial_end: null,
            cancel_at_period_end: false,
            pending_price_id: null,
            started_at: first,
            ended_at: null,
            state_at: now,
            is_final: false,
          },
        },
      ],
    });
  });

  test("A1: a free trial is told with its end; another introductory offer is none", async () => {
    expect(await told("SUBSCRIBED/INITIAL_BUY", { is_trial: true })).toMatchObject({
      status: "trialing",
      trial_end: T,
    });
    const paid = { transaction: { offerType: 1, offerDiscountType: "PAY_AS_YOU_GO" } };
    expect(await told("SUBSCRIBED/INITIAL_BUY", paid)).toMatchObject({ status: "active", trial_end: null });
  });

  test("A2: without appAccountToken, or with one that is no id, nobody is named but the purchase", async () => {
    const bare = { ...about, app_account_token: undefined, type: "SUBSCRIBED/INITIAL_BUY" };
    for (const transaction of [{}, { appAccountToken: "ada@example.com" }, { appAccountToken: null }]) {
      const { body } = appStoreNotification({ ...bare, transaction } as SimulatedNotification);
      expect(store.read(body)).toMatchObject({
        subject: purchase,
        contents: [{ buyer: { candidates: [], customer: purchase } }],
      });
    }
    const upper = { transaction: { appAccountToken: token.toUpperCase() } };
    expect(await said("SUBSCRIBED/INITIAL_BUY", upper)).toMatchObject([{ buyer: { candidates: [token] } }]);
  });

  test.each(["DID_RENEW", "DID_RENEW/BILLING_RECOVERY"])("A3: %s has the new end and no grace", async (type) => {
    const state = await told(type);
    expect([state.status, endOf(state), state.transaction_id]).toEqual(["active", T, "2000000000000007"]);
  });

  test("A4: DID_FAIL_TO_RENEW/GRACE_PERIOD lasts until gracePeriodExpiresDate", async () => {
    const grace = new Date(T.getTime() + 6 * day);
    const state = await told("DID_FAIL_TO_RENEW/GRACE_PERIOD", { signed_at: T, grace_period_expires_at: grace });
    expect([state.status, endOf(state), state.cancel_at_period_end]).toEqual(["in_grace", grace, false]);
  });

  test("A5: DID_FAIL_TO_RENEW lasts until expiresDate, whatever renewalDate says", async () => {
    const renewalDate = T.getTime() + 20 * day;
    const state = await told("DID_FAIL_TO_RENEW", { signed_at: T, renewal: { renewalDate } });
    expect([state.status, endOf(state)]).toEqual(["past_due", T]);
  });

  test("A6: GRACE_PERIOD_EXPIRED is in billing retry, over at expiresDate though a grace date is still told; a recovery is good", async () => {
    const grace = T.getTime() + 6 * day;
    const signed_at = new Date(grace);
    const over = await told("GRACE_PERIOD_EXPIRED", { signed_at, renewal: { gracePeriodExpiresDate: grace } });
    expect([over.status, endOf(over)]).toEqual(["past_due", T]);
    const expires_at = new Date(grace + 30 * day);
    const back = await told("DID_RENEW/BILLING_RECOVERY", { signed_at, expires_at });
    expect([back.status, endOf(back)]).toEqual(["active", expires_at]);
  });

  test.each(["VOLUNTARY", "BILLING_RETRY", "PRICE_INCREASE", "PRODUCT_NOT_FOR_SALE"])(
    "A7: EXPIRED/%s",
    async (subtype) => {
      const state = await told(`EXPIRED/${subtype}`, { signed_at: T });
      expect(state).toMatchObject({ status: "expired", ended_at: T, is_final: false });
      expect(endOf(state)).toEqual(T);
    },
  );

  test("A8: DID_CHANGE_RENEWAL_STATUS changes the renewal and nothing else", async () => {
    const off = await told("DID_CHANGE_RENEWAL_STATUS/AUTO_RENEW_DISABLED");
    const on = await told("DID_CHANGE_RENEWAL_STATUS/AUTO_RENEW_ENABLED");
    expect([off.cancel_at_period_end, on.cancel_at_period_end]).toEqual([true, false]);
    expect({ ...off, cancel_at_period_end: false }).toEqual(on);
    expect([on.status, endOf(on)]).toEqual(["active", T]);
  });

  test("A9: an upgrade is the new product now; a transaction that was upgraded does not count", async () => {
    const upgrade = { product_id: "max_monthly", transaction_id: "2000000000000008" };
    expect(await told("DID_CHANGE_RENEWAL_PREF/UPGRADE", upgrade)).toMatchObject({
      items: [{ price_id: "max_monthly" }],
      pending_price_id: null,
      transaction_id: "2000000000000008",
    });
    for (const type of ["DID_CHANGE_RENEWAL_PREF/UPGRADE", "DID_RENEW", "EXPIRED"]) {
      expect(await said(type, { is_upgraded: true })).toEqual([]);
    }
  });

  test("A10: a downgrade is the product of the next period, until it is taken back", async () => {
    const down = await told("DID_CHANGE_RENEWAL_PREF/DOWNGRADE", { next_product_id: "basic_monthly" });
    expect(down).toMatchObject({
      status: "active",
      items: [{ price_id: "pro_monthly" }],
      pending_price_id: "basic_monthly",
    });
    expect(endOf(down)).toEqual(T);
    expect((await told("DID_CHANGE_RENEWAL_PREF")).pending_price_id).toBeNull();
    const never = { next_product_id: "basic_monthly", is_renewing: false };
    expect((await told("DID_CHANGE_RENEWAL_PREF/DOWNGRADE", never)).pending_price_id).toBeNull();
  });

  test.each(["OFFER_REDEEMED", "OFFER_REDEEMED/UPGRADE", "OFFER_REDEEMED/INITIAL_BUY"])(
    "A14: %s tells the state",
    async (type) => {
      expect(await told(type)).toMatchObject({
        status: "active",
        items: [{ price_id: "pro_monthly", current_period_end: T }],
      });
    },
  );

  test("A16: RENEWAL_EXTENDED is a later end", async () => {
    const expires_at = new Date(T.getTime() + 90 * day);
    expect(endOf(await told("RENEWAL_EXTENDED", { expires_at }))).toEqual(expires_at);
  });

  test("A18: the order is the payload's signedDate, not that of the transaction in it", async () => {
    const old = {
      transaction: { signedDate: later(-5 * day).getTime() },
      renewal: { signedDate: later(5 * day).getTime() },
    };
    expect((await told("DID_RENEW", { signed_at: later(1), ...old })).state_at).toEqual(later(1));
    expect((await told("EXPIRED/VOLUNTARY", { signed_at: now, ...old })).state_at).toEqual(now);
  });

  test("A23: a renewal that comes late is told with its own time, so that it wins when it comes", async () => {
    const signed_at = new Date(T.getTime() + 1_000);
    expect(await told("DID_RENEW", { signed_at })).toMatchObject({ state_at: signed_at, status: "active" });
  });

  test("C8: times are milliseconds, to the millisecond", async () => {
    const state = await told("DID_RENEW");
    expect(state.state_at.toISOString()).toBe("2026-03-01T12:00:00.123Z");
    expect(endOf(state)?.toISOString()).toBe("2026-03-31T12:00:00.456Z");
  });

  test("R13: the subscription is known by its originalTransactionId, as RevenueCat knows it", async () => {
    expect(await told("DID_RENEW")).toMatchObject({ store: "app_store", external_id: purchase });
  });

  test.each([
    ["within its period", {}, "active"],
    ["after it", { signed_at: T }, "expired"],
    ["after it, in retry", { signed_at: T, renewal: { isInBillingRetryPeriod: true } }, "past_due"],
    ["after it, in grace", { signed_at: T, renewal: { gracePeriodExpiresDate: T.getTime() + day } }, "in_grace"],
  ])("without a status, as before version 2.8: %s", async (_name, options, status) => {
    expect((await told("DID_RENEW", { ...options, status: 99 })).status).toBe(status);
  });
});

describe("money that goes back", () => {
  test("A11, A12: a REFUND is told of its transaction alone, whichever it is, from revocationDate on", async () => {
    const revoked_at = later(-day);
    expect(await said("REFUND", { revoked_at })).toEqual([reversal({ at: revoked_at })]);
    const older = await said("REFUND", {
      transaction_id: "2000000000000003",
      expires_at: later(-40 * day),
      revoked_at,
    });
    expect(older).toEqual([
      reversal({ external_id: "refund:2000000000000003", transaction_id: "2000000000000003", at: revoked_at }),
    ]);
  });

  test("A13: REFUND_REVERSED undoes the same one, later", async () => {
    const signed_at = later(day);
    expect(await said("REFUND_REVERSED", { signed_at })).toEqual([
      reversal({ state: "undone", at: signed_at, state_at: signed_at }),
    ]);
  });

  test("A13: news of a refunded subscription says the refund again beside a state without it, so that undoing restores it", async () => {
    const revoked_at = later(-1);
    const options = { status: 5, revoked_at };
    const contents = await said("DID_CHANGE_RENEWAL_STATUS/AUTO_RENEW_DISABLED", options);
    expect(contents).toEqual([
      expect.objectContaining({
        kind: "subscription",
        told: expect.objectContaining({ status: "active", ended_at: null }),
      }),
      reversal({ at: revoked_at }),
    ]);
    const over = await said("DID_CHANGE_RENEWAL_STATUS/AUTO_RENEW_DISABLED", { ...options, signed_at: T });
    expect(over).toMatchObject([{ told: { status: "expired" } }, { kind: "reversal" }]);
    expect(await told("EXPIRED", { status: 5 })).toMatchObject({ status: "revoked", ended_at: now });
  });

  test("A15: REVOKE takes a family member's own transaction; it names neither the purchaser nor their purchase", async () => {
    const member = {
      is_family_shared: true,
      original_transaction_id: "2000000000000900",
      transaction_id: "2000000000000901",
    };
    expect(await said("REVOKE", member)).toEqual([
      reversal({
        buyer: { candidates: [], customer: "2000000000000900" },
        external_id: "refund:2000000000000901",
        reason: "revoked",
        subscription_id: "2000000000000900",
        transaction_id: "2000000000000901",
      }),
    ]);
    expect(await said("SUBSCRIBED/INITIAL_BUY", member)).toMatchObject([{ buyer: { candidates: [] } }]);
  });

  test("a refund of what is no subscription is none of ours", async () => {
    for (const type of ["Consumable", "Non-Consumable", "Non-Renewing Subscription"]) {
      for (const news of ["REFUND", "REFUND_REVERSED", "REVOKE"]) {
        expect(await said(news, { transaction: { type } })).toEqual([]);
      }
    }
  });
});

describe("what changes nothing", () => {
  test.each([
    "REFUND_DECLINED",
    "CONSUMPTION_REQUEST",
    "PRICE_INCREASE/PENDING",
    "PRICE_INCREASE/ACCEPTED",
    "PRICE_CHANGE",
    "METADATA_UPDATE",
    "MIGRATION",
    "ONE_TIME_CHARGE",
  ])("A14: %s", async (type) => {
    expect(await said(type)).toEqual([]);
  });

  test.each([
    "RENEWAL_EXTENSION/SUMMARY",
    "RENEWAL_EXTENSION/FAILURE",
    "TEST",
    "EXTERNAL_PURCHASE_TOKEN/UNREPORTED",
    "RESCIND_CONSENT",
  ])("A16, A17: %s, which is about no purchase", async (type) => {
    const { body, notification_id } = appStoreNotification({ ...about, type });
    expect(await store.open({ raw_body: Buffer.from(body), header: () => undefined })).toMatchObject({
      event_id: notification_id,
      event_type: type,
      created_at: now,
      subject: null,
      contents: [],
    });
  });

  test.each(["A_TYPE_OF_TOMORROW", "A_TYPE_OF_TOMORROW/WITH_MORE", "constructor", "of-tomorrow"])(
    "A17: %s",
    async (type) => {
      expect(await said(type)).toEqual([]);
    },
  );

  test("every type that the library knows is in the table", async () => {
    const { NotificationTypeV2 } = await import("@apple/app-store-server-library");
    expect(Object.values(NotificationTypeV2).filter((type) => !notificationTypes.includes(type))).toEqual([]);
    expect(store.known_types).toEqual([...notificationTypes, "claim"]);
  });

  test("unknown members are accepted, and so are explicit nulls, which Apple's library refuses", async () => {
    const news = {
      transaction: { ofTomorrow: { deep: [1] } },
      renewal: { ofTomorrow: 1 },
      payload: { ofTomorrow: [] },
    };
    expect(await told("DID_RENEW", news)).toMatchObject({ status: "active" });
    const nulls = {
      transaction: { revocationDate: null, isUpgraded: null, offerDiscountType: null },
      renewal: { gracePeriodExpiresDate: null, appAccountToken: null },
    };
    const { body } = appStoreNotification({ ...about, ...nulls, type: "DID_RENEW" });
    expect(store.read(body).contents).toMatchObject([{ kind: "subscription", told: { status: "active" } }]);
  });

  test.each([
    [
      "no transaction",
      { payload: { data: { environment: "Sandbox", bundleId: "com.example.plinth" } } },
      /signedTransactionInfo/,
    ],
    ["a transaction without an id", { transaction: { transactionId: undefined } }, /transactionId/],
    ["a time that is none", { transaction: { purchaseDate: -1 } }, /purchaseDate/],
  ])("%s is unreadable, with the place", async (_name, options, detail) => {
    expect(await said("DID_RENEW", options as Options)).toEqual([
      { kind: "unreadable", detail: expect.stringMatching(detail) },
    ]);
  });
});

describe("A2: a transaction that a client presents", () => {
  const present = (options: Options = {}) => store.openTransaction(signedAppStoreTransaction({ ...about, ...options }));

  test("is the state of the day it was bought, so that all that the store has said since is newer", async () => {
    const claimed = await present({ signed_at: later(day) });
    const [content] = claimed.contents;
    expect(claimed).toMatchObject({
      event_type: "claim",
      event_id: `claim:2000000000000007:${later(day).getTime()}`,
      environment: "test",
      subject: purchase,
    });
    expect(content).toMatchObject({
      kind: "subscription",
      buyer: { candidates: [token], customer: purchase },
      told: {
        status: "active",
        state_at: about.purchased_at,
        external_id: purchase,
        items: [{ current_period_end: T }],
      },
    });
    expect(store.read(claimed.payload)).toEqual(claimed);
  });

  test("is never newer than its signature, though a renewal is charged before its period begins", async () => {
    const purchased_at = later(day);
    expect((await present({ purchased_at })).contents).toMatchObject([{ told: { state_at: now } }]);
  });

  test("is over when it was over as it was signed, and taken back when it was taken back", async () => {
    expect((await present({ signed_at: T })).contents).toMatchObject([{ told: { status: "expired", ended_at: T } }]);
    const revoked_at = later(-1);
    expect((await present({ revoked_at })).contents).toEqual([
      expect.objectContaining({ told: expect.objectContaining({ status: "active" }) }),
      reversal({ at: revoked_at }),
    ]);
    expect((await present({ is_upgraded: true })).contents).toEqual([]);
  });

  test("is checked as a notification is", async () => {
    const code = (expected: string) => expect.objectContaining({ code: expected });
    await expect(present({ bundle_id: "com.example.other" })).rejects.toEqual(code("billing.event_malformed"));
    await expect(present({ transaction: { environment: "Xcode" } })).rejects.toEqual(code("billing.signature_invalid"));
    const [header, , signature] = signedAppStoreTransaction(about).split(".");
    const [, other] = signedAppStoreTransaction({ ...about, product_id: "max_monthly" }).split(".");
    const swapped = store.openTransaction([header, other, signature].join("."));
    await expect(swapped).rejects.toEqual(code("billing.signature_invalid"));
  });
});
