export type { LicenseAnswer, Validation } from "./api.ts";
export { createLicenseClient, type LicenseClient, type LicenseClientOptions } from "./client.ts";
export {
  type LicenseFile,
  type LicenseFileCheck,
  type LicenseFileOptions,
  type LicenseFileRefusal,
  type LicenseKey,
  verifyLicenseFile,
} from "./file.ts";
export type {
  HardwareIdProvider,
  HighWaterMark,
  LicenseClock,
  LicenseEvents,
  LicenseFetch,
  LicenseListener,
  LicenseProblem,
  LicenseSession,
  LicenseState,
  LicenseTimers,
  StateChange,
} from "./types.ts";
