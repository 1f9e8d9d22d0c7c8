import Type, { type Static, type TSchema } from "typebox";
import { Closed } from "../../core/schema.ts";

// What we read of Apple's objects, and nothing more: unknown members and types are not our concern. Times are milliseconds.
const Maybe = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));
const Text = Type.String({ pattern: "^[!-~]{1,255}$" });
const Millis = Type.Integer({ minimum: 0, maximum: 253_402_300_799_999 });
/** A compact JWS. Apple's have 3 to 15 kB, most of them certificates. */
const Jws = Type.String({ minLength: 1, maxLength: 100_000 });

/** https://developer.apple.com/documentation/appstoreservernotifications/responsebodyv2 */
export const WireBody = Type.Object({ signedPayload: Jws });

/** What is kept of a purchase that a client has sent. */
export const WireClaim = Type.Object({ signed_transaction: Jws });

const About = Maybe(Type.Object({ environment: Maybe(Type.String()) }));

/** https://developer.apple.com/documentation/appstoreservernotifications/responsebodyv2decodedpayload */
export const WirePayload = Type.Object({
  notificationType: Type.String({ pattern: "^[!-~]{1,100}$" }),
  subtype: Maybe(Type.String({ pattern: "^[!-~]{0,100}$" })),
  notificationUUID: Text,
  signedDate: Millis,
  data: Maybe(
    Type.Object({
      environment: Maybe(Type.String()),
      status: Maybe(Type.Integer()),
      signedTransactionInfo: Maybe(Jws),
      signedRenewalInfo: Maybe(Jws),
    }),
  ),
  summary: About,
  appData: About,
  externalPurchaseToken: Maybe(Type.Object({ externalPurchaseId: Maybe(Type.String()) })),
});
export type WirePayload = Static<typeof WirePayload>;

/** https://developer.apple.com/documentation/appstoreserverapi/jwstransactiondecodedpayload */
export const WireTransaction = Type.Object({
  originalTransactionId: Text,
  transactionId: Text,
  productId: Text,
  type: Maybe(Type.String()),
  purchaseDate: Millis,
  originalPurchaseDate: Maybe(Millis),
  expiresDate: Maybe(Millis),
  signedDate: Millis,
  environment: Maybe(Type.String()),
  appAccountToken: Maybe(Type.String()),
  inAppOwnershipType: Maybe(Type.String()),
  isUpgraded: Maybe(Type.Boolean()),
  offerDiscountType: Maybe(Type.String()),
  revocationDate: Maybe(Millis),
});
export type WireTransaction = Static<typeof WireTransaction>;

/** https://developer.apple.com/documentation/appstoreserverapi/jwsrenewalinfodecodedpayload */
export const WireRenewal = Type.Object({
  originalTransactionId: Text,
  autoRenewProductId: Maybe(Text),
  autoRenewStatus: Maybe(Type.Integer()),
  isInBillingRetryPeriod: Maybe(Type.Boolean()),
  gracePeriodExpiresDate: Maybe(Millis),
  recentSubscriptionStartDate: Maybe(Millis),
  appAccountToken: Maybe(Type.String()),
});
export type WireRenewal = Static<typeof WireRenewal>;

/** https://developer.apple.com/documentation/appstoreserverapi/statusresponse */
export const WireStatuses = Type.Object({
  data: Maybe(
    Type.Array(
      Type.Object({
        lastTransactions: Maybe(
          Type.Array(
            Type.Object({
              status: Maybe(Type.Integer()),
              originalTransactionId: Text,
              signedTransactionInfo: Jws,
              signedRenewalInfo: Maybe(Jws),
            }),
          ),
        ),
      }),
    ),
  ),
});

/** https://developer.apple.com/documentation/appstoreserverapi/notificationhistoryresponse */
export const WireHistory = Type.Object({
  paginationToken: Maybe(Type.String()),
  hasMore: Maybe(Type.Boolean()),
  notificationHistory: Maybe(Type.Array(WireBody)),
});

/** A purchase that a client proves. */
export const TransactionClaim = Closed({
  signed_transaction: Type.String({
    minLength: 1,
    maxLength: 100_000,
    description: "StoreKit 2's `jwsRepresentation` of the transaction",
  }),
});

/** What came of the claim. */
export const Claimed = Closed({
  subscription_id: Type.Union([Type.String({ format: "uuid" }), Type.Null()], {
    description: "The workspace's subscription; null where the purchase gives none that is sold here",
  }),
});

/** The answer to a store whose notification is safely kept. */
export const Received = Closed({ received: Type.Literal(true) });
