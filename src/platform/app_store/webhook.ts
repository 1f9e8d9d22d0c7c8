import type { Static, TSchema } from "typebox";
import { Check, Errors } from "typebox/value";
import { billingErrors, type Content, type Environment, type Notification, type Store } from "../billing/index.ts";
import { type AppStoreApi, type AppStoreCredentials, createAppStoreApi, type HistoryPage } from "./api.ts";
import { claimOf, contentsOf, needsTransaction, notificationTypes, stateOf } from "./notifications.ts";
import { WireBody, WireClaim, WirePayload, WireRenewal, WireTransaction } from "./schema.ts";
import { type AppStoreVerifier, createVerifier, type VerifierOptions } from "./verifier.ts";

export interface AppStoreOptions extends VerifierOptions {
  /** Without it states are taken from notifications alone, and there is nothing to reconcile with. */
  api?: AppStoreCredentials;
}

/** The App Store, and what it signs for a customer's device. */
export interface AppStore extends Store {
  /**
   * Reads a transaction that a client presents (StoreKit 2's `jwsRepresentation`), checked as a notification is. It becomes a notification
   * of the type `claim`, the same one for the same signature. Throws what `open` throws.
   */
  openTransaction(signed_transaction: string): Promise<Notification>;
}

/** The type of a notification that a client has brought instead of the store. */
const claim = "claim";

/** How far back lost notifications are looked for: the store tries again for 6.5 days, and keeps them for 180 (sandbox: 30). */
const history_days = 30;

/**
 * App Store Server Notifications V2 (developer.apple.com/documentation/appstoreservernotifications). A notification is a signed
 * snapshot, so nothing is fetched for it. Throws at once for settings that cannot work.
 */
export function createAppStore(options: AppStoreOptions): AppStore {
  const verifier = createVerifier(options);
  const api = options.api && createAppStoreApi(options, options.api);
  return {
    source: "app_store",
    known_types: [...notificationTypes, claim],
    open: async ({ raw_body }) => {
      const payload = textOf(raw_body);
      await verifier.notification(parse(WireBody, payload).signedPayload);
      return readNotification(payload);
    },
    read: (payload) => (isClaim(payload) ? readClaim(payload) : readNotification(payload)),
    openTransaction: async (signed_transaction) => {
      await verifier.transaction(signed_transaction);
      return readClaim(JSON.stringify({ signed_transaction }));
    },
    ...(api && reconciliation(api, verifier, options.environment)),
  };
}

function reconciliation(
  api: AppStoreApi,
  verifier: AppStoreVerifier,
  ours: Environment,
): Required<Pick<Store, "fetch" | "current" | "page">> {
  const current = async (external_id: string, observed_at: Date): Promise<Content[]> => {
    const statuses = await api.statuses(external_id);
    const all = (statuses?.data ?? []).flatMap(({ lastTransactions }) => lastTransactions ?? []);
    const told = all.filter(({ originalTransactionId }) => originalTransactionId === external_id);
    for (const each of told) await verifier.transaction(each.signedTransactionInfo, each.signedRenewalInfo);
    return told.flatMap(({ status, signedTransactionInfo, signedRenewalInfo }) => {
      const transaction = decode(WireTransaction, signedTransactionInfo);
      const renewal = signedRenewalInfo ? decode(WireRenewal, signedRenewalInfo) : undefined;
      return stateOf({ transaction, renewal, status, at: observed_at });
    });
  };
  return {
    // What a device presents may be old; what the store sends is not, and says more than it would answer.
    fetch: async ({ event_type, environment, subject }, observed_at) => {
      if (event_type !== claim || environment !== ours || subject === null) return undefined;
      return { contents: await current(subject, observed_at) };
    },
    current: ({ external_id }, observed_at) => current(external_id, observed_at),
    page: async (cursor, observed_at) => {
      const page = cursor === null ? firstPage(observed_at) : readCursor(cursor);
      const { notificationHistory, hasMore, paginationToken } = await api.failedNotifications(page);
      const contents: Content[] = [];
      for (const { signedPayload } of notificationHistory ?? [])
        contents.push(...(await lost(signedPayload, verifier, ours)));
      const isLast = hasMore !== true || paginationToken == null;
      return { contents, next: isLast ? null : JSON.stringify({ ...page, token: paginationToken }) };
    },
  };
}

/** What a notification says that never arrived. One that is not valid must not stand in the way of those after it. */
async function lost(signedPayload: string, verifier: AppStoreVerifier, ours: Environment): Promise<Content[]> {
  try {
    const environment = await verifier.notification(signedPayload);
    return environment === ours ? readNotification(JSON.stringify({ signedPayload })).contents : [];
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || error.code === "billing.store_unreachable") throw error;
    return [{ kind: "unreadable", detail: `a notification in the store's history: ${error.message}` }];
  }
}

function firstPage(observed_at: Date): HistoryPage {
  const until = observed_at.getTime();
  return { from: until - history_days * 86_400_000, until, token: null };
}

/** Every page must repeat the question of the first. */
function readCursor(cursor: string): HistoryPage {
  const { from, until, token } = JSON.parse(cursor);
  return { from: Number(from), until: Number(until), token: String(token) };
}

function readNotification(text: string): Notification {
  const payload = decode(WirePayload, parse(WireBody, text).signedPayload);
  const transaction = payload.data?.signedTransactionInfo
    ? tryDecode(WireTransaction, payload.data.signedTransactionInfo)
    : undefined;
  return {
    source: "app_store",
    environment: environmentOf(payload),
    event_id: payload.notificationUUID,
    event_type: payload.subtype ? `${payload.notificationType}/${payload.subtype}` : payload.notificationType,
    created_at: new Date(payload.signedDate),
    subject: transaction?.value?.originalTransactionId ?? null,
    payload: text,
    contents: saidBy(payload, transaction),
  };
}

function saidBy(payload: WirePayload, transaction: Decoded<WireTransaction> | undefined): Content[] {
  const { notificationType, data, signedDate } = payload;
  if (!needsTransaction(notificationType)) return [];
  if (transaction === undefined) return [{ kind: "unreadable", detail: "/data has no signedTransactionInfo" }];
  const renewal = data?.signedRenewalInfo ? tryDecode(WireRenewal, data.signedRenewalInfo) : undefined;
  const fault = transaction.fault ?? renewal?.fault;
  if (fault !== undefined || transaction.value === undefined) return [{ kind: "unreadable", detail: fault ?? "" }];
  const at = new Date(signedDate);
  return contentsOf(notificationType, {
    transaction: transaction.value,
    renewal: renewal?.value,
    status: data?.status,
    at,
  });
}

/** What the store sends is never a claim, whatever else stands in its body: nobody has signed that. */
function isClaim(payload: string): boolean {
  const body: unknown = JSON.parse(payload);
  return Check(WireClaim, body) && !Check(WireBody, body);
}

function readClaim(text: string): Notification {
  const transaction = decode(WireTransaction, parse(WireClaim, text).signed_transaction);
  return {
    source: "app_store",
    environment: transaction.environment === "Production" ? "live" : "test",
    event_id: `claim:${transaction.transactionId}:${transaction.signedDate}`,
    event_type: claim,
    created_at: new Date(transaction.signedDate),
    subject: transaction.originalTransactionId,
    payload: text,
    contents: claimOf(transaction),
  };
}

/** In the order in which Apple's library looks, so that it is the one that was checked. */
function environmentOf({ data, summary, externalPurchaseToken, appData }: WirePayload): Environment {
  const about = data ?? summary;
  // Such a token names no environment but by its first word.
  if (!about && externalPurchaseToken) {
    return externalPurchaseToken.externalPurchaseId?.startsWith("SANDBOX") ? "test" : "live";
  }
  return (about ?? appData)?.environment === "Production" ? "live" : "test";
}

function textOf(raw_body: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw_body);
  } catch (cause) {
    throw billingErrors.event_malformed({ detail: "The body is not UTF-8", cause });
  }
}

/** The value in a JSON text. Throws `billing.event_malformed`. */
function parse<T extends TSchema>(schema: T, text: string): Static<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw billingErrors.event_malformed({ detail: "The body is not JSON", cause });
  }
  if (Check(schema, value)) return value;
  const [first] = Errors(schema, value);
  throw billingErrors.event_malformed({ detail: first && `${first.instancePath || "/"} ${first.message}` });
}

/** The content of a JWS (RFC 7515 §7.1), whose signature was checked before. Throws `billing.event_malformed`. */
function decode<T extends TSchema>(schema: T, jws: string): Static<T> {
  return parse(schema, Buffer.from(jws.split(".")[1] ?? "", "base64url").toString("utf8"));
}

interface Decoded<T> {
  value?: T;
  fault?: string;
}

function tryDecode<T extends TSchema>(schema: T, jws: string): Decoded<Static<T>> {
  try {
    return { value: decode(schema, jws) };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
}
