import { randomInt, randomUUID } from "node:crypto";

/**
 * RevenueCat's events without RevenueCat: whole payloads as its documentation shows them
 * (www.revenuecat.com/docs/integrations/webhooks/sample-events), so that everything can be tried offline.
 */

/** What may be said of an event; the rest is filled in. */
export interface SimulatedRevenueCatEvent {
  event_id?: string;
  /** When it was made. Default: now. */
  at?: Date;
  /** Default: `SANDBOX`. */
  environment?: "SANDBOX" | "PRODUCTION";
  /** Default: `APP_STORE`. */
  store?: string;
  /** The id of a workspace or of a person, as the app logged in with. */
  app_user_id?: string;
  original_app_user_id?: string;
  aliases?: string[];
  product_id?: string;
  /** Null: the product is mapped to none. */
  entitlement_ids?: string[] | null;
  transaction_id?: string;
  /** Default: the transaction's own. */
  original_transaction_id?: string;
  period_type?: "NORMAL" | "TRIAL" | "INTRO" | "PROMOTIONAL" | "PREPAID";
  /** Default: when the event was made. */
  purchased_at?: Date;
  /** Default: 30 days after the purchase, and for EXPIRATION when the event was made. */
  expires_at?: Date | null;
  /** Of BILLING_ISSUE alone. Default: null. */
  grace_expires_at?: Date | null;
  /** Why it was cancelled or has expired. Default: `UNSUBSCRIBE`. */
  reason?: string;
  new_product_id?: string;
  transferred_from?: string[];
  transferred_to?: string[];
  /** Members to add to the event, to change, or to leave out (undefined). */
  more?: Record<string, unknown>;
}

/** As it goes over the wire, beside the `Authorization` header. */
interface RevenueCatBody {
  api_version: "1.0";
  event: Record<string, unknown> & { id: string; type: string; event_timestamp_ms: number };
}

type Members = Record<string, unknown>;
type Whole = SimulatedRevenueCatEvent & Required<Pick<SimulatedRevenueCatEvent, "at" | "app_user_id">>;

const makers: Record<string, (options: Whole) => Members> = {
  INITIAL_PURCHASE: purchase,
  RENEWAL: (options) => ({ ...purchase(options), is_trial_conversion: false, renewal_number: 2 }),
  CANCELLATION: (options) => {
    const isRefund = options.reason === "CUSTOMER_SUPPORT";
    const price = isRefund ? { price: -9.99, price_in_purchased_currency: -9.99 } : {};
    return { ...purchase(options), ...price, cancel_reason: options.reason ?? "UNSUBSCRIBE" };
  },
  UNCANCELLATION: purchase,
  NON_RENEWING_PURCHASE: (options) => purchase({ ...options, expires_at: options.expires_at ?? null }),
  SUBSCRIPTION_PAUSED: (options) => ({
    ...purchase(options),
    auto_resume_at_ms: options.at.getTime() + 60 * 86_400_000,
  }),
  EXPIRATION: (options) => ({
    ...purchase({ ...options, expires_at: options.expires_at ?? options.at }),
    expiration_reason: options.reason ?? "UNSUBSCRIBE",
  }),
  BILLING_ISSUE: (options) => ({
    ...purchase(options),
    grace_period_expiration_at_ms: options.grace_expires_at?.getTime() ?? null,
  }),
  PRODUCT_CHANGE: (options) => ({
    ...purchase(options),
    new_product_id: options.new_product_id ?? "prism_max_monthly",
  }),
  SUBSCRIPTION_EXTENDED: purchase,
  REFUND_REVERSED: purchase,
  TRANSFER: transfer,
  TEMPORARY_ENTITLEMENT_GRANT: temporary,
  SUBSCRIBER_ALIAS: (options) => person(options),
  INVOICE_ISSUANCE: (options) => ({ ...purchase({ ...options, store: "RC_BILLING" }), expiration_at_ms: null }),
  VIRTUAL_CURRENCY_TRANSACTION: virtualCurrency,
  EXPERIMENT_ENROLLMENT: (options) => ({
    app_user_id: options.app_user_id,
    aliases: options.aliases ?? [],
    experiment_id: "prexp1a2b3c4d5e",
    experiment_variant: "a",
    experiment_enrolled_at_ms: options.at.getTime(),
  }),
  TEST: (options) => purchase({ ...options, environment: "SANDBOX" }),
};

/** The types that can be simulated. */
export const revenueCatEventTypes = Object.keys(makers);

/** The event's body. Throws for a type that RevenueCat does not have. */
export function revenueCatEvent(type: string, options: SimulatedRevenueCatEvent = {}): RevenueCatBody {
  const make = Object.hasOwn(makers, type) ? makers[type] : undefined;
  if (make === undefined) throw new Error(`RevenueCat's events are ${revenueCatEventTypes.join(", ")}; not ${type}`);
  const at = options.at ?? new Date();
  const event = {
    ...make({ ...options, at, app_user_id: options.app_user_id ?? anonymousId() }),
    app_id: "appa1b2c3d4e5",
    event_timestamp_ms: at.getTime(),
    id: options.event_id ?? randomUUID().toUpperCase(),
    type,
    ...options.more,
  };
  return { api_version: "1.0", event };
}

/** The request that RevenueCat would send, with the value set for its `Authorization` header. */
export function simulateRevenueCat(type: string, options: SimulatedRevenueCatEvent & { authorization: string }) {
  const { authorization, ...told } = options;
  return {
    url_path: "/v1/webhooks/revenuecat",
    headers: { "content-type": "application/json", authorization },
    body: JSON.stringify(revenueCatEvent(type, told)),
  };
}

function person({ app_user_id, original_app_user_id, aliases }: Whole): Members {
  const original = original_app_user_id ?? app_user_id;
  return {
    aliases: aliases ?? [...new Set([app_user_id, original])],
    app_user_id,
    original_app_user_id: original,
    subscriber_attributes: {},
  };
}

function purchase(options: Whole): Members {
  const purchased_at = options.purchased_at ?? options.at;
  const monthly = new Date(purchased_at.getTime() + 30 * 86_400_000);
  const expires_at = options.expires_at === undefined ? monthly : options.expires_at;
  const transaction_id = options.transaction_id ?? options.original_transaction_id ?? transactionId();
  return {
    ...person(options),
    ...money(options),
    country_code: "US",
    entitlement_id: null,
    entitlement_ids: options.entitlement_ids === undefined ? ["pro"] : options.entitlement_ids,
    environment: options.environment ?? "SANDBOX",
    expiration_at_ms: expires_at?.getTime() ?? null,
    is_family_share: false,
    metadata: null,
    offer_code: null,
    original_transaction_id: options.original_transaction_id ?? transaction_id,
    period_type: options.period_type ?? "NORMAL",
    presented_offering_id: null,
    product_id: options.product_id ?? "prism_pro_monthly",
    purchased_at_ms: purchased_at.getTime(),
    store: options.store ?? "APP_STORE",
    transaction_id,
  };
}

function money({ period_type }: Whole): Members {
  const price = period_type === "TRIAL" ? 0 : 9.99;
  return {
    commission_percentage: 0.3,
    currency: "USD",
    price,
    price_in_purchased_currency: price,
    takehome_percentage: 0.7,
    tax_percentage: 0,
  };
}

/** It says whose the purchases were and are, and nothing else. */
function transfer({ transferred_from, transferred_to, app_user_id, store, environment }: Whole): Members {
  return {
    ...(environment !== undefined && { environment }),
    store: store ?? "APP_STORE",
    transferred_from: transferred_from ?? [anonymousId()],
    transferred_to: transferred_to ?? [app_user_id],
  };
}

/** Of a purchase that could not be checked yet, with less than others have. */
function temporary(options: Whole): Members {
  const purchased_at = options.purchased_at ?? options.at;
  return {
    app_user_id: options.app_user_id,
    entitlement_ids: options.entitlement_ids ?? ["pro"],
    environment: options.environment ?? "SANDBOX",
    expiration_at_ms: (options.expires_at ?? new Date(purchased_at.getTime() + 86_400_000)).getTime(),
    product_id: options.product_id ?? "prism_pro_monthly",
    purchased_at_ms: purchased_at.getTime(),
    store: options.store ?? "APP_STORE",
    transaction_id: options.transaction_id ?? transactionId(),
  };
}

function virtualCurrency(options: Whole): Members {
  const currency = { code: "CRD", description: "The main currency unit", name: "Credits" };
  return {
    adjustments: [{ amount: 100, currency }],
    aliases: options.aliases ?? [],
    app_user_id: options.app_user_id,
    country_code: "US",
    product_display_name: "100 credits a month",
    product_id: options.product_id ?? "prism_credits_100",
    purchase_environment: options.environment ?? "SANDBOX",
    source: "in_app_purchase",
    store: options.store ?? "APP_STORE",
    subscriber_attributes: {},
    transaction_id: options.transaction_id ?? transactionId(),
    virtual_currency_transaction_id: `vatx${randomUUID().replaceAll("-", "").slice(0, 16)}`,
  };
}

function anonymousId(): string {
  return `$RCAnonymousID:${randomUUID().replaceAll("-", "")}`;
}

function transactionId(): string {
  return `2000000${randomInt(100_000_000, 999_999_999)}`;
}
