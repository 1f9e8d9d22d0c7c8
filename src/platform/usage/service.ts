import { type Ctx, userOf } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import type { Tx } from "../../core/tables.ts";
import { type Entitlements, entitlementErrors, type Feature, splitFeature } from "../entitlements/index.ts";
import { usageErrors } from "./errors.ts";
import type { FeatureUsage, ProductEntitlements } from "./schema.ts";
import { type ConsumeInput, type Consumption, consume, giveBack, listCounters } from "./store.ts";

/** A successful consumption. */
export interface Consumed {
  /** Null is unlimited. */
  limit: number | null;
  used: number;
  remaining: number | null;
  /** When the window ends; null for a limit that counts for ever. */
  resets_at: Date | null;
  /** Whether this key had been counted before, and this is that answer. */
  replayed: boolean;
}

/** Counts what is used of what a workspace has. */
export interface Usage {
  /**
   * Takes `amount` units (default 1) of a feature `<product>.<feature>`, all or nothing, in the caller's transaction; the counter's row
   * stays locked until that ends, so nothing slow belongs behind it. Exactly the limit is given out under any concurrency. The same
   * `idempotency_key` for the same is counted once and answers as it did first.
   * Throws `usage.limit_reached` (with `limit`, `used`, `resets_at`), `entitlements.missing`, `usage.idempotency_conflict`.
   */
  consume(tx: Tx, ctx: Ctx, feature: string, options: { amount?: number; idempotency_key: string }): Promise<Consumed>;
  /**
   * Gives back what the key took, once, into the window it was taken from. Again: no effect.
   * Throws `usage.nothing_to_give_back` when nothing was taken under the key.
   */
  giveBack(tx: Tx, ctx: Pick<Ctx, "workspace_id">, idempotency_key: string): Promise<void>;
  /** Every product's plan of the workspace, or one's, with what is used: a member's own limits are those of the caller. */
  entitlements(ctx: Ctx, product?: string): Promise<ProductEntitlements[]>;
}

interface UsageOptions {
  db: Pick<Database, "inWorkspace">;
  entitlements: Pick<Entitlements, "get" | "products">;
}

export function createUsage({ db, entitlements }: UsageOptions): Usage {
  return {
    consume: async (tx, ctx, feature, { amount = 1, idempotency_key }) => {
      if (!Number.isSafeInteger(amount) || amount < 1)
        throw new RangeError("An amount is a whole number of at least 1");
      const { product, name } = splitFeature(feature);
      const { workspace_id } = ctx;
      const user_id = userOf(ctx) ?? null;
      const input = { workspace_id, user_id, product, feature: name, amount, idempotency_key, log_id: newId() };
      let result = await consume(tx, input);
      if (result.outcome === "stale") {
        await entitlements.get(tx, ctx, product);
        result = await consume(tx, input);
      }
      return answer(feature, input, result);
    },
    giveBack: async (tx, { workspace_id }, idempotency_key) => {
      const outcome = await giveBack(tx, { workspace_id, idempotency_key, log_id: newId() });
      if (outcome === "unknown") throw usageErrors.nothing_to_give_back();
    },
    entitlements: (ctx, product) =>
      db.inWorkspace(ctx, async (tx) => {
        const products = product === undefined ? await entitlements.products(tx) : [product];
        const counters = await listCounters(tx, ctx.workspace_id, userOf(ctx));
        const described: ProductEntitlements[] = [];
        for (const each of products) {
          const { features, plan_version_id: _, ...snapshot } = await entitlements.get(tx, ctx, each);
          const own = counters.filter((counter) => counter.product === each);
          const withUsage = Object.entries(features).map(([name, feature]) => {
            const subject = feature.kind === "limit" && feature.per === "member" ? userOf(ctx) : ctx.workspace_id;
            return [
              name,
              describe(
                feature,
                own.find((c) => c.feature === name && c.subject_id === subject),
              ),
            ];
          });
          described.push({ ...snapshot, features: Object.fromEntries(withUsage) });
        }
        return described;
      }),
  };
}

function answer(feature: string, { amount, idempotency_key }: ConsumeInput, result: Consumption): Consumed {
  const { limit_value: limit, used, resets_at } = result;
  switch (result.outcome) {
    case "ok":
    case "replayed":
      return { limit, used, remaining: remaining(limit, used), resets_at, replayed: result.outcome === "replayed" };
    case "limit_reached":
      throw usageErrors.limit_reached({
        detail: `${feature}: ${used} of ${limit} used${amount > 1 ? `, ${amount} asked for` : ""}`,
        extensions: { feature, limit, used, resets_at },
      });
    case "conflict":
      throw usageErrors.idempotency_conflict({ detail: `The key ${idempotency_key} was used for something else` });
    case "missing":
      throw entitlementErrors.missing({ detail: `Your plan does not have ${feature}`, extensions: { feature } });
    case "stale":
      throw new Error(`The snapshot for ${feature} was computed and is over at once`);
  }
}

function describe(feature: Feature, counter: { used: number; window_end: Date | null } | undefined): FeatureUsage {
  if (feature.kind === "flag") return feature;
  const used = counter?.used ?? 0;
  return { ...feature, used, remaining: remaining(feature.limit, used), resets_at: counter?.window_end ?? null };
}

function remaining(limit: number | null, used: number): number | null {
  return limit === null ? null : Math.max(0, limit - used);
}
