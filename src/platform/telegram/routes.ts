import { NoContent, type Route, route } from "../../core/http/route.ts";
import { PageQuery } from "../../core/schema.ts";
import { Accepted, ChatParams, NewLink, TelegramChats, Update } from "./schema.ts";
import type { TelegramInternals } from "./service.ts";

/** Chats of a workspace, and the bot's updates. */
export function telegramRoutes(telegram: TelegramInternals): Route[] {
  return [
    route({
      method: "POST",
      path: "/v1/telegram/links",
      summary: "A code that links a Telegram chat to the workspace",
      description: "Send it to the bot as `/start <code>` from the chat within half an hour, or open the link.",
      auth: "workspace",
      idempotent: true,
      responses: { 201: NewLink },
      errors: ["telegram.unavailable"],
      handler: async ({ ctx }) => ({ status: 201, body: await telegram.createLink(ctx) }),
    }),
    route({
      method: "GET",
      path: "/v1/telegram/links",
      summary: "Your Telegram chats in the workspace, the newest first",
      description: "Administrators see everybody's.",
      auth: "workspace",
      query: PageQuery,
      responses: { 200: TelegramChats },
      handler: async ({ ctx, query }) => ({ status: 200, body: await telegram.listLinks(ctx, query) }),
    }),
    route({
      method: "DELETE",
      path: "/v1/telegram/links/{link_id}",
      summary: "Unlink a chat, and forget what was written in it",
      description: "One of your own; administrators unlink anybody's.",
      auth: "workspace",
      params: ChatParams,
      responses: { 204: NoContent },
      errors: ["telegram.chat_not_found"],
      handler: async ({ ctx, params }) => {
        await telegram.deleteLink(ctx, params.link_id);
        return { status: 204, body: null };
      },
    }),
    route({
      method: "POST",
      path: "/v1/webhooks/telegram",
      summary: "An update of the bot's",
      description:
        "For Telegram alone, which sends the secret that `plinth telegram` gave it. 200 means that it is kept.",
      auth: "public",
      signed: true,
      body: Update,
      responses: { 200: Accepted },
      errors: ["telegram.signature_invalid"],
      handler: async ({ ctx, body, header }) => {
        await telegram.receive(body, header("x-telegram-bot-api-secret-token"), ctx.request_id);
        return { status: 200, body: {} };
      },
    }),
  ];
}
