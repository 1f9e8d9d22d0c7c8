export type { Device, Tokens, Transport } from "./schema.ts";
export { CookieSession, Tokens as TokensSchema } from "./schema.ts";
export { createSessions, type Sessions } from "./service.ts";
