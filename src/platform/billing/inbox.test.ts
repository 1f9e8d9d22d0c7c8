import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BillingStage, billingStage, documents, webhookSecret } from "../../../test/support/billing.ts";
import { storiesOn } from "../../../test/support/billing-story.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { newId } from "../../core/id.ts";
import { signStripeEvent, stripeEvent } from "../stripe/simulator.ts";

let t: BillingStage;
let workspace_id: string;
let customer: string;
let subscription: string;
let start: Date;
let T: Date;
const { begin, second, told, checkout, receive, subscriptionRow, grants, eventRows, published, snapshotVersion } =
  storiesOn(() => t);

beforeAll(async () => {
  t = await billingStage();
});
afterAll(() => t.close());
beforeEach(async () => {
  ({ workspace_id, customer, subscription, start, T } = await begin());
});

describe("one subscription", () => {
  test("paid: entitled until T, told to whoever listens, and kept word by word", async () => {
    const event = told("created", 0, { quantity: 2 });
    const { body } = signStripeEvent(event, webhookSecret);
    await t.send(event);
    expect(await t.plan(workspace_id)).toBe("prism.pro");
    expect(await grants()).toEqual([
      {
        source: `stripe:${subscription}`,
        product: "prism",
        plan_id: "prism.pro",
        seats: 2,
        starts_at: start,
        ends_at: T,
      },
    ]);
    expect(await published()).toEqual([expect.objectContaining({ status: "active", previous_status: null, seats: 2 })]);
    const [kept] = await t.sql(
      "select payload, status, endpoint as environment from inbox.webhook_events where event_id = $1",
      [event.id],
    );
    expect(kept).toEqual({ payload: body, status: "applied", environment: "test" });
  });

  test("T passes without a word from Stripe: not entitled, to the millisecond", async () => {
    const end = new Date(Date.now() + 3_600_000);
    await t.send(told("created", 0, { current_period_end: end }));
    const [grant] = await grants();
    expect(grant?.ends_at.getTime()).toBe(Math.floor(end.getTime() / 1_000) * 1_000);
    expect(await t.plan(workspace_id)).toBe("prism.pro");
    t.clock.advance(3_600_001);
    expect(await t.plan(workspace_id)).toBe("prism.free");
    t.clock.advance(-3_600_001);
  });

  test("a renewal moves the end", async () => {
    const later = second(60 * 86_400);
    await t.send(told("created", 0), told("updated", 10, { current_period_end: later }));
    expect((await grants())[0]?.ends_at).toEqual(later);
  });

  test("S1: updated(active), then created(incomplete) of the second before: pro, never incomplete", async () => {
    await t.send(told("updated", 266), told("created", 265, { status: "incomplete" }));
    expect(await subscriptionRow()).toMatchObject({ status: "active", current_period_end: T });
    expect(await t.plan(workspace_id)).toBe("prism.pro");
    expect(await published()).toHaveLength(1);
    expect((await eventRows()).map(({ status, reason }) => [status, reason])).toEqual([
      ["applied", null],
      ["ignored", "older"],
    ]);
  });

  test("S6: of one second, paid beats open", async () => {
    await t.send(
      told("updated", 5),
      told("updated", 5, { status: "past_due" }),
      told("updated", 5, { status: "incomplete" }),
    );
    expect(await subscriptionRow()).toMatchObject({ status: "active" });
  });

  test("S7: an old updated(active), three days late after deleted: free", async () => {
    await t.send(told("created", 0), told("deleted", 600, { ended_at: second(600) }));
    expect(await t.plan(workspace_id)).toBe("prism.free");
    await t.send(told("updated", 300), told("updated", 900));
    expect(await t.plan(workspace_id)).toBe("prism.free");
    expect(await subscriptionRow()).toMatchObject({ status: "canceled", ended_at: second(600) });
    expect((await grants())[0]?.ends_at).toEqual(second(600));
  });

  test("S8: canceled, bought again, and then the late end of the first: pro by the second", async () => {
    const second_ = `${subscription}b`;
    await t.send(told("created", 0), told("created", 700, { subscription: second_ }), told("deleted", 600));
    expect(await t.plan(workspace_id)).toBe("prism.pro");
    expect(await subscriptionRow(second_)).toMatchObject({ status: "active" });
    expect(await subscriptionRow()).toMatchObject({ status: "canceled" });
    await t.send(told("deleted", 800, { subscription: second_ }));
    expect(await t.plan(workspace_id)).toBe("prism.free");
  });

  test("S10: the first invoice fails: incomplete, then expired, never pro", async () => {
    await t.send(told("created", 0, { status: "incomplete" }));
    expect(await t.plan(workspace_id)).toBe("prism.free");
    await t.send(told("updated", 3_000, { status: "incomplete_expired" }), told("updated", 3_100));
    expect(await t.plan(workspace_id)).toBe("prism.free");
    const [grant] = await grants();
    expect(grant?.ends_at).toEqual(grant?.starts_at);
  });

  test("S11: cancel_at_period_end on and off: pro until T throughout", async () => {
    const shown = async () => {
      const { data } = await t.billing.listSubscriptions(ctxOf(workspace_id), { limit: 10 });
      return [await t.plan(workspace_id), data[0]?.cancel_at_period_end, (await grants())[0]?.ends_at];
    };
    await t.send(told("created", 0));
    expect(await shown()).toEqual(["prism.pro", false, T]);
    await t.send(told("updated", 10, { cancel_at_period_end: true }));
    expect(await shown()).toEqual(["prism.pro", true, T]);
    await t.send(told("updated", 20));
    expect(await shown()).toEqual(["prism.pro", false, T]);
    expect(await published()).toHaveLength(3);
  });

  test.each([
    ["unpaid", "prism.free"],
    ["paused", "prism.free"],
    ["past_due", "prism.pro"],
    ["trialing", "prism.pro"],
  ] as const)("S13: %s leaves %s, and active again is pro again", async (status, plan) => {
    await t.send(told("created", 0), told("updated", 10, { status }));
    expect(await t.plan(workspace_id)).toBe(plan);
    await t.send(told("updated", 20));
    expect(await t.plan(workspace_id)).toBe("prism.pro");
  });

  test("S12: a trial that ends without a card: paused, or deleted", async () => {
    await t.send(told("created", 0, { status: "trialing", trial_end: T }));
    expect(await t.plan(workspace_id)).toBe("prism.pro");
    await t.send(told("paused", 10, { status: "paused" }));
    expect(await t.plan(workspace_id)).toBe("prism.free");
    await t.send(told("resumed", 20), told("deleted", 30));
    expect(await t.plan(workspace_id)).toBe("prism.free");
  });

  test("S13: pause_collection alone changes nothing", async () => {
    await t.send(told("created", 0));
    const version = await snapshotVersion();
    await t.send(told("updated", 10, { pause_collection: { behavior: "void", resumes_at: null } }));
    expect(await t.plan(workspace_id)).toBe("prism.pro");
    expect(await snapshotVersion()).toBe(version);
    expect(await published()).toHaveLength(1);
  });

  test("S14: the period's end in both shapes, and an item beside the plan's with another period", async () => {
    await t.send(told("created", 0, { shape: "acacia" }));
    expect((await grants())[0]?.ends_at).toEqual(T);
    const later = second(60 * 86_400);
    await t.send(
      told("updated", 10, {
        current_period_end: later,
        extras: [{ price: "price_extra", current_period_end: second(99) }],
      }),
    );
    expect((await grants())[0]?.ends_at).toEqual(later);
  });

  test("S17: seats from 10 to 3: the limit is 3", async () => {
    await t.send(told("created", 0, { quantity: 10 }));
    expect((await grants())[0]?.seats).toBe(10);
    await t.send(told("updated", 10, { quantity: 3 }));
    expect((await grants())[0]?.seats).toBe(3);
    expect((await t.billing.listSubscriptions(ctxOf(workspace_id), { limit: 10 })).data[0]?.seats).toBe(3);
  });

  test("an upgrade and a downgrade follow the price", async () => {
    await t.send(told("created", 0), told("updated", 10, { price: "price_max" }));
    expect(await t.plan(workspace_id)).toBe("prism.max");
    await t.send(told("updated", 20));
    expect(await t.plan(workspace_id)).toBe("prism.pro");
  });

  test("a subscription that goes on as another product gives up the first", async () => {
    await t.send(told("created", 0), told("updated", 10, { price: "price_team", quantity: 2 }));
    expect(await t.plan(workspace_id)).toBe("prism.free");
    expect(await grants()).toEqual([
      expect.objectContaining({ product: "coditect", plan_id: "coditect.team", seats: 6, ends_at: T }),
      expect.objectContaining({ product: "prism", ends_at: new Date(second(10).getTime() + 1) }),
    ]);
  });
});

describe("S20: an unknown price", () => {
  const failures = { source: "stripe", type: "customer.subscription.updated", outcome: "failed" };

  test("keeps the plan, alerts, and is looked at again with the next news", async () => {
    const before = await t.counted(failures);
    await t.send(told("created", 0), told("updated", 10, { price: "price_unheard" }));
    expect(await t.plan(workspace_id)).toBe("prism.pro");
    expect(await subscriptionRow()).toMatchObject({ plan_id: "prism.pro", status: "active" });
    expect((await eventRows())[1]).toMatchObject({ status: "failed", reason: "unknown_price" });
    expect(t.lines.filter(({ level }) => level === "error")).toEqual([
      expect.objectContaining({ alert: "unknown_price", external_id: subscription }),
      expect.objectContaining({ reason: "unknown_price", subject: customer }),
    ]);
    expect(await t.counted(failures)).toBe(before + 1);

    await t.send(told("updated", 20, { price: "price_max" }));
    expect(await t.plan(workspace_id)).toBe("prism.max");
    expect((await eventRows())[1]).toMatchObject({ status: "ignored", reason: "older" });
  });

  test("goes on to the end of the period that is paid for it", async () => {
    const next = new Date(T.getTime() + 30 * 86_400_000);
    await t.send(told("created", 0), told("updated", 10, { price: "price_unheard", current_period_end: next }));
    expect((await grants())[0]).toMatchObject({ plan_id: "prism.pro", ends_at: next });
    const extras = [{ price: "price_team", current_period_end: next }];
    await t.send(told("updated", 20, { price: "price_unheard_too", extras }));
    expect((await grants()).find(({ product }) => product === "prism")).toMatchObject({ ends_at: next });
  });

  test("of a new subscription grants nothing, and when it is sold at last, the next news applies what was missed", async () => {
    const price = `price_${subscription}`;
    await t.send(told("created", 0, { price, quantity: 4 }));
    expect(await subscriptionRow()).toBeUndefined();
    const selling = documents.map(({ file, text }) => ({
      file,
      text: text.replace("price_pro", `price_pro, ${price}`),
    }));
    await t.plans.load(selling, ["prism", "coditect"]);
    await t.send(checkout(20));
    expect(await subscriptionRow()).toMatchObject({ plan_id: "prism.pro", seats: 4 });
    expect(await t.plan(workspace_id)).toBe("prism.pro");
    await t.plans.load(documents, ["prism", "coditect"]);
  });

  test("does not keep an end from coming through, in whatever order", async () => {
    await t.send(told("deleted", 20, { price: "price_unheard" }), told("updated", 10));
    expect(await subscriptionRow()).toMatchObject({ status: "canceled" });
    expect(await t.plan(workspace_id)).toBe("prism.free");
    expect((await eventRows()).map(({ status }) => status)).toEqual(["applied", "applied"]);
  });

  test("does not keep an end from coming through when all of it waited for an owner, the end dated before the rest", async () => {
    const unowned = { workspace_id: undefined };
    await t.send(
      told("deleted", 5, { ...unowned, price: "price_unheard" }),
      told("updated", 10, unowned),
      checkout(20),
    );
    expect(await subscriptionRow()).toMatchObject({ status: "canceled" });
    expect(await t.plan(workspace_id)).toBe("prism.free");
  });
});

describe("S2: the owner", () => {
  test("is unknown before the checkout: the news wait, and are applied with it, oldest first", async () => {
    const unowned = { workspace_id: undefined };
    await t.send(
      stripeEvent("customer.updated", { object: "customer", id: customer }),
      told("updated", 20, { ...unowned, quantity: 2 }),
      told("created", 10, { ...unowned, status: "incomplete" }),
    );
    expect(await subscriptionRow()).toBeUndefined();
    expect((await eventRows()).map(({ status, reason }) => [status, reason])).toEqual([
      ["received", "unknown_owner"],
      ["received", "unknown_owner"],
    ]);
    await t.send(checkout(5));
    expect(await subscriptionRow()).toMatchObject({ status: "active", seats: 2 });
    expect(await t.plan(workspace_id)).toBe("prism.pro");
    expect((await eventRows()).map(({ status }) => status)).toEqual(["applied", "applied", "applied"]);
    expect(await published()).toMatchObject([
      { status: "incomplete" },
      { status: "active", previous_status: "incomplete" },
    ]);
  });

  test("is known by the customer from then on", async () => {
    await t.send(checkout(0), told("created", 10, { workspace_id: undefined }));
    expect(await t.plan(workspace_id)).toBe("prism.pro");
  });

  test("is known by the subscription's metadata without any checkout", async () => {
    await t.send(told("created", 0));
    expect(await t.plan(workspace_id)).toBe("prism.pro");
  });

  test("does not exist: the news wait for one who does, and nothing breaks", async () => {
    const nobody = newId();
    await t.send(told("created", 0, { workspace_id: nobody }), checkout(5, { workspace_id: nobody }));
    expect((await eventRows()).map(({ status, reason }) => [status, reason])).toEqual([
      ["received", "unknown_owner"],
      ["failed", "unknown_workspace"],
    ]);
    expect(t.lines.some(({ level, reason }) => level === "error" && reason === "unknown_workspace")).toBe(true);
    await t.send(checkout(10));
    expect(await t.plan(workspace_id)).toBe("prism.pro");
  });

  test("stays the first: a customer is not handed over by a later reference", async () => {
    const other = await makeMember(t);
    await t.send(
      checkout(0),
      checkout(5, { workspace_id: other.workspace_id }),
      checkout(6),
      told("created", 10, { workspace_id: undefined }),
    );
    expect((await eventRows()).map(({ reason }) => reason)).toEqual([
      null,
      "customer_of_another_workspace",
      "unchanged",
      null,
    ]);
    expect(await t.plan(workspace_id)).toBe("prism.pro");
    expect(await t.plan(other.workspace_id)).toBe("prism.free");
  });

  test("is not told by a checkout without a reference: it waits", async () => {
    await t.send(checkout(0, { workspace_id: undefined as unknown as string }));
    expect(await eventRows()).toEqual([expect.objectContaining({ status: "received", reason: "unknown_owner" })]);
  });
});

describe("what is not for us", () => {
  test("S19: the other environment's is kept under its own, and grants nothing", async () => {
    await t.send(told("created", 0, { livemode: true }));
    expect(await eventRows()).toEqual([
      expect.objectContaining({ environment: "live", status: "ignored", reason: "other_environment" }),
    ]);
    expect(await grants()).toEqual([]);
    const live = t.billingWith({ environment: "live" });
    await receive(told("created", 0), live);
    expect(await grants()).toEqual([]);
    await receive(told("updated", 10, { livemode: true }), live);
    expect(await grants()).toHaveLength(1);
  });

  test("an unknown type is kept and changes nothing; metrics count it as other", async () => {
    const before = await t.counted({ type: "other", outcome: "ignored" });
    const event = stripeEvent("customer.tax_id.created", { id: "txi_1", customer });
    await t.send(event);
    expect(await t.sql("select status, reason from inbox.webhook_events where event_id = $1", [event.id])).toEqual([
      { status: "ignored", reason: "not_handled" },
    ]);
    expect(await t.counted({ type: "other", outcome: "ignored" })).toBe(before + 1);
  });

  test("a subscription in a form that is not Stripe's is kept as failed, and said", async () => {
    const event = stripeEvent("customer.subscription.updated", { id: subscription, customer, status: "hibernating" });
    await t.send(event);
    const [row] = await t.sql<{ status: string; reason: string }>(
      "select status, reason from inbox.webhook_events where event_id = $1",
      [event.id],
    );
    expect(row?.status).toBe("failed");
    expect(row?.reason).toMatch(/^unreadable: /);
    expect(t.lines.some(({ level }) => level === "error")).toBe(true);
  });

  test("a bad signature keeps nothing", async () => {
    const event = told("created", 0);
    const { body } = signStripeEvent(event, webhookSecret);
    const { signature } = signStripeEvent(event, "whsec_another");
    const store = t.billing.stores.get("stripe");
    if (store === undefined) throw new Error("Stripe is not configured");
    const sent = t.billing.inbox.receive(store, { raw_body: Buffer.from(body), header: () => signature }, "test");
    await expect(sent).rejects.toMatchObject({ code: "billing.signature_invalid" });
    expect(await eventRows()).toEqual([]);
    expect(await t.counted({ type: "other", outcome: "rejected" })).toBeGreaterThan(0);
  });
});

function ctxOf(id: string) {
  return { workspace_id: id, actor: { kind: "system", reason: "test" }, request_id: "test", role: "owner" } as const;
}
