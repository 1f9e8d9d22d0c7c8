import Type, { type Static } from "typebox";
import { Closed, Id, NullableTimestamp, Page, PageQuery, Timestamp } from "../../core/schema.ts";

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
  policy: Type.Optional(
    Type.Enum(["hard", "soft", "overage"], {
      description:
        "At the limit: hard (when left out) refuses, soft lets pass, overage lets pass and counts what is over",
    }),
  ),
  per_seat: Type.Optional(
    Type.Integer({ minimum: 0, description: "Units for each seat; `limit` is that times the seats" }),
  ),
  week_starts: Type.Optional(
    Type.Enum(["monday", "sunday", "saturday"], {
      description: "The first day of a week; Monday (ISO 8601) when left out",
    }),
  ),
  anchor: Type.Optional(
    Type.Enum(["calendar", "subscription"], {
      description:
        "Whether a month is that of the calendar (when left out), or runs from the day on which the subscription began",
    }),
  ),
  anchor_at: Type.Optional(
    Type.String({ format: "date-time", description: "When the subscription began, where months run from that" }),
  ),
});
export type Limit = Static<typeof Limit>;

export const Feature = Type.Union([Flag, Limit]);
export type Feature = Static<typeof Feature>;

/** Features by name. */
export const Features = Type.Record(Type.String({ pattern: "^[a-z][a-z0-9_]*$" }), Feature);
export type Features = Static<typeof Features>;

/** Where a part of a snapshot comes from. */
export const Source = Closed({
  source: Type.String({ description: "`default`, the grant's source such as `stripe:sub_…`, or `override:<feature>`" }),
  plan_id: Type.String(),
  ends_at: NullableTimestamp,
});
export type Source = Static<typeof Source>;

/** How a grant stands: in order, in the time that a failed payment is given, suspended, or ended. */
export type GrantStanding = "good" | "grace" | "suspended" | "ended";

/** How it stands with a workspace: as its deciding grant does, `none` where there never was one. */
export const Standing = Type.Enum(["good", "grace", "suspended", "ended", "none"]);
export type Standing = Static<typeof Standing>;

/** What a workspace may do in a product, as it was computed and until when that holds. */
export interface Snapshot {
  product: string;
  version: number;
  plan_id: string;
  plan_version_id: string;
  seats: number;
  standing: Standing;
  /** Why it stands so, for example `payment_failed`. */
  reason: string | null;
  features: Features;
  sources: Source[];
  /** The first instant at which it no longer holds; null while nothing in it ends. */
  valid_until: Date | null;
}

const ProductName = Type.String({ pattern: "^[a-z][a-z0-9_]*$", maxLength: 100 });
const FeatureName = Type.String({ pattern: "^[a-z][a-z0-9_]*$", maxLength: 100 });
const Why = Type.String({ minLength: 1, maxLength: 500, description: "Why, for whoever looks at it later" });

/** An entry of the timeline: a change that was applied, ignored or rejected, in words. */
export const TimelineEntry = Closed({
  id: Id,
  at: Type.Unsafe<Date>({ type: "string", format: "date-time", description: "When it took effect" }),
  created_at: Type.Unsafe<Date>({ type: "string", format: "date-time", description: "When it was noticed" }),
  outcome: Type.Enum(["applied", "ignored", "rejected"]),
  product: Type.Union([Type.String(), Type.Null()], { description: "Null for what is of no product" }),
  source: Type.String({
    description: "Who caused it: a store, `grant:<id>`, an override, the plan catalogue or the time",
  }),
  what: Type.String({ description: "What happened, in one sentence" }),
  detail: Type.Union([Type.String(), Type.Null()]),
  plan_before: Type.Union([Type.String(), Type.Null()]),
  plan_after: Type.Union([Type.String(), Type.Null()]),
  reference: Type.Union([Type.String(), Type.Null()], {
    description: "Where to look it up, such as the store's event",
  }),
});
export type TimelineEntry = Static<typeof TimelineEntry>;
export const Timeline = Page(TimelineEntry);
export const TimelineQuery = Closed({
  ...PageQuery.properties,
  product: Type.Optional(ProductName),
});
export type TimelineQuery = Static<typeof TimelineQuery>;

/** A plan that an administrator gave a workspace. */
export const ManualGrant = Closed({
  id: Id,
  product: Type.String(),
  plan_id: Type.String(),
  seats: Type.Integer(),
  reason: Type.String(),
  starts_at: Timestamp,
  ends_at: Timestamp,
  revoked_at: NullableTimestamp,
  created_by: Type.Union([Id, Type.Null()]),
  created_at: Timestamp,
});
export type ManualGrant = Static<typeof ManualGrant>;
export const ManualGrants = Closed({ data: Type.Array(ManualGrant) });
export const NewManualGrant = Closed({
  plan_id: Type.String({ maxLength: 200, description: "A plan that is offered, such as `prism.pro`" }),
  seats: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 1_000_000, description: "Those of the plan when left out" }),
  ),
  ends_at: Type.String({ format: "date-time", description: "The first instant without it" }),
  reason: Why,
});
export type NewManualGrant = Static<typeof NewManualGrant>;

/** A feature of one workspace in place of what its plan says. */
export const Override = Closed({
  product: Type.String(),
  feature: Type.String(),
  value: Feature,
  reason: Type.String(),
  starts_at: Timestamp,
  ends_at: NullableTimestamp,
  created_by: Type.Union([Id, Type.Null()]),
  created_at: Timestamp,
});
export type Override = Static<typeof Override>;
export const Overrides = Closed({ data: Type.Array(Override) });
export const NewOverride = Closed({
  value: Feature,
  reason: Why,
  starts_at: Type.Optional(Type.String({ format: "date-time", description: "Now when left out" })),
  ends_at: Type.Optional(
    Type.Union([Type.String({ format: "date-time" }), Type.Null()], { description: "No end when left out" }),
  ),
});
export type NewOverride = Static<typeof NewOverride>;

export const WorkspaceParams = Closed({ workspace_id: Id });
export const GrantParams = Closed({ workspace_id: Id, grant_id: Id });
export const OverrideParams = Closed({ workspace_id: Id, product: ProductName, feature: FeatureName });
