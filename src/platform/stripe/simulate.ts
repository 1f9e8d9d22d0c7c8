import type { SubscriptionStatus } from "../billing/index.ts";
import {
  checkoutSession,
  disputeEvent,
  invoiceEvent,
  refundEvent,
  signStripeEvent,
  subscriptionEvent,
} from "./simulator.ts";

/** What may be said of a simulated notification; the same workspace is the same customer and subscription, so that one follows on another. */
export interface StripeSimulation {
  workspace?: string | undefined;
  customer?: string | undefined;
  subscription?: string | undefined;
  /** The price that the plan is sold under. */
  price?: string | undefined;
  status?: string | undefined;
  attempt?: string | undefined;
  quantity?: string | undefined;
}

const subscriptionWords = ["created", "updated", "deleted", "paused", "resumed", "trial_will_end"];
const checkoutWords = ["completed", "async_payment_succeeded", "async_payment_failed", "expired"];
const invoiceWords = ["paid", "payment_succeeded", "payment_failed"];

/** The events that can be simulated. */
export const stripeSimulations = [
  ...checkoutWords.map((word) => `checkout.session.${word}`),
  ...subscriptionWords.map((word) => `customer.subscription.${word}`),
  ...invoiceWords.map((word) => `invoice.${word}`),
  "charge.refunded",
  "charge.dispute.created",
  "charge.dispute.closed",
];

/** What Stripe would send, signed with the server's own secret. Throws an Error that says what is missing. */
export function simulateStripe(type: string, about: StripeSimulation, secret: string) {
  if (!stripeSimulations.includes(type))
    throw new Error(`plinth simulate stripe knows ${stripeSimulations.join(", ")}; not ${type}`);
  const { body, signature } = signStripeEvent(eventOf(type, about), secret);
  return { url_path: "/v1/webhooks/stripe", headers: { "stripe-signature": signature }, body };
}

function eventOf(type: string, about: StripeSimulation): object {
  const customer = about.customer ?? `cus_${(about.workspace ?? "simulated").replaceAll("-", "").slice(-14)}`;
  const subscription = about.subscription ?? customer.replace(/^cus_/, "sub_");
  const ids = { customer, subscription };
  const named = about.workspace === undefined ? {} : { workspace_id: about.workspace };
  const month = new Date().toISOString().slice(0, 7).replace("-", "");
  const invoice = `in_${subscription.slice(4)}${month}`;
  const payment_intent = `pi_${subscription.slice(4)}${month}`;
  const word = type.split(".").at(-1) ?? "";
  if (type.startsWith("checkout.")) {
    if (about.workspace === undefined) throw new Error("--workspace is missing: the id from GET /v1/workspaces");
    return checkoutSession(word, { ...ids, ...named });
  }
  if (type.startsWith("invoice.")) {
    const reason = about.status === "first" ? "subscription_create" : "subscription_cycle";
    return invoiceEvent(word, { ...ids, invoice, payment_intent, attempt: Number(about.attempt ?? 1), reason });
  }
  if (type === "charge.refunded") return refundEvent({ customer, payment_intent });
  if (type.startsWith("charge.dispute."))
    return disputeEvent(word, { payment_intent, ...(about.status === undefined ? {} : { status: about.status }) });
  if (about.price === undefined) throw new Error("--plan is missing, or no plan that Stripe sells");
  const status = (about.status ??
    (word === "deleted" ? "canceled" : word === "paused" ? "paused" : "active")) as SubscriptionStatus;
  const quantity = about.quantity === undefined ? {} : { quantity: Number(about.quantity) };
  const trial_end = word === "trial_will_end" ? { trial_end: new Date(Date.now() + 3 * 86_400_000) } : {};
  return subscriptionEvent(type, {
    ...ids,
    ...named,
    ...quantity,
    ...trial_end,
    price: about.price,
    status,
    latest_invoice: invoice,
  });
}
