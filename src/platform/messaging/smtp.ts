import { createTransport } from "nodemailer";
import { sha256 } from "../../core/crypto.ts";
import { MailRefused } from "./errors.ts";
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
    connectionTimeout: 5_000,
    greetingTimeout: 5_000,
    socketTimeout: 10_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = /@([^>\s]+)>?$/.exec(from)?.[1] ?? "localhost";
  return {
    name: "smtp",
    send: async ({ to, subject, text, html, idempotency_key, attachments }) => {
      const messageId = `<${sha256(idempotency_key).toString("hex", 0, 16)}@${domain}>`;
      try {
        // As an object, so that no comma or bracket in an address is read as another recipient.
        const sent = await smtp.sendMail({
          from,
          to: { name: "", address: to },
          subject: oneLine(subject),
          text,
          html,
          messageId,
          attachments: attachments.map(({ filename, content, content_type }) => ({
            filename,
            content,
            contentType: content_type,
          })),
        });
        return { message_id: sent.messageId };
      } catch (error) {
        throw isRefusal(error) ? new MailRefused(error.message, { cause: error }) : error;
      }
    },
    close: () => smtp.close(),
  };
}

/**
 * Whether the server refused this mail for good (RFC 5321 §4.2.1: 5yz) at its envelope or its content. A refused login is the installation's
 * trouble, and the mail waits for its end.
 */
function isRefusal(error: unknown): error is Error {
  if (!(error instanceof Error) || !("responseCode" in error) || !("code" in error)) return false;
  const isOfTheMail = error.code === "EENVELOPE" || error.code === "EMESSAGE";
  return isOfTheMail && Number(error.responseCode) >= 500 && Number(error.responseCode) < 600;
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, " ");
}
