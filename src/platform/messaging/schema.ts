import Type, { type Static } from "typebox";
import { Closed, Id, Timestamp } from "../../core/schema.ts";

/** A mail to send. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string;
  /** The same key again is the same mail: it is sent once where the transport can tell. */
  idempotency_key: string;
}

/** A way by which mails leave. */
export interface MailTransport {
  name: string;
  /** Takes the mail over for good, or throws; then it is tried again. */
  send(mail: Mail): Promise<void>;
}

export const CaughtMail = Closed({
  id: Id,
  to: Type.String(),
  subject: Type.String(),
  text: Type.String(),
  html: Type.String(),
  created_at: Timestamp,
});
export type CaughtMail = Static<typeof CaughtMail>;

export const CaughtMails = Closed({ data: Type.Array(CaughtMail) });

export const MailboxQuery = Closed({
  to: Type.Optional(Type.String({ maxLength: 254, description: "Only mails to this address" })),
  limit: Type.Integer({ minimum: 1, maximum: 100, default: 50 }),
});

export const MailParams = Closed({ mail_id: Id });
