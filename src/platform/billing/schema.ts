import Type, { type Static } from "typebox";
import { Closed, Id, NullableTimestamp, Page, Timestamp } from "../../core/schema.ts";
import { Features } from "../entitlements/index.ts";

/** Where a subscription is in its life; Stripe's words, to which other stores' are mapped. */
export const subscriptionStatuses = [
  "incomplete",
  "incomplete_expired",
  "trialing",
  "active",
  "past_due",
  "unpaid",
  "paused",
  "canceled",
] as const;
export const SubscriptionStatus = Type.Enum([...subscriptionStatuses]);
export type SubscriptionStatus = Static<typeof SubscriptionStatus>;

/** Whose money a store's notification is about. What is not ours to apply is kept apart. */
export type Environment = "live" | "test";

export const Price = Closed({
  amount: Type.Integer({ minimum: 0, description: "In minor units, for example cents" }),
  currency: Type.String({ pattern: "^[A-Z]{3}$", description: "ISO 4217" }),
  interval: Type.Enum(["month", "year", "none"], { description: "How often it is due; none: never" }),
});
export type Price = Static<typeof Price>;

/** A plan of a product as it is offered now; `plan_version_id` names exactly this content, which never changes. */
export const Plan = Closed({
  id: Type.String({ description: "`<product>.<key>`" }),
  product: Type.String(),
  key: Type.String(),
  name: Type.String(),
  description: Type.String(),
  price: Price,
  trial_days: Type.Integer({ minimum: 0 }),
  seats: Type.Integer({ minimum: 1, description: "Seats that one unit of the plan brings" }),
  rank: Type.Integer({ minimum: 0, description: "From the least plan of a product upwards" }),
  default: Type.Boolean({ description: "What every workspace has without a subscription" }),
  features: Features,
  plan_version_id: Id,
  version: Type.Integer({ minimum: 1 }),
  withdrawn_at: NullableTimestamp,
});
export type Plan = Static<typeof Plan>;

export const PlanPage = Page(Plan);
export const PlanQuery = Closed({
  product: Type.Optional(Type.String({ maxLength: 100, description: "Of this product only" })),
});
export const PlanParams = Closed({ plan_id: Type.String({ minLength: 1, maxLength: 200 }) });

/** A workspace's subscription, as its store last told. */
export const Subscription = Closed({
  id: Id,
  product: Type.String(),
  plan_id: Type.String(),
  plan_version_id: Id,
  source: Type.String({ description: "The store, for example stripe" }),
  status: SubscriptionStatus,
  seats: Type.Integer({ minimum: 0 }),
  current_period_end: NullableTimestamp,
  trial_end: NullableTimestamp,
  cancel_at_period_end: Type.Boolean({ description: "Whether it ends with the period instead of renewing" }),
  started_at: Timestamp,
  ended_at: NullableTimestamp,
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type Subscription = Static<typeof Subscription>;

export const SubscriptionPage = Page(Subscription);

/** The answer to a store whose notification is safely kept. */
export const Received = Closed({ received: Type.Literal(true) });

/** What a plan version holds for ever: the plan without its place on the list. */
export interface PlanContent {
  product: string;
  key: string;
  name: string;
  description: string;
  price: Price;
  trial_days: number;
  seats: number;
  rank: number;
  default: boolean;
  features: Features;
  /** The ids under which a store sells it. */
  stores: { stripe: string[] };
}
