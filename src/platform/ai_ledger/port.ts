import type { Ctx } from "../../core/context.ts";
import type { BudgetLimits } from "./schema.ts";

export type { BudgetLimits, BudgetScope } from "./schema.ts";

// What the gateway tells the ledger, and what it is answered. Money is in pico-USD: micro-USD per million tokens, times tokens.

/** Room that was set aside for a call, on the day on which it began. */
export interface Reservation {
  id: string;
  /** `2026-11-21`, in UTC. */
  day: string;
}

/** One attempt on the wire that has ended, as it is entered. */
export interface LedgerEntry {
  call_id: string;
  /** From 1, over all models that were tried. */
  attempt: number;
  feature: string;
  operation: "complete" | "stream" | "embed" | "speak" | "transcribe";
  provider: string;
  /** The catalogue's name. */
  model: string;
  /** `partial`: a stream that ended early; `unknown_billed`: given up by us, perhaps finished and charged by the provider. */
  outcome: "ok" | "error" | "timeout" | "aborted" | "partial" | "unknown_billed";
  error_code: string | null;
  input_tokens: number;
  cached_input_tokens: number;
  cache_write_tokens: number;
  output_tokens: number;
  reasoning_tokens: number;
  images: number;
  /** Milliseconds of audio. */
  audio_ms: number;
  /** Whether the numbers are our estimate because the provider told none. */
  estimated: boolean;
  cost_pico_usd: number;
  latency_ms: number;
  /** Milliseconds to the first content; null for what does not stream. */
  first_token_ms: number | null;
  prompt: string | null;
}

/** Reserve-then-settle, and the usage events. */
export interface AiLedger {
  /**
   * Sets room aside for a call before anything is sent, in all budgets that concern it or in none; null where the feature has no limits. Calls of the same moment share
   * one round trip and are admitted one after the other, each whole or not at all. Throws `ai.budget_exhausted` (naming the scope, with `retry_after` to the next day).
   * A reservation that is never settled is released after its TTL.
   */
  reserve(
    ctx: Ctx,
    call: { call_id: string; feature: string; limits: BudgetLimits; amount_pico_usd: number; ttl_seconds: number },
  ): Promise<Reservation | null>;
  /**
   * Sets more aside for a call whose attempts have cost more than was foreseen, before another one: on the day of its reservation, in all of its budgets or in none.
   * Throws `ai.budget_exhausted`; then the reservation stays as it was.
   */
  extend(
    ctx: Ctx,
    reservation: Reservation,
    more: { feature: string; limits: BudgetLimits; amount_pico_usd: number },
  ): Promise<void>;
  /**
   * Enters an attempt, once for its (call_id, attempt), and with `settles` puts the call's whole cost, the sum of its attempts, in the place of the reservation, on the
   * reservation's day, once: also after the TTL released it. With `is_entered` the attempt was entered before, and only the settlement is new. Never throws. An outage
   * of PostgreSQL is not waited for: after one try, or 2 s, it goes on by itself for a minute; what cannot be stored then goes to the log as an error, with all figures.
   */
  record(
    ctx: Ctx,
    entry: LedgerEntry,
    settles?: { reservation: Reservation; total_pico_usd: number; is_entered?: boolean },
  ): Promise<void>;
  /** Releases a reservation whose call never went out; tried as `record` is. Never throws. */
  release(ctx: Ctx, reservation: Reservation): Promise<void>;
}
