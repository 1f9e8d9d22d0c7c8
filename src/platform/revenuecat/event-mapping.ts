import { isId } from "../../core/id.ts";
import type { Buyer, Content, Environment, ToldSubscription } from "../billing/index.ts";
import type { RevenueCatEvent } from "./schema.ts";

type StoreName = ToldSubscription["store"];

/** What an event says of the time that is paid for. */
interface Paid {
  status: ToldSubscription["status"];
  /** When access ends; null for a purchase that never does. */
  end: Date | null;
  cancel_at_period_end?: boolean;
  ended_at?: Date | null;
  state_at?: Date;
}

/**
 * What each type of event says. An event is a snapshot of its transaction, so almost every one tells the whole state, and the one made
 * last is right (R8: also of a subscription that nobody heard of). Types that know less than others say nothing, so that they cannot
 * undo what is known: see the comments.
 * https://www.revenuecat.com/docs/integrations/webhooks/event-types-and-fields
 */
const types: Record<string, (event: RevenueCatEvent) => Content[]> = {
  INITIAL_PURCHASE: (event) => subscriptionOf(event, running(event)),
  RENEWAL: (event) => subscriptionOf(event, running(event)),
  UNCANCELLATION: (event) => subscriptionOf(event, running(event)),
  SUBSCRIPTION_EXTENDED: (event) => subscriptionOf(event, running(event)),
  REFUND_REVERSED: (event) => subscriptionOf(event, running(event)),
  NON_RENEWING_PURCHASE: (event) => subscriptionOf(event, { ...running(event), cancel_at_period_end: true }),
  CANCELLATION: cancellation,
  BILLING_ISSUE: (event) => subscriptionOf(event, inGrace(event)),
  EXPIRATION: (event) => subscriptionOf(event, expired(event)),
  TEMPORARY_ENTITLEMENT_GRANT: (event) => subscriptionOf(event, { ...temporary(event), cancel_at_period_end: true }),
  TRANSFER: transfer,
  SUBSCRIBER_ALIAS: alias,
  // Access stays as it is until EXPIRATION with the reason SUBSCRIPTION_PAUSED.
  SUBSCRIPTION_PAUSED: () => [],
  // What it names is not in effect: RENEWAL or INITIAL_PURCHASE switches.
  PRODUCT_CHANGE: () => [],
  // An invoice that is not paid yet.
  INVOICE_ISSUANCE: () => [],
  PRICE_INCREASE_CONSENT_REQUIRED: () => [],
  PRICE_INCREASE_CONSENT_APPROVED: () => [],
  PURCHASE_REDEEMED: () => [],
  VIRTUAL_CURRENCY_TRANSACTION: () => [],
  EXPERIMENT_ENROLLMENT: () => [],
  TEST: () => [],
};

/** Every type that is read; each other one says nothing. */
export const knownTypes = Object.keys(types);

export function isKnownType(type: string): boolean {
  return Object.hasOwn(types, type);
}

/** What an event says, in billing's words; empty for a type that says nothing of access, or that nobody knows yet. */
export function contentsOf(event: RevenueCatEvent): Content[] {
  return isKnownType(event.type) ? (types[event.type]?.(event) ?? []) : [];
}

/** Unique for an event: a transaction of several virtual currencies bears one id, and is one event for each. */
export function eventIdOf({ id, type, adjustments }: RevenueCatEvent): string {
  if (type !== "VIRTUAL_CURRENCY_TRANSACTION") return id;
  return [id, ...(adjustments ?? []).map(({ currency }) => currency.code).sort()].join(":").slice(0, 255);
}

/** Undefined where the event does not tell: a transfer has none. */
export function environmentOf({ environment, purchase_environment }: RevenueCatEvent): Environment | undefined {
  const told = environment ?? purchase_environment;
  return told == null ? undefined : told.toUpperCase() === "PRODUCTION" ? "live" : "test";
}

/** The buyer as RevenueCat knows it. */
export function subjectOf(event: RevenueCatEvent): string | null {
  return customerOf(event) ?? event.transferred_to?.[0] ?? null;
}

/**
 * The store behind the broker. What is bought in one that we hear of directly too has to be the same row there and here; all others are
 * RevenueCat's own.
 */
export function storeOf(store: string | null | undefined): StoreName {
  const stores: Record<string, StoreName> = {
    APP_STORE: "app_store",
    MAC_APP_STORE: "app_store",
    PLAY_STORE: "google_play",
    STRIPE: "stripe",
  };
  return stores[store?.toUpperCase() ?? ""] ?? "revenuecat";
}

/** A Google order without the number of its renewal: `GPA.1-2-3..5` is the fifth of `GPA.1-2-3`. Other stores' ids stay as they are. */
export function rootOf(transaction_id: string): string {
  return transaction_id.replace(/^(GPA\..*?)\.\.\d+$/, "$1");
}

/**
 * Who bought. All ids that RevenueCat ever knew the person by are looked at, the last seen first: who bought before signing in is an
 * alias of who signed in. The first id stays when others come, so purchases wait under it.
 */
export function buyerOf(event: RevenueCatEvent): Buyer {
  const candidates = [...new Set(idsOf(event).flatMap((id) => uuidOf(id) ?? []))];
  return { candidates, customer: customerOf(event) ?? "" };
}

/** All that the person is known by, the last seen first. */
function idsOf({ app_user_id, original_app_user_id, aliases }: RevenueCatEvent): string[] {
  const ids = [app_user_id, original_app_user_id, ...(aliases ?? [])];
  return [...new Set(ids.filter((id) => id != null))];
}

function customerOf(event: RevenueCatEvent): string | null {
  return event.original_app_user_id ?? event.app_user_id ?? null;
}

/** In lower case: iOS writes UUIDs in capitals. */
function uuidOf(id: string): string | undefined {
  const lower = id.toLowerCase();
  return isId(lower) ? lower : undefined;
}

/** Null where the event names no transaction, so that nobody can tell what it is about. */
export function externalIdOf(event: RevenueCatEvent): string | null {
  const transaction = event.original_transaction_id ?? event.transaction_id;
  if (transaction != null) return storeOf(event.store) === "google_play" ? rootOf(transaction) : transaction;
  // What is granted in RevenueCat's dashboard was bought nowhere: one for a person and a product.
  const isGranted = event.store === "PROMOTIONAL" && event.product_id != null && customerOf(event) !== null;
  return isGranted ? `promotional:${customerOf(event)}:${event.product_id}` : null;
}

function running(event: RevenueCatEvent): Paid {
  return { status: event.period_type === "TRIAL" ? "trialing" : "active", end: maybeDate(event.expiration_at_ms) };
}

/**
 * A refund ends access when the event says, which is in the past: what is left of a period that is not over stays. A failed payment is told
 * by BILLING_ISSUE, which alone knows the grace; this would end it (R3). All others mean that it will not renew.
 */
function cancellation(event: RevenueCatEvent): Content[] {
  if (event.cancel_reason === "BILLING_ERROR") return [];
  const cancelled = { ...running(event), cancel_at_period_end: true };
  if (event.cancel_reason !== "CUSTOMER_SUPPORT") return subscriptionOf(event, cancelled);
  const end = cancelled.end ?? at(event);
  const isOver = end <= at(event);
  return subscriptionOf(event, isOver ? { ...cancelled, status: "revoked", end, ended_at: end } : cancelled);
}

/** The store tries again to be paid. Without a grace period what was paid stays: Apple tries a day before it ends. */
function inGrace(event: RevenueCatEvent): Paid {
  const end = event.grace_period_expiration_at_ms ?? event.expiration_at_ms ?? event.event_timestamp_ms;
  return { status: "in_grace", end: new Date(end) };
}

/**
 * Its own transaction alone is over, whatever it says of entitlements (R4). It is ordered just before the others of its millisecond: who
 * expired and bought again at once has bought. For a failed payment it is ordered at the end of what was paid: RevenueCat sends it together with
 * BILLING_ISSUE and in any order, and where that knows a grace period the grace counts (R3).
 */
function expired(event: RevenueCatEvent): Paid {
  const end = new Date(Math.min(event.expiration_at_ms ?? event.event_timestamp_ms, event.event_timestamp_ms));
  const order = event.expiration_reason === "BILLING_ERROR" ? end : at(event);
  return { status: "expired", end, ended_at: end, state_at: new Date(order.getTime() - 1) };
}

/** At most a day: RevenueCat could not ask the store whether the purchase is real. INITIAL_PURCHASE or EXPIRATION follows. */
function temporary(event: RevenueCatEvent): Paid {
  const longest = event.event_timestamp_ms + 86_400_000;
  return { status: "active", end: new Date(Math.min(event.expiration_at_ms ?? longest, longest)) };
}

function subscriptionOf(event: RevenueCatEvent, told: Paid): Content[] {
  const paid = told.status === "revoked" || told.end === null || told.end > at(event) ? told : over(told, told.end);
  const external_id = externalIdOf(event);
  if (external_id === null) return unreadable(`${event.type} names no transaction`);
  if (customerOf(event) === null) return unreadable(`${event.type} names no app user`);
  const items = itemsOf(event, paid.end);
  const isGone = paid.status === "expired" || paid.status === "revoked";
  if (items.length === 0 && !isGone) return unreadable(`${event.type} names no product`);
  const store = storeOf(event.store);
  return [
    {
      kind: "subscription",
      buyer: buyerOf(event),
      told: {
        store,
        external_id,
        alias: store === "google_play" ? external_id : null,
        status: paid.status,
        items,
        transaction_id: event.transaction_id ?? null,
        supersedes: null,
        trial_end: event.period_type === "TRIAL" ? maybeDate(event.expiration_at_ms) : null,
        cancel_at_period_end: paid.cancel_at_period_end ?? false,
        pending_price_id: null,
        started_at: startOf(event),
        ended_at: paid.ended_at ?? null,
        state_at: paid.state_at ?? at(event),
        is_final: false,
      },
    },
  ];
}

/** What was over when the event was made. */
function over(told: Paid, end: Date): Paid {
  return { ...told, status: "expired", ended_at: end };
}

function itemsOf(event: RevenueCatEvent, end: Date | null): ToldSubscription["items"] {
  const entitlement_ids = event.entitlement_ids ?? (event.entitlement_id == null ? [] : [event.entitlement_id]);
  const price_id = event.product_id ?? entitlement_ids[0];
  if (price_id === undefined) return [];
  return [
    {
      price_id,
      ...(entitlement_ids.length > 0 && { entitlement_ids }),
      quantity: 1,
      current_period_start: maybeDate(event.purchased_at_ms),
      current_period_end: end,
    },
  ];
}

/** A renewal is told up to a day before its period begins. */
function startOf(event: RevenueCatEvent): Date {
  return new Date(Math.min(event.purchased_at_ms ?? event.event_timestamp_ms, event.event_timestamp_ms));
}

/** Names two lists of ids and nothing else: no app user, product or entitlement (R7). */
function transfer(event: RevenueCatEvent): Content[] {
  const from = spellings(event.transferred_from ?? []);
  const to = spellings(event.transferred_to ?? []);
  if (from.length === 0 || to.length === 0) return unreadable("TRANSFER does not say from whom to whom");
  return [{ kind: "transfer", from, to, at: at(event) }];
}

/** Who bought without an account has one now (R9). */
function alias(event: RevenueCatEvent): Content[] {
  const { candidates } = buyerOf(event);
  const from = idsOf(event).filter((id) => uuidOf(id) === undefined);
  return from.length === 0 || candidates.length === 0
    ? []
    : [{ kind: "transfer", from, to: candidates, at: at(event) }];
}

/** Ids as RevenueCat writes them and, of UUIDs in capitals, as we do. */
function spellings(ids: string[]): string[] {
  return [...new Set(ids.flatMap((id) => [id, uuidOf(id) ?? id]))];
}

function unreadable(detail: string): Content[] {
  return [{ kind: "unreadable", detail }];
}

function at(event: RevenueCatEvent): Date {
  return new Date(event.event_timestamp_ms);
}

function maybeDate(milliseconds: number | null | undefined): Date | null {
  return milliseconds == null ? null : new Date(milliseconds);
}
