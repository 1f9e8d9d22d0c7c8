import Type from "typebox";
import { defineEvent } from "../events/index.ts";

const Moment = Type.Union([Type.String({ format: "date-time" }), Type.Null()]);
const about = {
  subscription_id: Type.String(),
  product: Type.String(),
  plan_id: Type.String(),
  plan_version_id: Type.String(),
  source: Type.String({ description: "The store: stripe, app_store, google_play or revenuecat" }),
};

export const SubscriptionChanged = defineEvent(
  "billing.subscription_changed",
  "A subscription began, ended, or is now for another plan, number of seats or period, or stands otherwise",
  Type.Object({
    ...about,
    external_id: Type.String({ description: "The store's id" }),
    status: Type.String(),
    previous_status: Type.Union([Type.String(), Type.Null()], { description: "Null for a new subscription" }),
    standing: Type.String({ description: "good, grace, suspended or ended" }),
    reason: Type.Union([Type.String(), Type.Null()], { description: "Why it stands so" }),
    seats: Type.Integer(),
    current_period_end: Moment,
    cancel_at_period_end: Type.Boolean(),
    ended_at: Moment,
    access_ends_at: Moment,
  }),
  { public: true },
);

export const SubscriptionConfirmed = defineEvent(
  "billing.subscription_confirmed",
  "A subscription gives access for the first time; the owners are told",
  Type.Object({ ...about, period_ends_at: Moment }),
  { public: true },
);

export const SubscriptionRenewed = defineEvent(
  "billing.subscription_renewed",
  "A further period of a subscription is paid; the owners are told",
  Type.Object({ ...about, period_ends_at: Moment }),
  { public: true },
);

export const SubscriptionCanceled = defineEvent(
  "billing.subscription_canceled",
  "A subscription ends, or will with its period; the owners are told",
  Type.Object({ ...about, access_ends_at: Moment }),
  { public: true },
);

export const PaymentFailed = defineEvent(
  "billing.payment_failed",
  "A try to collect a payment failed: 1 and 2 leave a time of grace, 3 suspends; the owners are told",
  Type.Object({ ...about, attempt: Type.Integer({ minimum: 1, maximum: 3 }), grace_ends_at: Moment }),
  { public: true },
);

export const PaymentRecovered = defineEvent(
  "billing.payment_recovered",
  "What was owed is paid; the owners are told",
  Type.Object(about),
  { public: true },
);

export const TrialEnding = defineEvent(
  "billing.trial_ending",
  "A trial is about to end; the owners are told",
  Type.Object({ ...about, trial_ends_at: Type.String({ format: "date-time" }) }),
  { public: true },
);

export const DuplicatePurchase = defineEvent(
  "billing.duplicate_purchase",
  "A workspace bought a product that it had already; somebody should refund it",
  Type.Object({ ...about, external_id: Type.String() }),
);

export const FetchWanted = defineEvent(
  "billing.fetch_wanted",
  "A store did not answer when it was asked about a notification; it is asked again",
  Type.Object({ webhook_event_id: Type.String() }),
);
