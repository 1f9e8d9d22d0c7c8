import { isId } from "../../core/id.ts";
import type { Buyer, Content, ReversalContent, SubscriptionStatus, ToldSubscription } from "../billing/index.ts";
import type { WireRenewal, WireTransaction } from "./schema.ts";

/*
 * What the App Store says, in billing's words. Three thoughts hold it together:
 *
 * - A notification is a signed snapshot of one subscription. Its order is the `signedDate` of the whole payload: "status" is "current as
 *   of the signedDate in the decoded payload", it "remains the same if the system resends the notification", and of several the newest
 *   is to be used (developer.apple.com/documentation/appstoreservernotifications/signeddate, …/status). The two inner signatures
 *   have dates of their own, which say nothing of the status.
 * - Money that went back is told of a transaction, never of the subscription: a refund may be of a period long over. Billing takes access
 *   away only while that transaction is the newest, and a reversed refund gives it back without another word.
 * - A period ends with `expiresDate`, or `gracePeriodExpiresDate` in a grace period; never with `renewalDate`, which in billing retry lies
 *   in the future though nobody has paid.
 */

/** What kind of news a type brings. */
type News =
  /** The snapshot is of the current period: it is the subscription's state. */
  | "state"
  /** The transaction was paid back or taken back. */
  | "revocation"
  /** It was, and no longer is. */
  | "restoration"
  /** Nothing changes for us; it is kept. */
  | "nothing";

interface Meaning {
  news: News;
  subtypes?: string[];
}

/**
 * Every type of version 2 (developer.apple.com/documentation/appstoreservernotifications/notificationtype, as of April 2026). A type that
 * is not here is of tomorrow, and changes nothing.
 */
const meanings: Record<string, Meaning> = {
  // Bought for the first time, or again after it had ended; for a family member: shared with them.
  SUBSCRIBED: { news: "state", subtypes: ["INITIAL_BUY", "RESUBSCRIBE"] },
  // Paid for another period; BILLING_RECOVERY: after a payment had failed.
  DID_RENEW: { news: "state", subtypes: ["BILLING_RECOVERY"] },
  // A payment failed. GRACE_PERIOD: access until gracePeriodExpiresDate (status 4); without: until expiresDate (status 3).
  DID_FAIL_TO_RENEW: { news: "state", subtypes: ["GRACE_PERIOD"] },
  // The grace period is over, the store still tries to collect (status 3).
  GRACE_PERIOD_EXPIRED: { news: "state" },
  // Over. A DID_RENEW that was signed later wins, in whatever order they arrive.
  EXPIRED: { news: "state", subtypes: ["VOLUNTARY", "BILLING_RETRY", "PRICE_INCREASE", "PRODUCT_NOT_FOR_SALE"] },
  // Renewal on or off: nothing but that changes.
  DID_CHANGE_RENEWAL_STATUS: { news: "state", subtypes: ["AUTO_RENEW_ENABLED", "AUTO_RENEW_DISABLED"] },
  // UPGRADE: a new transaction of the new product, now. DOWNGRADE: autoRenewProductId from the next period. Without: taken back.
  DID_CHANGE_RENEWAL_PREF: { news: "state", subtypes: ["UPGRADE", "DOWNGRADE"] },
  // As the three before, by an offer; the older subtypes of a purchase still exist.
  OFFER_REDEEMED: { news: "state", subtypes: ["UPGRADE", "DOWNGRADE", "INITIAL_BUY", "RESUBSCRIBE"] },
  // The store gave more time, at our request or for all.
  RENEWAL_EXTENDED: { news: "state" },

  // Paid back. The transaction is the one paid back, which may be an older one: its period is not the subscription's state.
  REFUND: { news: "revocation" },
  // No longer shared with this family member, whose transactions are their own: the purchaser's is not named here.
  REVOKE: { news: "revocation" },
  // A refund was taken back after the customer disputed it.
  REFUND_REVERSED: { news: "restoration" },

  // Asks what was used of a purchase, repeatedly and each time under a new id; nothing is decided yet.
  CONSUMPTION_REQUEST: { news: "nothing" },
  REFUND_DECLINED: { news: "nothing" },
  // The price of a later period; refusing it ends the subscription with EXPIRED/PRICE_INCREASE.
  PRICE_INCREASE: { news: "nothing", subtypes: ["PENDING", "ACCEPTED"] },
  // Of the Advanced Commerce API: the price, the description or the catalogue of a subscription, not its time.
  PRICE_CHANGE: { news: "nothing" },
  METADATA_UPDATE: { news: "nothing" },
  MIGRATION: { news: "nothing" },
  // Of a request to extend many subscriptions: a `summary` of all; each one extended has its own RENEWAL_EXTENDED.
  RENEWAL_EXTENSION: { news: "nothing", subtypes: ["SUMMARY", "FAILURE"] },
  // A consumable or another purchase without periods.
  ONE_TIME_CHARGE: { news: "nothing" },
  // For apps with purchases outside the store.
  EXTERNAL_PURCHASE_TOKEN: { news: "nothing", subtypes: ["UNREPORTED"] },
  // A parent no longer allows the app: about the account, not about a purchase.
  RESCIND_CONSENT: { news: "nothing" },
  TEST: { news: "nothing" },
};

/** Every type, alone and with each of its subtypes: `DID_RENEW`, `DID_RENEW/BILLING_RECOVERY`. */
export const notificationTypes: readonly string[] = Object.entries(meanings).flatMap(([type, { subtypes = [] }]) => [
  type,
  ...subtypes.map((subtype) => `${type}/${subtype}`),
]);

/** A transaction as the store showed it at a time. */
export interface Snapshot {
  transaction: WireTransaction;
  /** Missing where the store tells of a transaction alone. */
  renewal: WireRenewal | undefined;
  /** 1 active, 2 expired, 3 billing retry, 4 billing grace period, 5 revoked (developer.apple.com/documentation/appstoreserverapi/status). */
  status: number | null | undefined;
  /** When it was so. */
  at: Date;
}

/** Whether the type can only be understood with the transaction that it is about. */
export function needsTransaction(type: string): boolean {
  return newsOf(type) !== "nothing";
}

/** What a notification of this type (without subtype) says. What is no subscription that renews itself is none of billing's. */
export function contentsOf(type: string, snapshot: Snapshot): Content[] {
  if (!isSubscription(snapshot.transaction)) return [];
  const news = newsOf(type);
  if (news === "state") return stateOf(snapshot);
  if (news === "revocation") return [reversalOf(snapshot, "final")];
  return news === "restoration" ? [reversalOf(snapshot, "undone")] : [];
}

/** The subscription's state, and beside it that its newest transaction was taken back, if it was. */
export function stateOf(snapshot: Snapshot): Content[] {
  const { transaction } = snapshot;
  // Replaced by a transaction of a better product: it has a state of its own, which comes by itself.
  if (!isSubscription(transaction) || transaction.isUpgraded === true) return [];
  const told = toldOf(snapshot);
  const state = { kind: "subscription", buyer: buyerOf(snapshot), told } as const;
  return transaction.revocationDate == null ? [state] : [state, reversalOf(snapshot, "final")];
}

/**
 * What a transaction says that a customer's device presents, which may have kept it for long: its state is of the day it was bought,
 * so that whatever the store itself has said since is newer.
 */
export function claimOf(transaction: WireTransaction): Content[] {
  const signed = dateOf(transaction.signedDate);
  const [state, ...reversals] = stateOf({ transaction, renewal: undefined, status: undefined, at: signed });
  if (state?.kind !== "subscription") return [];
  // A renewal is charged up to a day before its period begins.
  const state_at = dateOf(Math.min(transaction.purchaseDate, transaction.signedDate));
  return [{ ...state, told: { ...state.told, state_at } }, ...reversals];
}

function newsOf(type: string): News {
  return Object.hasOwn(meanings, type) ? (meanings[type]?.news ?? "nothing") : "nothing";
}

function isSubscription({ type, expiresDate }: WireTransaction): boolean {
  return expiresDate != null && (type == null || type === "Auto-Renewable Subscription");
}

function toldOf(snapshot: Snapshot): ToldSubscription {
  const { transaction, renewal, at } = snapshot;
  const status = statusOf(snapshot);
  const period_end = maybeDate((status === "in_grace" && renewal?.gracePeriodExpiresDate) || transaction.expiresDate);
  const started = renewal?.recentSubscriptionStartDate ?? transaction.originalPurchaseDate ?? transaction.purchaseDate;
  return {
    store: "app_store",
    external_id: transaction.originalTransactionId,
    alias: null,
    status,
    items: [
      {
        price_id: transaction.productId,
        quantity: 1,
        current_period_start: dateOf(transaction.purchaseDate),
        current_period_end: period_end,
      },
    ],
    transaction_id: transaction.transactionId,
    supersedes: null,
    trial_end: isTrial(transaction) ? maybeDate(transaction.expiresDate) : null,
    cancel_at_period_end: renewal?.autoRenewStatus === 0,
    pending_price_id: pendingOf(snapshot),
    started_at: dateOf(started),
    ended_at: endOf(status, period_end, at),
    state_at: at,
    // It can be bought again for years, under the same id.
    is_final: false,
  };
}

/** What is over ended no later than the store said so. */
function endOf(status: SubscriptionStatus, period_end: Date | null, at: Date): Date | null {
  if (status === "revoked") return at;
  if (status !== "expired") return null;
  return period_end !== null && period_end < at ? period_end : at;
}

/** The status that it has, or would have if its transaction had not been taken back: that is told as a reversal, which may be undone. */
function statusOf(snapshot: Snapshot): SubscriptionStatus {
  const { transaction, renewal, at } = snapshot;
  const isOver = (transaction.expiresDate ?? 0) <= at.getTime();
  const good = isTrial(transaction) ? "trialing" : "active";
  switch (snapshot.status) {
    case 1:
      return good;
    case 2:
      return "expired";
    case 3:
      return "past_due";
    case 4:
      return "in_grace";
    case 5:
      return transaction.revocationDate == null ? "revoked" : isOver ? "expired" : good;
    default:
      // A transaction alone, or a notification from before there was a status (before version 2.8).
      if (!isOver) return good;
      if ((renewal?.gracePeriodExpiresDate ?? 0) > at.getTime()) return "in_grace";
      return renewal?.isInBillingRetryPeriod === true ? "past_due" : "expired";
  }
}

/** The product of the next period where it is another and there will be one. */
function pendingOf({ transaction, renewal }: Snapshot): string | null {
  if (renewal?.autoRenewProductId == null || renewal.autoRenewStatus === 0) return null;
  return renewal.autoRenewProductId === transaction.productId ? null : renewal.autoRenewProductId;
}

function reversalOf(snapshot: Snapshot, state: "final" | "undone"): ReversalContent {
  const { transaction, at } = snapshot;
  return {
    kind: "reversal",
    buyer: buyerOf(snapshot),
    store: "app_store",
    external_id: `refund:${transaction.transactionId}`,
    reason: isShared(transaction) ? "revoked" : "refund",
    state,
    scope: "transaction",
    subscription_id: transaction.originalTransactionId,
    transaction_id: transaction.transactionId,
    charge_ids: [],
    at: maybeDate(transaction.revocationDate) ?? at,
    state_at: at,
  };
}

/**
 * The buyer by the `appAccountToken` that our client gave at the purchase. A family member's transaction has none of theirs; would it
 * bear one, it would be the purchaser's.
 */
function buyerOf({ transaction, renewal }: Snapshot): Buyer {
  const token = (transaction.appAccountToken ?? renewal?.appAccountToken ?? "").toLowerCase();
  return {
    candidates: isId(token) && !isShared(transaction) ? [token] : [],
    customer: transaction.originalTransactionId,
  };
}

function isShared({ inAppOwnershipType }: WireTransaction): boolean {
  return inAppOwnershipType === "FAMILY_SHARED";
}

/** Told since October 2023; before, a free trial cannot be told from another introductory offer. */
function isTrial({ offerDiscountType }: WireTransaction): boolean {
  return offerDiscountType === "FREE_TRIAL";
}

function dateOf(milliseconds: number): Date {
  return new Date(milliseconds);
}

function maybeDate(milliseconds: number | null | undefined): Date | null {
  return milliseconds == null ? null : dateOf(milliseconds);
}
