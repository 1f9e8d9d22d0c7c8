import type { Usage } from "./port.ts";

/**
 * What can go wrong between us and a provider. `unauthorized` is the account's trouble (wrong key, no credit), `not_found` an unknown model or path,
 * `bad_response` an answer that nobody can use, `incomplete` a stream that ended without saying so; `aborted` means that the caller left.
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
  | "incomplete"
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
  "incomplete",
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
