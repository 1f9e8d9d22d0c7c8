import { createTransport } from "nodemailer";
import { sha256 } from "../../core/crypto.ts";
import type { MailTransport } from "./schema.ts";

interface SmtpOptions {
  /** `smtp://user:password@host:587` (STARTTLS), or `smtps://` (TLS from the first byte). */
  url: string;
  /** The sender, for example `Plinth <no-reply@example.com>`. */
  from: string;
}

/** Sends by SMTP. A mail that is sent again bears the same Message-ID, by which mail servers and readers know it. */
export function createSmtpTransport({ url, from }: SmtpOptions): MailTransport & { close(): void } {
  const smtp = createTransport({
    url,
    pool: true,
    maxConnections: 2,
    connectionTimeout: 10_000,
    socketTimeout: 20_000,
  });
  const domain = /@([^>\s]+)>?$/.exec(from)?.[1] ?? "localhost";
  return {
    name: "smtp",
    send: async ({ to, subject, text, html, idempotency_key }) => {
      const messageId = `<${sha256(idempotency_key).toString("hex", 0, 16)}@${domain}>`;
      // As an object, so that no comma or bracket in an address is read as another recipient.
      await smtp.sendMail({ from, to: { name: "", address: to }, subject: oneLine(subject), text, html, messageId });
    },
    close: () => smtp.close(),
  };
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, " ");
}
