import Type from "typebox";
import { Id } from "../../core/schema.ts";
import { defineEvent } from "../events/index.ts";

export const TelegramRequested = defineEvent(
  "telegram.requested",
  "A message is to be sent to a Telegram chat",
  Type.Object({
    message_id: Id,
    chat_key: Type.String({ description: "The link's id, by which a chat's pace is kept" }),
  }),
);

export const TelegramReceived = defineEvent(
  "telegram.message_received",
  "Somebody wrote in a linked Telegram chat; the text is read by the message's id",
  Type.Object({ message_id: Id, link_id: Id }),
);

export const TelegramLinked = defineEvent(
  "telegram.chat_linked",
  "A Telegram chat was linked to the workspace",
  Type.Object({ link_id: Id, user_id: Id }),
);
