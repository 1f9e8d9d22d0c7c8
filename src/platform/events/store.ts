import { ownTables, type RawBuilder, sql, type Tx } from "../../core/tables.ts";
import { mostRecovered } from "./rules.ts";

const tables = ownTables("events.outbox", "events.deliveries");

/**
 * For statements that look rows up by index: the outbox is empty one minute and has a million rows the next, so that a plan made by its statistics
 * may read all of it.
 */
export const byIndex = { enable_seqscan: "off", enable_hashjoin: "off", enable_mergejoin: "off" };

/** A row as its claimer holds it: `attempt` is the fence, without which nobody completes it. */
export interface ClaimedRow {
  id: number;
  workspace_id: string;
  event_id: string;
  event_type: string;
  subscriber: string;
  payload: unknown;
  request_id: string;
  key: string | null;
  attempt: number;
  retry_count: number;
  max_retries: number;
  /** In seconds since 1970: a Date for every row would be a tenth of what a delivery costs, and few want one. */
  published_at: number;
}

export type Fence = Pick<ClaimedRow, "id" | "attempt">;

/** One event and whom it is for. */
export interface NewEvent {
  event_id: string;
  event_type: string;
  payload: unknown;
  /** The time at which it is due, or seconds from now. */
  at: Date | null;
  delay_seconds: number;
  deliveries: { subscriber: string; key: string | null; max_retries: number }[];
}

/** Writes events, each once for each subscriber, in their order. One that is there already under the same id stays as it is. */
export async function insertEvents(
  tx: Tx,
  ctx: { workspace_id: string; request_id: string },
  events: NewEvent[],
): Promise<void> {
  const rows = events.flatMap(({ deliveries }, n) => deliveries.map((delivery) => ({ n: n + 1, ...delivery })));
  await sql`
    insert into events.outbox (workspace_id, request_id, event_id, event_type, payload, scheduled_for, created_at, subscriber, key, max_retries)
    select ${ctx.workspace_id}, ${ctx.request_id}, e.event_id, e.event_type, e.payload::jsonb,
      coalesce(e.at, plinth.now() + make_interval(secs => e.delay_seconds)), plinth.now(), d.subscriber, d.key, d.max_retries
    from unnest(${rows.map(({ n }) => n)}::int[], ${rows.map(({ subscriber }) => subscriber)}::text[],
        ${rows.map(({ key }) => key)}::text[], ${rows.map(({ max_retries }) => max_retries)}::int[]) as d (n, subscriber, key, max_retries)
      join unnest(${events.map(({ event_id }) => event_id)}::uuid[], ${events.map(({ event_type }) => event_type)}::text[],
        ${events.map(({ payload }) => JSON.stringify(payload))}::text[], ${events.map(({ at }) => at)}::timestamptz[],
        ${events.map(({ delay_seconds }) => delay_seconds)}::float8[])
        with ordinality as e (event_id, event_type, payload, at, delay_seconds, n) on e.n = d.n
    order by d.n
    on conflict do nothing
  `.execute(tables(tx));
}

/** What a claim learned beside its rows. */
export interface ClaimFacts {
  /** The database's time, in seconds since 1970. */
  now: number;
  /** When the oldest of the rows taken in turn was due, by subscriber. */
  oldest: Record<string, number>;
  paused: { subscriber: string }[];
  /** Where the round over workspaces or keys goes on; null at its end. */
  cursor: string | null;
}

export interface Claim {
  rows: ClaimedRow[];
  facts: ClaimFacts;
}

export interface Lease {
  /** Made by the client for each claim, so that an answer that got lost is known again. */
  token: string;
  seconds: number;
}

/** Whether `o` is one of the rows whose ids the CTE `due` holds: by primary key, as `isHeld` says. */
export const isClaimed = sql`o.id = any(array(select id from due))`;

/** The order of the indexes, which hold no id as such, so that no look for ids reads them. */
const byDue = sql`o.scheduled_for, o.id + 0`;

/** What a claim changes in a row. */
export const taken = (lease: Lease) => sql`status = 'processing', locked_by = ${lease.token}, attempt = o.attempt + 1,
  locked_until = plinth.now() + make_interval(secs => ${lease.seconds})`;
/** What it answers of one. */
export const shown = sql`o.id, o.workspace_id, o.event_id, o.event_type, o.subscriber, o.payload, o.request_id, o.key, o.attempt, o.retry_count,
  o.max_retries, date_part('epoch', o.created_at) as published_at`;

/** The rows that the CTE `claimed` took, and in one more row what else is to be known. */
export function withFacts(oldest: RawBuilder<unknown>, cursor: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select * from claimed
    union all
    select null, null, null, null, null, jsonb_build_object(
      'now', extract(epoch from plinth.now()), 'oldest', coalesce(${oldest}, '{}'), 'cursor', ${cursor},
      'paused', coalesce((select jsonb_agg(jsonb_build_object('subscriber', subscriber)) from events.paused_subscribers), '[]')
    ), null, null, null, null, null, null`;
}

/** Takes the facts' row from among the claimed ones, and puts these in order. */
export function claimOf(rows: ClaimedRow[]): Claim {
  const facts = rows.pop();
  return { rows: rows.sort((a, b) => a.id - b.id), facts: facts?.payload as ClaimFacts };
}

/**
 * Takes rows that are due, the oldest first, of each subscriber so many. It looks at none that was due before `since`, so that what died there costs
 * nothing. Materialized, because a re-run sub-select with SKIP LOCKED can lock more rows than the limit.
 */
export async function claimInTurn(
  tx: Tx,
  lease: Lease,
  asked: { subscriber: string; room: number; since: number }[],
  is_probe = false,
): Promise<Claim> {
  const { rows } = await sql<ClaimedRow>`
    with asked as materialized (
      select * from unnest(${asked.map(({ subscriber }) => subscriber)}::text[], ${asked.map(({ room }) => room)}::int[],
        ${asked.map(({ since }) => since)}::float8[]) as a (subscriber, room, since)
      where ${is_probe} or not exists (select from events.paused_subscribers p where p.subscriber = a.subscriber)
    ),
    due as materialized (
      select o.* from asked a cross join lateral (
        select o.id, o.subscriber, o.scheduled_for from events.outbox o
        where o.subscriber = a.subscriber and o.scheduled_for >= to_timestamp(a.since) and o.scheduled_for <= plinth.now()
          and o.status = 'pending' and o.deaths < 2
        order by ${byDue} limit a.room for update skip locked
      ) o
    ),
    claimed as (
      update events.outbox o set ${taken(lease)} where ${isClaimed} returning ${shown}
    )
    ${withFacts(
      sql`(select jsonb_object_agg(subscriber, oldest)
        from (select subscriber, extract(epoch from min(scheduled_for)) as oldest from due group by subscriber) d)`,
      sql`null`,
    )}
  `.execute(tables(tx));
  return claimOf(rows);
}

/**
 * Takes rows of one subscriber that are due: the first of each workspace behind the cursor, then the second of each, and so on; what room is left goes to the oldest.
 * So nobody waits behind another's burst. Workspaces in `passed_over` get nothing.
 */
export async function claimInRounds(
  tx: Tx,
  lease: Lease,
  asked: { subscriber: string; room: number; since: number; cursor: string; visits: number; passed_over: string[] },
): Promise<Claim> {
  const { subscriber, room, since, cursor, visits, passed_over } = asked;
  const isDue = sql`o.subscriber = ${subscriber} and o.scheduled_for >= to_timestamp(${since}) and o.scheduled_for <= plinth.now()
    and o.status = 'pending' and o.deaths < 2 and not exists (select from events.paused_subscribers where subscriber = ${subscriber})`;
  const { rows } = await sql<ClaimedRow>`
    with recursive round (workspace_id, n) as (
      (select o.workspace_id, 1 from events.outbox o where o.subscriber = ${subscriber} and o.workspace_id > ${cursor}::uuid
        and o.scheduled_for >= to_timestamp(${since}) order by o.workspace_id limit 1)
      union all
      select (select o.workspace_id from events.outbox o where o.subscriber = ${subscriber} and o.workspace_id > r.workspace_id
        and o.scheduled_for >= to_timestamp(${since}) order by o.workspace_id limit 1), r.n + 1
      from round r where r.workspace_id is not null and r.n < ${visits}
    ),
    visited as materialized (
      select workspace_id from round where workspace_id is not null and workspace_id <> all (${passed_over}::uuid[])
    ),
    candidates as materialized (
      select o.id, o.place from visited v cross join lateral (
        select o.id, row_number() over (order by ${byDue}) as place from events.outbox o
        where o.workspace_id = v.workspace_id and ${isDue}
        order by ${byDue}
        limit least(${room}::int, greatest(10, 2 * ${room}::int / greatest(1, (select count(*) from visited)::int)))
      ) o
    ),
    fair as materialized (
      select o.id from events.outbox o where o.id = any(array(select id from candidates order by place, id limit ${room}))
        and o.status = 'pending' for update skip locked
    ),
    rest as materialized (
      select o.id, o.scheduled_for from events.outbox o where ${isDue} and o.id not in (select id from fair)
      order by ${byDue}
      limit case when ${passed_over.length} = 0 then ${room}::int - (select count(*) from fair) else 0 end for update skip locked
    ),
    claimed as (
      update events.outbox o set ${taken(lease)} where o.id = any(array(select id from fair union all select id from rest)) returning ${shown}
    )
    ${withFacts(
      sql`(select jsonb_build_object(${subscriber}::text, extract(epoch from min(scheduled_for))) from rest having count(*) > 0)`,
      sql`(select workspace_id from round where n = ${visits})`,
    )}
  `.execute(tables(tx));
  return claimOf(rows);
}

/** Takes one row whose holders died again and again: whichever kills is found by running them one at a time. */
export async function claimAlone(
  tx: Tx,
  lease: Lease,
  subscribers: string[],
  is_probe = false,
): Promise<{ rows: ClaimedRow[] }> {
  const { rows } = await sql<ClaimedRow>`
    with due as materialized (
      select o.id from events.outbox o
      where o.deaths >= 2 and o.status = 'pending' and o.scheduled_for <= plinth.now() and o.subscriber = any(${subscribers})
        and (${is_probe} or not exists (select from events.paused_subscribers p where p.subscriber = o.subscriber))
      order by o.id limit 1 for update skip locked
    )
    update events.outbox o set ${taken(lease)} where ${isClaimed} returning ${shown}
  `.execute(tables(tx));
  return { rows };
}

/**
 * Whether `o` is one of the rows with their fences. Found by primary key, and the fences in a hash table beside it: a join could begin with the outbox, and read all
 * of it, where statistics of an emptier time say that there is nothing in it. (`is true` keeps the planner from making a join of it.)
 */
const isHeld = (rows: readonly Fence[]) => {
  const ids = rows.map(({ id }) => id);
  return sql`o.id = any(${ids}::bigint[])
    and ((o.id, o.attempt) in (select * from unnest(${ids}::bigint[], ${rows.map(({ attempt }) => attempt)}::int[]))) is true`;
};

const completedColumns = sql`id, event_id, event_type, subscriber, workspace_id, payload, request_id, attempt, retry_count, created_at`;

/**
 * Moves rows to the completed ones, by primary key and fence alone: with a condition on the status the planner picks the wrong index. Tells the ids of those that
 * were still held, or null for all of them.
 */
export async function completeRows(tx: Tx, rows: readonly Fence[]): Promise<number[] | null> {
  const { rows: answer } = await sql<{ ids: number[] | null }>`
    with gone as (
      delete from events.outbox o where ${isHeld(rows)} returning o.*
    ), kept as (
      insert into events.completed (${completedColumns}, completed_at) select ${completedColumns}, plinth.now() from gone returning id
    )
    select case when count(*) <> ${rows.length} then coalesce(jsonb_agg(id), '[]') end as ids from kept
  `.execute(tables(tx));
  return answer[0]?.ids ?? null;
}

/** Completes a row within its handler's own transaction; false when it is another worker's by now. */
export async function completeInTransaction(tx: Tx, row: Fence): Promise<boolean> {
  const { rows } = await sql<{
    is_done: boolean;
  }>`select events.complete(${row.id}, ${row.attempt}) as is_done`.execute(tables(tx));
  return rows[0]?.is_done === true;
}

/** Keeps held rows from being taken for abandoned; tells the ids of those that are still held. */
export async function extendLeases(tx: Tx, rows: readonly Fence[], lease_seconds: number): Promise<number[]> {
  const { rows: held } = await sql<{ id: number }>`
    update events.outbox o set locked_until = plinth.now() + make_interval(secs => ${lease_seconds})
    where ${isHeld(rows)} and o.status = 'processing' returning o.id
  `.execute(tables(tx));
  return held.map(({ id }) => id);
}

/** Puts a row back for its next try. */
export async function retryRow(tx: Tx, row: Fence, failure: { message: string; in_seconds: number }): Promise<void> {
  await sql`
    update events.outbox o set status = 'pending', locked_by = null, locked_until = null, retry_count = o.retry_count + 1,
      error_message = ${failure.message}, last_error_at = plinth.now(),
      scheduled_for = plinth.now() + make_interval(secs => ${failure.in_seconds})
    where o.id = ${row.id} and o.attempt = ${row.attempt}
  `.execute(tables(tx));
}

/** What becomes of rows that the CTE `lost` took out of the outbox: dead letters. One that was replayed and failed again is the same letter. */
const bury = sql`
  insert into events.dead_letters (id, event_id, event_type, subscriber, workspace_id, payload, request_id, key, attempt, retry_count,
    max_retries, error_message, created_at, failed_at)
  select id, event_id, event_type, subscriber, workspace_id, payload, request_id, key, attempt, retry_count + 1, max_retries, message,
    created_at, plinth.now() from lost
  on conflict (workspace_id, event_id, subscriber) do update set state = 'dead', error_message = excluded.error_message,
    attempt = excluded.attempt, retry_count = excluded.retry_count, max_retries = excluded.max_retries, failed_at = excluded.failed_at,
    resolved_at = null, resolved_by = null, reason = null`;

/** Puts a row among the dead letters. */
export async function buryRow(tx: Tx, row: Fence, message: string): Promise<void> {
  await sql`
    with lost as (
      delete from events.outbox o where o.id = ${row.id} and o.attempt = ${row.attempt} returning o.*, ${message}::text as message
    ) ${bury}
  `.execute(tables(tx));
}

/**
 * Hands rows back untouched, for another worker to take at once. They use up no try, and their fence stays. Due from now, because nobody looks for what was
 * due long ago.
 */
export async function releaseRows(tx: Tx, rows: readonly Fence[]): Promise<void> {
  await sql`
    update events.outbox o set status = 'pending', locked_by = null, locked_until = null, scheduled_for = plinth.now()
    where ${isHeld(rows)}
  `.execute(tables(tx));
}

/** As `releaseRows` for claims whose answer got lost: what they took, if anything, nobody knows of. */
export async function releaseClaims(tx: Tx, tokens: string[]): Promise<void> {
  await sql`
    update events.outbox set status = 'pending', locked_by = null, locked_until = null, scheduled_for = plinth.now()
    where status = 'processing' and locked_by = any(${tokens}::uuid[])
  `.execute(tables(tx));
}

const diedMessage = "The worker that held it died, or was not heard of for the length of its lease";

/**
 * Takes back what dead workers held: each row has used up a try, and is a dead letter when that was its last; a death alone never kills before
 * the fourth, since the row that ran beside the deadly one is innocent. Tells how many were taken back and how many of them buried.
 */
export async function recoverRows(tx: Tx): Promise<{ recovered: number; buried: number }> {
  const { rows } = await sql<{ recovered: number; buried: number }>`
    with dead as materialized (
      select id, retry_count + 1 > greatest(max_retries, 3) as is_over from events.outbox
      where status = 'processing' and locked_until <= plinth.now() order by id limit ${sql.lit(mostRecovered)} for update skip locked
    ), lost as (
      delete from events.outbox o using dead where o.id = dead.id and dead.is_over returning o.*, ${diedMessage}::text as message
    ), buried as (${bury} returning 1), back as (
      update events.outbox o set status = 'pending', locked_by = null, locked_until = null, scheduled_for = plinth.now(),
        retry_count = o.retry_count + 1, deaths = o.deaths + 1, error_message = ${diedMessage}, last_error_at = plinth.now()
      from dead where o.id = dead.id and not dead.is_over returning 1
    )
    select (select count(*) from dead) as recovered, (select count(*) from buried) as buried, (select count(*) from back)
  `.execute(tables(tx));
  return rows[0] ?? { recovered: 0, buried: 0 };
}

/** Tells every process that something is due. Sent after commits, never within: a NOTIFY in a transaction serialises commits. */
export async function notify(tx: Tx, payload: string): Promise<void> {
  await sql`select pg_notify('plinth_outbox', ${payload})`.execute(tables(tx));
}

export interface Backlog {
  subscriber: string;
  pending: number;
  /** Seconds that the oldest due one waits. */
  lag_seconds: number;
  dead: number;
}

/** What waits, by subscriber: not delivered yet, and dead. */
export async function readBacklog(tx: Tx): Promise<Backlog[]> {
  const { rows } = await sql<Backlog>`
    select subscriber, sum(pending)::int as pending, max(lag) as lag_seconds, sum(dead)::int as dead from (
      select subscriber, count(*) as pending, 0 as dead, greatest(0, coalesce(extract(epoch from plinth.now()
        - min(scheduled_for) filter (where status = 'pending')), 0))::float8 as lag
      from events.outbox group by subscriber
      union all
      select subscriber, 0, count(*), 0 from events.dead_letters where state = 'dead' group by subscriber
    ) each group by subscriber
  `.execute(tables(tx));
  return rows;
}
