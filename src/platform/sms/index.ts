export { createSmsFromConfig } from "./configure.ts";
export { SmsEnded, SmsReceived } from "./events.ts";
export type { NewSms, SmsMessage } from "./schema.ts";
export type { Sms } from "./service.ts";
