import { type Clock, systemClock } from "../../core/clock.ts";
import { type Ctx, userOf } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import type { RedisClient } from "../../core/redis.ts";
import type { Tx } from "../../core/tables.ts";
import { type Entitlements, splitFeature } from "../entitlements/index.ts";
import {
  type Consumed,
  type ConsumedItem,
  chargedItems,
  chargeInput,
  consumed,
  type Item,
  limitReached,
  requireAmount,
} from "./charges.ts";
import { createDenials } from "./denials.ts";
import { usageErrors } from "./errors.ts";
import { createReport, type Report } from "./report.ts";
import { createReservations, type Reservations, untilFresh } from "./reservations.ts";
import type { RefundReason } from "./schema.ts";
import { type ConsumeInput, charge, consume, expireNext, makePartitions, refund } from "./store.ts";

/** How a feature is consumed. */
export interface ConsumeOptions {
  /** 1 when left out. */
  amount?: number;
  /** Names this consumption in the workspace, for ever. */
  idempotency_key: string;
  /** When it happened, at most 35 days ago; what happened before the running window began is reported and touches no limit. */
  occurred_at?: Date;
  /** Whether the key was made just now and no answer can stand under it: then a limit that was full a moment ago refuses by Redis. */
  is_new_key?: boolean;
}

/** Counts what is used of what a workspace has. */
export interface Usage extends Reservations, Report {
  /**
   * Takes `amount` units (default 1) of a feature `<product>.<feature>`, all or nothing, in the caller's transaction; the counter's row
   * stays locked until that ends, so nothing slow belongs behind it. Exactly the limit is given out under any concurrency; beyond it
   * credits are used, then the feature's policy counts. The same `idempotency_key` for the same is counted once and answers as it did
   * first. Throws `usage.limit_reached` (with `limit`, `used`, `resets_at`), `entitlements.missing`, `usage.idempotency_conflict`,
   * `usage.in_future`, `usage.too_old`.
   */
  consume(tx: Tx, ctx: Ctx, feature: string, options: ConsumeOptions): Promise<Consumed>;
  /** As `consume` in a transaction of its own, in one round trip where the plan is known. */
  consumeNow(ctx: Ctx, feature: string, options: ConsumeOptions): Promise<Consumed>;
  /** Takes several features (1 to 10, each once) in one call, all of them or none; answers in the order of `items`. */
  consumeAll(tx: Tx, ctx: Ctx, items: Item[], options: { idempotency_key: string }): Promise<ConsumedItem[]>;
  /**
   * Gives back what the key took, once, into the window it was taken from. Again: no effect. For what the platform itself saw fail;
   * there is no cap on that. Throws `usage.nothing_to_give_back` when nothing was taken under the key, and `usage.reservation_open`.
   */
  giveBack(tx: Tx, ctx: Pick<Ctx, "workspace_id">, idempotency_key: string, reason?: RefundReason): Promise<void>;
  /**
   * As `giveBack` on somebody's word, all or (of one feature) a part, so with a cap: in each window three refunds pass, and after those
   * all together come to at most a fifth of the limit. Tells whether anything was given back now. Throws also
   * `usage.refunds_exhausted` and, for more than was taken or another part than before, `usage.refund_conflict`.
   */
  refund(
    tx: Tx,
    ctx: Pick<Ctx, "workspace_id">,
    input: { idempotency_key: string; amount?: number; reason: RefundReason },
  ): Promise<boolean>;
  /** Gives back what expired reservations hold, and makes the log's next partitions. For a schedule; nothing waits for it. */
  maintain(): Promise<{ expired_counters: number }>;
}

interface UsageOptions {
  db: Pick<Database, "inWorkspace" | "statement" | "systemStatement">;
  entitlements: Pick<Entitlements, "get" | "products" | "follow">;
  /** Keeps denials for a moment; without it every call asks PostgreSQL. */
  redis?: RedisClient | undefined;
  clock?: Pick<Clock, "now">;
  /** How many refunds of a window always pass, and to what part of the limit they may come after those. Default 3 and 0.2. */
  refund_cap?: { free: number; share: number };
}

export function createUsage(options: UsageOptions): Usage {
  const { db, entitlements, clock = systemClock, refund_cap = { free: 3, share: 0.2 } } = options;
  const denials = createDenials({ redis: options.redis, clock });
  entitlements.follow(async (tx, ctx) => tx.afterCommit(() => denials.forget(ctx.workspace_id)));

  const take = async (tx: Tx, ctx: Ctx, feature: string, given: ConsumeOptions) => {
    const input = consumeInput(ctx, feature, given);
    const lookup = await denials.find(ctx.workspace_id, input.user_id ?? ctx.workspace_id, feature);
    const { denial } = lookup;
    if (given.is_new_key === true && denial !== undefined && input.amount >= denial.amount) {
      throw limitReached(feature, input.amount, denial);
    }
    const result = await consume(tx, input);
    if (result.outcome === "limit_reached") {
      lookup.keep({ amount: input.amount, limit: result.limit_value, used: result.used, resets_at: result.resets_at });
    }
    return { input, result };
  };
  const consumeIn: Usage["consume"] = async (tx, ctx, feature, given) => {
    const { input, result } = await take(tx, ctx, feature, given);
    if (result.outcome !== "stale") return consumed(feature, input, result);
    await entitlements.get(tx, ctx, input.product);
    return consumed(feature, input, await consume(tx, input));
  };
  const giveBack = async (tx: Tx, ctx: Pick<Ctx, "workspace_id">, input: Refund): Promise<boolean> => {
    const { workspace_id } = ctx;
    const { amount = null, ...rest } = input;
    // As many as a call can have features.
    const log_ids = Array.from({ length: 10 }, newId);
    const outcome = await refund(tx, { workspace_id, amount, log_ids, ...rest });
    switch (outcome) {
      case "unknown":
        throw usageErrors.nothing_to_give_back();
      case "held":
        throw usageErrors.reservation_open();
      case "conflict":
        throw usageErrors.refund_conflict();
      case "capped":
        throw usageErrors.refunds_exhausted();
      default:
        tx.afterCommit(() => denials.forget(workspace_id));
        return outcome === "ok";
    }
  };

  return {
    consume: consumeIn,
    consumeNow: async (ctx, feature, given) => {
      const { input, result } = await db.statement(ctx, (tx) => take(tx, ctx, feature, given));
      if (result.outcome !== "stale") return consumed(feature, input, result);
      return db.inWorkspace(ctx, (tx) => consumeIn(tx, ctx, feature, given));
    },
    consumeAll: async (tx, ctx, items, { idempotency_key }) => {
      const input = chargeInput(ctx, "consume", items, idempotency_key);
      const rows = await untilFresh(tx, ctx, entitlements, items.length, () => charge(tx, input));
      return chargedItems(items, rows, idempotency_key);
    },
    giveBack: async (tx, ctx, idempotency_key, reason = "provider_failed") => {
      await giveBack(tx, ctx, { idempotency_key, reason, cap: null });
    },
    refund: (tx, ctx, input) => {
      if (input.amount !== undefined) requireAmount(input.amount);
      return giveBack(tx, ctx, { ...input, cap: refund_cap });
    },
    maintain: async () => {
      await db.systemStatement("make the usage log's partitions", makePartitions);
      let expired_counters = 0;
      const next = () => db.systemStatement("give back expired reservations", expireNext);
      while (expired_counters < mostExpired && (await next())) expired_counters++;
      return { expired_counters };
    },
    ...createReservations({ entitlements, denials }),
    ...createReport({ db, entitlements }),
  };
}

interface Refund {
  idempotency_key: string;
  amount?: number;
  reason: RefundReason;
  cap: { free: number; share: number } | null;
}

/** Counters that one run of the maintenance looks after at most; the next run goes on. */
const mostExpired = 10_000;

function consumeInput(
  ctx: Ctx,
  feature: string,
  { amount = 1, idempotency_key, occurred_at }: ConsumeOptions,
): ConsumeInput {
  const { product, name } = splitFeature(feature);
  const { workspace_id } = ctx;
  return {
    workspace_id,
    user_id: userOf(ctx) ?? null,
    product,
    feature: name,
    amount: requireAmount(amount),
    idempotency_key,
    log_id: newId(),
    occurred_at: occurred_at ?? null,
  };
}
