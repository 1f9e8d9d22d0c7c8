import Type, { type Static } from "typebox";
import { Closed, Id, NullableTimestamp, Page, Timestamp } from "../../core/schema.ts";

/** A message to send. */
export interface NewTelegramMessage {
  /** Of a linked chat. */
  link_id: string;
  /** 1 to 4,096 characters, as it is: no markup is read in it. */
  text: string;
  /** The same key in a workspace is the same message. */
  idempotency_key: string;
}

/** A message as a feature reads it. */
export interface TelegramMessage {
  id: string;
  link_id: string;
  direction: "outgoing" | "incoming";
  /** Null once its time of keeping is over. */
  text: string | null;
  status: string;
  error_code: string | null;
  created_at: Date;
}

/** What the adapter reads of an update (https://core.telegram.org/bots/api#update); all else is not our concern. */
export interface IncomingUpdate {
  update_id: number;
  message: { message_id: number; chat_id: number; chat_title: string | null; text: string } | undefined;
}

const NullableText = Type.Union([Type.String(), Type.Null()]);

export const TelegramChat = Closed({
  id: Id,
  user_id: Id,
  title: NullableText,
  linked_at: NullableTimestamp,
  created_at: Timestamp,
});
export type TelegramChat = Static<typeof TelegramChat>;
export const TelegramChats = Page(TelegramChat);
export const ChatParams = Closed({ link_id: Id });

export const NewLink = Closed({
  id: Id,
  code: Type.String({ description: "To be sent to the bot as /start <code>, from the chat to link" }),
  url: Type.String({ description: "Opens the bot with the code, in a private chat" }),
  expires_at: Timestamp,
});
export type NewLink = Static<typeof NewLink>;

export const Update = Type.Object({}, { additionalProperties: true, description: "An update, as Telegram writes it" });
export const Accepted = Closed({});
