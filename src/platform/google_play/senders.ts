import {
  createRemoteJWKSet,
  customFetch,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  jwtVerify,
  type RemoteJWKSet,
} from "jose";
import type { Clock } from "../../core/clock.ts";
import { billingErrors } from "../billing/index.ts";
import { checkUrl, receive } from "./http.ts";
import { localIssuer, localKeys } from "./local-issuer.ts";

/** How Google's Pub/Sub proves itself at our endpoint (cloud.google.com/pubsub/docs/authenticate-push-subscriptions). */
export interface PushSettings {
  /** As the push subscription was told. */
  audience: string;
  /** The account whose tokens the push subscription bears. */
  service_account_email: string;
  /** Where Google publishes the keys that it signs with. */
  jwks_url?: string | undefined;
  /** Default: Google's own two spellings. */
  issuers?: string[];
}

interface SendersOptions {
  push: PushSettings | undefined;
  /** Of the local issuer; undefined where it is not believed. */
  simulation_seed: Buffer | undefined;
  clock: Pick<Clock, "now">;
}

export type Sender = "google" | "local";

export interface Senders {
  /**
   * Who sent a request with this Authorization header. Throws `billing.sender_unknown` for a token that is missing, forged,
   * expired, or for somebody else, and `billing.store_unreachable` when Google's keys are needed and cannot be had.
   */
  verify(authorization: string | undefined): Promise<Sender>;
}

/** How far the clocks may be apart, in seconds: a token may be as old as it may get when it is sent. */
const leeway = 60;
const longestToken = 16_384;
/** After a fetch of keys that failed nobody is asked for so long, in milliseconds: a flood of forged tokens is not passed on. */
const failurePause = 1_000;

export function createSenders({ push, simulation_seed, clock }: SendersOptions): Senders {
  const google = push && createGoogle(push, clock);
  const local = simulation_seed && createLocal(simulation_seed, clock);
  return {
    verify: async (authorization) => {
      const [, token = ""] = /^Bearer ([\w.-]+)$/.exec(authorization ?? "") ?? [];
      const isLocal = local !== undefined && issuerOf(token) === localIssuer.issuer;
      const verify = isLocal ? local : google;
      if (token.length === 0 || token.length > longestToken || verify === undefined)
        throw billingErrors.sender_unknown();
      await verify(token);
      return isLocal ? "local" : "google";
    },
  };
}

type Verify = (token: string) => Promise<void>;

function createGoogle(settings: PushSettings, clock: Pick<Clock, "now">): Verify {
  const issuers = settings.issuers ?? ["https://accounts.google.com", "accounts.google.com"];
  const keys = createKeys(checkUrl(settings.jwks_url ?? "https://www.googleapis.com/oauth2/v3/certs"), clock);
  const expected = { algorithms: ["RS256"], issuer: issuers, audience: settings.audience };
  return async (token) => {
    // Nobody is asked for a key on account of a token that is refused whatever the key is.
    if (!issuers.includes(issuerOf(token) ?? "") || !isRs256(token)) throw billingErrors.sender_unknown();
    const payload = await verified(() =>
      jwtVerify(token, keys, { ...expected, clockTolerance: leeway, currentDate: clock.now(), requiredClaims }),
    );
    if (payload.email !== settings.service_account_email || payload.email_verified !== true) {
      throw billingErrors.sender_unknown({ cause: new Error("The push token is of another account") });
    }
  };
}

const requiredClaims = ["exp", "iat", "email"];

function createLocal(seed: Buffer, clock: Pick<Clock, "now">): Verify {
  const { publicKey } = localKeys(seed);
  const { issuer, audience, algorithm } = localIssuer;
  return async (token) => {
    const expected = { algorithms: [algorithm], issuer, audience, clockTolerance: leeway, requiredClaims };
    await verified(() => jwtVerify(token, publicKey, { ...expected, currentDate: clock.now() }));
  };
}

async function verified(verify: () => Promise<{ payload: JWTPayload }>): Promise<JWTPayload> {
  try {
    return (await verify()).payload;
  } catch (cause) {
    const isAboutKeys = cause instanceof KeysUnavailable || cause instanceof errors.JWKSInvalid;
    if (isAboutKeys || cause instanceof errors.JWKSTimeout)
      throw billingErrors.store_unreachable({ cause, retry_after: 10 });
    throw billingErrors.sender_unknown({ cause });
  }
}

class KeysUnavailable extends Error {
  override readonly name = "KeysUnavailable";
}

/** The keys that Google publishes, kept for ten minutes; asked for again at most every 30 s when a token names an unknown one. */
function createKeys(url: URL, clock: Pick<Clock, "now">): RemoteJWKSet {
  let failed = Number.NEGATIVE_INFINITY;
  const load = async (address: string): Promise<Response> => {
    if (clock.now().getTime() - failed < failurePause)
      throw new KeysUnavailable("The keys could not be had a moment ago");
    try {
      const { status, text } = await receive(address, { timeout_ms: 3_000, longest: 262_144 });
      if (status !== 200) throw new Error(`Answered ${status}`);
      return Response.json(JSON.parse(text));
    } catch (cause) {
      failed = clock.now().getTime();
      throw new KeysUnavailable("Google's keys cannot be had", { cause });
    }
  };
  return createRemoteJWKSet(url, { cooldownDuration: 30_000, cacheMaxAge: 600_000, [customFetch]: load });
}

/** The `iss` that the token claims, true or not. */
function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

function isRs256(token: string): boolean {
  try {
    const { alg, kid } = decodeProtectedHeader(token);
    return alg === "RS256" && typeof kid === "string";
  } catch {
    return false;
  }
}
