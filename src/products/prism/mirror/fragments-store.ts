import { olderThan, sql, type Tx } from "../../../product.ts";
import { now, tables } from "../store.ts";
import type { Fragment, FragmentChange, FragmentQuery } from "./schema.ts";

const columns = [
  "id",
  "session_id",
  "text",
  "theme",
  "mood",
  "source",
  "source_message_ids",
  "created_at",
  "updated_at",
] as const;

/** The checks of the columns and of what is written are those of the schema. */
function toFragment(row: Omit<Fragment, "mood" | "source"> & { mood: string; source: string }): Fragment {
  return row as Fragment;
}

export type NewFragmentRow = Omit<Fragment, "created_at" | "updated_at"> & { workspace_id: string; user_id: string };

export async function insertFragments(tx: Tx, fragments: NewFragmentRow[]): Promise<Fragment[]> {
  if (fragments.length === 0) return [];
  const rows = await tables(tx)
    .insertInto("prism.mirror_fragments")
    .values(fragments.map((fragment) => ({ ...fragment, created_at: now, updated_at: now })))
    .returning(columns)
    .execute();
  return rows.map(toFragment);
}

const own = (tx: Tx, user_id: string) =>
  tables(tx).selectFrom("prism.mirror_fragments").where("user_id", "=", user_id).where("deleted_at", "is", null);

const change = (tx: Tx, user_id: string, id: string) =>
  tables(tx)
    .updateTable("prism.mirror_fragments")
    .where("id", "=", id)
    .where("user_id", "=", user_id)
    .where("deleted_at", "is", null);

/** A person's fragments, the newest first; one more than `limit`. */
export async function listFragments(
  tx: Tx,
  user_id: string,
  { theme, mood, session_id, q }: Omit<FragmentQuery, "limit" | "cursor">,
  after: Parameters<typeof olderThan>[0],
  limit: number,
): Promise<Fragment[]> {
  let query = own(tx, user_id).select(columns).where(olderThan(after));
  if (theme !== undefined) query = query.where("theme", "=", theme);
  if (mood !== undefined) query = query.where("mood", "=", mood);
  if (session_id !== undefined) query = query.where("session_id", "=", session_id);
  if (q !== undefined) query = query.where(sql<boolean>`strpos(lower(text), lower(${q})) > 0`);
  const rows = await query
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return rows.map(toFragment);
}

/** What was lifted from a session before, deleted or not: so that it does not come again. */
export async function textsOfSession(tx: Tx, session_id: string): Promise<string[]> {
  const rows = await tables(tx)
    .selectFrom("prism.mirror_fragments")
    .select("text")
    .where("session_id", "=", session_id)
    .execute();
  return rows.map(({ text }) => text);
}

export async function findFragment(tx: Tx, user_id: string, id: string): Promise<Fragment | undefined> {
  const row = await own(tx, user_id).select(columns).where("id", "=", id).executeTakeFirst();
  return row === undefined ? undefined : toFragment(row);
}

export async function updateFragment(
  tx: Tx,
  user_id: string,
  id: string,
  fields: FragmentChange,
): Promise<Fragment | undefined> {
  const row = await change(tx, user_id, id)
    .set({ ...fields, updated_at: now })
    .returning(columns)
    .executeTakeFirst();
  return row === undefined ? undefined : toFragment(row);
}

/** Marks a fragment deleted; false when there is none to delete. */
export async function hideFragment(tx: Tx, user_id: string, id: string): Promise<boolean> {
  const { numUpdatedRows } = await change(tx, user_id, id).set({ deleted_at: now, updated_at: now }).executeTakeFirst();
  return numUpdatedRows > 0n;
}
