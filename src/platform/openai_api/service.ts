import { ReadableStream } from "node:stream/web";
import type { Clock } from "../../core/clock.ts";
import { type Ctx, userOf } from "../../core/context.ts";
import { sha256 } from "../../core/crypto.ts";
import { newId } from "../../core/id.ts";
import type { Ai } from "../ai/index.ts";
import type { Safety } from "../safety/index.ts";
import { chunksOf, crisisChunks } from "./chunks.ts";
import { openAiApiErrors } from "./errors.ts";
import {
  base64Of,
  completionInputOf,
  extensionOf,
  finishReasonOf,
  helpText,
  noUsage,
  spokenIn,
  textsOfPerson,
  unansweredBy,
  usageOf,
} from "./rules.ts";
import type { ChatBody, ChatChunk, ChatCompletion, Embeddings, EmbeddingsBody, ModelEntry } from "./schema.ts";

type Verdict = Awaited<ReturnType<Safety["precheck"]>>;
type Completion = Awaited<ReturnType<Ai["complete"]>>;
type CompletionStream = Awaited<ReturnType<Ai["stream"]>>;

export interface OpenAiApiOptions {
  ai: Pick<Ai, "complete" | "stream" | "embed" | "models">;
  safety: Pick<Safety, "precheck" | "checkOutput" | "watchOutput">;
  clock: Clock;
  /** Features that clients may use; the first one is taken where they name none. */
  features: readonly string[];
}

/** What a request says beside its body. */
export interface Asked {
  /** Of the header `Plinth-Feature`. */
  feature: string | undefined;
  /** The language of whoever reads the answer, as `en` or `de-AT`. */
  locale: string;
  /** The request's idempotency key: then the answer becomes whole, whoever leaves, and the same request gets it again. */
  key: string | undefined;
  signal: AbortSignal;
}

/** What safety found, for a header of the answer. */
export type SafetyStatus = Verdict["status"];

/** OpenAI's API on the gateway, with the checks that everything else here passes. */
export interface OpenAiApi {
  /**
   * A completion. In crisis nothing is generated: the answer names who helps, and its finish reason is `content_filter`.
   * Throws `openai_api.unsupported_parameter`, `openai_api.model_not_found`, `openai_api.unknown_feature`, `safety.unavailable`, and what the gateway throws.
   */
  chat(ctx: Ctx, body: ChatBody, asked: Asked): Promise<{ completion: ChatCompletion; safety: SafetyStatus }>;
  /** The same in pieces; throws before the first one what `chat` throws. */
  stream(ctx: Ctx, body: ChatBody, asked: Asked): Promise<{ chunks: AsyncIterable<ChatChunk>; safety: SafetyStatus }>;
  embeddings(ctx: Ctx, body: EmbeddingsBody, asked: Asked): Promise<Embeddings>;
  models(): ModelEntry[];
  /** Throws `openai_api.model_not_found`. */
  model(id: string): ModelEntry;
}

export function createOpenAiApi({ ai, safety, clock, features }: OpenAiApiOptions): OpenAiApi {
  const targetOf = (model: string, named: string | undefined) => {
    if (named !== undefined && !features.includes(named)) {
      throw openAiApiErrors.unknown_feature({ detail: `There is no feature '${named}' for clients to use.` });
    }
    if (features.includes(model)) return { feature: model };
    const offers = (feature: string) => ai.models(feature).some(({ name }) => name === model);
    const feature = [...(named === undefined ? features : [named])].find(offers);
    if (feature === undefined) throw notFound(model);
    return { feature, model };
  };
  const models = () => {
    const names = new Map(
      features.flatMap((feature) => ai.models(feature).map(({ name, provider }) => [name, provider])),
    );
    const entry = (id: string, owned_by: string): ModelEntry => ({ id, object: "model", created: 0, owned_by });
    return [
      ...[...names].map(([name, provider]) => entry(name, provider)),
      ...features.map((name) => entry(name, "plinth")),
    ];
  };
  /** What is asked of the gateway, and what safety says of it: committed before anything is generated. */
  const prepare = async (ctx: Ctx, body: ChatBody, { feature: named, locale, key, signal }: Asked) => {
    const target = targetOf(body.model, named ?? body.metadata?.feature);
    const input = { ...completionInputOf(body), ...target, ...(key === undefined && { signal }) };
    const texts = textsOfPerson(input.messages);
    const unchecked = unansweredBy(input.messages);
    const verdict = await safety.precheck(ctx, { feature: target.feature, texts, locale, unchecked });
    return { input, verdict };
  };
  const secondsNow = () => Math.floor(clock.now().getTime() / 1_000);

  return {
    chat: async (ctx, body, asked) => {
      const { input, verdict } = await prepare(ctx, body, asked);
      const created = secondsNow();
      if (verdict.status === "crisis")
        return { completion: crisisCompletion(body.model, created, verdict), safety: "crisis" };
      const completion = await ai.complete(ctx, input);
      const text = spokenIn(completion.text);
      const output = await safety.checkOutput(ctx, { feature: input.feature, text, locale: asked.locale });
      if (output.status === "crisis") {
        const answer = crisisCompletion(completion.model, created, output);
        return { completion: { ...answer, usage: usageOf(completion.usage) }, safety: "crisis" };
      }
      const found = output.status === "caution" ? output : verdict;
      return { completion: completionOf(completion, created, found), safety: found.status };
    },
    stream: async (ctx, body, asked) => {
      const { input, verdict } = await prepare(ctx, body, asked);
      const head = { created: secondsNow(), withUsage: body.stream_options?.include_usage === true };
      if (verdict.status === "crisis") {
        const help = { text: helpText(verdict), extension: extensionOf(null, verdict) };
        return {
          chunks: crisisChunks({ ...head, id: `chatcmpl-${newId()}`, model: body.model }, help),
          safety: "crisis",
        };
      }
      const { feature, response_schema } = input;
      const place = { feature, locale: asked.locale };
      const kept = asked.key === undefined ? {} : { idempotency_key: keyOf(ctx, asked.key) };
      const stream = await ai.stream(ctx, { ...input, ...kept });
      const options = {
        ...head,
        extension: extensionOf(stream.call_id, verdict),
        watch: safety.watchOutput(ctx, place),
        check: async ({ text }: Completion) =>
          response_schema && safety.checkOutput(ctx, { ...place, text: spokenIn(text) }),
      };
      const read = asked.key === undefined ? stream : readToItsEnd(stream);
      return { chunks: chunksOf(read, options), safety: verdict.status };
    },
    embeddings: async (ctx, body, asked) => {
      const target = targetOf(body.model, asked.feature);
      const inputs = inputsOf(body.input);
      const dimensions = body.dimensions == null ? {} : { dimensions: body.dimensions };
      const stops = asked.key === undefined ? { signal: asked.signal } : {};
      const answer = await ai.embed(ctx, { ...target, ...dimensions, ...stops, inputs });
      const form = body.encoding_format === "base64" ? base64Of : (vector: number[]) => vector;
      const { input_tokens } = answer.usage;
      return {
        object: "list",
        data: answer.vectors.map((vector, index) => ({ object: "embedding", index, embedding: form(vector) })),
        model: answer.model,
        usage: { prompt_tokens: input_tokens, total_tokens: input_tokens },
      };
    },
    models,
    model: (id) => {
      const entry = models().find((model) => model.id === id);
      if (entry === undefined) throw notFound(id);
      return entry;
    },
  };
}

function notFound(model: string) {
  const detail = `The model '${model}' does not exist or you do not have access to it.`;
  return openAiApiErrors.model_not_found({ detail, extensions: { param: "model" } });
}

/** A key is a person's or a program's own, in the gateway as in the API. */
function keyOf({ actor }: Ctx, key: string): string {
  return sha256(`openai_api\n${actor.kind === "api_key" ? actor.key_id : userOf({ actor })}\n${key}`).toString("hex");
}

/** The same stream, read to its end whether or not whoever reads it stays: a kept answer has to become whole. */
function readToItsEnd(stream: CompletionStream): CompletionStream {
  const { call_id, provider, model } = stream;
  const [kept, told] = ReadableStream.from(stream).tee();
  void kept.pipeTo(new WritableStream()).catch(() => undefined);
  return { call_id, provider, model, [Symbol.asyncIterator]: () => told.values() };
}

function inputsOf(input: EmbeddingsBody["input"]): string[] {
  if (typeof input === "string") return [input];
  return input.map((text) => {
    if (typeof text === "string") return text;
    const detail = "Unsupported parameter: 'input' is a text or a list of texts here, not of tokens.";
    throw openAiApiErrors.unsupported_parameter({ detail, extensions: { param: "input" } });
  });
}

function completionOf(
  completion: Completion,
  created: number,
  verdict: Pick<Verdict, "status" | "categories" | "resources">,
): ChatCompletion {
  const { call_id, text, tool_calls, model, finish_reason, usage } = completion;
  const calls = tool_calls.map(({ id, name, arguments: args }) => ({
    id,
    type: "function" as const,
    function: { name, arguments: args },
  }));
  return {
    id: `chatcmpl-${call_id}`,
    object: "chat.completion",
    created,
    model,
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: text === "" && calls.length > 0 ? null : text,
          refusal: null,
          ...(calls.length === 0 ? {} : { tool_calls: calls }),
        },
        logprobs: null,
        finish_reason: finishReasonOf(finish_reason),
      },
    ],
    usage: usageOf(usage),
    plinth: extensionOf(call_id, verdict),
  };
}

function crisisCompletion(model: string, created: number, verdict: Omit<Verdict, "rule_ids">): ChatCompletion {
  return {
    id: `chatcmpl-${newId()}`,
    object: "chat.completion",
    created,
    model,
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: helpText(verdict), refusal: null },
        logprobs: null,
        finish_reason: "content_filter",
      },
    ],
    usage: noUsage,
    plinth: extensionOf(null, verdict),
  };
}
