import Type, { type Static } from "typebox";
import { Closed, NullableTimestamp } from "../../core/schema.ts";
import { Source } from "../entitlements/index.ts";

/** A feature of a workspace's plan with what is used of it. */
export const FeatureUsage = Type.Union([
  Closed({ kind: Type.Literal("flag"), enabled: Type.Boolean() }),
  Closed({
    kind: Type.Literal("limit"),
    limit: Type.Union([Type.Integer(), Type.Null()], { description: "Null is unlimited" }),
    used: Type.Integer({ description: "In the running window; may pass the limit after a downgrade" }),
    remaining: Type.Union([Type.Integer(), Type.Null()], { description: "Null is unlimited" }),
    window: Type.Enum(["day", "week", "month", "none"]),
    per: Type.Enum(["workspace", "member"]),
    resets_at: NullableTimestamp,
  }),
]);
export type FeatureUsage = Static<typeof FeatureUsage>;

/** What a workspace may do in one product, and what it has used. */
export const ProductEntitlements = Closed({
  product: Type.String(),
  plan_id: Type.String(),
  version: Type.Integer({ description: "Grows with every change" }),
  valid_until: NullableTimestamp,
  sources: Type.Array(Source, { description: "Where it comes from, the deciding one first" }),
  features: Type.Record(Type.String(), FeatureUsage),
});
export type ProductEntitlements = Static<typeof ProductEntitlements>;

export const EntitlementsQuery = Closed({
  product: Type.Optional(Type.String({ pattern: "^[a-z][a-z0-9_]*$", description: "Only this product" })),
});

export const EntitlementsList = Closed({ data: Type.Array(ProductEntitlements) });
