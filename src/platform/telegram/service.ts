import { timingSafeEqual } from "node:crypto";
import { type Ctx, roleAtLeast, userOf } from "../../core/context.ts";
import { hmac, type Keyring, open, seal, sha256 } from "../../core/crypto.ts";
import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import type { Metrics } from "../../core/metrics.ts";
import { pageOf, readCursor } from "../../core/pages.ts";
import type { Tx } from "../../core/tables.ts";
import { DependencyDown, defineSubscriber, type Events, type Subscriber } from "../events/index.ts";
import type { Inbox } from "../inbox/index.ts";
import { MemberRemoved } from "../workspaces/index.ts";
import { type BotApi, readUpdate } from "./bot-api.ts";
import { ChatMoved, TelegramDelayed, TelegramRefused, telegramErrors } from "./errors.ts";
import { TelegramLinked, TelegramReceived, TelegramRequested } from "./events.ts";
import type { IncomingUpdate, NewLink, NewTelegramMessage, TelegramChat, TelegramMessage } from "./schema.ts";
import {
  deleteExpiredLinks,
  deleteLink,
  deleteLinksOf,
  findChat,
  findLinkOfChat,
  findMessage,
  forgetBodies,
  giveUpOld,
  insertLink,
  insertMessage,
  listLinks,
  type MessageRow,
  moveChat,
  settleMessage,
  useCode,
} from "./store.ts";

/** Telegram chats, linked to workspaces. */
export interface Telegram {
  /**
   * Sends a text to a linked chat when the transaction commits; the same key again is the same message. Telegram has no idempotency key: after a crash in the middle of
   * sending, a text may come twice. Throws `telegram.chat_not_found`.
   */
  send(tx: Tx, ctx: Pick<Ctx, "workspace_id" | "request_id">, message: NewTelegramMessage): Promise<{ id: string }>;
  /** Throws `telegram.message_not_found`. */
  get(ctx: Pick<Ctx, "workspace_id" | "actor">, id: string): Promise<TelegramMessage>;
}

/** What the routes and the wiring need beside the door. */
export interface TelegramInternals extends Telegram {
  /** A code that links the chat from which it is sent, once, within half an hour. Throws `telegram.unavailable`. */
  createLink(ctx: Ctx): Promise<NewLink>;
  /** The caller's own chats; for administrators the workspace's. */
  listLinks(
    ctx: Ctx,
    page: { limit: number; cursor?: string },
  ): Promise<{ data: TelegramChat[]; next_cursor: string | null }>;
  /** Unlinks a chat, which is the caller's own but for administrators, and forgets its messages. Throws `telegram.chat_not_found`. */
  deleteLink(ctx: Ctx, id: string): Promise<void>;
  /** Takes in an update, once. Throws `telegram.signature_invalid`. */
  receive(update: unknown, secret: string | undefined, request_id: string): Promise<void>;
  /** Has Telegram send the bot's updates to this address. */
  setWebhook(public_url: string): Promise<void>;
  /** Forgets texts older than so many days, and links whose code nobody used. */
  prune(days: number): Promise<void>;
  /** Removes a person's chats and what was written in them, in every workspace. */
  erasePerson(tx: Tx, user_id: string): Promise<void>;
  subscribers: Subscriber[];
}

interface TelegramOptions {
  db: Pick<Database, "inWorkspace" | "statement" | "asSystem" | "systemStatement">;
  events: Pick<Events, "append">;
  inbox: Pick<Inbox, "receive">;
  keyring: Keyring;
  metrics: Pick<Metrics, "counter">;
  bot: BotApi;
}

const linkMinutes = 30;

/** Hours after which a message is given up that its chat never had room for. */
const longestWaitHours = 24;

/**
 * Chats refused one after the other, with nothing taken in between, that make it the bot's limit: Telegram counts by chat and over all of them, and its answer
 * does not tell which it was (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this).
 */
const chatsOfBotLimit = 3;

export function createTelegram({ db, events, inbox, keyring, metrics, bot }: TelegramOptions): TelegramInternals {
  const codeKey = keyring.derive("telegram.link_code");
  const sealKey = keyring.derive("telegram.message");
  const chatKey = keyring.derive("telegram.chat_hash");
  const secret = keyring.derive(`telegram.webhook:${bot.id}`).toString("base64url");
  const count = metrics.counter("plinth_telegram_messages_total", "Telegram messages, by what became of them", [
    "outcome",
  ]);

  const refused = new Set<number>();

  /** Throws DependencyDown for what concerns all chats; what concerns this one as the bot's API does. */
  const sendTo = async (chat_id: number, text: string): Promise<number> => {
    try {
      const message_id = await bot.sendMessage(chat_id, text);
      refused.clear();
      return message_id;
    } catch (cause) {
      if (cause instanceof TelegramDelayed) {
        const { retry_after } = cause;
        if (refused.add(chat_id).size < chatsOfBotLimit) throw cause;
        throw new DependencyDown("telegram", { cause, retry_after });
      }
      if (!(cause instanceof TelegramRefused || cause instanceof ChatMoved))
        throw new DependencyDown("telegram", { cause });
      refused.clear();
      throw cause;
    }
  };

  /** Has a message asked for anew when its chat has room again: others go on, and it uses up no tries. */
  const postpone = (ctx: Ctx, { workspace_id, id, link_id }: MessageRow, { retry_after }: TelegramDelayed) =>
    db.asSystem("telegram", async (tx) => {
      if (await giveUpOld(tx, { workspace_id, id, error_code: "429" }, longestWaitHours)) return;
      const delay_seconds = Math.max(1, retry_after);
      await events.append(tx, ctx, TelegramRequested, { message_id: id, chat_key: link_id }, { delay_seconds });
    });

  const deliver = async (ctx: Ctx, id: string): Promise<void> => {
    const { workspace_id } = ctx;
    const { row, chat } = await db.asSystem("telegram", async (tx) => {
      const found = await findMessage(tx, workspace_id, { id });
      return { row: found, chat: found && (await findChat(tx, workspace_id, found.link_id)) };
    });
    if (row?.status !== "queued" || row.body_sealed === null) return;
    const end = (what: { status: "sent" | "failed"; message_id?: number; error_code?: string }) => {
      count({ outcome: what.status });
      return db.systemStatement("telegram", (tx) => settleMessage(tx, { workspace_id, id, ...what }));
    };
    if (chat === undefined) return end({ status: "failed", error_code: "chat_unlinked" });
    let message_id: number;
    try {
      message_id = await sendTo(chat.chat_id, open(sealKey, row.body_sealed));
    } catch (error) {
      if (error instanceof TelegramRefused) return end({ status: "failed", error_code: error.code });
      if (error instanceof ChatMoved)
        await db.systemStatement("telegram", (tx) => moveChat(tx, workspace_id, row.link_id, error.chat_id));
      count({ outcome: "retried" });
      if (error instanceof TelegramDelayed) return postpone(ctx, row, error);
      throw error;
    }
    await end({ status: "sent", message_id });
  };

  const apply = async (tx: Tx, message: NonNullable<IncomingUpdate["message"]>, request_id: string) => {
    const [, code] = /^\/start(?:@\w+)? ([\w-]{10,})$/.exec(message.text.trim()) ?? [];
    if (code !== undefined) {
      const chat = { chat_id: message.chat_id, title: message.chat_title };
      const link = await useCode(tx, hmac(codeKey, code), chat);
      if (link === undefined) return { status: "ignored" as const, reason: "code_unknown" };
      const { workspace_id, user_id } = link;
      await events.append(tx, { workspace_id, request_id }, TelegramLinked, { link_id: link.id, user_id });
      return { status: "applied" as const, reason: "linked" };
    }
    const link = await findLinkOfChat(tx, message.chat_id);
    if (link === undefined) return { status: "ignored" as const, reason: "chat_unknown" };
    const { workspace_id, id: link_id } = link;
    const id = newId();
    const body_sealed = seal(sealKey, message.text);
    const idempotency_key = `incoming:${message.chat_id}:${message.message_id}`;
    const row = { id, workspace_id, link_id, message_id: message.message_id, body_sealed, idempotency_key };
    await insertMessage(tx, { ...row, direction: "incoming", status: "received" });
    await events.append(tx, { workspace_id, request_id }, TelegramReceived, { message_id: id, link_id });
    return { status: "applied" as const, reason: null };
  };

  return {
    send: async (tx, ctx, { link_id, text, idempotency_key }) => {
      const { workspace_id } = ctx;
      if ((await findChat(tx, workspace_id, link_id)) === undefined) throw telegramErrors.chat_not_found();
      const id = newId();
      const row = { id, workspace_id, link_id, message_id: null, body_sealed: seal(sealKey, text), idempotency_key };
      if (!(await insertMessage(tx, { ...row, direction: "outgoing", status: "queued" })))
        return { id: (await findMessage(tx, workspace_id, { idempotency_key }))?.id ?? id };
      await events.append(tx, ctx, TelegramRequested, { message_id: id, chat_key: link_id });
      return { id };
    },
    get: async (ctx, id) => {
      const row = await db.statement(ctx, (tx) => findMessage(tx, ctx.workspace_id, { id }));
      if (row === undefined) throw telegramErrors.message_not_found();
      return shown(row, sealKey);
    },
    createLink: async (ctx) => {
      const user_id = userOf(ctx);
      if (user_id === undefined) throw new TypeError("A chat is linked by a person");
      const username = await bot.username().catch((cause: unknown) => {
        const retry_after = cause instanceof TelegramDelayed ? cause.retry_after : 5;
        throw telegramErrors.unavailable({ cause, retry_after });
      });
      const code = newCode();
      const link = { id: newId(), workspace_id: ctx.workspace_id, user_id, code_hash: hmac(codeKey, code) };
      const expires_at = await db.statement(ctx, (tx) => insertLink(tx, link, linkMinutes));
      return { id: link.id, code, url: `https://t.me/${username}?start=${code}`, expires_at };
    },
    listLinks: async (ctx, { limit, cursor }) =>
      pageOf(await db.statement(ctx, (tx) => listLinks(tx, ownerIn(ctx), readCursor(cursor), limit)), limit),
    deleteLink: async (ctx, id) => {
      if (!(await db.statement(ctx, (tx) => deleteLink(tx, ownerIn(ctx), id)))) throw telegramErrors.chat_not_found();
    },
    receive: async (body, given, request_id) => {
      if (!timingSafeEqual(sha256(given ?? ""), sha256(secret))) throw telegramErrors.signature_invalid();
      const update = readUpdate(body);
      if (update === undefined) return;
      const { update_id, message } = update;
      const kept = { source: "telegram", endpoint: bot.id, event_id: String(update_id), event_type: "message" };
      const subject = message === undefined ? null : hmac(chatKey, String(message.chat_id)).toString("base64url");
      // The text is kept in one place, sealed, and the chat with its person; here only that something came.
      await inbox.receive({ ...kept, subject, payload: "" }, async (tx) => {
        if (message === undefined) return { status: "ignored", reason: "no_text" };
        count({ outcome: "received" });
        return apply(tx, message, request_id);
      });
    },
    setWebhook: (public_url) => bot.setWebhook(`${public_url}/v1/webhooks/telegram`, secret),
    prune: async (days) => {
      await db.asSystem("telegram", async (tx) => {
        await forgetBodies(tx, days);
        await deleteExpiredLinks(tx);
      });
    },
    erasePerson: (tx, user_id) => deleteLinksOf(tx, user_id),
    subscribers: [
      defineSubscriber({
        name: "telegram.deliver",
        event: TelegramRequested,
        // A group takes twenty messages a minute (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this).
        key: ({ chat_key }) => chat_key,
        key_rate: { limit: 20, window_seconds: 60 },
        handle: (ctx, { message_id }) => deliver(ctx, message_id),
      }),
      defineSubscriber({
        name: "telegram.unlink_removed_member",
        event: MemberRemoved,
        handleInTransaction: (tx, { workspace_id }, { user_id }) => deleteLinksOf(tx, user_id, workspace_id),
      }),
    ],
  };
}

/** Whose chats the caller has to do with; undefined for administrators: everybody's. */
function ownerIn(ctx: Ctx): string | undefined {
  return roleAtLeast(ctx.role, "admin") ? undefined : userOf(ctx);
}

/** 128 bits, in the letters that a link to a bot may bear. */
function newCode(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64url");
}

function shown(row: MessageRow, sealKey: Buffer): TelegramMessage {
  const { id, link_id, status, error_code, created_at, body_sealed } = row;
  const direction = row.direction as TelegramMessage["direction"];
  return { id, link_id, direction, status, error_code, created_at, text: body_sealed && open(sealKey, body_sealed) };
}
