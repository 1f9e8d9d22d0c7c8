import Type from "typebox";
import { optional, secret, text, whole } from "./kinds.ts";

/** Variables of mail and messages. */
export const messagingVariables = {
  MAIL_SMTP_URL: optional(
    text(
      "Mail server, smtp://user:password@host:587 or smtps://. Without it and SendGrid, mails go to the dev mailbox, and in production nowhere",
      {
        pattern: "^smtps?://",
        ...secret,
      },
    ),
  ),
  MAIL_FROM: text("Sender of the mails", { default: "Plinth <no-reply@localhost>" }),
  MAIL_LOCALE: text("Language of mails to people who have chosen none (BCP 47): en or de, any region", {
    default: "en",
    pattern: "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
  }),
  MAIL_SENDGRID_API_KEY: optional(
    text("SendGrid's API key, with the right to send. Goes before MAIL_SMTP_URL", secret),
  ),
  MAIL_SENDGRID_URL: text("Where SendGrid's API is: https://api.eu.sendgrid.com for a subuser in the EU", {
    default: "https://api.sendgrid.com",
    pattern: "^https?://[^\\s]+[^/]$",
  }),
  MAIL_SENDGRID_TEMPLATES: Type.Array(Type.String({ pattern: "^[a-z0-9_]+:[A-Za-z0-9-]+$" }), {
    description:
      "SendGrid's dynamic templates that stand in for ours, as name:id separated by commas, for example welcome:d-0123. GET /dev/mails in development lists the names",
    default: [],
  }),
  MAIL_SENDGRID_WEBHOOK_KEY: Type.Array(Type.String({ minLength: 1 }), {
    description:
      "Verification keys of SendGrid's signed Event Webhook (POST /v1/webhooks/sendgrid), separated by commas while one is replaced. Without any, nothing is believed there",
    default: [],
  }),
  TWILIO_ACCOUNT_SID: optional(text("Twilio's account, for text messages", { pattern: "^AC[0-9a-f]{32}$" })),
  TWILIO_AUTH_TOKEN: optional(
    text("Twilio's auth token: text messages are sent with it, and Twilio's notifications are signed with it", secret),
  ),
  TWILIO_FROM: optional(
    text("The number that text messages come from, or a Messaging Service (MG…)", {
      pattern: "^(\\+[1-9]\\d{6,14}|MG[0-9a-f]{32})$",
    }),
  ),
  TWILIO_URL: text("Where Twilio's API is, for another region or a test", {
    default: "https://api.twilio.com",
    pattern: "^https?://[^\\s]+[^/]$",
  }),
  SMS_ANSWERS: Type.Enum(["twilio", "plinth"], {
    description:
      "Who answers STOP, START and HELP: Twilio by itself, or Plinth where Twilio's own handling is switched off. Who asked for no more messages gets none either way",
    default: "twilio",
  }),
  SMS_HELP_TEXT: text("What HELP is answered with, where Plinth answers", {
    default: "You get these messages because you gave us your number. Reply STOP for no more.",
  }),
  SMS_KEEP_DAYS: whole("Texts of messages are kept for so long", 90, 1, 3_650),
  TELEGRAM_BOT_TOKEN: optional(
    text("Token of the Telegram bot, from BotFather", { pattern: "^\\d+:[A-Za-z0-9_-]{30,}$", ...secret }),
  ),
  TELEGRAM_URL: text("Where Telegram's Bot API is, for a server of your own or a test", {
    default: "https://api.telegram.org",
    pattern: "^https?://[^\\s]+[^/]$",
  }),
};
