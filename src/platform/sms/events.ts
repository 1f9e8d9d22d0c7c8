import Type from "typebox";
import { Id } from "../../core/schema.ts";
import { defineEvent } from "../events/index.ts";

export const SmsRequested = defineEvent(
  "sms.requested",
  "A text message is to be sent",
  Type.Object({ message_id: Id, number_key: Type.String({ description: "Stands for the number: a keyed hash" }) }),
);

export const SmsReceived = defineEvent(
  "sms.received",
  "A person answered by text message; its text is read by its id",
  Type.Object({ message_id: Id, user_id: Type.Union([Id, Type.Null()]) }),
);

export const SmsEnded = defineEvent(
  "sms.ended",
  "What became of a text message is certain: delivered, undelivered, failed or suppressed",
  Type.Object({ message_id: Id, status: Type.String(), error_code: Type.Union([Type.String(), Type.Null()]) }),
);
