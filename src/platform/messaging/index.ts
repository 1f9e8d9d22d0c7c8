export { messagingErrors } from "./errors.ts";
export { messagingRoutes } from "./routes.ts";
export type { Mail, MailTransport } from "./schema.ts";
export { createMessagingFromConfig, type Messaging } from "./service.ts";
export { accountExists, verifyEmail } from "./templates.ts";
