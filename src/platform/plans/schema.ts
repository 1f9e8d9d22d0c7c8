import Type, { type Static } from "typebox";
import { Closed, Id, NullableTimestamp, Page } from "../../core/schema.ts";
import { Feature, Features } from "../entitlements/index.ts";

/** The stores that sell plans, by the names that `plans.yaml` and subscriptions bear. */
export const stores = ["stripe", "app_store", "google_play", "revenuecat"] as const;
export type Store = (typeof stores)[number];

export const Price = Closed({
  amount: Type.Integer({ minimum: 0, description: "In minor units, for example cents" }),
  currency: Type.String({ pattern: "^[A-Z]{3}$", description: "ISO 4217" }),
  interval: Type.Enum(["month", "year", "none"], { description: "How often it is due; none: never" }),
});
export type Price = Static<typeof Price>;

/** A plan of a product as it is offered now; `plan_version_id` names exactly this content, which never changes. */
export const Plan = Closed({
  id: Type.String({ description: "`<product>.<key>`" }),
  product: Type.String(),
  key: Type.String(),
  name: Type.String(),
  description: Type.String(),
  price: Price,
  trial_days: Type.Integer({ minimum: 0 }),
  seats: Type.Integer({ minimum: 1, description: "Seats that one unit of the plan brings" }),
  rank: Type.Integer({ minimum: 0, description: "From the least plan of a product upwards" }),
  default: Type.Boolean({ description: "What every workspace has without a subscription" }),
  features: Features,
  license_prefix: Type.Union([Type.String(), Type.Null()], {
    description: "How the key of the licence begins that comes with the plan; null: no licence",
  }),
  plan_version_id: Id,
  version: Type.Integer({ minimum: 1 }),
  withdrawn_at: NullableTimestamp,
});
export type Plan = Static<typeof Plan>;

export const PlanPage = Page(Plan);
const product = Type.Optional(Type.String({ maxLength: 100, description: "Of this product only" }));
export const PlanQuery = Closed({ product });
export const PlanParams = Closed({ plan_id: Type.String({ minLength: 1, maxLength: 200 }) });

export const ComparisonQuery = Closed({ product: Type.String({ minLength: 1, maxLength: 100 }) });

/** The plans of a product side by side, feature by feature. */
export const Comparison = Closed({
  product: Type.String(),
  plans: Type.Array(
    Closed({
      id: Type.String(),
      name: Type.String(),
      price: Price,
      trial_days: Type.Integer(),
      seats: Type.Integer(),
      default: Type.Boolean(),
    }),
    { description: "By price: the columns" },
  ),
  features: Type.Array(
    Closed({
      feature: Type.String(),
      values: Type.Array(Type.Union([Feature, Type.Null()]), {
        description: "One for each plan, in their order; null where the plan does not have it",
      }),
    }),
    { description: "The rows, by name" },
  ),
});
export type Comparison = Static<typeof Comparison>;

/** What a plan version holds for ever: the plan without its place on the list. */
export interface PlanContent {
  product: string;
  key: string;
  name: string;
  description: string;
  price: Price;
  trial_days: number;
  seats: number;
  rank: number;
  default: boolean;
  features: Features;
  license_prefix: string | null;
  /** The ids under which each store sells it; of Google Play `product` or `product:base_plan`, of RevenueCat an entitlement. */
  stores: Record<Store, string[]>;
  /** Stripe's Payment Link for it. */
  payment_link: string | null;
}
