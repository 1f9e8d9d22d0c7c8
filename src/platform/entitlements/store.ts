import type { Position } from "../../core/pages.ts";
import { olderThan, ownTables, sql, type Tx } from "../../core/tables.ts";
import type { ComputedSnapshot, Grant } from "./rules.ts";
import type {
  Feature,
  Features,
  GrantStanding,
  ManualGrant,
  Override,
  Snapshot,
  Source,
  Standing,
  TimelineEntry,
} from "./schema.ts";

const tables = ownTables(
  "entitlements.default_plans",
  "entitlements.grants",
  "entitlements.entitlement_snapshots",
  "entitlements.overrides",
  "entitlements.manual_grants",
  "entitlements.timeline",
);

/** The time of the transaction in milliseconds, which is what a list's cursor can bear. */
const now = () => sql<Date>`date_trunc('milliseconds', plinth.now())`;

export interface DefaultPlan {
  product: string;
  plan_id: string;
  plan_version_id: string;
  seats: number;
  features: Features;
}

export interface GrantRow extends Grant {
  workspace_id: string;
  product: string;
}

export async function findDefaultPlan(tx: Tx, product: string): Promise<DefaultPlan | undefined> {
  const row = await tables(tx)
    .selectFrom("entitlements.default_plans")
    .select(["product", "plan_id", "plan_version_id", "seats", "features"])
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
          seats: plan.seats,
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
    .select([
      "source",
      "plan_id",
      "plan_version_id",
      "rank",
      "seats",
      "standing",
      "reason",
      "features",
      "starts_at",
      "ends_at",
    ])
    .where("workspace_id", "=", workspace_id)
    .where("product", "=", product)
    .execute();
  return rows.map(({ features, standing, seats, ...row }) => ({
    ...row,
    seats: seats ?? 1,
    standing: standing as GrantStanding,
    features: features as Features,
  }));
}

/**
 * Locks the workspace's snapshot of the product, made empty and over when there is none, so that whoever computes it next sees
 * the grants of whoever computed it before. Returns the snapshot as it was, version 0 for one that never was, and the time of this
 * transaction.
 */
export async function lockSnapshot(tx: Tx, workspace_id: string, plan: DefaultPlan): Promise<LockedSnapshot> {
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
  const row = await tables(tx)
    .selectFrom("entitlements.entitlement_snapshots")
    .select(["version", "plan_id", "seats", "standing", "reason", "features", sql<Date>`plinth.now()`.as("now")])
    .select(sql<Date | null>`case when isfinite(valid_until) then valid_until end`.as("valid_until"))
    .where("workspace_id", "=", workspace_id)
    .where("product", "=", plan.product)
    .forUpdate()
    .executeTakeFirstOrThrow();
  return { ...row, standing: row.standing as Standing, features: row.features as Features };
}

/** A snapshot as it was before it is computed afresh. `valid_until` is null too where it was made to be over. */
export interface LockedSnapshot {
  version: number;
  plan_id: string;
  seats: number;
  standing: Standing;
  reason: string | null;
  features: Features;
  valid_until: Date | null;
  now: Date;
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
export async function findSnapshot(
  tx: Tx,
  workspace_id: string,
  product: string,
): Promise<(Snapshot & { now: Date }) | undefined> {
  const row = await tables(tx)
    .selectFrom("entitlements.entitlement_snapshots")
    .select(["product", "version", "plan_id", "plan_version_id", "seats", "standing", "reason", "features", "sources"])
    .select(["valid_until", sql<Date>`plinth.now()`.as("now")])
    .where("workspace_id", "=", workspace_id)
    .where("product", "=", product)
    .where((eb) => eb.or([eb("valid_until", "is", null), eb("valid_until", ">", sql<Date>`plinth.now()`)]))
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    ...row,
    standing: row.standing as Standing,
    features: row.features as Features,
    sources: reviveSources(row.sources),
  };
}

function reviveSources(stored: unknown): Source[] {
  const sources = stored as (Omit<Source, "ends_at"> & { ends_at: string | null })[];
  return sources.map((source) => ({ ...source, ends_at: source.ends_at === null ? null : new Date(source.ends_at) }));
}

export async function findGrant(tx: Tx, key: Pick<GrantRow, "workspace_id" | "product" | "source">) {
  const grants = await listGrants(tx, key.workspace_id, key.product);
  return grants.find(({ source }) => source === key.source);
}

/** Whether there is such a workspace. */
export async function workspaceExists(tx: Tx, workspace_id: string): Promise<boolean> {
  const { rows } = await sql<{ exists: boolean }>`select workspaces.exists(${workspace_id})`.execute(tables(tx));
  return rows[0]?.exists === true;
}

/** Overrides of a workspace that are not over, of all products or of one. */
export async function listOverrides(tx: Tx, workspace_id: string, product?: string): Promise<Override[]> {
  const rows = await tables(tx)
    .selectFrom("entitlements.overrides")
    .select(["product", "feature", "value", "reason", "starts_at", "ends_at", "created_by", "created_at"])
    .where("workspace_id", "=", workspace_id)
    .where((eb) => eb.or([eb("ends_at", "is", null), eb("ends_at", ">", sql<Date>`plinth.now()`)]))
    .$if(product !== undefined, (query) => query.where("product", "=", product ?? ""))
    .orderBy("product")
    .orderBy("feature")
    .execute();
  return rows.map((row) => ({ ...row, value: row.value as Feature }));
}

/** What is written of an override; without a beginning it begins now. */
export interface OverrideRow {
  workspace_id: string;
  product: string;
  feature: string;
  value: Feature;
  reason: string;
  starts_at: Date | null;
  ends_at: Date | null;
  created_by: string | null;
}

/** Writes an override in place of the one before; undefined when it would be over before it begins. */
export async function upsertOverride(tx: Tx, row: OverrideRow): Promise<Override | undefined> {
  const content = {
    value: JSON.stringify(row.value),
    reason: row.reason,
    starts_at: sql<Date>`coalesce(${row.starts_at}, ${now()})`,
    ends_at: row.ends_at,
    created_by: row.created_by,
    updated_at: now(),
  };
  const { rows } = await sql<{ isValid: boolean }>`
    select coalesce(${row.ends_at}::timestamptz > coalesce(${row.starts_at}::timestamptz, plinth.now()), true) as "isValid"`.execute(
    tables(tx),
  );
  if (rows[0]?.isValid !== true) return undefined;
  const { workspace_id, product, feature } = row;
  const written = await tables(tx)
    .insertInto("entitlements.overrides")
    .values({ workspace_id, product, feature, ...content, created_at: now() })
    .onConflict((conflict) => conflict.columns(["workspace_id", "product", "feature"]).doUpdateSet(content))
    .returning(["product", "feature", "value", "reason", "starts_at", "ends_at", "created_by", "created_at"])
    .executeTakeFirstOrThrow();
  return { ...written, value: written.value as Feature };
}

/** Removes an override; whether there was one. */
export async function deleteOverride(tx: Tx, workspace_id: string, product: string, feature: string): Promise<boolean> {
  const row = await tables(tx)
    .deleteFrom("entitlements.overrides")
    .where("workspace_id", "=", workspace_id)
    .where("product", "=", product)
    .where("feature", "=", feature)
    .returning("feature")
    .executeTakeFirst();
  return row !== undefined;
}

const manualColumns = [
  "id",
  "product",
  "plan_id",
  "seats",
  "reason",
  "starts_at",
  "ends_at",
  "revoked_at",
  "created_by",
  "created_at",
] as const;

/** What is written of a plan that an administrator gives: it begins now. */
export interface ManualGrantRow {
  workspace_id: string;
  id: string;
  product: string;
  plan_id: string;
  plan_version_id: string;
  seats: number;
  reason: string;
  ends_at: Date;
  created_by: string;
}

/** Writes it; undefined when it would be over before it begins. */
export async function insertManualGrant(tx: Tx, row: ManualGrantRow): Promise<ManualGrant | undefined> {
  const { rows } = await sql<{ isValid: boolean }>`select ${row.ends_at}::timestamptz > ${now()} as "isValid"`.execute(
    tables(tx),
  );
  if (rows[0]?.isValid !== true) return undefined;
  return tables(tx)
    .insertInto("entitlements.manual_grants")
    .values({ ...row, starts_at: now(), created_at: now() })
    .returning(manualColumns)
    .executeTakeFirstOrThrow();
}

export async function listManualGrants(tx: Tx, workspace_id: string): Promise<ManualGrant[]> {
  return tables(tx)
    .selectFrom("entitlements.manual_grants")
    .select(manualColumns)
    .where("workspace_id", "=", workspace_id)
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .execute();
}

/** Revokes it now; undefined when there is none that runs. */
export async function revokeManualGrant(
  tx: Tx,
  key: { workspace_id: string; id: string; revoked_by: string },
): Promise<ManualGrant | undefined> {
  return tables(tx)
    .updateTable("entitlements.manual_grants")
    .set({ revoked_at: now(), revoked_by: key.revoked_by })
    .where("workspace_id", "=", key.workspace_id)
    .where("id", "=", key.id)
    .where("revoked_at", "is", null)
    .returning(manualColumns)
    .executeTakeFirst();
}

/** What is written of a change; `at` is now where it is null. */
export type NewTimelineEntry = Omit<TimelineEntry, "at" | "created_at"> & { workspace_id: string; at: Date | null };

export async function insertTimelineEntry(tx: Tx, { at, ...entry }: NewTimelineEntry): Promise<void> {
  await tables(tx)
    .insertInto("entitlements.timeline")
    .values({ ...entry, at: sql<Date>`coalesce(${at}, ${now()})`, created_at: now() })
    .execute();
}

/** Entries of a workspace, the newest first. */
export async function listTimeline(
  tx: Tx,
  workspace_id: string,
  product: string | undefined,
  after: Position | undefined,
  limit: number,
): Promise<TimelineEntry[]> {
  const rows = await tables(tx)
    .selectFrom("entitlements.timeline")
    .select(["id", "at", "created_at", "outcome", "product", "source", "what", "detail", "plan_before", "plan_after"])
    .select("reference")
    .where("workspace_id", "=", workspace_id)
    .$if(product !== undefined, (query) => query.where("product", "=", product ?? ""))
    .where(olderThan(after))
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return rows.map((row) => ({ ...row, outcome: row.outcome as TimelineEntry["outcome"] }));
}
