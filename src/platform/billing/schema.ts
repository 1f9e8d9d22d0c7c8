import Type, { type Static } from "typebox";
import { Closed, Id, NullableTimestamp, Page, PageQuery, Timestamp } from "../../core/schema.ts";

/** Where a subscription is in its life; Stripe's words first, then what other stores know beside. */
export const subscriptionStatuses = [
  "incomplete",
  "incomplete_expired",
  "trialing",
  "active",
  "past_due",
  "unpaid",
  "paused",
  "canceled",
  /** A payment failed, and the store itself goes on giving access until the end of the period told (Apple, Google). */
  "in_grace",
  /** A payment failed, and the store waits for it without access (Google). */
  "on_hold",
  /** The time that was paid is over; it may come back. */
  "expired",
  /** Taken back by the store. */
  "revoked",
] as const;
export const SubscriptionStatus = Type.Enum([...subscriptionStatuses]);
export type SubscriptionStatus = Static<typeof SubscriptionStatus>;

/** Whose money a store's notification is about: real, or a sandbox's. What is not ours to apply is kept apart. */
export type Environment = "live" | "test";

/** A workspace's subscription, as its store last told. */
export const Subscription = Closed({
  id: Id,
  product: Type.String(),
  plan_id: Type.String(),
  plan_version_id: Id,
  source: Type.String({ description: "The store: stripe, app_store, google_play or revenuecat" }),
  status: SubscriptionStatus,
  standing: Type.Enum(["good", "grace", "suspended", "ended"], {
    description: "Whether it gives access now: good and grace do (grace until grace_ends_at)",
  }),
  standing_reason: Type.Union([Type.String(), Type.Null()], {
    description: "Why, where it is not simply good: payment_failed, disputed, refunded, superseded …",
  }),
  grace_ends_at: NullableTimestamp,
  access_ends_at: NullableTimestamp,
  is_duplicate: Type.Boolean({
    description: "Whether the workspace had another one of the product already: to be refunded",
  }),
  seats: Type.Integer({ minimum: 0 }),
  current_period_end: NullableTimestamp,
  trial_end: NullableTimestamp,
  cancel_at_period_end: Type.Boolean({ description: "Whether it ends with the period instead of renewing" }),
  pending_plan_id: Type.Union([Type.String(), Type.Null()], {
    description: "The plan of the next period, when it is another",
  }),
  started_at: Timestamp,
  ended_at: NullableTimestamp,
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type Subscription = Static<typeof Subscription>;

export const SubscriptionPage = Page(Subscription);

export const SubscriptionQuery = Closed({
  ...PageQuery.properties,
  product: Type.Optional(Type.String({ maxLength: 100 })),
});

const AdminFilter = {
  ...PageQuery.properties,
  source: Type.Optional(Type.String({ maxLength: 50 })),
  status: Type.Optional(Type.String({ maxLength: 50 })),
};

export const AdminSubscriptionQuery = Closed({
  ...AdminFilter,
  workspace_id: Type.Optional(Id),
  product: Type.Optional(Type.String({ maxLength: 100 })),
  external_id: Type.Optional(Type.String({ maxLength: 1_000, description: "The store's id" })),
  is_duplicate: Type.Optional(Type.Boolean()),
});
export const AdminSubscription = Closed({
  ...Subscription.properties,
  workspace_id: Id,
  external_id: Type.String(),
  environment: Type.Enum(["live", "test"]),
});
export const AdminSubscriptionPage = Page(AdminSubscription);

export const WebhookEventQuery = Closed({
  ...AdminFilter,
  event_type: Type.Optional(Type.String({ maxLength: 200 })),
  event_id: Type.Optional(Type.String({ maxLength: 500 })),
  subject: Type.Optional(Type.String({ maxLength: 1_000, description: "The buyer as the store knows it" })),
});
export const WebhookEvent = Closed({
  id: Id,
  source: Type.String(),
  environment: Type.Enum(["live", "test"]),
  event_id: Type.String(),
  event_type: Type.String(),
  subject: Type.Union([Type.String(), Type.Null()]),
  status: Type.Enum(["received", "applied", "ignored", "failed"], {
    description: "received: it waits, for its owner or for the store's answer",
  }),
  reason: Type.Union([Type.String(), Type.Null()]),
  received_at: Timestamp,
  processed_at: NullableTimestamp,
});
export const WebhookEventPage = Page(WebhookEvent);
export const WebhookEventDetail = Closed({
  ...WebhookEvent.properties,
  payload: Type.String({ description: "The body as it came" }),
});
export const WebhookEventParams = Closed({ webhook_event_id: Id });
export const EventOutcome = Closed({
  status: WebhookEvent.properties.status,
  reason: WebhookEvent.properties.reason,
});

export const ReconciliationInput = Closed({ source: Type.Enum(["stripe", "app_store", "google_play", "revenuecat"]) });
export const Reconciliation = Closed({
  id: Id,
  source: Type.String(),
  environment: Type.Enum(["live", "test"]),
  phase: Type.Enum(["store", "own", "done"], {
    description: "Reading what the store lists, then asking about what is known here",
  }),
  seen: Type.Integer(),
  corrected: Type.Integer(),
  failed: Type.Integer(),
  started_at: Timestamp,
  updated_at: Timestamp,
  finished_at: NullableTimestamp,
});
export type Reconciliation = Static<typeof Reconciliation>;
export const ReconciliationPage = Page(Reconciliation);

export const MoveInput = Closed({ plan_id: Type.String({ minLength: 1, maxLength: 200 }) });
export const Moved = Closed({
  moved: Type.Integer({ description: "Subscriptions that have the plan's present version now" }),
});

export const MergeInput = Closed({ from_user_id: Id, to_user_id: Id });

/** The answer to a store whose notification is safely kept. */
export const Received = Closed({ received: Type.Literal(true) });
