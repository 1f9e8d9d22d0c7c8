import { olderThan, sql, type Tx } from "../../../product.ts";
import { now, tables } from "../store.ts";
import type { MirrorSession } from "./schema.ts";

const columns = [
  "id",
  "status",
  "title",
  "locale",
  "message_count",
  "summary",
  "summary_status",
  "closed_at",
  "created_at",
  "updated_at",
] as const;

type SessionRow = Omit<MirrorSession, "status" | "summary_status"> & { status: string; summary_status: string };

/** The checks of the columns are those of the schema. */
function toSession(row: SessionRow): MirrorSession {
  return row as MirrorSession;
}

const optional = (row: SessionRow | undefined) => (row === undefined ? undefined : toSession(row));

export async function insertSession(
  tx: Tx,
  session: { id: string; workspace_id: string; user_id: string; title: string | null; locale: string },
): Promise<MirrorSession> {
  const row = await tables(tx)
    .insertInto("prism.mirror_sessions")
    .values({ ...session, created_at: now, updated_at: now })
    .returning(columns)
    .executeTakeFirstOrThrow();
  return toSession(row);
}

const own = (tx: Tx, user_id: string) =>
  tables(tx).selectFrom("prism.mirror_sessions").where("user_id", "=", user_id).where("deleted_at", "is", null);

const change = (tx: Tx, user_id: string, id: string) =>
  tables(tx)
    .updateTable("prism.mirror_sessions")
    .where("id", "=", id)
    .where("user_id", "=", user_id)
    .where("deleted_at", "is", null);

/** A person's sessions, the newest first; one more than `limit`. */
export async function listSessions(
  tx: Tx,
  user_id: string,
  status: MirrorSession["status"] | undefined,
  after: Parameters<typeof olderThan>[0],
  limit: number,
): Promise<MirrorSession[]> {
  let query = own(tx, user_id).select(columns).where(olderThan(after));
  if (status !== undefined) query = query.where("status", "=", status);
  const rows = await query
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return rows.map(toSession);
}

export async function findSession(tx: Tx, user_id: string, id: string): Promise<MirrorSession | undefined> {
  return optional(await own(tx, user_id).select(columns).where("id", "=", id).executeTakeFirst());
}

/** As `findSession`, and nobody else adds to it or closes it until the transaction ends. */
export async function lockSession(tx: Tx, user_id: string, id: string): Promise<MirrorSession | undefined> {
  return optional(await own(tx, user_id).select(columns).where("id", "=", id).forUpdate().executeTakeFirst());
}

export async function renameSession(
  tx: Tx,
  user_id: string,
  id: string,
  title: string | null,
): Promise<MirrorSession | undefined> {
  return optional(await change(tx, user_id, id).set({ title, updated_at: now }).returning(columns).executeTakeFirst());
}

export async function countMessages(tx: Tx, id: string, more: number): Promise<void> {
  await tables(tx)
    .updateTable("prism.mirror_sessions")
    .set({ message_count: sql<number>`message_count + ${more}`, updated_at: now })
    .where("id", "=", id)
    .execute();
}

export async function closeSession(tx: Tx, user_id: string, id: string): Promise<void> {
  await change(tx, user_id, id).set({ status: "closed", closed_at: now, updated_at: now }).execute();
}

/**
 * Takes the making of a closed session's summary upon oneself, and tells when; undefined while another is at it, and when there is one. Whoever has not
 * finished within the seconds has died.
 */
export async function claimSummary(
  tx: Tx,
  user_id: string,
  id: string,
  lease_seconds: number,
): Promise<Date | undefined> {
  const row = await change(tx, user_id, id)
    .set({ summary_status: "pending", summary_asked_at: now })
    .where("status", "=", "closed")
    .where("message_count", ">", 0)
    .where((row) =>
      row.or([
        row("summary_status", "in", ["none", "failed"]),
        row.and([
          row("summary_status", "=", "pending"),
          row("summary_asked_at", "<", sql<Date>`plinth.now() - make_interval(secs => ${lease_seconds})`),
        ]),
      ]),
    )
    .returning("summary_asked_at")
    .executeTakeFirst();
  return row?.summary_asked_at ?? undefined;
}

/** Ends the making that was begun then; one that another began since is left alone. */
export async function endSummary(
  tx: Tx,
  user_id: string,
  id: string,
  asked_at: Date,
  end: { summary_status: "completed"; summary: string } | { summary_status: "failed" | "withheld" },
): Promise<void> {
  await change(tx, user_id, id)
    .set({ ...end, updated_at: now })
    .where("summary_status", "=", "pending")
    .where("summary_asked_at", "=", asked_at)
    .execute();
}

/** Marks a session deleted; false when there is none to delete. */
export async function hideSession(tx: Tx, user_id: string, id: string): Promise<boolean> {
  const { numUpdatedRows } = await change(tx, user_id, id).set({ deleted_at: now, updated_at: now }).executeTakeFirst();
  return numUpdatedRows > 0n;
}
