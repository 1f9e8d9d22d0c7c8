import Type, { type Static } from "typebox";
import { Closed, Id, NullableTimestamp, Page, PageQuery, Timestamp } from "../../core/schema.ts";

/** What a mail says. */
export interface MailContent {
  /** The template's name: what logs tell, and what an operator replaces by a template at the provider. */
  template: string;
  /** The language it is written in (BCP 47). */
  locale: string;
  /** About the account itself or its safety: it goes to whoever has unsubscribed too. */
  essential?: boolean;
  subject: string;
  text: string;
  html: string;
  /** What a template at the provider is filled with. */
  data?: Record<string, string>;
  /** Writes it anew with the installation's name, and in its language where the reader's is not known. */
  render?: (house: { app_name: string; locale: string }) => Omit<MailContent, "render">;
}

export interface Attachment {
  /** A name without a path: letters, digits, dots, dashes; others are replaced. */
  filename: string;
  /** Text, sent as UTF-8. */
  content: string;
  /** For example `application/json`. */
  content_type: string;
}

/** A mail to send. */
export interface Mail extends MailContent {
  to: string;
  /** The same key again is the same mail: it is sent once. */
  idempotency_key: string;
  attachments?: Attachment[];
  /** Whom it is about, for the log. */
  workspace_id?: string;
  user_id?: string;
}

/** A mail as it is handed to a transport. */
export interface OutgoingMail extends Omit<Mail, "render"> {
  /** The id of its entry in the log. */
  id: string;
  attachments: Attachment[];
}

/** A way by which mails leave. */
export interface MailTransport {
  name: string;
  /**
   * Takes the mail over for good, and tells the provider's id of it. Throws MailRefused when it will never be taken, MailDelayed when not
   * before a time; whatever else it throws is tried again.
   */
  send(mail: OutgoingMail): Promise<{ message_id: string | null }>;
}

export const CaughtAttachment = Closed({
  filename: Type.String(),
  content_type: Type.String(),
  size: Type.Integer({ description: "Bytes" }),
});

export const CaughtMail = Closed({
  id: Id,
  to: Type.String(),
  subject: Type.String(),
  template: Type.Union([Type.String(), Type.Null()]),
  text: Type.String(),
  html: Type.String(),
  attachments: Type.Array(CaughtAttachment),
  created_at: Timestamp,
});
export type CaughtMail = Static<typeof CaughtMail>;

export const CaughtMails = Closed({ data: Type.Array(CaughtMail) });

export const MailboxQuery = Closed({
  to: Type.Optional(Type.String({ maxLength: 254, description: "Only mails to this address" })),
  limit: Type.Integer({ minimum: 1, maximum: 100, default: 50 }),
});

export const MailParams = Closed({ mail_id: Id });
export const AttachmentParams = Closed({ mail_id: Id, n: Type.Integer({ minimum: 0, maximum: 99 }) });

export const PreviewParams = Closed({ template: Type.String({ maxLength: 100 }) });
export const PreviewQuery = Closed({ locale: Type.String({ maxLength: 35, default: "en" }) });

export const MailStatus = Type.Enum(["queued", "sent", "delivered", "failed", "suppressed", "bounced"], {
  description:
    "queued: waits for its first or next try; suppressed: not sent, the address is on the suppression list; failed: refused for good; delivered and bounced: as the provider told",
});
export type MailStatus = Static<typeof MailStatus>;

export const EmailLog = Closed({
  id: Id,
  template: Type.String(),
  locale: Type.String(),
  to: Type.Union([Type.String(), Type.Null()], { description: "Null once the person was erased" }),
  workspace_id: Type.Union([Id, Type.Null()]),
  user_id: Type.Union([Id, Type.Null()]),
  status: MailStatus,
  provider: Type.String(),
  provider_message_id: Type.Union([Type.String(), Type.Null()]),
  attempts: Type.Integer(),
  error: Type.Union([Type.String(), Type.Null()]),
  created_at: Timestamp,
  sent_at: NullableTimestamp,
  updated_at: Timestamp,
});
export type EmailLog = Static<typeof EmailLog>;
export const EmailLogPage = Page(EmailLog);

const Address = Type.String({ minLength: 3, maxLength: 254, pattern: "^[^\\s@]+@[^\\s@]+$" });

export const EmailLogQuery = Closed({
  ...PageQuery.properties,
  status: Type.Optional(MailStatus),
  template: Type.Optional(Type.String({ maxLength: 100 })),
  to: Type.Optional(Type.String({ maxLength: 254, description: "Only mails to this address" })),
});
export type EmailLogQuery = Static<typeof EmailLogQuery>;

export const SuppressionReason = Type.Enum(["bounce", "complaint", "unsubscribe", "manual"], {
  description: "Mails about the account and its safety still go to whoever unsubscribed; the others get none at all",
});
export type SuppressionReason = Static<typeof SuppressionReason>;

export const Suppression = Closed({
  id: Id,
  email: Type.Union([Type.String(), Type.Null()], { description: "Null once the person was erased" }),
  reason: SuppressionReason,
  detail: Type.Union([Type.String(), Type.Null()], { description: "What the provider or the administrator said" }),
  created_by: Type.Union([Id, Type.Null()]),
  created_at: Timestamp,
});
export type Suppression = Static<typeof Suppression>;
export const SuppressionPage = Page(Suppression);

export const SuppressionQuery = Closed({
  ...PageQuery.properties,
  email: Type.Optional(Type.String({ maxLength: 254, description: "Only this address" })),
  reason: Type.Optional(SuppressionReason),
});
export type SuppressionQuery = Static<typeof SuppressionQuery>;

export const NewSuppression = Closed({
  email: Address,
  detail: Type.Optional(Type.String({ maxLength: 500, description: "Why" })),
});
export type NewSuppression = Static<typeof NewSuppression>;

export const SuppressionParams = Closed({ suppression_id: Id });

/** What a provider tells of a mail or an address, in our words. */
export interface DeliveryEvent {
  /** The id of the entry in the log, as it was handed over with the mail. */
  mail_id: string | null;
  provider_message_id: string | null;
  email: string;
  status: "delivered" | "failed" | "bounced" | null;
  suppress: Exclude<SuppressionReason, "manual"> | null;
  detail: string | null;
  at: Date;
}
