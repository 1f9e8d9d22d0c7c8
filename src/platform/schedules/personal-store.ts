import { ownTables, sql, type Tx } from "../../core/tables.ts";
import type { PersonalState } from "./personal-rules.ts";
import type { PersonalInput, PersonalSchedule } from "./schema.ts";

const tables = ownTables("schedules.personal", "schedules.occurrences");

/** Which row of a person it is. */
export interface PersonalKey {
  user_id: string;
  kind: string;
  slot: string;
}

/** A row that is due, as the scheduler holds it. */
export interface DuePersonal extends PersonalKey, PersonalState {
  workspace_id: string;
  payload: unknown;
  now: Date;
}

/** The row as it is, locked; the database's time, and the last local day that has its occurrence, whoever set the time then. */
export async function lockPersonal(tx: Tx, workspace_id: string, { user_id, kind, slot }: PersonalKey) {
  const { rows } = await sql<{
    now: Date;
    done: string | null;
    local_time: string | null;
    time_zone: string | null;
    days: number[] | null;
    next_run_at: Date | null;
    created_at: Date | null;
  }>`
    with known as materialized (
      select local_time, time_zone, days, next_run_at, created_at from schedules.personal
      where workspace_id = ${workspace_id}::uuid and user_id = ${user_id}::uuid and kind = ${kind} and slot = ${slot} for update
    )
    select plinth.now() as now, (
        select max(local_date) from schedules.occurrences
        where workspace_id = ${workspace_id}::uuid and user_id = ${user_id}::uuid and kind = ${kind} and slot = ${slot}
      ) as done, known.*
    from (select) nothing left join known on true`.execute(tables(tx));
  const [row] = rows;
  if (row === undefined) throw new Error("PostgreSQL answered with no row");
  const { now, done, local_time, time_zone, days, next_run_at, created_at } = row;
  const isKnown =
    local_time !== null && time_zone !== null && days !== null && next_run_at !== null && created_at !== null;
  return {
    now,
    done: done ?? undefined,
    known: isKnown ? { local_time, time_zone, days, next_run_at, created_at } : undefined,
  };
}

export async function putPersonal(
  tx: Tx,
  workspace_id: string,
  row: Required<PersonalInput> & { next_run_at: Date; last_local_date: string | null },
): Promise<void> {
  await sql`
    insert into schedules.personal (workspace_id, user_id, kind, slot, local_time, time_zone, days, max_lateness_seconds, payload,
      next_run_at, last_local_date, created_at, updated_at)
    values (${workspace_id}::uuid, ${row.user_id}::uuid, ${row.kind}, ${row.slot}, ${row.local_time}::time, ${row.time_zone},
      ${row.days}::smallint[], ${row.max_lateness_seconds}, ${JSON.stringify(row.payload)}::jsonb, ${row.next_run_at},
      ${row.last_local_date}::date, plinth.now(), plinth.now())
    on conflict (workspace_id, user_id, kind, slot) do update
      set local_time = excluded.local_time, time_zone = excluded.time_zone, days = excluded.days,
          max_lateness_seconds = excluded.max_lateness_seconds, payload = excluded.payload, next_run_at = excluded.next_run_at,
          last_local_date = excluded.last_local_date, updated_at = plinth.now()`.execute(tables(tx));
}

export async function deletePersonal(
  tx: Tx,
  workspace_id: string,
  which: { user_id: string; kind: string; slot?: string },
): Promise<number> {
  const { numDeletedRows } = await tables(tx)
    .deleteFrom("schedules.personal")
    .where("workspace_id", "=", workspace_id)
    .where("user_id", "=", which.user_id)
    .where("kind", "=", which.kind)
    .$if(which.slot !== undefined, (query) => query.where("slot", "=", which.slot ?? ""))
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

export async function listPersonal(tx: Tx, workspace_id: string, user_id: string): Promise<PersonalSchedule[]> {
  return tables(tx)
    .selectFrom("schedules.personal")
    .select(["user_id", "kind", "slot", "time_zone", "days", "max_lateness_seconds", "payload"])
    .select(["next_run_at", "last_local_date"])
    .select(sql<string>`to_char(local_time, 'HH24:MI')`.as("local_time"))
    .where("workspace_id", "=", workspace_id)
    .where("user_id", "=", user_id)
    .orderBy("kind")
    .orderBy("local_time")
    .orderBy("slot")
    .execute();
}

/** Takes rows that are due, the longest waiting first, past those that another scheduler has. */
export async function claimPersonal(tx: Tx, limit: number): Promise<DuePersonal[]> {
  const { rows } = await sql<DuePersonal>`
    select workspace_id, user_id, kind, slot, local_time, time_zone, days, max_lateness_seconds, payload, next_run_at, last_local_date,
      plinth.now() as now
    from schedules.personal where next_run_at <= plinth.now() order by next_run_at limit ${limit} for update skip locked`.execute(
    tables(tx),
  );
  return rows;
}

/** An occurrence of a claimed row. */
export interface NewOccurrence extends PersonalKey {
  workspace_id: string;
  local_date: string;
}

export function occurrenceKey({ kind, user_id, local_date, slot }: Omit<NewOccurrence, "workspace_id">): string {
  return `${kind}:${user_id}:${local_date}:${slot}`;
}

/** Writes the keys of occurrences; returns those that are new. */
export async function insertOccurrences(tx: Tx, occurrences: NewOccurrence[]): Promise<Set<string>> {
  if (occurrences.length === 0) return new Set();
  const column = (name: keyof NewOccurrence) => occurrences.map((occurrence) => occurrence[name]);
  const { rows } = await sql<{ workspace_id: string; key: string }>`
    insert into schedules.occurrences (workspace_id, key, user_id, kind, slot, local_date, created_at)
    select w, key, u, k, s, d, plinth.now()
    from unnest(${column("workspace_id")}::uuid[], ${occurrences.map(occurrenceKey)}::text[], ${column("user_id")}::uuid[],
      ${column("kind")}::text[], ${column("slot")}::text[], ${column("local_date")}::date[]) as o (w, key, u, k, s, d)
    on conflict do nothing returning workspace_id, key`.execute(tables(tx));
  return new Set(rows.map(({ workspace_id, key }) => `${workspace_id}:${key}`));
}

/** Moves claimed rows on. */
export async function movePersonal(
  tx: Tx,
  rows: (PersonalKey & { workspace_id: string; next_run_at: Date; local_date: string | null })[],
): Promise<void> {
  const column = (name: keyof (typeof rows)[number]) => rows.map((row) => row[name]);
  await sql`
    update schedules.personal p set next_run_at = m.next, last_local_date = coalesce(m.done, p.last_local_date)
    from unnest(${column("workspace_id")}::uuid[], ${column("user_id")}::uuid[], ${column("kind")}::text[], ${column("slot")}::text[],
      ${column("next_run_at")}::timestamptz[], ${column("local_date")}::date[]) as m (w, u, k, s, next, done)
    where p.workspace_id = m.w and p.user_id = m.u and p.kind = m.k and p.slot = m.s`.execute(tables(tx));
}

/** Milliseconds until the next row is due; null when there is none. */
export async function untilNextPersonal(tx: Tx): Promise<number | null> {
  const { rows } = await sql<{ ms: number | null }>`
    select (extract(epoch from min(next_run_at) - plinth.now()) * 1000)::float8 as ms from schedules.personal`.execute(
    tables(tx),
  );
  return rows[0]?.ms ?? null;
}

export async function pruneOccurrences(tx: Tx, days: number): Promise<void> {
  await sql`delete from schedules.occurrences where created_at < plinth.now() - make_interval(days => ${days}::int)`.execute(
    tables(tx),
  );
}
