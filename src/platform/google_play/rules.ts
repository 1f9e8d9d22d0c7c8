import type { SubscriptionPurchase } from "./schema.ts";

/** What is to be done about acknowledging a purchase. */
export type Verdict =
  | { kind: "acknowledge"; product_id: string }
  /** Nothing yet: it is looked at again. */
  | { kind: "wait"; reason: string }
  | { kind: "done" }
  | { kind: "not_needed"; reason: string }
  | { kind: "failed"; reason: string };

/** Until when a purchase has to be acknowledged, and when it is late enough for somebody to look. */
export interface Deadline {
  acknowledge_by: Date;
  alert_at: Date;
}

const day = 86_400_000;
/** developer.android.com/google/play/billing/integrate#process: what is not acknowledged within three days is refunded and revoked. */
const grace = 3 * day;
/** How long after its deadline a purchase that Google has not taken back is still tried. */
const patience = day;

/** States in which the purchase is paid and gives access. */
const granting = ["SUBSCRIPTION_STATE_ACTIVE", "SUBSCRIPTION_STATE_IN_GRACE_PERIOD", "SUBSCRIPTION_STATE_CANCELED"];
const ended = ["SUBSCRIPTION_STATE_EXPIRED", "SUBSCRIPTION_STATE_PENDING_PURCHASE_CANCELED"];

/**
 * Decides about a purchase as it was just read. Only what is paid is acknowledged, never what is pending; what was acknowledged by
 * anybody is done; what ended without it was missed if its time had come, and needs nothing otherwise. A renewal keeps the state of its purchase,
 * so it is done already, and a prepaid plan's top-up is a purchase of its own.
 */
export function decide(purchase: SubscriptionPurchase | undefined, acknowledge_by: Date, now: Date): Verdict {
  const isOver = now.getTime() > acknowledge_by.getTime() + patience;
  if (purchase === undefined)
    return isOver ? { kind: "failed", reason: "unknown_purchase" } : waiting("unknown_purchase");
  if (purchase.acknowledgementState === "ACKNOWLEDGEMENT_STATE_ACKNOWLEDGED") return { kind: "done" };
  const { subscriptionState, lineItems } = purchase;
  const [item] = lineItems.filter(({ expiryTime }) => expiryTime != null);
  if (ended.includes(subscriptionState)) {
    return now < acknowledge_by ? { kind: "not_needed", reason: "ended" } : { kind: "failed", reason: "missed" };
  }
  if (subscriptionState === "SUBSCRIPTION_STATE_PENDING") return waiting("payment_pending");
  if (isOver) return { kind: "failed", reason: "missed" };
  if (!granting.includes(subscriptionState) || item === undefined) return waiting("no_access");
  return { kind: "acknowledge", product_id: item.productId };
}

const waiting = (reason: string): Verdict => ({ kind: "wait", reason });

/**
 * Three days from the purchase on; of a prepaid plan of less than a week half of what it lasts
 * (developer.android.com/google/play/billing/subscriptions#acknowledge-prepaid). A top-up adds to time that runs already and may be told with the
 * first purchase's start, and a pending purchase has none: then `seen_at` counts, when we first saw it. Somebody should look after two thirds of
 * the time: 48 h of 72.
 */
export function deadlineOf(purchase: SubscriptionPurchase | undefined, seen_at: Date): Deadline {
  const start = startOf(purchase, seen_at);
  const allowed = Math.min(grace, prepaidHalf(purchase, start) ?? grace);
  return { acknowledge_by: new Date(start + allowed), alert_at: new Date(start + (allowed * 2) / 3) };
}

function startOf(purchase: SubscriptionPurchase | undefined, seen_at: Date): number {
  if (purchase?.startTime == null || isTopUp(purchase)) return seen_at.getTime();
  return new Date(purchase.startTime).getTime();
}

function isTopUp({ linkedPurchaseToken, lineItems }: SubscriptionPurchase): boolean {
  return linkedPurchaseToken != null && lineItems.some(({ prepaidPlan }) => prepaidPlan != null);
}

/** In milliseconds; undefined for what is not prepaid, or lasts a week and longer. */
function prepaidHalf(purchase: SubscriptionPurchase | undefined, start: number): number | undefined {
  const item = purchase?.lineItems.find(({ prepaidPlan, expiryTime }) => prepaidPlan != null && expiryTime != null);
  if (item?.expiryTime == null) return undefined;
  const lasts = new Date(item.expiryTime).getTime() - start;
  return lasts > 0 && lasts < 7 * day ? lasts / 2 : undefined;
}
