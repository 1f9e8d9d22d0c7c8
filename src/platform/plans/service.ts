import { sha256 } from "../../core/crypto.ts";
import type { Database } from "../../core/database.ts";
import type { Logger } from "../../core/logger.ts";
import type { Tx } from "../../core/tables.ts";
import type { Entitlements } from "../entitlements/index.ts";
import { type CatalogueDocument, type CataloguePlan, canonicalJson, parseCatalogue } from "./catalogue.ts";
import { planErrors } from "./errors.ts";
import type { Comparison, Plan, PlanContent, Store } from "./schema.ts";
import {
  findCurrentOffer,
  findOffers,
  findPlan,
  findVersions,
  insertPlanVersion,
  listPlanRows,
  listPlans,
  lockCatalogue,
  type Offer,
  type PlanRow,
  upsertPlan,
} from "./store.ts";

export type { Offer } from "./store.ts";

/** The plans that are sold, and every version of them that ever was. */
export interface Plans {
  /**
   * Makes the catalogue that of the documents: a plan whose content changed gets a new version (subscribers keep theirs), one that is
   * in no document any more is withdrawn, and each product's default plan is made known to entitlements. All of it or
   * nothing; the same documents again change nothing; processes that load at the same time go one after the other.
   * Throws a CatalogueError with every mistake of every file.
   */
  load(documents: CatalogueDocument[], products: string[]): Promise<CatalogueChange>;
  /** The plans on offer, of all products or of one, by product, then price. */
  list(product?: string): Promise<Plan[]>;
  /** A plan, also one that is not offered any more. Throws `plans.not_found`. */
  get(plan_id: string): Promise<Plan>;
  /** Ids of the offered plans of a product that have the feature switched on, or, for a limit, at all; the cheapest first. */
  having(product: string, feature: string): Promise<string[]>;
  /** The offered plans of a product side by side. Throws `plans.not_found` for a product without any. */
  compare(product: string): Promise<Comparison>;
  /**
   * What a store's ids buy, by id: each the newest version of a plan that names it. An id that the catalogue names no more goes on buying
   * the last version that did. Google's ids are `product:base_plan`; a plan that names the product alone is sold under each.
   */
  offers(tx: Tx, store: Store, ids: string[]): Promise<Map<string, Offer>>;
  /** The versions as they were sold, by id. */
  versions(tx: Tx, plan_version_ids: string[]): Promise<Map<string, Offer>>;
  /** What the plan is sold as now. Throws `plans.not_found` for one that is not offered. */
  offer(tx: Tx, plan_id: string): Promise<Offer>;
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
  const loadAll = async (tx: Tx, plans: CataloguePlan[]): Promise<CatalogueChange> => {
    await lockCatalogue(tx);
    const known = new Map((await listPlanRows(tx)).map((row) => [row.plan_id, row]));
    const change: CatalogueChange = { new_versions: [], withdrawn: [] };
    for (const plan of plans) {
      const plan_id = planId(plan);
      const { plan_version_id, isNew } = await savePlan(tx, plan, known.get(plan_id));
      if (isNew) change.new_versions.push(plan_id);
      const { product, features, seats } = plan;
      if (plan.default) await entitlements.setDefaultPlan(tx, { product, plan_id, plan_version_id, seats, features });
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
    load: async (documents, products) => {
      const { plans, notices } = parseCatalogue(documents, products);
      for (const notice of notices) logger.warn({ notice }, "plan catalogue");
      const change = await db.asSystem("plan catalogue", (tx) => loadAll(tx, plans));
      if (change.new_versions.length + change.withdrawn.length > 0) logger.info(change, "plan catalogue changed");
      return change;
    },
    list: (product) => db.systemStatement("list plans", (tx) => listPlans(tx, product)),
    get: async (plan_id) => {
      const plan = await db.systemStatement("get a plan", (tx) => findPlan(tx, plan_id));
      if (plan === undefined) throw planErrors.not_found();
      return plan;
    },
    having: async (product, name) => {
      const offered = await db.systemStatement("plans with a feature", (tx) => listPlans(tx, product));
      const has = (feature: PlanContent["features"][string] | undefined) =>
        feature !== undefined && (feature.kind === "limit" || feature.enabled);
      return offered.filter(({ features }) => has(features[name])).map(({ id }) => id);
    },
    compare: async (product) => {
      const offered = await db.systemStatement("compare plans", (tx) => listPlans(tx, product));
      if (offered.length === 0) throw planErrors.not_found({ detail: `No plan of ${product} is offered` });
      return compareFeatures(product, offered);
    },
    offers: async (tx, store, ids) => {
      const wanted = new Map(ids.map((id) => [id, namesOf(store, id)]));
      const names = [...wanted.values()].flat();
      const found = names.length === 0 ? new Map<string, Offer>() : await findOffers(tx, store, names);
      return new Map(
        [...wanted].flatMap(([id, names]) => {
          const offer = names.map((name) => found.get(name)).find((each) => each !== undefined);
          return offer === undefined ? [] : [[id, offer] as const];
        }),
      );
    },
    versions: async (tx, ids) => {
      const found = ids.length === 0 ? [] : await findVersions(tx, ids);
      return new Map(found.map((offer): [string, Offer] => [offer.plan_version_id, offer]));
    },
    offer: async (tx, plan_id) => {
      const offer = await findCurrentOffer(tx, plan_id);
      if (offer === undefined) throw planErrors.not_found({ detail: `${plan_id} is not offered` });
      return offer;
    },
  };
}

/** The names under which a plan may list a store's id: Google's base plan by itself before its product. */
function namesOf(store: Store, id: string): string[] {
  return store === "google_play" && id.includes(":") ? [id, id.slice(0, id.indexOf(":"))] : [id];
}

function compareFeatures(product: string, plans: Plan[]): Comparison {
  const names = [...new Set(plans.flatMap(({ features }) => Object.keys(features)))].sort();
  return {
    product,
    plans: plans.map(({ id, name, price, trial_days, seats, default: isDefault }) => ({
      id,
      name,
      price,
      trial_days,
      seats,
      default: isDefault,
    })),
    features: names.map((feature) => ({ feature, values: plans.map(({ features }) => features[feature] ?? null) })),
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
