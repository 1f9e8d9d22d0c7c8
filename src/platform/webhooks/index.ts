export { createWebhooks } from "./service.ts";
export { createSender } from "./undici.ts";
