import type { Static, TSchema } from "typebox";
import { Check, Errors } from "typebox/value";
import { billingErrors } from "../billing/index.ts";
import { DeveloperNotification, KeptClaim, type PurchaseClaim, PushEnvelope } from "./schema.ts";

/** What a push says, in Google's words. */
export interface Push {
  message_id: string;
  at: Date;
  package_name: string;
  event_type: string;
  purchase_token: string | null;
  /** The order of a subscription that was declared void as a whole. */
  void_order_id: string | null;
  /** A purchase as the simulator encodes it into the message. */
  simulated: unknown;
}

/** developer.android.com/google/play/billing/rtdn-reference#sub; numbers that are missing were never given out, or not to subscriptions. */
const subscriptionTypes: Readonly<Record<number, string>> = {
  1: "SUBSCRIPTION_RECOVERED",
  2: "SUBSCRIPTION_RENEWED",
  3: "SUBSCRIPTION_CANCELED",
  4: "SUBSCRIPTION_PURCHASED",
  5: "SUBSCRIPTION_ON_HOLD",
  6: "SUBSCRIPTION_IN_GRACE_PERIOD",
  7: "SUBSCRIPTION_RESTARTED",
  8: "SUBSCRIPTION_PRICE_CHANGE_CONFIRMED",
  9: "SUBSCRIPTION_DEFERRED",
  10: "SUBSCRIPTION_PAUSED",
  11: "SUBSCRIPTION_PAUSE_SCHEDULE_CHANGED",
  12: "SUBSCRIPTION_REVOKED",
  13: "SUBSCRIPTION_EXPIRED",
  17: "SUBSCRIPTION_ITEMS_CHANGED",
  18: "SUBSCRIPTION_CANCELLATION_SCHEDULED",
  19: "SUBSCRIPTION_PRICE_CHANGE_UPDATED",
  20: "SUBSCRIPTION_PENDING_PURCHASE_CANCELED",
  22: "SUBSCRIPTION_PRICE_STEP_UP_CONSENT_UPDATED",
};

export const revoked = "SUBSCRIPTION_REVOKED";
/** A purchase that an app told of: ours, and nothing that Google sends. */
const claimed = "CLAIM";
const voided = "VOIDED_PURCHASE";

export const knownTypes = [
  ...Object.values(subscriptionTypes),
  voided,
  "ONE_TIME_PRODUCT",
  "TEST",
  claimed,
] as const satisfies string[];

/** The numbers of the types, for the simulator. */
export const typeNumbers: ReadonlyMap<string, number> = new Map(
  Object.entries(subscriptionTypes).map(([number, name]) => [name, Number(number)]),
);

/** The text of a body. Throws `billing.event_malformed` for what is no UTF-8. */
export function textOf(raw_body: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw_body);
  } catch (cause) {
    throw billingErrors.event_malformed({ detail: "The body is not UTF-8", cause });
  }
}

/** Reads a push. Throws `billing.event_malformed`. */
export function readPush(payload: string): Push {
  const { message } = checked(PushEnvelope, jsonOf(payload, "The body"), "");
  const data = Buffer.from(message.data, "base64").toString("utf8");
  const notification = checked(DeveloperNotification, jsonOf(data, "message.data"), "/message/data");
  const simulated = message.attributes?.[simulationAttribute];
  return {
    message_id: message.messageId,
    at: new Date(Number(notification.eventTimeMillis)),
    package_name: notification.packageName,
    ...aboutOf(notification),
    simulated:
      simulated === undefined ? undefined : jsonOf(Buffer.from(simulated, "base64").toString("utf8"), "A purchase"),
  };
}

/** A claim as it is kept: of a form that no push has. */
export function writeClaim({ package_name, purchase_token }: PurchaseClaim, at: Date): string {
  return JSON.stringify({ google_play_claim: { package_name, purchase_token, at: at.getTime() } });
}

/** Reads what was kept: a push or a claim. */
export function readKept(payload: string): Push {
  const kept = jsonOf(payload, "The body");
  if (!Check(KeptClaim, kept)) return readPush(payload);
  const { package_name, purchase_token, at } = kept.google_play_claim;
  const about = { package_name, purchase_token, at: new Date(at), void_order_id: null, simulated: undefined };
  return { ...about, event_type: claimed, message_id: `claim:${purchase_token}:${at}` };
}

export const simulationAttribute = "simulated_purchase";

function aboutOf(notification: DeveloperNotification): Pick<Push, "event_type" | "purchase_token" | "void_order_id"> {
  const { subscriptionNotification, voidedPurchaseNotification } = notification;
  if (subscriptionNotification != null) {
    const { notificationType, purchaseToken } = subscriptionNotification;
    const event_type = subscriptionTypes[notificationType] ?? `SUBSCRIPTION_${notificationType}`;
    return { event_type, purchase_token: purchaseToken, void_order_id: null };
  }
  if (voidedPurchaseNotification != null) return voidOf(voidedPurchaseNotification);
  const event_type = notification.oneTimeProductNotification != null ? "ONE_TIME_PRODUCT" : otherType(notification);
  return { event_type, purchase_token: null, void_order_id: null };
}

function otherType({ testNotification }: DeveloperNotification): string {
  return testNotification != null ? "TEST" : "UNKNOWN";
}

type VoidedPurchase = NonNullable<DeveloperNotification["voidedPurchaseNotification"]>;

/** Of a subscription (1), and whole: a part of a quantity (2) is not of one. */
function voidOf({ productType, refundType, purchaseToken, orderId }: VoidedPurchase) {
  const isOurs = productType === 1 && refundType !== 2;
  return {
    event_type: voided,
    purchase_token: isOurs ? purchaseToken : null,
    void_order_id: isOurs ? orderId : null,
  };
}

function jsonOf(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw billingErrors.event_malformed({ detail: `${what} is not JSON`, cause });
  }
}

function checked<T extends TSchema>(schema: T, value: unknown, at: string): Static<T> {
  if (Check(schema, value)) return value;
  const [first] = Errors(schema, value);
  const detail = first === undefined ? "is not as expected" : `${at}${first.instancePath || "/"} ${first.message}`;
  throw billingErrors.event_malformed({ detail });
}
