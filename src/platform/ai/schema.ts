import Type, { type Static } from "typebox";
import { Closed, NullableTimestamp } from "../../core/schema.ts";
import { ProviderSettings, type Usage } from "../providers/index.ts";

const price = (description: string) => Type.Integer({ minimum: 0, maximum: 1_000_000_000, description });

/** Tokens in micro-USD per million (2.50 USD is 2500000); images and seconds in micro-USD each (0.04 USD is 40000). */
export const Prices = Closed({
  input: price("Input tokens that did not come from the provider's cache"),
  cached_input: price("Input tokens that the provider read from its cache"),
  cache_write: Type.Optional(price("Input tokens that the provider wrote to its cache; as input when left out")),
  output: price("Output tokens"),
  reasoning: Type.Optional(price("Output tokens that the model spent on thinking; as output when left out")),
  per_image: Type.Optional(price("An image")),
  per_audio_second: Type.Optional(price("A second of audio")),
});
export type Prices = Static<typeof Prices>;

export const ModelSettings = Closed({
  provider: Type.String({ minLength: 1, maxLength: 60 }),
  wire_name: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: "The provider's name for it, where that is another" }),
  ),
  reasoning: Type.Optional(
    Type.Boolean({ description: "Thinks before it answers: takes no temperature, and its thinking counts as output" }),
  ),
  max_inputs: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 100_000, description: "Texts in one call for embeddings; 2048 when left out" }),
  ),
  prices: Prices,
});
export type ModelSettings = Static<typeof ModelSettings>;

const milliseconds = (description: string) => Type.Integer({ minimum: 100, maximum: 600_000, description });

const Timeouts = Closed({
  total: milliseconds("All attempts and waits together"),
  first_byte: Type.Optional(milliseconds("Of one attempt, to the head of the answer; total when left out")),
  idle: Type.Optional(milliseconds("Between two pieces of an answer; 15000 when left out")),
});

/** Picodollars are whole numbers up to 2^53, which is 9,007 dollars. */
const dollars = (description: string) => Type.Number({ minimum: 0, maximum: 9_000, description });

/** What may be spent in a day (UTC), in US dollars. */
const Budget = Closed({
  feature_daily_usd: Type.Optional(dollars("Of the feature, over all workspaces")),
  workspace_daily_usd: Type.Optional(dollars("Of each workspace, over all features")),
  workspace_feature_daily_usd: Type.Optional(dollars("Of each workspace, at this feature")),
  user_daily_usd: Type.Optional(dollars("Of each person in a workspace, over all features")),
});
export type Budget = Static<typeof Budget>;

const ModelName = Type.String({ pattern: "^\\S{1,200}$" });
const FeatureName = Type.String({ pattern: "^(default|[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)+)$" });

/** A feature as it is written; `model` and `timeout_ms` are short for a list of one and a total alone. */
export const FeatureEntry = Closed({
  model: Type.Optional(ModelName),
  models: Type.Optional(Type.Array(ModelName, { minItems: 1, maxItems: 8, uniqueItems: true })),
  temperature: Type.Number({ minimum: 0, maximum: 2 }),
  max_output_tokens: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  timeout_ms: Type.Optional(milliseconds("All attempts and waits together")),
  timeouts: Type.Optional(Timeouts),
  voice: Type.Optional(
    Type.String({ minLength: 1, maxLength: 100, description: "Of speech, unless the call names one" }),
  ),
  budget: Type.Optional(Budget),
  over_budget: Type.Optional(Type.Union([Type.Literal("refuse"), Closed({ model: ModelName })])),
  cache: Type.Optional(Closed({ ttl_seconds: Type.Integer({ minimum: 1, maximum: 2_592_000 }) })),
});
export type FeatureEntry = Static<typeof FeatureEntry>;

/** The shape of config/models.yaml. */
export const CatalogueFile = Closed({
  providers: Type.Optional(
    Type.Record(Type.String({ pattern: "^[a-z][a-z0-9_-]{0,59}$" }), ProviderSettings, { additionalProperties: false }),
  ),
  models: Type.Record(ModelName, ModelSettings, { additionalProperties: false, minProperties: 1 }),
  features: Type.Record(FeatureName, FeatureEntry, { additionalProperties: false }),
  budgets: Type.Optional(Budget),
});
export type CatalogueFile = Static<typeof CatalogueFile>;

/** Tokens as they are metered: told by the provider, or our estimate. */
export interface MeteredUsage extends Usage {
  /** Whether the numbers are our estimate because the provider told none. */
  estimated: boolean;
}

/** A feature's settings as the gateway works with them. */
export interface FeatureSettings {
  /** In the order in which they are asked. */
  models: string[];
  temperature: number;
  max_output_tokens: number;
  timeouts: { total_ms: number; first_byte_ms: number; idle_ms: number };
  voice?: string;
  budget: Budget;
  /** Asked instead when the budget has no room for the others. */
  cheaper_model?: string;
  cache_seconds?: number;
}

/** What a workspace decides of its own AI use. */
export const AiSettings = Closed({
  log_content: Type.Boolean({
    description: "Whether prompts and answers may stand in the operator's log. Never without this consent",
  }),
  updated_at: NullableTimestamp,
});
export type AiSettings = Static<typeof AiSettings>;

export const AiSettingsChange = Closed({ log_content: Type.Boolean() });
