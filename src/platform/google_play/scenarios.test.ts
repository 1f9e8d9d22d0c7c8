import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BillingStage, billingStage } from "../../../test/support/billing.ts";
import { makeMember } from "../../../test/support/factories.ts";
import {
  type FakeGooglePlay,
  type FakePushOptions,
  startFakeGooglePlay,
} from "../../../test/support/fake-google-play.ts";
import { day, endsOn, oneOf } from "../../../test/support/store-stories.ts";
import type { Ctx } from "../../core/context.ts";
import { newId } from "../../core/id.ts";
import { createLogger } from "../../core/logger.ts";
import { createMetrics } from "../../core/metrics.ts";
import type { Billing, Environment } from "../billing/index.ts";
import { SubscriptionChanged } from "../billing/index.ts";
import { createWorker } from "../events/index.ts";
import { createPlayApi } from "./api.ts";
import { createAcknowledgements, createGooglePlay, type GooglePlay, googlePlaySubscribers } from "./index.ts";
import { type SimulatedPurchase, subscriptionPurchase } from "./simulator.ts";

// What Google tells and what its API answers then, and where the workspace is: its plan, the end, how it stands, and one row.

let t: BillingStage;
let fake: FakeGooglePlay;
let store: GooglePlay;
let ctx: Ctx & { user_id: string };
let token: string;
let start: Date;
let T: Date;
const { moveTo, receive, endOf, outcomes } = endsOn(() => t);
const on = (days: number) => new Date(start.getTime() + days * day);
const end = () => endOf(ctx.workspace_id);
const nothing = { plan: "prism.free", purchases: [] };

const storeOf = (clock: BillingStage["clock"], environment: Environment) =>
  createGooglePlay({ package_names: [fake.package_name], push: fake.push, api: fake.api, environment, clock });

beforeAll(async () => {
  fake = await startFakeGooglePlay();
  t = await billingStage({
    stores: ({ clock }) => {
      store = storeOf(clock, "test");
      return [store];
    },
  });
});
afterAll(async () => {
  await t.close();
  await fake.close();
});
beforeEach(async () => {
  t.clock.advance(-t.clock.offset());
  ctx = await makeMember(t);
  token = `token-${newId()}`;
  start = new Date(Date.now() - 3_600_123);
  // Short, for the fake's clock stands still.
  T = on(3);
});
afterEach(() => fake.fail(undefined));

/** What the API answers of a purchase from now on. */
const put = (more: SimulatedPurchase = {}, purchase_token = token) => {
  const usual = { price_id: "app.pro:monthly", started_at: start, expires_at: T, order_id: `GPA.${purchase_token}` };
  fake.put(purchase_token, subscriptionPurchase({ ...usual, account_id: ctx.workspace_id, ...more }, t.clock.now()));
};
const push = (type: string, more: FakePushOptions = {}) =>
  fake.send({ type, purchase_token: token, at: t.clock.now(), ...more });
const sent = async (type: string, more: FakePushOptions = {}) => {
  const { raw_body, headers } = await push(type, more);
  return { body: raw_body, headers };
};
const tell = async (type: string, more: FakePushOptions = {}, billing: Billing = t.billing) =>
  receive("google_play", [await sent(type, more)], billing);
/** Google's notification comes and its API says the same. */
const happens = async (type: string, more: SimulatedPurchase = {}) => {
  put(more);
  await tell(type);
};
const bought = () => happens("SUBSCRIPTION_PURCHASED");

describe("bought and renewed", () => {
  test("G2: PURCHASED: pro until T, and not from T on", async () => {
    await bought();
    moveTo(new Date(T.getTime() - 20_000));
    expect(await end()).toEqual(oneOf("pro", T));
    moveTo(T);
    expect(await end()).toEqual(oneOf("free", T));
  });

  test("G3: pending: no access; cancelled while it is pending: never any", async () => {
    await happens("SUBSCRIPTION_PURCHASED", { state: "PENDING" });
    expect(await end()).toMatchObject({ plan: "prism.free", purchases: [{ status: "incomplete", standing: "ended" }] });
    await happens("SUBSCRIPTION_PENDING_PURCHASE_CANCELED", { state: "PENDING_PURCHASE_CANCELED" });
    expect(await end()).toMatchObject({ plan: "prism.free", purchases: [{ status: "incomplete_expired" }] });
  });

  test("G3: pending, then paid: pro", async () => {
    await happens("SUBSCRIPTION_PURCHASED", { state: "PENDING" });
    await bought();
    expect(await end()).toEqual(oneOf("pro", T));
  });

  test("G4: a renewal moves the end; a prepaid plan ends with its period", async () => {
    await bought();
    await happens("SUBSCRIPTION_RENEWED", { expires_at: on(6), order_id: `GPA.${token}..0` });
    expect(await end()).toEqual(oneOf("pro", on(6)));
    await happens("SUBSCRIPTION_RENEWED", { expires_at: on(7), prepaid: true });
    expect(await end()).toEqual(oneOf("pro", on(7), { renews: false }));
  });

  test("G8: cancelled: pro until T; restarted: it renews again", async () => {
    await bought();
    await happens("SUBSCRIPTION_CANCELED", { state: "CANCELED" });
    expect(await end()).toEqual(oneOf("pro", T, { renews: false }));
    await happens("SUBSCRIPTION_RESTARTED");
    expect(await end()).toEqual(oneOf("pro", T));
  });

  test("G10: EXPIRED comes late, the API says that it was renewed: pro", async () => {
    await bought();
    put({ expires_at: on(6) });
    await tell("SUBSCRIPTION_EXPIRED");
    expect(await end()).toEqual(oneOf("pro", on(6)));
  });

  test("G16: of several items each goes to its own end", async () => {
    const [item] = Object(subscriptionPurchase({ price_id: "app.max", order_id: `GPA.${token}` })).lineItems;
    const [other] = Object(subscriptionPurchase({ price_id: "app.pro:monthly", order_id: `GPA.${token}` })).lineItems;
    const lineItems = [
      { ...other, expiryTime: T.toISOString() },
      { ...item, expiryTime: on(2).toISOString() },
    ];
    await happens("SUBSCRIPTION_PURCHASED", { more: { lineItems } });
    expect((await end()).plan).toBe("prism.max");
    moveTo(on(2));
    expect((await end()).plan).toBe("prism.pro");
    moveTo(T);
    expect((await end()).plan).toBe("prism.free");
    expect((await end()).purchases).toHaveLength(1);
  });

  test("G17: what a tester bought is of the sandbox, and grants nothing in production", async () => {
    const live = t.billingWith({ environment: "live", stores: [storeOf(t.clock, "live")] });
    put({ is_test: true });
    await tell("SUBSCRIPTION_PURCHASED", {}, live);
    expect(await end()).toEqual(nothing);
    expect(await outcomes(token)).toEqual([["ignored", "other_environment"]]);
    put({ is_test: false });
    await tell("SUBSCRIPTION_RENEWED", {}, live);
    expect(await end()).toEqual(oneOf("pro", T));
  });

  test("G18: a purchase that Google knows no more stays as it was", async () => {
    await bought();
    fake.forget(token, 410);
    await tell("SUBSCRIPTION_EXPIRED");
    expect(await end()).toEqual(oneOf("pro", T));
    expect((await outcomes(token)).at(-1)).toEqual(["ignored", "not_handled"]);
  });
});

describe("a payment fails, or waits", () => {
  test("G5: in the grace period: pro until the end that Google moved on", async () => {
    await bought();
    moveTo(T);
    await happens("SUBSCRIPTION_IN_GRACE_PERIOD", { state: "IN_GRACE_PERIOD", expires_at: on(5) });
    const inGrace = { status: "in_grace", reason: "payment_failed" };
    expect(await end()).toEqual(oneOf("pro", on(5), { ...inGrace, standing: "grace" }));
    moveTo(on(5));
    expect(await end()).toEqual(oneOf("free", on(5), inGrace));
  });

  test("G6: on hold: no access now; recovered: pro", async () => {
    await bought();
    moveTo(on(1));
    await happens("SUBSCRIPTION_ON_HOLD", { state: "ON_HOLD" });
    expect(await end()).toMatchObject({
      plan: "prism.free",
      purchases: [{ status: "on_hold", standing: "suspended" }],
    });
    await happens("SUBSCRIPTION_RECOVERED", { expires_at: on(6) });
    expect(await end()).toEqual(oneOf("pro", on(6)));
  });

  test("G7: a pause is planned: pro; it begins: none; recovered: pro", async () => {
    await bought();
    const more = { pausedStateContext: { autoResumeTime: on(30).toISOString() } };
    await happens("SUBSCRIPTION_PAUSE_SCHEDULE_CHANGED");
    expect(await end()).toEqual(oneOf("pro", T));
    moveTo(T);
    await happens("SUBSCRIPTION_PAUSED", { state: "PAUSED", more });
    expect(await end()).toMatchObject({ plan: "prism.free", purchases: [{ status: "paused", standing: "suspended" }] });
    await happens("SUBSCRIPTION_RECOVERED", { expires_at: on(6) });
    expect(await end()).toEqual(oneOf("pro", on(6)));
  });

  test("G9: revoked: free now, also while the API goes on calling it active", async () => {
    await bought();
    await tell("SUBSCRIPTION_REVOKED");
    expect(await end()).toMatchObject({ plan: "prism.free", purchases: [{ standing: "ended", reason: "revoked" }] });
    await happens("SUBSCRIPTION_EXPIRED", { state: "EXPIRED" });
    expect((await end()).plan).toBe("prism.free");
  });
});

describe("G14: declared void", () => {
  const isVoid = { plan: "prism.free", purchases: [{ standing: "ended", reason: "revoked" }] };
  const voided = (order_id: string) => tell("VOIDED_PURCHASE", { order_id });

  test("over, and it stays so while the API says active; the next order is another", async () => {
    await bought();
    await voided(`GPA.${token}`);
    expect(await end()).toMatchObject(isVoid);
    await tell("SUBSCRIPTION_RENEWED");
    await tell("SUBSCRIPTION_RESTARTED");
    expect(await end()).toMatchObject(isVoid);
    await happens("SUBSCRIPTION_RENEWED", { order_id: `GPA.${token}..0`, expires_at: on(6) });
    expect(await end()).toEqual(oneOf("pro", on(6)));
  });

  test("told before the purchase is: over", async () => {
    put();
    await voided(`GPA.${token}`);
    await tell("SUBSCRIPTION_PURCHASED");
    expect(await end()).toMatchObject(isVoid);
  });

  test("of an older order, or of a part: nothing changes", async () => {
    await bought();
    await happens("SUBSCRIPTION_RENEWED", { order_id: `GPA.${token}..0`, expires_at: on(6) });
    await voided(`GPA.${token}`);
    expect(await end()).toEqual(oneOf("pro", on(6)));
    const part = { purchaseToken: token, orderId: `GPA.${token}..0`, productType: 1, refundType: 2 };
    const about = { version: "1.0", packageName: fake.package_name, eventTimeMillis: String(Date.now()) };
    await tell("", { notification: { ...about, voidedPurchaseNotification: part } });
    expect(await end()).toEqual(oneOf("pro", on(6)));
  });

  test("G15: a void that never arrived is found by the reconciliation", async () => {
    await bought();
    const voidedTimeMillis = String(Date.now());
    fake.addVoided({ purchaseToken: token, orderId: `GPA.${token}`, voidedTimeMillis, voidedSource: 0 });
    await t.billing.reconciliation.reconcile("google_play", "test");
    expect(await end()).toMatchObject(isVoid);
  });
});

test("G19: a type of tomorrow is a sign to look; a test of Google's changes nothing", async () => {
  put();
  const about = { version: "1.0", packageName: fake.package_name, eventTimeMillis: String(Date.now()) };
  const unknown = { version: "1.0", notificationType: 99, purchaseToken: token };
  await tell("", { notification: { ...about, subscriptionNotification: unknown } });
  expect(await end()).toEqual(oneOf("pro", T));
  await tell("TEST");
  expect(await end()).toEqual(oneOf("pro", T));
});

describe("what replaces a purchase", () => {
  const tokens = () => ["a", "b", "c"].map((each) => `${token}-${each}`);
  /** A ← B ← C, as the API tells them; only the first names its buyer unless it is said otherwise. */
  const chain = (owners: (string | undefined)[] = [ctx.workspace_id, undefined, undefined]) => {
    for (const [index, each] of tokens().entries()) {
      const linked_purchase_token = index === 0 ? undefined : tokens()[index - 1];
      const link = linked_purchase_token === undefined ? {} : { linked_purchase_token };
      const price_id = index === 1 ? "app.max" : "app.pro:monthly";
      const purchase = { price_id, started_at: start, expires_at: on(3 + index), order_id: `GPA.${each}` };
      const account_id = owners[index];
      const owner = account_id === undefined ? {} : { account_id };
      fake.put(each, subscriptionPurchase({ ...purchase, ...link, ...owner }, t.clock.now()));
    }
  };
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ];
  const superseded = { standing: "ended", reason: "superseded" };
  const last = [{ ...superseded }, { ...superseded }, { standing: "good", plan_id: "prism.pro" }];

  test("G11: an upgrade: the new one alone counts, also when something of the old one comes later", async () => {
    chain();
    const [a, b] = tokens();
    await tell("SUBSCRIPTION_PURCHASED", { purchase_token: a ?? "" });
    await tell("SUBSCRIPTION_PURCHASED", { purchase_token: b ?? "" });
    expect(await end()).toMatchObject({ plan: "prism.max", purchases: [superseded, { standing: "good" }] });
    await tell("SUBSCRIPTION_RENEWED", { purchase_token: a ?? "" });
    expect(await end()).toMatchObject({ plan: "prism.max", purchases: [superseded, { standing: "good" }] });
    moveTo(on(4));
    expect((await end()).plan).toBe("prism.free");
  });

  test.each(orders)("G11: A ← B ← C arriving as %i, %i, %i: only C counts, for whom A names", async (...order) => {
    chain();
    for (const index of order) await tell("SUBSCRIPTION_PURCHASED", { purchase_token: tokens()[index] ?? "" });
    expect(await end()).toMatchObject({ plan: "prism.pro", purchases: last });
  });

  test.each(orders)(
    "G13: B and C name others, arriving as %i, %i, %i: by policy they are whose A is",
    async (...order) => {
      const others = [await makeMember(t), await makeMember(t)];
      chain([ctx.workspace_id, ...others.map(({ workspace_id }) => workspace_id)]);
      for (const index of order) await tell("SUBSCRIPTION_PURCHASED", { purchase_token: tokens()[index] ?? "" });
      expect(await end()).toMatchObject({ plan: "prism.pro", purchases: last });
      for (const { workspace_id } of others) expect(await endOf(workspace_id)).toEqual(nothing);
    },
  );

  test("G11: all of a chain at once, each twice: the same", async () => {
    const other = await makeMember(t);
    chain([ctx.workspace_id, other.workspace_id, undefined]);
    const pushes = await Promise.all(
      [...tokens(), ...tokens()].map((purchase_token) => sent("SUBSCRIPTION_PURCHASED", { purchase_token })),
    );
    await Promise.all(pushes.map((each) => receive("google_play", [each])));
    expect(await end()).toMatchObject({ plan: "prism.pro", purchases: last });
    expect(await endOf(other.workspace_id)).toEqual(nothing);
  });

  test("G13: by the policy `transfer` it is whose it says: the old user loses, the new one gains", async () => {
    const transferring = t.billingWith({ on_conflict: "transfer" });
    const other = await makeMember(t);
    chain([ctx.workspace_id, other.workspace_id]);
    const [a = "", b = ""] = tokens();
    for (const purchase_token of [b, a]) await tell("SUBSCRIPTION_PURCHASED", { purchase_token }, transferring);
    expect(await end()).toMatchObject({ plan: "prism.free", purchases: [superseded] });
    expect(await endOf(other.workspace_id)).toMatchObject({ plan: "prism.max", purchases: [{ standing: "good" }] });
  });

  test("G12: a deferred replacement: the old plan until its end, then the new one", async () => {
    const [a = "", b = ""] = tokens();
    const price = { started_at: start, order_id: `GPA.${b}`, account_id: ctx.workspace_id };
    fake.put(a, subscriptionPurchase({ ...price, price_id: "app.max", expires_at: T, order_id: `GPA.${a}` }));
    await tell("SUBSCRIPTION_PURCHASED", { purchase_token: a });
    const [old] = Object(subscriptionPurchase({ ...price, price_id: "app.max", expires_at: T })).lineItems;
    const [next] = Object(subscriptionPurchase({ ...price, price_id: "app.pro:monthly" })).lineItems;
    const lineItems = [
      { ...old, autoRenewingPlan: {}, deferredItemReplacement: { productId: "app.pro" } },
      { ...next, expiryTime: undefined },
    ];
    fake.put(b, subscriptionPurchase({ ...price, linked_purchase_token: a, more: { lineItems } }));
    await tell("SUBSCRIPTION_PURCHASED", { purchase_token: b });
    const deferred = { standing: "good", plan_id: "prism.max", pending_plan_id: "prism.pro", until: T, renews: true };
    expect(await end()).toMatchObject({ plan: "prism.max", purchases: [superseded, deferred] });
    moveTo(T);
    const renewed = { ...price, price_id: "app.pro:monthly", expires_at: on(6), linked_purchase_token: a };
    fake.put(b, subscriptionPurchase(renewed));
    await tell("SUBSCRIPTION_RENEWED", { purchase_token: b });
    expect(await end()).toMatchObject({
      plan: "prism.pro",
      purchases: [superseded, { plan_id: "prism.pro", pending_plan_id: null, until: on(6) }],
    });
  });

  test("while the new one is pending the old one goes on", async () => {
    const [a = "", b = ""] = tokens();
    chain();
    await tell("SUBSCRIPTION_PURCHASED", { purchase_token: a });
    const account_id = ctx.workspace_id;
    fake.put(b, subscriptionPurchase({ price_id: "app.max", state: "PENDING", linked_purchase_token: a, account_id }));
    await tell("SUBSCRIPTION_PURCHASED", { purchase_token: b });
    expect(await end()).toMatchObject({
      plan: "prism.pro",
      purchases: [{ standing: "good" }, { status: "incomplete" }],
    });
  });
});

describe("bought without an account", () => {
  const claim = (who: Ctx) =>
    t.billing.claims.byProof(who, store.claim({ package_name: fake.package_name, purchase_token: token }));
  const orphan = async () => {
    fake.put(token, subscriptionPurchase({ price_id: "app.pro:monthly", started_at: start, expires_at: T }));
    await tell("SUBSCRIPTION_PURCHASED");
  };

  test("waits, until the app shows the token", async () => {
    await orphan();
    expect(await end()).toEqual(nothing);
    expect(await outcomes(token)).toEqual([["received", "unknown_owner"]]);
    await claim(ctx);
    expect(await end()).toEqual(oneOf("pro", T));
  });

  test("G13: owned by another: 409", async () => {
    await orphan();
    await claim(ctx);
    const other = await makeMember(t);
    await expect(claim(other)).rejects.toMatchObject({ code: "billing.owned_by_another" });
    expect(await end()).toEqual(oneOf("pro", T));
    expect(await endOf(other.workspace_id)).toEqual(nothing);
  });
});

describe("after the commit", () => {
  const worker = () =>
    createWorker({
      ...{
        db: t.db,
        events: t.events,
        listener: { on: () => {} },
        metrics: createMetrics(),
        concurrency: 4,
        poll_ms: 20,
      },
      logger: createLogger({ LOG_LEVEL: "info" }, { write: () => {} }),
    });
  const rows = () =>
    t.sql<{ status: string; reason: string | null }>(
      "select status, reason from google_play.acknowledgements where external_id = $1",
      [token],
    );
  beforeAll(() => {
    const logger = { error: () => {}, warn: () => {} };
    const api = createPlayApi({ ...fake.api, clock: t.clock });
    const package_names = [fake.package_name];
    const parts = { db: t.db, api, package_names, clock: t.clock, logger, metrics: createMetrics() };
    t.events.subscribe(googlePlaySubscribers(createAcknowledgements(parts), SubscriptionChanged));
    const isHeard = t.events.subscribers().has("billing.fetch");
    if (!isHeard) t.events.subscribe(t.billing.subscribers.filter(({ name }) => name === "billing.fetch"));
  });

  /** Lets a worker run until it is so. */
  const until = async (look: () => Promise<unknown>, expected: unknown) => {
    const running = worker();
    running.start();
    try {
      await expect.poll(look, { timeout: 30_000 }).toEqual(expected);
    } finally {
      await running.stop(5_000);
    }
  };

  test("G2: a purchase is acknowledged once it is granted", async () => {
    await bought();
    expect(fake.acknowledged).not.toContain(token);
    await until(rows, [{ status: "done", reason: null }]);
    expect(fake.acknowledged.filter((each) => each === token)).toHaveLength(1);
  });

  test("G3: a pending one is not, until it is paid", async () => {
    await happens("SUBSCRIPTION_PURCHASED", { state: "PENDING" });
    await until(waiting, 0);
    expect(await rows()).toEqual([]);
    await bought();
    await until(rows, [{ status: "done", reason: null }]);
  });

  test.each(["error", "quota", "down"] as const)(
    "G20: the API fails (%s): the notification is taken and kept, nothing is revoked, and it is asked again",
    async (mode) => {
      await bought();
      put({ state: "ON_HOLD" });
      fake.fail(mode, "subscriptionsv2");
      await tell("SUBSCRIPTION_ON_HOLD");
      expect(await end()).toEqual(oneOf("pro", T));
      expect((await outcomes(token)).at(-1)).toEqual(["received", "store_unreachable"]);
      fake.fail(undefined);
      await until(async () => (await outcomes(token)).at(-1), ["applied", null]);
      expect((await end()).plan).toBe("prism.free");
    },
  );

  /** Handlers that have not yet handled what was told of the workspace. */
  const waiting = async () => {
    const sql = "select count(*) as waiting from events.outbox where workspace_id = $1";
    const [row] = await t.sql<{ waiting: string }>(sql, [ctx.workspace_id]);
    return Number(row?.waiting);
  };
});
