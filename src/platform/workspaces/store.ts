import type { Role } from "../../core/context.ts";
import type { Position } from "../../core/pages.ts";
import { ownTables, sql, type Tx } from "../../core/tables.ts";
import type { BillingStatus, Workspace } from "./schema.ts";

const tables = ownTables("workspaces.workspaces", "workspaces.members");

const now = sql<Date>`plinth.now()`;
const atMillisecond = sql<Date>`date_trunc('milliseconds', plinth.now())`;

export interface NewWorkspaceRow {
  id: string;
  name: string;
  slug: string;
  time_zone: string;
  personal_of: string | null;
}

/** Inserts a workspace and its first owner. */
export async function insertWorkspace(tx: Tx, workspace: NewWorkspaceRow, owner_id: string): Promise<void> {
  await tables(tx)
    .insertInto("workspaces.workspaces")
    .values({ ...workspace, created_at: atMillisecond })
    .execute();
  await insertMember(tx, workspace.id, owner_id, "owner");
}

/** Adds a member; false when the person is one already. */
export async function insertMember(tx: Tx, workspace_id: string, user_id: string, role: Role): Promise<boolean> {
  const row = await tables(tx)
    .insertInto("workspaces.members")
    .values({ workspace_id, user_id, role, created_at: atMillisecond })
    .onConflict((conflict) => conflict.columns(["workspace_id", "user_id"]).doNothing())
    .returning("user_id")
    .executeTakeFirst();
  return row !== undefined;
}

/** The person's place in a workspace; in the personal one for undefined. */
export async function findPlace(tx: Tx, user_id: string, workspace_id: string | undefined) {
  const place = await tables(tx)
    .selectFrom("workspaces.members as m")
    .innerJoin("workspaces.workspaces as w", "w.id", "m.workspace_id")
    .select(["m.workspace_id", "m.role", "w.status"])
    .where("m.user_id", "=", user_id)
    .where("w.deleted_at", "is", null)
    .where((eb) => (workspace_id === undefined ? eb("w.personal_of", "=", user_id) : eb("w.id", "=", workspace_id)))
    .executeTakeFirst();
  if (place === undefined) return undefined;
  return { workspace_id: place.workspace_id, role: place.role as Role, is_suspended: place.status === "suspended" };
}

const columns = [
  "w.id",
  "w.name",
  "w.slug",
  "w.time_zone",
  "w.status",
  "w.suspended_reason",
  "w.billing_status",
  "w.created_at",
] as const;
const isPersonal = sql<boolean>`w.personal_of is not null`.as("personal");
const typed = <R extends { status: string; billing_status: string }>(row: R) => ({
  ...row,
  status: row.status as Workspace["status"],
  billing_status: row.billing_status as BillingStatus,
});

export async function listOwn(tx: Tx, user_id: string, after: Position | undefined, limit: number) {
  const rows = await tables(tx)
    .selectFrom("workspaces.members as m")
    .innerJoin("workspaces.workspaces as w", "w.id", "m.workspace_id")
    .select([...columns, isPersonal, "m.role"])
    .where("m.user_id", "=", user_id)
    .where("w.deleted_at", "is", null)
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(w.created_at, w.id) > (${after?.created_at}, ${after?.id})`),
    )
    .orderBy("w.created_at")
    .orderBy("w.id")
    .limit(limit + 1)
    .execute();
  return rows.map((row) => ({ ...typed(row), role: row.role as Role }));
}

export async function findWorkspace(tx: Tx, id: string): Promise<Workspace | undefined> {
  const row = await tables(tx)
    .selectFrom("workspaces.workspaces as w")
    .select([...columns, isPersonal])
    .where("w.id", "=", id)
    .executeTakeFirst();
  return row === undefined ? undefined : typed(row);
}

export async function updateWorkspace(
  tx: Tx,
  id: string,
  change: { name?: string; slug?: string; time_zone?: string },
): Promise<void> {
  await tables(tx)
    .updateTable("workspaces.workspaces")
    .set({ ...change, updated_at: now })
    .where("id", "=", id)
    .execute();
}

/** Notes whether the workspace owes a payment. */
export async function updateBillingStatus(tx: Tx, id: string, billing_status: BillingStatus): Promise<void> {
  await tables(tx)
    .updateTable("workspaces.workspaces")
    .set({ billing_status, updated_at: now })
    .where("id", "=", id)
    .where("billing_status", "!=", billing_status)
    .execute();
}

/** Ids of workspaces that are neither suspended nor deleted, behind `after` in their order. */
export async function listActive(tx: Tx, after: string | undefined, limit: number): Promise<string[]> {
  const rows = await tables(tx)
    .selectFrom("workspaces.workspaces")
    .select("id")
    .where("status", "=", "active")
    .where("deleted_at", "is", null)
    .$if(after !== undefined, (query) => query.where("id", ">", after ?? ""))
    .orderBy("id")
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

/** Of these workspaces those that are neither suspended nor deleted. */
export async function activeAmong(tx: Tx, ids: string[]): Promise<Set<string>> {
  const rows = await tables(tx)
    .selectFrom("workspaces.workspaces")
    .select("id")
    .where(sql<boolean>`id = any(${ids}::uuid[])`)
    .where("status", "=", "active")
    .where("deleted_at", "is", null)
    .execute();
  return new Set(rows.map(({ id }) => id));
}

/** The owners of a workspace, who was one first coming first. */
export async function listOwners(tx: Tx, workspace_id: string): Promise<string[]> {
  const rows = await tables(tx)
    .selectFrom("workspaces.members")
    .select("user_id")
    .where("workspace_id", "=", workspace_id)
    .where("role", "=", "owner")
    .orderBy("created_at")
    .orderBy("user_id")
    .execute();
  return rows.map(({ user_id }) => user_id);
}

/** Suspends a workspace for a reason, or with null lets it go on. */
export async function updateSuspension(tx: Tx, id: string, reason: string | null): Promise<void> {
  await tables(tx)
    .updateTable("workspaces.workspaces")
    .set({ status: reason === null ? "active" : "suspended", suspended_reason: reason, updated_at: now })
    .where("id", "=", id)
    .execute();
}

/** Marks a team's workspace as deleted; undefined when it is a personal one. */
export async function markDeleted(tx: Tx, id: string): Promise<Date | undefined> {
  const row = await tables(tx)
    .updateTable("workspaces.workspaces")
    .set({ deleted_at: atMillisecond, updated_at: now })
    .where("id", "=", id)
    .where("personal_of", "is", null)
    .where("deleted_at", "is", null)
    .returning("deleted_at")
    .executeTakeFirst();
  return row?.deleted_at ?? undefined;
}

/** Erases a workspace that was deleted then, with all that is in it. */
export async function eraseWorkspace(tx: Tx, id: string, deleted_at: Date): Promise<void> {
  await tables(tx)
    .deleteFrom("workspaces.workspaces")
    .where("id", "=", id)
    .where("deleted_at", "=", deleted_at)
    .execute();
}

export async function listMembers(tx: Tx, workspace_id: string, after: Position | undefined, limit: number) {
  const rows = await tables(tx)
    .selectFrom("workspaces.members as m")
    .select(["m.user_id", "m.role", "m.created_at"])
    .where("m.workspace_id", "=", workspace_id)
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(m.created_at, m.user_id) > (${after?.created_at}, ${after?.id})`),
    )
    .orderBy("m.created_at")
    .orderBy("m.user_id")
    .limit(limit + 1)
    .execute();
  return rows.map((row) => ({ ...row, role: row.role as Role, id: row.user_id }));
}

/** Makes changes to who belongs to the workspace wait for each other; false when it is deleted, or there is none. */
export async function lockWorkspace(tx: Tx, id: string): Promise<boolean> {
  const row = await tables(tx)
    .selectFrom("workspaces.workspaces")
    .select("id")
    .where("id", "=", id)
    .where("deleted_at", "is", null)
    .forUpdate()
    .executeTakeFirst();
  return row !== undefined;
}

/** As `lockWorkspace`, for every team that the person owns. */
export async function lockOwned(tx: Tx, user_id: string): Promise<void> {
  await sql`
    select w.id from workspaces.workspaces w join workspaces.members m on m.workspace_id = w.id
    where m.user_id = ${user_id} and m.role = 'owner' and w.personal_of is null order by w.id for update of w`.execute(
    tables(tx),
  );
}

export async function findMemberRole(tx: Tx, workspace_id: string, user_id: string): Promise<Role | undefined> {
  const row = await tables(tx)
    .selectFrom("workspaces.members")
    .select("role")
    .where("workspace_id", "=", workspace_id)
    .where("user_id", "=", user_id)
    .executeTakeFirst();
  return row?.role as Role | undefined;
}

export async function updateMemberRole(tx: Tx, workspace_id: string, user_id: string, role: Role): Promise<void> {
  await tables(tx)
    .updateTable("workspaces.members")
    .set({ role, updated_at: now })
    .where("workspace_id", "=", workspace_id)
    .where("user_id", "=", user_id)
    .execute();
}

/** How many belong to the workspace. */
export async function countMembers(tx: Tx, workspace_id: string): Promise<number> {
  const { members } = await tables(tx)
    .selectFrom("workspaces.members")
    .select((eb) => eb.fn.countAll<number>().as("members"))
    .where("workspace_id", "=", workspace_id)
    .executeTakeFirstOrThrow();
  return members;
}

/** Whether somebody else owns the workspace, whose account is open. */
export async function hasOtherOwner(tx: Tx, workspace_id: string, user_id: string): Promise<boolean> {
  const row = await tables(tx)
    .selectFrom("workspaces.members")
    .select("user_id")
    .where("workspace_id", "=", workspace_id)
    .where("role", "=", "owner")
    .where("user_id", "!=", user_id)
    .where(sql<boolean>`identity.is_active(user_id)`)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export async function deleteMember(tx: Tx, workspace_id: string, user_id: string): Promise<void> {
  await tables(tx)
    .deleteFrom("workspaces.members")
    .where("workspace_id", "=", workspace_id)
    .where("user_id", "=", user_id)
    .execute();
}

export async function findPersonal(tx: Tx, user_id: string) {
  return tables(tx)
    .selectFrom("workspaces.workspaces")
    .select(["id", "name", "slug"])
    .where("personal_of", "=", user_id)
    .executeTakeFirst();
}

/** Erases a person's teams that nobody else belongs to; returns nothing that anybody would miss. */
export async function eraseLonely(tx: Tx, user_id: string): Promise<void> {
  await sql`
    delete from workspaces.workspaces w using workspaces.members m
    where m.workspace_id = w.id and m.user_id = ${user_id} and w.personal_of is null
      and not exists (select from workspaces.members o where o.workspace_id = w.id and o.user_id <> ${user_id})`.execute(
    tables(tx),
  );
}

/** Teams that nobody else owns whose account is open, though others belong to them. */
export async function listSolelyOwned(tx: Tx, user_id: string): Promise<string[]> {
  const { rows } = await sql<{ workspace_id: string }>`
    select m.workspace_id from workspaces.members m join workspaces.workspaces w on w.id = m.workspace_id
    where m.user_id = ${user_id} and m.role = 'owner' and w.personal_of is null and w.deleted_at is null
      and exists (select from workspaces.members o
        where o.workspace_id = m.workspace_id and o.user_id <> m.user_id and identity.is_active(o.user_id))
      and not exists (select from workspaces.members o
        where o.workspace_id = m.workspace_id and o.user_id <> m.user_id and o.role = 'owner' and identity.is_active(o.user_id))
    order by 1`.execute(tables(tx));
  return rows.map(({ workspace_id }) => workspace_id);
}
