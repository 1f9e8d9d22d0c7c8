import type { Position } from "../../core/pages.ts";
import { ownTables, sql, type Tx } from "../../core/tables.ts";
import type {
  DeadLetter,
  DeadLetterAction,
  DeadLetterDetail,
  DeadLetterFilter,
  DeadLetterJob,
  DeadLetterState,
} from "./dead-letters-schema.ts";

const tables = ownTables("events.dead_letters", "events.dead_letter_jobs");

const now = sql<Date>`plinth.now()`;
const columns = [
  ...(["id", "event_id", "event_type", "subscriber", "workspace_id", "state", "error_message", "retry_count"] as const),
  ...(["replays", "created_at", "failed_at", "resolved_at", "resolved_by", "reason"] as const),
] as const;
const jobColumns = [
  ...(["id", "action", "filter", "until", "reason", "requested_by", "state", "matching", "done"] as const),
  ...(["created_at", "finished_at"] as const),
] as const;

/** `state`, `action` and `filter` hold what was written: the columns' checks and the service see to it. */
const typed = <Row extends { state: string }>(row: Row) => ({ ...row, state: row.state as DeadLetterState });
const typedJob = (
  row: { action: string; state: string; filter: unknown } & Omit<DeadLetterJob, "action" | "state" | "filter">,
) => ({
  ...row,
  action: row.action as DeadLetterAction,
  state: row.state as DeadLetterJob["state"],
  filter: row.filter as DeadLetterFilter,
});

/** Where a page ended: `at` to the microsecond, as PostgreSQL keeps it, in UTC. */
export interface LetterPosition {
  at: string;
  id: number;
}

const position = sql<string>`to_char(failed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** The rows that fit the filter; conditions that nobody set are true. */
function fits(filter: DeadLetterFilter) {
  const { subscriber, event_type, event_id, workspace_id, failed_from, failed_to, error_contains } = filter;
  const conditions = [
    subscriber === undefined ? undefined : sql`subscriber = ${subscriber}`,
    event_type === undefined ? undefined : sql`event_type = ${event_type}`,
    event_id === undefined ? undefined : sql`event_id = ${event_id}::uuid`,
    workspace_id === undefined ? undefined : sql`workspace_id = ${workspace_id}::uuid`,
    failed_from === undefined ? undefined : sql`failed_at >= ${failed_from}::timestamptz`,
    failed_to === undefined ? undefined : sql`failed_at < ${failed_to}::timestamptz`,
    error_contains === undefined ? undefined : sql`position(lower(${error_contains}) in lower(error_message)) > 0`,
  ].filter((condition) => condition !== undefined);
  return conditions.length === 0 ? sql<boolean>`true` : sql<boolean>`(${sql.join(conditions, sql` and `)})`;
}

/** Of these subscribers alone; of all without a list. */
function among(subscribers: string[] | undefined) {
  return subscribers === undefined ? sql<boolean>`true` : sql<boolean>`subscriber = any(${subscribers})`;
}

/** The ones that failed last first; with one more than `limit`, for the page to know whether it is the last. */
export async function listLetters(
  tx: Tx,
  filter: DeadLetterFilter & { state: DeadLetterState | undefined },
  after: LetterPosition | undefined,
  limit: number,
): Promise<(DeadLetter & { position: string })[]> {
  const rows = await tables(tx)
    .selectFrom("events.dead_letters")
    .select([...columns, position.as("position")])
    .where(fits(filter))
    .$if(filter.state !== undefined, (query) => query.where("state", "=", filter.state ?? ""))
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(failed_at, id) < (${after?.at}::timestamptz, ${after?.id}::bigint)`),
    )
    .orderBy("failed_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return rows.map(typed);
}

export async function findLetter(tx: Tx, id: number): Promise<DeadLetterDetail | undefined> {
  const row = await tables(tx)
    .selectFrom("events.dead_letters")
    .select([...columns, "payload", "request_id", "key", "history"])
    .where("id", "=", id)
    .executeTakeFirst();
  return row === undefined ? undefined : { ...typed(row), history: row.history as DeadLetterDetail["history"] };
}

/** What fits and had failed by `until`, by subscriber; `until` is now, to the millisecond, when none is given. */
export async function countLetters(tx: Tx, filter: DeadLetterFilter, until?: string) {
  const { rows } = await sql<{ until: Date; subscriber: string | null; count: number; oldest: Date; newest: Date }>`
    with bound as (select coalesce(${until ?? null}::timestamptz, date_trunc('milliseconds', plinth.now())) as until)
    select bound.until, d.subscriber, count(d.id) as count, min(d.failed_at) as oldest, max(d.failed_at) as newest
    from bound left join events.dead_letters d on d.state = 'dead' and d.failed_at <= bound.until and ${fits(filter)}
    group by bound.until, d.subscriber order by count(d.id) desc, d.subscriber
  `.execute(tables(tx));
  return rows;
}

/** Who resolves letters, and why. */
export interface Resolution {
  action: DeadLetterAction;
  by: string;
  reason: string | undefined;
}

/** Which letters are resolved in one statement: the oldest failures first, those that somebody else is at left out. */
interface Batch {
  /** What the rows have to be, beside what the action asks for. */
  where: ReturnType<typeof fits>;
  after: LetterPosition | undefined;
  limit: number;
}

/**
 * Resolves letters in one statement: their state changes and, for a replay, they are in the outbox again, with the same event id, a new budget of
 * tries, and their fence carried on. So each is replayed once, however many replay at the same time, or stays where it was.
 */
async function resolve(tx: Tx, { where, after, limit }: Batch, { action, by, reason }: Resolution) {
  const isReplay = action === "replay";
  const { rows } = await sql<{ id: number; subscriber: string; position: string }>`
    with picked as materialized (
      select id from events.dead_letters
      where ${where} and ${after === undefined ? sql`true` : sql`(failed_at, id) > (${after.at}::timestamptz, ${after.id}::bigint)`}
      order by failed_at, id limit ${limit} for update skip locked
    ), resolved as (
      update events.dead_letters d
      set state = ${isReplay ? "replayed" : "discarded"}, replays = d.replays + ${isReplay ? 1 : 0}::integer,
          resolved_at = plinth.now(), resolved_by = ${by}, reason = ${reason ?? null},
          history = case when ${isReplay} then d.history || jsonb_build_object('error_message', d.error_message, 'failed_at', d.failed_at,
            'retry_count', d.retry_count, 'replayed_at', plinth.now(), 'replayed_by', ${by}::text, 'reason', ${reason ?? null}::text)
            else d.history end
      from picked where d.id = picked.id
      returning d.*
    ), queued as (
      insert into events.outbox (event_id, event_type, subscriber, workspace_id, payload, request_id, key, attempt, max_retries,
        scheduled_for, created_at)
      select event_id, event_type, subscriber, workspace_id, payload, request_id, key, attempt, max_retries, plinth.now(), created_at
      from resolved where ${isReplay}
      on conflict do nothing
    )
    select id, subscriber, ${position} as position from resolved order by failed_at, id
  `.execute(tables(tx));
  return rows;
}

/** Resolves one letter; whether it could be. A letter that was discarded may still be replayed. */
export async function resolveLetter(tx: Tx, id: number, resolution: Resolution): Promise<boolean> {
  const states = resolution.action === "replay" ? ["dead", "discarded"] : ["dead"];
  const where = sql<boolean>`id = ${id} and state = any(${states})`;
  return (await resolve(tx, { where, after: undefined, limit: 1 }, resolution)).length > 0;
}

/** Resolves up to `limit` dead letters of a job behind a position; returns how many, where they end, and whose they are. */
export async function resolveBatch(
  tx: Tx,
  job: Pick<DeadLetterJob, "filter" | "until">,
  batch: { after: LetterPosition | undefined; limit: number; subscribers: string[] | undefined },
  resolution: Resolution,
): Promise<{ taken: number; last: LetterPosition | undefined; woken: string[] }> {
  const { after, limit } = batch;
  const where = sql<boolean>`state = 'dead' and failed_at <= ${job.until} and ${fits(job.filter)} and ${among(batch.subscribers)}`;
  const rows = await resolve(tx, { where, after, limit }, resolution);
  const last = rows.at(-1);
  const woken = [...new Set(rows.map(({ subscriber }) => subscriber))];
  return { taken: rows.length, last: last === undefined ? undefined : { at: last.position, id: last.id }, woken };
}

export type NewJob = Pick<DeadLetterJob, "id" | "action" | "filter" | "reason" | "requested_by" | "matching"> & {
  until: string;
  lease_seconds: number;
};

/** Begins a job, held by whoever begins it. */
export async function insertJob(tx: Tx, { lease_seconds, filter, until, ...job }: NewJob): Promise<DeadLetterJob> {
  const row = await tables(tx)
    .insertInto("events.dead_letter_jobs")
    .values({
      ...job,
      filter: JSON.stringify(filter),
      // Never later than now: what fails again while the job runs is not its business.
      until: sql<Date>`least(${until}::timestamptz, plinth.now())`,
      locked_until: sql<Date>`plinth.now() + make_interval(secs => ${lease_seconds})`,
      created_at: sql<Date>`date_trunc('milliseconds', plinth.now())`,
    })
    .returning(jobColumns)
    .executeTakeFirstOrThrow();
  return typedJob(row);
}

/** Takes over the oldest running job that nobody has held lately. */
export async function claimJob(tx: Tx, lease_seconds: number): Promise<DeadLetterJob | undefined> {
  const row = await tables(tx)
    .updateTable("events.dead_letter_jobs")
    .set({ locked_until: sql<Date>`plinth.now() + make_interval(secs => ${lease_seconds})` })
    .where(
      sql<boolean>`id = (select id from events.dead_letter_jobs where state = 'running' and locked_until < plinth.now()
        order by created_at limit 1 for update skip locked)`,
    )
    .returning(jobColumns)
    .executeTakeFirst();
  return row === undefined ? undefined : typedJob(row);
}

/** Notes how far a job is, in the transaction of the batch, and keeps the lease. */
export async function advanceJob(
  tx: Tx,
  id: string,
  step: { taken: number; is_over: boolean; lease_seconds: number },
): Promise<DeadLetterJob | undefined> {
  const row = await tables(tx)
    .updateTable("events.dead_letter_jobs")
    .set((eb) => ({
      done: eb("done", "+", step.taken),
      locked_until: step.is_over ? null : sql<Date>`plinth.now() + make_interval(secs => ${step.lease_seconds})`,
      ...(step.is_over ? { state: "completed", finished_at: now } : {}),
    }))
    .where("id", "=", id)
    .where("state", "=", "running")
    .returning(jobColumns)
    .executeTakeFirst();
  return row === undefined ? undefined : typedJob(row);
}

export async function findJob(tx: Tx, id: string): Promise<DeadLetterJob | undefined> {
  const row = await tables(tx)
    .selectFrom("events.dead_letter_jobs")
    .select(jobColumns)
    .where("id", "=", id)
    .executeTakeFirst();
  return row === undefined ? undefined : typedJob(row);
}

export async function listJobs(tx: Tx, after: Position | undefined, limit: number): Promise<DeadLetterJob[]> {
  const rows = await tables(tx)
    .selectFrom("events.dead_letter_jobs")
    .select(jobColumns)
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(created_at, id) < (${after?.created_at}, ${after?.id})`),
    )
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return rows.map(typedJob);
}

/** Removes up to `limit` letters that were resolved so many days ago; returns how many. What is dead stays. */
export async function deleteResolved(tx: Tx, days: number, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from events.dead_letters where id in (
      select id from events.dead_letters
      where state <> 'dead' and resolved_at < plinth.now() - make_interval(days => ${days}) limit ${limit})
  `.execute(tables(tx));
  return Number(numAffectedRows ?? 0);
}

export async function deleteFinishedJobs(tx: Tx, days: number): Promise<void> {
  await tables(tx)
    .deleteFrom("events.dead_letter_jobs")
    .where(sql<boolean>`state = 'completed' and finished_at < plinth.now() - make_interval(days => ${days})`)
    .execute();
}
