import { describe, expect, test } from "vitest";
import { newId } from "../../core/id.ts";
import {
  checkoutSession,
  disputeEvent,
  invoiceEvent,
  refundEvent,
  stripeEvent,
  subscriptionEvent,
} from "./simulator.ts";
import { createStripeWebhook } from "./webhook.ts";

const created = new Date("2026-03-01T12:00:00Z");
const stripe = createStripeWebhook({ secrets: ["whsec_Unused"], clock: { now: () => created } });
const read = (wire: object) => stripe.read(JSON.stringify(wire)).contents;
const subject = (wire: object) => stripe.read(JSON.stringify(wire)).subject;
/** The event with members of its object replaced. */
const changed = (wire: { data: { object: object } }, change: object) => ({
  ...wire,
  data: { object: { ...wire.data.object, ...change } },
});

describe("checkout.session", () => {
  const checkout = (word: string, more: Parameters<typeof checkoutSession>[1] = {}) =>
    checkoutSession(word, { checkout: "cs_1", customer: "cus_1", subscription: "sub_1", created, ...more });

  test("names its workspace by reference or by metadata, and never by anything that is no id", () => {
    const id = newId();
    const named = (more: object) => read(checkout("completed", more))[0];
    expect(named({ workspace_id: id.toUpperCase() })).toMatchObject({ buyer: { customer: "cus_1", candidates: [id] } });
    expect(named({ metadata: { workspace_id: id } })).toMatchObject({ buyer: { candidates: [id] } });
    expect(named({ workspace_id: id, metadata: { workspace_id: id } })).toMatchObject({ buyer: { candidates: [id] } });
    expect(named({ workspace_id: "ada@example.com" })).toMatchObject({ buyer: { candidates: [] } });
  });

  test.each([
    ["completed", "paid", "paid"],
    ["completed", "no_payment_required", "paid"],
    ["completed", "unpaid", "unpaid"],
    ["async_payment_succeeded", "paid", "paid"],
    ["async_payment_failed", "unpaid", "failed"],
    ["expired", "unpaid", "expired"],
  ] as const)("S21: %s with payment_status %s is %s", (word, payment_status, status) => {
    expect(read(checkout(word, { payment_status }))).toMatchObject([{ kind: "checkout", external_id: "cs_1", status }]);
  });

  test("S22: a guest without a customer is known by the session, and by the address", () => {
    const guest = changed(checkout("completed", { email: "Guest@Example.com" }), { customer: null });
    expect(read(guest)).toMatchObject([{ buyer: { customer: "cs_1", candidates: [] }, email: "Guest@Example.com" }]);
    expect(subject(guest)).toBe("cs_1");
  });

  test("of a single payment is no subscription's", () => {
    expect(read(changed(checkout("completed"), { mode: "payment", subscription: null }))).toEqual([]);
  });
});

describe("invoice", () => {
  const options = {
    subscription: "sub_1",
    customer: "cus_1",
    invoice: "in_1",
    payment_intent: "pi_1",
    created,
  } as const;

  test("S14: both shapes name the subscription and the payment", () => {
    const [basil, acacia] = (["basil", "acacia"] as const).map((shape) => invoiceEvent("paid", { ...options, shape }));
    for (const wire of [basil, acacia]) {
      expect(read(wire ?? {})).toMatchObject([
        {
          ...{ kind: "payment", external_id: "in_1", subscription_id: "sub_1", status: "paid", at: created },
          ...{ buyer: { customer: "cus_1" }, amount: 1_000, currency: "USD" },
          charge_ids: expect.arrayContaining(["in_1", "pi_1"]),
        },
      ]);
    }
  });

  test.each([
    ["subscription_create", true, false],
    ["subscription_cycle", false, true],
    ["subscription_update", false, false],
  ] as const)("%s: first %s, renewal %s", (reason, is_first, is_renewal) => {
    const [content] = read(invoiceEvent("payment_failed", { ...options, reason, attempt: 2 }));
    expect(content).toMatchObject({ status: "failed", attempt: 2, is_first, is_renewal, amount: 1_000 });
  });

  test("the two names of a payment say the same", () => {
    const [paid, succeeded] = ["paid", "payment_succeeded"].map((word) => read(invoiceEvent(word, options)));
    expect(paid).toEqual(succeeded);
  });

  test("of no subscription says so; one that is not of Stripe's form is unreadable", () => {
    const wire = invoiceEvent("paid", options);
    expect(read(changed(wire, { parent: null }))).toMatchObject([{ kind: "payment", subscription_id: null }]);
    expect(read(changed(wire, { attempt_count: "three" }))).toMatchObject([
      { kind: "unreadable", detail: expect.stringMatching(/^\/attempt_count/) },
    ]);
  });

  test("things named whole instead of by their ids are understood", () => {
    const wire = changed(invoiceEvent("paid", options), { customer: { id: "cus_2", object: "customer" } });
    expect(read(wire)).toMatchObject([{ buyer: { customer: "cus_2" } }]);
  });
});

describe("S18: money that goes back", () => {
  test("a whole refund ends the payment's subscription, a part says nothing", () => {
    const whole = refundEvent({ payment_intent: "pi_1", customer: "cus_1", created });
    expect(read(whole)).toMatchObject([
      {
        kind: "reversal",
        reason: "refund",
        state: "final",
        scope: "transaction",
        charge_ids: ["ch_1", "pi_1"],
        at: created,
      },
    ]);
    expect(read(refundEvent({ payment_intent: "pi_1", created, refunded: 400 }))).toEqual([]);
  });

  test.each([
    ["created", "needs_response", "open"],
    ["closed", "won", "undone"],
    ["closed", "lost", "final"],
  ])("dispute.%s with %s is %s", (word, status, state) => {
    const wire = disputeEvent(word, { payment_intent: "pi_1", dispute: "du_1", status, created });
    expect(read(wire)).toMatchObject([
      {
        kind: "reversal",
        external_id: "du_1",
        reason: "dispute",
        state,
        scope: "subscription",
        charge_ids: ["ch_1", "pi_1"],
        buyer: null,
      },
    ]);
    expect(subject(wire)).toBe("pi_1");
  });

  test.each(["warning_needs_response", "warning_under_review", "warning_closed"])(
    "a bank's question (%s) takes nothing",
    (status) => {
      expect(read(disputeEvent("created", { payment_intent: "pi_1", status, created }))).toEqual([]);
    },
  );
});

describe("customer.subscription", () => {
  test.each([
    ["updated", "incomplete_expired", "incomplete_expired", true],
    ["deleted", "active", "canceled", true],
    ["deleted", "incomplete_expired", "incomplete_expired", true],
    ["paused", "paused", "paused", false],
    ["resumed", "active", "active", false],
  ] as const)("%s with %s is %s, final %s", (word, status, expected, is_final) => {
    const wire = subscriptionEvent(`customer.subscription.${word}`, { price: "price_pro", status, created });
    expect(read(wire)).toMatchObject([{ told: { status: expected, is_final } }]);
  });

  test("trial_will_end tells the state and when", () => {
    const trial_end = new Date("2026-03-04T12:00:00Z");
    const wire = subscriptionEvent("customer.subscription.trial_will_end", {
      price: "price_pro",
      subscription: "sub_1",
      trial_end,
      created,
    });
    expect(read(wire)).toMatchObject([
      { kind: "subscription", told: { trial_end } },
      { kind: "trial_ending", external_id: "sub_1", trial_end },
    ]);
  });

  test("the newest invoice is the payment that refunds are compared with", () => {
    const wire = subscriptionEvent("customer.subscription.updated", {
      price: "price_pro",
      latest_invoice: "in_7",
      created,
    });
    expect(read(wire)).toMatchObject([{ told: { transaction_id: "in_7" } }]);
    expect(read(changed(wire, { latest_invoice: null }))).toMatchObject([{ told: { transaction_id: null } }]);
  });
});

test("every type that is read is named, for metrics; Stripe's own entitlements are read as nothing", () => {
  expect(stripe.known_types).toEqual(expect.arrayContaining(["invoice.payment_failed", "charge.dispute.closed"]));
  expect(read(stripeEvent("entitlements.active_entitlement_summary.updated", { customer: "cus_1" }))).toEqual([]);
});
