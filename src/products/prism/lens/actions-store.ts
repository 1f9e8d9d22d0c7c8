import { olderThan, sql, type Tx } from "../../../product.ts";
import type { Place } from "../rules.ts";
import { now, tables } from "../store.ts";
import type { Action, ActionQuery, ActionStatus } from "./schema.ts";

const columns = [
  "id",
  "goal_id",
  "title",
  "status",
  "due_date",
  "completed_at",
  "source",
  "created_at",
  "updated_at",
] as const;

/** The checks of the columns are those of the schema. */
function toAction(row: Omit<Action, "status" | "source"> & { status: string; source: string }): Action {
  return row as Action;
}

const own = (tx: Tx, user_id: string) =>
  tables(tx).selectFrom("prism.lens_actions").where("user_id", "=", user_id).where("deleted_at", "is", null);

const change = (tx: Tx, user_id: string, id: string) =>
  tables(tx)
    .updateTable("prism.lens_actions")
    .where("id", "=", id)
    .where("user_id", "=", user_id)
    .where("deleted_at", "is", null);

export async function insertAction(
  tx: Tx,
  action: Pick<Action, "id" | "goal_id" | "title" | "due_date" | "source"> & { workspace_id: string; user_id: string },
): Promise<Action> {
  const row = await tables(tx)
    .insertInto("prism.lens_actions")
    .values({ ...action, created_at: now, updated_at: now })
    .returning(columns)
    .executeTakeFirstOrThrow();
  return toAction(row);
}

type Filter = Pick<ActionQuery, "goal_id" | "status" | "due_before" | "overdue"> & { time_zone: string };

function filtered(tx: Tx, user_id: string, { goal_id, status, due_before, overdue, time_zone }: Filter) {
  let query = own(tx, user_id).select(columns);
  if (goal_id !== undefined) query = query.where("goal_id", "=", goal_id);
  if (status !== undefined) query = query.where("status", "=", status);
  if (due_before !== undefined) query = query.where("due_date", "<", due_before);
  if (overdue === undefined) return query;
  const today = sql`(plinth.now() at time zone ${time_zone})::date`;
  return query.where(
    sql<boolean>`(status in ('todo', 'doing') and due_date is not null and due_date < ${today}) = ${overdue}`,
  );
}

/** A person's actions, the newest first; one more than `limit`. */
export async function listNewest(
  tx: Tx,
  user_id: string,
  filter: Filter,
  after: Parameters<typeof olderThan>[0],
  limit: number,
): Promise<Action[]> {
  const rows = await filtered(tx, user_id, filter)
    .where(olderThan(after))
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return rows.map(toAction);
}

/** A person's actions, what is due next first; one more than `limit`. */
export async function listDue(
  tx: Tx,
  user_id: string,
  filter: Filter,
  after: Place | undefined,
  limit: number,
): Promise<Action[]> {
  const due = sql<string>`coalesce(due_date, 'infinity'::date)`;
  let query = filtered(tx, user_id, filter);
  if (after !== undefined) query = query.where(sql<boolean>`(${due}, id) > (${after.key}::date, ${after.id})`);
  const rows = await query
    .orderBy(due)
    .orderBy("id")
    .limit(limit + 1)
    .execute();
  return rows.map(toAction);
}

/** The titles of a goal's actions, the newest first. */
export async function titlesOfGoal(tx: Tx, user_id: string, goal_id: string): Promise<string[]> {
  const rows = await own(tx, user_id)
    .select("title")
    .where("goal_id", "=", goal_id)
    .orderBy("id", "desc")
    .limit(50)
    .execute();
  return rows.map(({ title }) => title);
}

export async function findAction(tx: Tx, user_id: string, id: string): Promise<Action | undefined> {
  const row = await own(tx, user_id).select(columns).where("id", "=", id).executeTakeFirst();
  return row === undefined ? undefined : toAction(row);
}

/** Changes an action whose status is one of `from`; undefined when there is none such. */
export async function updateAction(
  tx: Tx,
  user_id: string,
  id: string,
  fields: Partial<Pick<Action, "title" | "status" | "due_date">>,
  from: ActionStatus[] | undefined,
): Promise<Action | undefined> {
  const { status } = fields;
  const completed =
    status === undefined
      ? {}
      : {
          completed_at:
            status === "done" ? sql<Date>`coalesce(completed_at, date_trunc('milliseconds', plinth.now()))` : null,
        };
  let query = change(tx, user_id, id).set({ ...fields, ...completed, updated_at: now });
  if (from !== undefined) query = query.where("status", "in", from);
  const row = await query.returning(columns).executeTakeFirst();
  return row === undefined ? undefined : toAction(row);
}

/** Marks an action deleted; false when there is none to delete. */
export async function hideAction(tx: Tx, user_id: string, id: string): Promise<boolean> {
  const { numUpdatedRows } = await change(tx, user_id, id).set({ deleted_at: now, updated_at: now }).executeTakeFirst();
  return numUpdatedRows > 0n;
}
