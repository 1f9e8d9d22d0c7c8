import type { Position } from "../../core/pages.ts";
import { olderThan, ownTables, sql, type Tx } from "../../core/tables.ts";
import type { AuditEntry } from "./schema.ts";

const tables = ownTables("audit.entries");

export interface NewEntry {
  id: string;
  actor_kind: AuditEntry["actor_kind"];
  actor_id: string | null;
  impersonator_id: string | null;
  action: string;
  target: string | null;
  details: Record<string, unknown>;
  ip_address: string | null;
  request_id: string;
}

/** Where an entry stands: in a workspace, or in a person's own. */
type Place = { workspace_id: string } | { personal_of: string };

export async function insertEntry(tx: Tx, place: Place, { details, ...entry }: NewEntry): Promise<void> {
  const workspace_id =
    "workspace_id" in place ? place.workspace_id : sql<string>`workspaces.personal_of(${place.personal_of})`;
  await tables(tx)
    .insertInto("audit.entries")
    .values({
      ...entry,
      workspace_id,
      details: JSON.stringify(details),
      created_at: sql<Date>`date_trunc('milliseconds', plinth.now())`,
    })
    .execute();
}

export interface EntryFilter {
  action: string | undefined;
  actor_id: string | undefined;
}

/** Entries of a workspace, the newest first. */
export async function listEntries(
  tx: Tx,
  workspace_id: string,
  { action, actor_id }: EntryFilter,
  after: Position | undefined,
  limit: number,
): Promise<AuditEntry[]> {
  const rows = await tables(tx)
    .selectFrom("audit.entries")
    .select(["id", "actor_kind", "actor_id", "impersonator_id", "action", "target", "details", "ip_address"])
    .select(["request_id", "created_at"])
    .where("workspace_id", "=", workspace_id)
    .$if(action !== undefined, (query) => query.where("action", "=", action ?? ""))
    .$if(actor_id !== undefined, (query) => query.where("actor_id", "=", actor_id ?? ""))
    .where(olderThan(after))
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return rows.map((row) => ({
    ...row,
    actor_kind: row.actor_kind as AuditEntry["actor_kind"],
    details: row.details as Record<string, unknown>,
  }));
}
