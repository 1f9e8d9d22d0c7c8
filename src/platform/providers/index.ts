export { createProviders } from "./configure.ts";
export { ProviderError, type ProviderErrorCode } from "./errors.ts";
export type * from "./port.ts";
export { ProviderSettings } from "./schema.ts";
