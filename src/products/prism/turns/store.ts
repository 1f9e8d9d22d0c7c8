import { olderThan, type Tx } from "../../../product.ts";
import { now, tables } from "../store.ts";
import type { Turn, TurnKind } from "./schema.ts";

const columns = [
  "id",
  "kind",
  "status",
  "question",
  "answer",
  "favourite",
  "locale",
  "safety_status",
  "provider",
  "model",
  "created_at",
] as const;

export interface NewTurnRow {
  id: string;
  workspace_id: string;
  user_id: string;
  question: string;
  kind: TurnKind;
  locale: string;
  safety_status: Turn["safety_status"];
}

export async function insertTurn(tx: Tx, turn: NewTurnRow): Promise<void> {
  await tables(tx)
    .insertInto("prism.turns")
    .values({ ...turn, status: "pending", created_at: now, updated_at: now })
    .execute();
}

/** Ends a pending turn; undefined when it had ended before. */
export async function endTurn(
  tx: Tx,
  id: string,
  end: { status: "completed"; answer: string; provider: string; model: string } | { status: "failed" | "withheld" },
): Promise<Turn | undefined> {
  const row = await tables(tx)
    .updateTable("prism.turns")
    .set({ ...end, updated_at: now })
    .where("id", "=", id)
    .where("status", "=", "pending")
    .returning(columns)
    .executeTakeFirst();
  return row === undefined ? undefined : toTurn(row);
}

export interface TurnFilter {
  kind?: TurnKind;
  favourite?: boolean;
}

/** A person's turns, the newest first; one more than `limit`. */
export async function listTurns(
  tx: Tx,
  user_id: string,
  { kind, favourite }: TurnFilter,
  after: Parameters<typeof olderThan>[0],
  limit: number,
): Promise<Turn[]> {
  let query = tables(tx)
    .selectFrom("prism.turns")
    .select(columns)
    .where("user_id", "=", user_id)
    .where("deleted_at", "is", null)
    .where(olderThan(after));
  if (kind !== undefined) query = query.where("kind", "=", kind);
  if (favourite !== undefined) query = query.where("favourite", "=", favourite);
  const rows = await query
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return rows.map(toTurn);
}

export async function findTurn(tx: Tx, user_id: string, id: string): Promise<Turn | undefined> {
  const row = await tables(tx)
    .selectFrom("prism.turns")
    .select(columns)
    .where("id", "=", id)
    .where("user_id", "=", user_id)
    .where("deleted_at", "is", null)
    .executeTakeFirst();
  return row === undefined ? undefined : toTurn(row);
}

export async function updateTurn(
  tx: Tx,
  user_id: string,
  id: string,
  change: { favourite: boolean },
): Promise<Turn | undefined> {
  const row = await tables(tx)
    .updateTable("prism.turns")
    .set({ ...change, updated_at: now })
    .where("id", "=", id)
    .where("user_id", "=", user_id)
    .where("deleted_at", "is", null)
    .returning(columns)
    .executeTakeFirst();
  return row === undefined ? undefined : toTurn(row);
}

/** Marks a turn deleted; false when there is none to delete. */
export async function hideTurn(tx: Tx, user_id: string, id: string): Promise<boolean> {
  const { numUpdatedRows } = await tables(tx)
    .updateTable("prism.turns")
    .set({ deleted_at: now, updated_at: now })
    .where("id", "=", id)
    .where("user_id", "=", user_id)
    .where("deleted_at", "is", null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

type TurnRow = Omit<Turn, "status" | "kind" | "safety_status"> & {
  status: string;
  kind: string;
  safety_status: string;
};

function toTurn(row: TurnRow): Turn {
  return row as Turn;
}
