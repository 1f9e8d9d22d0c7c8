export { googlePlaySubscribers } from "./jobs.ts";
export { createAcknowledgements } from "./service.ts";
export { googlePlayEvents, simulateGooglePlay } from "./simulator.ts";
export { createGooglePlay, type GooglePlay, type GooglePlayOptions } from "./webhook.ts";
