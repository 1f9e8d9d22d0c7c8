import Type, { type Static, type TSchema } from "typebox";
import { Check, Errors } from "typebox/value";
import { isId } from "../../core/id.ts";
import {
  type Buyer,
  type CheckoutContent,
  type Content,
  type PaymentContent,
  type ReversalContent,
  SubscriptionStatus,
  type ToldSubscription,
} from "../billing/index.ts";

// What we read of Stripe's objects, and nothing more: unknown members and types are not our concern.
export const Text = Type.String({ pattern: "^[!-~]{1,255}$" });
const Reference = Type.Union([Text, Type.Object({ id: Text })]);
export const Seconds = Type.Integer({ minimum: 0, maximum: 253_402_300_799 });
const Maybe = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));
const Metadata = Maybe(Type.Record(Type.String(), Type.Unknown()));
const Amount = Type.Integer({ minimum: -9_007_199_254_740_991, maximum: 9_007_199_254_740_991 });

const Item = Type.Object({
  price: Type.Object({ id: Text }),
  quantity: Maybe(Type.Integer({ minimum: 0, maximum: 2_147_483_647 })),
  // On the items since 2025-03-31 (basil), on the subscription before.
  current_period_start: Maybe(Seconds),
  current_period_end: Maybe(Seconds),
});

export const SubscriptionObject = Type.Object({
  id: Text,
  customer: Reference,
  status: SubscriptionStatus,
  items: Type.Object({ data: Type.Array(Item) }),
  current_period_start: Maybe(Seconds),
  current_period_end: Maybe(Seconds),
  created: Seconds,
  start_date: Maybe(Seconds),
  trial_end: Maybe(Seconds),
  ended_at: Maybe(Seconds),
  cancel_at: Maybe(Seconds),
  cancel_at_period_end: Type.Boolean(),
  latest_invoice: Maybe(Reference),
  metadata: Metadata,
});
type SubscriptionObject = Static<typeof SubscriptionObject>;

const CheckoutSession = Type.Object({
  id: Text,
  mode: Maybe(Type.String()),
  customer: Maybe(Reference),
  subscription: Maybe(Reference),
  client_reference_id: Maybe(Type.String()),
  payment_status: Maybe(Type.String()),
  customer_email: Maybe(Type.String()),
  customer_details: Maybe(Type.Object({ email: Maybe(Type.String()) })),
  metadata: Metadata,
});

export const InvoiceObject = Type.Object({
  id: Text,
  customer: Maybe(Reference),
  subscription: Maybe(Reference),
  parent: Maybe(
    Type.Object({ subscription_details: Maybe(Type.Object({ subscription: Maybe(Reference), metadata: Metadata })) }),
  ),
  billing_reason: Maybe(Type.String()),
  attempt_count: Maybe(Type.Integer({ minimum: 0, maximum: 1_000 })),
  amount_paid: Maybe(Amount),
  amount_due: Maybe(Amount),
  currency: Maybe(Type.String({ minLength: 3, maxLength: 3 })),
  charge: Maybe(Reference),
  payment_intent: Maybe(Reference),
  payments: Maybe(
    Type.Object({
      data: Type.Array(
        Type.Object({ payment: Maybe(Type.Object({ charge: Maybe(Reference), payment_intent: Maybe(Reference) })) }),
      ),
    }),
  ),
});
type InvoiceObject = Static<typeof InvoiceObject>;

const ChargeObject = Type.Object({
  id: Text,
  customer: Maybe(Reference),
  payment_intent: Maybe(Reference),
  invoice: Maybe(Reference),
  refunded: Type.Boolean(),
});

const DisputeObject = Type.Object({
  id: Text,
  charge: Reference,
  payment_intent: Maybe(Reference),
  status: Type.String(),
});

/** The event whose object is read: when Stripe made it, and its type. */
export interface Occasion {
  type: string;
  /** Seconds. */
  created: number;
}

/** What an event of Stripe says, by its type; a type that is not here says nothing to us. */
type Reader = (object: object, occasion: Occasion) => Content[];

const byType: Record<string, Reader> = {
  ...Object.fromEntries(
    ["created", "updated", "deleted", "paused", "resumed"].map((word) => [
      `customer.subscription.${word}`,
      readSubscription,
    ]),
  ),
  "customer.subscription.trial_will_end": readTrialEnding,
  "checkout.session.completed": readCheckout,
  "checkout.session.async_payment_succeeded": readCheckout,
  "checkout.session.async_payment_failed": readCheckout,
  "checkout.session.expired": readCheckout,
  "invoice.paid": readInvoice,
  "invoice.payment_succeeded": readInvoice,
  "invoice.payment_failed": readInvoice,
  "charge.refunded": readRefund,
  "charge.dispute.created": readDispute,
  "charge.dispute.closed": readDispute,
  // Stripe's own entitlements are another truth than ours.
  "entitlements.active_entitlement_summary.updated": () => [],
};
/** The same as a map: an object has members that nobody wrote, and a type may bear any name. */
export const readers: ReadonlyMap<string, Reader> = new Map(Object.entries(byType));

function readSubscription(object: object, occasion: Occasion): Content[] {
  if (!Check(SubscriptionObject, object)) return unreadable(SubscriptionObject, object);
  // `created` has seconds; of one second, the event named created is the first.
  const state_at = new Date(occasion.created * 1_000 + (occasion.type === "customer.subscription.created" ? 0 : 1));
  const isDeleted = occasion.type === "customer.subscription.deleted" && object.status !== "incomplete_expired";
  return [subscriptionContent(object, state_at, isDeleted)];
}

/** The subscription as it was at a time. */
export function subscriptionContent(object: SubscriptionObject, state_at: Date, isDeleted = false): Content {
  const status = isDeleted ? "canceled" : object.status;
  const items = object.items.data.map(({ price, quantity, current_period_start, current_period_end }) => ({
    price_id: price.id,
    quantity: quantity ?? 1,
    current_period_start: maybeDate(current_period_start ?? object.current_period_start),
    current_period_end: maybeDate(current_period_end ?? object.current_period_end),
  }));
  const told: ToldSubscription = {
    store: "stripe",
    external_id: object.id,
    alias: null,
    status,
    items,
    transaction_id: object.latest_invoice == null ? null : referenceOf(object.latest_invoice),
    supersedes: null,
    trial_end: maybeDate(object.trial_end),
    cancel_at_period_end: object.cancel_at_period_end || endsWithPeriod(object, items),
    pending_price_id: null,
    started_at: dateOf(object.start_date ?? object.created),
    ended_at:
      maybeDate(object.ended_at) ??
      (status === "canceled" ? new Date(Math.floor(state_at.getTime() / 1_000) * 1_000) : null),
    state_at,
    is_final: status === "canceled" || status === "incomplete_expired",
  };
  return { kind: "subscription", buyer: buyerOf(object.customer, object.metadata?.workspace_id), told };
}

/** With flexible billing a cancellation in the portal sets `cancel_at` to the period's end instead of the flag. */
function endsWithPeriod({ cancel_at }: SubscriptionObject, items: ToldSubscription["items"]): boolean {
  const ends = items.flatMap(({ current_period_end }) => current_period_end?.getTime() ?? []);
  return cancel_at != null && ends.some((end) => cancel_at * 1_000 <= end);
}

function readTrialEnding(object: object, occasion: Occasion): Content[] {
  if (!Check(SubscriptionObject, object)) return unreadable(SubscriptionObject, object);
  const { id: external_id, trial_end, metadata } = object;
  const buyer = buyerOf(object.customer, metadata?.workspace_id);
  const ending: Content[] =
    trial_end == null
      ? []
      : [{ kind: "trial_ending", buyer, store: "stripe", external_id, trial_end: dateOf(trial_end) }];
  return [...readSubscription(object, occasion), ...ending];
}

/** The only event that bears `client_reference_id`. A method that takes days is paid when Stripe says so, whatever the subscription says. */
function readCheckout(object: object, { type }: Occasion): Content[] {
  if (!Check(CheckoutSession, object)) return unreadable(CheckoutSession, object);
  if (object.mode != null && object.mode !== "subscription") return [];
  const isUnpaid = object.payment_status === "unpaid";
  const status: CheckoutContent["status"] =
    type === "checkout.session.expired"
      ? "expired"
      : type === "checkout.session.async_payment_failed"
        ? "failed"
        : isUnpaid && type === "checkout.session.completed"
          ? "unpaid"
          : "paid";
  const buyer = buyerOf(object.customer ?? object.id, object.client_reference_id, object.metadata?.workspace_id);
  const email = object.customer_details?.email ?? object.customer_email ?? null;
  const subscription_id = object.subscription == null ? null : referenceOf(object.subscription);
  return [{ kind: "checkout", buyer, external_id: object.id, status, email, subscription_id }];
}

function readInvoice(object: object, { type, created }: Occasion): Content[] {
  if (!Check(InvoiceObject, object)) return unreadable(InvoiceObject, object);
  const status = type === "invoice.payment_failed" ? "failed" : "paid";
  return [paymentContent(object, status, dateOf(created))];
}

/** What an invoice says of a payment, in the shapes before and since 2025-03-31. */
export function paymentContent(object: InvoiceObject, status: PaymentContent["status"], at: Date): PaymentContent {
  const details = object.parent?.subscription_details;
  const subscription = details?.subscription ?? object.subscription;
  const paid = object.payments?.data.flatMap(({ payment }) => [payment?.charge, payment?.payment_intent]) ?? [];
  const charges = [object.charge, object.payment_intent, ...paid].flatMap((each) =>
    each == null ? [] : referenceOf(each),
  );
  return {
    kind: "payment",
    buyer: buyerOf(object.customer ?? object.id, details?.metadata?.workspace_id),
    store: "stripe",
    external_id: object.id,
    subscription_id: subscription == null ? null : referenceOf(subscription),
    status,
    attempt: Math.max(1, object.attempt_count ?? 1),
    is_first: object.billing_reason === "subscription_create",
    is_renewal: object.billing_reason === "subscription_cycle",
    amount: (status === "paid" ? object.amount_paid : object.amount_due) ?? 0,
    currency: (object.currency ?? "usd").toUpperCase(),
    charge_ids: [...new Set([object.id, ...charges])],
    at,
  };
}

/** The whole charge is given back; a part of it changes nothing. */
function readRefund(object: object, { created }: Occasion): Content[] {
  if (!Check(ChargeObject, object)) return unreadable(ChargeObject, object);
  if (!object.refunded) return [];
  const { id, payment_intent, invoice, customer } = object;
  const charge_ids = [id, ...[payment_intent, invoice].flatMap((each) => (each == null ? [] : referenceOf(each)))];
  const at = dateOf(created);
  const buyer = customer == null ? null : buyerOf(customer);
  const refund = { external_id: `refund:${id}`, reason: "refund", state: "final", scope: "transaction" } as const;
  return [reversal({ ...refund, buyer, charge_ids, at })];
}

/** A dispute takes the money at once; a question of the bank (`warning_…`) takes nothing (docs.stripe.com/disputes/how-disputes-work). */
function readDispute(object: object, { created }: Occasion): Content[] {
  if (!Check(DisputeObject, object)) return unreadable(DisputeObject, object);
  const { id: external_id, charge, payment_intent, status } = object;
  if (status.startsWith("warning_")) return [];
  const state = status === "won" || status === "prevented" ? "undone" : status === "lost" ? "final" : "open";
  const charge_ids = [referenceOf(charge), ...(payment_intent == null ? [] : [referenceOf(payment_intent)])];
  const dispute = { external_id, reason: "dispute", state, scope: "subscription" } as const;
  return [reversal({ ...dispute, buyer: null, charge_ids, at: dateOf(created) })];
}

function reversal(
  about: Pick<ReversalContent, "external_id" | "reason" | "state" | "scope" | "buyer" | "charge_ids" | "at">,
): ReversalContent {
  return {
    kind: "reversal",
    store: "stripe",
    subscription_id: null,
    transaction_id: null,
    state_at: about.at,
    ...about,
  };
}

function buyerOf(customer: Static<typeof Reference>, ...named: unknown[]): Buyer {
  return { customer: referenceOf(customer), candidates: [...new Set(named.flatMap(idOf))] };
}

function unreadable(schema: TSchema, value: unknown): Content[] {
  return [{ kind: "unreadable", detail: faults(schema, value) }];
}

export function faults(schema: TSchema, value: unknown): string {
  const [first] = Errors(schema, value);
  return first === undefined ? "is not of the form that is expected" : `${first.instancePath || "/"} ${first.message}`;
}

function idOf(value: unknown): string[] {
  return typeof value === "string" && isId(value.toLowerCase()) ? [value.toLowerCase()] : [];
}

export function referenceOf(reference: Static<typeof Reference>): string {
  return typeof reference === "string" ? reference : reference.id;
}

export function dateOf(seconds: number): Date {
  return new Date(seconds * 1_000);
}

function maybeDate(seconds: number | null | undefined): Date | null {
  return seconds == null ? null : dateOf(seconds);
}
