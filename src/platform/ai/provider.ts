import type { FinishReason, Message, Usage } from "./schema.ts";

/** One attempt's question, in words that every provider's adapter can translate. */
export interface ProviderRequest {
  model: string;
  messages: Message[];
  temperature: number;
  max_output_tokens: number;
  /** The model thinks before it answers: it takes no temperature, and its thinking counts against the limit. */
  reasoning: boolean;
}

/** A provider's answer, normalised. */
export interface ProviderAnswer {
  text: string;
  /** The model that answered, as the provider names it. */
  model: string;
  finish_reason: FinishReason;
  /** Null when the provider told none, or none that can be true. An explicit 0 stays 0. */
  usage: Usage | null;
}

/**
 * A provider of language models. An adapter makes exactly one call on the wire each time: no retries, no fallback, no
 * redirects of its own, because every call is metered by who asked for it.
 */
export interface Provider {
  /** As it stands in answers, usage events and metrics. */
  name: string;
  /** Its tokens cost nothing, whatever the catalogue says. */
  free?: boolean;
  /**
   * Makes one attempt. Throws a ProviderError for whatever goes wrong, and the signal's reason as soon as that is aborted, closing
   * the connection: then nothing more is read or paid for.
   */
  complete(request: ProviderRequest, signal: AbortSignal): Promise<ProviderAnswer>;
}
