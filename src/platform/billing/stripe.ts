import Stripe from "stripe";
import Type, { type Static, type TSchema } from "typebox";
import { Check, Errors } from "typebox/value";
import type { Clock } from "../../core/clock.ts";
import { isId } from "../../core/id.ts";
import { billingErrors } from "./errors.ts";
import type { Notification, NotificationContent, Store } from "./notification.ts";
import type { ToldSubscription } from "./rules.ts";
import { SubscriptionStatus } from "./schema.ts";

/** The API version whose objects we read; older ones are understood too. */
export const stripeApiVersion = Stripe.API_VERSION;

/** The age in seconds beyond which a signature is not believed (docs.stripe.com/webhooks#replay-attacks). */
const tolerance = 300;

const subscriptionTypes = ["created", "updated", "deleted", "paused", "resumed"].map(
  (word) => `customer.subscription.${word}`,
);
const checkoutCompleted = "checkout.session.completed";

// What we read of Stripe's objects, and nothing more: unknown members and types are not our concern.
const Text = Type.String({ pattern: "^[!-~]{1,255}$" });
const Reference = Type.Union([Text, Type.Object({ id: Text })]);
const Seconds = Type.Integer({ minimum: 0, maximum: 253_402_300_799 });
const Maybe = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));
const Metadata = Maybe(Type.Record(Type.String(), Type.Unknown()));

const Envelope = Type.Object({
  id: Text,
  object: Type.Literal("event"),
  type: Type.String({ pattern: "^[a-z0-9_.]{1,200}$" }),
  created: Seconds,
  livemode: Type.Boolean(),
  data: Type.Object({ object: Type.Object({}) }),
});
type Envelope = Static<typeof Envelope>;

const Item = Type.Object({
  price: Type.Object({ id: Text }),
  quantity: Maybe(Type.Integer({ minimum: 0, maximum: 2_147_483_647 })),
  // On the items since 2025-03-31 (basil), on the subscription before.
  current_period_end: Maybe(Seconds),
});

const SubscriptionObject = Type.Object({
  id: Text,
  customer: Reference,
  status: SubscriptionStatus,
  items: Type.Object({ data: Type.Array(Item) }),
  current_period_end: Maybe(Seconds),
  created: Seconds,
  start_date: Maybe(Seconds),
  trial_end: Maybe(Seconds),
  ended_at: Maybe(Seconds),
  cancel_at: Maybe(Seconds),
  cancel_at_period_end: Type.Boolean(),
  metadata: Metadata,
});
type SubscriptionObject = Static<typeof SubscriptionObject>;

const CheckoutSession = Type.Object({
  customer: Maybe(Reference),
  client_reference_id: Maybe(Type.String()),
  metadata: Metadata,
});

interface StripeOptions {
  /** The signing secrets of the endpoint: several while one is being rotated. */
  secrets: string[];
  clock: Pick<Clock, "now">;
}

/** Stripe's webhook: the official SDK checks, and nothing is fetched. */
export function createStripe({ secrets, clock }: StripeOptions): Store {
  return {
    source: "stripe",
    known_types: [...subscriptionTypes, checkoutCompleted],
    open: (raw_body, signature) => {
      checkSignature(raw_body, signature ?? "", { secrets, now: clock.now() });
      return readEvent(textOf(raw_body));
    },
    read: readEvent,
  };
}

// Stripe's objects as they are on the wire, where the SDK's decimals are texts: for the simulator, so that it leaves nothing out.
type Decimals<T, K extends keyof T> = Omit<T, K> & Record<K, string>;
export type WirePrice = Decimals<Stripe.Price, "unit_amount_decimal">;
export type WirePlan = Decimals<Stripe.Plan, "amount_decimal">;
export type WireItem = Omit<Stripe.SubscriptionItem, "price" | "plan"> & { price: WirePrice; plan: WirePlan };
export type WireSubscription = Omit<Stripe.Subscription, "items"> & {
  items: Omit<Stripe.ApiList<WireItem>, "object"> & { object: "list" };
};
export type WireCheckoutSession = Stripe.Checkout.Session;
export type WireEvent = Omit<Stripe.Event, "type" | "data"> & {
  type: string;
  data: { object: object; previous_attributes?: object };
};

/** A valid `Stripe-Signature` header for the body, as Stripe makes it: for tests and for trying things out offline. */
export function stripeSignature(payload: string, secret: string, at: Date): string {
  return Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: Math.floor(at.getTime() / 1_000) });
}

function checkSignature(raw_body: Buffer, header: string, { secrets, now }: { secrets: string[]; now: Date }): void {
  // Two headers arrive as one, joined: Stripe sends one, with one timestamp.
  const timestamps = header.split(",").filter((part) => part.trim().startsWith("t="));
  let cause: unknown = new Error("There is not exactly one timestamp in the header");
  for (const secret of timestamps.length === 1 ? secrets : []) {
    try {
      Stripe.webhooks.constructEvent(raw_body, header, secret, tolerance, undefined, now.getTime());
      return;
    } catch (error) {
      // The signature is checked before the body is parsed.
      if (error instanceof SyntaxError)
        throw billingErrors.event_malformed({ detail: "The body is not JSON", cause: error });
      cause = error;
    }
  }
  throw billingErrors.signature_invalid({ cause });
}

function textOf(raw_body: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw_body);
  } catch (cause) {
    throw billingErrors.event_malformed({ detail: "The body is not UTF-8", cause });
  }
}

function readEvent(payload: string): Notification {
  const event = parse(payload);
  const content = contentOf(event);
  return {
    source: "stripe",
    environment: event.livemode ? "live" : "test",
    event_id: event.id,
    event_type: event.type,
    created_at: dateOf(event.created),
    subject: "customer_id" in content ? content.customer_id : null,
    payload,
    content,
  };
}

function parse(payload: string): Envelope {
  let event: unknown;
  try {
    event = JSON.parse(payload);
  } catch (cause) {
    throw billingErrors.event_malformed({ detail: "The body is not JSON", cause });
  }
  if (!Check(Envelope, event)) throw billingErrors.event_malformed({ detail: faults(Envelope, event) });
  return event;
}

function contentOf(event: Envelope): NotificationContent {
  const { object } = event.data;
  if (event.type === checkoutCompleted) return checkoutOf(object);
  if (!subscriptionTypes.includes(event.type)) return { kind: "other" };
  if (!Check(SubscriptionObject, object)) return { kind: "unreadable", detail: faults(SubscriptionObject, object) };
  const workspace_id = idOf(object.metadata?.workspace_id);
  return { kind: "subscription", customer_id: referenceOf(object.customer), workspace_id, told: toldOf(event, object) };
}

/** The only event that bears `client_reference_id`. Whether it is paid shows in the subscription, not here. */
function checkoutOf(object: object): NotificationContent {
  if (!Check(CheckoutSession, object)) return { kind: "unreadable", detail: faults(CheckoutSession, object) };
  if (object.customer == null) return { kind: "other" };
  const workspace_id = idOf(object.client_reference_id) ?? idOf(object.metadata?.workspace_id);
  return { kind: "customer", customer_id: referenceOf(object.customer), workspace_id };
}

function toldOf(event: Envelope, object: SubscriptionObject): ToldSubscription {
  const isDeleted = event.type === "customer.subscription.deleted" && object.status !== "incomplete_expired";
  const status = isDeleted ? "canceled" : object.status;
  // `created` has seconds; of one second, the event named created is the first.
  const state_at = new Date(event.created * 1_000 + (event.type === "customer.subscription.created" ? 0 : 1));
  const items = object.items.data.map(({ price, quantity, current_period_end }) => ({
    price_id: price.id,
    quantity: quantity ?? 1,
    current_period_end: maybeDate(current_period_end ?? object.current_period_end),
  }));
  return {
    external_id: object.id,
    status,
    items,
    trial_end: maybeDate(object.trial_end),
    cancel_at_period_end: object.cancel_at_period_end || endsWithPeriod(object, items),
    started_at: dateOf(object.start_date ?? object.created),
    ended_at: maybeDate(object.ended_at) ?? (status === "canceled" ? dateOf(event.created) : null),
    state_at,
  };
}

/** With flexible billing a cancellation in the portal sets `cancel_at` to the period's end instead of the flag. */
function endsWithPeriod({ cancel_at }: SubscriptionObject, items: ToldSubscription["items"]): boolean {
  const ends = items.flatMap(({ current_period_end }) => current_period_end?.getTime() ?? []);
  return cancel_at != null && ends.some((end) => cancel_at * 1_000 <= end);
}

function faults(schema: TSchema, value: unknown): string {
  const [first] = Errors(schema, value);
  return first === undefined ? "is not of the form that is expected" : `${first.instancePath || "/"} ${first.message}`;
}

function idOf(value: unknown): string | undefined {
  return typeof value === "string" && isId(value.toLowerCase()) ? value.toLowerCase() : undefined;
}

function referenceOf(reference: Static<typeof Reference>): string {
  return typeof reference === "string" ? reference : reference.id;
}

function dateOf(seconds: number): Date {
  return new Date(seconds * 1_000);
}

function maybeDate(seconds: number | null | undefined): Date | null {
  return seconds == null ? null : dateOf(seconds);
}
