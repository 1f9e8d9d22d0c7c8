import { ownTables, sql, type Tx } from "../../core/tables.ts";
import type { MissedPolicy } from "./rules.ts";

const tables = ownTables("schedules.schedules", "schedules.runs");

export interface ScheduleRow {
  name: string;
  cron: string;
  time_zone: string;
  missed: MissedPolicy;
  max_lateness_seconds: number | null;
  next_run_at: Date;
  paused_at: Date | null;
}

export interface RunRow {
  schedule: string;
  slot: Date;
  cause: "due" | "missed" | "manual";
  created_at: Date;
  finished_at: Date | null;
  workspaces: number;
}

/** The database's time, by which everything here is due. */
export async function databaseNow(tx: Tx): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select plinth.now() as now`.execute(tables(tx));
  return rows[0]?.now ?? new Date(Number.NaN);
}

/**
 * Writes a schedule as the source has it. A changed one is due as given; an unchanged one stays due as it is when that time has come, and
 * else gets the given time, which differs where a zone's rules were changed.
 */
export async function putSchedule(tx: Tx, row: Omit<ScheduleRow, "paused_at">): Promise<void> {
  const { name, cron, time_zone, missed, max_lateness_seconds, next_run_at } = row;
  await sql`
    insert into schedules.schedules as s (name, cron, time_zone, missed, max_lateness_seconds, next_run_at, created_at, updated_at)
    values (${name}, ${cron}, ${time_zone}, ${missed}, ${max_lateness_seconds}, ${next_run_at}, plinth.now(), plinth.now())
    on conflict (name) do update
      set cron = excluded.cron, time_zone = excluded.time_zone, missed = excluded.missed,
          max_lateness_seconds = excluded.max_lateness_seconds, next_run_at = excluded.next_run_at, updated_at = plinth.now()
      where (s.cron, s.time_zone) is distinct from (excluded.cron, excluded.time_zone)
        or ((s.missed, s.max_lateness_seconds) is distinct from (excluded.missed, excluded.max_lateness_seconds)
          or s.next_run_at is distinct from excluded.next_run_at)
          and s.next_run_at > plinth.now() and excluded.next_run_at > plinth.now()`.execute(tables(tx));
}

/** Of these schedules those that are due, and the time by which they are. */
export async function listDue(tx: Tx, names: string[]) {
  return tables(tx)
    .selectFrom("schedules.schedules")
    .select(["name", "cron", "time_zone", "missed", "max_lateness_seconds", "next_run_at", "paused_at"])
    .select(sql<Date>`plinth.now()`.as("now"))
    .where("name", "in", names)
    .where("paused_at", "is", null)
    .where("next_run_at", "<=", sql<Date>`plinth.now()`)
    .execute()
    .then((rows) => rows.map((row) => ({ ...row, missed: row.missed as MissedPolicy })));
}

/** Moves a schedule on from the time at which it was seen to be due; false when another scheduler has, or it was paused or changed. */
export async function advance(
  tx: Tx,
  seen: Pick<ScheduleRow, "name" | "cron" | "time_zone" | "next_run_at">,
  next_run_at: Date | undefined,
): Promise<boolean> {
  const next = next_run_at === undefined ? sql`'infinity'::timestamptz` : sql`${next_run_at}::timestamptz`;
  const { numAffectedRows } = await sql`
    update schedules.schedules set next_run_at = ${next}, updated_at = plinth.now()
    where name = ${seen.name} and next_run_at = ${seen.next_run_at} and cron = ${seen.cron} and time_zone = ${seen.time_zone}
      and paused_at is null and next_run_at <= plinth.now()`.execute(tables(tx));
  return numAffectedRows === 1n;
}

/** Writes the key of an occurrence; false when it has been there. */
export async function insertRun(tx: Tx, run: Pick<RunRow, "schedule" | "slot" | "cause">): Promise<boolean> {
  const { numAffectedRows } = await sql`
    with fresh as (
      insert into schedules.runs (schedule, slot, cause, created_at)
      values (${run.schedule}, ${run.slot}, ${run.cause}, plinth.now()) on conflict do nothing returning slot
    )
    update schedules.schedules set last_slot = ${run.slot}, last_run_at = plinth.now()
    where name = ${run.schedule} and exists (select from fresh)`.execute(tables(tx));
  return numAffectedRows === 1n;
}

export async function finishRun(tx: Tx, schedule: string, slot: Date): Promise<void> {
  await sql`
    update schedules.runs set finished_at = plinth.now()
    where schedule = ${schedule} and slot = ${slot} and finished_at is null`.execute(tables(tx));
}

/** Locks a run over workspaces, and tells how far it is; undefined when it has been through, or is forgotten. */
export async function lockRun(tx: Tx, schedule: string, slot: Date): Promise<{ after: string | null } | undefined> {
  return tables(tx)
    .selectFrom("schedules.runs")
    .select("last_workspace_id as after")
    .where("schedule", "=", schedule)
    .where("slot", "=", slot)
    .where("finished_at", "is", null)
    .forUpdate()
    .executeTakeFirst();
}

export async function moveRun(
  tx: Tx,
  run: { schedule: string; slot: Date },
  page: { last: string | undefined; workspaces: number; is_last: boolean },
): Promise<void> {
  await sql`
    update schedules.runs set workspaces = workspaces + ${page.workspaces}, last_workspace_id = coalesce(${page.last ?? null}::uuid, last_workspace_id),
      finished_at = case when ${page.is_last} then plinth.now() end
    where schedule = ${run.schedule} and slot = ${run.slot}`.execute(tables(tx));
}

/** A schedule with its last run, whose fields are null before the first. */
export type ListedSchedule = Omit<ScheduleRow, "next_run_at"> & { next_run_at: Date | null } & {
  [K in keyof Omit<RunRow, "schedule">]: RunRow[K] | null;
};

/** All schedules by name, or the one of this name. */
export async function listSchedules(tx: Tx, name?: string): Promise<ListedSchedule[]> {
  const { rows } = await sql<ListedSchedule>`
    select s.name, s.cron, s.time_zone, s.missed, s.max_lateness_seconds, nullif(s.next_run_at, 'infinity') as next_run_at, s.paused_at,
      r.slot, r.cause, r.created_at, r.finished_at, r.workspaces
    from schedules.schedules s
      left join schedules.runs r on r.schedule = s.name and r.slot = s.last_slot
    where ${name ?? null}::text is null or s.name = ${name ?? null}
    order by s.name`.execute(tables(tx));
  return rows;
}

/** The runs of a schedule before this one, the newest first. */
export async function listRuns(tx: Tx, schedule: string, before: Date | undefined, limit: number): Promise<RunRow[]> {
  const rows = await tables(tx)
    .selectFrom("schedules.runs")
    .select(["schedule", "slot", "cause", "created_at", "finished_at", "workspaces"])
    .where("schedule", "=", schedule)
    .$if(before !== undefined, (query) => query.where("slot", "<", before as Date))
    .orderBy("slot", "desc")
    .limit(limit + 1)
    .execute();
  return rows.map((row) => ({ ...row, cause: row.cause as RunRow["cause"] }));
}

/** Pauses a schedule; one that is paused stays as it is. False when there is none. */
export async function pauseSchedule(tx: Tx, name: string): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update schedules.schedules set paused_at = coalesce(paused_at, plinth.now()), updated_at = plinth.now() where name = ${name}`.execute(
    tables(tx),
  );
  return numAffectedRows === 1n;
}

/** Ends a pause; what fell into it is not made up for. */
export async function resumeSchedule(tx: Tx, name: string, next_run_at: Date | undefined): Promise<void> {
  const next = next_run_at === undefined ? sql`'infinity'::timestamptz` : sql`${next_run_at}::timestamptz`;
  await sql`
    update schedules.schedules set paused_at = null, next_run_at = ${next}, updated_at = plinth.now()
    where name = ${name} and paused_at is not null`.execute(tables(tx));
}

/** Milliseconds until the next of these schedules is due; null when none will be. */
export async function untilNext(tx: Tx, names: string[]): Promise<number | null> {
  const { rows } = await sql<{ ms: number | null }>`
    select (extract(epoch from min(next_run_at) - plinth.now()) * 1000)::float8 as ms
    from schedules.schedules where name = any(${names}) and paused_at is null and next_run_at < 'infinity'`.execute(
    tables(tx),
  );
  return rows[0]?.ms ?? null;
}

/** Seconds that the most overdue of these schedules waits. */
export async function overdueSeconds(tx: Tx, names: string[]): Promise<number> {
  return Math.max(0, -((await untilNext(tx, names)) ?? 0) / 1_000);
}

export async function pruneRuns(tx: Tx, days: number): Promise<void> {
  await sql`delete from schedules.runs where created_at < plinth.now() - make_interval(days => ${days}::int)`.execute(
    tables(tx),
  );
}
