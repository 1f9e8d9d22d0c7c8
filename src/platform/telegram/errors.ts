import { defineErrors } from "../../core/errors.ts";

export const telegramErrors = defineErrors("telegram", {
  chat_not_found: { kind: "not_found", title: "There is no such chat" },
  message_not_found: { kind: "not_found", title: "There is no such message" },
  unavailable: { kind: "unavailable", title: "Telegram cannot be reached right now" },
  signature_invalid: { kind: "forbidden", title: "The update does not bear the bot's secret" },
});

/** Telegram will never take this message. */
export class TelegramRefused extends Error {
  readonly code: string;
  constructor(code: number, description: string) {
    super(`Telegram answered ${code}: ${description}`);
    this.name = "TelegramRefused";
    this.code = String(code);
  }
}

/** Not now: after so many seconds. */
export class TelegramDelayed extends Error {
  readonly retry_after: number;
  constructor(retry_after: number) {
    super(`Telegram takes no message for ${retry_after} s`);
    this.name = "TelegramDelayed";
    this.retry_after = retry_after;
  }
}

/** A group has become a supergroup, under another id. */
export class ChatMoved extends Error {
  readonly chat_id: number;
  constructor(chat_id: number) {
    super("The chat has moved");
    this.name = "ChatMoved";
    this.chat_id = chat_id;
  }
}
