import Type from "typebox";
import { Check } from "typebox/value";
import type { Clock } from "../../core/clock.ts";
import { MailDelayed, MailRefused } from "./errors.ts";
import type { MailTransport, OutgoingMail } from "./schema.ts";

interface SendGridOptions {
  api_key: string;
  /** `https://api.sendgrid.com`, or `https://api.eu.sendgrid.com` for a subuser in the EU. */
  base_url: string;
  /** The sender, for example `Plinth <no-reply@example.com>`. */
  from: string;
  /** The id of the dynamic template that stands in for a template of ours, by its name. */
  templates: Map<string, string>;
  clock: Pick<Clock, "now">;
  /** How long one request may take, its answer included. Default 10,000. */
  timeout_ms?: number;
}

/** Statuses that tell of the installation or of the moment, not of the mail: it waits until that is over. */
const passing = [401, 403, 408, 425];

/**
 * Sends by SendGrid's Mail Send (https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send). It has no idempotency key: a
 * mail whose request was cut off is sent again, unless SendGrid has told of the first one meanwhile (see sendgrid-webhook.ts).
 */
export function createSendGridTransport(options: SendGridOptions): MailTransport {
  const { api_key, base_url, clock, timeout_ms = 10_000 } = options;
  const from = sender(options.from);
  // When the rate limit is reached, no other mail asks before it is over.
  let paused_until = 0;
  const pause = () => Math.ceil((paused_until - clock.now().getTime()) / 1_000);
  return {
    name: "sendgrid",
    send: async (mail) => {
      if (pause() > 0) throw new MailDelayed("SendGrid's rate limit is reached", pause());
      const response = await fetch(`${base_url}/v3/mail/send`, {
        method: "POST",
        headers: { authorization: `Bearer ${api_key}`, "content-type": "application/json", accept: "application/json" },
        body: JSON.stringify(requestOf(mail, from, options.templates.get(mail.template))),
        // The key goes to nobody else.
        redirect: "manual",
        signal: AbortSignal.timeout(timeout_ms),
      });
      const body = await response.text();
      if (response.status === 200 || response.status === 202)
        return { message_id: response.headers.get("x-message-id") };
      if (response.status === 429) {
        paused_until = clock.now().getTime() + 1_000 * secondsToWait(response.headers, clock.now());
        throw new MailDelayed("SendGrid's rate limit is reached", pause());
      }
      const message = `SendGrid answered ${response.status}: ${explanation(body)}`;
      const isFinal = response.status >= 400 && response.status < 500 && !passing.includes(response.status);
      throw isFinal ? new MailRefused(message) : new Error(message);
    },
  };
}

function requestOf(
  mail: OutgoingMail,
  from: { email: string; name?: string },
  template_id: string | undefined,
): object {
  const { to, subject, text, html, data = {}, attachments, id, template } = mail;
  // Custom arguments are kept for long and by many hands: nothing personal is in them.
  const person = { to: [{ email: to }], custom_args: { plinth_mail_id: id } };
  const content =
    template_id === undefined
      ? {
          personalizations: [{ ...person, subject }],
          content: [
            { type: "text/plain", value: text },
            { type: "text/html", value: html },
          ],
        }
      : { personalizations: [{ ...person, dynamic_template_data: data }], template_id };
  return {
    ...content,
    from,
    subject,
    categories: [template],
    ...(attachments.length > 0 && { attachments: attachments.map(attached) }),
    // Links that sign somebody in pass through nobody else's hands.
    tracking_settings: {
      click_tracking: { enable: false, enable_text: false },
      open_tracking: { enable: false },
      subscription_tracking: { enable: false },
    },
  };
}

function attached({ filename, content, content_type }: OutgoingMail["attachments"][number]): object {
  const base64 = Buffer.from(content, "utf8").toString("base64");
  return { content: base64, filename, type: content_type, disposition: "attachment" };
}

/** Splits `Name <address>`. */
function sender(from: string): { email: string; name?: string } {
  const [, name = "", email] = /^\s*"?([^"<]*?)"?\s*<([^<>]+)>\s*$/.exec(from) ?? [];
  if (email === undefined) return { email: from.trim() };
  return name === "" ? { email } : { email, name };
}

/** Until the rate limit's reset, which is told in seconds since 1970; at least a second, at most five minutes. */
function secondsToWait(headers: Headers, now: Date): number {
  const reset = Number(headers.get("x-ratelimit-reset") ?? "");
  const seconds = reset > 0 ? reset - now.getTime() / 1_000 : Number(headers.get("retry-after") ?? "");
  return Math.min(Math.max(Number.isFinite(seconds) ? Math.ceil(seconds) : 1, 1), 300);
}

const wireErrors = Type.Object({ errors: Type.Array(Type.Object({ message: Type.String() })) });

function explanation(body: string): string {
  try {
    const told: unknown = JSON.parse(body);
    if (Check(wireErrors, told)) return told.errors.map(({ message }) => message).join("; ");
  } catch {
    // Then it is a proxy's page, of which nobody learns anything.
  }
  return "no explanation";
}
