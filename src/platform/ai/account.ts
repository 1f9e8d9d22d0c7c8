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
  const room = openRoom(ledger, ctx, call_id, plan);
  let total_pico_usd = 0;
  let usage: MeteredUsage = { ...noUsage, estimated: false };
  let last_entry: LedgerEntry | undefined;
  let isSettled = false;
  return {
    reserve: (targets, most, rounds) => room.reserve({ targets, most, rounds, spent_pico_usd: total_pico_usd }),
    enter: async (entry, { is_last, used }) => {
      last_entry = entry;
      total_pico_usd = Math.min(total_pico_usd + entry.cost_pico_usd, Number.MAX_SAFE_INTEGER);
      if (used !== undefined) usage = addUsage(usage, used);
      if (is_last) isSettled = true;
      const reservation = is_last ? room.reservation() : null;
      await ledger.record(ctx, entry, reservation ? { reservation, total_pico_usd } : undefined);
    },
    usage: () => usage,
    cost_pico_usd: () => total_pico_usd,
    close: async () => {
      const reservation = room.reservation();
      if (isSettled || !reservation) return;
      isSettled = true;
      if (last_entry === undefined) await ledger.release(ctx, reservation);
      // Its last attempt was entered before it was known to be the last; entering it again only settles.
      else await ledger.record(ctx, last_entry, { reservation, total_pico_usd, is_entered: true });
    },
  };
}

/** What the next attempt may need: of which models, at most, and beside what was spent. */
interface Need {
  targets: Target[];
  most: Usage;
  rounds: number;
  spent_pico_usd: number;
}

/** What is set aside for a call. */
function openRoom(ledger: AiLedger, ctx: Ctx, call_id: string, plan: Plan) {
  let reservation: Reservation | null | undefined;
  let reserved_pico_usd = 0;
  const { feature, cheaper } = plan;
  const limits = limitsOf(plan.settings.budget);
  const ttl_seconds = Math.ceil(plan.timeout_ms / 1_000) + settlingSeconds;
  const begin = async ({ targets, most, rounds }: Need) => {
    const amount_pico_usd = Math.max(...targets.map((target) => mostOf(target, timesUsage(most, rounds))));
    reservation = await ledger.reserve(ctx, { call_id, feature, limits, amount_pico_usd, ttl_seconds });
    reserved_pico_usd = amount_pico_usd;
  };
  const extend = async (reservation: Reservation, { targets: [target], most, spent_pico_usd }: Need) => {
    const needed = spent_pico_usd + (target === undefined ? 0 : mostOf(target, most));
    if (needed <= reserved_pico_usd) return;
    await ledger.extend(ctx, reservation, { feature, limits, amount_pico_usd: needed - reserved_pico_usd });
    reserved_pico_usd = needed;
  };
  const setAside = async (need: Need): Promise<Target[]> => {
    if (reservation === undefined) await begin(need);
    else if (reservation !== null) await extend(reservation, need);
    return need.targets;
  };
  return {
    reservation: () => reservation,
    reserve: async (need: Need): Promise<Target[]> => {
      try {
        return await setAside(need);
      } catch (error) {
        if (!isOverBudget(error) || cheaper === undefined || need.targets[0] === cheaper) throw error;
        return setAside({ ...need, targets: [cheaper] });
      }
    },
  };
}

function mostOf({ provider, settings }: Target, most: Usage): number {
  return provider.free ? 0 : mostPicoUsd(settings.prices, most);
}

/** Whether a budget has no room. */
export function isOverBudget(error: unknown): boolean {
  return error instanceof PlinthError && error.code === "ai.budget_exhausted";
}
