import type { Clock } from "../../core/clock.ts";
import type { Ctx } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import type { Tx } from "../../core/tables.ts";
import type { Entitlements } from "../entitlements/index.ts";
import { workspaceErrors } from "./errors.ts";
import { featureOf, type Quota, quotas } from "./rules.ts";
import type { Quotas } from "./schema.ts";

/** Counts what a workspace has of something, in its transaction. */
export type QuotaCounter = (tx: Tx, workspace_id: string) => Promise<number>;

interface QuotasOptions {
  db: Pick<Database, "inWorkspace">;
  entitlements: Pick<Entitlements, "highest">;
  clock: Clock;
  /** What a workspace has whose plans say nothing of it. */
  defaults: Record<Quota, number>;
}

/** A plan that changed shows in the rate of requests within this time, in milliseconds. */
const remembered = 30_000;

/** What a workspace may have so many of: the highest that any of its plans says, else the installation's default. */
export function createQuotas({ db, entitlements, clock, defaults }: QuotasOptions) {
  const counters = new Map<Quota, QuotaCounter>();
  const rates = new Map<string, { limit: number; until: number }>();

  const limitOf = async (tx: Tx, ctx: Pick<Ctx, "workspace_id" | "request_id">, quota: Quota) => {
    const ofPlans = await entitlements.highest(tx, ctx, featureOf(quota));
    return ofPlans === undefined ? defaults[quota] : ofPlans;
  };
  const scope = (workspace_id: string): Ctx => ({
    workspace_id,
    actor: { kind: "system", reason: "quota" },
    request_id: "quota",
    role: "owner",
  });

  return {
    /** Tells how much of a quota is used; called by the module that has the things. */
    count: (quota: Quota, counter: QuotaCounter): void => {
      counters.set(quota, counter);
    },

    /**
     * Throws `workspaces.quota_reached` when the workspace has as many as it may. The caller holds a lock under which nobody adds one meanwhile.
     */
    requireRoom: async (tx: Tx, ctx: Pick<Ctx, "workspace_id" | "request_id">, quota: Quota): Promise<void> => {
      const limit = await limitOf(tx, ctx, quota);
      const used = (await counters.get(quota)?.(tx, ctx.workspace_id)) ?? 0;
      if (limit === null || used < limit) return;
      throw workspaceErrors.quota_reached({
        detail: `The workspace may have ${limit} ${quota.replaceAll("_", " ")}`,
        extensions: { quota, limit, used },
      });
    },

    /** Every quota, and what is used of it. */
    list: (ctx: Ctx): Promise<Quotas> =>
      db.inWorkspace(ctx, async (tx) => {
        const states: [Quota, { limit: number | null; used?: number }][] = [];
        for (const quota of quotas) {
          const limit = await limitOf(tx, ctx, quota);
          const used = await counters.get(quota)?.(tx, ctx.workspace_id);
          states.push([quota, used === undefined ? { limit } : { limit, used }]);
        }
        return Object.fromEntries(states) as Quotas;
      }),

    /** Calls that a workspace may make in a minute. */
    requestsPerMinute: async (workspace_id: string): Promise<number> => {
      const now = clock.now().getTime();
      const known = rates.get(workspace_id);
      if (known !== undefined && now < known.until) return known.limit;
      const ctx = scope(workspace_id);
      const limit = await db.inWorkspace(ctx, (tx) => limitOf(tx, ctx, "requests_per_minute"));
      if (rates.size >= 10_000) rates.clear();
      rates.set(workspace_id, { limit: limit ?? 1_000_000_000, until: now + remembered });
      return limit ?? 1_000_000_000;
    },
  };
}
