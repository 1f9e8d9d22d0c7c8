import { createPrivateKey } from "node:crypto";
import { SignJWT } from "jose";
import type { Static, TSchema } from "typebox";
import { Check } from "typebox/value";
import { billingErrors } from "../billing/index.ts";
import { WireHistory, WireStatuses } from "./schema.ts";
import type { AppStoreApp } from "./verifier.ts";

/** A key for the App Store Server API, from App Store Connect → Users and Access → Integrations → In-App Purchase. */
export interface AppStoreCredentials {
  issuer_id: string;
  key_id: string;
  /** The .p8 file's text: a P-256 key as PKCS#8 in PEM. */
  private_key: string;
  /** Stands for Apple's host. Default: the environment's own. */
  base_url?: string;
  /** How long one request may take, its body included. Default 10,000. */
  timeout_ms?: number;
}

/** A stretch of time, half open, in which notifications were sent. */
export interface HistoryPage {
  from: number;
  until: number;
  token: string | null;
}

/**
 * What we ask of the App Store Server API. Its answers are signed where it matters, and not checked here. Throws
 * `billing.store_unreachable` when it does not answer, is in trouble (5xx, 429), or refuses us.
 */
export interface AppStoreApi {
  /** The newest transaction of every subscription of the customer who made this one; undefined where the store does not know it. */
  statuses(transaction_id: string): Promise<Static<typeof WireStatuses> | undefined>;
  /** At most 20 notifications that did not reach us, the oldest first, at most 180 days old. */
  failedNotifications(page: HistoryPage): Promise<Static<typeof WireHistory>>;
}

/** Account, original transaction or transaction not found (…/appstoreserverapi/error_codes); their twins ending in 2 and 6 may be retried. */
const unknownCodes = [4040001, 4040005, 4040010];

/** A client for the App Store Server API. Throws for a key that is none. */
export function createAppStoreApi(app: AppStoreApp, credentials: AppStoreCredentials): AppStoreApi {
  const host = app.environment === "live" ? "api.storekit.apple.com" : "api.storekit-sandbox.apple.com";
  const base_url = (credentials.base_url ?? `https://${host}`).replace(/\/+$/, "");
  const authorization = tokenMaker(app, credentials);
  const ask = async (path: string, init: RequestInit = {}) => {
    const headers = {
      accept: "application/json",
      "content-type": "application/json",
      authorization: await authorization(),
    };
    const signal = AbortSignal.timeout(credentials.timeout_ms ?? 10_000);
    return receive(fetch(`${base_url}${path}`, { ...init, headers, signal, redirect: "error" }));
  };
  return {
    statuses: async (transaction_id) => {
      const answer = await ask(`/inApps/v1/subscriptions/${encodeURIComponent(transaction_id)}`);
      if (answer.status === 404 && unknownCodes.includes(errorCode(answer.body))) return undefined;
      return expected(WireStatuses, answer);
    },
    failedNotifications: async ({ from, until, token }) => {
      const query = token === null ? "" : `?${new URLSearchParams({ paginationToken: token })}`;
      const body = JSON.stringify({ startDate: from, endDate: until, onlyFailures: true });
      return expected(WireHistory, await ask(`/inApps/v1/notifications/history${query}`, { method: "POST", body }));
    },
  };
}

/** https://developer.apple.com/documentation/appstoreserverapi/generating-json-web-tokens-for-api-requests: a fresh one for each request. */
function tokenMaker({ bundle_id }: AppStoreApp, { issuer_id, key_id, private_key }: AppStoreCredentials) {
  const key = signingKey(private_key);
  return async (): Promise<string> => {
    const token = await new SignJWT({ bid: bundle_id })
      .setProtectedHeader({ alg: "ES256", kid: key_id, typ: "JWT" })
      .setIssuer(issuer_id)
      .setAudience("appstoreconnect-v1")
      .setIssuedAt()
      .setExpirationTime("5m")
      .sign(key);
    return `Bearer ${token}`;
  };
}

function signingKey(pem: string) {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyDetails?.namedCurve === "prime256v1") return key;
  } catch {
    // What the parser says of it helps nobody, and may hold a piece of the key.
  }
  throw new Error("the App Store Server API's private key must be a P-256 key as PKCS#8 in PEM (the .p8 file)");
}

interface Answer {
  status: number;
  body: unknown;
}

async function receive(sent: Promise<Response>): Promise<Answer> {
  try {
    const response = await sent;
    const text = await response.text();
    return { status: response.status, body: parse(text) };
  } catch (cause) {
    throw billingErrors.store_unreachable({ retry_after: 60, cause });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function errorCode(body: unknown): number {
  return typeof body === "object" && body !== null && "errorCode" in body ? Number(body.errorCode) : 0;
}

function expected<T extends TSchema>(schema: T, { status, body }: Answer): Static<T> {
  if (status === 200 && Check(schema, body)) return body;
  const cause = new Error(`The App Store Server API answered ${status}, error ${errorCode(body)}`);
  throw billingErrors.store_unreachable({ retry_after: 60, cause });
}
