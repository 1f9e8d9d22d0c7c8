import type { Database } from "../../core/database.ts";
import type { Metrics } from "../../core/metrics.ts";
import type { BudgetScope, LedgerEntry } from "./port.ts";
import { countOpenReservations, listFeatureBudgets } from "./store.ts";

/** What the ledger tells Prometheus. */
export interface LedgerMetrics {
  entered(entry: LedgerEntry): void;
  refused(scope: BudgetScope): void;
  reaped(count: number): void;
  lost(feature: string): void;
  failed(step: "release" | "announce"): void;
}

export function createLedgerMetrics(
  { counter, gauge }: Pick<Metrics, "counter" | "gauge">,
  db: Pick<Database, "systemStatement">,
): LedgerMetrics {
  const cost = counter("plinth_ai_ledger_cost_usd_total", "Cost of AI attempts in US dollars, estimates included", [
    "feature",
    "model",
  ]);
  const tokens = counter(
    "plinth_ai_ledger_tokens_total",
    "Tokens of AI attempts; kind input is without those read from or written to the provider's cache, output without reasoning",
    ["feature", "model", "kind"],
  );
  const refused = counter("plinth_ai_ledger_refusals_total", "AI calls that a budget had no room for", ["scope"]);
  const reaped = counter(
    "plinth_ai_ledger_reservations_reaped_total",
    "Reservations released at their end because nobody settled them",
    [],
  );
  const lost = counter("plinth_ai_ledger_usage_events_lost_total", "AI usage events that only stand in the log", [
    "feature",
  ]);
  const failed = counter("plinth_ai_ledger_failures_total", "Steps that failed and are made good later", ["step"]);
  gauge(
    "plinth_ai_ledger_reservations",
    "Reservations of calls that run, or whose end was not noticed yet",
    [],
    async () => [[{}, await db.systemStatement("metrics", countOpenReservations)]],
  );
  gauge(
    "plinth_ai_ledger_budget_use_ratio",
    "Part of a feature's budget of today that is spent or reserved",
    ["feature"],
    async () => {
      const budgets = await db.systemStatement("metrics", listFeatureBudgets);
      return budgets.map(({ feature, limit_pico_usd, spent_pico_usd, reserved_pico_usd }) => [
        { feature },
        (Number(spent_pico_usd) + Number(reserved_pico_usd)) / Number(limit_pico_usd),
      ]);
    },
  );
  return {
    entered: ({ feature, model, ...entry }) => {
      cost({ feature, model }, entry.cost_pico_usd / 1e12);
      for (const [kind, count] of tokenKinds(entry)) if (count > 0) tokens({ feature, model, kind }, count);
    },
    refused: (scope) => refused({ scope }),
    reaped: (count) => reaped({}, count),
    lost: (feature) => lost({ feature }),
    failed: (step) => failed({ step }),
  };
}

function tokenKinds(entry: Omit<LedgerEntry, "feature" | "model">): [string, number][] {
  return [
    ["input", entry.input_tokens - entry.cached_input_tokens - entry.cache_write_tokens],
    ["cached_input", entry.cached_input_tokens],
    ["cache_write", entry.cache_write_tokens],
    ["output", entry.output_tokens - entry.reasoning_tokens],
    ["reasoning", entry.reasoning_tokens],
  ];
}
