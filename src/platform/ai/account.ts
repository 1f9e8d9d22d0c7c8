import type { Ctx } from "../../core/context.ts";
import { PlinthError } from "../../core/errors.ts";
import type { AiLedger, LedgerEntry, Reservation } from "../ai_ledger/index.ts";
import type { Usage } from "../providers/index.ts";
import type { Plan, Target } from "./engine.ts";
import { addUsage, limitsOf, mostPicoUsd, noUsage, timesUsage } from "./rules.ts";
import type { MeteredUsage } from "./schema.ts";

/** The money of one call: room set aside before anything is sent, each attempt entered, and settled once. */
export interface Account {
  /**
   * Sees to it that room is set aside for the next attempt, to be asked before each. The first time that is so many answers of the dearest of the models; later what the
   * first of them can cost at most, beside all that the attempts so far have cost. Answers the models to ask: these, or the cheaper one alone where the budget has no room
   * for them. Throws `ai.budget_exhausted`.
   */
  reserve(targets: Target[], most: Usage, rounds: number): Promise<Target[]>;
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
  let reserved_pico_usd = 0;
  let total_pico_usd = 0;
  let usage: MeteredUsage = { ...noUsage, estimated: false };
  let last_entry: LedgerEntry | undefined;
  let isSettled = false;
  const { feature, settings, timeout_ms, cheaper } = plan;
  const limits = limitsOf(settings.budget);
  const ttl_seconds = Math.ceil(timeout_ms / 1_000) + settlingSeconds;
  const costs = (targets: Target[], most: Usage) =>
    targets.map(({ provider, settings: { prices } }) => (provider.free ? 0 : mostPicoUsd(prices, most)));
  const begin = async (targets: Target[], most: Usage, rounds: number) => {
    const amount_pico_usd = Math.max(...costs(targets, timesUsage(most, rounds)));
    reservation = await ledger.reserve(ctx, { call_id, feature, limits, amount_pico_usd, ttl_seconds });
    reserved_pico_usd = amount_pico_usd;
  };
  const extend = async (reservation: Reservation, targets: Target[], most: Usage) => {
    const needed = total_pico_usd + Math.max(0, ...costs(targets.slice(0, 1), most));
    if (needed <= reserved_pico_usd) return;
    await ledger.extend(ctx, reservation, { feature, limits, amount_pico_usd: needed - reserved_pico_usd });
    reserved_pico_usd = needed;
  };
  return {
    reserve: async (targets, most, rounds) => {
      const reserveFor = async (asked: Target[]) => {
        if (reservation === undefined) await begin(asked, most, rounds);
        else if (reservation !== null) await extend(reservation, asked, most);
        return asked;
      };
      try {
        return await reserveFor(targets);
      } catch (error) {
        if (!isOverBudget(error) || cheaper === undefined || targets[0] === cheaper) throw error;
        return reserveFor([cheaper]);
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

/** Whether a budget has no room. */
export function isOverBudget(error: unknown): boolean {
  return error instanceof PlinthError && error.code === "ai.budget_exhausted";
}
