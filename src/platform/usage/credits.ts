import type { UserCtx } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import type { Tx } from "../../core/tables.ts";
import type { Audit } from "../audit/index.ts";
import { type Entitlements, entitlementErrors, instantOf, splitFeature } from "../entitlements/index.ts";
import type { Credit, NewCredits } from "./schema.ts";
import { insertCredit, listCredits, workspaceExists } from "./store.ts";

/** Units that administrators of the platform give a workspace beyond its windows. */
export interface UsageCredits {
  /** The workspace's credits, also those that are used up or over, the newest first. Throws `entitlements.workspace_not_found`. */
  list(workspace_id: string): Promise<Credit[]>;
  /**
   * Gives credits, audited and on the timeline: used when a window has nothing left, those that end first before the others, until they
   * end. Throws `entitlements.workspace_not_found`, `entitlements.unknown_product`, `entitlements.period_invalid`.
   */
  give(ctx: UserCtx, workspace_id: string, input: NewCredits): Promise<Credit>;
}

interface UsageCreditsOptions {
  db: Pick<Database, "asSystem">;
  entitlements: Pick<Entitlements, "note" | "refresh">;
  audit: Pick<Audit, "record">;
}

export function createUsageCredits({ db, entitlements, audit }: UsageCreditsOptions): UsageCredits {
  const requireWorkspace = async (tx: Tx, workspace_id: string) => {
    if (!(await workspaceExists(tx, workspace_id))) throw entitlementErrors.workspace_not_found();
  };
  return {
    list: (workspace_id) =>
      db.asSystem("list credits", async (tx) => {
        await requireWorkspace(tx, workspace_id);
        return listCredits(tx, workspace_id);
      }),
    give: (ctx, workspace_id, { feature, amount, expires_at, reason }) =>
      db.asSystem("give credits", async (tx) => {
        await requireWorkspace(tx, workspace_id);
        const { product, name } = splitFeature(feature);
        // The snapshot's next version tells whoever kept a refusal that there is room again.
        await entitlements.refresh(tx, { workspace_id, request_id: ctx.request_id }, product, "credits");
        const period = { expires_at: expires_at == null ? null : instantOf(expires_at) };
        const about = { workspace_id, product, name, amount, reason, created_by: ctx.actor.user_id };
        const credit = await insertCredit(tx, { ...about, ...period, id: newId() });
        if (credit === undefined) {
          const errors = [{ pointer: "/expires_at", detail: "must be in the future" }];
          throw entitlementErrors.period_invalid({ errors });
        }
        const details = { feature, amount, reason, expires_at: credit.expires_at?.toISOString() ?? null };
        const target = `credit:${credit.id}`;
        await audit.record(tx, { ...ctx, workspace_id }, { action: "usage.credits_given", target, details });
        const what = `${amount} credits of ${feature} given`;
        const note = { outcome: "applied", product, source: target, what, detail: reason } as const;
        await entitlements.note(tx, { workspace_id }, note);
        return credit;
      }),
  };
}
