import type { Ctx } from "../../src/core/context.ts";
import { PlinthError } from "../../src/core/errors.ts";
import { newId } from "../../src/core/id.ts";
import { createEntitlements, type Entitlements, type Features } from "../../src/platform/entitlements/index.ts";
import { createEvents } from "../../src/platform/events/index.ts";
import { type ConsumeOptions, createUsage, type Item, type Usage } from "../../src/platform/usage/index.ts";
import { type TestDatabase, testDatabase } from "./database.ts";
import type { makeMember } from "./factories.ts";

export type Member = Awaited<ReturnType<typeof makeMember>>;
type UsageOptions = Parameters<typeof createUsage>[0];

/** Usage on a database of its own, with a product `prism` whose default plan a test sets. */
export interface UsageStage extends TestDatabase {
  entitlements: Entitlements;
  usage: Usage;
  /** Makes these the features of everybody without a grant. */
  plan(features: Features): Promise<void>;
  /** Takes units of the feature `turns`. */
  take(ctx: Member, options?: Partial<ConsumeOptions>): ReturnType<Usage["consume"]>;
  /** Holds units. */
  hold(ctx: Member, items: Item[], options?: { seconds?: number; key?: string }): ReturnType<Usage["reserve"]>;
  confirm(ctx: Ctx, id: string, amount?: number): ReturnType<Usage["confirm"]>;
  release(ctx: Ctx, id: string): ReturnType<Usage["release"]>;
  /** Gives credits of `turns`, straight in the table. */
  credit(ctx: Member, amount: number, ends_in_seconds?: number): Promise<string>;
  /** Moves the time on for the length of the work. */
  later<R>(milliseconds: number, work: () => Promise<R>): Promise<R>;
  /** What the tables say was used in the windows that run: they must always agree. */
  books(ctx: Pick<Ctx, "workspace_id">): Promise<Books>;
}

export interface Books {
  counter: number;
  held: number;
  logs: number;
  daily: number;
}

export const turns = "prism.turns";

/** A plan with a limit on turns. */
export function limited(
  limit: number | null,
  more: Partial<Extract<Features[string], { kind: "limit" }>> = {},
): Features {
  return {
    turns: { kind: "limit", limit, window: "day", per: "workspace", ...more },
    spectrum: { kind: "flag", enabled: true },
  };
}

export async function usageStage(
  options: { pool_size?: number } & Partial<Pick<UsageOptions, "redis" | "refund_cap">> = {},
): Promise<UsageStage> {
  const { pool_size = 20, ...parts } = options;
  const t = await testDatabase({ pool_size });
  const events = createEvents({ db: t.db, onError: () => {} });
  const entitlements = createEntitlements({ db: t.db, events });
  const usage = createUsage({ db: t.db, entitlements, clock: t.clock, ...parts });
  return {
    ...t,
    entitlements,
    usage,
    plan: (features) =>
      t.db.asSystem("test", (tx) => {
        const plan = { product: "prism", plan_id: "prism.free", plan_version_id: newId(), seats: 1, features };
        return entitlements.setDefaultPlan(tx, plan);
      }),
    take: (ctx, given = {}) =>
      t.db.inWorkspace(ctx, (tx) => usage.consume(tx, ctx, turns, { idempotency_key: newId(), ...given })),
    hold: (ctx, items, { seconds = 300, key = newId() } = {}) =>
      t.db.inWorkspace(ctx, (tx) =>
        usage.reserve(tx, ctx, items, { idempotency_key: key, expires_in_seconds: seconds }),
      ),
    confirm: (ctx, id, amount) =>
      t.db.inWorkspace(ctx, (tx) => usage.confirm(tx, ctx, id, amount === undefined ? {} : { [turns]: amount })),
    release: (ctx, id) => t.db.inWorkspace(ctx, (tx) => usage.release(tx, ctx, id)),
    credit: async ({ workspace_id }, amount, seconds) => {
      const id = newId();
      await t.sql(
        `insert into usage.credits (id, workspace_id, product, feature, amount, remaining, expires_at, reason, created_at)
         values ($1, $2, 'prism', 'turns', $3, $3, now() + make_interval(secs => $4), 'a gift', now())`,
        [id, workspace_id, amount, seconds ?? null],
      );
      return id;
    },
    later: async (milliseconds, work) => {
      t.clock.advance(milliseconds);
      try {
        return await work();
      } finally {
        t.clock.advance(-milliseconds);
      }
    },
    books: async ({ workspace_id }) => {
      const [row] = await t.sql<Books>(
        `select (select coalesce(sum(used), 0)::int from usage.usage_counters where workspace_id = $1) as counter,
           (select coalesce(sum(held), 0)::int from usage.usage_counters where workspace_id = $1) as held,
           (select coalesce(sum(amount - from_credits), 0)::int from usage.usage_logs where workspace_id = $1) as logs,
           (select coalesce(sum(used), 0)::int from usage.workspace_daily_usage where workspace_id = $1) as daily`,
        [workspace_id],
      );
      if (row === undefined) throw new Error("The books are empty");
      return row;
    },
  };
}

/** `ok`, or the code of the error. */
export function outcome(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "ok",
    (error: unknown) => (error instanceof PlinthError ? error.code : String(error)),
  );
}

/** How often each of them is there. */
export function tally(outcomes: string[]): Record<string, number> {
  return Object.fromEntries([...new Set(outcomes)].map((each) => [each, outcomes.filter((x) => x === each).length]));
}

/** Resolves when a transaction of this database waits for a lock. */
export async function somebodyWaits({ sql }: Pick<TestDatabase, "sql">): Promise<void> {
  for (;;) {
    const found = await sql(
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    if (found.length > 0) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
