export { entitlementErrors } from "./errors.ts";
export { Feature, Features, Source } from "./schema.ts";
export { createEntitlements, type Entitlements, splitFeature } from "./service.ts";
