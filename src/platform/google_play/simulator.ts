import { randomInt } from "node:crypto";
import { SignJWT } from "jose";
import { localIssuer, localKeys } from "./local-issuer.ts";
import { simulationAttribute, typeNumbers } from "./push.ts";

/** Google Play's notifications without Google: whole payloads, so that everything can be tried offline. */

/** What may be said of a purchase; the rest is filled in. */
export interface SimulatedPurchase {
  /** `product:base_plan`, as the catalogue names it. Default `simulated:monthly`. */
  price_id?: string;
  /** SubscriptionPurchaseV2's, without `SUBSCRIPTION_STATE_`. Default ACTIVE. */
  state?: string;
  started_at?: Date;
  /** Default: 30 days after now. */
  expires_at?: Date;
  order_id?: string;
  /** The id that the app gave Google at the purchase: of a workspace or a person. */
  account_id?: string;
  linked_purchase_token?: string;
  acknowledged?: boolean;
  auto_renews?: boolean;
  /** Bought by a licence tester. Default true. */
  is_test?: boolean;
  free_trial?: boolean;
  prepaid?: boolean;
  /** Members that go over everything else, as they stand in Google's JSON; undefined removes one. */
  more?: Record<string, unknown>;
}

/** A SubscriptionPurchaseV2 as purchases.subscriptionsv2.get answers with it. */
export function subscriptionPurchase(options: SimulatedPurchase = {}, now = new Date()): Record<string, unknown> {
  const { state = "ACTIVE", started_at = now, order_id = newOrderId(), more = {} } = options;
  const isPending = state === "PENDING" || state === "PENDING_PURCHASE_CANCELED";
  const { account_id, linked_purchase_token } = options;
  return {
    kind: "androidpublisher#subscriptionPurchaseV2",
    ...(!isPending && { startTime: started_at.toISOString() }),
    regionCode: "DE",
    subscriptionState: `SUBSCRIPTION_STATE_${state}`,
    latestOrderId: order_id,
    ...(linked_purchase_token !== undefined && { linkedPurchaseToken: linked_purchase_token }),
    ...((options.is_test ?? true) && { testPurchase: {} }),
    acknowledgementState: `ACKNOWLEDGEMENT_STATE_${options.acknowledged === true ? "ACKNOWLEDGED" : "PENDING"}`,
    ...(account_id !== undefined && { externalAccountIdentifiers: { obfuscatedExternalAccountId: account_id } }),
    lineItems: [lineItem({ ...options, order_id }, isPending, now)],
    ...more,
  };
}

function lineItem(options: SimulatedPurchase, isPending: boolean, now: Date): Record<string, unknown> {
  const [productId, basePlanId] = (options.price_id ?? "simulated:monthly").split(":");
  const expires_at = options.expires_at ?? new Date(now.getTime() + 30 * 86_400_000);
  const renews = options.auto_renews ?? options.state !== "CANCELED";
  return {
    productId,
    ...(!isPending && { expiryTime: expires_at.toISOString(), latestSuccessfulOrderId: options.order_id }),
    ...(options.prepaid === true
      ? { prepaidPlan: {} }
      : { autoRenewingPlan: renews ? { autoRenewEnabled: true } : {} }),
    offerDetails: { ...(basePlanId !== undefined && { basePlanId }) },
    offerPhase: options.free_trial === true ? { freeTrial: {} } : { basePrice: {} },
  };
}

function newOrderId(): string {
  const digits = (length: number) => String(randomInt(10 ** length)).padStart(length, "0");
  return `GPA.${digits(4)}-${digits(4)}-${digits(4)}-${digits(5)}`;
}

/** A push's envelope around a notification, as Pub/Sub sends it. */
export function pushEnvelope(options: {
  notification: object;
  message_id: string;
  at: Date;
  attributes?: Record<string, string>;
}): string {
  const { notification, message_id, at, attributes } = options;
  const publish_time = at.toISOString();
  return JSON.stringify({
    message: {
      ...(attributes !== undefined && { attributes }),
      data: Buffer.from(JSON.stringify(notification)).toString("base64"),
      messageId: message_id,
      message_id,
      publishTime: publish_time,
      publish_time,
    },
    subscription: "projects/simulated/subscriptions/google-play",
  });
}

/** A DeveloperNotification of a type by its name, for example `SUBSCRIPTION_RENEWED` or `VOIDED_PURCHASE`. Throws for a name that Google does not have. */
export function developerNotification(options: {
  type: string;
  package_name: string;
  purchase_token: string;
  order_id?: string | undefined;
  at: Date;
}): object {
  const { type, package_name, purchase_token, order_id = newOrderId(), at } = options;
  const common = { version: "1.0", packageName: package_name, eventTimeMillis: String(at.getTime()) };
  if (type === "TEST") return { ...common, testNotification: { version: "1.0" } };
  if (type === "VOIDED_PURCHASE") {
    const voided = { purchaseToken: purchase_token, orderId: order_id, productType: 1, refundType: 1 };
    return { ...common, voidedPurchaseNotification: voided };
  }
  const notificationType = typeNumbers.get(type);
  if (notificationType === undefined) throw new TypeError(`Google Play sends no ${type}`);
  const about = { version: "1.0", notificationType, purchaseToken: purchase_token };
  return { ...common, subscriptionNotification: about };
}

/** The state in which each simulated event leaves its purchase. */
const states: Readonly<Record<string, string>> = {
  SUBSCRIPTION_PURCHASED: "ACTIVE",
  SUBSCRIPTION_RENEWED: "ACTIVE",
  SUBSCRIPTION_RECOVERED: "ACTIVE",
  SUBSCRIPTION_RESTARTED: "ACTIVE",
  SUBSCRIPTION_CANCELED: "CANCELED",
  SUBSCRIPTION_IN_GRACE_PERIOD: "IN_GRACE_PERIOD",
  SUBSCRIPTION_ON_HOLD: "ON_HOLD",
  SUBSCRIPTION_PAUSED: "PAUSED",
  SUBSCRIPTION_REVOKED: "EXPIRED",
  SUBSCRIPTION_EXPIRED: "EXPIRED",
  SUBSCRIPTION_PENDING_PURCHASE_CANCELED: "PENDING_PURCHASE_CANCELED",
  VOIDED_PURCHASE: "ACTIVE",
  TEST: "ACTIVE",
};

/** What `plinth simulate google-play` can send. */
export const googlePlayEvents: readonly string[] = Object.keys(states);

export interface Simulation {
  /** 32 bytes, the same as the server's: see GooglePlayOptions. */
  seed: Buffer;
  package_name: string;
  /** The same token is the same purchase, so that one event can follow on another. */
  purchase_token: string;
  /** What the purchase is like then; its `state` follows from the event. */
  purchase?: Omit<SimulatedPurchase, "state">;
  now?: Date;
}

/** A request as it goes over the wire. */
export interface SimulatedRequest {
  url_path: string;
  headers: Record<string, string>;
  body: string;
}

/**
 * A push of the event, signed by the local issuer, with the purchase in the message's attribute `simulated_purchase`: only a server in
 * development with the same secret and without credentials for the API takes it. Throws for an event that it does not know.
 */
export async function simulateGooglePlay(type: string, simulation: Simulation): Promise<SimulatedRequest> {
  const { seed, package_name, purchase_token, now = new Date() } = simulation;
  const state = states[type];
  if (state === undefined) throw new TypeError(`Known are ${googlePlayEvents.join(", ")}; not ${type}`);
  // One order for all events of a purchase, so that a later void names it.
  const order_id = simulation.purchase?.order_id ?? `GPA.${purchase_token}`;
  const hasEnded = ["EXPIRED", "ON_HOLD", "PAUSED"].includes(state);
  const purchase = {
    ...(hasEnded && { expires_at: now }),
    ...simulation.purchase,
    state,
    order_id,
    acknowledged: true,
  };
  const notification = developerNotification({ type, package_name, purchase_token, order_id, at: now });
  const simulated = Buffer.from(JSON.stringify(subscriptionPurchase(purchase, now))).toString("base64");
  const message_id = String(randomInt(2 ** 47));
  const attributes = { [simulationAttribute]: simulated };
  return {
    url_path: "/v1/webhooks/google-play",
    headers: { "content-type": "application/json", authorization: `Bearer ${await localToken(seed, now)}` },
    body: pushEnvelope({ notification, message_id, at: now, attributes }),
  };
}

function localToken(seed: Buffer, now: Date): Promise<string> {
  const issued = Math.floor(now.getTime() / 1_000);
  return new SignJWT({ email: localIssuer.email, email_verified: true })
    .setProtectedHeader({ alg: localIssuer.algorithm, typ: "JWT" })
    .setIssuer(localIssuer.issuer)
    .setAudience(localIssuer.audience)
    .setIssuedAt(issued)
    .setExpirationTime(issued + 3_600)
    .sign(localKeys(seed).privateKey);
}
