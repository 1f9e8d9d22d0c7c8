import { defineErrors } from "../../core/errors.ts";
import type { Usage } from "./schema.ts";

/** What a caller of the gateway may be answered. Whatever goes wrong at a provider is 502, told apart by its code. */
export const aiErrors = defineErrors("ai", {
  provider_unavailable: { kind: "bad_gateway", title: "The AI provider cannot answer right now" },
  timeout: { kind: "bad_gateway", title: "The AI provider did not answer in time" },
  bad_provider_response: { kind: "bad_gateway", title: "The AI provider's answer cannot be used" },
  rate_limited: { kind: "rate_limited", title: "The AI provider takes no more requests right now" },
  invalid_request: { kind: "bad_request", title: "The AI provider refused the request" },
  content_filtered: { kind: "invalid", title: "The AI provider's content filter stopped this request" },
});

/**
 * What can go wrong between us and a provider. `unauthorized` is the account's trouble (wrong key, no credit), `not_found` an unknown
 * model or path; `aborted` means that the caller left.
 */
export type ProviderErrorCode =
  | "rate_limited"
  | "invalid_request"
  | "unauthorized"
  | "not_found"
  | "overloaded"
  | "timeout"
  | "network"
  | "bad_response"
  | "content_filtered"
  | "aborted";

interface ProviderErrorFacts {
  /** Whether the same request may succeed a little later. Default: by the code. */
  retryable?: boolean;
  /** What the provider asked us to wait. */
  retry_after_seconds?: number;
  /** HTTP status, when there was an answer. */
  status?: number;
  /** A short machine word for the log, such as `ECONNRESET`: never a text that could hold a prompt or a key. */
  reason?: string;
  /** Whether the provider may have done the work all the same, and so may charge for it. Default false. */
  maybe_billed?: boolean;
  /** What the failed attempt used, where the provider told it. */
  usage?: Usage | null;
  cause?: unknown;
}

const retryableCodes: ReadonlySet<ProviderErrorCode> = new Set([
  "rate_limited",
  "overloaded",
  "timeout",
  "network",
  "bad_response",
]);

/** A failed attempt, in one vocabulary for all providers. Its message holds nothing that a log may not hold. */
export class ProviderError extends Error {
  readonly code: ProviderErrorCode;
  readonly retryable: boolean;
  readonly retry_after_seconds: number | undefined;
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly maybe_billed: boolean;
  readonly usage: Usage | null;

  constructor(code: ProviderErrorCode, facts: ProviderErrorFacts = {}) {
    const words = [code, facts.status === undefined ? undefined : `HTTP ${facts.status}`, facts.reason];
    const message = words.filter((word) => word !== undefined).join(", ");
    super(message, facts.cause === undefined ? {} : { cause: facts.cause });
    this.name = "ProviderError";
    this.code = code;
    this.retryable = facts.retryable ?? retryableCodes.has(code);
    this.retry_after_seconds = facts.retry_after_seconds;
    this.status = facts.status;
    this.reason = facts.reason;
    this.maybe_billed = facts.maybe_billed ?? false;
    this.usage = facts.usage ?? null;
  }
}
