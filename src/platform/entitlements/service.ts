import type { Ctx } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import type { Tx } from "../../core/tables.ts";
import type { Events } from "../events/index.ts";
import { entitlementErrors } from "./errors.ts";
import { SnapshotChanged } from "./events.ts";
import { computeSnapshot } from "./rules.ts";
import type { Features, Snapshot } from "./schema.ts";
import {
  type DefaultPlan,
  expireSnapshots,
  findDefaultPlan,
  findSnapshot,
  type GrantRow,
  listGrants,
  listProducts,
  lockSnapshot,
  updateSnapshot,
  upsertDefaultPlan,
  upsertGrant,
} from "./store.ts";

/** What a source gives a workspace: `starts_at <= t < ends_at`; one that is over is written with its end in the past. */
export interface GrantInput {
  workspace_id: string;
  product: string;
  /** For example `stripe:sub_123`. One source never writes another's grant. */
  source: string;
  plan_id: string;
  plan_version_id: string;
  /** Plans of a product from the least, 0, upwards: the highest running one is the workspace's plan. */
  rank: number;
  seats: number | null;
  features: Features;
  starts_at: Date;
  ends_at: Date | null;
}

/** What a workspace may do: granted by whoever sells, asked by whoever serves. */
export interface Entitlements {
  /**
   * Writes what a source gives, replacing what the same source gave before, and computes the workspace's snapshot, all in the
   * caller's transaction (of the platform, `asSystem`). Publishes `entitlements.snapshot_changed` when the plan is another.
   */
  grant(tx: Tx, ctx: Pick<Ctx, "workspace_id" | "request_id">, grant: GrantInput): Promise<void>;
  /** Sets the plan that every workspace has of a product without a grant; known snapshots are computed afresh when read. */
  setDefaultPlan(tx: Tx, plan: DefaultPlan): Promise<void>;
  /** The workspace's snapshot of a product, computed if its time is over. Throws `entitlements.unknown_product`. */
  get(tx: Tx, ctx: Pick<Ctx, "workspace_id" | "request_id">, product: string): Promise<Snapshot>;
  /**
   * The most that any product's plan gives the workspace of a limit that is the workspace's and not the product's; null is unlimited,
   * undefined when no plan says anything of it.
   */
  highest(tx: Tx, ctx: Pick<Ctx, "workspace_id" | "request_id">, feature: string): Promise<number | null | undefined>;
  /** The products that have plans. */
  products(tx: Tx): Promise<string[]>;
  /**
   * Lets pass when the workspace's plan has the feature switched on (or, for a limit, at all).
   * Throws `entitlements.missing` (403) otherwise. `feature` is `<product>.<feature>`.
   */
  require(ctx: Ctx, feature: string): Promise<void>;
}

interface EntitlementsOptions {
  db: Pick<Database, "inWorkspace">;
  events: Pick<Events, "append">;
}

export function createEntitlements({ db, events }: EntitlementsOptions): Entitlements {
  const compute = async (tx: Tx, ctx: Pick<Ctx, "workspace_id" | "request_id">, product: string): Promise<Snapshot> => {
    const { workspace_id } = ctx;
    const plan = await findDefaultPlan(tx, product);
    if (plan === undefined) throw entitlementErrors.unknown_product({ detail: `There is no product ${product}` });
    const before = await lockSnapshot(tx, workspace_id, plan);
    const snapshot = computeSnapshot(plan, await listGrants(tx, workspace_id, product), before.now);
    const version = before.version + 1;
    await updateSnapshot(tx, { workspace_id, product, version }, snapshot);
    if (before.version > 0 && before.plan_id !== snapshot.plan_id) {
      const { plan_id } = snapshot;
      await events.append(tx, ctx, SnapshotChanged, { product, plan_id, previous_plan_id: before.plan_id, version });
    }
    return { product, version, ...snapshot };
  };
  const get: Entitlements["get"] = async (tx, ctx, product) =>
    (await findSnapshot(tx, ctx.workspace_id, product)) ?? compute(tx, ctx, product);

  return {
    grant: async (tx, ctx, grant) => {
      const row: GrantRow = grant;
      await upsertGrant(tx, row);
      await compute(tx, ctx, grant.product);
    },
    setDefaultPlan: async (tx, plan) => {
      if (await upsertDefaultPlan(tx, plan)) await expireSnapshots(tx, plan.product);
    },
    get,
    highest: async (tx, ctx, name) => {
      const limits: (number | null)[] = [];
      for (const product of await listProducts(tx)) {
        const feature = (await get(tx, ctx, product)).features[name];
        if (feature?.kind === "limit") limits.push(feature.limit);
      }
      if (limits.includes(null)) return null;
      return limits.length === 0 ? undefined : Math.max(...limits.map(Number));
    },
    products: listProducts,
    require: async (ctx, feature) => {
      const { product, name } = splitFeature(feature);
      const { features } = await db.inWorkspace(ctx, (tx) => get(tx, ctx, product));
      const found = features[name];
      if (found === undefined || (found.kind === "flag" && !found.enabled)) {
        throw entitlementErrors.missing({ detail: `Your plan does not have ${feature}`, extensions: { feature } });
      }
    },
  };
}

/** The parts of `<product>.<feature>`. */
export function splitFeature(feature: string): { product: string; name: string } {
  const [product, name] = feature.split(".");
  if (product === undefined || name === undefined) throw new TypeError(`${feature} is not of the form product.feature`);
  return { product, name };
}
