import type { Ctx } from "../../core/context.ts";
import type { FinishReason, Message, Part, ResponseSchema, Tool, ToolCall, ToolChoice } from "../providers/index.ts";
import type { MeteredUsage } from "./schema.ts";

/** What every call to the gateway says. Whatever is left out is as `config/models.yaml` says for the feature. */
interface Call {
  /** The feature's name, for example `prism.turn`: it chooses the models, limits and budgets, and stands in usage events and metrics. */
  feature: string;
  /** Another model of the catalogue instead of the feature's list. */
  model?: string;
  timeout_ms?: number;
  /** Aborted when nobody waits for the answer any more: the call upstream is cut off, or drained, as the provider's settings say. */
  signal?: AbortSignal;
}

export interface CompletionInput extends Call {
  messages: Message[];
  temperature?: number;
  max_output_tokens?: number;
  top_p?: number;
  stop?: string[];
  seed?: number;
  tools?: Tool[];
  tool_choice?: ToolChoice;
  /** The answer is JSON of this schema, checked by Ajv; one repair is tried, then `ai.invalid_output` is thrown; at once, with `finish_reason`, when it was cut off. */
  response_schema?: ResponseSchema;
  /** Images for the last message of the user. */
  images?: Part[];
  /** The same key in the same workspace gets the first answer for a day, and nothing is sent or charged again. */
  idempotency_key?: string;
  /** Name and version of the prompt template, for usage events: `turn.v2`. */
  prompt?: string;
}

export interface Completion {
  text: string;
  /** The parsed answer where `response_schema` was given. */
  output?: unknown;
  tool_calls: ToolCall[];
  provider: string;
  /** As the provider names it, often with a date; usage events bear the catalogue's name. */
  model: string;
  finish_reason: FinishReason;
  /** Of all attempts of this call that answered. */
  usage: MeteredUsage;
  cost_pico_usd: number;
  /** The same as in the usage events of this call. */
  call_id: string;
  /** Whether the answer came from the workspace's cache: then nothing was sent. */
  cached: boolean;
}

/** A piece of a streamed completion. The last one is `done`, with the whole; a stream that ends without it was cut off, and throws. */
export type CompletionEvent =
  | { type: "text"; text: string }
  | { type: "tool_call"; index: number; id?: string; name?: string; arguments: string }
  | { type: "done"; completion: Completion };

/** A streamed completion whose first event has come: what could be retried or sent to another model has been by then. */
export interface CompletionStream extends AsyncIterable<CompletionEvent> {
  call_id: string;
  provider: string;
  model: string;
}

/**
 * The door to models. Features name what they are; which model, which provider and what price stand in the catalogue. Never call it in a transaction: it takes
 * seconds, and its usage events must stay when the transaction does not.
 *
 * A call whose caller has left goes on in the background where the provider's settings say `drain`; its promise has been rejected by then.
 *
 * Every function throws `ai.budget_exhausted`, `ai.rate_limited` (with `retry_after` where the provider named one), `ai.timeout`, `ai.provider_unavailable`,
 * `ai.bad_provider_response`, `ai.content_filtered`, `ai.invalid_request`, `ai.unsupported` (no model of the feature can do that), and the signal's reason when
 * the caller's signal is aborted.
 */
export interface Ai {
  complete(ctx: Ctx, input: CompletionInput): Promise<Completion>;
  /** Resolves with the first content; a failure after it throws from the iteration, and nothing is ever sent again. `response_schema` is checked at the end, unrepaired. */
  stream(ctx: Ctx, input: CompletionInput): Promise<CompletionStream>;
  embed(
    ctx: Ctx,
    input: Call & { inputs: string[]; dimensions?: number },
  ): Promise<{ vectors: number[][]; model: string; provider: string; usage: MeteredUsage; call_id: string }>;
  speak(
    ctx: Ctx,
    input: Call & {
      text: string;
      /** The feature's when left out. */
      voice?: string;
      format?: "mp3" | "wav" | "opus" | "aac" | "flac" | "pcm";
      instructions?: string;
    },
  ): Promise<{
    audio: Buffer;
    media_type: string;
    model: string;
    provider: string;
    usage: MeteredUsage;
    call_id: string;
  }>;
  transcribe(
    ctx: Ctx,
    input: Call & { audio: Buffer; media_type: string; file_name?: string; language?: string },
  ): Promise<{ text: string; model: string; provider: string; usage: MeteredUsage; call_id: string }>;
  /** A completion over images. */
  describeImage(ctx: Ctx, input: CompletionInput & { images: Part[] }): Promise<Completion>;
  /** Models of a feature that this deployment can ask, the first one first; for lists of models. */
  models(feature: string): { name: string; provider: string }[];
}
