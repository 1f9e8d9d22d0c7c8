import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type CryptoKey, exportJWK, exportPKCS8, generateKeyPair, jwtVerify, SignJWT } from "jose";
import type { PlayApiSettings } from "../../src/platform/google_play/api.ts";
import type { PushSettings } from "../../src/platform/google_play/senders.ts";
import { developerNotification, pushEnvelope } from "../../src/platform/google_play/simulator.ts";

/**
 * How an endpoint fails: `down` cuts the connection, `error` answers 503, `quota` 429, `forbidden` 403, `garbage` 200 with HTML,
 * `redirect` sends the caller elsewhere, `lost` does what was asked and cuts the connection then.
 */
export type FakeFailure = "down" | "error" | "quota" | "forbidden" | "garbage" | "redirect" | "lost";
/** What is wrong with a push's token. `wrong_key` is signed by another key under the right key's id. */
export type FakeTampering =
  | "wrong_aud"
  | "wrong_iss"
  | "wrong_email"
  | "unverified_email"
  | "no_email"
  | "wrong_key"
  | "unknown_kid"
  | "none"
  | "hs256"
  | "expired";

/** A push as Google's Pub/Sub sends it. */
export interface FakePush {
  raw_body: Buffer;
  headers: Record<string, string>;
  header(name: string): string | undefined;
}

export interface FakePushOptions {
  /** A type by its name, or a whole notification. */
  type?: string;
  notification?: object;
  purchase_token?: string;
  order_id?: string;
  package_name?: string;
  message_id?: string;
  attributes?: Record<string, string>;
  at?: Date;
  tamper?: FakeTampering;
}

export interface FakeGooglePlay {
  package_name: string;
  push: PushSettings;
  api: PlayApiSettings;
  /** A signed push; without a type a purchase. */
  send(options?: FakePushOptions): Promise<FakePush>;
  /** What subscriptionsv2.get answers for the token: SubscriptionPurchaseV2 as JSON. */
  put(purchase_token: string, purchase: object, package_name?: string): void;
  /** Known no more: subscriptionsv2.get answers 410, or another status. */
  forget(purchase_token: string, status?: number): void;
  /** Adds to the list of voided purchases. */
  addVoided(...purchases: object[]): void;
  /** Purchases to a page of that list. Default 1,000. */
  pageSize(size: number): void;
  /** What came over the wire, as `POST /token`, paths without host. */
  requests: string[];
  /** Tokens of purchases that were acknowledged, once for each request that was granted. */
  acknowledged: string[];
  /** From now on: every endpoint, or those whose request contains the text. */
  fail(mode: FakeFailure | undefined, endpoint?: string): void;
  /** Access tokens that were given out are worth nothing from now on. */
  revokeAccess(): void;
  close(): Promise<void>;
}

interface World {
  base: string;
  keys: { kid: string; publicKey: CryptoKey; privateKey: CryptoKey; other: CryptoKey };
  account: { client_email: string; publicKey: CryptoKey };
  purchases: Map<string, Record<string, unknown>>;
  gone: Map<string, number>;
  voided: object[];
  page_size: number;
  access_tokens: Set<string>;
  requests: string[];
  acknowledged: string[];
  failing: { mode: FakeFailure | undefined; endpoint: string };
}

const package_name = "com.example.app";
const audience = "https://plinth.example/v1/webhooks/google-play";
const service_account_email = "rtdn@example.iam.gserviceaccount.com";

/**
 * Google's issuer of push tokens, its OAuth token endpoint and the Play Developer API (androidpublisher v3) on loopback, in one
 * server: their paths, wire formats and checks.
 */
export async function startFakeGooglePlay(): Promise<FakeGooglePlay> {
  const server = createServer((request, response) => void serve(world, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const account = await generateKeyPair("RS256", { extractable: true });
  const world = await makeWorld(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, account.publicKey);
  const { base, requests, acknowledged } = world;
  const { client_email } = world.account;
  const private_key = await exportPKCS8(account.privateKey);
  return {
    package_name,
    push: { audience, service_account_email, jwks_url: `${base}/oauth2/v3/certs` },
    api: { client_email, private_key, token_url: `${base}/token`, base_url: base },
    requests,
    acknowledged,
    send: (options = {}) => makePush(world, options),
    put: (purchase_token, purchase, app = package_name) => {
      world.gone.delete(purchase_token);
      world.purchases.set(`${app} ${purchase_token}`, { ...purchase });
    },
    forget: (purchase_token, status = 410) => {
      world.gone.set(purchase_token, status);
    },
    addVoided: (...purchases) => {
      world.voided.push(...purchases);
    },
    pageSize: (size) => {
      world.page_size = size;
    },
    fail: (mode, endpoint = "") => {
      world.failing = { mode, endpoint };
    },
    revokeAccess: () => world.access_tokens.clear(),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function makeWorld(base: string, publicKey: CryptoKey): Promise<World> {
  const [pair, other] = await Promise.all([generateKeyPair("RS256"), generateKeyPair("RS256")]);
  return {
    base,
    keys: { kid: "google-push-1", ...pair, other: other.privateKey },
    account: { client_email: "play@example.iam.gserviceaccount.com", publicKey },
    purchases: new Map(),
    gone: new Map(),
    voided: [],
    page_size: 1_000,
    access_tokens: new Set(),
    requests: [],
    acknowledged: [],
    failing: { mode: undefined, endpoint: "" },
  };
}

// Pushes

let messages = 10_000_000_000;

async function makePush(world: World, options: FakePushOptions): Promise<FakePush> {
  const { type = "SUBSCRIPTION_PURCHASED", purchase_token = "token-1", at = new Date() } = options;
  const about = {
    type,
    purchase_token,
    package_name: options.package_name ?? package_name,
    order_id: options.order_id,
  };
  const notification = options.notification ?? developerNotification({ ...about, at });
  const { message_id = String(++messages), attributes } = options;
  const body = pushEnvelope({ notification, message_id, at, ...(attributes !== undefined && { attributes }) });
  const authorization = `Bearer ${await pushToken(world, at, options.tamper)}`;
  const headers: Record<string, string> = { "content-type": "application/json", authorization };
  return { raw_body: Buffer.from(body), headers, header: (name) => headers[name.toLowerCase()] };
}

/** As in the example of cloud.google.com/pubsub/docs/authenticate-push-subscriptions. */
async function pushToken({ keys }: World, at: Date, tamper: FakeTampering | undefined): Promise<string> {
  const issued = Math.floor(at.getTime() / 1_000) - (tamper === "expired" ? 3_700 : 0);
  const payload = {
    aud: tamper === "wrong_aud" ? "https://elsewhere.example" : audience,
    azp: "113774264463038321964",
    ...(tamper !== "no_email" && { email: tamper === "wrong_email" ? "else@example.com" : service_account_email }),
    email_verified: tamper !== "unverified_email",
    exp: issued + 3_600,
    iat: issued,
    iss: tamper === "wrong_iss" ? "https://issuer.example" : "https://accounts.google.com",
    sub: "113774264463038321964",
  };
  if (tamper === "none") return `${encoded({ alg: "none", typ: "JWT" })}.${encoded(payload)}.`;
  if (tamper === "hs256") {
    // The public key as a shared secret: the oldest forgery there is (RFC 8725, 3.1).
    const secret = new TextEncoder().encode(JSON.stringify(await exportJWK(keys.publicKey)));
    return new SignJWT(payload).setProtectedHeader({ alg: "HS256", kid: keys.kid, typ: "JWT" }).sign(secret);
  }
  const kid = tamper === "unknown_kid" ? "google-push-0" : keys.kid;
  const key = tamper === "wrong_key" ? keys.other : keys.privateKey;
  return new SignJWT(payload).setProtectedHeader({ alg: "RS256", kid, typ: "JWT" }).sign(key);
}

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

// The endpoints

interface Reply {
  status: number;
  body: unknown;
}

async function serve(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", world.base);
  const name = `${request.method} ${url.pathname}`;
  world.requests.push(name);
  const { mode, endpoint } = world.failing;
  const fails = mode !== undefined && name.includes(endpoint) ? mode : undefined;
  if (fails !== undefined && fails !== "lost") return failWith(fails, response);
  const { status, body } = await route(world, request, url);
  if (fails === "lost") return void response.destroy();
  response.writeHead(status, { "content-type": "application/json; charset=UTF-8" });
  response.end(body === undefined ? "" : JSON.stringify(body));
}

function failWith(mode: Exclude<FakeFailure, "lost">, response: ServerResponse): void {
  const refuse = ({ status, body }: Reply) =>
    void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  if (mode === "down") response.destroy();
  if (mode === "error") refuse(problem(503, "UNAVAILABLE", "backendError"));
  if (mode === "quota") refuse(problem(429, "RESOURCE_EXHAUSTED", "rateLimitExceeded"));
  if (mode === "forbidden") refuse(problem(403, "PERMISSION_DENIED", "permissionDenied"));
  if (mode === "garbage") response.writeHead(200, { "content-type": "text/html" }).end("<h1>Hello</h1>");
  if (mode === "redirect") response.writeHead(302, { location: "/elsewhere" }).end();
}

/** The shape of cloud.google.com/apis/design/errors. */
function problem(code: number, status: string, reason: string): Reply {
  const message = `The request failed: ${reason}.`;
  return {
    status: code,
    body: { error: { code, message, status, errors: [{ message, domain: "androidpublisher", reason }] } },
  };
}

async function route(world: World, request: IncomingMessage, url: URL): Promise<Reply> {
  if (url.pathname === "/oauth2/v3/certs") return certificates(world);
  if (url.pathname === "/token") return exchange(world, request);
  const [, credential = ""] = /^Bearer (.+)$/.exec(request.headers.authorization ?? "") ?? [];
  if (!world.access_tokens.has(credential)) return problem(401, "UNAUTHENTICATED", "authError");
  const [, app = "", path = ""] =
    /^\/androidpublisher\/v3\/applications\/([^/]+)\/purchases\/(.+)$/.exec(url.pathname) ?? [];
  const parts = path.split("/").map(decodeURIComponent);
  if (request.method === "GET" && parts[0] === "subscriptionsv2") return getSubscription(world, app, parts[2] ?? "");
  if (request.method === "GET" && parts[0] === "voidedpurchases") return listVoided(world, url.searchParams);
  if (request.method === "POST" && path.endsWith(":acknowledge")) return acknowledge(world, app, parts);
  return problem(404, "NOT_FOUND", "notFound");
}

async function certificates({ keys }: World): Promise<Reply> {
  const jwk = await exportJWK(keys.publicKey);
  return { status: 200, body: { keys: [{ ...jwk, kid: keys.kid, alg: "RS256", use: "sig" }] } };
}

/** developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests */
async function exchange(world: World, request: IncomingMessage): Promise<Reply> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const form = new URLSearchParams(Buffer.concat(chunks).toString());
  try {
    if (form.get("grant_type") !== "urn:ietf:params:oauth:grant-type:jwt-bearer") throw new Error("grant_type");
    const { payload } = await jwtVerify(form.get("assertion") ?? "", world.account.publicKey, {
      algorithms: ["RS256"],
      issuer: world.account.client_email,
      audience: `${world.base}/token`,
      requiredClaims: ["iat", "exp"],
      clockTolerance: 10 * 86_400,
    });
    if (payload.scope !== "https://www.googleapis.com/auth/androidpublisher") throw new Error("scope");
  } catch {
    return { status: 400, body: { error: "invalid_grant", error_description: "Invalid JWT Signature." } };
  }
  const access_token = `ya29.${world.requests.length}`;
  world.access_tokens.add(access_token);
  return { status: 200, body: { access_token, expires_in: 3_599, token_type: "Bearer" } };
}

function getSubscription({ purchases, gone }: World, app: string, purchase_token: string): Reply {
  const status = gone.get(purchase_token);
  if (status === 410) return problem(410, "FAILED_PRECONDITION", "subscriptionPurchaseNoLongerAvailable");
  if (status !== undefined) return problem(status, "NOT_FOUND", "purchaseTokenNotFound");
  const body = purchases.get(`${app} ${purchase_token}`);
  return body === undefined ? problem(400, "INVALID_ARGUMENT", "invalid") : { status: 200, body };
}

/** What is pending cannot be acknowledged; what is acknowledged can be again. */
function acknowledge({ purchases, acknowledged }: World, app: string, parts: string[]): Reply {
  const purchase_token = (parts[3] ?? "").replace(/:acknowledge$/, "");
  const purchase = purchases.get(`${app} ${purchase_token}`);
  const items = JSON.stringify(purchase?.lineItems ?? []);
  if (purchase === undefined || !items.includes(`"productId":"${parts[1]}"`))
    return problem(404, "NOT_FOUND", "notFound");
  if (purchase.subscriptionState === "SUBSCRIPTION_STATE_PENDING") {
    return problem(400, "FAILED_PRECONDITION", "subscriptionPurchasePending");
  }
  acknowledged.push(purchase_token);
  purchase.acknowledgementState = "ACKNOWLEDGEMENT_STATE_ACKNOWLEDGED";
  return { status: 200, body: undefined };
}

function listVoided({ voided, page_size }: World, query: URLSearchParams): Reply {
  const since = Number(query.get("startTime"));
  const oldest = Date.now() - 30 * 86_400_000;
  const token = query.get("token");
  if (token === null && since < oldest) return problem(400, "INVALID_ARGUMENT", "invalidStartTime");
  const from = Number(token ?? 0);
  const next = from + page_size < voided.length ? { tokenPagination: { nextPageToken: String(from + page_size) } } : {};
  const list = query.get("type") === "1" ? voided.slice(from, from + page_size) : [];
  return { status: 200, body: { ...next, ...(list.length > 0 && { voidedPurchases: list }) } };
}
