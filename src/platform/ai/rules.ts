import type { PlinthError } from "../../core/errors.ts";
import type { BudgetLimits, LedgerEntry } from "../ai_ledger/index.ts";
import type { Message, Part, ProviderError, Tool, Usage } from "../providers/index.ts";
import { aiErrors } from "./errors.ts";
import type { Budget, MeteredUsage, Prices } from "./schema.ts";

export const noUsage: Usage = {
  input_tokens: 0,
  cached_input_tokens: 0,
  cache_write_tokens: 0,
  output_tokens: 0,
  reasoning_tokens: 0,
  images: 0,
  audio_seconds: 0,
};

/**
 * What was used costs, in whole pico-USD: micro-USD per million tokens, times tokens. Each token is charged once: what came from the cache or
 * went into it is a part of the input, thinking a part of the output.
 */
export function costPicoUsd(prices: Prices, usage: Usage): number {
  const { cached_input_tokens: cached, cache_write_tokens: written, reasoning_tokens: reasoning } = usage;
  const cost =
    (usage.input_tokens - cached - written) * prices.input +
    cached * prices.cached_input +
    written * (prices.cache_write ?? prices.input) +
    (usage.output_tokens - reasoning) * prices.output +
    reasoning * (prices.reasoning ?? prices.output) +
    usage.images * (prices.per_image ?? 0) * 1_000_000 +
    Math.round(usage.audio_seconds * 1_000) * (prices.per_audio_second ?? 0) * 1_000;
  return Math.min(cost, Number.MAX_SAFE_INTEGER);
}

/** The most that usage can cost: what may be written to a cache, or thought, at the dearer of both prices. */
export function mostPicoUsd(prices: Prices, most: Usage): number {
  const input = Math.max(prices.input, prices.cache_write ?? 0);
  return costPicoUsd({ ...prices, input, output: Math.max(prices.output, prices.reasoning ?? 0) }, most);
}

/** Usage as it can be true: no part is more than its whole. */
function consistent(usage: Usage): Usage {
  const cached_input_tokens = Math.min(usage.cached_input_tokens, usage.input_tokens);
  const cache_write_tokens = Math.min(usage.cache_write_tokens, usage.input_tokens - cached_input_tokens);
  const reasoning_tokens = Math.min(usage.reasoning_tokens, usage.output_tokens);
  return { ...usage, cached_input_tokens, cache_write_tokens, reasoning_tokens };
}

export function addUsage(a: MeteredUsage, b: MeteredUsage): MeteredUsage {
  return {
    input_tokens: a.input_tokens + b.input_tokens,
    cached_input_tokens: a.cached_input_tokens + b.cached_input_tokens,
    cache_write_tokens: a.cache_write_tokens + b.cache_write_tokens,
    output_tokens: a.output_tokens + b.output_tokens,
    reasoning_tokens: a.reasoning_tokens + b.reasoning_tokens,
    images: a.images + b.images,
    audio_seconds: a.audio_seconds + b.audio_seconds,
    estimated: a.estimated || b.estimated,
  };
}

/** The same usage so many times. */
export function timesUsage(usage: Usage, times: number): Usage {
  const { input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens } = usage;
  return {
    input_tokens: input_tokens * times,
    cached_input_tokens: cached_input_tokens * times,
    cache_write_tokens: cache_write_tokens * times,
    output_tokens: output_tokens * times,
    reasoning_tokens: reasoning_tokens * times,
    images: usage.images * times,
    audio_seconds: usage.audio_seconds * times,
  };
}

/**
 * Tokens of a text when nobody told: a quarter of its bytes in UTF-8. For English that is the usual "four characters";
 * scripts whose letters take more bytes take more tokens, too.
 */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4);
}

/** An image counts as much as a large one does at the vendors (765 to 1,600 tokens). */
const tokensOfImage = 1_600;

/** The input of a completion, as far as it can be told before: texts, images, and the tools' schemas. */
export function estimateInput(request: { messages: Message[]; tools?: Tool[]; response_schema?: object }): Usage {
  const parts = request.messages.flatMap(partsOf);
  const images = parts.filter(({ type }) => type !== "text").length;
  const texts = parts.map((part) => (part.type === "text" ? estimateTokens(part.text) : tokensOfImage));
  const schemas = [...(request.tools ?? []), ...(request.response_schema ? [request.response_schema] : [])];
  const tokens = [...texts, ...schemas.map((schema) => estimateTokens(JSON.stringify(schema)))];
  return { ...noUsage, input_tokens: tokens.reduce((sum, each) => sum + each, 0), images };
}

function partsOf(message: Message): Part[] {
  if (typeof message.content !== "string") return message.content;
  const calls = message.role === "assistant" ? (message.tool_calls ?? []) : [];
  return [message.content, ...calls.map((call) => call.name + call.arguments)].map((text) => ({ type: "text", text }));
}

/** What an attempt uses as far as it can be told before: its input, and the most that it can come to. */
export interface Expected {
  input: Usage;
  most: Usage;
}

/** How an attempt ended, as far as its metering cares. */
export type Ending =
  /** It was answered: with the provider's own numbers, and with ours by the length of the answer. */
  | { told: Usage | null; estimate: Usage }
  /** It failed; `delivered` is what had come by then, by our count, when anything had, and `told` what the provider had told of it. */
  | { error: ProviderError; told?: Usage | null; delivered?: Usage };

/**
 * What an attempt is entered with. The provider's own numbers win, an explicit 0 too; images that were sent count with them, because nobody tells those. Without them an
 * answer is estimated by its length, a stream that broke by what came: but the most where the model `thinks`, which is charged and not seen. A failure that is
 * certainly not charged is zero, and one that may be charged the most it can have been.
 */
export function meteredUsage(expected: Expected, ending: Ending, thinks = false): MeteredUsage {
  const isError = "error" in ending;
  const told = isError ? (ending.error.usage ?? ending.told ?? null) : ending.told;
  if (told !== null) {
    return { ...consistent(told), images: Math.max(told.images, expected.input.images), estimated: false };
  }
  const seen = isError ? ending.delivered : ending.estimate;
  if (seen !== undefined) return { ...(thinks ? expected.most : seen), estimated: true };
  return isError && ending.error.maybe_billed
    ? { ...expected.most, estimated: true }
    : { ...noUsage, estimated: false };
}

/** How an attempt's ending stands in its usage event. */
export function outcomeOf(ending: Ending): LedgerEntry["outcome"] {
  if (!("error" in ending)) return "ok";
  const { code, maybe_billed } = ending.error;
  if (code === "aborted") return "aborted";
  if (ending.delivered !== undefined) return "partial";
  if (code === "timeout") return maybe_billed ? "unknown_billed" : "timeout";
  return "error";
}

/** A day's limits in pico-USD. */
export function limitsOf(budget: Budget): BudgetLimits {
  const pico = (dollars: number | undefined) => (dollars === undefined ? undefined : Math.round(dollars * 1e12));
  const limits = {
    feature: pico(budget.feature_daily_usd),
    workspace: pico(budget.workspace_daily_usd),
    workspace_feature: pico(budget.workspace_feature_daily_usd),
    user: pico(budget.user_daily_usd),
  };
  return Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined));
}

/** How often and how patiently a call is tried again. */
export interface RetryPolicy {
  max_attempts: number;
  /** Backoff before the second attempt; it doubles with each, up to the longest. Between half and all of it is waited. */
  first_delay_ms: number;
  longest_delay_ms: number;
  /** A provider that asks for a longer wait than this is not waited for. */
  longest_retry_after_ms: number;
}

export const defaultRetryPolicy: RetryPolicy = {
  max_attempts: 3,
  first_delay_ms: 500,
  longest_delay_ms: 8_000,
  longest_retry_after_ms: 20_000,
};

/** What comes after a failed attempt. */
export type Step = { kind: "retry"; delay_ms: number } | { kind: "next_model" } | { kind: "give_up" };

interface Situation {
  /** Whether another model of the feature can still be asked. */
  has_next: boolean;
  remaining_ms: number;
  /** In [0, 1). */
  random: number;
  policy: RetryPolicy;
}

/** Failures that are the request's own: another model would be told the same, or must not be asked. */
const ofRequest = new Set<ProviderError["code"]>(["invalid_request", "content_filtered", "aborted"]);
/** Failures that may have been charged and say little: one more try in a call, whoever gets it. */
const triedOnce = new Set<ProviderError["code"]>(["bad_response", "timeout"]);

/**
 * Another model is a better second try than the same one a moment later; so only the last model is waited for and asked again. `failures` are those of the
 * call so far, the last one last; `here` how many of them are the present model's.
 */
export function nextStep(
  failures: readonly ProviderError[],
  here: number,
  { has_next, ...situation }: Situation,
): Step {
  const last = failures.at(-1);
  if (last === undefined || ofRequest.has(last.code) || situation.remaining_ms <= 0) return { kind: "give_up" };
  if (triedOnce.has(last.code) && failures.filter(({ code }) => code === last.code).length > 1) {
    return { kind: "give_up" };
  }
  if (has_next) return { kind: "next_model" };
  const delay_ms =
    last.retryable && here < situation.policy.max_attempts ? retryDelay(last, here, situation) : undefined;
  return delay_ms === undefined ? { kind: "give_up" } : { kind: "retry", delay_ms };
}

/** Milliseconds to wait, or undefined when the provider asks for too long or the wait would not end before the deadline. */
function retryDelay(
  error: ProviderError,
  here: number,
  { remaining_ms, random, policy }: Omit<Situation, "has_next">,
): number | undefined {
  const asked_ms = (error.retry_after_seconds ?? 0) * 1_000;
  if (asked_ms > policy.longest_retry_after_ms) return undefined;
  const backoff = Math.min(policy.first_delay_ms * 2 ** (here - 1), policy.longest_delay_ms) * (0.5 + random / 2);
  // Whoever was told the same time does not come back at the same moment.
  const delay = Math.ceil(Math.max(backoff, asked_ms * (1 + random / 10)));
  return delay < remaining_ms ? delay : undefined;
}

/** A refused model is left alone for so long at most, whatever it asks for: quotas are raised, too. */
const longestPause_ms = 60_000;

/** What an attempt says of the health of its model. */
export function healthOf(
  error: ProviderError,
): { kind: "failure" | "refused" | "left" } | { kind: "paused"; ms: number } {
  if (error.code === "aborted") return { kind: "left" };
  if (error.code === "rate_limited") {
    const ms = Math.min((error.retry_after_seconds ?? 0) * 1_000, longestPause_ms);
    return ms > 0 ? { kind: "paused", ms } : { kind: "refused" };
  }
  const answers = new Set<ProviderError["code"]>(["invalid_request", "content_filtered", "unauthorized", "not_found"]);
  return { kind: answers.has(error.code) || error.reason === "defect" ? "refused" : "failure" };
}

/** The public face of a failed attempt: the provider's trouble with us (key, credit, model) is not the caller's business. */
export function publicFailure(error: ProviderError): PlinthError {
  const retry_after = error.retry_after_seconds;
  const occurrence = { cause: error, ...(retry_after === undefined ? {} : { retry_after }) };
  switch (error.code) {
    case "rate_limited":
      return aiErrors.rate_limited(occurrence);
    case "invalid_request":
      return aiErrors.invalid_request(occurrence);
    case "content_filtered":
      return aiErrors.content_filtered(occurrence);
    case "timeout":
      return aiErrors.timeout(occurrence);
    case "bad_response":
    case "incomplete":
      return aiErrors.bad_provider_response(occurrence);
    default:
      return aiErrors.provider_unavailable(occurrence);
  }
}

/** The text as a database can keep it: valid Unicode, without NUL, which PostgreSQL does not store. */
export function storableText(text: string): string {
  return text.replaceAll("\u0000", "").toWellFormed();
}

/** A copy of JSON in whose texts nothing stands that looks like a key: of ours, of a vendor's, or in an Authorization header. */
export function redacted(content: object): object {
  return JSON.parse(
    JSON.stringify(content, (_name, value) => (typeof value === "string" ? withoutKeys(value) : value)),
  );
}

/** A text may be JSON itself, as the arguments of a tool are, where a line begins behind the letters `\n`: a word begins there, too. */
function withoutKeys(text: string): string {
  return text.replaceAll(
    /(?:\b|(?<=\\[bfnrt]))(?:(?:sk|pk|rk|xai|gsk|key|plinth)[-_][A-Za-z0-9_-]{8,}|AIza[\w-]{20,}|Bearer\s+[\w.~+/-]{8,}=*)/g,
    "[redacted]",
  );
}
