import type { PlinthError } from "../../core/errors.ts";
import { aiErrors, type ProviderError } from "./errors.ts";
import type { MeteredUsage, Prices, Usage } from "./schema.ts";

/**
 * What tokens cost, in whole pico-USD: micro-USD per million tokens, times tokens. Cached tokens are part of the input and
 * charged at their own price, not at both.
 */
export function costPicoUsd(prices: Prices, usage: Usage): number {
  const uncached = usage.input_tokens - usage.cached_input_tokens;
  const cost =
    uncached * prices.input + usage.cached_input_tokens * prices.cached_input + usage.output_tokens * prices.output;
  return Math.min(cost, Number.MAX_SAFE_INTEGER);
}

/**
 * Tokens of a text when nobody told: a quarter of its bytes in UTF-8. For English that is the usual "four characters";
 * scripts whose letters take more bytes take more tokens, too.
 */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4);
}

interface Estimable {
  messages: { content: string }[];
  max_output_tokens: number;
}

/** How an attempt ended, as far as its metering cares. */
export type Ending = { text: string; usage: Usage | null } | { error: ProviderError };

/**
 * The tokens that an attempt is entered with. The provider's own numbers win, an explicit 0 too; without them an answer is estimated by
 * its length, a failure that is certainly not charged is zero, and one that may be charged is the most it can have been.
 */
export function meteredUsage(request: Estimable, ending: Ending): MeteredUsage {
  const told = "error" in ending ? ending.error.usage : ending.usage;
  if (told !== null)
    return { ...told, cached_input_tokens: Math.min(told.cached_input_tokens, told.input_tokens), estimated: false };
  const input_tokens = request.messages.reduce((sum, { content }) => sum + estimateTokens(content), 0);
  if (!("error" in ending)) {
    return { input_tokens, cached_input_tokens: 0, output_tokens: estimateTokens(ending.text), estimated: true };
  }
  return ending.error.maybe_billed
    ? { input_tokens, cached_input_tokens: 0, output_tokens: request.max_output_tokens, estimated: true }
    : { input_tokens: 0, cached_input_tokens: 0, output_tokens: 0, estimated: false };
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

/**
 * Milliseconds to wait before the next attempt, or undefined when there shall be none: the failure would only repeat itself, the attempts are used up,
 * an unusable answer came for the second time, or the wait would not end before the deadline.
 * `failures` are the attempts so far, the last one last; `random` is in [0, 1).
 */
export function retryDelay(
  failures: readonly ProviderError[],
  { remaining_ms, random, policy }: { remaining_ms: number; random: number; policy: RetryPolicy },
): number | undefined {
  const last = failures.at(-1);
  if (last === undefined || !last.retryable || failures.length >= policy.max_attempts) return undefined;
  if (last.code === "bad_response" && failures.filter(({ code }) => code === "bad_response").length > 1)
    return undefined;
  const asked_ms = (last.retry_after_seconds ?? 0) * 1_000;
  if (asked_ms > policy.longest_retry_after_ms) return undefined;
  const backoff =
    Math.min(policy.first_delay_ms * 2 ** (failures.length - 1), policy.longest_delay_ms) * (0.5 + random / 2);
  // Whoever was told the same time does not come back at the same moment.
  const delay = Math.ceil(Math.max(backoff, asked_ms * (1 + random / 10)));
  return delay < remaining_ms ? delay : undefined;
}

/**
 * Seconds from a `Retry-After` header (RFC 9110, section 10.2.3): seconds, or an HTTP date against `now`. A time that has passed is 0;
 * undefined for what is neither.
 */
export function retryAfterSeconds(value: string | undefined, now: Date): number | undefined {
  const text = value?.trim() ?? "";
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return Number(text);
  if (!/^[A-Z][a-z]{2,8},? /.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - now.getTime()) / 1_000);
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
      return aiErrors.bad_provider_response(occurrence);
    default:
      return aiErrors.provider_unavailable(occurrence);
  }
}

/** The text as a database can keep it: valid Unicode, without NUL, which PostgreSQL does not store. */
export function storableText(text: string): string {
  return text.replaceAll("\u0000", "").toWellFormed();
}
