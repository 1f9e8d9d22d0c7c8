import Type from "typebox";
import { Check } from "typebox/value";
import { ChatMoved, TelegramDelayed, TelegramRefused } from "./errors.ts";
import type { IncomingUpdate } from "./schema.ts";

/** The bot, as far as it is used here (https://core.telegram.org/bots/api). Each function makes one call. */
export interface BotApi {
  /** The bot's own number, the first part of its token. */
  id: string;
  /** Its name, for links. */
  username(): Promise<string>;
  /** Sends a text; its number in the chat. Throws TelegramRefused, TelegramDelayed, ChatMoved. */
  sendMessage(chat_id: number, text: string): Promise<number>;
  /** Has updates sent here, each with the secret in a header. */
  setWebhook(url: string, secret: string): Promise<void>;
}

const WireAnswer = Type.Object({
  ok: Type.Boolean(),
  result: Type.Optional(Type.Unknown()),
  error_code: Type.Optional(Type.Integer()),
  description: Type.Optional(Type.String()),
  parameters: Type.Optional(
    Type.Object({ retry_after: Type.Optional(Type.Integer()), migrate_to_chat_id: Type.Optional(Type.Integer()) }),
  ),
});
const WireSent = Type.Object({ message_id: Type.Integer() });
const WireBot = Type.Object({ username: Type.String() });

export function createBotApi({
  token,
  base_url,
  timeout_ms = 15_000,
}: {
  token: string;
  base_url: string;
  timeout_ms?: number;
}): BotApi {
  const call = async (method: string, body: object): Promise<unknown> => {
    // The token is a part of the address, so no error of the transport is passed on with its address.
    const response = await fetch(`${base_url}/bot${token}/${method}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      redirect: "manual",
      signal: AbortSignal.timeout(timeout_ms),
    }).catch((error: unknown) => {
      throw new Error(`Telegram cannot be reached: ${causeOf(error)}`);
    });
    const answer = parse(await response.text());
    if (!Check(WireAnswer, answer))
      throw new Error(`Telegram answered ${response.status} and nothing that can be read`);
    if (answer.ok) return answer.result;
    const { error_code = response.status, description = "no explanation", parameters } = answer;
    if (parameters?.migrate_to_chat_id !== undefined) throw new ChatMoved(parameters.migrate_to_chat_id);
    if (error_code === 429) throw new TelegramDelayed(parameters?.retry_after ?? 1);
    if (error_code === 400 || error_code === 403) throw new TelegramRefused(error_code, description);
    throw new Error(`Telegram answered ${error_code}: ${description}`);
  };
  let name: string | undefined;
  return {
    id: token.split(":")[0] ?? "",
    username: async () => {
      if (name !== undefined) return name;
      const bot = await call("getMe", {});
      if (!Check(WireBot, bot)) throw new Error("Telegram did not tell the bot's name");
      name = bot.username;
      return name;
    },
    sendMessage: async (chat_id, text) => {
      const sent = await call("sendMessage", { chat_id, text });
      if (!Check(WireSent, sent)) throw new Error("Telegram did not tell the message's number");
      return sent.message_id;
    },
    setWebhook: async (url, secret_token) => {
      await call("setWebhook", { url, secret_token, allowed_updates: ["message"] });
    },
  };
}

const WireUpdate = Type.Object({
  update_id: Type.Integer(),
  message: Type.Optional(
    Type.Object({
      message_id: Type.Integer(),
      text: Type.Optional(Type.String()),
      caption: Type.Optional(Type.String()),
      chat: Type.Object({
        id: Type.Integer(),
        title: Type.Optional(Type.String()),
        username: Type.Optional(Type.String()),
        first_name: Type.Optional(Type.String()),
      }),
    }),
  ),
});

/** An update in our words; undefined for what is none. */
export function readUpdate(body: unknown): IncomingUpdate | undefined {
  if (!Check(WireUpdate, body)) return undefined;
  const { update_id, message } = body;
  const text = message?.text ?? message?.caption;
  if (message === undefined || text === undefined) return { update_id, message: undefined };
  const { id: chat_id, title, username, first_name } = message.chat;
  return {
    update_id,
    message: { message_id: message.message_id, chat_id, chat_title: title ?? first_name ?? username ?? null, text },
  };
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error && "code" in cause) return String(cause.code);
  return error instanceof Error ? error.name : "unknown";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
