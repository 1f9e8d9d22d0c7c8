import Type, { type Static, type TSchema } from "typebox";
import { Closed } from "../../core/schema.ts";

// OpenAI's shapes (https://platform.openai.com/docs/api-reference/chat/create), as far as they are supported here; the rest is refused by name.

const optional = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));
const Text = Type.String({ maxLength: 2_000_000 });

const ContentPart = Closed({
  type: Type.Enum(["text", "image_url", "refusal", "input_audio", "file"]),
  text: Type.Optional(Text),
  refusal: Type.Optional(Text),
  image_url: Type.Optional(
    Closed({
      url: Type.String({ maxLength: 12_000_000 }),
      detail: Type.Optional(Type.Enum(["auto", "low", "high", "original"])),
    }),
  ),
  input_audio: Type.Optional(Type.Unknown()),
  file: Type.Optional(Type.Unknown()),
});

/** Of a tool call. Gemini's bear the signature of what it thought, and come back with the result. */
const CallId = Type.String({ minLength: 1, maxLength: 65_536 });

const ToolCall = Closed({
  id: CallId,
  type: Type.Enum(["function"]),
  function: Closed({ name: Type.String({ minLength: 1, maxLength: 200 }), arguments: Text }),
});

const ChatMessage = Closed({
  role: Type.Enum(["system", "developer", "user", "assistant", "tool"]),
  content: optional(Type.Union([Text, Type.Array(ContentPart, { minItems: 1, maxItems: 200 })])),
  name: Type.Optional(Type.String({ maxLength: 200 })),
  tool_calls: optional(Type.Array(ToolCall, { maxItems: 200 })),
  tool_call_id: Type.Optional(CallId),
  refusal: optional(Text),
  audio: Type.Optional(Type.Null()),
  annotations: Type.Optional(Type.Unknown()),
});
export type ChatMessage = Static<typeof ChatMessage>;

/** A JSON Schema: any members. */
const JsonSchema = Type.Unsafe<Record<string, unknown>>({ type: "object", additionalProperties: true });
const FunctionName = Type.String({ pattern: "^[a-zA-Z0-9_-]{1,64}$" });

const Tool = Closed({
  type: Type.Enum(["function"]),
  function: Closed({
    name: FunctionName,
    description: optional(Type.String({ maxLength: 20_000 })),
    parameters: optional(JsonSchema),
    strict: optional(Type.Boolean()),
  }),
});

const ToolChoice = Type.Union([
  Type.Enum(["none", "auto", "required"]),
  Closed({ type: Type.Enum(["function"]), function: Closed({ name: FunctionName }) }),
]);

const ResponseFormat = Closed({
  type: Type.Enum(["text", "json_object", "json_schema"]),
  json_schema: Type.Optional(
    Closed({
      name: FunctionName,
      description: optional(Type.String({ maxLength: 20_000 })),
      schema: Type.Optional(JsonSchema),
      strict: optional(Type.Boolean()),
    }),
  ),
});

const Model = Type.String({
  minLength: 1,
  maxLength: 200,
  description: "A model of the catalogue, or a feature's name: then the feature's models",
});
const Metadata = Type.Unsafe<Record<string, string>>({
  type: "object",
  maxProperties: 16,
  additionalProperties: { type: "string", maxLength: 512 },
  description: "`feature` names the feature, as the header `Plinth-Feature` does",
});

/** Parameters that say nothing about the answer: taken, and without effect. */
const harmless = {
  user: optional(Type.String({ maxLength: 500 })),
  safety_identifier: optional(Type.String({ maxLength: 500 })),
  prompt_cache_key: optional(Type.String({ maxLength: 500 })),
  prompt_cache_retention: optional(Type.String({ maxLength: 100 })),
  service_tier: optional(Type.String({ maxLength: 100 })),
  store: optional(Type.Boolean()),
};

/** Parameters that are taken at their default alone; see `defaultsOf` in rules.ts. */
const atDefault = Object.fromEntries(
  [
    "audio",
    "frequency_penalty",
    "function_call",
    "functions",
    "logit_bias",
    "logprobs",
    "modalities",
    "moderation",
    "n",
    "parallel_tool_calls",
    "prediction",
    "presence_penalty",
    "reasoning_effort",
    "top_logprobs",
    "verbosity",
    "web_search_options",
  ].map((name) => [name, Type.Optional(Type.Unknown())]),
);

export const ChatBody = Closed({
  ...atDefault,
  ...harmless,
  model: Model,
  messages: Type.Array(ChatMessage, { minItems: 1, maxItems: 2_000 }),
  temperature: optional(Type.Number({ minimum: 0, maximum: 2 })),
  top_p: optional(Type.Number({ minimum: 0, maximum: 1 })),
  max_tokens: optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
  max_completion_tokens: optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
  stop: optional(
    Type.Union([
      Type.String({ maxLength: 200 }),
      Type.Array(Type.String({ maxLength: 200 }), { minItems: 1, maxItems: 4 }),
    ]),
  ),
  seed: optional(Type.Integer({ minimum: -(2 ** 53) + 1, maximum: 2 ** 53 - 1 })),
  tools: optional(Type.Array(Tool, { minItems: 1, maxItems: 128 })),
  tool_choice: optional(ToolChoice),
  response_format: optional(ResponseFormat),
  stream: optional(Type.Boolean()),
  stream_options: optional(
    Closed({ include_usage: Type.Optional(Type.Boolean()), include_obfuscation: Type.Optional(Type.Boolean()) }),
  ),
  metadata: optional(Metadata),
});
export type ChatBody = Static<typeof ChatBody> & Record<string, unknown>;

const Usage = Type.Object({
  prompt_tokens: Type.Integer(),
  completion_tokens: Type.Integer(),
  total_tokens: Type.Integer(),
  prompt_tokens_details: Type.Object({ cached_tokens: Type.Integer(), audio_tokens: Type.Integer() }),
  completion_tokens_details: Type.Object({
    reasoning_tokens: Type.Integer(),
    audio_tokens: Type.Integer(),
    accepted_prediction_tokens: Type.Integer(),
    rejected_prediction_tokens: Type.Integer(),
  }),
});
export type Usage = Static<typeof Usage>;

const FinishReason = Type.Enum(["stop", "length", "tool_calls", "content_filter"]);
const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** What Plinth adds to OpenAI's answer; clients of OpenAI pass it over. */
const Extension = Type.Object({
  call_id: nullable(Type.String({ description: "As in the usage events; null where nothing was generated" })),
  safety: Type.Optional(
    Type.Object({
      status: Type.Enum(["caution", "crisis"]),
      categories: Type.Array(Type.String()),
      resources: Type.Array(
        Type.Object({
          name: Type.String(),
          phone: Type.Optional(Type.String()),
          text: Type.Optional(Type.String()),
          url: Type.Optional(Type.String()),
        }),
      ),
    }),
  ),
});
export type Extension = Static<typeof Extension>;

export const ChatCompletion = Type.Object({
  id: Type.String(),
  object: Type.Literal("chat.completion"),
  created: Type.Integer({ description: "Seconds since 1970" }),
  model: Type.String(),
  choices: Type.Array(
    Type.Object({
      index: Type.Integer(),
      message: Type.Object({
        role: Type.Literal("assistant"),
        content: nullable(Type.String()),
        refusal: Type.Null(),
        tool_calls: Type.Optional(Type.Array(ToolCall)),
      }),
      logprobs: Type.Null(),
      finish_reason: FinishReason,
    }),
  ),
  usage: Usage,
  plinth: Extension,
});
export type ChatCompletion = Static<typeof ChatCompletion>;

export const ChatChunk = Type.Object({
  id: Type.String(),
  object: Type.Literal("chat.completion.chunk"),
  created: Type.Integer(),
  model: Type.String(),
  choices: Type.Array(
    Type.Object({
      index: Type.Integer(),
      delta: Type.Object({
        role: Type.Optional(Type.Literal("assistant")),
        content: Type.Optional(Type.String()),
        tool_calls: Type.Optional(
          Type.Array(
            Type.Object({
              index: Type.Integer(),
              id: Type.Optional(Type.String()),
              type: Type.Optional(Type.Literal("function")),
              function: Type.Object({ name: Type.Optional(Type.String()), arguments: Type.String() }),
            }),
          ),
        ),
      }),
      logprobs: Type.Null(),
      finish_reason: nullable(FinishReason),
    }),
  ),
  usage: Type.Optional(nullable(Usage)),
  plinth: Type.Optional(Extension),
});
export type ChatChunk = Static<typeof ChatChunk>;

export const EmbeddingsBody = Closed({
  model: Model,
  input: Type.Union([
    Text,
    Type.Array(Type.Union([Text, Type.Integer(), Type.Array(Type.Integer())]), { minItems: 1, maxItems: 2_048 }),
  ]),
  encoding_format: optional(Type.Enum(["float", "base64"])),
  dimensions: optional(Type.Integer({ minimum: 1, maximum: 65_536 })),
  user: optional(Type.String({ maxLength: 500 })),
});
export type EmbeddingsBody = Static<typeof EmbeddingsBody>;

export const Embeddings = Type.Object({
  object: Type.Literal("list"),
  data: Type.Array(
    Type.Object({
      object: Type.Literal("embedding"),
      index: Type.Integer(),
      embedding: Type.Union([
        Type.Array(Type.Number()),
        Type.String({ description: "Float32, little-endian, in base64" }),
      ]),
    }),
  ),
  model: Type.String(),
  usage: Type.Object({ prompt_tokens: Type.Integer(), total_tokens: Type.Integer() }),
});
export type Embeddings = Static<typeof Embeddings>;

export const ModelEntry = Type.Object({
  id: Type.String(),
  object: Type.Literal("model"),
  created: Type.Integer({ description: "Always 0: it is not known" }),
  owned_by: Type.String({ description: "The provider; `plinth` for a feature" }),
});
export const Models = Type.Object({ object: Type.Literal("list"), data: Type.Array(ModelEntry) });
export type ModelEntry = Static<typeof ModelEntry>;
export const ModelParams = Closed({ model: Type.String({ minLength: 1, maxLength: 200 }) });
