import { createPrivateKey, type KeyObject } from "node:crypto";
import { SignJWT } from "jose";
import Type, { type Static } from "typebox";
import { Check } from "typebox/value";
import type { Clock } from "../../core/clock.ts";
import { billingErrors } from "../billing/index.ts";
import { type Answer, checkUrl, receive } from "./http.ts";
import { VoidedPurchases } from "./schema.ts";

/** A service account that may see the app's orders and subscriptions. */
export interface PlayApiSettings {
  client_email: string;
  /** PKCS #8 in PEM, as in the account's JSON file; line breaks may be written as \n. */
  private_key: string;
  token_url?: string | undefined;
  base_url?: string | undefined;
}

/**
 * The Google Play Developer API (developers.google.com/android-publisher). Each call throws `billing.store_unreachable` when Google
 * does not answer, has trouble, refuses our account or says that the quota is used up.
 */
export interface PlayApi {
  /** purchases.subscriptionsv2.get as it is; undefined for what Google does not know, or not any more (60 days after its end). */
  find(purchase: { package_name: string; purchase_token: string }): Promise<unknown>;
  /** purchases.subscriptions.acknowledge; resolves with Google's reason where it refuses (not found, another request at work). */
  acknowledge(purchase: {
    package_name: string;
    product_id: string;
    purchase_token: string;
  }): Promise<string | undefined>;
  /** purchases.voidedpurchases.list: a page of subscriptions' and other orders that were declared void since then (30 days back at most). */
  voided(query: { package_name: string; since: Date; page_token: string | undefined }): Promise<VoidedPurchases>;
}

interface PlayApiOptions extends PlayApiSettings {
  clock: Pick<Clock, "now">;
}

const scope = "https://www.googleapis.com/auth/androidpublisher";
const limits = { timeout_ms: 10_000, longest: 4_194_304 };
/** Not found, gone, and what is no token of the app at all: for all of them there is no state. */
const unknownStatuses = [400, 404, 410];

/** Throws a TypeError for settings that cannot work. Sends nothing before it is asked. */
export function createPlayApi(options: PlayApiOptions): PlayApi {
  const base = checkUrl(options.base_url ?? "https://androidpublisher.googleapis.com").href.replace(/\/+$/, "");
  const tokens = createAccessTokens(options);

  const send = async (path: string, body?: object): Promise<Answer> => {
    const access_token = await tokens.get();
    const headers = { authorization: `Bearer ${access_token}`, accept: "application/json" };
    const url = `${base}/androidpublisher/v3/applications/${path}`;
    const answer = await reach(url, { headers, ...(body !== undefined && posted(body, headers)) });
    if (answer.status === 401) tokens.forget(access_token);
    return answer;
  };
  const ask = async (path: string, body?: object): Promise<Answer> => {
    const first = await send(path, body);
    // A token may be withdrawn before its time: once more with a fresh one.
    const answer = first.status === 401 ? await send(path, body) : first;
    if ([401, 403, 429].includes(answer.status) || answer.status >= 500) {
      throw unreachable(`The Play API answered ${answer.status} ${reasonOf(answer)}`);
    }
    return answer;
  };

  return {
    find: async ({ package_name, purchase_token }) => {
      const answer = await ask(`${part(package_name)}/purchases/subscriptionsv2/tokens/${part(purchase_token)}`);
      return unknownStatuses.includes(answer.status) ? undefined : jsonOf(answer);
    },
    acknowledge: async ({ package_name, product_id, purchase_token }) => {
      const subscription = `${part(package_name)}/purchases/subscriptions/${part(product_id)}`;
      const answer = await ask(`${subscription}/tokens/${part(purchase_token)}:acknowledge`, {});
      return answer.status < 300 ? undefined : `${answer.status} ${reasonOf(answer)}`;
    },
    voided: async ({ package_name, since, page_token }) => {
      const query = new URLSearchParams({ type: "1", startTime: String(since.getTime()) });
      if (page_token !== undefined) query.set("token", page_token);
      const page = jsonOf(await ask(`${part(package_name)}/purchases/voidedpurchases?${query}`));
      if (!Check(VoidedPurchases, page)) throw unreachable("The list of voided purchases is not as documented");
      return page;
    },
  };
}

const part = encodeURIComponent;

function posted(body: object, headers: Record<string, string>) {
  const json = { ...headers, "content-type": "application/json" };
  return { method: "POST" as const, headers: json, body: JSON.stringify(body) };
}

async function reach(url: string, sending: Omit<Parameters<typeof receive>[1], keyof typeof limits>): Promise<Answer> {
  try {
    return await receive(url, { ...sending, ...limits });
  } catch (cause) {
    throw billingErrors.store_unreachable({ cause, retry_after: 30 });
  }
}

/** The message is for the log, and holds no token. */
function unreachable(message: string) {
  return billingErrors.store_unreachable({ cause: new Error(message), retry_after: 30 });
}

function jsonOf(answer: Answer): unknown {
  if (answer.status !== 200) throw unreachable(`The Play API answered ${answer.status} ${reasonOf(answer)}`);
  const json = parse(answer.text);
  if (json === undefined) throw unreachable("The Play API's answer is not JSON");
  return json;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Google's errors (cloud.google.com/apis/design/errors#http_mapping). */
const WireError = Type.Object({
  error: Type.Object({
    status: Type.Optional(Type.String()),
    errors: Type.Optional(Type.Array(Type.Object({ reason: Type.Optional(Type.String()) }))),
  }),
});

/** Why Google refused, in its own word. */
function reasonOf({ text }: Answer): string {
  const json = parse(text);
  if (!Check(WireError, json)) return "";
  const word = json.error.errors?.[0]?.reason ?? json.error.status ?? "";
  return /^[\w.-]{1,64}$/.test(word) ? word : "";
}

const TokenAnswer = Type.Object({
  access_token: Type.String({ minLength: 1 }),
  expires_in: Type.Integer({ minimum: 1 }),
});

/** Access tokens of the service account (developers.google.com/identity/protocols/oauth2/service-account): one, until a minute before its end. */
function createAccessTokens({ client_email, private_key, token_url, clock }: PlayApiOptions) {
  const url = checkUrl(token_url ?? "https://oauth2.googleapis.com/token").href;
  const key = signingKey(private_key);
  let held: { access_token: string; until: number } | undefined;
  let fetching: Promise<string> | undefined;

  const fetchToken = async (): Promise<string> => {
    const assertion = await assertionOf({ client_email, key, audience: url, now: clock.now() });
    const grant = { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion };
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const answer = await reach(url, { method: "POST", headers, body: new URLSearchParams(grant).toString() });
    const { access_token, expires_in } = readToken(answer);
    held = { access_token, until: clock.now().getTime() + (expires_in - 60) * 1_000 };
    return access_token;
  };

  return {
    /** Whoever asks while one is being fetched waits for that. */
    get: async (): Promise<string> => {
      if (held !== undefined && clock.now().getTime() < held.until) return held.access_token;
      fetching ??= fetchToken().finally(() => {
        fetching = undefined;
      });
      return fetching;
    },
    /** A token that Google refused is not used again. */
    forget: (access_token: string): void => {
      if (held?.access_token === access_token) held = undefined;
    },
  };
}

function readToken(answer: Answer): Static<typeof TokenAnswer> {
  const json = parse(answer.text);
  if (answer.status !== 200 || !Check(TokenAnswer, json)) {
    throw unreachable(`Google gave no access token: it answered ${answer.status}`);
  }
  return json;
}

/** A JWT by which the account asks for a token (RFC 7523). */
function assertionOf(claims: { client_email: string; key: KeyObject; audience: string; now: Date }): Promise<string> {
  const issued = Math.floor(claims.now.getTime() / 1_000);
  return new SignJWT({ scope })
    .setProtectedHeader({ alg: "RS256", typ: "JWT" })
    .setIssuer(claims.client_email)
    .setAudience(claims.audience)
    .setIssuedAt(issued)
    .setExpirationTime(issued + 3_600)
    .sign(claims.key);
}

function signingKey(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem.replaceAll("\\n", "\n"));
    if (key.asymmetricKeyType === "rsa") return key;
  } catch {
    // What the parser says of it helps nobody, and may hold a piece of the key.
  }
  throw new TypeError(
    "Google Play's private key must be an RSA key as PKCS #8 in PEM (private_key of the account's JSON file)",
  );
}
