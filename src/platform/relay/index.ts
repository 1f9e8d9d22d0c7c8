export type { RelaySettings } from "./nats.ts";
export { createRelay, type Relay } from "./service.ts";
