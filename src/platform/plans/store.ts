import { newId } from "../../core/id.ts";
import { ownTables, sql, type Tx } from "../../core/tables.ts";
import type { Plan, PlanContent, Store } from "./schema.ts";

const tables = ownTables("plans.plans", "plans.plan_versions");

const now = sql<Date>`plinth.now()`;

/** A plan version, as something that was sold. */
export interface Offer {
  plan_version_id: string;
  plan_id: string;
  content: PlanContent;
}

/** Makes the processes that load the catalogue go one after the other. */
export async function lockCatalogue(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('plans.catalogue', 0))`.execute(tables(tx));
}

/** A plan with the version that it points at. */
export interface PlanRow {
  plan_id: string;
  product: string;
  plan_version_id: string;
  position: number;
  is_offered: boolean;
  version: number;
  content_hash: Buffer;
}

export async function listPlanRows(tx: Tx): Promise<PlanRow[]> {
  return tables(tx)
    .selectFrom("plans.plans as p")
    .innerJoin("plans.plan_versions as v", "v.id", "p.plan_version_id")
    .select(["p.plan_id", "p.product", "p.plan_version_id", "p.position", "v.version", "v.content_hash"])
    .select(sql<boolean>`p.withdrawn_at is null`.as("is_offered"))
    .execute();
}

export async function insertPlanVersion(
  tx: Tx,
  version: { plan_id: string; version: number; content: PlanContent; content_hash: Buffer },
): Promise<string> {
  const id = newId();
  const content = JSON.stringify(version.content);
  await tables(tx)
    .insertInto("plans.plan_versions")
    .values({ ...version, id, content, created_at: now })
    .execute();
  return id;
}

/** Points a plan at its version; one that is not offered is known to its subscribers and stands on no list. */
export async function upsertPlan(tx: Tx, plan: Omit<PlanRow, "version" | "content_hash">): Promise<void> {
  const { plan_id, product, plan_version_id, position, is_offered } = plan;
  const values = { product, plan_version_id, position };
  await tables(tx)
    .insertInto("plans.plans")
    .values({ plan_id, ...values, withdrawn_at: is_offered ? null : now, updated_at: now })
    .onConflict((conflict) =>
      conflict.column("plan_id").doUpdateSet({
        ...values,
        withdrawn_at: is_offered ? null : sql<Date>`coalesce(plans.plans.withdrawn_at, plinth.now())`,
        updated_at: now,
      }),
    )
    .execute();
}

function selectPlans(tx: Tx) {
  return tables(tx)
    .selectFrom("plans.plans as p")
    .innerJoin("plans.plan_versions as v", "v.id", "p.plan_version_id")
    .select(["p.plan_id", "p.plan_version_id", "p.withdrawn_at", "v.version", "v.content"]);
}

function planOf(row: {
  plan_id: string;
  plan_version_id: string;
  withdrawn_at: Date | null;
  version: number;
  content: unknown;
}): Plan {
  const { plan_id, content, ...rest } = row;
  const { stores: _, payment_link: __, ...shown } = contentOf(content);
  return { id: plan_id, ...shown, ...rest };
}

/** What `plan_versions` holds is what `insertPlanVersion` wrote. */
function contentOf(content: unknown): PlanContent {
  return content as PlanContent;
}

/** The plans on offer, by product, then price, then their place in the file. */
export async function listPlans(tx: Tx, product: string | undefined): Promise<Plan[]> {
  const rows = await selectPlans(tx)
    .where("p.withdrawn_at", "is", null)
    .$if(product !== undefined, (query) => query.where("p.product", "=", product ?? ""))
    .orderBy("p.product")
    .orderBy(sql`(v.content #>> '{price,amount}')::bigint`)
    .orderBy("p.position")
    .execute();
  return rows.map(planOf);
}

export async function findPlan(tx: Tx, plan_id: string): Promise<Plan | undefined> {
  const row = await selectPlans(tx).where("p.plan_id", "=", plan_id).executeTakeFirst();
  return row === undefined ? undefined : planOf(row);
}

/**
 * What a store's prices buy: each the newest version of a plan that names it. A price that the catalogue names no more goes on
 * buying the last version that did.
 */
export async function findOffers(tx: Tx, store: Store, price_ids: string[]): Promise<Map<string, Offer>> {
  const { rows } = await sql<{ price_id: string; plan_version_id: string; plan_id: string; content: PlanContent }>`
    select wanted.price_id, sold.plan_version_id, sold.plan_id, sold.content
    from unnest(${price_ids}::text[]) as wanted (price_id)
    cross join lateral (
      select v.id as plan_version_id, v.plan_id, v.content
      from plans.plan_versions v left join plans.plans p on p.plan_version_id = v.id
      where v.content -> 'stores' -> ${store} ? wanted.price_id
      order by (p.plan_id is not null and p.withdrawn_at is null) desc, v.created_at desc, v.id desc limit 1
    ) sold
  `.execute(tables(tx));
  return new Map(rows.map(({ price_id, ...offer }) => [price_id, offer]));
}

/** The version itself, as it was sold. */
export async function findVersions(tx: Tx, ids: string[]): Promise<Offer[]> {
  const rows = await tables(tx)
    .selectFrom("plans.plan_versions")
    .select(["id as plan_version_id", "plan_id", "content"])
    .where("id", "in", ids)
    .execute();
  return rows.map(({ content, ...row }) => ({ ...row, content: contentOf(content) }));
}

/** What the plan is sold as now; undefined when it is not offered. */
export async function findCurrentOffer(tx: Tx, plan_id: string): Promise<Offer | undefined> {
  const row = await tables(tx)
    .selectFrom("plans.plans as p")
    .innerJoin("plans.plan_versions as v", "v.id", "p.plan_version_id")
    .select(["v.id as plan_version_id", "v.plan_id", "v.content"])
    .where("p.plan_id", "=", plan_id)
    .where("p.withdrawn_at", "is", null)
    .executeTakeFirst();
  return row === undefined ? undefined : { ...row, content: contentOf(row.content) };
}
