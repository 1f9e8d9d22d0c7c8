import Type, { type Static, type TProperties } from "typebox";
import { Closed, Id, NullableTimestamp, Timestamp } from "../../core/schema.ts";
import { Source, Standing } from "../entitlements/index.ts";

const NullableInteger = (description: string) => Type.Union([Type.Integer(), Type.Null()], { description });
const limit = NullableInteger("Null is unlimited");
const remaining = NullableInteger("What is left in the window, credits not counted; null is unlimited");

/** A feature of a workspace's plan with what is used of it. */
export const FeatureUsage = Type.Union([
  Closed({ kind: Type.Literal("flag"), enabled: Type.Boolean() }),
  Closed({
    kind: Type.Literal("limit"),
    limit,
    used: Type.Integer({
      description: "In the running window, with what is reserved; may pass the limit after a downgrade",
    }),
    reserved: Type.Integer({ description: "Of that, held by reservations that are not settled" }),
    remaining,
    credits: Type.Integer({ description: "Units that may be used beyond the window's" }),
    overage: Type.Integer({ description: "Units of the running window that are over the limit and will be billed" }),
    window: Type.Enum(["day", "week", "month", "none"]),
    per: Type.Enum(["workspace", "member"]),
    policy: Type.Enum(["hard", "soft", "overage"], {
      description: "At the limit: refused, let pass, let pass and billed",
    }),
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
  seats: Type.Integer(),
  standing: Standing,
  reason: Type.Union([Type.String(), Type.Null()], { description: "Why it stands so, for example `payment_failed`" }),
  why: Type.String({ description: "Why the workspace is on this plan, in one sentence" }),
  sources: Type.Array(Source, { description: "Where it comes from, the deciding one first" }),
  features: Type.Record(Type.String(), FeatureUsage),
});
export type ProductEntitlements = Static<typeof ProductEntitlements>;

export const EntitlementsQuery = Closed({
  product: Type.Optional(Type.String({ pattern: "^[a-z][a-z0-9_]*$", description: "Only this product" })),
});

export const EntitlementsList = Closed({ data: Type.Array(ProductEntitlements) });

const FeaturePath = Type.String({
  pattern: "^[a-z][a-z0-9_]*\\.[a-z][a-z0-9_]*$",
  maxLength: 200,
  description: "`<product>.<feature>`, a limit of the workspace's plan",
});
const Amount = Type.Integer({ minimum: 1, maximum: 1_000_000_000 });
const Item = Closed({ feature: FeaturePath, amount: Type.Optional(Amount) });
const Key = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 255,
    description:
      "Names this consumption in the workspace for ever; the header `Idempotency-Key` does where it is left out",
  }),
);
const charge = {
  feature: Type.Optional(FeaturePath),
  amount: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000_000, description: "Units; 1 when left out" })),
  items: Type.Optional(
    Type.Array(Item, {
      minItems: 1,
      maxItems: 10,
      description: "Several features, all of them or none, each once; in place of `feature`",
    }),
  ),
  idempotency_key: Key,
};

export const ConsumeBody = Closed({
  ...charge,
  occurred_at: Type.Optional(
    Type.String({
      format: "date-time",
      description:
        "When it happened, at most 35 days ago; of one feature. What happened before the running window began counts for its day in reports and touches no limit",
    }),
  ),
});
export type ConsumeBody = Static<typeof ConsumeBody>;

export const ReserveBody = Closed({
  ...charge,
  expires_in_seconds: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 86_400, description: "After which it is given back; 300 when left out" }),
  ),
});
export type ReserveBody = Static<typeof ReserveBody>;

export const ConfirmBody = Closed({
  reservation_id: Id,
  amount: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 1_000_000_000, description: "Of one feature; as held when left out" }),
  ),
  items: Type.Optional(
    Type.Array(Closed({ feature: FeaturePath, amount: Type.Integer({ minimum: 0, maximum: 1_000_000_000 }) }), {
      minItems: 1,
      maxItems: 10,
      description: "Of several features; those that are left out as held",
    }),
  ),
});
export type ConfirmBody = Static<typeof ConfirmBody>;

export const ReleaseBody = Closed({ reservation_id: Id });

/** Why units are given back: nothing else is a reason. */
export const RefundReason = Type.Enum(["provider_failed", "timeout", "safety_refusal", "duplicate"]);
export type RefundReason = Static<typeof RefundReason>;
export const RefundBody = Closed({
  idempotency_key: Type.String({
    minLength: 1,
    maxLength: 255,
    description: "The key that the units were taken under",
  }),
  amount: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1_000_000_000, description: "Of one feature; all when left out" }),
  ),
  reason: RefundReason,
});
export const Refunded = Closed({ refunded: Type.Boolean({ description: "False where it had been refunded before" }) });

const counted = {
  feature: Type.String(),
  limit,
  used: Type.Integer({ description: "In the window after this, with what is reserved" }),
  remaining,
  resets_at: NullableTimestamp,
  over: Type.Integer({ description: "Of the units, so many are over the limit and will be billed" }),
  from_credits: Type.Integer({ description: "Of the units, so many came from credits" }),
};
const taken = {
  ...counted,
  amount: Type.Integer(),
  over_limit: Type.Boolean({ description: "Whether the limit is passed" }),
};
const settled = { ...counted, held: Type.Integer(), confirmed: Type.Integer() };

/** The answer of one feature, with those of all in `items`. */
const answerOf = <T extends TProperties, M extends TProperties>(item: T, more: M) =>
  Closed({
    ...item,
    ...more,
    items: Type.Array(Closed(item), { description: "Each feature; the first is told beside too" }),
  });
const replayed = Type.Boolean({ description: "Whether the key had been counted before, and this is that answer" });

export const ConsumeAnswer = answerOf(taken, { replayed });
export const ReserveAnswer = answerOf(taken, { replayed, reservation_id: Id, expires_at: Timestamp });
export const SettleAnswer = answerOf(settled, {
  replayed: Type.Boolean({ description: "Whether it had been settled so before, and this is that answer" }),
  reservation_id: Id,
  status: Type.Enum(["confirmed", "released"]),
});

const Day = Type.String({ format: "date", description: "A calendar day in the workspace's time zone" });
export const DailyQuery = Closed({ from: Day, to: Day, feature: Type.Optional(FeaturePath) });
export type DailyQuery = Static<typeof DailyQuery>;
export const DailyUsage = Closed({
  data: Type.Array(Closed({ day: Day, feature: Type.String(), used: Type.Integer() })),
});

/** Units beyond a window's, for a workspace. */
export const Credit = Closed({
  id: Id,
  feature: Type.String(),
  amount: Type.Integer(),
  remaining: Type.Integer(),
  expires_at: NullableTimestamp,
  reason: Type.String(),
  created_by: Type.Union([Id, Type.Null()]),
  created_at: Timestamp,
});
export type Credit = Static<typeof Credit>;
export const Credits = Closed({ data: Type.Array(Credit) });
export const NewCredits = Closed({
  feature: FeaturePath,
  amount: Amount,
  expires_at: Type.Optional(
    Type.Union([Type.String({ format: "date-time" }), Type.Null()], { description: "No end when left out" }),
  ),
  reason: Type.String({ minLength: 1, maxLength: 500 }),
});
export type NewCredits = Static<typeof NewCredits>;
export const CreditParams = Closed({ workspace_id: Id });
