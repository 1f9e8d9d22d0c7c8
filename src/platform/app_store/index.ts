export type { AppStoreCredentials } from "./api.ts";
export {
  appStoreNotification,
  type SimulatedNotification,
  signedAppStoreTransaction,
  simulateAppStore,
  simulatedAppStoreTypes,
} from "./simulator.ts";
export { type AppStoreTrust, appStoreTrust } from "./trust.ts";
export { type AppStore, type AppStoreOptions, createAppStore } from "./webhook.ts";
