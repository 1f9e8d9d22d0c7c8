import Type, { type Static } from "typebox";
import { Closed } from "../../core/schema.ts";

/** One message of a conversation, as every provider understands it. */
export const Message = Closed({
  role: Type.Enum(["system", "user", "assistant"]),
  content: Type.String(),
});
export type Message = Static<typeof Message>;

const tokens = (description: string) => Type.Integer({ minimum: 0, description });

/** Tokens as a provider told them. The cached ones are part of the input, however the provider counts. */
export const Usage = Closed({
  input_tokens: tokens("Tokens of the prompt, those read from the provider's cache included"),
  cached_input_tokens: tokens("The part of input_tokens that the provider read from its cache"),
  output_tokens: tokens("Tokens of the answer, a reasoning model's thinking included"),
});
export type Usage = Static<typeof Usage>;

/** Tokens as they are metered: told by the provider, or our estimate. */
export interface MeteredUsage extends Usage {
  /** Whether the numbers are our estimate because the provider told none. */
  estimated: boolean;
}

/** Why the model stopped, in one vocabulary for all providers. */
export type FinishReason = "stop" | "length" | "content_filter" | "other";

const price = (description: string) => Type.Integer({ minimum: 0, maximum: 1_000_000_000, description });

/** Prices in micro-USD per million tokens: 2.50 USD is 2500000. */
export const Prices = Closed({
  input: price("Input tokens that did not come from the provider's cache"),
  cached_input: price("Input tokens that the provider read from its cache"),
  output: price("Output tokens"),
});
export type Prices = Static<typeof Prices>;

export const ModelSettings = Closed({
  provider: Type.String({ minLength: 1, maxLength: 60 }),
  reasoning: Type.Optional(
    Type.Boolean({ description: "Thinks before it answers: takes no temperature, and its thinking counts as output" }),
  ),
  prices: Prices,
});
export type ModelSettings = Static<typeof ModelSettings>;

export const FeatureSettings = Closed({
  model: Type.String({ minLength: 1 }),
  temperature: Type.Number({ minimum: 0, maximum: 2 }),
  max_output_tokens: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  timeout_ms: Type.Integer({ minimum: 100, maximum: 600_000, description: "All attempts and waits together" }),
});
export type FeatureSettings = Static<typeof FeatureSettings>;

const ModelName = Type.String({ pattern: "^\\S{1,200}$" });
const FeatureName = Type.String({ pattern: "^(default|[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)+)$" });

/** The shape of config/models.yaml. */
export const CatalogueFile = Closed({
  models: Type.Record(ModelName, ModelSettings, { additionalProperties: false, minProperties: 1 }),
  features: Type.Record(FeatureName, FeatureSettings, { additionalProperties: false }),
});
export type CatalogueFile = Static<typeof CatalogueFile>;
