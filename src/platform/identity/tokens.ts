import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, jwtVerify, SignJWT } from "jose";
import type { Clock } from "../../core/clock.ts";
import { type Keyring, open, seal } from "../../core/crypto.ts";

/** What an access token says; everything else is read live. */
export interface AccessClaims {
  user_id: string;
  session_id: string;
  expires_at: Date;
}

/** Issues and checks access tokens (RFC 9068 profile: `typ: at+jwt`), signed with Ed25519. */
export interface AccessTokens {
  issue(claims: {
    user_id: string;
    session_id: string;
    token_id: string;
  }): Promise<{ token: string; expires_in: number }>;
  /** The claims of a token that is ours, whole and in time; undefined for any other. A token seen before is known by heart. */
  check(token: string): Promise<AccessClaims | undefined>;
  /** The public keys (RFC 7517). */
  jwks(): Promise<{ keys: JWK[] }>;
}

/** A signing key as it is stored. */
export interface StoredKey {
  kid: string;
  public_jwk: JWK;
  private_jwk_sealed: Buffer;
}

interface AccessTokensOptions {
  issuer: string;
  lifetime_minutes: number;
  clock: Clock;
  keyring: Keyring;
  /** Every key that is not retired, the oldest first. */
  loadKeys: () => Promise<StoredKey[]>;
  saveKey: (key: StoredKey) => Promise<void>;
}

const algorithm = "EdDSA";
const audience = "plinth";
const remembered = 10_000;
/** At most one look for new keys in this time, however many unknown key ids come in. */
const reloadPause = 10_000;

export function createAccessTokens(options: AccessTokensOptions): AccessTokens {
  const { clock, issuer, lifetime_minutes } = options;
  const sealKey = options.keyring.derive("identity:signing-keys");
  const seen = new Map<string, AccessClaims>();
  let keys: Promise<StoredKey[]> | undefined;
  let reloaded = Number.NEGATIVE_INFINITY;

  const load = async () => {
    const stored = await options.loadKeys();
    if (stored.length > 0) return stored;
    await options.saveKey(await createKey(sealKey));
    return options.loadKeys();
  };
  const current = () => {
    keys ??= load().catch((error) => {
      keys = undefined;
      throw error;
    });
    return keys;
  };
  const publicKey = async (kid: string | undefined) => {
    const known = (await current()).find((key) => key.kid === kid);
    if (known !== undefined) return importJWK(known.public_jwk, algorithm);
    if (performance.now() - reloaded < reloadPause) throw new Error("unknown key");
    reloaded = performance.now();
    keys = undefined;
    const added = (await current()).find((key) => key.kid === kid);
    if (added === undefined) throw new Error("unknown key");
    return importJWK(added.public_jwk, algorithm);
  };
  const remember = (token: string, claims: AccessClaims) => {
    seen.set(token, claims);
    const oldest = seen.size > remembered ? seen.keys().next().value : undefined;
    if (oldest !== undefined) seen.delete(oldest);
  };

  return {
    issue: async ({ user_id, session_id, token_id }) => {
      const [key] = await current();
      if (key === undefined) throw new Error("There is no signing key");
      const privateKey = await importJWK(JSON.parse(open(sealKey, key.private_jwk_sealed)), algorithm);
      const now = Math.floor(clock.now().getTime() / 1_000);
      const token = await new SignJWT({ sid: session_id })
        .setProtectedHeader({ alg: algorithm, typ: "at+jwt", kid: key.kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(user_id)
        .setJti(token_id)
        .setIssuedAt(now)
        .setExpirationTime(now + lifetime_minutes * 60)
        .sign(privateKey);
      return { token, expires_in: lifetime_minutes * 60 };
    },
    check: async (token) => {
      const known = seen.get(token);
      if (known !== undefined) return clock.now() < known.expires_at ? known : undefined;
      if (!token.split(".").every(isCanonical)) return undefined;
      const claims = await verifyToken(token, (header) => publicKey(header.kid), issuer, clock.now());
      if (claims !== undefined) remember(token, claims);
      return claims;
    },
    jwks: async () => ({ keys: (await current()).map(({ public_jwk }) => public_jwk) }),
  };
}

/** Whether the part is written as an encoder writes it: the same bytes have one spelling only (RFC 4648, 3.5). */
function isCanonical(part: string): boolean {
  return Buffer.from(part, "base64url").toString("base64url") === part;
}

async function verifyToken(
  token: string,
  key: (header: { kid?: string }) => ReturnType<typeof importJWK>,
  issuer: string,
  now: Date,
): Promise<AccessClaims | undefined> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [algorithm],
      typ: "at+jwt",
      issuer,
      audience,
      currentDate: now,
      requiredClaims: ["exp", "iat", "sub", "jti", "sid"],
    });
    if (typeof payload.sub !== "string" || typeof payload.sid !== "string" || typeof payload.exp !== "number")
      return undefined;
    return { user_id: payload.sub, session_id: payload.sid, expires_at: new Date(payload.exp * 1_000) };
  } catch {
    return undefined;
  }
}

async function createKey(sealKey: Buffer): Promise<StoredKey> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { crv: "Ed25519", extractable: true });
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  const public_jwk = { ...jwk, kid, alg: algorithm, use: "sig" };
  return { kid, public_jwk, private_jwk_sealed: seal(sealKey, JSON.stringify(await exportJWK(privateKey))) };
}
