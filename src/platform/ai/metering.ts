import { type Ctx, userOf } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import type { Logger } from "../../core/logger.ts";
import type { Metrics } from "../../core/metrics.ts";
import type { ProviderError } from "./errors.ts";
import type { Provider, ProviderRequest } from "./provider.ts";
import { costPicoUsd, type Ending, meteredUsage } from "./rules.ts";
import type { MeteredUsage, ModelSettings } from "./schema.ts";
import { insertUsageEvent, type NewUsageEvent } from "./store.ts";

/** Where an attempt goes: a model and who serves it. */
export interface Target {
  request: ProviderRequest;
  settings: ModelSettings;
  provider: Provider;
}

/** One attempt that has ended. */
export interface Attempt {
  call_id: string;
  /** From 1. */
  attempt: number;
  feature: string;
  target: Target;
  ending: Ending;
  latency_ms: number;
}

interface MeterOptions {
  db: Pick<Database, "statement">;
  logger: Logger;
  metrics: Metrics;
}

/** Seconds; a completion takes longer than a request of ours. */
const durationBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300, 600];

/**
 * Returns the function that enters an attempt: one row, and the metrics. It never throws. The call on the wire is done and perhaps paid for, so
 * when the row cannot be written the caller still gets its answer, all figures go to the log as an error, and
 * `plinth_ai_usage_events_lost_total` counts it.
 */
export function createMeter({ db, logger, metrics }: MeterOptions) {
  const count = countAttempts(metrics);
  const lost = metrics.counter("plinth_ai_usage_events_lost_total", "AI usage events that only stand in the log", [
    "feature",
  ]);
  return async (ctx: Ctx, attempt: Attempt): Promise<MeteredUsage> => {
    const { target, ending } = attempt;
    const usage = meteredUsage(target.request, ending);
    const cost_pico_usd = target.provider.free ? 0 : costPicoUsd(target.settings.prices, usage);
    const event = eventOf(ctx, attempt, { ...usage, cost_pico_usd });
    count(event);
    try {
      await db.statement(ctx, (tx) => insertUsageEvent(tx, event));
    } catch (error) {
      lost({ feature: event.feature });
      logger.error(
        { err: error, usage_event: event, request_id: ctx.request_id },
        "an AI usage event could not be stored",
      );
    }
    return usage;
  };
}

function eventOf(ctx: Ctx, attempt: Attempt, figures: MeteredUsage & { cost_pico_usd: number }): NewUsageEvent {
  const { call_id, feature, target, ending } = attempt;
  return {
    id: newId(),
    workspace_id: ctx.workspace_id,
    user_id: userOf(ctx) ?? null,
    call_id,
    attempt: attempt.attempt,
    feature,
    provider: target.provider.name,
    model: target.request.model,
    outcome: "error" in ending ? outcomeOf(ending.error) : "ok",
    error_code: "error" in ending ? ending.error.code : null,
    ...figures,
    latency_ms: Math.round(attempt.latency_ms),
    request_id: ctx.request_id,
  };
}

function outcomeOf({ code }: ProviderError): NewUsageEvent["outcome"] {
  return code === "timeout" || code === "aborted" ? code : "error";
}

function countAttempts(metrics: Metrics) {
  const requests = metrics.counter("plinth_ai_requests_total", "Attempts at an AI provider", [
    "feature",
    "provider",
    "outcome",
  ]);
  const tokens = metrics.counter("plinth_ai_tokens_total", "Tokens; kind input is without the cached ones", [
    "feature",
    "kind",
  ]);
  const cost = metrics.counter("plinth_ai_cost_usd_total", "Cost of AI attempts in US dollars, estimates included", [
    "feature",
  ]);
  const duration = metrics.histogram(
    "plinth_ai_request_duration_seconds",
    "Duration of an attempt at an AI provider",
    ["feature", "provider"],
    durationBuckets,
  );
  return ({ feature, provider, outcome, ...event }: NewUsageEvent) => {
    requests({ feature, provider, outcome });
    tokens({ feature, kind: "input" }, event.input_tokens - event.cached_input_tokens);
    tokens({ feature, kind: "cached_input" }, event.cached_input_tokens);
    tokens({ feature, kind: "output" }, event.output_tokens);
    cost({ feature }, event.cost_pico_usd / 1e12);
    duration({ feature, provider }, event.latency_ms / 1_000);
  };
}
