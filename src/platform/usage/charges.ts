import { type Ctx, userOf } from "../../core/context.ts";
import { newId } from "../../core/id.ts";
import { entitlementErrors, splitFeature } from "../entitlements/index.ts";
import { usageErrors } from "./errors.ts";
import type { Charged, ChargeInput, Consumption } from "./store.ts";

/** Units of a feature `<product>.<feature>`. */
export interface Item {
  feature: string;
  /** 1 when left out. */
  amount?: number;
}

/** A successful consumption of one feature. */
export interface Consumed {
  /** Null is unlimited. */
  limit: number | null;
  /** In the window after this, with what is reserved. */
  used: number;
  /** What is left in the window, credits not counted; null is unlimited. */
  remaining: number | null;
  /** When the window ends; null for a limit that counts for ever. */
  resets_at: Date | null;
  /** Whether the limit is passed, where the plan lets that pass. */
  over_limit: boolean;
  /** Of the units, so many are over the limit and will be billed. */
  over: number;
  /** Of the units, so many came from credits. */
  from_credits: number;
  /** Whether this key had been counted before, and this is that answer. */
  replayed: boolean;
}

/** As `Consumed`, of one of several features. */
export type ConsumedItem = Consumed & { feature: string; amount: number };

/** What a call with several features asks of the store: in the order of the names, which is the order in which all calls lock. */
export function chargeInput(
  ctx: Ctx,
  kind: ChargeInput["kind"],
  items: Item[],
  idempotency_key: string,
  seconds = 0,
): ChargeInput {
  if (items.length < 1 || items.length > 10) throw new RangeError("A call has 1 to 10 features");
  if (new Set(items.map(({ feature }) => feature)).size < items.length) {
    throw new RangeError("A call names each feature once");
  }
  const sorted = [...items].sort((a, b) => (a.feature < b.feature ? -1 : 1));
  return {
    workspace_id: ctx.workspace_id,
    user_id: userOf(ctx) ?? null,
    kind,
    items: sorted.map(({ feature, amount = 1 }) => ({
      ...splitFeature(feature),
      amount: requireAmount(amount),
      log_id: newId(),
    })),
    idempotency_key,
    reservation_id: kind === "reserve" ? newId() : null,
    seconds,
  };
}

/** The amount, when it is one. Throws a RangeError. */
export function requireAmount(amount: number, least = 1): number {
  if (!Number.isSafeInteger(amount) || amount < least) {
    throw new RangeError(`An amount is a whole number of at least ${least}`);
  }
  return amount;
}

/** The answers in the order in which the caller named the features. Throws what `consumed` throws. */
export function chargedItems(items: Item[], rows: Charged[], idempotency_key: string): ConsumedItem[] {
  const answers = new Map(
    rows.map((row) => {
      const feature = `${row.product}.${row.feature}`;
      const { amount } = row;
      return [feature, { feature, amount, ...consumed(feature, { amount, idempotency_key }, row) }];
    }),
  );
  return items.map(({ feature }) => {
    const answer = answers.get(feature);
    if (answer === undefined) throw new Error(`${feature} was not answered`);
    return answer;
  });
}

/** The answer for one feature. Throws the refusal's error. */
export function consumed(
  feature: string,
  { amount, idempotency_key }: { amount: number; idempotency_key: string },
  result: Consumption,
): Consumed {
  const { limit_value: limit, used, resets_at, over, from_credits, over_limit } = result;
  switch (result.outcome) {
    case "ok":
    case "replayed": {
      const counted = { limit, used, remaining: remainingOf(limit, used), resets_at, over_limit, over, from_credits };
      return { ...counted, replayed: result.outcome === "replayed" };
    }
    case "limit_reached":
      throw limitReached(feature, amount, { limit, used, resets_at });
    case "conflict":
      throw usageErrors.idempotency_conflict({ detail: `The key ${idempotency_key} was used for something else` });
    case "missing":
      throw entitlementErrors.missing({ detail: `Your plan does not have ${feature}`, extensions: { feature } });
    case "in_future":
      throw occurredAt(usageErrors.in_future, "is more than 5 minutes ahead");
    case "too_old":
      throw occurredAt(usageErrors.too_old, "is more than 35 days ago");
    case "stale":
      throw new Error(`The snapshot for ${feature} was computed and is over at once`);
  }
}

/** The error of a limit that has no room for the amount. */
export function limitReached(
  feature: string,
  amount: number,
  { limit, used, resets_at }: { limit: number | null; used: number; resets_at: Date | null },
) {
  return usageErrors.limit_reached({
    detail: `${feature}: ${used} of ${limit} used${amount > 1 ? `, ${amount} asked for` : ""}`,
    extensions: { feature, limit, used, resets_at },
  });
}

/** What a limit has left; null is unlimited. */
export function remainingOf(limit: number | null, used: number): number | null {
  return limit === null ? null : Math.max(0, limit - used);
}

function occurredAt(error: typeof usageErrors.in_future, detail: string) {
  return error({ errors: [{ pointer: "/occurred_at", detail }] });
}
