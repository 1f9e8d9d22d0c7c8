import type { Buyer, Environment, SubscriptionContent, ToldSubscription } from "../billing/index.ts";
import { rootOf, storeOf } from "./event-mapping.ts";
import type { RevenueCatCustomer, RevenueCatSubscription } from "./schema.ts";

/** The subscription that is looked for in a customer's state, which tells no original transaction. */
export interface Wanted {
  external_id: string;
  buyer: Buyer;
  environment: Environment;
  store?: ToldSubscription["store"] | undefined;
  transaction_id?: string | null | undefined;
  price_id?: string | null | undefined;
  entitlement_ids?: string[] | undefined;
  /** When the transaction that was heard of was bought: what is older is not its state. */
  purchased_at?: Date | null | undefined;
}

interface Entry extends RevenueCatSubscription {
  /** As the customer's state calls it; Google's base plan stands apart. */
  key: string;
  product_id: string;
}

/** The state of a subscription as RevenueCat tells it now, or undefined where its customer has none that is surely this. */
export function stateOf(
  { subscriber }: RevenueCatCustomer,
  wanted: Wanted,
  observed_at: Date,
): SubscriptionContent | undefined {
  const entries = entriesOf(subscriber.subscriptions).filter((entry) => isComparable(entry, wanted));
  const named =
    entries.find((entry) => isOfTransaction(entry, wanted)) ?? entries.find((entry) => isLater(entry, wanted));
  if (named === undefined) return undefined;
  const entry = newestOfChain(named, entries);
  return {
    kind: "subscription",
    buyer: wanted.buyer,
    told: toldOf(entry, subscriber.entitlements, wanted, observed_at),
  };
}

function entriesOf(subscriptions: Record<string, RevenueCatSubscription>): Entry[] {
  return Object.entries(subscriptions).map(([key, subscription]) => {
    const plan = key.includes(":") ? null : subscription.product_plan_identifier;
    return { ...subscription, key, product_id: plan == null ? key : `${key}:${plan}` };
  });
}

function isComparable(entry: Entry, { store, environment }: Wanted): boolean {
  return entry.is_sandbox === (environment === "test") && (store === undefined || storeOf(entry.store) === store);
}

/** The newest transaction is the one that was heard of, or the purchase itself. */
function isOfTransaction({ store_transaction_id }: Entry, { external_id, transaction_id }: Wanted): boolean {
  if (store_transaction_id == null) return false;
  if (store_transaction_id === transaction_id) return true;
  return rootOf(store_transaction_id) === external_id;
}

/** The same product, renewed since. */
function isLater(entry: Entry, { price_id, purchased_at }: Wanted): boolean {
  if (price_id == null || (entry.product_id !== price_id && entry.key !== price_id)) return false;
  const isOlder = purchased_at != null && dateOf(entry.purchase_date).getTime() + 999 < purchased_at.getTime();
  return !isOlder;
}

/**
 * Apple's products of one group are one subscription after the other, with one original transaction: whose product changed has an entry for
 * each, and the newest is what counts.
 */
function newestOfChain(named: Entry, entries: Entry[]): Entry {
  if (storeOf(named.store) !== "app_store" || named.original_purchase_date == null) return named;
  const chain = entries.filter(
    (entry) => entry.store === named.store && entry.original_purchase_date === named.original_purchase_date,
  );
  return chain.reduce((newest, entry) => (entry.purchase_date > newest.purchase_date ? entry : newest), named);
}

function toldOf(
  entry: Entry,
  entitlements: RevenueCatCustomer["subscriber"]["entitlements"],
  wanted: Wanted,
  observed_at: Date,
): ToldSubscription {
  const end = endOf(entry);
  const status = statusOf(entry, end, observed_at);
  const entitlement_ids = entitlementsOf(entry, entitlements, wanted);
  return {
    store: storeOf(entry.store),
    external_id: wanted.external_id,
    alias: storeOf(entry.store) === "google_play" ? wanted.external_id : null,
    status,
    items: [
      {
        price_id: entry.product_id,
        ...(entitlement_ids.length > 0 && { entitlement_ids }),
        quantity: 1,
        current_period_start: dateOf(entry.purchase_date),
        current_period_end: end,
      },
    ],
    transaction_id: entry.store_transaction_id ?? wanted.transaction_id ?? null,
    supersedes: null,
    trial_end: entry.period_type === "trial" ? maybeDate(entry.expires_date) : null,
    cancel_at_period_end: entry.unsubscribe_detected_at != null,
    pending_price_id: null,
    started_at: dateOf(entry.original_purchase_date ?? entry.purchase_date),
    ended_at: status === "revoked" ? maybeDate(entry.refunded_at) : status === "expired" ? end : null,
    state_at: observed_at,
    is_final: false,
  };
}

/** The end of a grace period stays in the answer when it is over, so the later of both counts. */
function endOf({ expires_date, grace_period_expires_date }: Entry): Date | null {
  const end = maybeDate(expires_date);
  const grace = maybeDate(grace_period_expires_date);
  return end !== null && grace !== null && grace > end ? grace : end;
}

function statusOf(entry: Entry, end: Date | null, observed_at: Date): ToldSubscription["status"] {
  if (entry.refunded_at != null) return "revoked";
  if (end !== null && end <= observed_at) return entry.auto_resume_date == null ? "expired" : "paused";
  if (end !== null && entry.billing_issues_detected_at != null) return "in_grace";
  return entry.period_type === "trial" ? "trialing" : "active";
}

/** An entitlement names the one product that it is had by, so of others' the event is asked too. */
function entitlementsOf(
  entry: Entry,
  entitlements: RevenueCatCustomer["subscriber"]["entitlements"],
  wanted: Wanted,
): string[] {
  const had = Object.entries(entitlements).flatMap(([id, { product_identifier }]) =>
    product_identifier === entry.key || product_identifier === entry.product_id ? [id] : [],
  );
  const told = entry.product_id === wanted.price_id ? (wanted.entitlement_ids ?? []) : [];
  return [...new Set([...told, ...had])];
}

function dateOf(instant: string): Date {
  return new Date(instant);
}

function maybeDate(instant: string | null | undefined): Date | null {
  return instant == null ? null : new Date(instant);
}
