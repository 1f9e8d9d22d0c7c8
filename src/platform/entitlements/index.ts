export { createEntitlementAdmin } from "./admin.ts";
export { entitlementErrors } from "./errors.ts";
export { why } from "./explain.ts";
export { instantOf } from "./instants.ts";
export { Feature, Features, type GrantStanding, type Snapshot, Source, Standing } from "./schema.ts";
export { createEntitlements, type Entitlements, type Follower, splitFeature } from "./service.ts";
