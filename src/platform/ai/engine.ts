import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import type { AiLedger, LedgerEntry } from "../ai_ledger/index.ts";
import type { AttemptOptions, Provider, Usage } from "../providers/index.ts";
import type { Breaker } from "./breaker.ts";
import type { Timer } from "./deadline.ts";
import type { AttemptTrace } from "./metering.ts";
import type { Expected, RetryPolicy } from "./rules.ts";
import type { FeatureSettings, ModelSettings } from "./schema.ts";

// What a call is made of, for the files that make it.

/** A model and who serves it. */
export interface Target {
  /** The catalogue's name. */
  model: string;
  settings: ModelSettings;
  provider: Provider;
  /** Whether a call goes on without its caller. */
  drains: boolean;
}

/** What is asked of a provider, whichever of its functions that is. */
export interface Operation<A> {
  name: LedgerEntry["operation"];
  /** One call on the wire. */
  ask(target: Target, options: AttemptOptions): Promise<A>;
  expected: Expected;
  /** Answers whose cost is set aside before the first attempt; more than one where an answer may be sent back for repair. Default 1. */
  rounds?: number;
  /** The provider's own numbers, and ours by the length of the answer. */
  usage(answer: A): { told: Usage | null; estimate: Usage };
}

/** A call as it was planned. */
export interface Plan {
  feature: string;
  settings: FeatureSettings;
  /** In the order in which they are asked. */
  targets: Target[];
  /** Asked alone when the budget has no room for the others. */
  cheaper: Target | undefined;
  timeout_ms: number;
  signal: AbortSignal | undefined;
  prompt: string | null;
}

/** What every call needs. */
export interface EngineOptions {
  ledger: AiLedger;
  breaker: Breaker;
  timer: Timer;
  clock: Pick<Clock, "now">;
  retry: RetryPolicy;
  /** In [0, 1). */
  random: () => number;
  logger: Logger;
  count: (entry: LedgerEntry) => void;
  trace: AttemptTrace | undefined;
}
