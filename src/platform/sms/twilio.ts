import { createHmac, timingSafeEqual } from "node:crypto";
import Type from "typebox";
import { Check } from "typebox/value";
import { SmsRefused, smsErrors } from "./errors.ts";
import type { IncomingSms, Keyword, SmsStatus, SmsTransport, TakenSms } from "./schema.ts";

interface TwilioOptions {
  account_sid: string;
  auth_token: string;
  /** The number that messages come from, or the Messaging Service (`MG…`) that chooses one. */
  from: string;
  /** Where Twilio's API is. */
  base_url: string;
  /** Where Twilio reaches us. */
  public_url: string;
  /** How long one request may take, its answer included. Default 15,000. */
  timeout_ms?: number;
}

/** Twilio's answer about a message (https://www.twilio.com/docs/messaging/api/message-resource). */
const WireMessage = Type.Object({ sid: Type.String(), status: Type.String() });
const WireList = Type.Object({
  messages: Type.Array(
    // The date in the form of RFC 2822, to the second.
    Type.Object({ ...WireMessage.properties, body: Type.String(), date_created: Type.String() }),
  ),
});
const WireError = Type.Object({ code: Type.Integer(), message: Type.String() });

/** The person has answered STOP. */
const optedOut = 21_610;

const states: Record<string, SmsStatus> = {
  accepted: "sent",
  scheduled: "sent",
  queued: "sent",
  sending: "sent",
  sent: "sent",
  delivered: "delivered",
  read: "delivered",
  undelivered: "undelivered",
  failed: "failed",
  canceled: "failed",
};

/** Twilio's word for a state in ours; undefined for one that says nothing of an outgoing message. */
export function stateOf(word: string): SmsStatus | undefined {
  return Object.hasOwn(states, word) ? states[word] : undefined;
}

/**
 * Sends by Twilio's Messages resource. It has no idempotency key: after an attempt whose end nobody saw, Twilio is asked for the message first, and it is sent again only
 * when it is not there.
 */
export function createTwilioTransport(options: TwilioOptions): SmsTransport {
  const { account_sid, auth_token, from, base_url, public_url, timeout_ms = 15_000 } = options;
  const url = `${base_url}/2010-04-01/Accounts/${account_sid}/Messages.json`;
  const authorization = `Basic ${Buffer.from(`${account_sid}:${auth_token}`).toString("base64")}`;
  const ask = async (address: string, init: RequestInit = {}): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(address, {
      ...init,
      headers: { ...init.headers, authorization },
      // The credentials go to nobody else.
      redirect: "manual",
      signal: AbortSignal.timeout(timeout_ms),
    });
    return { status: response.status, body: parse(await response.text()) };
  };
  const sender: Record<string, string> = from.startsWith("MG") ? { MessagingServiceSid: from } : { From: from };
  return {
    name: "twilio",
    send: async ({ id, workspace_id, to, body }) => {
      const StatusCallback = `${public_url}/v1/webhooks/twilio/status?message=${id}&workspace=${workspace_id}`;
      const form = new URLSearchParams({ To: to, Body: body, ...sender, StatusCallback });
      const answer = await ask(url, { method: "POST", body: form });
      if (answer.status === 201 && Check(WireMessage, answer.body)) return taken(answer.body);
      throw refusal(answer);
    },
    find: async ({ to, body, created_at }) => {
      // Twilio filters by whole days in UTC.
      const since = created_at.toISOString().slice(0, 10);
      const query = new URLSearchParams({ To: to, "DateSent>": since, PageSize: "50" });
      const answer = await ask(`${url}?${query}`);
      if (answer.status !== 200 || !Check(WireList, answer.body)) throw refusal(answer);
      const earliest = Math.floor(created_at.getTime() / 1_000) * 1_000;
      return answer.body.messages
        .map((message) => ({ ...message, created: Date.parse(message.date_created) }))
        .filter((message) => message.body === body && message.created >= earliest)
        .sort((a, b) => a.created - b.created)
        .map(taken);
    },
  };
}

function taken({ sid, status }: { sid: string; status: string }): TakenSms {
  return { provider_id: sid, status: stateOf(status) ?? "sent" };
}

/** Statuses that tell of the installation or of the moment, not of the message: it waits until that is over. */
const passing = [401, 403, 404, 408, 425, 429];

function refusal({ status, body }: { status: number; body: unknown }): Error {
  const told = Check(WireError, body) ? body : undefined;
  const message = `Twilio answered ${status}${told === undefined ? "" : `, error ${told.code}`}`;
  if (told === undefined || status < 400 || status >= 500 || passing.includes(status)) return new Error(message);
  return new SmsRefused(message, { code: String(told.code), is_opt_out: told.code === optedOut });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Checks `X-Twilio-Signature`: HMAC-SHA1 under the account's token over the address as Twilio called it and the form's fields, sorted by name
 * (https://www.twilio.com/docs/usage/webhooks/webhooks-security). Throws `sms.signature_invalid`.
 */
export function checkTwilioSignature(
  auth_token: string,
  { url, form, signature }: { url: string; form: Record<string, string>; signature: string | undefined },
): void {
  const fields = Object.keys(form)
    .sort()
    .map((name) => `${name}${form[name]}`);
  const expected = createHmac("sha1", auth_token)
    .update(`${url}${fields.join("")}`, "utf8")
    .digest();
  const given = Buffer.from(signature ?? "", "base64");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw smsErrors.signature_invalid();
}

/** An incoming message; undefined for a form that is none. `OptOutType` says what a Messaging Service has done by itself. */
export function incomingOf(form: Record<string, string>): IncomingSms | undefined {
  const { MessageSid: provider_id, From: from, Body: body = "", OptOutType } = form;
  if (provider_id === undefined || from === undefined) return undefined;
  const keywords: Record<string, Keyword> = { STOP: "stop", START: "start", HELP: "help" };
  const keyword = OptOutType !== undefined && Object.hasOwn(keywords, OptOutType) ? keywords[OptOutType] : undefined;
  return { provider_id, from, body, keyword };
}
