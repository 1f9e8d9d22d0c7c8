import { sql, type Tx } from "../../../product.ts";
import { tables } from "../store.ts";
import type { Spectrum, Tally } from "./schema.ts";

/**
 * Counts a person's history in the time zone, both days included, in one statement. What was deleted does not count.
 */
export async function countHistory(
  tx: Tx,
  user_id: string,
  { from, to, granularity, time_zone }: Pick<Spectrum, "from" | "to" | "granularity" | "time_zone">,
): Promise<Tally[]> {
  const { rows } = await sql<Tally>`
    with bounds as (
      select ${from}::date::timestamp at time zone ${time_zone} as first,
        (${to}::date + 1)::timestamp at time zone ${time_zone} as past
    ), history as (
      select created_at as at, 'turns' as what, null as theme, null as mood from prism.turns, bounds
      where user_id = ${user_id} and deleted_at is null and status = 'completed' and created_at >= first and created_at < past
      union all
      select created_at, 'sessions', null, null from prism.mirror_sessions, bounds
      where user_id = ${user_id} and deleted_at is null and created_at >= first and created_at < past
      union all
      select created_at, 'fragments', theme, mood from prism.mirror_fragments, bounds
      where user_id = ${user_id} and deleted_at is null and created_at >= first and created_at < past
      union all
      select created_at, 'goals_set', null, null from prism.lens_goals, bounds
      where user_id = ${user_id} and deleted_at is null and created_at >= first and created_at < past
      union all
      select ended_at, 'goals_achieved', null, null from prism.lens_goals, bounds
      where user_id = ${user_id} and deleted_at is null and status = 'achieved' and ended_at >= first and ended_at < past
      union all
      select created_at, 'actions_added', null, null from prism.lens_actions, bounds
      where user_id = ${user_id} and deleted_at is null and created_at >= first and created_at < past
      union all
      select completed_at, 'actions_done', null, null from prism.lens_actions, bounds
      where user_id = ${user_id} and deleted_at is null and completed_at >= first and completed_at < past
    )
    select date_trunc(${granularity}, at at time zone ${time_zone})::date as starts_on, what, theme, mood, count(*)::int as count
    from history group by 1, 2, 3, 4 order by 1, 2, 3, 4
  `.execute(tables(tx));
  return rows;
}
