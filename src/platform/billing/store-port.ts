import type { Store as StoreName } from "../plans/index.ts";
import type { Environment, SubscriptionStatus } from "./schema.ts";

/**
 * A store that sells subscriptions and sends notifications of them. Its module is the only one that knows its format; billing knows this.
 * Nothing here is called inside a transaction.
 */
export interface Store {
  /** Who sends: the first part of what its notifications are known by. */
  source: StoreName;
  /** The types that it reads, for metrics: every other is counted as one. */
  known_types: readonly string[];
  /**
   * Checks that the notification comes from the store, over the exact bytes, and reads it. Throws `billing.signature_invalid` and
   * `billing.event_malformed` (then nothing is kept), or `billing.store_unreachable` where checking needs somebody who does not answer.
   */
  open(delivery: Delivery): Promise<Notification>;
  /** Reads a body that was opened before; checks nothing. */
  read(payload: string): Notification;
  /**
   * Asks the store for the present state of what the notification is about; undefined where it has to be taken from the notification,
   * because no credentials are configured or its type has no state. `observed_at` is the state's time. Throws when the store does not
   * answer: it is asked again.
   */
  fetch?(notification: Notification, observed_at: Date): Promise<Fetched | undefined>;
  /** Asks for the present state of one subscription; an empty list where the store knows it no more. For reconciliation. */
  current?(subscription: KnownPurchase, observed_at: Date): Promise<Content[]>;
  /** A page of what the store itself lists, from the cursor on; `next` is null on the last page. For reconciliation. */
  page?(cursor: string | null, observed_at: Date): Promise<{ contents: Content[]; next: string | null }>;
}

/** A subscription as it is known here, for its store to be found again. */
export interface KnownPurchase {
  external_id: string;
  /** Whom the store that is asked knows the buyer as. */
  customer: string;
  /** Who sold it: another than the one that is asked, where that is a broker. */
  store: StoreName;
  /** The newest payment that is known. */
  transaction_id: string | null;
  /** The deciding price. */
  price_id: string;
}

/** What a store answered; its environment where only the answer tells it. */
export interface Fetched {
  contents: Content[];
  environment?: Environment;
}

/** A notification as it came over the wire. */
export interface Delivery {
  raw_body: Buffer;
  header(name: string): string | undefined;
}

/** A notification that a store has signed. */
export interface Notification {
  source: StoreName;
  environment: Environment;
  /** Unique in its source and environment, the same when it is delivered again. */
  event_id: string;
  event_type: string;
  created_at: Date;
  /** The buyer as the store knows it: what has to wait for an owner waits under this. Null for what is nobody's. */
  subject: string | null;
  /** The raw body as a text, kept for ever. */
  payload: string;
  /** What it says, in our words; empty for what is not about us. */
  contents: Content[];
}

/** Something that a store says. All of it is kept by its own order, so that no order of arrival matters. */
export type Content =
  | SubscriptionContent
  | CheckoutContent
  | PaymentContent
  | ReversalContent
  | TransferContent
  /** A trial is about to end; the person is told. */
  | { kind: "trial_ending"; buyer: Buyer; store: StoreName; external_id: string; trial_end: Date }
  /** About us, and not of the form that the store promises. */
  | { kind: "unreadable"; detail: string };

/** Who bought. */
export interface Buyer {
  /**
   * Ids that name the buyer, the best first: of a workspace, or of a person, whose personal workspace it is then. What is no UUID is
   * left out by the store's module.
   */
  candidates: string[];
  /** Whom the store knows the buyer as, for example `cus_…`, or where it knows nobody the id of the purchase. */
  customer: string;
}

/** The state of a subscription at a time. */
export interface SubscriptionContent {
  kind: "subscription";
  buyer: Buyer;
  told: ToldSubscription;
}

/** What a store says of a subscription, before the catalogue was asked what is paid for. */
export interface ToldSubscription {
  /** Who sold it: for a broker's notification (RevenueCat) the store behind it. */
  store: StoreName;
  /** Stripe `sub_…`, Apple originalTransactionId, Google purchase token (or a broker's order id). */
  external_id: string;
  /** Another id by which the same purchase is told elsewhere: Google's order id without its `..n`. */
  alias: string | null;
  status: SubscriptionStatus;
  /** What is paid for, each with the end of what is paid. */
  items: ToldItem[];
  /** The newest payment for it: Stripe's latest invoice, Apple's transactionId, Google's latestOrderId. */
  transaction_id: string | null;
  /** The external id of the purchase that this one replaces (Google's linkedPurchaseToken). */
  supersedes: string | null;
  trial_end: Date | null;
  /** Whether it ends with the period instead of renewing. */
  cancel_at_period_end: boolean;
  /** What the next period will be for, when that is something else. */
  pending_price_id: string | null;
  started_at: Date;
  ended_at: Date | null;
  /** When the store made this state: the later made wins. Where the store knows an order within its clock's tick, milliseconds express it. */
  state_at: Date;
  /** Whether the store never changes it again, whatever comes (Stripe's canceled). */
  is_final: boolean;
}

export interface ToldItem {
  /** Stripe's price, Apple's product, Google's `product:base_plan`. */
  price_id: string;
  /** What a broker calls it, where the catalogue does not know the price: RevenueCat's entitlements. */
  entitlement_ids?: string[];
  quantity: number;
  current_period_start: Date | null;
  current_period_end: Date | null;
}

/** Something about a checkout: the only place where a store names the buyer's workspace and address for certain. */
export interface CheckoutContent {
  kind: "checkout";
  buyer: Buyer;
  /** The store's id of the checkout. */
  external_id: string;
  status: "paid" | "unpaid" | "expired" | "failed";
  /** The address that the buyer gave: claims a purchase of nobody known, after a verified sign-in. */
  email: string | null;
  subscription_id: string | null;
}

/** A payment for a subscription was made, or tried in vain. */
export interface PaymentContent {
  kind: "payment";
  buyer: Buyer;
  store: StoreName;
  /** The invoice. */
  external_id: string;
  subscription_id: string | null;
  status: "paid" | "failed";
  /** The how-manieth try this was, from 1. */
  attempt: number;
  /** Whether it is the first of its subscription: nothing is granted before it. */
  is_first: boolean;
  /** Whether it is for a further period: what fails here starts the dunning, whatever the subscription says. */
  is_renewal: boolean;
  amount: number;
  currency: string;
  /** Ids of charges and payment intents by which refunds and disputes name it. */
  charge_ids: string[];
  at: Date;
}

/** Money that goes back: a refund, a dispute, a purchase that the store declares void. */
export interface ReversalContent {
  kind: "reversal";
  /** Null where the store does not tell; then it is found by the charge. */
  buyer: Buyer | null;
  store: StoreName;
  external_id: string;
  reason: "refund" | "dispute" | "revoked";
  /** open: being decided, nothing is granted meanwhile; final: the money is gone; undone: it stays. */
  state: "open" | "final" | "undone";
  /** Whether it ends the subscription whole, or only while the payment named is its newest. */
  scope: "subscription" | "transaction";
  subscription_id: string | null;
  transaction_id: string | null;
  charge_ids: string[];
  /** From when on the money counts as gone. */
  at: Date;
  /** When the store made this state. */
  state_at: Date;
}

/** All purchases of some buyers are another's now. */
export interface TransferContent {
  kind: "transfer";
  from: string[];
  to: string[];
  at: Date;
}
