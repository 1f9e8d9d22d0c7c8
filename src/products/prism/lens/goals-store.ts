import { sql, type Tx } from "../../../product.ts";
import type { Place } from "../rules.ts";
import { now, tables } from "../store.ts";
import type { Goal, GoalStatus } from "./schema.ts";

const columns = [
  "id",
  "title",
  "why",
  "status",
  "target_date",
  "position",
  "ended_at",
  "created_at",
  "updated_at",
] as const;

/** The checks of the columns are those of the schema. */
function toGoal(row: Omit<Goal, "status"> & { status: string }): Goal {
  return row as Goal;
}

const own = (tx: Tx, user_id: string) =>
  tables(tx).selectFrom("prism.lens_goals").where("user_id", "=", user_id).where("deleted_at", "is", null);

const change = (tx: Tx, user_id: string, id: string) =>
  tables(tx)
    .updateTable("prism.lens_goals")
    .where("id", "=", id)
    .where("user_id", "=", user_id)
    .where("deleted_at", "is", null);

/** Adds a goal at the end of the person's list. */
export async function insertGoal(
  tx: Tx,
  goal: Pick<Goal, "id" | "title" | "why" | "target_date"> & { workspace_id: string; user_id: string },
): Promise<Goal> {
  const position = own(tx, goal.user_id).select(sql<number>`coalesce(max(position), 0) + 1`.as("next"));
  const row = await tables(tx)
    .insertInto("prism.lens_goals")
    .values({ ...goal, position, created_at: now, updated_at: now })
    .returning(columns)
    .executeTakeFirstOrThrow();
  return toGoal(row);
}

/** A person's goals in their order; one more than `limit`. */
export async function listGoals(
  tx: Tx,
  user_id: string,
  status: GoalStatus | undefined,
  after: Place | undefined,
  limit: number,
): Promise<Goal[]> {
  let query = own(tx, user_id).select(columns);
  if (status !== undefined) query = query.where("status", "=", status);
  if (after !== undefined) query = query.where(sql<boolean>`(position, id) > (${after.key}::int, ${after.id})`);
  const rows = await query
    .orderBy("position")
    .orderBy("id")
    .limit(limit + 1)
    .execute();
  return rows.map(toGoal);
}

export async function findGoal(tx: Tx, user_id: string, id: string): Promise<Goal | undefined> {
  const row = await own(tx, user_id).select(columns).where("id", "=", id).executeTakeFirst();
  return row === undefined ? undefined : toGoal(row);
}

/** As `findGoal`, and its status stays what it is until the transaction ends. */
export async function lockGoal(tx: Tx, user_id: string, id: string): Promise<Goal | undefined> {
  const row = await own(tx, user_id).select(columns).where("id", "=", id).forUpdate().executeTakeFirst();
  return row === undefined ? undefined : toGoal(row);
}

/** Locks a person's list, an empty one too, so that those who add to it or move in it do so one after the other. */
export async function lockGoals(tx: Tx, workspace_id: string, user_id: string): Promise<void> {
  const list = `prism.lens_goals:${workspace_id}:${user_id}`;
  await sql`select pg_advisory_xact_lock(hashtextextended(${list}, 0))`.execute(tables(tx));
}

/** Changes a goal whose status is one of `from`; undefined when there is none such. */
export async function updateGoal(
  tx: Tx,
  user_id: string,
  id: string,
  fields: Partial<Pick<Goal, "title" | "why" | "status" | "target_date">>,
  from: GoalStatus[] | undefined,
): Promise<Goal | undefined> {
  const { status } = fields;
  const isEnd = status === "achieved" || status === "dropped";
  const ended =
    status === undefined
      ? {}
      : { ended_at: isEnd ? sql<Date>`coalesce(ended_at, date_trunc('milliseconds', plinth.now()))` : null };
  let query = change(tx, user_id, id).set({ ...fields, ...ended, updated_at: now });
  if (from !== undefined) query = query.where("status", "in", from);
  const row = await query.returning(columns).executeTakeFirst();
  return row === undefined ? undefined : toGoal(row);
}

/** Moves a goal to a place in the list, which is locked; those between move up or down, and no place is left empty. */
export async function moveGoal(tx: Tx, user_id: string, id: string, position: number): Promise<void> {
  await sql`
    with list as (
      select id, row_number() over (order by position, id) as place from prism.lens_goals
      where user_id = ${user_id} and deleted_at is null and id <> ${id}
    ), last as (select count(*) + 1 as place from list),
    target as (select least(${position}::bigint, place) as place from last),
    placed as (
      select list.id, case when list.place < target.place then list.place else list.place + 1 end as place from list, target
      union all select ${id}::uuid, target.place from target
    )
    update prism.lens_goals g set position = placed.place, updated_at = case when g.id = ${id} then ${now} else g.updated_at end
    from placed where g.id = placed.id and g.user_id = ${user_id} and g.position <> placed.place
  `.execute(tables(tx));
}

/** Marks a goal with its actions deleted; false when there is none to delete. */
export async function hideGoal(tx: Tx, user_id: string, id: string): Promise<boolean> {
  const { numUpdatedRows } = await change(tx, user_id, id).set({ deleted_at: now, updated_at: now }).executeTakeFirst();
  if (numUpdatedRows === 0n) return false;
  await tables(tx)
    .updateTable("prism.lens_actions")
    .set({ deleted_at: now, updated_at: now })
    .where("goal_id", "=", id)
    .where("deleted_at", "is", null)
    .execute();
  return true;
}
