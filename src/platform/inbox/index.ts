export type {
  IncomingMessage,
  KeptMessage,
  MessageFilter,
  MessageOutcome,
} from "./schema.ts";
export { createInbox, type Inbox } from "./service.ts";
export {
  findMessage,
  insertMessage,
  isMessageKnown,
  keepContents,
  listMessages,
  listOpenMessages,
  listUnsettledMessages,
  settleMessage,
} from "./store.ts";
