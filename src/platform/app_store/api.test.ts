import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type FakeAppStore, fakeAppStore } from "../../../test/support/fake-app-store.ts";
import { systemClock } from "../../core/clock.ts";
import type { Notification } from "../billing/index.ts";
import { appStoreNotification, type SimulatedNotification, signedAppStoreTransaction } from "./simulator.ts";
import { appStoreTrust } from "./trust.ts";
import { type AppStore, createAppStore } from "./webhook.ts";

const app = { bundle_id: "com.example.plinth", environment: "test", clock: systemClock } as const;
const day = 86_400_000;
const now = new Date("2026-03-01T12:00:00.123Z");
const T = new Date("2026-03-31T12:00:00.456Z");
const purchase = "2000000000000001";
const about = { product_id: "pro_monthly", original_transaction_id: purchase, signed_at: now, expires_at: T };

let apple: FakeAppStore;
let store: Required<AppStore>;
beforeAll(async () => {
  apple = await fakeAppStore();
  store = createAppStore({ ...app, ...appStoreTrust("test"), api: apple.credentials }) as Required<AppStore>;
});
afterAll(() => apple.close());
beforeEach(() => {
  apple.faults = {};
  apple.calls.length = 0;
  apple.statuses.clear();
  apple.history = [];
  apple.page_size = 20;
});

const unreachable = expect.objectContaining({ code: "billing.store_unreachable" });
const customer = {
  external_id: purchase,
  customer: purchase,
  store: "app_store",
  transaction_id: null,
  price_id: "pro_monthly",
} as const;

/** An entry of `lastTransactions`: what the notification of this type would hold. */
function entry(type: string, options: Partial<SimulatedNotification> = {}): object {
  const { body } = appStoreNotification({ ...about, ...options, type });
  const [, payload = ""] = JSON.parse(body).signedPayload.split(".");
  const { data } = JSON.parse(Buffer.from(payload, "base64url").toString());
  return {
    originalTransactionId: options.original_transaction_id ?? purchase,
    status: data.status,
    signedTransactionInfo: data.signedTransactionInfo,
    signedRenewalInfo: data.signedRenewalInfo,
  };
}

test("without credentials there is nothing to ask", () => {
  const bare = createAppStore({ ...app, ...appStoreTrust("test") });
  expect([bare.current, bare.page, bare.fetch]).toEqual([undefined, undefined, undefined]);
});

test("a key that is none is noticed at once, and not shown", () => {
  const p384 = generateKeyPairSync("ec", { namedCurve: "secp384r1" }).privateKey.export({
    type: "pkcs8",
    format: "pem",
  });
  for (const private_key of ["-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----", p384.toString()]) {
    const make = () => createAppStore({ ...app, ...appStoreTrust("test"), api: { ...apple.credentials, private_key } });
    expect(make).toThrow(/P-256/);
    expect(make).not.toThrow(/secret/);
  }
});

describe("the present state of a subscription", () => {
  test("is that of its own newest transaction, as of the question", async () => {
    const other = entry("DID_RENEW", { original_transaction_id: "2000000000000777", product_id: "other" });
    apple.statuses.set(purchase, [other, entry("DID_FAIL_TO_RENEW/GRACE_PERIOD")]);
    const observed_at = new Date(T.getTime() + day);
    expect(await store.current(customer, observed_at)).toEqual([
      expect.objectContaining({
        kind: "subscription",
        told: expect.objectContaining({
          external_id: purchase,
          status: "in_grace",
          state_at: observed_at,
          items: [expect.objectContaining({ current_period_end: new Date(T.getTime() + 16 * day) })],
        }),
      }),
    ]);
    expect(apple.calls).toMatchObject([{ method: "GET", path: `/inApps/v1/subscriptions/${purchase}` }]);
  });

  test("A11: of a refunded one says so", async () => {
    apple.statuses.set(purchase, [entry("REFUND")]);
    expect(await store.current(customer, now)).toMatchObject([
      { kind: "subscription", told: { status: "active" } },
      { kind: "reversal", state: "final", transaction_id: purchase },
    ]);
  });

  test("is nothing where the store does not know it", async () => {
    expect(await store.current(customer, now)).toEqual([]);
  });

  test("a signature that is not Apple's is not believed from there either", async () => {
    apple.statuses.set(purchase, [entry("DID_RENEW", { signer: apple.chain.signer })]);
    await expect(store.current(customer, now)).rejects.toMatchObject({ code: "billing.signature_invalid" });
  });

  test.each([
    ["an error of theirs", 500],
    ["too many questions", 429],
    ["a refusal", 401],
    ["an unknown transaction that may be known soon", { status: 404, body: { errorCode: 4040006 } }],
    ["an answer of another form", { status: 200, body: { data: [{ lastTransactions: "none" }] } }],
  ])("%s is trouble that passes", async (_name, fault) => {
    apple.statuses.set(purchase, [entry("DID_RENEW")]);
    apple.faults.api = fault;
    await expect(store.current(customer, now)).rejects.toEqual(unreachable);
    expect(apple.calls).toHaveLength(1);
  });

  test("so is silence, and nobody at home", async () => {
    const hurried = (more: object) =>
      createAppStore({
        ...app,
        ...appStoreTrust("test"),
        api: { ...apple.credentials, ...more },
      }) as Required<AppStore>;
    apple.faults.api = "hang";
    await expect(hurried({ timeout_ms: 50 }).current(customer, now)).rejects.toEqual(unreachable);
    await expect(hurried({ base_url: "http://127.0.0.1:1" }).current(customer, now)).rejects.toEqual(unreachable);
  });

  test("a key of another app is refused", async () => {
    const api = { ...apple.credentials, key_id: "ANOTHERKEY" };
    const stranger = createAppStore({ ...app, ...appStoreTrust("test"), api }) as Required<AppStore>;
    await expect(stranger.current(customer, now)).rejects.toEqual(unreachable);
    expect(apple.calls).toEqual([]);
  });
});

describe("what is asked for a notification", () => {
  const fetch = (notification: Notification) => store.fetch(notification, now);

  test("nothing for the store's own: it is a signed snapshot", async () => {
    const { body } = appStoreNotification({ ...about, type: "DID_RENEW" });
    expect(await fetch(store.read(body))).toBeUndefined();
    expect(apple.calls).toEqual([]);
  });

  test("A2: the present state for what a client presents, which may be old", async () => {
    apple.statuses.set(purchase, [entry("EXPIRED/VOLUNTARY")]);
    const claim = await store.openTransaction(signedAppStoreTransaction(about));
    expect(claim.contents).toMatchObject([{ told: { status: "active" } }]);
    expect(await fetch(claim)).toMatchObject({ contents: [{ told: { status: "expired", state_at: now } }] });
  });

  test("A19: nothing for what is of the other environment", async () => {
    const live = { ...app, app_apple_id: 1, ...appStoreTrust("test") };
    const claim = await createAppStore(live).openTransaction(
      signedAppStoreTransaction({ ...about, environment: "live" }),
    );
    expect(claim.environment).toBe("live");
    expect(await fetch(claim)).toBeUndefined();
  });
});

describe("lost notifications", () => {
  const lost = (n: number) =>
    appStoreNotification({
      ...about,
      type: "DID_RENEW",
      transaction_id: `${n}`,
      signed_at: new Date(now.getTime() + n),
    }).body;

  test("are read page by page with one and the same question, each at its own time", async () => {
    apple.history = [1, 2, 3].map(lost);
    apple.page_size = 2;
    const first = await store.page(null, now);
    const second = await store.page(first.next, new Date(now.getTime() + day));
    const told = [...first.contents, ...second.contents];
    expect(told).toMatchObject(
      [1, 2, 3].map((n) => ({ told: { transaction_id: `${n}`, state_at: new Date(now.getTime() + n) } })),
    );
    expect(second.next).toBeNull();
    const question = { startDate: now.getTime() - 30 * day, endDate: now.getTime(), onlyFailures: true };
    expect(apple.calls.map(({ body }) => body)).toEqual([question, question]);
    expect(apple.calls.map(({ query }) => query.get("paginationToken"))).toEqual([null, "2"]);
  });

  test("none are an empty last page", async () => {
    expect(await store.page(null, now)).toEqual({ contents: [], next: null });
  });

  test("one that is not valid does not stand in the way of the others", async () => {
    const forged = appStoreNotification({ ...about, type: "EXPIRED", signer: apple.chain.signer }).body;
    apple.history = [lost(1), forged, lost(2)];
    const { contents } = await store.page(null, now);
    expect(contents).toMatchObject([
      { told: { transaction_id: "1" } },
      { kind: "unreadable", detail: expect.stringContaining("history") },
      { told: { transaction_id: "2" } },
    ]);
  });

  test("A19: one of the other environment is none of ours", async () => {
    const real = createAppStore({
      ...app,
      app_apple_id: 1_234_567_890,
      ...appStoreTrust("test"),
      api: apple.credentials,
    });
    apple.history = [appStoreNotification({ ...about, type: "DID_RENEW", environment: "live" }).body, lost(1)];
    expect((await real.page?.(null, now))?.contents).toMatchObject([{ told: { transaction_id: "1" } }]);
  });

  test("A22: while certificates cannot be checked the page is asked for again", async () => {
    const strict = { ...app, roots: [apple.chain.root.der], online_checks: true, api: apple.credentials };
    apple.history = [appStoreNotification({ ...about, type: "DID_RENEW", signer: apple.chain.signer }).body];
    apple.faults.ocsp = 503;
    const page = () => (createAppStore(strict) as Required<AppStore>).page(null, now);
    await expect(page()).rejects.toEqual(unreachable);
    apple.faults = {};
    expect((await page()).contents).toHaveLength(1);
  });
});
