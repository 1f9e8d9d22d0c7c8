import { sha256 } from "../../core/crypto.ts";
import type { Database } from "../../core/database.ts";
import type { Logger } from "../../core/logger.ts";
import type { Tx } from "../../core/tables.ts";
import type { Entitlements } from "../entitlements/index.ts";
import { type CatalogueDocument, type CataloguePlan, canonicalJson, parseCatalogue } from "./catalogue.ts";
import { billingErrors } from "./errors.ts";
import type { Plan, PlanContent } from "./schema.ts";
import {
  findPlan,
  insertPlanVersion,
  listPlanRows,
  listPlans,
  lockCatalogue,
  type PlanRow,
  upsertPlan,
} from "./store.ts";

/** The plans that are sold, and every version of them that ever was. */
export interface Plans {
  /**
   * Makes the catalogue that of the documents: a plan whose content changed gets a new version (subscribers keep theirs), one that is
   * in no document any more is withdrawn, and each product's default plan is made known to entitlements. All of it or
   * nothing; the same documents again change nothing; processes that load at the same time go one after the other.
   * Throws a CatalogueError with every mistake of every file.
   */
  loadCatalogue(documents: CatalogueDocument[], products: string[]): Promise<CatalogueChange>;
  /** The plans on offer, of all products or of one, by product, then price. */
  listPlans(product?: string): Promise<Plan[]>;
  /** A plan, also one that is not offered any more. Throws `billing.plan_not_found`. */
  getPlan(plan_id: string): Promise<Plan>;
}

/** Ids of the plans that got a version, and of those that were withdrawn. */
interface CatalogueChange {
  new_versions: string[];
  withdrawn: string[];
}

interface PlansOptions {
  db: Pick<Database, "asSystem" | "systemStatement">;
  entitlements: Pick<Entitlements, "setDefaultPlan">;
  logger: Pick<Logger, "info" | "warn">;
}

export function createPlans({ db, entitlements, logger }: PlansOptions): Plans {
  const load = async (tx: Tx, plans: CataloguePlan[]): Promise<CatalogueChange> => {
    await lockCatalogue(tx);
    const known = new Map((await listPlanRows(tx)).map((row) => [row.plan_id, row]));
    const change: CatalogueChange = { new_versions: [], withdrawn: [] };
    for (const plan of plans) {
      const plan_id = planId(plan);
      const { plan_version_id, isNew } = await savePlan(tx, plan, known.get(plan_id));
      if (isNew) change.new_versions.push(plan_id);
      const { product, features } = plan;
      if (plan.default) await entitlements.setDefaultPlan(tx, { product, plan_id, plan_version_id, features });
      known.delete(plan_id);
    }
    for (const row of known.values()) {
      if (!row.is_offered) continue;
      await upsertPlan(tx, { ...row, is_offered: false });
      change.withdrawn.push(row.plan_id);
    }
    return change;
  };

  return {
    loadCatalogue: async (documents, products) => {
      const { plans, notices } = parseCatalogue(documents, products);
      for (const notice of notices) logger.warn({ notice }, "plan catalogue");
      const change = await db.asSystem("plan catalogue", (tx) => load(tx, plans));
      if (change.new_versions.length + change.withdrawn.length > 0) logger.info(change, "plan catalogue changed");
      return change;
    },
    listPlans: (product) => db.systemStatement("list plans", (tx) => listPlans(tx, product)),
    getPlan: async (plan_id) => {
      const plan = await db.systemStatement("get a plan", (tx) => findPlan(tx, plan_id));
      if (plan === undefined) throw billingErrors.plan_not_found();
      return plan;
    },
  };
}

function planId({ product, key }: PlanContent): string {
  return `${product}.${key}`;
}

/** Makes the plan point at a version of this content, a new one unless it does already. */
async function savePlan(tx: Tx, { position, offered, ...content }: CataloguePlan, known: PlanRow | undefined) {
  const plan_id = planId(content);
  const { product } = content;
  const content_hash = sha256(canonicalJson(content));
  const isNew = known === undefined || !known.content_hash.equals(content_hash);
  const plan_version_id = isNew
    ? await insertPlanVersion(tx, { plan_id, version: (known?.version ?? 0) + 1, content, content_hash })
    : known.plan_version_id;
  const isPlaced = known?.position === position && known.is_offered === offered;
  if (isNew || !isPlaced) await upsertPlan(tx, { plan_id, product, plan_version_id, position, is_offered: offered });
  return { plan_version_id, isNew };
}
