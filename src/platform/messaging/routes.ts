import Type from "typebox";
import { NoContent, type Route, route } from "../../core/http/route.ts";
import type { Mailbox } from "./mailbox.ts";
import { mailboxPage, mailPage, templatePage, templatesPage } from "./pages.ts";
import type { Previews } from "./previews.ts";
import {
  AttachmentParams,
  CaughtMail,
  CaughtMails,
  EmailLogPage,
  EmailLogQuery,
  MailboxQuery,
  MailParams,
  NewSuppression,
  PreviewParams,
  PreviewQuery,
  Suppression,
  SuppressionPage,
  SuppressionParams,
  SuppressionQuery,
} from "./schema.ts";
import type { Messaging } from "./service.ts";

const html = { "content-type": "text/html; charset=utf-8" };

/**
 * The log and the suppression list for administrators, and SendGrid's notifications. In development the mailbox and the templates too: they
 * have no guard, so they do not exist where mails really leave, or in production.
 */
export function messagingRoutes(messaging: Messaging): Route[] {
  const { mailbox, previews } = messaging;
  return [
    ...adminRoutes(messaging),
    sendGridWebhook(messaging),
    ...(mailbox === undefined ? [] : mailboxRoutes(mailbox)),
    ...(previews === undefined ? [] : previewRoutes(previews)),
  ];
}

function adminRoutes({ listLogs, suppressions }: Pick<Messaging, "listLogs" | "suppressions">): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/admin/email-logs",
      summary: "What became of mails, the newest first",
      auth: "admin",
      query: EmailLogQuery,
      responses: { 200: EmailLogPage },
      handler: async ({ query }) => ({ status: 200, body: await listLogs(query) }),
    }),
    route({
      method: "GET",
      path: "/v1/admin/suppressions",
      summary: "Addresses that no mail goes to, the newest first",
      auth: "admin",
      query: SuppressionQuery,
      responses: { 200: SuppressionPage },
      handler: async ({ query }) => ({ status: 200, body: await suppressions.list(query) }),
    }),
    route({
      method: "POST",
      path: "/v1/admin/suppressions",
      summary: "Stop every mail to an address",
      description: "The same address again is the same entry.",
      auth: "admin",
      body: NewSuppression,
      responses: { 201: Suppression },
      handler: async ({ ctx, body }) => ({ status: 201, body: await suppressions.create(ctx, body) }),
    }),
    route({
      method: "DELETE",
      path: "/v1/admin/suppressions/{suppression_id}",
      summary: "Let mails go to an address again",
      description: "An address may have several entries, each for a reason. The provider may keep a list of its own.",
      auth: "admin",
      params: SuppressionParams,
      responses: { 204: NoContent },
      errors: ["messaging.suppression_not_found"],
      handler: async ({ ctx, params }) => {
        await suppressions.lift(ctx, params.suppression_id);
        return { status: 204, body: null };
      },
    }),
  ];
}

function sendGridWebhook({ receiveSendGrid }: Pick<Messaging, "receiveSendGrid">): Route {
  return route({
    method: "POST",
    path: "/v1/webhooks/sendgrid",
    summary: "SendGrid's notifications",
    description:
      "For SendGrid alone: the header `X-Twilio-Email-Event-Webhook-Signature` signs the exact body. Without MAIL_SENDGRID_WEBHOOK_KEY none is believed. 204 means that all of it is stored.",
    auth: "public",
    raw_body: true,
    signed: true,
    responses: { 204: NoContent },
    errors: [
      "messaging.signature_invalid",
      "messaging.event_malformed",
      "request.too_large",
      "request.unsupported_media_type",
    ],
    handler: async ({ raw_body, header }) => {
      await receiveSendGrid({
        raw_body,
        signature: header("x-twilio-email-event-webhook-signature"),
        timestamp: header("x-twilio-email-event-webhook-timestamp"),
      });
      return { status: 204, body: null };
    },
  });
}

function previewRoutes(previews: Previews): Route[] {
  return [
    route({
      method: "GET",
      path: "/dev/mails",
      summary: "The mail templates, as a page",
      auth: "public",
      responses: { 200: Type.String({ description: "HTML" }) },
      handler: async () => ({ status: 200, body: templatesPage(previews.list()), headers: html }),
    }),
    route({
      method: "GET",
      path: "/dev/mails/{template}",
      summary: "A mail template with sample data, as a page",
      auth: "public",
      params: PreviewParams,
      query: PreviewQuery,
      responses: { 200: Type.String({ description: "HTML" }) },
      errors: ["messaging.template_not_found"],
      handler: async ({ params, query }) => ({
        status: 200,
        body: templatePage(previews.get(params.template, query.locale)),
        headers: html,
      }),
    }),
  ];
}

function mailboxRoutes(mailbox: Mailbox): Route[] {
  return [
    route({
      method: "GET",
      path: "/dev/mailbox",
      summary: "The development mailbox, as a page",
      auth: "public",
      responses: { 200: Type.String({ description: "HTML" }) },
      handler: async () => ({ status: 200, body: mailboxPage(await mailbox.list({ limit: 100 })), headers: html }),
    }),
    route({
      method: "GET",
      path: "/dev/mailbox/{mail_id}",
      summary: "A mail, as a page",
      auth: "public",
      params: MailParams,
      responses: { 200: Type.String({ description: "HTML" }) },
      errors: ["messaging.mail_not_found"],
      handler: async ({ params }) => ({
        status: 200,
        body: mailPage(await mailbox.get(params.mail_id)),
        headers: html,
      }),
    }),
    route({
      method: "GET",
      path: "/dev/mailbox/messages",
      summary: "The newest mails",
      auth: "public",
      query: MailboxQuery,
      responses: { 200: CaughtMails },
      handler: async ({ query }) => ({ status: 200, body: { data: await mailbox.list(query) } }),
    }),
    route({
      method: "GET",
      path: "/dev/mailbox/messages/{mail_id}",
      summary: "A mail",
      auth: "public",
      params: MailParams,
      responses: { 200: CaughtMail },
      errors: ["messaging.mail_not_found"],
      handler: async ({ params }) => ({ status: 200, body: await mailbox.get(params.mail_id) }),
    }),
    route({
      method: "GET",
      path: "/dev/mailbox/messages/{mail_id}/attachments/{n}",
      summary: "An attachment of a mail, counted from 0",
      auth: "public",
      params: AttachmentParams,
      responses: { 200: Type.String({ description: "The file" }) },
      errors: ["messaging.mail_not_found"],
      handler: async ({ params }) => {
        const { filename, content } = await mailbox.attachment(params.mail_id, params.n);
        // Kept, never shown: whatever it is, it does not run on this origin.
        const headers = {
          "content-type": "application/octet-stream",
          "content-disposition": `attachment; filename="${filename}"`,
        };
        return { status: 200, body: content, headers };
      },
    }),
    route({
      method: "DELETE",
      path: "/dev/mailbox/messages",
      summary: "Empty the mailbox",
      auth: "public",
      responses: { 204: NoContent },
      handler: async () => {
        await mailbox.clear();
        return { status: 204, body: null };
      },
    }),
  ];
}
