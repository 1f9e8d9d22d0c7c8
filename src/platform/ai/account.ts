import type { Ctx } from "../../core/context.ts";
import { PlinthError } from "../../core/errors.ts";
import type { AiLedger, LedgerEntry, Reservation } from "../ai_ledger/index.ts";
import type { Usage } from "../providers/index.ts";
import type { Plan, Target } from "./engine.ts";
import { addUsage, limitsOf, mostPicoUsd, noUsage } from "./rules.ts";
import type { MeteredUsage } from "./schema.ts";

/** The money of one call: room set aside before anything is sent, each attempt entered, and settled once. */
export interface Account {
  /**
   * Sets room aside for the dearest of the models, the first time that it is asked. Answers the models to ask: these, or the cheaper one
   * alone where the budget has no room for them. Throws `ai.budget_exhausted`.
   */
  reserve(targets: Target[], most: Usage): Promise<Target[]>;
  /** Enters an attempt; with `is_last` the call is settled with it. `used` counts when it was answered. */
  enter(entry: LedgerEntry, options: { is_last: boolean; used: MeteredUsage | undefined }): Promise<void>;
  /** Of the attempts that were answered. */
  usage(): MeteredUsage;
  /** Of all attempts. */
  cost_pico_usd(): number;
  /** Settles what is not settled. Calling it again does nothing. */
  close(): Promise<void>;
}

/** A reservation outlives its call by this, for what a slow database takes to settle it. */
const settlingSeconds = 60;

export function openAccount(ledger: AiLedger, ctx: Ctx, call_id: string, plan: Plan): Account {
  let reservation: Reservation | null | undefined;
  let total_pico_usd = 0;
  let usage: MeteredUsage = { ...noUsage, estimated: false };
  let last_entry: LedgerEntry | undefined;
  let isSettled = false;
  const { feature, settings, timeout_ms, cheaper } = plan;
  const limits = limitsOf(settings.budget);
  const ttl_seconds = Math.ceil(timeout_ms / 1_000) + settlingSeconds;
  const reserveFor = async (targets: Target[], most: Usage) => {
    const costs = targets.map(({ provider, settings: { prices } }) => (provider.free ? 0 : mostPicoUsd(prices, most)));
    const amount_pico_usd = Math.max(...costs);
    reservation = await ledger.reserve(ctx, { call_id, feature, limits, amount_pico_usd, ttl_seconds });
    return targets;
  };
  return {
    reserve: async (targets, most) => {
      if (reservation !== undefined) return targets;
      try {
        return await reserveFor(targets, most);
      } catch (error) {
        const isOver = error instanceof PlinthError && error.code === "ai.budget_exhausted";
        if (!isOver || cheaper === undefined) throw error;
        return reserveFor([cheaper], most);
      }
    },
    enter: async (entry, { is_last, used }) => {
      last_entry = entry;
      total_pico_usd = Math.min(total_pico_usd + entry.cost_pico_usd, Number.MAX_SAFE_INTEGER);
      if (used !== undefined) usage = addUsage(usage, used);
      if (is_last) isSettled = true;
      await ledger.record(ctx, entry, is_last && reservation ? { reservation, total_pico_usd } : undefined);
    },
    usage: () => usage,
    cost_pico_usd: () => total_pico_usd,
    close: async () => {
      if (isSettled || !reservation) return;
      isSettled = true;
      if (last_entry === undefined) await ledger.release(ctx, reservation);
      // Its last attempt was entered before it was known to be the last; entering it again only settles.
      else await ledger.record(ctx, last_entry, { reservation, total_pico_usd, is_entered: true });
    },
  };
}
