import { defineErrors } from "../../core/errors.ts";

/** What a caller of the gateway may be answered. Whatever goes wrong at a provider is 502, told apart by its code. */
export const aiErrors = defineErrors("ai", {
  provider_unavailable: { kind: "bad_gateway", title: "The AI provider cannot answer right now" },
  timeout: { kind: "bad_gateway", title: "The AI provider did not answer in time" },
  bad_provider_response: { kind: "bad_gateway", title: "The AI provider's answer cannot be used" },
  invalid_output: { kind: "bad_gateway", title: "The AI's answer does not have the form that was asked for" },
  rate_limited: { kind: "rate_limited", title: "The AI provider takes no more requests right now" },
  invalid_request: { kind: "bad_request", title: "The AI provider refused the request" },
  unsupported: { kind: "invalid", title: "No AI model of this feature can do that" },
  content_filtered: { kind: "invalid", title: "The AI provider's content filter stopped this request" },
  in_progress: { kind: "conflict", title: "An AI call with this idempotency key is still running" },
  idempotency_conflict: { kind: "conflict", title: "The idempotency key was used with another AI call" },
});
