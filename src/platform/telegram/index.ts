export { createBotApi } from "./bot-api.ts";
export { TelegramLinked, TelegramReceived } from "./events.ts";
export type { NewTelegramMessage, TelegramMessage } from "./schema.ts";
export { createTelegram, type Telegram } from "./service.ts";
