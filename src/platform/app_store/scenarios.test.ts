import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BillingStage, billingStage } from "../../../test/support/billing.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { day, endsOn, oneOf } from "../../../test/support/store-stories.ts";
import type { Ctx } from "../../core/context.ts";
import { newId } from "../../core/id.ts";
import type { Billing, Environment } from "../billing/index.ts";
import { type AppStore, createAppStore } from "./index.ts";
import { appStoreNotification, type SimulatedNotification, signedAppStoreTransaction } from "./simulator.ts";
import { appStoreTrust } from "./trust.ts";

// What the App Store says, signed as the App Store signs, and where the workspace is then: its plan, the end, how it stands, and one row.

const storeOf = (clock: BillingStage["clock"], environment: Environment) =>
  createAppStore({
    ...{ bundle_id: "com.example.plinth", app_apple_id: 1_234_567_890, clock, environment },
    ...appStoreTrust("test"),
  });

let t: BillingStage;
let store: AppStore;
let ctx: Ctx & { user_id: string };
let purchase: string;
let start: Date;
let T: Date;
const { moveTo, receive, endOf, outcomes } = endsOn(() => t);
const on = (days: number) => new Date(start.getTime() + days * day);
const end = () => endOf(ctx.workspace_id);

beforeAll(async () => {
  t = await billingStage({
    stores: ({ clock }) => {
      store = storeOf(clock, "test");
      return [store];
    },
  });
});
afterAll(() => t.close());
beforeEach(async () => {
  t.clock.advance(-t.clock.offset());
  ctx = await makeMember(t);
  purchase = `2000-${newId()}`;
  start = new Date(Date.now() - 3_600_123);
  T = on(30);
});

type About = Omit<SimulatedNotification, "type" | "product_id" | "original_transaction_id">;

const aboutPurchase = () => ({
  ...{ product_id: "app.pro", original_transaction_id: purchase, app_account_token: ctx.workspace_id },
  ...{ purchased_at: start, original_purchased_at: start, expires_at: T },
});
/** What is told on a day of the story, of the first period if nothing else is said. */
const told = (type: string, days: number, more: Partial<SimulatedNotification> = {}) =>
  appStoreNotification({ ...aboutPurchase(), type, signed_at: on(days), ...more });
const tell = (type: string, days: number, more: Partial<SimulatedNotification> = {}) =>
  receive("app_store", [told(type, days, more)]);
/** The second period. */
const second = (): Partial<About> => ({
  ...{ purchased_at: T, expires_at: on(60), transaction_id: `${purchase}-2`, original_purchased_at: start },
});
const bought = () => tell("SUBSCRIBED/INITIAL_BUY", 0);

describe("bought and renewed", () => {
  test("A1: INITIAL_BUY, owned by the account token: pro until T, and not from T on", async () => {
    await bought();
    expect(await end()).toEqual(oneOf("pro", T));
    moveTo(new Date(T.getTime() - 20_000));
    expect(await end()).toEqual(oneOf("pro", T));
    moveTo(T);
    expect(await end()).toEqual(oneOf("free", T, { status: "active" }));
  });

  test("A1: the token of a person is that person's own workspace, in capitals too", async () => {
    await tell("SUBSCRIBED/INITIAL_BUY", 0, { app_account_token: ctx.user_id.toUpperCase() });
    expect(await end()).toEqual(oneOf("pro", T));
  });

  test("A1: RESUBSCRIBE after the end: pro until the new T, in the same row", async () => {
    await bought();
    await tell("EXPIRED/VOLUNTARY", 30);
    moveTo(on(40));
    expect((await end()).plan).toBe("prism.free");
    const again = { purchased_at: on(40), expires_at: on(70), transaction_id: `${purchase}-9` };
    await tell("SUBSCRIBED/RESUBSCRIBE", 40, again);
    expect(await end()).toEqual(oneOf("pro", on(70)));
  });

  test("A3: DID_RENEW: until the new T", async () => {
    await bought();
    await tell("DID_RENEW", 29.9, second());
    expect(await end()).toEqual(oneOf("pro", on(60)));
  });

  test("A18: EXPIRED that was signed before DID_RENEW and arrives after it: pro", async () => {
    await bought();
    moveTo(on(30.2));
    await tell("DID_RENEW/BILLING_RECOVERY", 30.1, { ...second(), purchased_at: on(30.1) });
    await tell("EXPIRED/BILLING_RETRY", 30);
    expect(await end()).toEqual(oneOf("pro", on(60)));
    expect((await outcomes(purchase)).at(-1)).toEqual(["ignored", "older"]);
  });

  test("A23: DID_RENEW 66 minutes late: free from T on to the instant, pro as it arrives", async () => {
    await bought();
    moveTo(T);
    expect((await end()).plan).toBe("prism.free");
    moveTo(new Date(T.getTime() + 66 * 60_000));
    expect((await end()).plan).toBe("prism.free");
    await tell("DID_RENEW", 30, second());
    expect(await end()).toEqual(oneOf("pro", on(60)));
  });

  test("A16: RENEWAL_EXTENDED: a later T; a summary of many changes nothing", async () => {
    await bought();
    await tell("RENEWAL_EXTENDED", 2, { expires_at: on(37) });
    expect(await end()).toEqual(oneOf("pro", on(37)));
    await tell("RENEWAL_EXTENSION/SUMMARY", 3);
    await tell("RENEWAL_EXTENSION/FAILURE", 4);
    expect(await end()).toEqual(oneOf("pro", on(37)));
  });
});

describe("a payment fails", () => {
  const grace = () => ({ grace_period_expires_at: on(46) });

  test("A4: with a grace period: pro until its end, in grace", async () => {
    await bought();
    moveTo(on(30.5));
    await tell("DID_FAIL_TO_RENEW/GRACE_PERIOD", 30, grace());
    const inGrace = { status: "in_grace", reason: "payment_failed" };
    expect(await end()).toEqual(oneOf("pro", on(46), { ...inGrace, standing: "grace" }));
    moveTo(on(46));
    expect(await end()).toEqual(oneOf("free", on(46), inGrace));
  });

  test("A3: paid within the grace period: good, until the new T", async () => {
    await bought();
    moveTo(on(31));
    await tell("DID_FAIL_TO_RENEW/GRACE_PERIOD", 30, grace());
    await tell("DID_RENEW/BILLING_RECOVERY", 31, second());
    expect(await end()).toEqual(oneOf("pro", on(60)));
  });

  test("A5: without: what was paid until T and no longer, whatever renewalDate says", async () => {
    await bought();
    await tell("DID_FAIL_TO_RENEW", 29, { renewal: { renewalDate: on(59).getTime() } });
    expect(await end()).toEqual(oneOf("pro", T, { status: "past_due" }));
    moveTo(T);
    expect(await end()).toEqual(oneOf("free", T, { status: "past_due" }));
    await tell("DID_FAIL_TO_RENEW", 30, { renewal: { renewalDate: on(60).getTime() } });
    expect((await end()).plan).toBe("prism.free");
  });

  test("A6: the grace period is over: free; paid after all: pro", async () => {
    await bought();
    await tell("DID_FAIL_TO_RENEW/GRACE_PERIOD", 30, grace());
    moveTo(on(46));
    await tell("GRACE_PERIOD_EXPIRED", 46);
    expect((await end()).plan).toBe("prism.free");
    moveTo(on(50));
    const paid = { purchased_at: on(50), expires_at: on(80), transaction_id: `${purchase}-2` };
    await tell("DID_RENEW/BILLING_RECOVERY", 50, paid);
    expect(await end()).toEqual(oneOf("pro", on(80)));
  });

  test.each(["VOLUNTARY", "BILLING_RETRY", "PRICE_INCREASE", "PRODUCT_NOT_FOR_SALE"])(
    "A7: EXPIRED/%s: free from T on",
    async (why) => {
      await bought();
      moveTo(on(31));
      await tell(`EXPIRED/${why}`, 30.01);
      const renews = why !== "VOLUNTARY";
      expect(await end()).toEqual(oneOf("free", T, { status: "expired", reason: "expired", renews }));
    },
  );
});

describe("changed", () => {
  test("A8: renewal off and on: pro until T both times", async () => {
    await bought();
    await tell("DID_CHANGE_RENEWAL_STATUS/AUTO_RENEW_DISABLED", 1);
    expect(await end()).toEqual(oneOf("pro", T, { renews: false }));
    await tell("DID_CHANGE_RENEWAL_STATUS/AUTO_RENEW_ENABLED", 2);
    expect(await end()).toEqual(oneOf("pro", T));
  });

  test("A9: UPGRADE: the new product now; the old transaction counts no more, whenever it comes", async () => {
    const upgraded = { product_id: "app.max", transaction_id: `${purchase}-2` };
    await bought();
    await tell("DID_CHANGE_RENEWAL_PREF/UPGRADE", 5, { ...upgraded, purchased_at: on(5), expires_at: on(35) });
    expect(await end()).toEqual(oneOf("max", on(35)));
    await tell("DID_CHANGE_RENEWAL_STATUS/AUTO_RENEW_DISABLED", 6, { is_upgraded: true });
    expect(await end()).toEqual(oneOf("max", on(35)));
  });

  test("A10: DOWNGRADE: the plan until T, the other is pending; taken back: nothing is", async () => {
    const max = { product_id: "app.max" };
    await tell("SUBSCRIBED/INITIAL_BUY", 0, max);
    await tell("DID_CHANGE_RENEWAL_PREF/DOWNGRADE", 1, { ...max, next_product_id: "app.pro" });
    expect(await end()).toEqual(oneOf("max", T, { pending_plan_id: "prism.pro" }));
    await tell("DID_CHANGE_RENEWAL_PREF", 2, max);
    expect(await end()).toEqual(oneOf("max", T));
    await tell("DID_CHANGE_RENEWAL_PREF/DOWNGRADE", 3, { ...max, next_product_id: "app.pro" });
    await tell("DID_RENEW", 30, second());
    expect(await end()).toEqual(oneOf("pro", on(60)));
  });

  test.each([
    ...["REFUND_DECLINED", "CONSUMPTION_REQUEST", "PRICE_INCREASE/PENDING", "PRICE_INCREASE/ACCEPTED"],
    ...["PRICE_CHANGE", "METADATA_UPDATE", "MIGRATION", "OFFER_REDEEMED"],
  ])("A14: %s: nothing changes, however often it comes", async (type) => {
    await bought();
    await tell(type, 1);
    await tell(type, 2);
    expect(await end()).toEqual(oneOf("pro", T));
  });

  test.each(["TEST", "EXTERNAL_PURCHASE_TOKEN/UNREPORTED", "RESCIND_CONSENT", "OF_TOMORROW/SOMEHOW"])(
    "A17: %s: kept, and nothing changes",
    async (type) => {
      await bought();
      const { body, notification_id } = told(type, 1);
      await receive("app_store", [{ body }]);
      expect(await end()).toEqual(oneOf("pro", T));
      const { data } = await t.billing.admin.listEvents({ event_id: notification_id, limit: 10 });
      expect(data).toMatchObject([{ status: "ignored", payload: body, event_type: type }]);
    },
  );
});

describe("money that goes back", () => {
  const refunded = { reason: "refunded" };

  test("A11: of the newest period: over from the revocation on", async () => {
    await bought();
    moveTo(on(10));
    await tell("REFUND", 10, { revoked_at: on(9) });
    expect(await end()).toEqual(oneOf("free", on(9), refunded));
  });

  test("A12: of an older period: the current one stays", async () => {
    await bought();
    await tell("DID_RENEW", 30, second());
    moveTo(on(31));
    await tell("REFUND", 31, { transaction_id: purchase, revoked_at: on(31) });
    expect(await end()).toEqual(oneOf("pro", on(60)));
  });

  test("A13: reversed while the period runs: pro again; after it: free", async () => {
    await bought();
    moveTo(on(11));
    await tell("REFUND", 10, { revoked_at: on(10) });
    expect((await end()).plan).toBe("prism.free");
    await tell("REFUND_REVERSED", 11);
    expect(await end()).toEqual(oneOf("pro", T));
    await tell("REFUND", 12, { revoked_at: on(12) });
    moveTo(on(31));
    await tell("REFUND_REVERSED", 31);
    expect(await end()).toEqual(oneOf("free", T));
  });

  test("A13: the reversal arrives before the refund: pro", async () => {
    await bought();
    moveTo(on(12));
    await tell("REFUND_REVERSED", 11);
    await tell("REFUND", 10, { revoked_at: on(10) });
    expect(await end()).toEqual(oneOf("pro", T));
  });

  test("A15: REVOKE of a family member: that member alone", async () => {
    await bought();
    const member = await makeMember(t);
    const shared = { original_transaction_id: `${purchase}-family`, is_family_shared: true };
    const proof = signedAppStoreTransaction({ ...aboutPurchase(), ...shared, signed_at: on(0) });
    await tell("SUBSCRIBED/INITIAL_BUY", 0, shared);
    await t.billing.claims.byProof(member, await store.openTransaction(proof));
    expect([await end(), await endOf(member.workspace_id)]).toEqual([oneOf("pro", T), oneOf("pro", T)]);
    moveTo(on(3));
    await tell("REVOKE", 3, { ...shared, revoked_at: on(3) });
    expect(await endOf(member.workspace_id)).toEqual(oneOf("free", on(3), { reason: "revoked" }));
    expect(await end()).toEqual(oneOf("pro", T));
  });
});

describe("A2: bought without an account token", () => {
  const orphan = (type = "SUBSCRIBED/INITIAL_BUY", days = 0, more: Partial<SimulatedNotification> = {}) =>
    receive("app_store", [told(type, days, { ...more, app_account_token: undefined })]);
  const proof = (more: object = {}) =>
    store.openTransaction(
      signedAppStoreTransaction({ ...aboutPurchase(), app_account_token: undefined, signed_at: on(0), ...more }),
    );
  const nothing = { plan: "prism.free", purchases: [] };

  test("waits for its owner, who shows the signed transaction; what came meanwhile is applied", async () => {
    await orphan();
    await orphan("DID_CHANGE_RENEWAL_STATUS/AUTO_RENEW_DISABLED", 1);
    expect(await end()).toEqual(nothing);
    expect(await outcomes(purchase)).toEqual([
      ["received", "unknown_owner"],
      ["received", "unknown_owner"],
    ]);
    const { subscription_id } = await t.billing.claims.byProof(ctx, await proof());
    expect(subscription_id).toEqual(expect.any(String));
    expect(await end()).toEqual(oneOf("pro", T, { renews: false }));
    await orphan("DID_RENEW", 30, second());
    expect(await end()).toEqual(oneOf("pro", on(60)));
  });

  test("shown before the store has told of it: pro at once, and the same row later", async () => {
    await t.billing.claims.byProof(ctx, await proof());
    expect(await end()).toEqual(oneOf("pro", T));
    await orphan();
    expect(await end()).toEqual(oneOf("pro", T));
  });

  test("an old transaction that is shown undoes nothing that the store has said since", async () => {
    await bought();
    moveTo(on(11));
    await tell("REFUND", 10, { revoked_at: on(10) });
    await t.billing.claims.byProof(ctx, await proof());
    expect((await end()).plan).toBe("prism.free");
  });

  test("owned by another: 409, and nothing moves", async () => {
    await orphan();
    await t.billing.claims.byProof(ctx, await proof());
    const other = await makeMember(t);
    const owned = { code: "billing.owned_by_another", kind: "conflict" };
    await expect(t.billing.claims.byProof(other, await proof({ signed_at: on(1) }))).rejects.toMatchObject(owned);
    expect(await end()).toEqual(oneOf("pro", T));
    expect(await endOf(other.workspace_id)).toEqual(nothing);
  });

  test("of several at once one gets it", async () => {
    await orphan();
    const members = [ctx, await makeMember(t), await makeMember(t), await makeMember(t)];
    const shown = await proof();
    const claims = await Promise.allSettled(members.map((member) => t.billing.claims.byProof(member, shown)));
    expect(claims.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const plans = await Promise.all(members.map(({ workspace_id }) => t.plan(workspace_id)));
    expect(plans.filter((plan) => plan === "prism.pro")).toHaveLength(1);
  });

  test("by the policy `transfer` it goes to whoever shows it last", async () => {
    const transferring: Billing = t.billingWith({ on_conflict: "transfer" });
    await orphan();
    await transferring.claims.byProof(ctx, await proof());
    const other = await makeMember(t);
    await transferring.claims.byProof(other, await proof({ signed_at: on(1) }));
    expect(await endOf(other.workspace_id)).toEqual(oneOf("pro", T));
    expect(await end()).toEqual(nothing);
    await orphan("DID_RENEW", 30, second());
    expect(await endOf(other.workspace_id)).toEqual(oneOf("pro", on(60)));
  });
});

describe("A19: whose it is", () => {
  const liveOf = () => t.billingWith({ environment: "live", stores: [storeOf(t.clock, "live")] });

  test("a sandbox's on a production server is kept, and grants nothing", async () => {
    await receive("app_store", [told("SUBSCRIBED/INITIAL_BUY", 0)], liveOf());
    expect(await end()).toEqual({ plan: "prism.free", purchases: [] });
    expect(await outcomes(purchase)).toEqual([["ignored", "other_environment"]]);
  });

  test("a real one on a production server grants", async () => {
    await receive("app_store", [told("SUBSCRIBED/INITIAL_BUY", 0, { environment: "live" })], liveOf());
    expect(await end()).toEqual(oneOf("pro", T));
  });

  test.each([
    ["another bundle", { bundle_id: "com.example.other" }, "billing.event_malformed"],
    ["another app's number", { app_apple_id: 7 }, "billing.signature_invalid"],
  ])("%s: refused, and nothing is kept", async (_name, more, code) => {
    const sent = told("SUBSCRIBED/INITIAL_BUY", 0, { environment: "live", ...more });
    await expect(receive("app_store", [sent], liveOf())).rejects.toMatchObject({ code });
    expect(await outcomes(purchase)).toEqual([]);
  });
});
