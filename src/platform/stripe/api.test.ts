import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type FakeStripe, startFakeStripe } from "../../../test/support/fake-stripe.ts";
import { newId } from "../../core/id.ts";
import { createStripeApi } from "./api.ts";
import { checkoutCompleted, disputeEvent, invoiceEvent, refundEvent, subscriptionEvent } from "./simulator.ts";
import { createStripeWebhook } from "./webhook.ts";

let fake: FakeStripe;
let api: ReturnType<typeof createStripeApi>;
let n = 0;
let subscription: string;
let customer: string;
const created = new Date("2026-03-01T12:00:00Z");
const observed_at = new Date("2026-03-01T13:00:00.123Z");
const { read } = createStripeWebhook({ secrets: [], clock: { now: () => observed_at } });

beforeAll(async () => {
  fake = await startFakeStripe();
});
afterAll(() => fake.close());
beforeEach(() => {
  api = createStripeApi({ secret_key: fake.secret_key, url: fake.url, timeout_ms: 500 });
  [subscription, customer] = [`sub_${++n}`, `cus_${n}`];
  fake.requests.length = 0;
});
afterEach(() => fake.fail(undefined));

const told = (status: "active" | "past_due" | "canceled" | "unpaid", more = {}) =>
  subscriptionEvent("customer.subscription.updated", {
    price: "price_pro",
    subscription,
    customer,
    status,
    created,
    ...more,
  });
const fetch = async (event: object) => (await api.fetch(read(JSON.stringify(event)), observed_at))?.contents ?? [];

describe("fetching what a notification is about", () => {
  test("a subscription is taken from Stripe as it is now, dated when it was asked", async () => {
    fake.put(told("past_due", { latest_invoice: "in_9" }));
    const contents = await fetch(told("active"));
    expect(contents).toMatchObject([
      {
        kind: "subscription",
        told: { external_id: subscription, status: "past_due", transaction_id: "in_9", state_at: observed_at },
      },
    ]);
  });

  test("one that Stripe does not know is taken as it was told", async () => {
    const event = told("active");
    expect(await fetch(event)).toEqual(read(JSON.stringify(event)).contents);
  });

  test("a payment and a checkout bring the subscription with them", async () => {
    fake.put(told("active"));
    const invoice = await fetch(invoiceEvent("payment_failed", { subscription, customer, created }));
    expect(invoice).toMatchObject([
      { kind: "payment", status: "failed" },
      { kind: "subscription", told: { status: "active" } },
    ]);
    const checkout = await fetch(checkoutCompleted({ subscription, customer, created }));
    expect(checkout).toMatchObject([{ kind: "checkout" }, { kind: "subscription" }]);
  });

  test("S18: a dispute names no customer; its payment's invoice tells the subscription", async () => {
    const payment_intent = `pi_${n}`;
    const invoice = `in_${n}`;
    fake.put(invoiceEvent("paid", { subscription, customer, invoice, payment_intent, created }));
    for (const event of [
      disputeEvent("created", { payment_intent, created }),
      refundEvent({ payment_intent, customer, created }),
    ]) {
      expect(await fetch(event)).toMatchObject([
        {
          kind: "reversal",
          subscription_id: subscription,
          transaction_id: invoice,
          charge_ids: [`ch_${n}`, payment_intent],
        },
      ]);
    }
    const unknown = disputeEvent("created", { payment_intent: "pi_unknown", created });
    expect(await fetch(unknown)).toEqual([]);
  });

  test.each([
    ["error", "billing.store_unreachable"],
    ["limited", "billing.store_unreachable"],
    ["down", "billing.store_unreachable"],
    ["hang", "billing.store_unreachable"],
    ["refused", "billing.store_refused"],
  ] as const)("a Stripe that fails by %s is no answer: %s", async (mode, code) => {
    fake.put(told("active"));
    fake.fail(mode);
    await expect(fetch(told("active"))).rejects.toMatchObject({ code });
    // Its sender waits: it is tried twice at most.
    expect(fake.requests.length).toBeLessThanOrEqual(2);
    fake.fail(undefined);
    expect(await fetch(told("active"))).toHaveLength(1);
  });

  test("a hiccup is tried again before anybody notices", async () => {
    fake.put(told("active"));
    fake.fail("error");
    const answer = fetch(told("active"));
    await expect.poll(() => fake.requests.length).toBeGreaterThan(0);
    fake.fail(undefined);
    expect(await answer).toHaveLength(1);
  });

  test("another API version, or another key, is refused: the pinned one is asked for", async () => {
    fake.put(told("active"));
    expect(await fetch(told("active"))).toHaveLength(1);
    const stranger = createStripeApi({ secret_key: "sk_test_another", url: fake.url });
    await expect(stranger.fetch(read(JSON.stringify(told("active"))), observed_at)).rejects.toMatchObject({
      code: "billing.store_refused",
    });
  });
});

describe("what is asked by reconciliation", () => {
  const known = (external_id: string) => {
    const sold = { store: "stripe", transaction_id: null, price_id: "price_pro" } as const;
    return { external_id, customer, ...sold };
  };

  test("a subscription that owes tells how often its newest invoice was tried in vain", async () => {
    const invoice = `in_${n}`;
    fake.put(
      told("past_due", { latest_invoice: invoice }),
      invoiceEvent("payment_failed", { subscription, customer, invoice, attempt: 3 }),
    );
    expect(await api.current(known(subscription), observed_at)).toMatchObject([
      { kind: "subscription", told: { status: "past_due", transaction_id: invoice } },
      { kind: "payment", status: "failed", external_id: invoice, attempt: 3, at: observed_at },
    ]);
    fake.put(told("active", { latest_invoice: invoice }));
    expect(await api.current(known(subscription), observed_at)).toHaveLength(1);
  });

  test("one that Stripe knows no more tells nothing", async () => {
    expect(await api.current(known("sub_never"), observed_at)).toEqual([]);
  });

  test("pages lead through all of them, those that ended too, each once", async () => {
    const mine = await startFakeStripe();
    const own = createStripeApi({ secret_key: mine.secret_key, url: mine.url });
    for (let k = 0; k < 250; k++) {
      mine.put(
        told(k % 2 === 0 ? "active" : "canceled", { subscription: `sub_page_${k}`, started_at: new Date(k * 1_000) }),
      );
    }
    const seen: string[] = [];
    for (let cursor: string | null = null; ; ) {
      const page: Awaited<ReturnType<typeof own.page>> = await own.page(cursor, observed_at);
      seen.push(...page.contents.flatMap((each) => (each.kind === "subscription" ? each.told.external_id : [])));
      if (page.next === null) break;
      cursor = page.next;
    }
    expect([seen.length, new Set(seen).size, mine.requests.length]).toEqual([250, 250, 3]);
    await mine.close();
  });
});

describe("selling", () => {
  const order = () => ({
    ...{ workspace_id: newId(), price_id: "price_pro", quantity: 2, trial_days: 14 },
    ...{ success_url: "https://app.example.com/thanks", cancel_url: "https://app.example.com/no" },
  });
  const opened = async (more = {}) => {
    const { customer_id } = await api.createCustomer(
      { workspace_id: newId(), email: "a@example.com", name: "Ada" },
      newId(),
    );
    return api.createCheckout({ ...order(), customer_id, ...more }, newId());
  };

  test("a customer is made once for a key, also by many at once, and for another body never", async () => {
    const [key, workspace_id] = [newId(), newId()];
    const about = { workspace_id, email: "a@example.com", name: null };
    const made = await Promise.all(Array.from({ length: 8 }, () => api.createCustomer(about, key)));
    expect(new Set(made.map(({ customer_id }) => customer_id)).size).toBe(1);
    expect(fake.requests[0]).toMatchObject({
      params: { email: "a@example.com", metadata: { workspace_id } },
      idempotency_key: key,
    });
    await expect(api.createCustomer({ ...about, email: "b@example.com" }, key)).rejects.toMatchObject({
      code: "billing.store_refused",
    });
  });

  test("a checkout names the workspace everywhere, and has a page", async () => {
    const sold = order();
    const { customer_id } = await api.createCustomer(
      { workspace_id: sold.workspace_id, email: null, name: null },
      newId(),
    );
    const { external_id, url, expires_at } = await api.createCheckout({ ...sold, customer_id }, newId());
    expect(url).toContain(external_id);
    expect(expires_at.getTime()).toBeGreaterThan(Date.now() + 23 * 3_600_000);
    const { workspace_id } = sold;
    expect(fake.requests.at(-1)?.params).toEqual({
      ...{ mode: "subscription", customer: customer_id, client_reference_id: workspace_id, metadata: { workspace_id } },
      line_items: { 0: { price: "price_pro", quantity: "2" } },
      subscription_data: { metadata: { workspace_id }, trial_period_days: "14" },
      ...{ success_url: sold.success_url, cancel_url: sold.cancel_url },
    });
  });

  test("without a trial none is asked for", async () => {
    await opened({ trial_days: 0 });
    expect(fake.requests.at(-1)?.params.subscription_data).not.toHaveProperty("trial_period_days");
  });

  test("closing tells whether it was paid meanwhile", async () => {
    const [left, paid] = [await opened(), await opened()];
    fake.pay(paid.external_id);
    expect(await api.expireCheckout(left.external_id)).toBe("expired");
    expect(await api.expireCheckout(left.external_id)).toBe("expired");
    expect(await api.expireCheckout(paid.external_id)).toBe("paid");
    fake.fail("error");
    await expect(api.expireCheckout(left.external_id)).rejects.toMatchObject({ code: "billing.store_unreachable" });
  });

  test("the portal is the customer's; what Stripe refuses is told as that", async () => {
    const { customer_id } = await api.createCustomer({ workspace_id: newId(), email: null, name: null }, newId());
    const portal = await api.createPortal({ customer_id, return_url: "https://app.example.com" });
    expect(portal.url).toMatch(/^https:\/\/billing\.stripe\.com\//);
    const unknown = api.createPortal({ customer_id: "cus_never", return_url: "https://app.example.com" });
    await expect(unknown).rejects.toMatchObject({ code: "billing.customer_gone" });
  });
});
