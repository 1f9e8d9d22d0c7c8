import type { Config } from "../../core/config.ts";
import type { Database } from "../../core/database.ts";
import { messagingErrors } from "./errors.ts";
import { createMailbox, type Mailbox } from "./mailbox.ts";
import type { Mail, MailTransport } from "./schema.ts";
import { createSmtpTransport } from "./smtp.ts";

/** Sends messages to people. */
export interface Messaging {
  /**
   * Hands a mail to the transport. Throws when that does not take it, so that whoever calls (an event's handler) tries again; never
   * call it in a transaction or in the middle of a request.
   */
  send(mail: Mail): Promise<void>;
  /** The development mailbox, when mails go there. */
  mailbox: Mailbox | undefined;
  /** What an operator should know. */
  warning: string | undefined;
}

interface MessagingOptions {
  config: Pick<Config, "NODE_ENV" | "MAIL_SMTP_URL" | "MAIL_FROM">;
  db: Pick<Database, "systemStatement">;
}

/** By SMTP where it is configured; else to the development mailbox; in production, where that is none, nothing is sent and mails wait. */
export function createMessagingFromConfig({ config, db }: MessagingOptions): Messaging {
  if (config.MAIL_SMTP_URL !== undefined) {
    return over(createSmtpTransport({ url: config.MAIL_SMTP_URL, from: config.MAIL_FROM }));
  }
  if (config.NODE_ENV === "production") {
    const warning =
      "no mail provider is configured: mails wait in the outbox and end as dead letters; set MAIL_SMTP_URL";
    return { ...over(nobody), warning };
  }
  const mailbox = createMailbox(db);
  return { ...over(mailbox), mailbox };
}

function over(transport: MailTransport): Messaging {
  return { send: transport.send, mailbox: undefined, warning: undefined };
}

const nobody: MailTransport = {
  name: "none",
  send: async () => {
    throw messagingErrors.no_provider({ detail: "Set MAIL_SMTP_URL" });
  },
};
