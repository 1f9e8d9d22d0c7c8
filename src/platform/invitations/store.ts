import type { Position } from "../../core/pages.ts";
import { olderThan, ownTables, sql, type Tx } from "../../core/tables.ts";
import type { Invitation } from "./schema.ts";

const tables = ownTables("invitations.invitations");

const now = sql<Date>`plinth.now()`;
const status = sql<
  Invitation["status"]
>`case when accepted_at is not null then 'accepted' when revoked_at is not null then 'revoked'
  when expires_at <= plinth.now() then 'expired' else 'pending' end`.as("status");

export interface NewInvitationRow {
  id: string;
  workspace_id: string;
  email: string;
  email_normalized: string;
  role: string;
  invited_by: string;
  token_hash: Buffer;
  days: number;
}

/** Makes the one live invitation of this address to the workspace; the one before it ends. */
export async function insertInvitation(tx: Tx, { days, ...row }: NewInvitationRow): Promise<Invitation> {
  const { workspace_id, email_normalized } = row;
  await sql`select pg_advisory_xact_lock(hashtextextended(${`invitation:${workspace_id}:${email_normalized}`}, 0))`.execute(
    tables(tx),
  );
  await tables(tx)
    .updateTable("invitations.invitations")
    .set({ revoked_at: now })
    .where("workspace_id", "=", workspace_id)
    .where("email_normalized", "=", email_normalized)
    .where("accepted_at", "is", null)
    .where("revoked_at", "is", null)
    .execute();
  const inserted = await tables(tx)
    .insertInto("invitations.invitations")
    .values({
      ...row,
      created_at: sql<Date>`date_trunc('milliseconds', plinth.now())`,
      expires_at: sql<Date>`plinth.now() + make_interval(days => ${days})`,
    })
    .returning(["id", "email", "role", "invited_by", "created_at", "expires_at", status])
    .executeTakeFirstOrThrow();
  return { ...inserted, role: inserted.role as Invitation["role"] };
}

export async function listInvitations(
  tx: Tx,
  workspace_id: string,
  onlyPending: boolean,
  after: Position | undefined,
  limit: number,
): Promise<Invitation[]> {
  const rows = await tables(tx)
    .selectFrom("invitations.invitations")
    .select(["id", "email", "role", "invited_by", "created_at", "expires_at", status])
    .where("workspace_id", "=", workspace_id)
    .$if(onlyPending, (query) =>
      query.where("accepted_at", "is", null).where("revoked_at", "is", null).where("expires_at", ">", now),
    )
    .where(olderThan(after))
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return rows.map((row) => ({ ...row, role: row.role as Invitation["role"] }));
}

/** Whom to write to about an invitation that lives. */
export async function findMailing(tx: Tx, id: string) {
  return tables(tx)
    .selectFrom("invitations.invitations")
    .select(["workspace_id", "email", "invited_by"])
    .where("id", "=", id)
    .where("accepted_at", "is", null)
    .where("revoked_at", "is", null)
    .where("expires_at", ">", now)
    .executeTakeFirst();
}

/** The invitation behind a token, whatever has become of it. */
export async function findByToken(tx: Tx, token_hash: Buffer) {
  const row = await tables(tx)
    .selectFrom("invitations.invitations")
    .select(["id", "workspace_id", "email_normalized", "role", "invited_by", status])
    .where("token_hash", "=", token_hash)
    .executeTakeFirst();
  return row === undefined ? undefined : { ...row, role: row.role as Invitation["role"] };
}

/** Takes an invitation: one statement, so that of any number at once one succeeds. */
export async function acceptInvitation(tx: Tx, id: string, user_id: string): Promise<boolean> {
  const row = await tables(tx)
    .updateTable("invitations.invitations")
    .set({ accepted_at: now, accepted_by: user_id })
    .where("id", "=", id)
    .where("accepted_at", "is", null)
    .where("revoked_at", "is", null)
    .where("expires_at", ">", now)
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

/** Ends an invitation; false when there is none that lives. */
export async function revokeInvitation(tx: Tx, workspace_id: string, id: string): Promise<boolean> {
  const row = await tables(tx)
    .updateTable("invitations.invitations")
    .set({ revoked_at: now })
    .where("workspace_id", "=", workspace_id)
    .where("id", "=", id)
    .where("accepted_at", "is", null)
    .where("revoked_at", "is", null)
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

/** The role of who invited, as it is now: through the workspaces' door. */
export async function findInviterRole(tx: Tx, workspace_id: string, user_id: string): Promise<string | undefined> {
  const { rows } = await sql<{ role: string | null }>`
    select workspaces.role_of(${workspace_id}, ${user_id}) as role`.execute(tables(tx));
  return rows[0]?.role ?? undefined;
}
