import Type from "typebox";
import { defineEvent } from "../events/index.ts";

const Moment = Type.Union([Type.String({ format: "date-time" }), Type.Null()]);

export const SubscriptionChanged = defineEvent(
  "billing.subscription_changed",
  "A subscription began, ended, or is now for another plan, number of seats or period",
  Type.Object({
    subscription_id: Type.String(),
    product: Type.String(),
    plan_id: Type.String(),
    plan_version_id: Type.String(),
    source: Type.String({ description: "The store, for example stripe" }),
    status: Type.String(),
    previous_status: Type.Union([Type.String(), Type.Null()], { description: "Null for a new subscription" }),
    seats: Type.Integer(),
    current_period_end: Moment,
    cancel_at_period_end: Type.Boolean(),
    ended_at: Moment,
  }),
);
