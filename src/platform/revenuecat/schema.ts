import Type, { type Static, type TSchema } from "typebox";
import { Closed } from "../../core/schema.ts";

// What we read of RevenueCat's events and answers, and nothing more: unknown members and types are not our concern, and any member
// that may be missing may be null (www.revenuecat.com/docs/integrations/webhooks/event-types-and-fields).

const Maybe = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));
const Text = Type.String({ pattern: "^[^\\u0000]{1,255}$" });
/** Of a person: the product's own id, or `$RCAnonymousID:…`. */
const AppUserId = Type.String({ pattern: "^[^\\u0000]{1,500}$" });
const Milliseconds = Type.Integer({ minimum: 0, maximum: 253_402_300_799_999 });

/** What every event has: without it nothing can be kept. */
export const Envelope = Type.Object({
  event: Type.Object({
    id: Type.String({ pattern: "^[!-~]{1,255}$" }),
    type: Type.String({ pattern: "^[A-Za-z0-9_]{1,100}$" }),
    event_timestamp_ms: Milliseconds,
  }),
});

/** The members of all types in one: each type has some of them. */
export const RevenueCatEvent = Type.Object({
  id: Type.String({ pattern: "^[^\\u0000]{1,500}$" }),
  type: Type.String({ pattern: "^[^\\u0000]{1,200}$" }),
  event_timestamp_ms: Milliseconds,
  environment: Maybe(Text),
  purchase_environment: Maybe(Text),
  store: Maybe(Text),
  app_user_id: Maybe(AppUserId),
  original_app_user_id: Maybe(AppUserId),
  aliases: Maybe(Type.Array(AppUserId)),
  transferred_from: Maybe(Type.Array(AppUserId)),
  transferred_to: Maybe(Type.Array(AppUserId)),
  product_id: Maybe(Text),
  entitlement_id: Maybe(Text),
  entitlement_ids: Maybe(Type.Array(Text)),
  period_type: Maybe(Text),
  purchased_at_ms: Maybe(Milliseconds),
  expiration_at_ms: Maybe(Milliseconds),
  grace_period_expiration_at_ms: Maybe(Milliseconds),
  transaction_id: Maybe(Text),
  original_transaction_id: Maybe(Text),
  cancel_reason: Maybe(Text),
  expiration_reason: Maybe(Text),
  adjustments: Maybe(Type.Array(Type.Object({ currency: Type.Object({ code: Text }) }))),
});
export type RevenueCatEvent = Static<typeof RevenueCatEvent>;

const Instant = Type.String({ pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?Z$" });

/** A subscription as the customer's state tells it, under its product. */
export const RevenueCatSubscription = Type.Object({
  store: Text,
  is_sandbox: Type.Boolean(),
  purchase_date: Instant,
  original_purchase_date: Maybe(Instant),
  expires_date: Maybe(Instant),
  grace_period_expires_date: Maybe(Instant),
  billing_issues_detected_at: Maybe(Instant),
  unsubscribe_detected_at: Maybe(Instant),
  refunded_at: Maybe(Instant),
  auto_resume_date: Maybe(Instant),
  period_type: Maybe(Text),
  store_transaction_id: Maybe(Text),
  product_plan_identifier: Maybe(Text),
});
export type RevenueCatSubscription = Static<typeof RevenueCatSubscription>;

/** The answer of `GET /v1/subscribers/{app_user_id}` (www.revenuecat.com/docs/api-v1/customers). */
export const RevenueCatCustomer = Type.Object({
  subscriber: Type.Object({
    original_app_user_id: Maybe(AppUserId),
    entitlements: Type.Record(Type.String(), Type.Object({ product_identifier: Text })),
    subscriptions: Type.Record(Type.String(), RevenueCatSubscription),
  }),
});
export type RevenueCatCustomer = Static<typeof RevenueCatCustomer>;

/** The answer to RevenueCat when its event is safely kept. */
export const RevenueCatReceived = Closed({ received: Type.Literal(true) });
