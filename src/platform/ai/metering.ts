import type { Ctx } from "../../core/context.ts";
import type { Metrics } from "../../core/metrics.ts";
import type { LedgerEntry } from "../ai_ledger/index.ts";
import type { Ending } from "./rules.ts";
import { costPicoUsd, type Expected, meteredUsage, outcomeOf } from "./rules.ts";
import type { MeteredUsage, ModelSettings } from "./schema.ts";

/** One attempt that has ended: what was asked of whom, and how it went. */
export interface EndedAttempt {
  call_id: string;
  /** From 1. */
  attempt: number;
  feature: string;
  operation: LedgerEntry["operation"];
  target: { model: string; settings: ModelSettings; provider: { name: string; free?: boolean } };
  expected: Expected;
  ending: Ending;
  latency_ms: number;
  first_token_ms: number | null;
  prompt: string | null;
}

/** An attempt as it is entered, and its usage as the caller is told. */
export function entryOf(attempt: EndedAttempt): { entry: LedgerEntry; usage: MeteredUsage } {
  const { target, ending, expected, latency_ms, first_token_ms, ...facts } = attempt;
  const usage = meteredUsage(expected, ending, target.settings.reasoning);
  const { audio_seconds, ...counted } = usage;
  const entry = {
    ...{ call_id: facts.call_id, attempt: facts.attempt, feature: facts.feature, operation: facts.operation },
    prompt: facts.prompt,
    provider: target.provider.name,
    model: target.model,
    outcome: outcomeOf(ending),
    error_code: "error" in ending ? ending.error.code : null,
    ...counted,
    audio_ms: Math.round(audio_seconds * 1_000),
    cost_pico_usd: target.provider.free ? 0 : costPicoUsd(target.settings.prices, usage),
    latency_ms: Math.round(latency_ms),
    first_token_ms: first_token_ms === null ? null : Math.round(first_token_ms),
  };
  return { entry, usage };
}

/**
 * What is told of each attempt to whoever traces calls: the figures of its usage event, and when it began. Names of the attributes:
 * OpenTelemetry's conventions for generative AI.
 */
export interface AttemptFacts extends LedgerEntry {
  workspace_id: string;
  request_id: string;
  began_at: Date;
  /** As the provider knows the model. */
  wire_model: string;
  streaming: boolean;
}

export interface AttemptTrace {
  onAttempt(facts: AttemptFacts): void;
}

/** The facts of an entry for a trace. */
export function factsOf(ctx: Ctx, entry: LedgerEntry, wire_model: string, now: Date): AttemptFacts {
  const began_at = new Date(now.getTime() - entry.latency_ms);
  const { workspace_id, request_id } = ctx;
  return { ...entry, workspace_id, request_id, began_at, wire_model, streaming: entry.operation === "stream" };
}

/** Seconds; a completion takes longer than a request of ours. */
const durationBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300, 600];

/** Returns the function that counts an attempt; its tokens and its cost are counted by the ledger. */
export function countAttempts(metrics: Metrics): (entry: LedgerEntry) => void {
  const who = ["feature", "provider", "model"] as const;
  const requests = metrics.counter("plinth_ai_requests_total", "Attempts at an AI provider, by their outcome", [
    ...who,
    "outcome",
  ]);
  const help = "Duration of an attempt at an AI provider";
  const duration = metrics.histogram("plinth_ai_request_duration_seconds", help, [...who], durationBuckets);
  const first = metrics.histogram(
    "plinth_ai_first_token_seconds",
    "Time to the first content of a stream",
    [...who],
    durationBuckets,
  );
  return (entry) => {
    const { feature, provider, model, outcome } = entry;
    requests({ feature, provider, model, outcome });
    duration({ feature, provider, model }, entry.latency_ms / 1_000);
    if (entry.first_token_ms !== null) first({ feature, provider, model }, entry.first_token_ms / 1_000);
  };
}
