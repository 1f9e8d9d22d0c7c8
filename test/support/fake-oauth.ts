import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type CryptoKey, exportJWK, exportPKCS8, generateKeyPair, jwtVerify, SignJWT } from "jose";
import type { OAuthProviderName, OAuthSettings } from "../../src/platform/federation/oauth-providers.ts";

/** Who sits at the consent page. */
export interface FakePerson {
  /** At GitHub a whole number in digits. */
  subject: string;
  /** Null: an account without an address. */
  email: string | null;
  /** Sent as it is: Apple also writes it as a text. */
  email_verified: boolean | string;
  name: string | null;
}

/** Where the consent page sends the browser; with `form`, by a POST of these fields (Apple's form_post). */
export interface FakeConsent {
  callback: URL;
  form?: Record<string, string>;
}

/**
 * How an endpoint fails: `down` cuts the connection, `error` answers 503, `hang` never answers, `stall` stops in the middle of
 * its answer, `redirect` sends the caller elsewhere.
 */
export type FakeFailure = "down" | "error" | "hang" | "stall" | "redirect";
/** What is wrong with every ID token. `wrong_key` is signed by another key under the right key's id. */
export type FakeTampering = "wrong_nonce" | "wrong_aud" | "wrong_iss" | "wrong_key" | "expired";

export interface FakeOAuth {
  /** What a provider's settings take as `base_url`. */
  url(provider: OAuthProviderName): string;
  /** Complete, for all three. */
  settings: Required<Pick<OAuthSettings, OAuthProviderName>>;
  /** Plays a person who agrees. Throws where the real page would show an error instead of asking. */
  authorize(url: URL, person: FakePerson): Promise<FakeConsent>;
  /** Plays a person who says no. */
  deny(url: URL): Promise<FakeConsent>;
  /** What came over the wire, as `POST /google/token`. */
  requests: string[];
  /** From now on: every endpoint, or one, named as in `requests`. */
  fail(mode: FakeFailure | undefined, endpoint?: string): void;
  tamper(mode: FakeTampering | undefined): void;
  close(): Promise<void>;
}

/** What a code, and then an access token, stands for. */
interface Grant {
  provider: OAuthProviderName;
  redirect_uri: string;
  challenge: string;
  nonce: string | null;
  scopes: string[];
  person: FakePerson;
}

interface Key {
  kid: string;
  publicKey: CryptoKey;
  privateKey: CryptoKey;
}

interface World {
  base: string;
  settings: FakeOAuth["settings"];
  keys: { google: Key; apple: Key };
  /** Verifies the JWT that is Apple's client_secret. */
  appleClientKey: CryptoKey;
  codes: Map<string, Grant>;
  tokens: Map<string, Grant>;
  /** Whose name Apple has told already. */
  told: Set<string>;
  requests: string[];
  failing: { mode: FakeFailure | undefined; endpoint: string | undefined };
  tampering: FakeTampering | undefined;
}

/**
 * Google's, GitHub's and Apple's authorization servers on loopback, in one server under a path each: their paths, wire formats and
 * checks. Other than Apple it takes a redirect_uri on loopback, and other than all of them one that nobody registered.
 */
export async function startFakeOAuth(): Promise<FakeOAuth> {
  const server = createServer((request, response) => void serve(world, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const world = await makeWorld(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return {
    url: (provider) => `${world.base}/${provider}`,
    settings: world.settings,
    requests: world.requests,
    authorize: async (url, person) => agree(world, url, person),
    deny: async (url) => refuse(world, url),
    fail: (mode, endpoint) => {
      world.failing = { mode, endpoint };
    },
    tamper: (mode) => {
      world.tampering = mode;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function makeWorld(base: string): Promise<World> {
  const client = await generateKeyPair("ES256", { extractable: true });
  const private_key = await exportPKCS8(client.privateKey);
  const google = { client_id: "1034.apps.googleusercontent.com", client_secret: "GOCSPX-fake" };
  const github = { client_id: "Iv23fake", client_secret: "fake-github-secret" };
  const apple = { client_id: "com.example.web", team_id: "TEAM123456", key_id: "KEY1234567", private_key };
  return {
    base,
    settings: {
      google: { ...google, base_url: `${base}/google` },
      github: { ...github, base_url: `${base}/github` },
      apple: { ...apple, base_url: `${base}/apple` },
    },
    keys: { google: await makeKey("google-1"), apple: await makeKey("apple-1") },
    appleClientKey: client.publicKey,
    codes: new Map(),
    tokens: new Map(),
    told: new Set(),
    requests: [],
    failing: { mode: undefined, endpoint: undefined },
    tampering: undefined,
  };
}

async function makeKey(kid: string): Promise<Key> {
  return { kid, ...(await generateKeyPair("RS256")) };
}

// The consent page

const consentPages: Record<string, OAuthProviderName> = {
  "/google/o/oauth2/v2/auth": "google",
  "/github/login/oauth/authorize": "github",
  "/apple/auth/authorize": "apple",
};

/** Throws an Error that reads like the page's. */
function readConsent({ base, settings }: World, url: URL) {
  const provider = url.origin === base ? consentPages[url.pathname] : undefined;
  if (provider === undefined) throw new Error(`no consent page at ${url.origin}${url.pathname}`);
  const one = (name: string) => {
    const values = url.searchParams.getAll(name);
    if (values.length !== 1 || !values[0])
      throw new Error(`${provider}: invalid_request: ${name} must stand there once`);
    return values[0];
  };
  const must = (holds: boolean, error: string) => {
    if (!holds) throw new Error(`${provider}: ${error}`);
  };
  must(one("client_id") === settings[provider].client_id, "invalid_client");
  must(one("response_type") === "code", "unsupported_response_type");
  must(one("code_challenge_method") === "S256", "invalid_request: code_challenge_method");
  must(/^[\w-]{43}$/.test(one("code_challenge")), "invalid_request: code_challenge");
  must(URL.canParse(one("redirect_uri")), "redirect_uri_mismatch");
  const scopes = one("scope").split(" ");
  must(provider !== "google" || scopes.includes("openid"), "invalid_scope");
  const form_post = url.searchParams.get("response_mode") === "form_post";
  // Apple's own words: "response_mode must be form_post when name or email scope is requested."
  must(provider !== "apple" || form_post, "invalid_request: response_mode must be form_post");
  const nonce = url.searchParams.get("nonce");
  const [redirect_uri, challenge, state] = [one("redirect_uri"), one("code_challenge"), one("state")];
  return { provider, redirect_uri, challenge, state, scopes, nonce };
}

function agree(world: World, url: URL, person: FakePerson): FakeConsent {
  const { state, ...grant } = readConsent(world, url);
  const code = randomBytes(16).toString("hex");
  world.codes.set(code, { ...grant, person });
  if (grant.provider === "apple") {
    return answer(world, grant, { state, code, ...firstName(world, person) });
  }
  const extras = { scope: grant.scopes.join(" "), authuser: "0", prompt: "consent" };
  return answer(world, grant, { state, code, ...(grant.provider === "google" && extras) });
}

/** Apple tells a name once, and never again. */
function firstName({ told }: World, { subject, name, email }: FakePerson): Record<string, string> {
  if (told.has(subject) || name === null) return {};
  told.add(subject);
  const [firstName = "", ...rest] = name.split(" ");
  return { user: JSON.stringify({ name: { firstName, lastName: rest.join(" ") }, email }) };
}

function refuse(world: World, url: URL): FakeConsent {
  const { state, ...consent } = readConsent(world, url);
  const error = consent.provider === "apple" ? "user_cancelled_authorize" : "access_denied";
  return answer(world, consent, { error, state });
}

/** Google and GitHub name themselves in the callback (RFC 9207); Apple does not. */
function answer(
  world: World,
  { provider, redirect_uri }: Pick<Grant, "provider" | "redirect_uri">,
  form: FakeConsent["form"],
) {
  const callback = new URL(redirect_uri);
  if (provider === "apple") return { callback, form };
  const iss = provider === "google" ? `${world.base}/google` : `${world.base}/github/login/oauth`;
  for (const [name, value] of Object.entries({ ...form, iss })) callback.searchParams.set(name, value);
  return { callback };
}

// The endpoints

interface Reply {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

type Endpoint = (world: World, request: IncomingMessage) => Promise<Reply> | Reply;

const endpoints: Record<string, Endpoint> = {
  "POST /google/token": (world, request) => exchange(world, "google", request),
  "POST /github/login/oauth/access_token": (world, request) => exchange(world, "github", request),
  "POST /apple/auth/token": (world, request) => exchange(world, "apple", request),
  "GET /google/oauth2/v3/certs": ({ keys }) => keySet(keys.google),
  "GET /apple/auth/keys": ({ keys }) => keySet(keys.apple),
  "GET /github/api/v3/user": (world, request) => gitHubApi(world, request, gitHubUser),
  "GET /github/api/v3/user/emails": (world, request) => gitHubApi(world, request, gitHubEmails),
};

async function serve(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", world.base);
  const name = `${request.method} ${pathname}`;
  world.requests.push(name);
  const { mode, endpoint = name } = world.failing;
  if (mode !== undefined && endpoint === name) return fail(mode, response);
  const { status, body, headers } = (await endpoints[name]?.(world, request)) ?? {
    status: 404,
    body: { message: "Not Found" },
  };
  const isText = typeof body === "string";
  const type = isText ? "application/x-www-form-urlencoded; charset=utf-8" : "application/json; charset=utf-8";
  response.writeHead(status, { "content-type": type, ...headers }).end(isText ? body : JSON.stringify(body));
}

function fail(mode: FakeFailure, response: ServerResponse): void {
  if (mode === "down") response.destroy();
  if (mode === "error") response.writeHead(503, { "content-type": "text/html" }).end("<h1>Service Unavailable</h1>");
  if (mode === "stall") response.writeHead(200, { "content-type": "application/json" }).write('{"access_');
  if (mode === "redirect") response.writeHead(302, { location: "/elsewhere" }).end();
}

async function exchange(world: World, provider: OAuthProviderName, request: IncomingMessage): Promise<Reply> {
  const form = await readForm(request);
  const outcome = form === undefined ? "invalid_request" : await redeem(world, provider, form);
  const reply = typeof outcome === "string" ? refusal(provider, outcome) : await issue(world, outcome);
  // GitHub speaks JSON to those who ask for it.
  if (provider !== "github" || request.headers.accept?.includes("application/json")) return reply;
  return { ...reply, body: new URLSearchParams(reply.body as Record<string, string>).toString() };
}

/** Undefined when it is no form. */
async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const isForm = request.headers["content-type"]?.split(";")[0] === "application/x-www-form-urlencoded";
  return isForm ? new URLSearchParams(Buffer.concat(chunks).toString()) : undefined;
}

/** The code's grant, or OAuth's error. A code that was shown is used up, whatever comes of it. */
async function redeem(world: World, provider: OAuthProviderName, form: URLSearchParams): Promise<Grant | string> {
  if (!(await isClient(world, provider, form))) return "invalid_client";
  if (form.get("grant_type") !== "authorization_code") return "unsupported_grant_type";
  const code = form.get("code") ?? "";
  const grant = world.codes.get(code);
  world.codes.delete(code);
  if (grant?.provider !== provider) return "invalid_grant";
  if (form.get("redirect_uri") !== grant.redirect_uri)
    return provider === "apple" ? "invalid_grant" : "redirect_uri_mismatch";
  return sha256(form.get("code_verifier") ?? "").toString("base64url") === grant.challenge ? grant : "invalid_grant";
}

async function isClient(world: World, provider: OAuthProviderName, form: URLSearchParams): Promise<boolean> {
  const secret = form.get("client_secret") ?? "";
  if (form.get("client_id") !== world.settings[provider].client_id) return false;
  return provider === "apple" ? isAppleSecret(world, secret) : secret === world.settings[provider].client_secret;
}

/** https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret: valid for 6 months at most. */
async function isAppleSecret({ settings, appleClientKey }: World, secret: string): Promise<boolean> {
  const { team_id, client_id, key_id } = settings.apple;
  try {
    const { payload, protectedHeader } = await jwtVerify(secret, appleClientKey, {
      algorithms: ["ES256"],
      issuer: team_id,
      subject: client_id,
      audience: "https://appleid.apple.com",
      requiredClaims: ["iat", "exp"],
    });
    return protectedHeader.kid === key_id && Number(payload.exp) - Number(payload.iat) <= 15_777_000;
  } catch {
    return false;
  }
}

const gitHubErrors: Record<string, string> = {
  invalid_client: "incorrect_client_credentials",
  invalid_grant: "bad_verification_code",
};

function refusal(provider: OAuthProviderName, error: string): Reply {
  if (provider === "google")
    return { status: error === "invalid_client" ? 401 : 400, body: { error, error_description: "Bad Request" } };
  if (provider === "apple") return { status: 400, body: { error } };
  const error_description = "The request was refused.";
  return {
    status: 200,
    body: { error: gitHubErrors[error] ?? error, error_description, error_uri: "https://docs.github.com" },
  };
}

async function issue(world: World, grant: Grant): Promise<Reply> {
  const access_token = randomBytes(20).toString("hex");
  world.tokens.set(access_token, grant);
  const scope = grant.scopes.join(grant.provider === "github" ? "," : " ");
  if (grant.provider === "github") return { status: 200, body: { access_token, scope, token_type: "bearer" } };
  const id_token = await signIdToken(world, grant.provider, grant, access_token);
  const body = { access_token, token_type: "Bearer", expires_in: 3_599, id_token };
  return { status: 200, body: grant.provider === "google" ? { ...body, scope } : { ...body, refresh_token: "r.fake" } };
}

async function signIdToken(world: World, provider: "google" | "apple", { person, nonce }: Grant, access_token: string) {
  const { keys, settings, base, tampering } = world;
  const age_seconds = tampering === "expired" ? 7_200 : 0;
  const iat = Math.floor(Date.now() / 1_000) - age_seconds;
  const claims = {
    iss: tampering === "wrong_iss" ? "https://issuer.example" : `${base}/${provider}`,
    aud: tampering === "wrong_aud" ? "somebody-else" : settings[provider].client_id,
    sub: person.subject,
    iat,
    exp: iat + 3_600,
    at_hash: sha256(access_token).subarray(0, 16).toString("base64url"),
    ...(nonce !== null && { nonce: tampering === "wrong_nonce" ? `${nonce}-` : nonce }),
    ...(person.email !== null && { email: person.email, email_verified: person.email_verified }),
    ...(provider === "google" && person.name !== null && { name: person.name }),
    ...(provider === "apple" && { auth_time: iat, nonce_supported: true }),
  };
  const key = tampering === "wrong_key" ? keys[provider === "google" ? "apple" : "google"] : keys[provider];
  return new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: keys[provider].kid }).sign(key.privateKey);
}

/** Beside the key in use stands an older one, as at all of them. */
async function keySet({ kid, publicKey }: Key): Promise<Reply> {
  const jwk = { ...(await exportJWK(publicKey)), use: "sig", alg: "RS256" };
  return {
    status: 200,
    body: {
      keys: [
        { ...jwk, kid: `${kid}-old` },
        { ...jwk, kid },
      ],
    },
  };
}

// GitHub's API

function gitHubApi({ tokens }: World, { headers }: IncomingMessage, read: (grant: Grant) => Reply): Reply {
  if (!headers["user-agent"]) return { status: 403, body: "Request forbidden by administrative rules." };
  const grant = tokens.get(headers.authorization?.replace(/^(Bearer|token) /, "") ?? "");
  return grant === undefined ? { status: 401, body: { message: "Bad credentials", status: "401" } } : read(grant);
}

/** Its `email` is the public one, which is not to be taken for the primary one. */
function gitHubUser({ person }: Grant): Reply {
  const id = Number(person.subject);
  return {
    status: 200,
    body: { login: `user-${id}`, id, type: "User", name: person.name, email: "public@example.test" },
  };
}

function gitHubEmails({ person, scopes }: Grant): Reply {
  if (!scopes.includes("user:email")) return { status: 404, body: { message: "Not Found", status: "404" } };
  const verified = person.email_verified;
  const noreply = {
    email: `${person.subject}@users.noreply.github.com`,
    primary: false,
    verified: true,
    visibility: null,
  };
  const primary = { email: person.email, primary: true, verified, visibility: "private" };
  return { status: 200, body: person.email === null ? [noreply] : [noreply, primary] };
}

const sha256 = (text: string) => createHash("sha256").update(text).digest();
