import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from "jose";
import Type, { type Static } from "typebox";
import { Compile } from "typebox/compile";
import type { Clock } from "../../core/clock.ts";
import { sha256 } from "../../core/crypto.ts";
import { Closed } from "../../core/schema.ts";

/** One issuer whose tokens are believed, already resolved from its preset. */
export interface ForeignIssuer {
  /** What it is called here, for example `clerk`. */
  name: string;
  /** Its `iss`, to the letter. */
  issuer: string;
  jwks_uri: string;
  /** What it signs with: public-key algorithms alone (RFC 7518), for example `RS256`. */
  algorithms: string[];
  /** When given, `aud` must hold one of these. */
  audience?: string[];
  /** When given, `azp` must be one of these (Clerk: the origins of the product); a token without one is refused. */
  authorized_parties?: string[];
}

/** Who a foreign token speaks of. A person is (`issuer`, `subject`): two issuers may use one subject for two persons. */
export interface ForeignIdentity {
  issuer_name: string;
  issuer: string;
  subject: string;
  email: string | null;
  /** Whether the issuer itself vouches for `email`: its claim `email_verified` is `true`, and not merely like it. */
  email_verified: boolean;
  /** What the person calls itself, for showing: `name`, else Supabase's `user_metadata.full_name`. */
  full_name: string | null;
  /** `auth_time`; null when it is missing or no believable time. */
  authenticated_at: Date | null;
  expires_at: Date;
  issued_at: Date;
}

/** Checks tokens (JWT, RFC 7519) of other issuers by the keys that they publish (RFC 7517). */
export interface ForeignTokens {
  /** Whether the token names one of the issuers, true or not. Asks nobody and never throws. */
  isForeign(token: string): boolean;
  /**
   * The identity in a valid token; undefined for any token that must be refused. A token seen before is known by heart
   * until it expires or its issuer publishes other keys. Throws the error of `unavailable` when the issuer's keys were
   * never loaded and cannot be had now; keys that were loaded once serve on while the issuer is away.
   */
  verify(token: string): Promise<ForeignIdentity | undefined>;
}

interface ForeignTokensOptions {
  issuers: ForeignIssuer[];
  clock: Pick<Clock, "now">;
  /** At most one fetch of an issuer's keys in so many milliseconds, however many unknown keys are named. Default 30,000. */
  cool_down_ms?: number;
  /** For a fetch as a whole, in milliseconds. Default 3,000. */
  timeout_ms?: number;
  /** How long a key set may be, in bytes once unpacked. Default 262,144. */
  max_bytes?: number;
  /** Told of each fetch that failed; must not throw. */
  onError: (error: unknown) => void;
  /** The error that `verify` throws. */
  unavailable: () => Error;
}

const allowed = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"];
const remembered = 10_000;
/** More than a whole HTTP header of Node holds. */
const longestToken = 16_384;
/** How far an issuer's clock may be ahead of ours. An expiry has no leeway. */
const leewaySeconds = 60;
/** Keys older than this are fetched again, behind the back of who asks. */
const freshFor = 10 * 60_000;
/** While an issuer's keys were never loaded nobody can sign in by it, so it is asked again sooner than in a cool-down. */
const firstLoadPause = 1_000;
/** A token of another type (`refresh+jwt`, `logout+jwt`) was not made for a caller to show. */
const tokenTypes = ["jwt", "at+jwt"];

const Url = Type.String({ pattern: "^https?://\\S+$", maxLength: 500 });
const Names = Type.Array(Type.String({ minLength: 1, maxLength: 500 }), { minItems: 1, maxItems: 100 });
const Name = Type.String({ pattern: "^[a-z][a-z0-9_-]{0,59}$", description: "Ours for it; default: the preset's" });
const ProjectId = Type.String({ pattern: "^[a-z0-9][a-z0-9.:-]{0,99}$" });
const Algorithms = Type.Optional(Type.Array(Type.Enum(allowed), { minItems: 1, description: "Default: RS256" }));
const common = { name: Type.Optional(Name), jwks_uri: Type.Optional(Url) };
const oidc = { issuer: Url, jwks_uri: Url, audience: Names, algorithms: Algorithms };

/** An issuer as an operator writes it down: one of the presets, each a closed object. */
export const IssuerEntry = Type.Union([
  Closed({ ...common, preset: Type.Literal("clerk"), issuer: Url, authorized_parties: Type.Optional(Names) }),
  Closed({ ...common, preset: Type.Literal("firebase"), project_id: ProjectId }),
  Closed({ ...common, preset: Type.Literal("supabase"), project_url: Url }),
  Closed({ ...common, preset: Type.Literal("oidc"), ...oidc }),
]);
export type IssuerEntry = Static<typeof IssuerEntry>;

/**
 * What the preset stands for, as its vendor documents it; a `jwks_uri` in the entry goes before the preset's.
 * Throws a TypeError for an algorithm with a shared secret or none, and for keys over plain HTTP from another machine.
 */
export function resolveIssuer(entry: IssuerEntry): ForeignIssuer {
  const preset = resolvePreset(entry);
  return checkIssuer({ ...preset, name: entry.name ?? entry.preset, jwks_uri: entry.jwks_uri ?? preset.jwks_uri });
}

function resolvePreset(entry: IssuerEntry): Omit<ForeignIssuer, "name"> {
  switch (entry.preset) {
    case "clerk":
      return { ...published(entry.issuer, ["RS256"]), authorized_parties: entry.authorized_parties };
    case "firebase":
      return {
        issuer: `https://securetoken.google.com/${entry.project_id}`,
        jwks_uri: "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com",
        algorithms: ["RS256"],
        audience: [entry.project_id],
      };
    case "supabase":
      return { ...published(entry.project_url, ["ES256", "RS256"], "/auth/v1"), audience: ["authenticated"] };
    case "oidc": {
      const { issuer, jwks_uri, audience, algorithms = ["RS256"] } = entry;
      return { issuer, jwks_uri, audience, algorithms };
    }
  }
}

function published(url: string, algorithms: string[], path = "") {
  const issuer = (url.endsWith("/") ? url.slice(0, -1) : url) + path;
  return { issuer, jwks_uri: `${issuer}/.well-known/jwks.json`, algorithms };
}

/** Who can change the keys on their way can be anybody, and a shared secret beside public keys invites to sign with those. */
function checkIssuer(issuer: ForeignIssuer): ForeignIssuer {
  const { name, algorithms } = issuer;
  const refused = algorithms.filter((algorithm) => !allowed.includes(algorithm));
  if (refused.length > 0 || algorithms.length === 0)
    throw new TypeError(`The issuer ${name} needs public-key algorithms, not "${refused.join('", "')}"`);
  const { protocol, hostname } = new URL(issuer.jwks_uri);
  const isHere = protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  if (protocol !== "https:" && !isHere) throw new TypeError(`The keys of the issuer ${name} must come over HTTPS`);
  return issuer;
}

/** Throws a TypeError for what `resolveIssuer` refuses, and for two issuers with one name or one `iss`. */
export function createForeignTokens(options: ForeignTokensOptions): ForeignTokens {
  const now = () => options.clock.now();
  const issuers = new Map<unknown, Issuer>();
  for (const issuer of options.issuers.map(checkIssuer))
    issuers.set(issuer.issuer, { ...issuer, keys: createPublishedKeys(issuer, options) });
  const names = new Set(options.issuers.map(({ name }) => name));
  const distinct = Math.min(issuers.size, names.size);
  if (distinct < options.issuers.length) throw new TypeError("Two issuers have the same name or the same iss");
  const memory = createMemory(now);

  return {
    isForeign: (token) => issuers.has(readIssuer(token)),
    verify: async (token) => {
      const digest = sha256(token).toString("base64url");
      const known = memory.recall(digest);
      if (known !== undefined) return known;
      const issuer = issuers.get(readIssuer(token));
      const header = issuer && readHeader(token, issuer.algorithms);
      if (issuer === undefined || header === undefined) return undefined;
      if (!(await issuer.keys.ready())) throw options.unavailable();
      const verified = await check(token, header, issuer, now);
      if (verified !== undefined) memory.remember(digest, verified);
      return verified?.identity;
    },
  };
}

type Issuer = ForeignIssuer & { keys: PublishedKeys };

interface Verified {
  identity: ForeignIdentity;
  /** The set that vouched for it, and where it came from. */
  set: KeySet;
  keys: PublishedKeys;
}

/** Verified tokens, the 10,000 latest, by their digest: the tokens themselves are not kept. */
function createMemory(now: () => Date) {
  const seen = new Map<string, Verified>();
  return {
    recall: (digest: string): ForeignIdentity | undefined => {
      const entry = seen.get(digest);
      // A key may have been withdrawn because it was stolen: what the former keys vouched for is proven again.
      if (entry && entry.set === entry.keys.current() && now() < entry.identity.expires_at) return entry.identity;
      seen.delete(digest);
      return undefined;
    },
    remember: (digest: string, entry: Verified) => {
      seen.set(digest, entry);
      const oldest = seen.size > remembered ? seen.keys().next().value : undefined;
      if (oldest !== undefined) seen.delete(oldest);
    },
  };
}

/** The `iss` that the token claims, whatever it is. */
function readIssuer(token: string): unknown {
  try {
    return token.length <= longestToken ? decodeJwt(token).iss : undefined;
  } catch {
    return undefined;
  }
}

interface Header {
  alg: string;
  /** A token may leave it out (RFC 7515, 4.1.4); then the set must have exactly one key that fits. */
  kid?: string;
}

/** What the key is found by; undefined for a token that is refused whatever the keys are, so that nobody is asked for them. */
function readHeader(token: string, algorithms: string[]): Header | undefined {
  const parts = token.split(".");
  if (parts.length !== 3 || !parts.every(isCanonical)) return undefined;
  try {
    const { alg, kid, typ = "JWT", ...rest }: Record<string, unknown> = decodeProtectedHeader(token);
    // Extensions change what is signed, and no issuer needs one; where a header says its key is (jwk, jku, x5u, x5c) is not read.
    if (["crit", "b64", "zip"].some((name) => Object.hasOwn(rest, name))) return undefined;
    if (typeof typ !== "string" || !tokenTypes.includes(typ.toLowerCase().replace(/^application\//, "")))
      return undefined;
    if (typeof alg !== "string" || !algorithms.includes(alg)) return undefined;
    if (kid === undefined) return { alg };
    return typeof kid === "string" && kid.length <= 255 ? { alg, kid } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the part is written as an encoder writes it: the same bytes have one spelling only (RFC 4648, 3.5). */
function isCanonical(part: string): boolean {
  return part !== "" && Buffer.from(part, "base64url").toString("base64url") === part;
}

async function check(token: string, header: Header, issuer: Issuer, now: () => Date): Promise<Verified | undefined> {
  try {
    const found = await issuer.keys.find(header);
    if (found === undefined) return undefined;
    const currentDate = now();
    const named = { algorithms: [header.alg], issuer: issuer.issuer, audience: issuer.audience };
    const { payload } = await jwtVerify(token, found.key, { ...named, clockTolerance: leewaySeconds, currentDate });
    const identity = readIdentity(payload, issuer, currentDate);
    return identity && { identity, set: found.set, keys: issuer.keys };
  } catch {
    return undefined;
  }
}

function readIdentity(payload: JWTPayload, issuer: ForeignIssuer, now: Date): ForeignIdentity | undefined {
  const metadata: { full_name?: unknown } = Object(payload.user_metadata);
  const subject = readText(payload.sub, 255);
  const expires_at = readInstant(payload.exp);
  const issued_at = readInstant(payload.iat);
  const latest = new Date(now.getTime() + leewaySeconds * 1_000);
  if (subject === null || expires_at === null || expires_at <= now) return undefined;
  if (issued_at === null || issued_at > latest) return undefined;
  if (issuer.authorized_parties?.some((party) => party === payload.azp) === false) return undefined;
  const email = readText(payload.email, 254);
  const authenticated_at = readInstant(payload.auth_time);
  return {
    issuer_name: issuer.name,
    issuer: issuer.issuer,
    subject,
    email,
    // Not user_metadata.email_verified: users of Supabase write there what they like.
    email_verified: email !== null && payload.email_verified === true,
    full_name: readText(payload.name, 200) ?? readText(metadata.full_name, 200),
    authenticated_at: authenticated_at !== null && authenticated_at <= latest ? authenticated_at : null,
    expires_at,
    issued_at,
  };
}

/** The text, if a database can hold it and a person can read it; else null. */
function readText(value: unknown, longest: number): string | null {
  if (typeof value !== "string" || value.length > longest || value.trim() === "") return null;
  return value.isWellFormed() && !/\p{Cc}/u.test(value) ? value : null;
}

/** The instant of a NumericDate (RFC 7519, 2: seconds); null for what is none. */
function readInstant(value: unknown): Date | null {
  if (typeof value !== "number" || value < 0) return null;
  const instant = new Date(value * 1_000);
  return Number.isNaN(instant.getTime()) ? null : instant;
}

type KeySet = ReturnType<typeof createLocalJWKSet>;
type FoundKey = { key: Awaited<ReturnType<KeySet>>; set: KeySet };

/** The keys of one issuer as it published them last. */
interface PublishedKeys {
  /** The set itself: another object if, and only if, other keys were published. Starts to fetch them anew when they are old. */
  current(): KeySet | undefined;
  /** Whether there are keys; when there never were any, they are fetched first. */
  ready(): Promise<boolean>;
  /** The one key that fits; undefined when there is none, also after asking the issuer again. Throws when several fit. */
  find(header: Header): Promise<FoundKey | undefined>;
}

function createPublishedKeys(issuer: ForeignIssuer, options: ForeignTokensOptions): PublishedKeys {
  const { cool_down_ms = 30_000, clock, onError } = options;
  const now = () => clock.now().getTime();
  let set: KeySet | undefined;
  let lastText = "";
  let loaded = Number.NEGATIVE_INFINITY;
  let attempted = Number.NEGATIVE_INFINITY;
  let fetching: Promise<void> | undefined;

  const load = async () => {
    try {
      const jwks = await fetchKeySet(issuer.jwks_uri, options);
      const text = JSON.stringify(jwks);
      if (text !== lastText) set = createLocalJWKSet(jwks);
      lastText = text;
      loaded = now();
    } catch (cause) {
      onError(new Error(`The keys of the issuer ${issuer.name} could not be fetched`, { cause }));
    }
  };
  const refresh = async () => {
    const pause = set === undefined ? Math.min(cool_down_ms, firstLoadPause) : cool_down_ms;
    if (fetching === undefined && now() - attempted >= pause) {
      attempted = now();
      fetching = load().finally(() => {
        fetching = undefined;
      });
    }
    await fetching;
  };
  const current = () => {
    if (set !== undefined && now() - loaded >= freshFor) void refresh();
    return set;
  };

  return {
    current,
    ready: async () => {
      if (current() === undefined) await refresh();
      return set !== undefined;
    },
    find: async (header) => {
      const before = set;
      const found = before && (await pickKey(before, header));
      if (found !== undefined) return found;
      await refresh();
      return set === undefined || set === before ? undefined : pickKey(set, header);
    },
  };
}

async function pickKey(set: KeySet, header: Header): Promise<FoundKey | undefined> {
  try {
    return { key: await set({ ...header }), set };
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return undefined;
    throw error;
  }
}

const part = Type.String({ minLength: 1 });
const RsaKey = Type.Object({ kty: Type.Literal("RSA"), n: part, e: part });
const EcKey = Type.Object({ kty: Type.Literal("EC"), crv: part, x: part, y: part });
const OkpKey = Type.Object({ kty: Type.Literal("OKP"), crv: part, x: part });
const publicKey = Compile(Type.Union([RsaKey, EcKey, OkpKey]));
const keySet = Compile(Type.Object({ keys: Type.Array(Type.Unknown()) }));

/** The public keys at the address. Throws unless it answers 200 itself, in time, in so many bytes and with one such key at least. */
async function fetchKeySet(uri: string, options: Pick<ForeignTokensOptions, "timeout_ms" | "max_bytes">) {
  const response = await fetch(uri, {
    headers: { accept: "application/jwk-set+json, application/json" },
    // Whoever can write a redirect there would name the keys that we trust.
    redirect: "error",
    signal: AbortSignal.timeout(options.timeout_ms ?? 3_000),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`Answered ${response.status}`);
  }
  const { keys } = keySet.Parse(JSON.parse(await readBody(response, options.max_bytes ?? 262_144)));
  // A secret that was published is nobody's any more: neither a symmetric key nor one with its private part.
  const usable = keys.filter((key) => publicKey.Check(key)).filter((key) => !("d" in key) && !("k" in key));
  if (usable.length === 0) throw new Error("Published no public key");
  return { keys: usable };
}

async function readBody(response: Response, longest: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > longest) throw new Error(`Is longer than ${longest} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
