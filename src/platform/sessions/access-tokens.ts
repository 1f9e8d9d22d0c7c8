import { hash } from "node:crypto";
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTHeaderParameters,
  jwtVerify,
  SignJWT,
} from "jose";
import type { Clock } from "../../core/clock.ts";
import { type Keyring, open, seal } from "../../core/crypto.ts";
import { isId } from "../../core/id.ts";
import { signingKeyOf } from "./rules.ts";

/** What an access token says; everything else is read live. */
export interface AccessClaims {
  user_id: string;
  session_id: string;
  expires_at: Date;
}

/** Issues and checks access tokens (RFC 9068 profile: `typ: at+jwt`), signed with Ed25519. */
export interface AccessTokens {
  /** `impersonator_id` marks the token as used in another person's name (RFC 8693, `act`); such a one may live longer. */
  issue(claims: {
    user_id: string;
    session_id: string;
    token_id: string;
    impersonator_id?: string | undefined;
    lifetime_seconds?: number | undefined;
  }): Promise<{ token: string; expires_in: number }>;
  /** The claims of a token that is ours, whole and in time; undefined for any other. A token seen before is known by its hash. */
  check(token: string): Promise<AccessClaims | undefined>;
  /** The public keys, those that do not sign yet included (RFC 7517). */
  jwks(): Promise<{ keys: JWK[] }>;
  /** Forgets keys and tokens: the keys have changed. */
  forget(): void;
  /** Makes sure that `issue` can sign: throws what keeps the keys from being read. */
  ready(): Promise<void>;
}

/** A signing key as it is stored. */
export interface StoredKey {
  kid: string;
  public_jwk: JWK;
  private_jwk_sealed: Buffer;
  created_at: Date;
  active_from: Date;
}

interface AccessTokensOptions {
  issuer: string;
  lifetime_minutes: number;
  clock: Clock;
  keyring: Keyring;
  /** Every key that is not retired; at least one that may sign. */
  loadKeys: () => Promise<StoredKey[]>;
  /** Whether changes of the keys are being heard of; while not, nothing is taken from memory. Always, when left out. */
  isListening?: () => boolean;
}

const algorithm = "EdDSA";
const audience = "plinth";
const headers = ["alg", "typ", "kid"];
/** Seconds by which clocks may differ. */
const leeway = 60;
const remembered = 10_000;
/** At most one look for new keys in this time, however many unknown key ids come in. */
const reloadPause = 10_000;

interface UsableKey extends StoredKey {
  verifying: CryptoKey;
  /** Opened when it first signs. */
  signing?: CryptoKey;
}

export function createAccessTokens(options: AccessTokensOptions): AccessTokens {
  const { clock, issuer, lifetime_minutes, isListening = () => true } = options;
  const sealKey = options.keyring.derive("identity:signing-keys");
  const seen = new Map<string, AccessClaims>();
  let keys: Promise<UsableKey[]> | undefined;
  let reloaded = Number.NEGATIVE_INFINITY;
  let epoch = 0;

  const load = async () =>
    Promise.all(
      (await options.loadKeys()).map(async (key) => ({ ...key, verifying: await importKey(key.public_jwk) })),
    );
  const current = () => {
    if (!isListening()) forget();
    keys ??= load().catch((error) => {
      keys = undefined;
      throw error;
    });
    return keys;
  };
  const forget = () => {
    epoch++;
    keys = undefined;
    seen.clear();
  };
  const publicKey = async ({ kid }: JWTHeaderParameters) => {
    const known = (await current()).find((key) => key.kid === kid);
    if (known !== undefined) return known.verifying;
    if (performance.now() - reloaded < reloadPause) throw new Error("unknown key");
    reloaded = performance.now();
    keys = undefined;
    const added = (await current()).find((key) => key.kid === kid);
    if (added === undefined) throw new Error("unknown key");
    return added.verifying;
  };
  const remember = (id: string, claims: AccessClaims) => {
    seen.set(id, claims);
    const oldest = seen.size > remembered ? seen.keys().next().value : undefined;
    if (oldest !== undefined) seen.delete(oldest);
  };
  const signer = async () => {
    const key = signingKeyOf(await current(), clock.now());
    if (key === undefined) throw new Error("There is no signing key");
    key.signing ??= await importKey(JSON.parse(open(sealKey, key.private_jwk_sealed)));
    return { kid: key.kid, key: key.signing };
  };

  return {
    issue: async ({ user_id, session_id, token_id, impersonator_id, lifetime_seconds = lifetime_minutes * 60 }) => {
      const { kid, key } = await signer();
      const now = Math.floor(clock.now().getTime() / 1_000);
      const act = impersonator_id === undefined ? {} : { act: { sub: impersonator_id } };
      const token = await new SignJWT({ sid: session_id, ...act })
        .setProtectedHeader({ alg: algorithm, typ: "at+jwt", kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(user_id)
        .setJti(token_id)
        .setIssuedAt(now)
        .setExpirationTime(now + lifetime_seconds)
        .sign(key);
      return { token, expires_in: lifetime_seconds };
    },
    check: async (token) => {
      const id = hash("sha256", token, "base64");
      const known = isListening() ? seen.get(id) : undefined;
      if (known !== undefined) return clock.now() < known.expires_at ? known : undefined;
      if (!token.split(".").every(isCanonical)) return undefined;
      const before = epoch;
      const claims = await verifyToken(token, publicKey, issuer, clock.now());
      if (claims !== undefined && before === epoch) remember(id, claims);
      return claims;
    },
    jwks: async () => ({ keys: (await current()).map(({ public_jwk }) => public_jwk) }),
    forget,
    ready: async () => {
      await signer();
    },
  };
}

async function importKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, algorithm);
  if (key instanceof Uint8Array) throw new TypeError("A signing key is no shared secret");
  return key;
}

/** Whether the part is written as an encoder writes it: the same bytes have one spelling only (RFC 4648, 3.5). */
function isCanonical(part: string): boolean {
  return Buffer.from(part, "base64url").toString("base64url") === part;
}

async function verifyToken(
  token: string,
  key: (header: JWTHeaderParameters) => Promise<CryptoKey>,
  issuer: string,
  now: Date,
): Promise<AccessClaims | undefined> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, key, {
      algorithms: [algorithm],
      typ: "at+jwt",
      issuer,
      audience,
      currentDate: now,
      requiredClaims: ["exp", "iat", "sub", "jti", "sid"],
    });
    const { sub, sid, exp, iat } = payload;
    // What we never write is not ours, whatever it is signed with: zip, b64, and a time that has not come.
    if (Object.keys(protectedHeader).some((name) => !headers.includes(name))) return undefined;
    if (typeof sub !== "string" || typeof sid !== "string" || !isId(sub) || !isId(sid)) return undefined;
    if (!Number.isFinite(exp) || (iat ?? 0) > now.getTime() / 1_000 + leeway) return undefined;
    return { user_id: sub, session_id: sid, expires_at: new Date(Number(exp) * 1_000) };
  } catch {
    return undefined;
  }
}

/** A new Ed25519 key, its private part sealed. */
export async function createSigningKey(keyring: Keyring): Promise<Omit<StoredKey, "created_at" | "active_from">> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { crv: "Ed25519", extractable: true });
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  const sealKey = keyring.derive("identity:signing-keys");
  return {
    kid,
    public_jwk: { ...jwk, kid, alg: algorithm, use: "sig" },
    private_jwk_sealed: seal(sealKey, JSON.stringify(await exportJWK(privateKey))),
  };
}
