import { createHash, timingSafeEqual } from "node:crypto";
import type { TSchema } from "typebox";
import { Check, Errors } from "typebox/value";
import { billingErrors, type Environment, type Notification, type Store } from "../billing/index.ts";
import { createRevenueCatApi, type RevenueCatApi, type RevenueCatApiSettings } from "./api.ts";
import { stateOf, type Wanted } from "./customer-mapping.ts";
import {
  buyerOf,
  contentsOf,
  environmentOf,
  eventIdOf,
  externalIdOf,
  isKnownType,
  knownTypes,
  storeOf,
  subjectOf,
} from "./event-mapping.ts";
import { Envelope, RevenueCatEvent } from "./schema.ts";

export interface RevenueCatOptions {
  /** The values of the header `Authorization` that are taken: several while one is being replaced. At least one. */
  authorization: string[];
  /** Whose events these are where they do not say it themselves. */
  environment: Environment;
  /** To ask for the present state; without it the events' own word counts. */
  api?: RevenueCatApiSettings | undefined;
}

/** RevenueCat as a store: also of purchases in others, which it hears of from them. */
export type RevenueCat = Store;

/**
 * Types of a subscription whose state the API tells. A temporary grant is one of RevenueCat's own, made while the store could not be asked,
 * and what does not renew is not among the customer's subscriptions.
 */
const fetchedTypes = new Set([
  "INITIAL_PURCHASE",
  "RENEWAL",
  "CANCELLATION",
  "UNCANCELLATION",
  "BILLING_ISSUE",
  "EXPIRATION",
  "SUBSCRIPTION_PAUSED",
  "SUBSCRIPTION_EXTENDED",
  "PRODUCT_CHANGE",
  "REFUND_REVERSED",
]);

/** Throws for settings that cannot work; sends nothing. */
export function createRevenueCat({ authorization, environment, api }: RevenueCatOptions): RevenueCat {
  const digests = authorization.filter((value) => value !== "").map(digestOf);
  if (digests.length === 0) throw new Error("RevenueCat needs at least one value of its Authorization header");
  const read = (payload: string) => notificationOf(payload, environment);
  const store: Store = {
    source: "revenuecat",
    known_types: knownTypes,
    open: async ({ raw_body, header }) => {
      if (!isKnown(header("authorization") ?? "", digests)) throw billingErrors.sender_unknown();
      return read(textOf(raw_body));
    },
    read,
  };
  return api === undefined ? store : { ...store, ...asking(createRevenueCatApi(api), environment) };
}

function asking(api: RevenueCatApi, environment: Environment): Pick<RevenueCat, "fetch" | "current"> {
  return {
    fetch: async ({ payload }, observed_at) => {
      const event = eventOf(payload);
      const wanted = event === undefined ? undefined : wantedOf(event, environment);
      const app_user_id = event?.app_user_id ?? event?.original_app_user_id;
      if (wanted === undefined || app_user_id == null) return undefined;
      const content = stateOf(await api.customer(app_user_id), wanted, observed_at);
      return content === undefined ? undefined : { contents: [content] };
    },
    current: async ({ customer, ...known }, observed_at) => {
      const state = await api.customer(customer);
      const wanted = { ...known, environment, buyer: buyerOf(namedBy(customer)) };
      const content = stateOf(state, wanted, observed_at);
      if (content !== undefined) return [content];
      const others = Object.keys(state.subscriber.subscriptions).length;
      if (others === 0) return [];
      return [{ kind: "unreadable", detail: `None of the customer's ${others} subscriptions is surely this one` }];
    },
  };
}

function wantedOf(event: RevenueCatEvent, environment: Environment): Wanted | undefined {
  const external_id = externalIdOf(event);
  if (external_id === null || !fetchedTypes.has(event.type)) return undefined;
  return {
    external_id,
    buyer: buyerOf(event),
    environment: environmentOf(event) ?? environment,
    store: storeOf(event.store),
    transaction_id: event.transaction_id,
    price_id: event.product_id,
    entitlement_ids: event.entitlement_ids ?? [],
    purchased_at: event.purchased_at_ms == null ? null : new Date(event.purchased_at_ms),
  };
}

/** An event that tells nothing but its buyer. */
function namedBy(app_user_id: string): RevenueCatEvent {
  return { id: "", type: "", event_timestamp_ms: 0, app_user_id };
}

/** All are compared, each in a time that depends on neither (digests have one length). */
function isKnown(header: string, digests: Buffer[]): boolean {
  const given = digestOf(header);
  return digests.reduce((isFound, digest) => timingSafeEqual(given, digest) || isFound, false);
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function textOf(raw_body: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw_body);
  } catch (cause) {
    throw billingErrors.event_malformed({ detail: "The body is not UTF-8", cause });
  }
}

function notificationOf(payload: string, environment: Environment): Notification {
  const { event: known } = envelopeOf(payload);
  const notification = {
    source: "revenuecat",
    environment,
    event_id: known.id,
    event_type: known.type,
    created_at: new Date(known.event_timestamp_ms),
    payload,
  } as const;
  if (!Check(RevenueCatEvent, known)) {
    const detail = faults(RevenueCatEvent, known);
    return {
      ...notification,
      subject: null,
      contents: isKnownType(known.type) ? [{ kind: "unreadable", detail }] : [],
    };
  }
  return {
    ...notification,
    environment: environmentOf(known) ?? environment,
    event_id: eventIdOf(known),
    subject: subjectOf(known),
    contents: contentsOf(known),
  };
}

/** Undefined for what is not of the form that RevenueCat promises. */
function eventOf(payload: string): RevenueCatEvent | undefined {
  const { event } = envelopeOf(payload);
  return Check(RevenueCatEvent, event) ? event : undefined;
}

function envelopeOf(payload: string) {
  let body: unknown;
  try {
    body = JSON.parse(payload);
  } catch (cause) {
    throw billingErrors.event_malformed({ detail: "The body is not JSON", cause });
  }
  if (!Check(Envelope, body)) throw billingErrors.event_malformed({ detail: faults(Envelope, body) });
  return body;
}

function faults(schema: TSchema, value: unknown): string {
  const [first] = Errors(schema, value);
  return first === undefined ? "is not of the form that is expected" : `${first.instancePath || "/"} ${first.message}`;
}
