import { Check, Errors } from "typebox/value";
import { isId } from "../../core/id.ts";
import type { Buyer, Content, ReversalContent, SubscriptionContent, ToldItem } from "../billing/index.ts";
import { type LineItem, SubscriptionPurchase } from "./schema.ts";

/** What Google's answers say in billing's words. No I/O and no clock of its own. */

type Status = SubscriptionContent["told"]["status"];

/**
 * developer.android.com/google/play/billing/lifecycle/subscriptions. A cancelled subscription is paid until its end, so it is
 * active and does not renew; on hold and paused give no access, the grace period does, until the expiry that it moves on.
 */
const statuses: ReadonlyMap<string, Status> = new Map([
  ["SUBSCRIPTION_STATE_PENDING", "incomplete"],
  ["SUBSCRIPTION_STATE_ACTIVE", "active"],
  ["SUBSCRIPTION_STATE_PAUSED", "paused"],
  ["SUBSCRIPTION_STATE_IN_GRACE_PERIOD", "in_grace"],
  ["SUBSCRIPTION_STATE_ON_HOLD", "on_hold"],
  ["SUBSCRIPTION_STATE_CANCELED", "active"],
  ["SUBSCRIPTION_STATE_EXPIRED", "expired"],
  ["SUBSCRIPTION_STATE_PENDING_PURCHASE_CANCELED", "incomplete_expired"],
] as const);

/** The purchase, or what is wrong with it. */
export function readPurchase(answer: unknown): SubscriptionPurchase | string {
  if (Check(SubscriptionPurchase, answer)) return answer;
  const [first] = Errors(SubscriptionPurchase, answer);
  return first === undefined ? "is not of the form that is expected" : `${first.instancePath || "/"} ${first.message}`;
}

/** The state of a purchase as one content; `unreadable` for what is not as Google documents it. */
export function contentOf(
  answer: unknown,
  purchase_token: string,
  observed_at: Date,
): SubscriptionContent | Unreadable {
  const purchase = readPurchase(answer);
  if (typeof purchase === "string") return { kind: "unreadable", detail: purchase };
  const status = statuses.get(purchase.subscriptionState);
  if (status === undefined) return { kind: "unreadable", detail: `unknown state ${purchase.subscriptionState}` };
  const isPaid = status !== "incomplete" && status !== "incomplete_expired";
  const owned = purchase.lineItems.filter(({ expiryTime }) => expiryTime != null);
  // An item without an end would be one that never ends.
  if (isPaid && owned.length === 0) return { kind: "unreadable", detail: "/lineItems have no expiryTime" };
  return {
    kind: "subscription",
    buyer: buyerOf(purchase, purchase_token),
    told: toldOf({ purchase, purchase_token, status, isPaid, items: isPaid ? owned : purchase.lineItems, observed_at }),
  };
}

type Unreadable = Extract<Content, { kind: "unreadable" }>;

interface Reading {
  purchase: SubscriptionPurchase;
  purchase_token: string;
  status: Status;
  isPaid: boolean;
  items: LineItem[];
  observed_at: Date;
}

function toldOf(reading: Reading): SubscriptionContent["told"] {
  const { purchase, purchase_token, status, isPaid, items, observed_at } = reading;
  const order_id = orderOf(purchase);
  const trial = items.find(({ offerPhase }) => offerPhase?.freeTrial != null);
  return {
    store: "google_play",
    external_id: purchase_token,
    alias: order_id === null ? null : order_id.replace(/\.\.\d+$/, ""),
    status: status === "active" && trial !== undefined ? "trialing" : status,
    items: items.map(itemOf),
    transaction_id: order_id,
    // While its first payment is pending it replaces nothing: what was bought before goes on.
    supersedes: isPaid ? replacedBy(purchase) : null,
    trial_end: timeOf(trial?.expiryTime),
    cancel_at_period_end: isPaid && endsWithPeriod(purchase, items),
    pending_price_id: pendingPriceOf(purchase),
    started_at: timeOf(purchase.startTime) ?? observed_at,
    ended_at: endOf(reading),
    state_at: observed_at,
    is_final: false,
  };
}

/** Each item to its own end: add-ons of one purchase may end apart. Google tells no beginning of a period. */
function itemOf(item: LineItem): ToldItem {
  return {
    price_id: priceOf(item),
    quantity: 1,
    current_period_start: null,
    current_period_end: timeOf(item.expiryTime),
  };
}

function priceOf({ productId, offerDetails }: LineItem): string {
  return offerDetails?.basePlanId == null ? productId : `${productId}:${offerDetails.basePlanId}`;
}

/**
 * The order that was paid last. The items' goes before `latestOrderId`, which is deprecated, and in a grace period or on hold is an order
 * that was declined: a void of the paid one would miss it.
 */
export function orderOf({ lineItems, latestOrderId }: SubscriptionPurchase): string | null {
  const paid = lineItems.filter(({ latestSuccessfulOrderId }) => latestSuccessfulOrderId != null);
  const [latest] = paid.toSorted((a, b) => endTime(b) - endTime(a));
  return latest?.latestSuccessfulOrderId ?? latestOrderId ?? null;
}

function endTime({ expiryTime }: LineItem): number {
  return timeOf(expiryTime)?.getTime() ?? 0;
}

/** A re-signup outside of the app is linked to the expired purchase by its context alone. */
function replacedBy({ linkedPurchaseToken, outOfAppPurchaseContext }: SubscriptionPurchase): string | null {
  return linkedPurchaseToken ?? outOfAppPurchaseContext?.expiredPurchaseToken ?? null;
}

/** A deferred replacement ends its old item too, but the purchase goes on with the new one. */
function endsWithPeriod(purchase: SubscriptionPurchase, items: LineItem[]): boolean {
  if (purchase.subscriptionState === "SUBSCRIPTION_STATE_CANCELED") return true;
  if (pendingPriceOf(purchase) !== null) return false;
  return items.every(({ autoRenewingPlan }) => autoRenewingPlan?.autoRenewEnabled !== true);
}

/** What a deferred replacement brings: its own item, which has no end yet, names the base plan; the replaced one only the product. */
function pendingPriceOf({ lineItems }: SubscriptionPurchase): string | null {
  const replaced = lineItems.find(({ deferredItemReplacement }) => deferredItemReplacement != null);
  const product = replaced?.deferredItemReplacement?.productId;
  if (product == null) return null;
  const next = lineItems.find(({ productId, expiryTime }) => productId === product && expiryTime == null);
  return next === undefined ? product : priceOf(next);
}

/** A purchase that was revoked may keep an expiry in the future: it ended no later than it was seen so. */
function endOf({ status, items, observed_at }: Reading): Date | null {
  if (status === "incomplete_expired") return observed_at;
  if (status !== "expired") return null;
  return new Date(Math.min(observed_at.getTime(), Math.max(...items.map(endTime))));
}

/** The ids that our app gave Google at the purchase, or, where it was made outside of the app, at the one before. */
function buyerOf(
  { externalAccountIdentifiers, outOfAppPurchaseContext }: SubscriptionPurchase,
  purchase_token: string,
): Buyer {
  const ids = [externalAccountIdentifiers, outOfAppPurchaseContext?.expiredExternalAccountIdentifiers];
  const candidates = ids.flatMap((each) => each?.obfuscatedExternalAccountId?.toLowerCase() ?? []).filter(isId);
  return { candidates: [...new Set(candidates)], customer: purchase_token };
}

/** A purchase whose order was declared void: it stays so, whatever the API goes on saying of the subscription. */
export function voidOf({ purchase_token, order_id, at }: Void): ReversalContent {
  return {
    kind: "reversal",
    buyer: { candidates: [], customer: purchase_token },
    store: "google_play",
    external_id: `void:${order_id}`,
    reason: "revoked",
    state: "final",
    scope: "transaction",
    subscription_id: purchase_token,
    transaction_id: order_id,
    charge_ids: [],
    at,
    state_at: at,
  };
}

interface Void {
  purchase_token: string;
  order_id: string;
  at: Date;
}

function timeOf(text: string | null | undefined): Date | null {
  return text == null ? null : new Date(text);
}
