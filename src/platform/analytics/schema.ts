import Type, { type Static } from "typebox";
import { Closed, Timestamp } from "../../core/schema.ts";

const Day = (description: string) => Type.Optional(Type.String({ format: "date", description }));

export const AnalyticsQuery = Closed({
  from: Day("First day of sign-ups and churn (UTC); default: the first of the month eleven months before `to`"),
  to: Day("Last day of sign-ups and churn (UTC); default: today"),
  product: Type.Optional(Type.String({ maxLength: 100, description: "Of this product only; sign-ups belong to none" })),
});
export type AnalyticsQuery = Static<typeof AnalyticsQuery>;

const Minor = Type.Integer({ description: "In minor units of the currency" });
const Count = Type.Integer({ minimum: 0 });
const Share = Type.Union([Type.Number({ minimum: 0 }), Type.Null()], {
  description: "A fraction: 0.05 is 5 %; null where there is nothing to divide by",
});
const Currency = Type.String({ description: "ISO 4217" });

const Revenue = { gross: Minor, past_due: Minor };
const Net = { fees_estimate: Minor, net_estimate: Minor };

/** Monthly recurring revenue in one currency. */
export const Mrr = Closed({
  currency: Currency,
  ...Revenue,
  ...Net,
  by_product: Type.Array(Closed({ product: Type.String(), ...Revenue })),
  by_source: Type.Array(Closed({ source: Type.String(), ...Revenue, ...Net })),
});
export type Mrr = Static<typeof Mrr>;

/** Annual recurring revenue in one currency. */
export const Arr = Closed({
  currency: Currency,
  ...Revenue,
  by_product: Type.Array(Closed({ product: Type.String(), ...Revenue })),
});
export type Arr = Static<typeof Arr>;

export const ActiveSubscriptions = Closed({
  total: Count,
  trialing: Count,
  past_due: Type.Integer({ minimum: 0, description: "In the time that a failed payment is given" }),
  data: Type.Array(
    Closed({
      product: Type.String(),
      plan_id: Type.String(),
      source: Type.String(),
      standing: Type.Enum(["good", "grace"]),
      is_trial: Type.Boolean(),
      subscriptions: Count,
      seats: Count,
    }),
  ),
});
export type ActiveSubscriptions = Static<typeof ActiveSubscriptions>;

/** What was lost in a calendar month (UTC). */
export const ChurnMonth = Closed({
  month: Type.String({ description: "As 2026-11" }),
  is_complete: Type.Boolean({ description: "False for the month that runs: lost so far" }),
  customers_at_start: Count,
  customers_lost: Count,
  rate: Share,
  mrr: Type.Array(Closed({ currency: Currency, at_start: Minor, lost: Minor, rate: Share })),
});
export type ChurnMonth = Static<typeof ChurnMonth>;

export const SignUps = Closed({
  total: Count,
  verified: Count,
  months: Type.Array(Closed({ month: Type.String({ description: "As 2026-11" }), sign_ups: Count, verified: Count }), {
    description: "Of the days from `from` to `to`; a month without any is left out",
  }),
  days: Type.Array(Closed({ day: Type.String({ format: "date" }), sign_ups: Count, verified: Count }), {
    description: "A day without any is left out",
  }),
});
export type SignUps = Static<typeof SignUps>;

const Utilisation = {
  licenses: Count,
  seats: Count,
  seats_in_use: Count,
  utilisation: Share,
  activated: Count,
  activated_share: Share,
};
export const LicenseUtilisation = Closed({
  ...Utilisation,
  by_product: Type.Array(Closed({ product: Type.String(), ...Utilisation })),
});
export type LicenseUtilisation = Static<typeof LicenseUtilisation>;

/** Each figure's definition in a sentence or two: what the views of migrations/0024_analytics.sql compute. */
export const definitions = {
  mrr: "What all subscriptions that are paid for and give access now cost in a month by their plan versions' prices, yearly ones divided by twelve, rounded once; without trials, duplicates, gifts and other environments. Discounts, taxes and regional prices are not known.",
  past_due: "The part of it whose renewal failed and which stands in the time that a failed payment is given.",
  fees_estimate:
    "What the stores keep of gross by the configured rates: an estimate, because contracts, countries and card types differ.",
  net_estimate: "Gross less fees_estimate.",
  arr: "MRR times twelve, before rounding.",
  active_subscriptions:
    "Subscriptions that give access now, without duplicates; free ones and trials among them, trials counted apart.",
  churn:
    "Of the customers (a workspace that pays for a product in a currency) at the first instant of a month (UTC), and of their MRR, those who do not pay so at the first instant of the next, or at the last recording in the month that runs. A trial that never paid is no customer; who left and came back by then was not lost.",
  sign_ups:
    "Accounts made on a day (UTC), deleted and erased ones among them; verified: those whose address was proved. They belong to no product.",
  license_utilisation:
    "Of the licences that are valid now: seats held by a live session of all seats, and the share of licences that were activated on a machine.",
} as const;

export const AnalyticsReport = Closed({
  as_of: Type.Unsafe<Date>({
    ...Timestamp,
    description: "When mrr, arr, active_subscriptions and license_utilisation are of",
  }),
  recorded_at: Type.Union([Timestamp, Type.Null()], {
    description: "To when churn is known; null before the first recording",
  }),
  environment: Type.Enum(["live", "test"], {
    description: "The installation's: a store's other environment is left out",
  }),
  from: Type.String({ format: "date" }),
  to: Type.String({ format: "date" }),
  mrr: Type.Array(Mrr),
  arr: Type.Array(Arr),
  active_subscriptions: ActiveSubscriptions,
  churn: Type.Array(ChurnMonth),
  sign_ups: SignUps,
  license_utilisation: LicenseUtilisation,
  definitions: Type.Record(Type.String(), Type.String(), { description: "What each figure means" }),
});
export type AnalyticsReport = Static<typeof AnalyticsReport>;
