import { ownTables, sql, type Tx } from "../../core/tables.ts";

const tables = ownTables("events.outbox");

/** A row as its claimer holds it: `attempt` is the fence, without which nobody completes it. */
export interface ClaimedRow {
  id: number;
  workspace_id: string;
  event_id: string;
  event_type: string;
  subscriber: string;
  payload: unknown;
  request_id: string;
  attempt: number;
  max_attempts: number;
}

export interface NewRow {
  workspace_id: string;
  event_id: string;
  event_type: string;
  subscriber: string;
  payload: unknown;
  request_id: string;
  max_attempts: number;
  delay_seconds: number;
}

export async function insertRows(tx: Tx, rows: NewRow[]): Promise<void> {
  const values = rows.map(({ delay_seconds, payload, ...row }) => ({
    ...row,
    payload: JSON.stringify(payload),
    scheduled_for: sql<Date>`plinth.now() + make_interval(secs => ${delay_seconds})`,
  }));
  await tables(tx).insertInto("events.outbox").values(values).execute();
}

/**
 * Takes up to `limit` rows that are due, whoever left them: new, waiting for their next try, or abandoned by a worker that died.
 * Materialized, because a re-run sub-select with SKIP LOCKED can lock more rows than the limit.
 */
export async function claimRows(
  tx: Tx,
  options: { subscribers: string[]; token: string; lease_seconds: number; limit: number },
) {
  const { rows } = await sql<ClaimedRow>`
    with due as materialized (
      select id from events.outbox
      where status in ('pending', 'processing') and scheduled_for <= plinth.now() and subscriber = any(${options.subscribers})
      order by scheduled_for, id limit ${options.limit} for update skip locked
    )
    update events.outbox o
    set status = 'processing', locked_by = ${options.token}, attempt = o.attempt + 1,
        scheduled_for = plinth.now() + make_interval(secs => ${options.lease_seconds})
    from due where o.id = due.id
    returning o.id, o.workspace_id, o.event_id, o.event_type, o.subscriber, o.payload, o.request_id, o.attempt, o.max_attempts
  `.execute(tables(tx));
  return rows;
}

/** Completes rows by primary key and fence alone: with a condition on the status the planner picks the wrong index. */
export async function completeRows(tx: Tx, rows: Pick<ClaimedRow, "id" | "attempt">[]): Promise<number> {
  const { numAffectedRows } = await sql`
    update events.outbox o set status = 'completed', locked_by = null, error_message = null, completed_at = plinth.now()
    from unnest(${rows.map(({ id }) => id)}::bigint[], ${rows.map(({ attempt }) => attempt)}::int[]) as done (id, attempt)
    where o.id = done.id and o.attempt = done.attempt
  `.execute(tables(tx));
  return Number(numAffectedRows ?? 0);
}

/** Keeps held rows from being taken for abandoned. */
export async function extendLeases(
  tx: Tx,
  rows: Pick<ClaimedRow, "id" | "attempt">[],
  lease_seconds: number,
): Promise<void> {
  await sql`
    update events.outbox o set scheduled_for = plinth.now() + make_interval(secs => ${lease_seconds})
    from unnest(${rows.map(({ id }) => id)}::bigint[], ${rows.map(({ attempt }) => attempt)}::int[]) as held (id, attempt)
    where o.id = held.id and o.attempt = held.attempt
  `.execute(tables(tx));
}

/** Puts a row back for its next try, or with `retry_in_seconds` null among the dead letters. */
export async function failRow(
  tx: Tx,
  row: Pick<ClaimedRow, "id" | "attempt">,
  failure: { message: string; retry_in_seconds: number | null },
): Promise<void> {
  await tables(tx)
    .updateTable("events.outbox")
    .set({
      status: failure.retry_in_seconds === null ? "failed" : "pending",
      locked_by: null,
      error_message: failure.message,
      last_error_at: sql<Date>`plinth.now()`,
      scheduled_for: sql<Date>`plinth.now() + make_interval(secs => ${failure.retry_in_seconds ?? 0})`,
    })
    .where("id", "=", row.id)
    .where("attempt", "=", row.attempt)
    .execute();
}

/** Hands rows back untouched, for another worker to take at once; their attempt does not count. */
export async function releaseRows(tx: Tx, rows: Pick<ClaimedRow, "id" | "attempt">[]): Promise<void> {
  await sql`
    update events.outbox o set status = 'pending', locked_by = null, attempt = o.attempt - 1, scheduled_for = plinth.now()
    from unnest(${rows.map(({ id }) => id)}::bigint[], ${rows.map(({ attempt }) => attempt)}::int[]) as held (id, attempt)
    where o.id = held.id and o.attempt = held.attempt
  `.execute(tables(tx));
}

/** Tells every process that something is due. Sent after commits, never within: a NOTIFY in a transaction serialises commits. */
export async function notify(tx: Tx): Promise<void> {
  await sql`select pg_notify('plinth_outbox', '')`.execute(tables(tx));
}

/** Rows by status that are not completed, and the age in seconds of the oldest that is due. */
export async function outboxBacklog(tx: Tx): Promise<{ pending: number; failed: number; lag_seconds: number }> {
  const { rows } = await sql<{ pending: number; failed: number; lag_seconds: number }>`
    select count(*) filter (where status <> 'failed') as pending, count(*) filter (where status = 'failed') as failed,
      coalesce(extract(epoch from max(plinth.now() - scheduled_for) filter (where status = 'pending' and scheduled_for <= plinth.now())), 0)::float8
        as lag_seconds
    from events.outbox where status in ('pending', 'processing', 'failed')
  `.execute(tables(tx));
  return rows[0] ?? { pending: 0, failed: 0, lag_seconds: 0 };
}
