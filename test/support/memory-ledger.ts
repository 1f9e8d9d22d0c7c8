import { PlinthError } from "../../src/core/errors.ts";
import { newId } from "../../src/core/id.ts";
import type { AiLedger, LedgerEntry, Reservation } from "../../src/platform/ai_ledger/index.ts";

/** A usage event as the ledger was told, with whose it is. */
export type KeptEntry = LedgerEntry & { workspace_id: string };

/** A ledger in memory that keeps what it is told, holds one limit over all, and refuses what may not happen. */
export interface MemoryLedger extends AiLedger {
  /** Each attempt once, in the order in which they were entered. */
  entries: KeptEntry[];
  reservations: { call_id: string; feature: string; amount_pico_usd: number; ttl_seconds: number; limits: object }[];
  /** What was set aside for calls beyond their reservations. */
  extended: { call_id: string; amount_pico_usd: number }[];
  settled: { call_id: string; total_pico_usd: number }[];
  released: string[];
  /** Attempts that were entered again, only to settle: a trip more than needed, unless the caller left in between. */
  repeats(): number;
  /** Reservations that nobody settled or released. */
  open(): number;
  /** From now on the calls that run, or ran, may come to so much together. */
  limit(pico_usd: number | undefined): void;
}

export function memoryLedger(): MemoryLedger {
  const entries: KeptEntry[] = [];
  const reservations: MemoryLedger["reservations"] = [];
  const extended: MemoryLedger["extended"] = [];
  const settled: MemoryLedger["settled"] = [];
  const released: string[] = [];
  const held = new Map<string, { call_id: string; amount: number }>();
  let limit: number | undefined;
  let spent = 0;
  let repeats = 0;
  const take = ({ id }: Reservation) => {
    const found = held.get(id);
    if (found === undefined) throw new Error("A reservation was settled or released twice");
    held.delete(id);
    return found;
  };
  const refuseBeyond = (amount_pico_usd: number) => {
    const reserved = [...held.values()].reduce((sum, { amount }) => sum + amount, 0);
    if (limit === undefined || spent + reserved + amount_pico_usd <= limit) return;
    const definition = { kind: "limit_reached" as const, title: "The AI budget is used up" };
    throw new PlinthError("ai.budget_exhausted", definition, { extensions: { scope: "feature" }, retry_after: 60 });
  };
  return {
    entries,
    reservations,
    extended,
    settled,
    released,
    repeats: () => repeats,
    open: () => held.size,
    limit: (pico_usd) => {
      limit = pico_usd;
      spent = 0;
    },
    reserve: async (_ctx, call) => {
      const { call_id, feature, amount_pico_usd, ttl_seconds, limits } = call;
      refuseBeyond(amount_pico_usd);
      reservations.push({ call_id, feature, amount_pico_usd, ttl_seconds, limits });
      const id = newId();
      held.set(id, { call_id, amount: amount_pico_usd });
      return { id, day: "2026-01-01" };
    },
    extend: async (_ctx, { id }, { amount_pico_usd }) => {
      const found = held.get(id);
      if (found === undefined) throw new Error("A reservation was extended that is not there");
      refuseBeyond(amount_pico_usd);
      found.amount += amount_pico_usd;
      extended.push({ call_id: found.call_id, amount_pico_usd });
    },
    record: async ({ workspace_id }, entry, settles) => {
      const isKnown = entries.some(({ call_id, attempt }) => call_id === entry.call_id && attempt === entry.attempt);
      if (isKnown) repeats++;
      else entries.push({ ...entry, workspace_id });
      if (settles === undefined) return;
      settled.push({ call_id: take(settles.reservation).call_id, total_pico_usd: settles.total_pico_usd });
      spent += settles.total_pico_usd;
    },
    release: async (_ctx, reservation) => {
      released.push(take(reservation).call_id);
    },
  };
}
