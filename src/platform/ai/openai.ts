import Type, { type Static } from "typebox";
import { Compile } from "typebox/compile";
import { type Dispatcher, errors, Pool } from "undici";
import { type Clock, systemClock } from "../../core/clock.ts";
import { ProviderError, type ProviderErrorCode } from "./errors.ts";
import type { Provider, ProviderAnswer, ProviderRequest } from "./provider.ts";
import { retryAfterSeconds } from "./rules.ts";
import type { FinishReason, Usage } from "./schema.ts";

interface OpenAiOptions {
  /** As it stands in answers and usage events. Default `openai`. */
  name?: string;
  /** For example `https://api.openai.com/v1`; a query in it, such as Azure's api-version, is sent with each call. */
  base_url: string;
  api_key: string;
  /** Calls at once; more wait, and their deadline goes on. Default 256. */
  connections?: number;
  /** A longer answer is refused. Default 8 MiB. */
  max_response_bytes?: number;
  /** Against which a Retry-After in the form of a date is read. */
  clock?: Pick<Clock, "now">;
}

type Headers = Dispatcher.ResponseData["headers"];

/**
 * The adapter for OpenAI and for every server that speaks its chat completions format
 * (https://platform.openai.com/docs/api-reference/chat/create). `close` waits for the calls that run.
 * Neither the key nor anything of a prompt or an answer stands in its errors.
 */
export function createOpenAiProvider(options: OpenAiOptions): Provider & { close(): Promise<void> } {
  const { api_key, name = "openai", clock = systemClock } = options;
  if (!/^[\x21-\x7e]+$/.test(api_key)) throw new Error("AI_API_KEY holds a character that no HTTP header may carry");
  const base = new URL(options.base_url);
  const path = `${base.pathname.replace(/\/+$/, "")}/chat/completions${base.search}`;
  const headers = {
    authorization: `Bearer ${api_key}`,
    "content-type": "application/json",
    accept: "application/json",
  };
  // One call is one socket, which can be closed; and time is the deadline's business alone.
  const pool = new Pool(base.origin, {
    connections: options.connections ?? 256,
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: options.max_response_bytes ?? 8 * 1_024 * 1_024,
  });
  return {
    name,
    complete: async (request, signal) => {
      const body = JSON.stringify(wireRequest(request));
      const reply = await send(() => pool.request({ path, method: "POST", headers, body, signal }), signal);
      const private_texts = [api_key, ...request.messages.map(({ content }) => content)];
      if (reply.status !== 200) throw refusal(reply, private_texts, clock.now());
      return readAnswer(reply.text, request.model);
    },
    close: () => pool.close(),
  };
}

function wireRequest({ model, messages, temperature, max_output_tokens, reasoning }: ProviderRequest) {
  const settings = reasoning
    ? { max_completion_tokens: max_output_tokens }
    : { max_tokens: max_output_tokens, temperature };
  return { model, messages, ...settings, stream: false };
}

interface Reply {
  status: number;
  headers: Headers;
  text: string;
}

async function send(request: () => Promise<Dispatcher.ResponseData>, signal: AbortSignal): Promise<Reply> {
  try {
    const { statusCode, headers, body } = await request();
    return { status: statusCode, headers, text: await body.text() };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw transportFailure(error);
  }
}

/** Failures after which the request cannot have reached the provider. */
const neverSent: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** Of the transport's error only its code goes on: a parser's error carries the bytes that it could not read. */
function transportFailure(error: unknown): ProviderError {
  const reason = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown";
  if (error instanceof errors.HTTPParserError) {
    return new ProviderError("bad_response", { reason: "not_http", maybe_billed: true });
  }
  if (reason === "UND_ERR_RES_EXCEEDED_MAX_SIZE")
    return new ProviderError("bad_response", { reason, maybe_billed: true });
  return new ProviderError("network", { reason, maybe_billed: !neverSent.has(reason) });
}

/** The error of an answer with another status than 200. */
function refusal({ status, headers, text }: Reply, private_texts: string[], now: Date): ProviderError {
  const words = errorWords(text);
  const retry_after_seconds = retryAfter(headers, now);
  const code = codeOf(status, words);
  return new ProviderError(code, {
    status,
    // A redirect or another success is what it is, however often it is asked for.
    retryable: status < 400 ? false : undefined,
    reason: words.find((word) => isSafe(word, private_texts)),
    retry_after_seconds,
    maybe_billed: status < 300,
  });
}

function codeOf(status: number, words: string[]): ProviderErrorCode {
  const says = (...known: string[]) => known.some((word) => words.includes(word));
  if (status < 400) return "bad_response";
  if (status === 401 || status === 402 || status === 403) return "unauthorized";
  // No credit comes as 429, but waiting does not help.
  if (status === 429) return says("insufficient_quota", "billing_hard_limit_reached") ? "unauthorized" : "rate_limited";
  if (status === 404 || status === 405) return "not_found";
  if (status === 408 || status === 504) return "timeout";
  if (status === 409 || status === 425 || status >= 500) return "overloaded";
  return says("content_filter", "content_policy_violation") ? "content_filtered" : "invalid_request";
}

function retryAfter(headers: Headers, now: Date): number | undefined {
  const text = (name: string) => [headers[name]].flat()[0];
  const milliseconds = text("retry-after-ms");
  if (milliseconds !== undefined && /^\d{1,12}(\.\d+)?$/.test(milliseconds)) return Number(milliseconds) / 1_000;
  return retryAfterSeconds(text("retry-after"), now);
}

const WireError = Type.Object({
  error: Type.Object({ code: Type.Optional(Type.Unknown()), type: Type.Optional(Type.Unknown()) }),
});
const wireError = Compile(WireError);

/** The machine-readable words of an error's body; its message may quote the prompt or the key and is left alone. */
function errorWords(text: string): string[] {
  const body = parseJson(text);
  if (!wireError.Check(body)) return [];
  return [body.error.code, body.error.type].filter((word) => typeof word === "string");
}

/** Whether the word may stand in a log: it looks like a machine's, and is neither the key, nor in the prompt, nor a part of either. */
function isSafe(word: string, private_texts: string[]): boolean {
  const repeats = (text: string) => text.includes(word) || (text.length > 3 && word.includes(text));
  return /^[\w.-]{1,64}$/.test(word) && !private_texts.some(repeats);
}

const NullableText = Type.Optional(Type.Union([Type.String(), Type.Null()]));
const WireAnswer = Type.Object({
  model: Type.Optional(Type.String()),
  choices: Type.Array(
    Type.Object({
      message: Type.Object({ content: NullableText, refusal: NullableText }),
      finish_reason: NullableText,
    }),
    { minItems: 1 },
  ),
  usage: Type.Optional(Type.Unknown()),
});
const wireAnswer = Compile(WireAnswer);

function readAnswer(text: string, asked_model: string): ProviderAnswer {
  const body = parseJson(text);
  if (!wireAnswer.Check(body)) {
    const reason = body === undefined ? "not_json" : "not_a_chat_completion";
    throw new ProviderError("bad_response", { status: 200, reason, maybe_billed: true });
  }
  const usage = readUsage(body.usage);
  const [choice] = body.choices;
  const content = choice?.message.content;
  if (typeof content === "string") {
    return {
      text: content,
      model: body.model ?? asked_model,
      finish_reason: finishReason(choice?.finish_reason),
      usage,
    };
  }
  const isFiltered = choice?.finish_reason === "content_filter" || typeof choice?.message.refusal === "string";
  const code = isFiltered ? "content_filtered" : "bad_response";
  throw new ProviderError(code, { status: 200, reason: "no_content", usage, maybe_billed: true });
}

function finishReason(told: string | null | undefined): FinishReason {
  return told === "stop" || told === "length" || told === "content_filter" ? told : "other";
}

const count = Type.Integer({ minimum: 0, maximum: 2_147_483_647 });
const nullable = <T extends Type.TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));
const WireUsage = Type.Object({
  prompt_tokens: count,
  completion_tokens: count,
  prompt_tokens_details: nullable(Type.Object({ cached_tokens: nullable(count) })),
});
const wireUsage = Compile(WireUsage);

/** A paid answer is not thrown away for its bookkeeping: usage that cannot be true counts as not told. */
function readUsage(told: unknown): Usage | null {
  if (!wireUsage.Check(told)) return null;
  const { prompt_tokens, completion_tokens, prompt_tokens_details }: Static<typeof WireUsage> = told;
  return {
    input_tokens: prompt_tokens,
    cached_input_tokens: Math.min(prompt_tokens_details?.cached_tokens ?? 0, prompt_tokens),
    output_tokens: completion_tokens,
  };
}

/** The value, or undefined when the text is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
