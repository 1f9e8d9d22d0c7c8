import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BillingStage, billingStage } from "../../../test/support/billing.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { type FakeRevenueCat, startFakeRevenueCat } from "../../../test/support/fake-revenuecat.ts";
import { day, endsOn, oneOf } from "../../../test/support/store-stories.ts";
import type { Ctx } from "../../core/context.ts";
import { newId } from "../../core/id.ts";
import type { Billing, Environment } from "../billing/index.ts";
import { createRevenueCat, type SimulatedRevenueCatEvent, simulateRevenueCat } from "./index.ts";

// What RevenueCat tells, and where the workspace is then: its plan, the end, how it stands, and one row.

const authorization = "Bearer of-the-scenarios";
const storeOf = (environment: Environment = "test") =>
  createRevenueCat({ authorization: [authorization], environment });

let t: BillingStage;
let ctx: Ctx & { user_id: string };
let anonymous: string;
let purchase: string;
let start: Date;
let T: Date;
const { moveTo, receive, endOf, outcomes } = endsOn(() => t);
const on = (days: number) => new Date(start.getTime() + days * day);
const end = () => endOf(ctx.workspace_id);
const nothing = { plan: "prism.free", purchases: [] };

beforeAll(async () => {
  t = await billingStage({ stores: () => [storeOf()] });
});
afterAll(() => t.close());
beforeEach(async () => {
  t.clock.advance(-t.clock.offset());
  ctx = await makeMember(t);
  purchase = `2000-${newId()}`;
  anonymous = `$RCAnonymousID:${newId().replaceAll("-", "")}`;
  start = new Date(Date.now() - 3_600_123);
  T = on(30);
});

/** What is told on a day of the story, of the first period if nothing else is said. */
const told = (type: string, days: number, more: SimulatedRevenueCatEvent = {}) =>
  simulateRevenueCat(type, {
    ...{ authorization, at: on(days), app_user_id: ctx.workspace_id, entitlement_ids: ["pro_access"] },
    ...{ original_transaction_id: purchase, purchased_at: start, expires_at: T, ...more },
  });
const tell = (type: string, days: number, more: SimulatedRevenueCatEvent = {}, billing: Billing = t.billing) =>
  receive("revenuecat", [told(type, days, more)], billing);
const bought = (more: SimulatedRevenueCatEvent = {}) => tell("INITIAL_PURCHASE", 0, more);
/** The second period. */
const second = (): SimulatedRevenueCatEvent => ({
  ...{ purchased_at: T, expires_at: on(60), transaction_id: `${purchase}-2`, original_transaction_id: purchase },
});

describe("bought and renewed", () => {
  test("INITIAL_PURCHASE: pro until T, and not from T on; RENEWAL: until the new one", async () => {
    await bought();
    moveTo(new Date(T.getTime() - 20_000));
    expect(await end()).toEqual(oneOf("pro", T));
    moveTo(T);
    expect(await end()).toEqual(oneOf("free", T));
    await tell("RENEWAL", 30, second());
    expect(await end()).toEqual(oneOf("pro", on(60)));
  });

  test("R8: RENEWAL of a subscription that nobody heard of: pro", async () => {
    await tell("RENEWAL", 30, second());
    expect(await end()).toEqual(oneOf("pro", on(60)));
    await bought();
    expect(await end()).toEqual(oneOf("pro", on(60)));
  });

  test("what is paid once and lasts: pro without an end, until it is refunded", async () => {
    await tell("NON_RENEWING_PURCHASE", 0, { expires_at: null });
    expect(await end()).toEqual(oneOf("pro", null, { renews: false }));
    moveTo(on(3_000));
    expect((await end()).plan).toBe("prism.pro");
    await tell("CANCELLATION", 3_000, { reason: "CUSTOMER_SUPPORT", expires_at: on(3_000) });
    moveTo(on(3_001));
    expect(await end()).toMatchObject({ plan: "prism.free", purchases: [{ status: "revoked", standing: "ended" }] });
  });

  test("R12: SANDBOX on a production server: kept, no access", async () => {
    const live = t.billingWith({ environment: "live", stores: [storeOf("live")] });
    await tell("INITIAL_PURCHASE", 0, { environment: "SANDBOX" }, live);
    expect(await end()).toEqual(nothing);
    expect(await outcomes(ctx.workspace_id)).toEqual([["ignored", "other_environment"]]);
    await tell("INITIAL_PURCHASE", 0, { environment: "PRODUCTION" }, live);
    expect(await end()).toEqual(oneOf("pro", T));
  });

  test("R14: null for what may be missing, and members of tomorrow: accepted", async () => {
    const nulls = [
      "offer_code",
      "presented_offering_id",
      "entitlement_id",
      "metadata",
      "grace_period_expiration_at_ms",
    ];
    const more = { ...Object.fromEntries(nulls.map((name) => [name, null])), of_tomorrow: { some: ["thing"] } };
    await bought({ more });
    expect(await end()).toEqual(oneOf("pro", T));
  });
});

describe("over, or about to be", () => {
  test("R1: CANCELLATION UNSUBSCRIBE: pro until T; UNCANCELLATION: it renews again", async () => {
    await bought();
    await tell("CANCELLATION", 1);
    expect(await end()).toEqual(oneOf("pro", T, { renews: false }));
    await tell("UNCANCELLATION", 2);
    expect(await end()).toEqual(oneOf("pro", T));
    await tell("CANCELLATION", 3);
    moveTo(T);
    expect(await end()).toEqual(oneOf("free", T, { renews: false }));
  });

  test("R2: CANCELLATION CUSTOMER_SUPPORT: over when it says, which is past", async () => {
    await bought();
    moveTo(on(3));
    await tell("CANCELLATION", 3, { reason: "CUSTOMER_SUPPORT", expires_at: on(2) });
    expect(await end()).toMatchObject({ plan: "prism.free", purchases: [{ status: "revoked", until: on(2) }] });
    await tell("REFUND_REVERSED", 4);
    expect(await end()).toEqual(oneOf("pro", T));
  });

  test("R4: EXPIRATION without entitlements ends its own purchase and no other", async () => {
    await bought();
    await bought({ original_transaction_id: `${purchase}-other`, expires_at: on(50) });
    moveTo(T);
    await tell("EXPIRATION", 30, { entitlement_ids: null });
    const [own, other] = (await end()).purchases;
    expect([own?.status, own?.standing, other?.status, other?.until]).toEqual(["expired", "ended", "active", on(50)]);
    expect((await end()).plan).toBe("prism.pro");
    moveTo(on(50));
    await tell("EXPIRATION", 50, { original_transaction_id: `${purchase}-other`, entitlement_ids: null });
    expect((await end()).plan).toBe("prism.free");
  });

  test("R5: SUBSCRIPTION_PAUSED: nothing changes until EXPIRATION", async () => {
    await bought();
    await tell("SUBSCRIPTION_PAUSED", 1);
    expect(await end()).toEqual(oneOf("pro", T));
    moveTo(T);
    await tell("EXPIRATION", 30, { reason: "SUBSCRIPTION_PAUSED" });
    expect((await end()).plan).toBe("prism.free");
  });

  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ];
  describe.each(orders)("R3: a payment fails, told as %i, %i, %i", (...order) => {
    const events = (grace_expires_at: Date | null) => [
      told("BILLING_ISSUE", 30, { grace_expires_at }),
      told("CANCELLATION", 30, { reason: "BILLING_ERROR" }),
      told("EXPIRATION", 30, { reason: "BILLING_ERROR", expires_at: T }),
    ];
    const tellAll = async (grace_expires_at: Date | null) => {
      await bought();
      moveTo(on(30.5));
      await receive(
        "revenuecat",
        order.flatMap((index) => events(grace_expires_at)[index] ?? []),
      );
    };

    test("with a grace period: pro until its end", async () => {
      await tellAll(on(46));
      const inGrace = { status: "in_grace", reason: "payment_failed" };
      expect(await end()).toEqual(oneOf("pro", on(46), { ...inGrace, standing: "grace" }));
      moveTo(on(46));
      expect((await end()).plan).toBe("prism.free");
    });

    test("without: free", async () => {
      await tellAll(null);
      expect(await end()).toMatchObject({ plan: "prism.free", purchases: [{ status: "expired", until: T }] });
    });
  });
});

describe("changed", () => {
  test("R6: PRODUCT_CHANGE: nothing yet; RENEWAL switches", async () => {
    await bought();
    await tell("PRODUCT_CHANGE", 1, { new_product_id: "prism_max_monthly" });
    expect(await end()).toEqual(oneOf("pro", T));
    await tell("RENEWAL", 30, { ...second(), product_id: "prism_max_monthly", entitlement_ids: ["max_access"] });
    expect(await end()).toEqual(oneOf("max", on(60)));
  });

  test("R10: TEMPORARY_ENTITLEMENT_GRANT: a day at most, then EXPIRATION: free", async () => {
    const temporary = { transaction_id: purchase, expires_at: on(5), more: { product_id: undefined } };
    await tell("TEMPORARY_ENTITLEMENT_GRANT", 0, temporary);
    expect(await end()).toEqual(oneOf("pro", on(1), { renews: false }));
    await tell("EXPIRATION", 0.02, { expires_at: on(0.02), entitlement_ids: null });
    expect((await end()).plan).toBe("prism.free");
  });

  test("R10: then INITIAL_PURCHASE of the same transaction: pro until T", async () => {
    await tell("TEMPORARY_ENTITLEMENT_GRANT", 0, { transaction_id: purchase, more: { product_id: undefined } });
    await tell("INITIAL_PURCHASE", 0.02);
    expect(await end()).toEqual(oneOf("pro", T));
  });

  test("R11: SUBSCRIPTION_EXTENDED: a later T", async () => {
    await bought();
    await tell("SUBSCRIPTION_EXTENDED", 2, { expires_at: on(37) });
    expect(await end()).toEqual(oneOf("pro", on(37)));
  });

  test("R11: REFUND_REVERSED after the end: stays free", async () => {
    await bought();
    moveTo(on(31));
    await tell("CANCELLATION", 3, { reason: "CUSTOMER_SUPPORT", expires_at: on(2) });
    await tell("REFUND_REVERSED", 31);
    expect((await end()).plan).toBe("prism.free");
  });

  test.each(["INVOICE_ISSUANCE", "VIRTUAL_CURRENCY_TRANSACTION", "EXPERIMENT_ENROLLMENT", "TEST"])(
    "R11: %s: kept, and nothing changes",
    async (type) => {
      await bought();
      await tell(type, 1);
      expect(await end()).toEqual(oneOf("pro", T));
      expect((await outcomes(ctx.workspace_id)).at(-1)).toEqual(["ignored", "not_handled"]);
    },
  );

  test("R11: a type of tomorrow: kept, and nothing changes", async () => {
    await bought();
    await tell("RENEWAL", 1, { more: { type: "OF_TOMORROW" } });
    expect(await end()).toEqual(oneOf("pro", T));
  });
});

describe("whose it is", () => {
  const version = async (workspace_id: string) => {
    const [row] = await t.sql<{ version: string }>(
      "select version from entitlements.entitlement_snapshots where workspace_id = $1 and product = 'prism'",
      [workspace_id],
    );
    return Number(row?.version ?? 0);
  };

  test("R9: bought before signing in: found by the aliases, and by the original id", async () => {
    const aliases = [anonymous, ctx.user_id.toUpperCase()];
    await bought({ app_user_id: anonymous, original_app_user_id: anonymous, aliases });
    expect(await end()).toEqual(oneOf("pro", T));
    const other = await makeMember(t);
    const original_app_user_id = other.workspace_id;
    await bought({ app_user_id: anonymous, original_app_user_id, aliases: [], original_transaction_id: newId() });
    expect(await endOf(other.workspace_id)).toEqual(oneOf("pro", T));
  });

  test("R9: bought by nobody known, then SUBSCRIBER_ALIAS: it is theirs, with all that waited", async () => {
    const nobody = { app_user_id: anonymous, original_app_user_id: anonymous, aliases: [anonymous] };
    await bought(nobody);
    await tell("CANCELLATION", 1, nobody);
    expect(await outcomes(anonymous)).toEqual([
      ["received", "unknown_owner"],
      ["received", "unknown_owner"],
    ]);
    const alias = { original_app_user_id: anonymous, aliases: [anonymous, ctx.workspace_id] };
    await tell("SUBSCRIBER_ALIAS", 2, alias);
    expect(await end()).toEqual(oneOf("pro", T, { renews: false }));
    await tell("RENEWAL", 30, { ...second(), ...nobody });
    expect(await end()).toEqual(oneOf("pro", on(60)));
  });

  test("R7: TRANSFER: all that was theirs moves, and both are told", async () => {
    const to = await makeMember(t);
    await bought();
    await bought({ original_transaction_id: `${purchase}-max`, entitlement_ids: ["max_access"], product_id: "max" });
    const before = [await version(ctx.workspace_id), await version(to.workspace_id)];
    await tell("TRANSFER", 1, { transferred_from: [anonymous, ctx.workspace_id], transferred_to: [to.workspace_id] });
    expect(await end()).toEqual(nothing);
    expect(await endOf(to.workspace_id)).toMatchObject({
      plan: "prism.max",
      purchases: [{ plan_id: "prism.pro" }, { plan_id: "prism.max" }],
    });
    expect(await version(ctx.workspace_id)).toBeGreaterThan(before[0] ?? 0);
    expect(await version(to.workspace_id)).toBeGreaterThan(before[1] ?? 0);
  });

  test("R7: TRANSFER arrives first: what was bought before it is the new one's, what is bought after it is not", async () => {
    const to = await makeMember(t);
    await tell("TRANSFER", 1, { transferred_from: [ctx.workspace_id], transferred_to: [to.workspace_id] });
    await bought();
    expect(await end()).toEqual(nothing);
    expect(await endOf(to.workspace_id)).toEqual(oneOf("pro", T));
    await tell("INITIAL_PURCHASE", 2, { original_transaction_id: `${purchase}-new`, purchased_at: on(2) });
    expect(await end()).toEqual(oneOf("pro", T));
  });

  test("R7: TRANSFER arrives after a renewal that came after it: it moves all the same", async () => {
    const to = await makeMember(t);
    await bought();
    await tell("RENEWAL", 30, { ...second(), app_user_id: to.workspace_id });
    await tell("TRANSFER", 1, { transferred_from: [ctx.workspace_id], transferred_to: [to.workspace_id] });
    expect(await end()).toEqual(nothing);
    expect(await endOf(to.workspace_id)).toEqual(oneOf("pro", on(60)));
  });

  test("R7: what was bought by nobody known goes to who gets it", async () => {
    await bought({ app_user_id: anonymous });
    await tell("TRANSFER", 1, { transferred_from: [anonymous], transferred_to: [ctx.workspace_id] });
    expect(await end()).toEqual(oneOf("pro", T));
  });

  test("R7: what was bought at Stripe and is told by RevenueCat moves too; what Stripe itself tells of stays", async () => {
    const to = await makeMember(t);
    await bought({ store: "STRIPE", original_transaction_id: `sub_${purchase}` });
    await tell("TRANSFER", 1, { transferred_from: [ctx.workspace_id], transferred_to: [to.workspace_id] });
    expect(await end()).toEqual(nothing);
    expect(await endOf(to.workspace_id)).toEqual(oneOf("pro", T));
  });
});

describe("with the API", () => {
  let fake: FakeRevenueCat;
  let asking: Billing;
  beforeAll(async () => {
    fake = await startFakeRevenueCat();
    const store = createRevenueCat({ authorization: [authorization], environment: "test", api: fake.api });
    asking = t.billingWith({ stores: [store] });
  });
  afterAll(() => fake.close());
  const has = (more: object = {}) =>
    fake.setCustomer(
      [ctx.workspace_id],
      [{ product_id: "app.pro", store_transaction_id: purchase, purchased_at: start, expires_at: wholeT(), ...more }],
    );
  const wholeT = () => new Date(Math.floor(T.getTime() / 1_000) * 1_000);

  test("an event is a sign to look: the customer's present state counts", async () => {
    has();
    await tell("EXPIRATION", 0, { product_id: "app.pro" }, asking);
    expect(await end()).toEqual(oneOf("pro", wholeT()));
  });

  test("what was lost is found by the reconciliation, in the same row", async () => {
    await tell("INITIAL_PURCHASE", 0, { product_id: "app.pro" });
    has({ expires_at: new Date(wholeT().getTime() + 30 * day), unsubscribed_at: start });
    const { corrected, failed } = await asking.reconciliation.reconcile("revenuecat", "test");
    expect([corrected > 0, failed]).toEqual([true, expect.any(Number)]);
    expect(await end()).toEqual(oneOf("pro", new Date(wholeT().getTime() + 30 * day), { renews: false }));
  });

  test("what never ends is not looked for", async () => {
    await tell("NON_RENEWING_PURCHASE", 0, { expires_at: null });
    has({ product_id: "something_else", store_transaction_id: "another" });
    fake.requests.length = 0;
    await asking.reconciliation.reconcile("revenuecat", "test");
    expect(fake.requests.filter((request) => request.includes(ctx.workspace_id))).toEqual([]);
    expect(await end()).toEqual(oneOf("pro", null, { renews: false }));
  });
});
