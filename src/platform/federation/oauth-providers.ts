import { createPrivateKey, type KeyObject } from "node:crypto";
import { SignJWT } from "jose";
import * as oauth from "openid-client";
import Type from "typebox";
import { Compile } from "typebox/compile";

export type OAuthProviderName = "google" | "github" | "apple";

/** What a provider vouches for. */
export interface OAuthProfile {
  /** Stays the same for the person at this issuer, whatever else changes. */
  subject: string;
  /** The ID token's `iss`; for GitHub, which issues none, its address: `https://github.com`. */
  issuer: string;
  /** At GitHub the primary address. */
  email: string | null;
  /** Whether the provider says that the address is the person's. False when there is none. */
  email_verified: boolean;
  /** At most 200 characters, none of them a control character. Apple's comes from the person's browser, unsigned. */
  full_name: string | null;
}

/** What is made fresh for one sign-in, kept for its browser alone and never used again. */
export interface OAuthFlow {
  /** Absolute, as `URL` writes it, without query and fragment; as it is registered at the provider. */
  redirect_uri: string;
  state: string;
  /** 43 to 128 characters (RFC 7636 §4.1). */
  code_verifier: string;
  /** GitHub has no use for it. */
  nonce: string;
}

export interface OAuthAnswer extends OAuthFlow {
  /** The address that the browser came back to; the fields of Apple's form_post stand in its query. */
  callback: URL;
  /** The form field of this name, which Apple sends when the person signs in for the first time, and never again. */
  user?: string;
}

export interface OAuthProvider {
  name: OAuthProviderName;
  /** The `issuer` of every profile from here. */
  issuer: string;
  /** The address of the consent page. Nobody is asked for it. */
  authorizationUrl(flow: OAuthFlow): Promise<URL>;
  /**
   * Who came back: exchanges the code once, and verifies the ID token (signature, issuer, audience, expiry, nonce) or asks
   * GitHub's API. Nothing is sent when the callback is not the flow's. At most two waits of `timeout_ms`, one after the other.
   * Throws OAuthRefused or OAuthUnavailable.
   */
  complete(answer: OAuthAnswer): Promise<OAuthProfile>;
}

interface ClientSettings {
  client_id: string;
  client_secret: string;
  /** Stands for the vendor's hosts: of a fake, or of GitHub Enterprise Server. `http` on loopback alone. */
  base_url?: string;
}

/** `client_id` is the Services ID. */
interface AppleSettings extends Omit<ClientSettings, "client_secret"> {
  team_id: string;
  key_id: string;
  /** The .p8 file's text: a P-256 key as PKCS#8 in PEM. */
  private_key: string;
}

export interface OAuthSettings {
  google?: ClientSettings;
  github?: ClientSettings;
  apple?: AppleSettings;
  /** How long one request to a provider may take, its body included. Default 10,000. */
  timeout_ms?: number;
}

/**
 * `denied`: the person said no. `invalid`: the callback, the code or the answer is not to be trusted, or the provider does not
 * know this client. The message is for the log, and holds no token, secret or address.
 */
export class OAuthRefused extends Error {
  override readonly name = "OAuthRefused";
  readonly provider: OAuthProviderName;
  readonly reason: "denied" | "invalid";

  constructor(provider: OAuthProviderName, reason: "denied" | "invalid", detail: string) {
    super(`Signing in with ${provider} was refused (${reason}): ${detail}`);
    this.provider = provider;
    this.reason = reason;
  }
}

/** The provider was not reached, not in time, or is itself in trouble (5xx, 429): the person may try again. */
export class OAuthUnavailable extends Error {
  override readonly name = "OAuthUnavailable";
  readonly provider: OAuthProviderName;

  constructor(provider: OAuthProviderName, detail: string) {
    super(`${provider} is unavailable: ${detail}`);
    this.provider = provider;
  }
}

type Tokens = Awaited<ReturnType<typeof oauth.authorizationCodeGrant>>;

/** What sets one provider apart. */
interface Vendor {
  name: OAuthProviderName;
  issuer: string;
  /** One with `jwks_uri` speaks OpenID Connect: an ID token (RS256, as the library has it by default) with our nonce must come. */
  server: oauth.ServerMetadata;
  client_id: string;
  authenticate: oauth.ClientAuth;
  /** Parameters of the consent page, beside those of every flow. */
  consent: Record<string, string>;
  profile(tokens: Tokens, answer: OAuthAnswer, config: oauth.Configuration): OAuthProfile | Promise<OAuthProfile>;
}

/** The configured providers. Throws for settings that cannot work; sends nothing, discovers nothing. */
export function createOAuthProviders(settings: OAuthSettings): Map<OAuthProviderName, OAuthProvider> {
  const vendors = [
    settings.google && google(settings.google),
    settings.github && github(settings.github),
    settings.apple && apple(settings.apple),
  ].filter((vendor) => vendor !== undefined);
  const timeout_ms = settings.timeout_ms ?? 10_000;
  return new Map(vendors.map((vendor) => [vendor.name, createProvider(vendor, timeout_ms)]));
}

function createProvider(vendor: Vendor, timeout_ms: number): OAuthProvider {
  const { name, issuer, server } = vendor;
  const isOpenId = server.jwks_uri !== undefined;
  let made: oauth.Configuration | undefined;
  const configuration = () => {
    made ??= configure(vendor, timeout_ms);
    return made;
  };
  return {
    name,
    issuer,
    authorizationUrl: async (flow) =>
      oauth.buildAuthorizationUrl(configuration(), {
        ...vendor.consent,
        redirect_uri: exactAddress(flow.redirect_uri).href,
        state: flow.state,
        code_challenge: await oauth.calculatePKCECodeChallenge(flow.code_verifier),
        code_challenge_method: "S256",
        ...(isOpenId && { nonce: flow.nonce }),
      }),
    complete: async (answer) => {
      const config = configuration();
      // Of the callback only the query counts: a proxy may have changed the rest, and redirect_uri must be repeated exactly.
      const callback = exactAddress(answer.redirect_uri);
      callback.search = answer.callback.search;
      try {
        const tokens = await oauth.authorizationCodeGrant(config, callback, {
          expectedState: answer.state,
          pkceCodeVerifier: answer.code_verifier,
          ...(isOpenId && { expectedNonce: answer.nonce }),
        });
        return await vendor.profile(tokens, answer, config);
      } catch (error) {
        throw failure(name, error);
      }
    },
  };
}

function configure(vendor: Vendor, timeout_ms: number): oauth.Configuration {
  const config = new oauth.Configuration(vendor.server, vendor.client_id, undefined, vendor.authenticate);
  config[oauth.customFetch] = createFetch(vendor, timeout_ms);
  // The library counts in seconds, and leaves the error of a body that never ends to its parser: our fetch keeps the time.
  config.timeout = undefined;
  // Without it the library trusts TLS, and leaves the ID token's signature unread (OpenID Connect Core §3.1.3.7).
  oauth.enableNonRepudiationChecks(config);
  if (vendor.issuer.startsWith("http:")) oauth.allowInsecureRequests(config);
  return config;
}

/** The library sends the callback's address without query and fragment, as `URL` writes it: no other form would be repeated exactly. */
function exactAddress(redirect_uri: string): URL {
  const url = new URL(redirect_uri);
  url.search = "";
  url.hash = "";
  if (url.href !== redirect_uri) throw new Error(`a redirect_uri must read ${url.href}, without query and fragment`);
  return url;
}

/** https://developers.google.com/identity/openid-connect/openid-connect */
function google({ client_id, client_secret, base_url }: ClientSettings): Vendor {
  const issuer = address(base_url) ?? "https://accounts.google.com";
  return {
    name: "google",
    issuer,
    server: {
      issuer,
      authorization_endpoint: `${issuer}/o/oauth2/v2/auth`,
      token_endpoint: `${address(base_url) ?? "https://oauth2.googleapis.com"}/token`,
      jwks_uri: `${address(base_url) ?? "https://www.googleapis.com"}/oauth2/v3/certs`,
    },
    client_id,
    authenticate: oauth.ClientSecretPost(client_secret),
    consent: { scope: "openid email profile" },
    profile: (tokens) => openIdProfile("google", tokens, [true], personName(tokens.claims()?.name)),
  };
}

/** https://developer.apple.com/documentation/signinwithapplerestapi */
function apple(settings: AppleSettings): Vendor {
  const issuer = address(settings.base_url) ?? "https://appleid.apple.com";
  return {
    name: "apple",
    issuer,
    server: {
      issuer,
      authorization_endpoint: `${issuer}/auth/authorize`,
      token_endpoint: `${issuer}/auth/token`,
      jwks_uri: `${issuer}/auth/keys`,
    },
    client_id: settings.client_id,
    authenticate: appleClientSecret(settings),
    // Apple gives name and address by form_post alone.
    consent: { scope: "name email", response_mode: "form_post" },
    // Its email_verified is documented as "a String or Boolean value".
    profile: (tokens, { user }) => openIdProfile("apple", tokens, [true, "true"], appleName(user)),
  };
}

/** https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret: a fresh one for each exchange. */
function appleClientSecret({ client_id, team_id, key_id, private_key }: AppleSettings): oauth.ClientAuth {
  const key = signingKey(private_key);
  return async (_server, _client, body) => {
    const secret = await new SignJWT()
      .setProtectedHeader({ alg: "ES256", kid: key_id })
      .setIssuer(team_id)
      .setSubject(client_id)
      .setAudience("https://appleid.apple.com")
      .setIssuedAt()
      .setExpirationTime("5m")
      .sign(key);
    body.set("client_id", client_id);
    body.set("client_secret", secret);
  };
}

function signingKey(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyDetails?.namedCurve === "prime256v1") return key;
  } catch {
    // What the parser says of it helps nobody, and may hold a piece of the key.
  }
  throw new Error("Apple's private key must be a P-256 key as PKCS#8 in PEM (the .p8 file)");
}

const wireAppleUser = Compile(Type.Object({ name: Type.Record(Type.String(), Type.String()) }));

/** It came through the person's browser, so it proves nothing; a broken one is no reason to turn the person away. */
function appleName(user: string | undefined): string | null {
  const told = parseJson(user ?? "");
  if (!wireAppleUser.Check(told)) return null;
  return personName(`${told.name.firstName ?? ""} ${told.name.lastName ?? ""}`);
}

function openIdProfile(name: OAuthProviderName, tokens: Tokens, verified: unknown[], full_name: string | null) {
  const claims = tokens.claims();
  if (!claims?.sub) throw new OAuthRefused(name, "invalid", "an ID token without a subject");
  const email = typeof claims.email === "string" && claims.email !== "" ? claims.email : null;
  const email_verified = email !== null && verified.includes(claims.email_verified);
  return { subject: claims.sub, issuer: claims.iss, email, email_verified, full_name };
}

/** https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps: OAuth 2.0 without OpenID Connect. */
function github({ client_id, client_secret, base_url }: ClientSettings): Vendor {
  const issuer = address(base_url) ?? "https://github.com";
  const api = base_url === undefined ? "https://api.github.com" : `${issuer}/api/v3`;
  return {
    name: "github",
    issuer,
    server: {
      // What it calls itself in callbacks (RFC 9207): https://docs.github.com/en/apps/github-authentication-discovery-endpoints
      issuer: `${issuer}/login/oauth`,
      authorization_endpoint: `${issuer}/login/oauth/authorize`,
      token_endpoint: `${issuer}/login/oauth/access_token`,
    },
    client_id,
    authenticate: oauth.ClientSecretPost(client_secret),
    consent: { scope: "read:user user:email" },
    profile: async ({ access_token }, _answer, config) => {
      const ask = (path: string) => askGitHub(config, access_token, new URL(`${api}${path}`));
      const [user, emails] = await Promise.all([ask("/user"), ask("/user/emails?per_page=100")]);
      return gitHubProfile(issuer, user, emails);
    },
  };
}

async function askGitHub(config: oauth.Configuration, access_token: string, url: URL): Promise<unknown> {
  const headers = new Headers({ accept: "application/vnd.github+json", "x-github-api-version": "2022-11-28" });
  const response = await oauth.fetchProtectedResource(config, access_token, url, "GET", undefined, headers);
  if (response.status === 200) return parseJson(await response.text());
  throw new OAuthRefused("github", "invalid", `${url.pathname} answered ${response.status}`);
}

const wireGitHubUser = Compile(Type.Object({ id: Type.Integer({ minimum: 1 }), name: Type.Optional(Type.Unknown()) }));
const wireGitHubEmails = Compile(
  Type.Array(Type.Object({ email: Type.String({ minLength: 1 }), primary: Type.Boolean(), verified: Type.Boolean() })),
);

/** The user's own `email` is what is shown in public: neither the primary address nor always a verified one. */
function gitHubProfile(issuer: string, user: unknown, emails: unknown): OAuthProfile {
  if (!wireGitHubUser.Check(user) || !wireGitHubEmails.Check(emails)) {
    throw new OAuthRefused("github", "invalid", "the API's answer has another shape than documented");
  }
  const { email = null, verified = false } = emails.find((entry) => entry.primary) ?? {};
  return { subject: String(user.id), issuer, email, email_verified: verified, full_name: personName(user.name) };
}

/** As a name is stored: NUL, which PostgreSQL refuses, and its kin become spaces. */
function personName(told: unknown): string | null {
  const name = typeof told === "string" ? told.replace(/\p{Cc}+/gu, " ").trim() : "";
  return name === "" ? null : name.slice(0, 200).toWellFormed().trimEnd();
}

/** Without the slash at its end. */
function address(base_url: string | undefined): string | undefined {
  if (base_url === undefined) return undefined;
  const { protocol, hostname, origin, pathname } = new URL(base_url);
  const isLoopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  if (protocol !== "https:" && !(protocol === "http:" && isLoopback)) {
    throw new Error(`an OAuth provider's base_url must be https, or http on loopback: ${origin}`);
  }
  return `${origin}${pathname}`.replace(/\/+$/, "");
}

/** Whatever makes a provider unavailable is found here, so that everything else is a refusal. Redirects are not followed. */
function createFetch({ name, server }: Vendor, timeout_ms: number): oauth.CustomFetch {
  return async (url, options) => {
    const init = { ...options, signal: AbortSignal.timeout(timeout_ms) } as RequestInit;
    const { status, headers, text } = await receive(name, url, init);
    if (status >= 500 || status === 429) throw new OAuthUnavailable(name, `status ${status}`);
    const says_error = url === server.token_endpoint && status === 200 && wireError.Check(parseJson(text));
    // GitHub refuses with 200, where OAuth (RFC 6749 §5.2) and the library have 400.
    return new Response(text === "" ? null : text, { status: says_error ? 400 : status, headers });
  };
}

async function receive(name: OAuthProviderName, url: string, init: RequestInit) {
  try {
    const response = await fetch(url, init);
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (error) {
    throw new OAuthUnavailable(name, transportWord(error));
  }
}

/** Of the transport's error the code alone, such as ECONNREFUSED, or TimeoutError. */
function transportWord(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return error.cause instanceof Error && "code" in error.cause ? String(error.cause.code) : error.name;
}

const wireError = Compile(Type.Object({ error: Type.String({ minLength: 1 }) }));

/** Apple has a code of its own for the person who went back. */
const denials: ReadonlySet<string> = new Set(["access_denied", "user_cancelled_authorize"]);
/** RFC 6749 §4.1.2.1: told by redirect, where no status can. */
const troubles: ReadonlySet<string> = new Set(["server_error", "temporarily_unavailable"]);

function failure(name: OAuthProviderName, error: unknown): OAuthRefused | OAuthUnavailable {
  const ours = error instanceof oauth.ClientError ? error.cause : error;
  if (ours instanceof OAuthUnavailable || ours instanceof OAuthRefused) return ours;
  const detail = detailOf(error);
  if (!(error instanceof oauth.AuthorizationResponseError)) return new OAuthRefused(name, "invalid", detail);
  if (troubles.has(error.error)) return new OAuthUnavailable(name, detail);
  return new OAuthRefused(name, denials.has(error.error) ? "denied" : "invalid", detail);
}

/** The library's own texts are fixed; what it attaches to them (claims, parameters, answers) is private and stays behind. */
function detailOf(error: unknown): string {
  if (error instanceof oauth.ResponseBodyError || error instanceof oauth.AuthorizationResponseError) {
    return /^[\w.-]{1,64}$/.test(error.error) ? error.error : "an error without a proper code";
  }
  if (!(error instanceof oauth.ClientError)) return error instanceof Error ? error.name : "unknown";
  const { cause } = error;
  const isItsOwn = cause instanceof Error && "code" in cause && String(cause.code).startsWith("OAUTH_");
  return isItsOwn ? cause.message : error.message;
}

/** The value, or undefined when the text is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
