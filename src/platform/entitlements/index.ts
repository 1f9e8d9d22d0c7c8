export { entitlementErrors } from "./errors.ts";
export { SnapshotChanged } from "./events.ts";
export { Feature, Features, type Limit, type Snapshot, Source } from "./schema.ts";
export { createEntitlements, type Entitlements, type GrantInput, splitFeature } from "./service.ts";
