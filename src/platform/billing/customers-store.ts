import { isId } from "../../core/id.ts";
import { ownTables, sql, type Tx } from "../../core/tables.ts";
import type { Store } from "../plans/index.ts";
import type { Environment } from "./schema.ts";

const tables = ownTables("billing.customers");

export interface CustomerKey {
  source: Store;
  environment: Environment;
}

/** The first of the ids that names a workspace, or a person: then that person's own workspace. What is no UUID names nobody. */
export async function findNamed(tx: Tx, ids: string[]): Promise<string | undefined> {
  const candidates = ids.filter(isId);
  if (candidates.length === 0) return undefined;
  const { rows } = await sql<{ owner: string }>`
    select coalesce(case when workspaces.exists(named.id) then named.id end, workspaces.personal_of(named.id)) as owner
    from unnest(${candidates}::uuid[]) with ordinality as named (id, place)
    where workspaces.exists(named.id) or workspaces.personal_of(named.id) is not null
    order by named.place limit 1`.execute(tables(tx));
  return rows[0]?.owner;
}

/** The workspace that the store's customer is known to be. */
export async function findCustomer(tx: Tx, key: CustomerKey, external_id: string): Promise<string | undefined> {
  const row = await tables(tx)
    .selectFrom("billing.customers")
    .select("workspace_id")
    .where("source", "=", key.source)
    .where("environment", "=", key.environment)
    .where("external_id", "=", external_id)
    .executeTakeFirst();
  return row?.workspace_id;
}

/** Remembers which workspace a customer is, if nothing is known yet; whether it did. */
export async function linkCustomer(
  tx: Tx,
  { source, environment }: CustomerKey,
  external_id: string,
  workspace_id: string,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into billing.customers (workspace_id, source, environment, external_id, created_at)
    select ${workspace_id}::uuid, ${source}, ${environment}, ${external_id}, plinth.now()
    where workspaces.exists(${workspace_id}::uuid)
    on conflict do nothing`.execute(tables(tx));
  return numAffectedRows === 1n;
}

/** Makes the customer the one that the workspace buys as, unless there is one; returns whose it is. */
export async function setCurrentCustomer(
  tx: Tx,
  { source, environment }: CustomerKey,
  external_id: string,
  workspace_id: string,
): Promise<void> {
  await sql`
    insert into billing.customers as c (workspace_id, source, environment, external_id, created_at, is_current)
    select ${workspace_id}::uuid, ${source}, ${environment}, ${external_id}, plinth.now(), true
    where workspaces.exists(${workspace_id}::uuid) and not exists (select from billing.customers o
      where o.workspace_id = ${workspace_id} and o.source = ${source} and o.environment = ${environment} and o.is_current)
    on conflict (source, environment, external_id) do update set is_current = true where c.workspace_id = excluded.workspace_id`.execute(
    tables(tx),
  );
}

/** The customer that the workspace buys as: the one made for it, else the one that it came with. */
export async function findCurrentCustomer(tx: Tx, key: CustomerKey, workspace_id: string): Promise<string | undefined> {
  const row = await tables(tx)
    .selectFrom("billing.customers")
    .select("external_id")
    .where("workspace_id", "=", workspace_id)
    .where("source", "=", key.source)
    .where("environment", "=", key.environment)
    .orderBy("is_current", "desc")
    .orderBy("created_at", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.external_id;
}

/** Gives a store's customer to another workspace, together with what was bought. */
export async function moveCustomer(
  tx: Tx,
  { source, environment }: CustomerKey,
  external_id: string,
  to: string,
): Promise<void> {
  await tables(tx)
    .updateTable("billing.customers")
    .set({ workspace_id: to, is_current: false })
    .where("source", "=", source)
    .where("environment", "=", environment)
    .where("external_id", "=", external_id)
    .execute();
}

/** Forgets a customer whom the store does not know any more. */
export async function forgetCustomer(tx: Tx, { source, environment }: CustomerKey, external_id: string): Promise<void> {
  await tables(tx)
    .deleteFrom("billing.customers")
    .where("source", "=", source)
    .where("environment", "=", environment)
    .where("external_id", "=", external_id)
    .execute();
}
