export { createMessagingFromConfig, type Messaging } from "./service.ts";
export { accountExists, verifyEmail } from "./templates.ts";
