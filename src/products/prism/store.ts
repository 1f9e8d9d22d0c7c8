import { productTables, sql, type Tx } from "../../product.ts";
import type { DB } from "./database.types.ts";
import type { Turn } from "./schema.ts";

// Owns prism.turns.
const tables = productTables<DB>();

const columns = ["id", "status", "question", "answer", "provider", "model", "created_at"] as const;
const now = sql<Date>`date_trunc('milliseconds', plinth.now())`;

export async function insertTurn(
  tx: Tx,
  turn: { id: string; workspace_id: string; user_id: string; question: string },
): Promise<void> {
  await tables(tx)
    .insertInto("prism.turns")
    .values({ ...turn, status: "pending", created_at: now, updated_at: now })
    .execute();
}

/** Ends a pending turn; undefined when it had ended before. */
export async function endTurn(
  tx: Tx,
  id: string,
  end: { status: "completed"; answer: string; provider: string; model: string } | { status: "failed" },
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

/** A person's turns, the newest first; one more than `limit`. */
export async function listTurns(
  tx: Tx,
  user_id: string,
  before: { created_at: Date; id: string } | undefined,
  limit: number,
): Promise<Turn[]> {
  const rows = await tables(tx)
    .selectFrom("prism.turns")
    .select(columns)
    .where("user_id", "=", user_id)
    .$if(before !== undefined, (query) =>
      query.where(sql<boolean>`(created_at, id) < (${before?.created_at}, ${before?.id})`),
    )
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return rows.map(toTurn);
}

function toTurn(row: Omit<Turn, "status"> & { status: string }): Turn {
  return { ...row, status: row.status as Turn["status"] };
}
