import { ProviderError, type ProviderErrorCode } from "./errors.ts";
import { isRecord } from "./json-rules.ts";

/**
 * What the machine-readable words of a provider's errors mean. Only a word of this list ever stands in an error of ours: whatever else a provider says may
 * repeat a prompt or a key. Sources: https://platform.openai.com/docs/guides/error-codes, https://platform.claude.com/docs/en/api/errors,
 * https://ai.google.dev/gemini-api/docs/troubleshooting
 */
const meanings = new Map<string, ProviderErrorCode>(
  Object.entries({
    rate_limit_exceeded: "rate_limited",
    rate_limit_error: "rate_limited",
    requests: "rate_limited",
    tokens: "rate_limited",
    RESOURCE_EXHAUSTED: "rate_limited",
    insufficient_quota: "unauthorized",
    billing_hard_limit_reached: "unauthorized",
    billing_not_active: "unauthorized",
    billing_error: "unauthorized",
    invalid_api_key: "unauthorized",
    authentication_error: "unauthorized",
    permission_error: "unauthorized",
    API_KEY_INVALID: "unauthorized",
    UNAUTHENTICATED: "unauthorized",
    PERMISSION_DENIED: "unauthorized",
    FAILED_PRECONDITION: "unauthorized",
    model_not_found: "not_found",
    not_found_error: "not_found",
    NOT_FOUND: "not_found",
    server_error: "overloaded",
    api_error: "overloaded",
    overloaded_error: "overloaded",
    slow_down: "overloaded",
    INTERNAL: "overloaded",
    UNAVAILABLE: "overloaded",
    ABORTED: "overloaded",
    timeout_error: "timeout",
    DEADLINE_EXCEEDED: "timeout",
    content_filter: "content_filtered",
    content_policy_violation: "content_filtered",
    image_content_policy_violation: "content_filtered",
    misalignment_policy_violation: "content_filtered",
    bio_policy: "content_filtered",
    invalid_prompt: "invalid_request",
    invalid_request_error: "invalid_request",
    context_length_exceeded: "invalid_request",
    string_above_max_length: "invalid_request",
    unsupported_parameter: "invalid_request",
    unsupported_value: "invalid_request",
    unknown_parameter: "invalid_request",
    invalid_value: "invalid_request",
    invalid_type: "invalid_request",
    missing_required_parameter: "invalid_request",
    invalid_image_url: "invalid_request",
    invalid_image_format: "invalid_request",
    image_parse_error: "invalid_request",
    image_too_large: "invalid_request",
    request_too_large: "invalid_request",
    INVALID_ARGUMENT: "invalid_request",
    OUT_OF_RANGE: "invalid_request",
  } satisfies Record<string, ProviderErrorCode>),
);

/** What a provider said when it refused, as far as it is known here. */
interface Told {
  /** Words of the list above, the most telling first. */
  words: string[];
  /** A status that stands in the body: some servers write it there. */
  status?: number;
  retry_after_seconds?: number;
}

/**
 * The error of an answer with another status than 200. `body` is what it said, parsed where it was JSON; `retry_after_seconds` what its headers asked for.
 */
export function refusalOf(status: number, body: unknown, retry_after_seconds?: number): ProviderError {
  const told = readError(body);
  return new ProviderError(codeOf(status, told.words), {
    status,
    // A redirect or another success is what it is, however often it is asked for.
    retryable: status < 400 ? false : undefined,
    reason: told.words[0],
    retry_after_seconds: retry_after_seconds ?? told.retry_after_seconds,
    maybe_billed: status < 300,
  });
}

/**
 * The error that stands in an answer which began well: in a stream, or as an object with status 200. `maybe_billed` says whether something had been generated.
 */
export function toldError(body: unknown, maybe_billed: boolean): ProviderError {
  const { words, status, retry_after_seconds } = readError(body);
  const [word] = words;
  const meaning = word === undefined ? undefined : meanings.get(word);
  const code = status === undefined ? (meaning ?? "overloaded") : codeOf(status, words);
  return new ProviderError(code, { status: status ?? 200, reason: word, retry_after_seconds, maybe_billed });
}

/** Whether a parsed answer is an error, as OpenAI, Anthropic and Google write it and many others copy it. */
export function isError(body: unknown): boolean {
  return isRecord(body) && (isRecord(body.error) || typeof body.error === "string" || body.type === "error");
}

function codeOf(status: number, words: string[]): ProviderErrorCode {
  if (status < 400) return "bad_response";
  const meaning = words.map((word) => meanings.get(word)).find((code) => code !== undefined);
  // No credit comes as 429 or 400, a wrong key as 400, a filter as 400 or 403: there the word says more than the status.
  if (status < 500 && (meaning === "unauthorized" || meaning === "content_filtered")) return meaning;
  if (status === 401 || status === 402 || status === 403) return "unauthorized";
  if (status === 429) return "rate_limited";
  if (status === 404 || status === 405) return "not_found";
  if (status === 408 || status === 504) return "timeout";
  return status === 409 || status === 425 || status >= 500 ? "overloaded" : "invalid_request";
}

/** `{"error": {code, type, status, details}}`, in a list too, or the same without the outer object. The message is for people and is left alone. */
function readError(body: unknown): Told {
  const [first] = Array.isArray(body) ? body : [body];
  const outer = isRecord(first) ? first : {};
  const error = isRecord(outer.error) ? outer.error : outer;
  const details = Array.isArray(error.details) ? error.details.filter(isRecord) : [];
  // `code` says what, `type` only of which kind.
  const words = [...details.map(({ reason }) => reason), error.code, error.status, error.type].filter(isKnown);
  const { code } = error;
  const isStatus = typeof code === "number" && code >= 400 && code < 600;
  return {
    words: isOutOfCredit(error) ? ["billing_error", ...words] : words,
    ...(isStatus ? { status: code } : {}),
    ...retryDelay(details),
  };
}

const isKnown = (word: unknown): word is string => typeof word === "string" && meanings.has(word);

/** Anthropic once told this by its sentence alone, as an invalid request. */
function isOutOfCredit({ message }: Record<string, unknown>): boolean {
  return typeof message === "string" && message.startsWith("Your credit balance is too low");
}

/** google.rpc.RetryInfo: `"retryDelay": "34.5s"`. */
function retryDelay(details: Record<string, unknown>[]): { retry_after_seconds?: number } {
  const told = details.map(({ retryDelay }) => retryDelay).find((value) => typeof value === "string");
  const seconds = told === undefined ? null : /^(\d{1,9}(?:\.\d+)?)s$/.exec(told);
  return seconds === null ? {} : { retry_after_seconds: Number(seconds[1]) };
}

/**
 * Seconds to wait, from the headers of a refusal: `retry-after-ms`, or `retry-after` (RFC 9110, section 10.2.3) in seconds or as a date against `now`.
 * A time that has passed is 0; undefined for what is neither.
 */
export function retryAfterSeconds(header: (name: string) => string | undefined, now: Date): number | undefined {
  const milliseconds = header("retry-after-ms");
  if (milliseconds !== undefined && /^\d{1,12}(\.\d+)?$/.test(milliseconds)) return Number(milliseconds) / 1_000;
  const text = header("retry-after")?.trim() ?? "";
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return Number(text);
  if (!/^[A-Z][a-z]{2,8},? /.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - now.getTime()) / 1_000);
}
