import Type, { type Static } from "typebox";
import { Closed, NullableTimestamp } from "../../core/schema.ts";

/** A feature that a plan has or has not. */
export const Flag = Closed({ kind: Type.Literal("flag"), enabled: Type.Boolean() });

/** A feature that may be used so often in each window. */
export const Limit = Closed({
  kind: Type.Literal("limit"),
  limit: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()], {
    description: "Units in each window; null is unlimited",
  }),
  window: Type.Enum(["day", "week", "month", "none"], {
    description: "Calendar day, ISO week or month in the workspace's time zone, or for ever",
  }),
  per: Type.Enum(["workspace", "member"], { description: "Whether all members share the limit or each has it" }),
});
export type Limit = Static<typeof Limit>;

export const Feature = Type.Union([Flag, Limit]);
export type Feature = Static<typeof Feature>;

/** Features by name. */
export const Features = Type.Record(Type.String({ pattern: "^[a-z][a-z0-9_]*$" }), Feature);
export type Features = Static<typeof Features>;

/** Where a part of a snapshot comes from. */
export const Source = Closed({
  source: Type.String({ description: "`default`, or the grant's source such as `stripe:sub_…`" }),
  plan_id: Type.String(),
  ends_at: NullableTimestamp,
});
export type Source = Static<typeof Source>;

/** What a workspace may do in a product, as it was computed and until when that holds. */
export interface Snapshot {
  product: string;
  version: number;
  plan_id: string;
  plan_version_id: string;
  features: Features;
  sources: Source[];
  /** The first instant at which it no longer holds; null while nothing in it ends. */
  valid_until: Date | null;
}
