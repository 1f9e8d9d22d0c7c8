import { newId } from "../../core/id.ts";
import { ownTables, sql, type Tx } from "../../core/tables.ts";
import type { Deadline } from "./rules.ts";

const tables = ownTables("google_play.acknowledgements");

const now = sql<Date>`plinth.now()`;

/** A purchase that somebody is about to look at. */
export interface DuePurchase {
  id: string;
  workspace_id: string;
  external_id: string;
  package_name: string | null;
  attempts: number;
  created_at: Date;
}

const due = ["id", "workspace_id", "external_id", "package_name", "attempts", "created_at"] as const;

/** Notes that a purchase may have to be acknowledged; does nothing where that is known. Until it was read its deadline is taken from now. */
export async function insertWanted(tx: Tx, workspace_id: string, external_id: string): Promise<void> {
  await tables(tx)
    .insertInto("google_play.acknowledgements")
    .values({
      id: newId(),
      workspace_id,
      external_id,
      next_attempt_at: now,
      acknowledge_by: sql<Date>`plinth.now() + interval '72 hours'`,
      alert_at: sql<Date>`plinth.now() + interval '48 hours'`,
      created_at: now,
    })
    .onConflict((conflict) => conflict.columns(["workspace_id", "external_id"]).doNothing())
    .execute();
}

/**
 * Takes purchases that are due, so many at most, each for one caller alone: the next attempt is set a minute ahead, twice as far each time, an
 * hour at most. Of one purchase only when it is named.
 */
export async function takeDue(tx: Tx, limit: number, external_id?: string): Promise<DuePurchase[]> {
  return tables(tx)
    .updateTable("google_play.acknowledgements")
    .set({
      attempts: sql<number>`attempts + 1`,
      next_attempt_at: sql<Date>`plinth.now() + least(interval '1 hour', interval '1 minute' * 2 ^ least(attempts, 6))`,
    })
    .where("id", "in", (query) =>
      query
        .selectFrom("google_play.acknowledgements")
        .select("id")
        .where("status", "=", "wanted")
        .where("next_attempt_at", "<=", now)
        .$if(external_id !== undefined, (one) => one.where("external_id", "=", external_id ?? ""))
        .orderBy("next_attempt_at")
        .limit(limit)
        .forUpdate()
        .skipLocked(),
    )
    .where("status", "=", "wanted")
    .returning(due)
    .execute();
}

/** What an attempt found out. */
export interface Attempted {
  status: "wanted" | "done" | "failed" | "not_needed";
  reason: string | null;
  package_name: string | null;
  product_id: string | null;
  order_id: string | null;
  deadline: Deadline | null;
}

/** Writes it down. What was settled meanwhile stays so. */
export async function noteAttempt(tx: Tx, { workspace_id, id }: DuePurchase, found: Attempted): Promise<void> {
  const { deadline, package_name, product_id, order_id, status, reason } = found;
  await tables(tx)
    .updateTable("google_play.acknowledgements")
    .set({
      status,
      reason,
      ...(deadline !== null && { ...deadline }),
      ...(package_name !== null && { package_name, product_id, order_id }),
      ...(status !== "wanted" && { settled_at: now }),
    })
    .where("workspace_id", "=", workspace_id)
    .where("id", "=", id)
    .where("status", "=", "wanted")
    .execute();
}

/** Purchases that nobody acknowledged for so long that somebody should look, each told once. */
export async function takeLate(tx: Tx) {
  return tables(tx)
    .updateTable("google_play.acknowledgements")
    .set({ alerted_at: now })
    .where("status", "=", "wanted")
    .where("alert_at", "<=", now)
    .where("alerted_at", "is", null)
    .returning(["id", "workspace_id", "order_id", "reason", "attempts", "acknowledge_by"])
    .execute();
}

/** How many purchases wait to be acknowledged, and how many of these are late. */
export async function countWanted(tx: Tx): Promise<{ waiting: number; late: number }> {
  return tables(tx)
    .selectFrom("google_play.acknowledgements")
    .select((eb) => [
      eb.fn.countAll<number>().filterWhere("alert_at", ">", now).as("waiting"),
      eb.fn.countAll<number>().filterWhere("alert_at", "<=", now).as("late"),
    ])
    .where("status", "=", "wanted")
    .executeTakeFirstOrThrow();
}
