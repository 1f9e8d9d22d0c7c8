import type { Ctx } from "../../core/context.ts";
import { newId } from "../../core/id.ts";
import type { Tx } from "../../core/tables.ts";
import { type Entitlements, splitFeature } from "../entitlements/index.ts";
import { type ConsumedItem, chargedItems, chargeInput, type Item, remainingOf, requireAmount } from "./charges.ts";
import type { Denials } from "./denials.ts";
import { usageErrors } from "./errors.ts";
import { charge, listHeld, type Settled, settle } from "./store.ts";

/** Units that are held until they are confirmed or released, or until `expires_at`. */
export interface Reservation {
  reservation_id: string;
  /** The first instant at which it is over. */
  expires_at: Date;
  items: ConsumedItem[];
  /** Whether this key had been reserved before, and this is that answer. */
  replayed: boolean;
}

/** A reservation as it was settled. */
export interface Settlement {
  reservation_id: string;
  status: "confirmed" | "released";
  items: SettledItem[];
  /** Whether it had been settled so before, and this is that answer. */
  replayed: boolean;
}

/** One feature of a settled reservation. */
export interface SettledItem {
  feature: string;
  held: number;
  /** What was counted: what was asked for, as far as there was room for more than was held. */
  confirmed: number;
  limit: number | null;
  used: number;
  remaining: number | null;
  resets_at: Date | null;
  over: number;
  from_credits: number;
}

/** Holding units for work whose size is not known yet. */
export interface Reservations {
  /**
   * Holds units of one or several features (1 to 10, each once), all of them or none, in the caller's transaction: they count as used
   * at once. What is not settled within `expires_in_seconds` (default 300, at most 86,400) comes back, with or without a worker.
   * The same key again gives the first answer. Throws what `consume` throws.
   */
  reserve(
    tx: Tx,
    ctx: Ctx,
    items: Item[],
    options: { idempotency_key: string; expires_in_seconds?: number },
  ): Promise<Reservation>;
  /** The features that a reservation holds. Throws `usage.reservation_not_found`. */
  held(tx: Tx, ctx: Pick<Ctx, "workspace_id">, reservation_id: string): Promise<string[]>;
  /**
   * Counts what was held, into the window that it was held in. `amounts` by feature: less gives the rest back; more takes more as far as
   * there is room, and the answer tells how far. Once: the same again gives the first answer. A plan that is over by now does not matter.
   * Throws `usage.reservation_not_found`, `usage.reservation_settled`, `usage.reservation_expired`.
   */
  confirm(
    tx: Tx,
    ctx: Pick<Ctx, "workspace_id" | "request_id">,
    reservation_id: string,
    amounts?: Record<string, number>,
  ): Promise<Settlement>;
  /**
   * Gives everything back. Again, or after it expired: no effect. Throws `usage.reservation_not_found`, `usage.reservation_settled`
   * when it was confirmed.
   */
  release(tx: Tx, ctx: Pick<Ctx, "workspace_id" | "request_id">, reservation_id: string): Promise<Settlement>;
}

interface ReservationsOptions {
  entitlements: Pick<Entitlements, "get">;
  denials: Pick<Denials, "forget">;
}

export function createReservations({ entitlements, denials }: ReservationsOptions): Reservations {
  const heldOf: Reservations["held"] = async (tx, { workspace_id }, reservation_id) => {
    const held = await listHeld(tx, workspace_id, reservation_id);
    if (held.length === 0) throw usageErrors.reservation_not_found();
    return held.map(({ product, feature }) => `${product}.${feature}`);
  };
  const settleAll = async (
    tx: Tx,
    ctx: Pick<Ctx, "workspace_id" | "request_id">,
    reservation_id: string,
    amounts: Record<string, number> | "release",
  ): Promise<Settlement> => {
    const { workspace_id } = ctx;
    const held = await heldOf(tx, { workspace_id }, reservation_id);
    const is_release = amounts === "release";
    const asked = is_release ? held.map(() => null) : amountsOf(held, amounts);
    const log_ids = held.map(() => newId());
    const input = { workspace_id, reservation_id, is_release, amounts: asked, log_ids };
    const rows = await untilFresh(tx, ctx, entitlements, held.length, () => settle(tx, input));
    tx.afterCommit(() => denials.forget(workspace_id));
    return settlement(reservation_id, is_release ? "released" : "confirmed", rows);
  };
  return {
    reserve: async (tx, ctx, items, { idempotency_key, expires_in_seconds = 300 }) => {
      requireSeconds(expires_in_seconds);
      const input = chargeInput(ctx, "reserve", items, idempotency_key, expires_in_seconds);
      const rows = await untilFresh(tx, ctx, entitlements, items.length, () => charge(tx, input));
      const answers = chargedItems(items, rows, idempotency_key);
      const [row] = rows;
      if (row?.reservation_id == null || row.expires_at === null) throw new Error("A reservation has no id");
      const { reservation_id, expires_at } = row;
      return { reservation_id, expires_at, items: answers, replayed: row.outcome === "replayed" };
    },
    held: heldOf,
    confirm: (tx, ctx, id, amounts = {}) => settleAll(tx, ctx, id, amounts),
    release: (tx, ctx, id) => settleAll(tx, ctx, id, "release"),
  };
}

/** Asks the store; where a snapshot was over, computes it and asks again: each product of the call may need that once. */
export async function untilFresh<Row extends { outcome: string; product: string }>(
  tx: Tx,
  ctx: Pick<Ctx, "workspace_id" | "request_id">,
  entitlements: Pick<Entitlements, "get">,
  items: number,
  ask: () => Promise<Row[]>,
): Promise<Row[]> {
  for (let tries = 0; ; tries++) {
    const rows = await ask();
    const [row] = rows;
    if (row?.outcome !== "stale" || tries >= items) return rows;
    await entitlements.get(tx, ctx, row.product);
  }
}

function requireSeconds(seconds: number): void {
  if (!Number.isSafeInteger(seconds) || seconds < 1 || seconds > 86_400) {
    throw new RangeError("A reservation holds for 1 to 86,400 seconds");
  }
}

/** What is asked for of each held feature, in order; null as held. Throws a RangeError for a feature that is not held. */
function amountsOf(held: string[], amounts: Record<string, number>): (number | null)[] {
  for (const feature of Object.keys(amounts)) {
    splitFeature(feature);
    if (!held.includes(feature)) throw new RangeError(`The reservation does not hold ${feature}`);
  }
  return held.map((feature) => {
    const amount = amounts[feature];
    return amount === undefined ? null : requireAmount(amount, 0);
  });
}

function settlement(reservation_id: string, status: Settlement["status"], rows: Settled[]): Settlement {
  const outcome = rows[0]?.outcome;
  if (outcome === "settled") throw usageErrors.reservation_settled();
  if (outcome === "expired") throw usageErrors.reservation_expired();
  const items = rows.map(({ product, feature, limit_value: limit, used, confirmed, ...row }) => ({
    feature: `${product}.${feature}`,
    held: row.held,
    confirmed: confirmed ?? 0,
    limit,
    used: used ?? 0,
    remaining: remainingOf(limit, used ?? 0),
    resets_at: row.resets_at,
    over: row.over,
    from_credits: row.from_credits,
  }));
  return { reservation_id, status, items, replayed: outcome === "replayed" };
}
