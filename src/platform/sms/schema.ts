import Type, { type Static } from "typebox";
import { Closed, Id, Page, PageQuery, Timestamp } from "../../core/schema.ts";

/** What a word means that carriers know. */
export type Keyword = "stop" | "start" | "help";

export type SmsStatus =
  | "queued"
  | "sending"
  | "sent"
  | "delivered"
  | "undelivered"
  | "failed"
  | "suppressed"
  | "received";

/** A message to send. */
export interface NewSms {
  /** E.164: +436601234567. */
  to: string;
  /** 1 to 1,600 characters: what providers take as one message, in as many parts as it needs. */
  body: string;
  /** The same key in a workspace is the same message: it is sent once. */
  idempotency_key: string;
  /** Whom it goes to. */
  user_id?: string;
}

/** A message as it is handed to a provider. */
export interface OutgoingSms {
  id: string;
  workspace_id: string;
  to: string;
  body: string;
  created_at: Date;
}

/** What a provider says of a message that it has. */
export interface TakenSms {
  provider_id: string;
  status: SmsStatus;
}

/** A way by which text messages leave. */
export interface SmsTransport {
  name: string;
  /** Takes the message over, and tells its id there. Throws SmsRefused when it will never be taken; whatever else it throws is tried again. */
  send(message: OutgoingSms): Promise<TakenSms>;
  /**
   * What the provider has that may be this message, left by an attempt whose end nobody saw, the oldest first: the same words to the same number, and nothing from before the message.
   * Left out by who cannot tell.
   */
  find?(message: OutgoingSms): Promise<TakenSms[]>;
}

/** A message from a person, as its provider told it; its signature was checked. */
export interface IncomingSms {
  provider_id: string;
  from: string;
  body: string;
  /** What the provider itself has done with it. */
  keyword: Keyword | undefined;
}

const NullableText = Type.Union([Type.String(), Type.Null()]);

export const SmsMessage = Closed({
  id: Id,
  direction: Type.Enum(["outgoing", "incoming"]),
  user_id: Type.Union([Id, Type.Null()]),
  number: Type.String({ description: "The other side's, E.164" }),
  body: Type.Union([Type.String(), Type.Null()], { description: "Null once its time of keeping is over" }),
  status: Type.Enum(["queued", "sending", "sent", "delivered", "undelivered", "failed", "suppressed", "received"], {
    description: "suppressed: the person asked for no more messages",
  }),
  error_code: NullableText,
  created_at: Timestamp,
});
export type SmsMessage = Static<typeof SmsMessage>;
export const SmsMessages = Page(SmsMessage);

export const SmsQuery = Closed({
  ...PageQuery.properties,
  user_id: Type.Optional(Id),
  direction: Type.Optional(Type.Enum(["outgoing", "incoming"])),
});
export type SmsQuery = Static<typeof SmsQuery>;
export const SmsParams = Closed({ message_id: Id });

/** What Twilio sends: the fields of a form, more of them over time. */
export const TwilioForm = Type.Record(Type.String(), Type.String());
export const StatusQuery = Closed({ message: Id, workspace: Id });
export const Twiml = Type.String({ description: "TwiML" });

export const SimulatedSms = Closed({
  from: Type.String({ pattern: "^\\+[1-9]\\d{6,14}$" }),
  body: Type.String({ minLength: 1, maxLength: 1_600 }),
});
export const CaughtSms = Closed({
  data: Type.Array(
    Closed({ id: Id, to: Type.String(), body: NullableText, status: Type.String(), created_at: Timestamp }),
  ),
});
