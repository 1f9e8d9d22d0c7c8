import { randomBytes } from "node:crypto";
import type { SubscriptionStatus } from "../billing/index.ts";
import {
  quietInvoice,
  quietSession,
  quietSubscription,
  type WireCheckoutSession,
  type WireEvent,
  type WireItem,
  type WirePlan,
  type WirePrice,
  type WireSubscription,
} from "./payloads.ts";
import { stripeApiVersion, stripeSignature } from "./webhook.ts";

/**
 * Stripe's notifications without Stripe: whole payloads as the present API version sends them, and the signature over them, so that
 * everything can be tried offline. Types say that no member is missing.
 */

/** An event as it goes over the wire: the body to send, and the value of its `Stripe-Signature` header. */
export interface SignedEvent {
  body: string;
  signature: string;
}

/** Signs an event with the endpoint's secret (`whsec_…`), now or at another time. */
export function signStripeEvent(event: object, secret: string, at = new Date()): SignedEvent {
  const body = JSON.stringify(event, null, 2);
  return { body, signature: stripeSignature(body, secret, at) };
}

/** What may be said of a subscription; the rest is filled in. */
export interface SimulatedSubscription {
  /** The id of a price in the catalogue. */
  price: string;
  subscription?: string;
  customer?: string;
  status?: SubscriptionStatus;
  quantity?: number;
  /** Put into the subscription's metadata, as our checkout does. */
  workspace_id?: string;
  started_at?: Date;
  /** Default: when it started. */
  current_period_start?: Date;
  /** Default: 30 days after the event. */
  current_period_end?: Date;
  latest_invoice?: string;
  trial_end?: Date | null;
  cancel_at_period_end?: boolean;
  cancel_at?: Date | null;
  ended_at?: Date | null;
  pause_collection?: WireSubscription["pause_collection"];
  /** Items beside the plan's. */
  extras?: { price: string; quantity?: number; current_period_end?: Date }[];
  /** Where the period's end stands: on the items, as since 2025-03-31, or on the subscription, as before. */
  shape?: "basil" | "acacia";
}

/** What may be said of an event. */
export interface SimulatedEvent {
  event_id?: string;
  /** When Stripe made it; it has whole seconds. Default: now. */
  created?: Date;
  livemode?: boolean;
}

/** The notification `customer.subscription.<created|updated|deleted|…>`. */
export function subscriptionEvent(type: string, options: SimulatedSubscription & SimulatedEvent): WireEvent {
  const created = options.created ?? new Date();
  const period_end = options.current_period_end ?? new Date(created.getTime() + 30 * 86_400_000);
  const object = subscription({ ...options, created, current_period_end: period_end });
  const isOld = options.shape === "acacia";
  return event(
    type,
    isOld ? withoutItemPeriods(object) : object,
    { ...options, created },
    isOld ? "2025-02-24.acacia" : stripeApiVersion,
  );
}

/** What may be said of a checkout. */
export interface SimulatedCheckout extends SimulatedEvent {
  checkout?: string;
  subscription?: string;
  customer?: string;
  workspace_id?: string;
  metadata?: Record<string, string>;
  payment_status?: "paid" | "unpaid" | "no_payment_required";
  email?: string | null;
}

/** The notification `checkout.session.<completed|…>` of a subscription, with the workspace as `client_reference_id`. */
export function checkoutSession(word: string, options: SimulatedCheckout): WireEvent {
  const created = options.created ?? new Date();
  const session: WireCheckoutSession = {
    ...quietSession,
    id: options.checkout ?? `cs_${options.livemode === true ? "live" : "test"}_${token(29)}`,
    client_reference_id: options.workspace_id ?? null,
    created: seconds(created) - 60,
    customer: options.customer ?? `cus_${token()}`,
    customer_details:
      options.email === undefined
        ? quietSession.customer_details
        : { ...quietSession.customer_details, email: options.email },
    expires_at: seconds(created) + 86_340,
    invoice: `in_${token()}`,
    livemode: options.livemode ?? false,
    metadata: options.metadata ?? {},
    payment_status: options.payment_status ?? (word === "expired" ? "unpaid" : "paid"),
    status: word === "expired" ? "expired" : "complete",
    subscription: word === "expired" ? null : (options.subscription ?? `sub_${token()}`),
  };
  return event(`checkout.session.${word}`, session, { ...options, created });
}

/** The notification `checkout.session.completed` of a bought subscription. */
export function checkoutCompleted(options: SimulatedCheckout): WireEvent {
  return checkoutSession("completed", options);
}

/** What may be said of an invoice. */
export interface SimulatedInvoice extends SimulatedEvent {
  subscription: string;
  customer?: string;
  invoice?: string;
  attempt?: number;
  reason?: "subscription_create" | "subscription_cycle" | "subscription_update";
  payment_intent?: string;
  amount?: number;
  /** Where the subscription stands: in `parent`, as since 2025-03-31, or at the top, as before. */
  shape?: "basil" | "acacia";
}

/** The notification `invoice.<paid|payment_succeeded|payment_failed>`. */
export function invoiceEvent(word: string, options: SimulatedInvoice): WireEvent {
  const created = options.created ?? new Date();
  const isPaid = word !== "payment_failed";
  const { subscription, amount = 1_000, payment_intent = `pi_${token()}` } = options;
  const payment = { type: "payment_intent", payment_intent };
  const isOld = options.shape === "acacia";
  const where = isOld
    ? { subscription, payment_intent, charge: `ch_${token()}`, paid: isPaid }
    : {
        parent: {
          type: "subscription_details",
          quote_details: null,
          subscription_details: { metadata: {}, subscription },
        },
        payments: {
          object: "list",
          data: [
            {
              id: `inpay_${token()}`,
              object: "invoice_payment",
              amount_paid: isPaid ? amount : null,
              payment,
              status: isPaid ? "paid" : "open",
            },
          ],
          has_more: false,
        },
      };
  const invoice = {
    ...quietInvoice,
    ...where,
    id: options.invoice ?? `in_${token()}`,
    amount_due: amount,
    amount_paid: isPaid ? amount : 0,
    amount_remaining: isPaid ? 0 : amount,
    attempt_count: options.attempt ?? 1,
    attempted: true,
    billing_reason: options.reason ?? "subscription_cycle",
    created: seconds(created) - 3_600,
    customer: options.customer ?? `cus_${token()}`,
    livemode: options.livemode ?? false,
    next_payment_attempt: isPaid ? null : seconds(created) + 259_200,
    status: isPaid ? "paid" : "open",
    subtotal: amount,
    total: amount,
  };
  return event(`invoice.${word}`, invoice, { ...options, created }, isOld ? "2025-02-24.acacia" : stripeApiVersion);
}

/** The notification `charge.refunded`, of the whole charge or of a part of it. */
export function refundEvent(
  options: SimulatedEvent & { payment_intent: string; customer?: string; amount?: number; refunded?: number },
): WireEvent {
  const created = options.created ?? new Date();
  const { amount = 1_000, refunded = amount } = options;
  const charge = {
    id: `ch_${options.payment_intent.slice(3)}`,
    object: "charge",
    amount,
    amount_captured: amount,
    amount_refunded: refunded,
    captured: true,
    created: seconds(created) - 86_400,
    currency: "usd",
    customer: options.customer ?? null,
    livemode: options.livemode ?? false,
    paid: true,
    payment_intent: options.payment_intent,
    refunded: refunded === amount,
    status: "succeeded",
  };
  return event("charge.refunded", charge, { ...options, created });
}

/** The notification `charge.dispute.<created|closed>`. */
export function disputeEvent(
  word: string,
  options: SimulatedEvent & { payment_intent: string; dispute?: string; status?: string; amount?: number },
): WireEvent {
  const created = options.created ?? new Date();
  const dispute = {
    id: options.dispute ?? `du_${options.payment_intent.slice(3)}`,
    object: "dispute",
    amount: options.amount ?? 1_000,
    balance_transactions: [],
    charge: `ch_${options.payment_intent.slice(3)}`,
    created: seconds(created),
    currency: "usd",
    evidence: {},
    evidence_details: { due_by: seconds(created) + 604_800, has_evidence: false, past_due: false, submission_count: 0 },
    is_charge_refundable: false,
    livemode: options.livemode ?? false,
    metadata: {},
    payment_intent: options.payment_intent,
    reason: "fraudulent",
    status: options.status ?? (word === "created" ? "needs_response" : "lost"),
  };
  return event(`charge.dispute.${word}`, dispute, { ...options, created });
}

/** Any other notification, about any object. */
export function stripeEvent(type: string, object: object, options: SimulatedEvent = {}): WireEvent {
  return event(type, object, { ...options, created: options.created ?? new Date() });
}

type At<T> = T & { created: Date };

function event(
  type: string,
  object: object,
  options: At<SimulatedEvent>,
  api_version: string = stripeApiVersion,
): WireEvent {
  return {
    id: options.event_id ?? `evt_${token()}`,
    object: "event",
    api_version,
    created: seconds(options.created),
    data: { object },
    livemode: options.livemode ?? false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type,
  };
}

type WholeSubscription = At<SimulatedSubscription & SimulatedEvent> & { current_period_end: Date };

function subscription(options: WholeSubscription): WireSubscription {
  const id = options.subscription ?? `sub_${token()}`;
  const { status = "active", created, livemode = false } = options;
  const hasEnded = status === "canceled" || status === "incomplete_expired";
  const ended_at = options.ended_at === undefined && hasEnded ? created : (options.ended_at ?? null);
  const started_at = seconds(options.started_at ?? created);
  const items = [options, ...(options.extras ?? [])].map((each) => item(id, { ...options, ...each }));
  return {
    ...quietSubscription,
    id,
    billing_cycle_anchor: started_at,
    cancel_at: maybeSeconds(options.cancel_at),
    cancel_at_period_end: options.cancel_at_period_end ?? false,
    canceled_at: options.cancel_at_period_end === true ? seconds(created) : maybeSeconds(ended_at),
    created: started_at,
    customer: options.customer ?? `cus_${token()}`,
    ended_at: maybeSeconds(ended_at),
    items: { object: "list", data: items, has_more: false, url: `/v1/subscription_items?subscription=${id}` },
    latest_invoice: options.latest_invoice ?? `in_${token()}`,
    livemode,
    metadata: options.workspace_id === undefined ? {} : { workspace_id: options.workspace_id },
    pause_collection: options.pause_collection ?? null,
    start_date: started_at,
    status,
    trial_end: maybeSeconds(options.trial_end),
    trial_start: options.trial_end == null ? null : started_at,
  };
}

function item(subscription: string, options: WholeSubscription): WireItem {
  const started_at = seconds(options.started_at ?? options.created);
  return {
    id: `si_${token(14)}`,
    object: "subscription_item",
    billing_thresholds: null,
    created: started_at,
    current_period_end: seconds(options.current_period_end),
    current_period_start: seconds(options.current_period_start ?? options.started_at ?? options.created),
    current_trial: null,
    discounts: [],
    metadata: {},
    plan: plan(options),
    price: price(options),
    quantity: options.quantity ?? 1,
    subscription,
    tax_rates: [],
  };
}

/** Before 2025-03-31 the period stood on the subscription alone. */
function withoutItemPeriods({ items, ...object }: WireSubscription): object {
  const [first] = items.data;
  const data = items.data.map(({ current_period_end: _end, current_period_start: _start, ...rest }) => rest);
  const period = { current_period_end: first?.current_period_end, current_period_start: first?.current_period_start };
  return { ...object, ...period, items: { ...items, data } };
}

function price({ price: id, livemode = false }: WholeSubscription): WirePrice {
  return {
    id,
    object: "price",
    active: true,
    billing_scheme: "per_unit",
    created: 1_767_225_600,
    currency: "usd",
    custom_unit_amount: null,
    livemode,
    lookup_key: null,
    metadata: {},
    nickname: null,
    product: "prod_SimulatedProduct",
    recurring: { interval: "month", interval_count: 1, meter: null, trial_period_days: null, usage_type: "licensed" },
    tax_behavior: "unspecified",
    tiers_mode: null,
    transform_quantity: null,
    type: "recurring",
    unit_amount: 1_000,
    unit_amount_decimal: "1000",
  };
}

function plan({ price: id, livemode = false }: WholeSubscription): WirePlan {
  return {
    id,
    object: "plan",
    active: true,
    amount: 1_000,
    amount_decimal: "1000",
    billing_scheme: "per_unit",
    created: 1_767_225_600,
    currency: "usd",
    interval: "month",
    interval_count: 1,
    livemode,
    metadata: {},
    meter: null,
    nickname: null,
    product: "prod_SimulatedProduct",
    tiers_mode: null,
    transform_usage: null,
    trial_period_days: null,
    usage_type: "licensed",
  };
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1_000);
}

function maybeSeconds(date: Date | null | undefined): number | null {
  return date == null ? null : seconds(date);
}

function token(length = 24): string {
  return randomBytes(length).toString("base64url").replaceAll(/[-_]/g, "x").slice(0, length);
}
