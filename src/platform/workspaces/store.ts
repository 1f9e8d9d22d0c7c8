import type { Role } from "../../core/context.ts";
import type { Position } from "../../core/pages.ts";
import { ownTables, sql, type Tx } from "../../core/tables.ts";

const tables = ownTables("workspaces.workspaces", "workspaces.members");

export interface NewWorkspaceRow {
  id: string;
  name: string;
  slug: string;
  time_zone: string;
  personal_of: string | null;
}

/** Inserts a workspace and its first owner. */
export async function insertWorkspace(tx: Tx, workspace: NewWorkspaceRow, owner_id: string): Promise<void> {
  const created_at = sql<Date>`date_trunc('milliseconds', plinth.now())`;
  await tables(tx)
    .insertInto("workspaces.workspaces")
    .values({ ...workspace, created_at })
    .execute();
  await tables(tx)
    .insertInto("workspaces.members")
    .values({ workspace_id: workspace.id, user_id: owner_id, role: "owner", created_at })
    .execute();
}

/** The person's place in a workspace; in the personal one for undefined. */
export async function findPlace(tx: Tx, user_id: string, workspace_id: string | undefined) {
  const place = await tables(tx)
    .selectFrom("workspaces.members as m")
    .innerJoin("workspaces.workspaces as w", "w.id", "m.workspace_id")
    .select(["m.workspace_id", "m.role"])
    .where("m.user_id", "=", user_id)
    .where((eb) => (workspace_id === undefined ? eb("w.personal_of", "=", user_id) : eb("w.id", "=", workspace_id)))
    .executeTakeFirst();
  return place === undefined ? undefined : { workspace_id: place.workspace_id, role: place.role as Role };
}

const columns = ["w.id", "w.name", "w.slug", "w.time_zone", "w.created_at"] as const;
const isPersonal = sql<boolean>`w.personal_of is not null`.as("personal");

export async function listOwn(tx: Tx, user_id: string, after: Position | undefined, limit: number) {
  const rows = await tables(tx)
    .selectFrom("workspaces.members as m")
    .innerJoin("workspaces.workspaces as w", "w.id", "m.workspace_id")
    .select([...columns, isPersonal, "m.role"])
    .where("m.user_id", "=", user_id)
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(w.created_at, w.id) > (${after?.created_at}, ${after?.id})`),
    )
    .orderBy("w.created_at")
    .orderBy("w.id")
    .limit(limit + 1)
    .execute();
  return rows.map((row) => ({ ...row, role: row.role as Role }));
}

export async function findWorkspace(tx: Tx, id: string) {
  return tables(tx)
    .selectFrom("workspaces.workspaces as w")
    .select([...columns, isPersonal])
    .where("w.id", "=", id)
    .executeTakeFirst();
}

export async function updateName(tx: Tx, id: string, name: string): Promise<void> {
  await tables(tx)
    .updateTable("workspaces.workspaces")
    .set({ name, updated_at: sql<Date>`plinth.now()` })
    .where("id", "=", id)
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

/** Makes changes to who owns the workspace wait for each other. */
export async function lockWorkspace(tx: Tx, id: string): Promise<void> {
  await tables(tx).selectFrom("workspaces.workspaces").select("id").where("id", "=", id).forUpdate().execute();
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

export async function countOwners(tx: Tx, workspace_id: string): Promise<number> {
  const { owners } = await tables(tx)
    .selectFrom("workspaces.members")
    .select((eb) => eb.fn.countAll<number>().as("owners"))
    .where("workspace_id", "=", workspace_id)
    .where("role", "=", "owner")
    .executeTakeFirstOrThrow();
  return owners;
}

export async function deleteMember(tx: Tx, workspace_id: string, user_id: string): Promise<void> {
  await tables(tx)
    .deleteFrom("workspaces.members")
    .where("workspace_id", "=", workspace_id)
    .where("user_id", "=", user_id)
    .execute();
}

export async function findPersonalId(tx: Tx, user_id: string): Promise<string | undefined> {
  const row = await tables(tx)
    .selectFrom("workspaces.workspaces")
    .select("id")
    .where("personal_of", "=", user_id)
    .executeTakeFirst();
  return row?.id;
}
