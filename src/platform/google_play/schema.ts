import Type, { type Static, type TSchema } from "typebox";
import { Closed, Id } from "../../core/schema.ts";

// What we read of Google's objects, and nothing more: unknown members, types and values are not our concern.
const Text = Type.String({ pattern: "^[!-~]{1,255}$" });
const Token = Type.String({ pattern: "^[!-~]{1,1000}$", description: "Google's purchase token" });
const Maybe = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));
/** RFC 3339, with up to nine digits of a second's fraction. */
const Time = Type.String({
  format: "date-time",
  pattern: "^[0-9-]{10}T[0-9]{2}:[0-9]{2}:[0-5][0-9](\\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$",
});
/** An int64 is a text in JSON (proto3). */
const Milliseconds = Type.Union([
  Type.String({ pattern: "^[0-9]{1,14}$" }),
  Type.Integer({ minimum: 0, maximum: 99_999_999_999_999 }),
]);

/** The body of a Pub/Sub push (cloud.google.com/pubsub/docs/push#receive_push). */
export const PushEnvelope = Type.Object({
  message: Type.Object({
    data: Type.String({ pattern: "^[A-Za-z0-9+/_-]*={0,2}$" }),
    messageId: Text,
    attributes: Maybe(Type.Record(Type.String(), Type.String())),
  }),
});

/** What the message says (developer.android.com/google/play/billing/rtdn-reference). */
export const DeveloperNotification = Type.Object({
  packageName: Text,
  eventTimeMillis: Milliseconds,
  subscriptionNotification: Maybe(Type.Object({ notificationType: Type.Integer(), purchaseToken: Token })),
  voidedPurchaseNotification: Maybe(
    Type.Object({
      purchaseToken: Token,
      orderId: Text,
      /** 1: a subscription. */
      productType: Type.Integer(),
      /** 1: whole, 2: a part of a quantity. */
      refundType: Maybe(Type.Integer()),
    }),
  ),
  oneTimeProductNotification: Maybe(Type.Object({})),
  testNotification: Maybe(Type.Object({})),
});
export type DeveloperNotification = Static<typeof DeveloperNotification>;

const AccountIds = Type.Object({ obfuscatedExternalAccountId: Maybe(Type.String()) });

const LineItem = Type.Object({
  productId: Text,
  /** Missing on what begins later, for example when a deferred replacement takes effect. */
  expiryTime: Maybe(Time),
  latestSuccessfulOrderId: Maybe(Text),
  autoRenewingPlan: Maybe(Type.Object({ autoRenewEnabled: Maybe(Type.Boolean()) })),
  prepaidPlan: Maybe(Type.Object({})),
  offerDetails: Maybe(Type.Object({ basePlanId: Maybe(Text) })),
  offerPhase: Maybe(Type.Object({ freeTrial: Maybe(Type.Object({})) })),
  deferredItemReplacement: Maybe(Type.Object({ productId: Maybe(Text) })),
});
export type LineItem = Static<typeof LineItem>;

/** SubscriptionPurchaseV2 (developers.google.com/android-publisher/api-ref/rest/v3/purchases.subscriptionsv2). */
export const SubscriptionPurchase = Type.Object({
  lineItems: Type.Array(LineItem, { minItems: 1 }),
  /** Not set while the first payment is pending. */
  startTime: Maybe(Time),
  subscriptionState: Type.String(),
  /** Deprecated in favour of the items'; also names an order that was declined. */
  latestOrderId: Maybe(Text),
  linkedPurchaseToken: Maybe(Token),
  testPurchase: Maybe(Type.Object({})),
  acknowledgementState: Maybe(Type.String()),
  externalAccountIdentifiers: Maybe(AccountIds),
  outOfAppPurchaseContext: Maybe(
    Type.Object({ expiredExternalAccountIdentifiers: Maybe(AccountIds), expiredPurchaseToken: Maybe(Token) }),
  ),
});
export type SubscriptionPurchase = Static<typeof SubscriptionPurchase>;

/** A page of purchases.voidedpurchases.list. */
export const VoidedPurchases = Type.Object({
  voidedPurchases: Maybe(
    Type.Array(Type.Object({ purchaseToken: Token, orderId: Maybe(Text), voidedTimeMillis: Milliseconds })),
  ),
  tokenPagination: Maybe(Type.Object({ nextPageToken: Maybe(Type.String()) })),
});
export type VoidedPurchases = Static<typeof VoidedPurchases>;

/** A purchase that an app tells of. */
export const PurchaseClaim = Closed({
  package_name: Type.String({
    pattern: "^[!-~]{1,255}$",
    description: "The app's package, for example com.example.app",
  }),
  purchase_token: Type.String({
    pattern: "^[!-~]{1,1000}$",
    description: "Purchase.getPurchaseToken() of Play Billing",
  }),
});
export type PurchaseClaim = Static<typeof PurchaseClaim>;

/** A claim as the inbox keeps it. */
export const KeptClaim = Closed({
  google_play_claim: Closed({ ...PurchaseClaim.properties, at: Type.Integer({ minimum: 0 }) }),
});

export const ClaimedPurchase = Closed({
  subscription_id: Type.Union([Id, Type.Null()], { description: "Null while Google does not say what was bought" }),
});

/** The answer to Google when a notification is safely kept. */
export const Received = Closed({ received: Type.Literal(true) });
