import { createPublicKey, type KeyObject, verify } from "node:crypto";
import Type, { type Static } from "typebox";
import { Check } from "typebox/value";
import { isId } from "../../core/id.ts";
import { messagingErrors } from "./errors.ts";
import { errorText } from "./rules.ts";
import type { DeliveryEvent } from "./schema.ts";

/** A notification as it came: the exact body and the two headers about it. */
export interface SignedNotification {
  raw_body: Buffer;
  /** `X-Twilio-Email-Event-Webhook-Signature`: base64 of an ECDSA signature in DER. */
  signature: string | undefined;
  /** `X-Twilio-Email-Event-Webhook-Timestamp`: a part of what is signed. */
  timestamp: string | undefined;
}

// What we read of an event, and nothing more: unknown members and kinds are not our concern.
const Text = Type.Optional(Type.Unknown());
const WireEvent = Type.Object({
  event: Type.String(),
  email: Type.String({ maxLength: 1_000 }),
  timestamp: Type.Number({ minimum: 0, maximum: 253_402_300_799 }),
  sg_message_id: Text,
  plinth_mail_id: Text,
  type: Text,
  reason: Text,
});
type WireEvent = Static<typeof WireEvent>;

/**
 * Reads SendGrid's Event Webhook, signed by SendGrid
 * (https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features). `keys` are the
 * verification keys as SendGrid shows them: base64 of a P-256 public key; several while one is replaced. Throws a TypeError for another text.
 */
export function createSendGridWebhook(keys: string[]) {
  const known = keys.map(publicKey);
  return {
    /** The events that concern us. Throws `messaging.signature_invalid`, `messaging.event_malformed`. */
    open: ({ raw_body, signature = "", timestamp = "" }: SignedNotification): DeliveryEvent[] => {
      const signed = Buffer.concat([Buffer.from(timestamp, "utf8"), raw_body]);
      const der = Buffer.from(signature, "base64");
      if (!known.some((key) => verify("sha256", signed, key, der))) throw messagingErrors.signature_invalid();
      return listOf(raw_body)
        .filter((event) => Check(WireEvent, event))
        .flatMap(readEvent);
    },
  };
}

function publicKey(text: string): KeyObject {
  try {
    const key = createPublicKey({ key: Buffer.from(text, "base64"), format: "der", type: "spki" });
    if (key.asymmetricKeyDetails?.namedCurve === "prime256v1") return key;
  } catch {
    // The sentence below says it better.
  }
  throw new TypeError("MAIL_SENDGRID_WEBHOOK_KEY must be the verification key that SendGrid shows (base64)");
}

function listOf(raw_body: Buffer): unknown[] {
  try {
    const told: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(raw_body));
    if (Array.isArray(told)) return told;
  } catch (cause) {
    throw messagingErrors.event_malformed({ cause });
  }
  throw messagingErrors.event_malformed();
}

/** https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event */
function readEvent(wire: WireEvent): DeliveryEvent[] {
  const meaning = meaningOf(wire);
  if (meaning === undefined) return [];
  const { plinth_mail_id, sg_message_id, reason } = wire;
  const isOurs = typeof plinth_mail_id === "string" && isId(plinth_mail_id);
  return [
    {
      mail_id: isOurs ? plinth_mail_id : null,
      // The id that the answer to our request bore, and then where the mail went through.
      provider_message_id: typeof sg_message_id === "string" ? messageIdOf(sg_message_id) : null,
      email: wire.email,
      ...meaning,
      detail: typeof reason === "string" ? errorText(`${wire.event}: ${reason}`) : null,
      at: new Date(wire.timestamp * 1_000),
    },
  ];
}

/** Up to the dot; no vendor's id holds U+0000, and one event that does keeps none of the others from being counted. */
function messageIdOf(sg_message_id: string): string | null {
  return sg_message_id.replaceAll("\0", "").split(".", 1)[0] ?? null;
}

type Meaning = Pick<DeliveryEvent, "status" | "suppress">;

function meaningOf({ event, type, reason }: WireEvent): Meaning | undefined {
  switch (event) {
    case "delivered":
      return { status: "delivered", suppress: null };
    case "bounce":
      // A block passes: the address exists, its server would not take this mail.
      return { status: "bounced", suppress: type === "blocked" ? null : "bounce" };
    case "dropped":
      return { status: "failed", suppress: dropReason(typeof reason === "string" ? reason : "") };
    case "spamreport":
      return { status: "delivered", suppress: "complaint" };
    case "unsubscribe":
      return { status: null, suppress: "unsubscribe" };
    default:
      return undefined;
  }
}

/** SendGrid did not send, because of a list of its own. */
function dropReason(reason: string): DeliveryEvent["suppress"] {
  if (/^bounced address/i.test(reason)) return "bounce";
  if (/^spam reporting address/i.test(reason)) return "complaint";
  return /^unsubscribed address/i.test(reason) ? "unsubscribe" : null;
}
