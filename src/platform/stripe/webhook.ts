import Stripe from "stripe";
import Type, { type Static } from "typebox";
import { Check } from "typebox/value";
import type { Clock } from "../../core/clock.ts";
import { billingErrors, type Content, type Notification, type Store } from "../billing/index.ts";
import { dateOf, faults, readers, Seconds, Text } from "./objects.ts";

/** The API version whose objects we read and ask for; older ones are understood too. */
export const stripeApiVersion = Stripe.API_VERSION;

/** The age in seconds beyond which a signature is not believed (docs.stripe.com/webhooks#replay-attacks). */
const tolerance = 300;

const Envelope = Type.Object({
  id: Text,
  object: Type.Literal("event"),
  type: Type.String({ pattern: "^[a-z0-9_.]{1,200}$" }),
  created: Seconds,
  livemode: Type.Boolean(),
  data: Type.Object({ object: Type.Object({}) }),
});
type Envelope = Static<typeof Envelope>;

interface WebhookOptions {
  /** The signing secrets of the endpoint: several while one is being rotated. */
  secrets: string[];
  clock: Pick<Clock, "now">;
}

/** Stripe's webhook: the official SDK checks the signature over the exact bytes. */
export function createStripeWebhook({
  secrets,
  clock,
}: WebhookOptions): Pick<Store, "source" | "known_types" | "open" | "read"> {
  return {
    source: "stripe",
    known_types: [...readers.keys()],
    open: async ({ raw_body, header }) => {
      checkSignature(raw_body, header("stripe-signature") ?? "", { secrets, now: clock.now() });
      return readEvent(textOf(raw_body));
    },
    read: readEvent,
  };
}

/** A valid `Stripe-Signature` header for the body, as Stripe makes it: for tests and for trying things out offline. */
export function stripeSignature(payload: string, secret: string, at: Date): string {
  return Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: Math.floor(at.getTime() / 1_000) });
}

function checkSignature(raw_body: Buffer, header: string, { secrets, now }: { secrets: string[]; now: Date }): void {
  // Two headers arrive as one, joined: Stripe sends one, with one timestamp.
  const timestamps = header.split(",").filter((part) => part.trim().startsWith("t="));
  let cause: unknown = new Error("There is not exactly one timestamp in the header");
  for (const secret of timestamps.length === 1 ? secrets : []) {
    try {
      Stripe.webhooks.constructEvent(raw_body, header, secret, tolerance, undefined, now.getTime());
      return;
    } catch (error) {
      // The signature is checked before the body is parsed.
      if (error instanceof SyntaxError)
        throw billingErrors.event_malformed({ detail: "The body is not JSON", cause: error });
      cause = error;
    }
  }
  throw billingErrors.signature_invalid({ cause });
}

function textOf(raw_body: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw_body);
  } catch (cause) {
    throw billingErrors.event_malformed({ detail: "The body is not UTF-8", cause });
  }
}

function readEvent(payload: string): Notification {
  const event = parse(payload);
  const contents = readers.get(event.type)?.(event.data.object, event) ?? [];
  return {
    source: "stripe",
    environment: event.livemode ? "live" : "test",
    event_id: event.id,
    event_type: event.type,
    created_at: dateOf(event.created),
    subject: subjectOf(contents),
    payload,
    contents,
  };
}

/** The customer; of a dispute, which does not tell it, the payment as its invoice names it. */
function subjectOf(contents: Content[]): string | null {
  for (const content of contents) {
    if ("buyer" in content && content.buyer !== null) return content.buyer.customer;
    if (content.kind === "reversal")
      return content.charge_ids.find((id) => id.startsWith("pi_")) ?? content.charge_ids[0] ?? null;
  }
  return null;
}

function parse(payload: string): Envelope {
  let event: unknown;
  try {
    event = JSON.parse(payload);
  } catch (cause) {
    throw billingErrors.event_malformed({ detail: "The body is not JSON", cause });
  }
  if (!Check(Envelope, event)) throw billingErrors.event_malformed({ detail: faults(Envelope, event) });
  return event;
}
