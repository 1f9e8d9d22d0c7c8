import Type from "typebox";
import { NoContent, type Route, route } from "../../core/http/route.ts";
import type { Mailbox } from "./mailbox.ts";
import { mailboxPage, mailPage } from "./pages.ts";
import { CaughtMail, CaughtMails, MailboxQuery, MailParams } from "./schema.ts";
import type { Messaging } from "./service.ts";

const html = { "content-type": "text/html; charset=utf-8" };

/** The development mailbox, as pages and as JSON. It has no guard, so it does not exist where mails really leave, or in production. */
export function messagingRoutes({ mailbox }: Pick<Messaging, "mailbox">): Route[] {
  return mailbox === undefined ? [] : mailboxRoutes(mailbox);
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
