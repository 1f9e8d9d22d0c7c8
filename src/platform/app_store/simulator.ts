import { createHash, createPrivateKey, type KeyObject, randomUUID, sign } from "node:crypto";
import type { Environment } from "../billing/index.ts";
import { developmentChain, developmentKey } from "./development-ca.ts";
import { notificationTypes } from "./notifications.ts";

/**
 * The App Store's notifications without the App Store: whole payloads of version 2 as Apple sends them, signed by the development chain
 * that no production trusts, so that everything can be tried offline.
 */

/** Who signs: certificates as base64 of DER, leaf first, and the leaf's key. */
export interface Signer {
  chain: readonly string[];
  key: KeyObject;
}

const developmentSigner: Signer = {
  chain: developmentChain,
  key: createPrivateKey({ key: developmentKey, format: "der", type: "pkcs8" }),
};

/** What may be said of the app; by default none that exists. */
export interface SimulatedApp {
  bundle_id?: string;
  app_apple_id?: number;
  /** Production or Sandbox. Default: `test`. */
  environment?: Environment;
  signer?: Signer;
}

/** What may be said of a transaction; the rest is filled in. */
export interface SimulatedTransaction extends SimulatedApp {
  product_id: string;
  original_transaction_id: string;
  /** Default: the original one's id, as it is of a first purchase. */
  transaction_id?: string;
  app_account_token?: string;
  /** When the store signs. Default: now. */
  signed_at?: Date;
  purchased_at?: Date;
  original_purchased_at?: Date;
  expires_at?: Date;
  revoked_at?: Date;
  is_upgraded?: boolean;
  is_family_shared?: boolean;
  is_trial?: boolean;
  /** Members put into the transaction as they are, over all others. */
  transaction?: object;
}

/** What may be said of a notification. */
export interface SimulatedNotification extends SimulatedTransaction {
  /** With its subtype, if it has one: `DID_FAIL_TO_RENEW/GRACE_PERIOD`. */
  type: string;
  notification_id?: string;
  /** 1 active, 2 expired, 3 billing retry, 4 grace period, 5 revoked. Default: as the type has it. */
  status?: number;
  grace_period_expires_at?: Date;
  /** Default: true, unless the type says otherwise. */
  is_renewing?: boolean;
  /** The product of the next period. Default: the same. */
  next_product_id?: string;
  /** Members put into the renewal or the payload as they are, over all others. */
  renewal?: object;
  payload?: object;
}

const day = 86_400_000;

/** A notification as it goes over the wire. */
export function appStoreNotification(options: SimulatedNotification): { body: string; notification_id: string } {
  const [notificationType = "", subtype] = options.type.split("/");
  const notification_id = options.notification_id ?? randomUUID();
  const whole = { ...options, ...timesOf(options) };
  const payload = {
    notificationType,
    ...(subtype === undefined ? {} : { subtype }),
    notificationUUID: notification_id,
    version: "2.0",
    signedDate: whole.signed_at.getTime(),
    ...objectOf(whole),
    ...options.payload,
  };
  return { body: JSON.stringify({ signedPayload: jwsOf(payload, options.signer) }), notification_id };
}

/** A transaction as StoreKit gives it to the app: what a client claims a purchase with. */
export function signedAppStoreTransaction(options: SimulatedTransaction): string {
  return jwsOf(transactionOf({ ...options, ...timesOf({ type: "SUBSCRIBED", ...options }) }), options.signer);
}

/** Types that `simulateAppStore` knows. */
export const simulatedAppStoreTypes: readonly string[] = notificationTypes;

/** The request by which the App Store would send the notification. `original_transaction_id` is made of the buyer's id, if it is left out. */
export function simulateAppStore(
  type: string,
  options: Omit<SimulatedNotification, "type" | "original_transaction_id"> & { original_transaction_id?: string },
): { url_path: string; headers: Record<string, string>; body: string } {
  const original_transaction_id = options.original_transaction_id ?? purchaseOf(options.app_account_token ?? "nobody");
  const { body } = appStoreNotification({ ...options, type, original_transaction_id });
  return { url_path: "/v1/webhooks/app-store", headers: { "content-type": "application/json" }, body };
}

/** The same buyer has the same purchase, so that one notification can follow on another. */
function purchaseOf(buyer: string): string {
  return `2000000${BigInt(`0x${createHash("sha256").update(buyer).digest("hex").slice(0, 8)}`)
    .toString()
    .padStart(10, "0")}`;
}

/** A compact JWS with the chain in its header, ES256 (RFC 7515, RFC 7518 §3.4). */
function jwsOf(content: object, { chain, key }: Signer = developmentSigner): string {
  const parts = [{ alg: "ES256", x5c: chain }, content].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  );
  const signature = sign("sha256", Buffer.from(parts.join(".")), { key, dsaEncoding: "ieee-p1363" });
  return [...parts, signature.toString("base64url")].join(".");
}

type Whole<T> = T & { signed_at: Date; purchased_at: Date; expires_at: Date };

/** Statuses of types that are not of a subscription in good order. */
const statuses: Record<string, number> = {
  EXPIRED: 2,
  DID_FAIL_TO_RENEW: 3,
  GRACE_PERIOD_EXPIRED: 3,
  "DID_FAIL_TO_RENEW/GRACE_PERIOD": 4,
  REFUND: 5,
  REVOKE: 5,
};

function statusOf({ type, status }: Pick<SimulatedNotification, "type" | "status">): number {
  return status ?? statuses[type] ?? statuses[type.split("/")[0] ?? ""] ?? 1;
}

/** A period of 30 days: bought just now, or over a minute ago where the status says that it is. */
function timesOf(
  options: Pick<SimulatedNotification, "type" | "status" | "signed_at" | "purchased_at" | "expires_at">,
) {
  const signed_at = options.signed_at ?? new Date();
  const isOver = [2, 3, 4].includes(statusOf(options));
  const expires_at =
    options.expires_at ?? (isOver ? after(signed_at, -60_000) : after(options.purchased_at ?? signed_at, 30 * day));
  const purchased_at = options.purchased_at ?? (isOver ? after(expires_at, -30 * day) : signed_at);
  return { signed_at, expires_at, purchased_at };
}

/** Which member of the payload says what it is about: of most types `data`. */
function objectOf(options: Whole<SimulatedNotification>): object {
  const app = appOf(options);
  switch (options.type.split("/")[0]) {
    case "RENEWAL_EXTENSION":
      return {
        summary: {
          ...app,
          productId: options.product_id,
          requestIdentifier: randomUUID(),
          succeededCount: 5,
          failedCount: 2,
        },
      };
    case "RESCIND_CONSENT":
      return {
        appData: { ...app, signedAppTransactionInfo: jwsOf({ ...app, receiptType: app.environment }, options.signer) },
      };
    case "EXTERNAL_PURCHASE_TOKEN": {
      const externalPurchaseId = `${options.environment === "live" ? "" : "SANDBOX_"}${randomUUID()}`;
      const { bundleId, appAppleId } = { appAppleId: undefined, ...app };
      return {
        externalPurchaseToken: {
          externalPurchaseId,
          tokenCreationDate: options.signed_at.getTime(),
          bundleId,
          appAppleId,
        },
      };
    }
    case "TEST":
      return { data: { ...app, bundleVersion: "1.0" } };
    default:
      return { data: { ...app, bundleVersion: "1.0", ...purchaseData(options) } };
  }
}

function purchaseData(options: Whole<SimulatedNotification>): object {
  const signedTransactionInfo = jwsOf(transactionOf(options), options.signer);
  const signedRenewalInfo = jwsOf(renewalOf(options), options.signer);
  return { signedTransactionInfo, signedRenewalInfo, status: statusOf(options) };
}

/** A sandbox does not tell the app's number. */
function appOf({ environment, bundle_id, app_apple_id }: SimulatedApp) {
  const bundleId = bundle_id ?? "com.example.plinth";
  return environment === "live"
    ? { environment: "Production", bundleId, appAppleId: app_apple_id ?? 1_234_567_890 }
    : { environment: "Sandbox", bundleId };
}

function transactionOf(options: Whole<SimulatedTransaction & { type?: string }>): object {
  const { bundleId, environment } = appOf(options);
  const isTakenBack = ["REFUND", "REVOKE"].includes(options.type ?? "");
  const revoked_at = options.revoked_at ?? (isTakenBack ? options.signed_at : undefined);
  const original = options.original_purchased_at ?? options.purchased_at;
  return {
    transactionId: options.transaction_id ?? options.original_transaction_id,
    originalTransactionId: options.original_transaction_id,
    webOrderLineItemId: "2000000076543210",
    bundleId,
    productId: options.product_id,
    subscriptionGroupIdentifier: "21345678",
    purchaseDate: options.purchased_at.getTime(),
    originalPurchaseDate: original.getTime(),
    expiresDate: options.expires_at.getTime(),
    quantity: 1,
    type: "Auto-Renewable Subscription",
    ...(options.app_account_token === undefined ? {} : { appAccountToken: options.app_account_token }),
    inAppOwnershipType: options.is_family_shared === true ? "FAMILY_SHARED" : "PURCHASED",
    signedDate: options.signed_at.getTime(),
    ...(revoked_at === undefined ? {} : { revocationDate: revoked_at.getTime(), revocationReason: 0 }),
    ...(options.is_upgraded === true ? { isUpgraded: true } : {}),
    ...(options.is_trial === true ? { offerType: 1, offerDiscountType: "FREE_TRIAL", offerPeriod: "P1M" } : {}),
    environment,
    transactionReason: "PURCHASE",
    storefront: "USA",
    storefrontId: "143441",
    price: options.is_trial === true ? 0 : 9_990,
    currency: "USD",
    appTransactionId: "704123456789012345",
    ...options.transaction,
  };
}

function renewalOf(options: Whole<SimulatedNotification>): object {
  const isOff = ["DID_CHANGE_RENEWAL_STATUS/AUTO_RENEW_DISABLED", "EXPIRED/VOLUNTARY"].includes(options.type);
  const status = statusOf(options);
  const grace_end = options.grace_period_expires_at ?? after(options.expires_at, 16 * day);
  const original = options.original_purchased_at ?? options.purchased_at;
  return {
    originalTransactionId: options.original_transaction_id,
    autoRenewProductId: options.next_product_id ?? options.product_id,
    productId: options.product_id,
    autoRenewStatus: (options.is_renewing ?? !isOff) ? 1 : 0,
    isInBillingRetryPeriod: status === 3 || status === 4,
    ...(status === 4 ? { gracePeriodExpiresDate: grace_end.getTime() } : {}),
    signedDate: options.signed_at.getTime(),
    environment: appOf(options).environment,
    recentSubscriptionStartDate: original.getTime(),
    // In billing retry the day of the next try: no end of anything.
    renewalDate: Math.max(
      options.expires_at.getTime(),
      after(options.signed_at, status === 3 ? 30 * day : 0).getTime(),
    ),
    currency: "USD",
    renewalPrice: 9_990,
    ...(options.app_account_token === undefined ? {} : { appAccountToken: options.app_account_token }),
    appTransactionId: "704123456789012345",
    ...options.renewal,
  };
}

function after(date: Date, milliseconds: number): Date {
  return new Date(date.getTime() + milliseconds);
}
