import { Closed, type Static, Type } from "../../../product.ts";
import { Day } from "../schema.ts";

export const SpectrumQuery = Closed({
  from: Type.Optional({ ...Day, description: "The first day; 29 days before the last when left out" }),
  to: Type.Optional({ ...Day, description: "The last day, which is included; today when left out" }),
  granularity: Type.Optional(
    Type.Enum(["day", "week", "month"], { description: "day when left out; weeks begin on Monday" }),
  ),
  time_zone: Type.Optional(
    Type.String({ minLength: 1, maxLength: 64, description: "IANA name by which days begin; UTC when left out" }),
  ),
});
export type SpectrumQuery = Static<typeof SpectrumQuery>;

const count = (description: string) => Type.Integer({ description });
const Counts = Closed({
  turns: count("Turns that were answered"),
  sessions: count("Mirror sessions that were begun"),
  fragments: count("Insights that were lifted or written down"),
  goals_set: count("Goals that were set"),
  goals_achieved: count("Goals that were achieved"),
  actions_added: count("Actions that were added"),
  actions_done: count("Actions that were done"),
});
export type Counts = Static<typeof Counts>;

/** So many of one thing in one period; fragments by theme and mood. */
export interface Tally {
  /** The period's first day. */
  starts_on: string;
  what: keyof Counts;
  theme: string | null;
  mood: string | null;
  count: number;
}

/** A person's history, by time. */
export const Spectrum = Closed({
  from: Day,
  to: Day,
  granularity: Type.Enum(["day", "week", "month"]),
  time_zone: Type.String(),
  totals: Counts,
  themes: Type.Array(
    Closed({ theme: Type.String(), count: Type.Integer(), moods: Type.Record(Type.String(), Type.Integer()) }),
    {
      description: "Of the fragments, the most frequent first",
    },
  ),
  moods: Type.Array(Closed({ mood: Type.String(), count: Type.Integer() }), {
    description: "Of the fragments, the most frequent first",
  }),
  periods: Type.Array(
    Closed({
      starts_on: Day,
      ...Counts.properties,
      moods: Type.Record(Type.String(), Type.Integer()),
      themes: Type.Record(Type.String(), Type.Integer()),
    }),
    { description: "Every period of the range in its order, also those in which nothing was" },
  ),
});
export type Spectrum = Static<typeof Spectrum>;

const NullableInteger = (description: string) => Type.Union([Type.Integer(), Type.Null()], { description });

/** What a plan gives of each thing, and what is left of it. */
export const Limits = Closed({
  plan_id: Type.String(),
  limits: Type.Record(
    Type.String(),
    Closed({
      limit: NullableInteger("In each window; null is unlimited"),
      used: Type.Integer(),
      remaining: NullableInteger("Null is unlimited"),
      window: Type.Enum(["day", "week", "month", "none"]),
      resets_at: Type.Union([Type.Unsafe<Date>({ type: "string", format: "date-time" }), Type.Null()]),
    }),
    { description: "By name: `turns_per_day`, `mirror_sessions_per_week`" },
  ),
  features: Type.Record(Type.String(), Type.Boolean(), { description: "By name: `spectrum`" }),
});
export type Limits = Static<typeof Limits>;
