import { ownTables, sql, type Tx } from "../../core/tables.ts";
import type { ComputedSnapshot, Grant } from "./rules.ts";
import type { Features, Snapshot, Source } from "./schema.ts";

const tables = ownTables("entitlements.default_plans", "entitlements.grants", "entitlements.entitlement_snapshots");

export interface DefaultPlan {
  product: string;
  plan_id: string;
  plan_version_id: string;
  features: Features;
}

export interface GrantRow extends Grant {
  workspace_id: string;
  product: string;
  seats: number | null;
}

export async function findDefaultPlan(tx: Tx, product: string): Promise<DefaultPlan | undefined> {
  const row = await tables(tx)
    .selectFrom("entitlements.default_plans")
    .select(["product", "plan_id", "plan_version_id", "features"])
    .where("product", "=", product)
    .executeTakeFirst();
  return row === undefined ? undefined : { ...row, features: row.features as Features };
}

export async function listProducts(tx: Tx): Promise<string[]> {
  const rows = await tables(tx).selectFrom("entitlements.default_plans").select("product").orderBy("product").execute();
  return rows.map(({ product }) => product);
}

/** Writes the default plan; whether it is another than before. */
export async function upsertDefaultPlan(tx: Tx, plan: DefaultPlan): Promise<boolean> {
  const row = await tables(tx)
    .insertInto("entitlements.default_plans")
    .values({ ...plan, features: JSON.stringify(plan.features) })
    .onConflict((conflict) =>
      conflict
        .column("product")
        .doUpdateSet({
          plan_id: plan.plan_id,
          plan_version_id: plan.plan_version_id,
          features: JSON.stringify(plan.features),
          updated_at: sql<Date>`plinth.now()`,
        })
        .where("entitlements.default_plans.plan_version_id", "!=", plan.plan_version_id),
    )
    .returning("product")
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Makes every snapshot of the product be computed afresh when it is next read. Not from now on but for ever: a transaction that began
 * earlier, and waits, has an earlier now.
 */
export async function expireSnapshots(tx: Tx, product: string): Promise<void> {
  await tables(tx)
    .updateTable("entitlements.entitlement_snapshots")
    .set({ valid_until: sql<Date>`'-infinity'::timestamptz` })
    .where("product", "=", product)
    .execute();
}

export async function upsertGrant(tx: Tx, grant: GrantRow): Promise<void> {
  const { workspace_id, product, source, ...content } = { ...grant, features: JSON.stringify(grant.features) };
  await tables(tx)
    .insertInto("entitlements.grants")
    .values({ workspace_id, product, source, ...content })
    .onConflict((conflict) =>
      conflict
        .columns(["workspace_id", "product", "source"])
        .doUpdateSet({ ...content, updated_at: sql<Date>`plinth.now()` }),
    )
    .execute();
}

export async function listGrants(tx: Tx, workspace_id: string, product: string): Promise<Grant[]> {
  const rows = await tables(tx)
    .selectFrom("entitlements.grants")
    .select(["source", "plan_id", "plan_version_id", "rank", "features", "starts_at", "ends_at"])
    .where("workspace_id", "=", workspace_id)
    .where("product", "=", product)
    .execute();
  return rows.map((row) => ({ ...row, features: row.features as Features }));
}

/**
 * Locks the workspace's snapshot of the product, made empty and over when there is none, so that whoever computes it next sees
 * the grants of whoever computed it before. Returns the snapshot as it was, and the time of this transaction.
 */
export async function lockSnapshot(
  tx: Tx,
  workspace_id: string,
  plan: DefaultPlan,
): Promise<{ version: number; plan_id: string; now: Date }> {
  await tables(tx)
    .insertInto("entitlements.entitlement_snapshots")
    .values({
      workspace_id,
      product: plan.product,
      version: 0,
      plan_id: plan.plan_id,
      plan_version_id: plan.plan_version_id,
      features: "{}",
      sources: "[]",
      valid_until: sql<Date>`'-infinity'::timestamptz`,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return tables(tx)
    .selectFrom("entitlements.entitlement_snapshots")
    .select(["version", "plan_id", sql<Date>`plinth.now()`.as("now")])
    .where("workspace_id", "=", workspace_id)
    .where("product", "=", plan.product)
    .forUpdate()
    .executeTakeFirstOrThrow();
}

export async function updateSnapshot(
  tx: Tx,
  key: { workspace_id: string; product: string; version: number },
  snapshot: ComputedSnapshot,
): Promise<void> {
  await tables(tx)
    .updateTable("entitlements.entitlement_snapshots")
    .set({
      ...snapshot,
      features: JSON.stringify(snapshot.features),
      sources: JSON.stringify(snapshot.sources),
      version: key.version,
      updated_at: sql<Date>`plinth.now()`,
    })
    .where("workspace_id", "=", key.workspace_id)
    .where("product", "=", key.product)
    .execute();
}

/** The snapshot that holds now; undefined when it is missing or over. */
export async function findSnapshot(tx: Tx, workspace_id: string, product: string): Promise<Snapshot | undefined> {
  const row = await tables(tx)
    .selectFrom("entitlements.entitlement_snapshots")
    .select(["product", "version", "plan_id", "plan_version_id", "features", "sources", "valid_until"])
    .where("workspace_id", "=", workspace_id)
    .where("product", "=", product)
    .where((eb) => eb.or([eb("valid_until", "is", null), eb("valid_until", ">", sql<Date>`plinth.now()`)]))
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return { ...row, features: row.features as Features, sources: reviveSources(row.sources) };
}

function reviveSources(stored: unknown): Source[] {
  const sources = stored as (Omit<Source, "ends_at"> & { ends_at: string | null })[];
  return sources.map((source) => ({ ...source, ends_at: source.ends_at === null ? null : new Date(source.ends_at) }));
}
