import Type, { type Static } from "typebox";
import { Closed, Id, NullableTimestamp, Page, PageQuery, Timestamp } from "../../core/schema.ts";

/** What a feature may spend in a day (UTC), in pico-USD; what is left out is not limited. Read from config/models.yaml. */
export interface BudgetLimits {
  /** Of the feature, over all workspaces. */
  feature?: number;
  /** Of each workspace, over all its features. */
  workspace?: number;
  /** Of each workspace, at this feature. */
  workspace_feature?: number;
  /** Of each person, over all features, in this workspace. */
  user?: number;
}

/** Which budget had no room. */
export type BudgetScope = keyof BudgetLimits;

// PostgreSQL counts no year 0.
const Day = Type.String({ format: "date", pattern: "^(?!0000)", description: "In UTC" });
const Usd = Type.String({ pattern: "^-?[0-9]+(\\.[0-9]+)?$", description: "US dollars, an exact decimal" });
const Name = Type.String({ minLength: 1, maxLength: 200 });
const count = (description: string) => Type.Integer({ minimum: 0, description });
const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

const tokens = {
  input_tokens: count("Those of the provider's cache included"),
  cached_input_tokens: count("The part of input_tokens that the provider read from its cache"),
  cache_write_tokens: count("The part of input_tokens that the provider wrote to its cache"),
  output_tokens: count("A reasoning model's thinking included"),
  reasoning_tokens: count("The part of output_tokens that was thinking"),
  images: count("Images charged by number"),
};

const figures = {
  calls: count("Calls of the gateway"),
  attempts: count("Attempts on the wire, over all calls"),
  failed_attempts: count("Attempts without a whole answer"),
  estimated_attempts: count("Attempts whose numbers are our estimate because the provider told none"),
  ...tokens,
  audio_seconds: Type.Number({ minimum: 0 }),
  cost_usd: Usd,
};

export const UsageFigures = Closed(figures);
export type UsageFigures = Static<typeof UsageFigures>;

const range = {
  from: Type.Optional({ ...Day, description: "The first day; 30 days before `to` when left out" }),
  to: Type.Optional({ ...Day, description: "The last day; today when left out" }),
  feature: Type.Optional(Name),
  model: Type.Optional(Name),
};

/** What reports may be grouped by. */
const Groupings = Type.String({
  pattern: "^(day|feature|model|provider)(,(day|feature|model|provider)){0,3}$",
  default: "day,feature,model",
  description: "What the rows are grouped by: `day`, `feature`, `model`, `provider`, separated by commas",
});

export const UsageQuery = Closed({ ...PageQuery.properties, ...range, by: Groupings });
export type UsageQuery = Static<typeof UsageQuery>;

export const UsageRow = Closed({
  day: Type.Optional(Day),
  feature: Type.Optional(Type.String()),
  model: Type.Optional(Type.String()),
  provider: Type.Optional(Type.String()),
  ...figures,
});
export type UsageRow = Static<typeof UsageRow>;

export const UsageReport = Closed({
  from: Day,
  to: Day,
  total: UsageFigures,
  data: Type.Array(UsageRow),
  next_cursor: nullable(Type.String()),
});
export type UsageReport = Static<typeof UsageReport>;

const Outcome = Type.Enum(["ok", "error", "timeout", "aborted", "partial", "unknown_billed"]);

export const EventsQuery = Closed({
  ...PageQuery.properties,
  call_id: Type.Optional(Id),
  user_id: Type.Optional(Id),
  feature: Type.Optional(Name),
  model: Type.Optional(Name),
  outcome: Type.Optional(Outcome),
  day: Type.Optional({ ...Day, description: "The day whose budgets it counts in" }),
});
export type EventsQuery = Static<typeof EventsQuery>;

export const UsageEvent = Closed({
  id: Id,
  call_id: { ...Id, description: "One call of the gateway" },
  attempt: Type.Integer({ minimum: 1, description: "Of the call, over all models that were tried" }),
  user_id: nullable(Id),
  feature: Type.String(),
  operation: Type.Enum(["complete", "stream", "embed", "speak", "transcribe"]),
  provider: Type.String(),
  model: Type.String(),
  outcome: {
    ...Outcome,
    description:
      "`partial`: a stream that ended early; `unknown_billed`: given up by us, perhaps finished and charged by the provider",
  },
  error_code: nullable(Type.String()),
  ...tokens,
  audio_seconds: Type.Number({ minimum: 0 }),
  estimated: Type.Boolean({ description: "Whether the numbers are our estimate because the provider told none" }),
  cost_usd: Usd,
  latency_ms: count("Of this attempt"),
  first_token_ms: nullable(count("To the first content of a stream")),
  prompt: nullable(Type.String({ description: "Name and version of the prompt template" })),
  day: Day,
  request_id: Type.String(),
  created_at: Timestamp,
});
export type UsageEvent = Static<typeof UsageEvent>;
export const UsageEvents = Page(UsageEvent);

export const Budget = Closed({
  scope: Type.Enum(["workspace", "workspace_feature", "user"]),
  feature: nullable(Type.String({ description: "Of the scope workspace_feature" })),
  user_id: nullable(Id),
  limit_usd: nullable({ ...Usd, description: "Null where nothing limits it" }),
  spent_usd: Usd,
  reserved_usd: { ...Usd, description: "Set aside for calls that run" },
  remaining_usd: nullable({ ...Usd, description: "Null where nothing limits it" }),
  warned_at: NullableTimestamp,
  exhausted_at: NullableTimestamp,
});
export type Budget = Static<typeof Budget>;

export const Budgets = Closed({
  day: Day,
  resets_at: Timestamp,
  data: Type.Array(Budget),
});
export type Budgets = Static<typeof Budgets>;
