import { ownTables, sql, type Tx } from "../../core/tables.ts";

// What was delivered, and how it goes by its age. `store.ts` puts it there, in the statement that takes it out of the outbox.

const tables = ownTables("events.completed");

/** Makes the partitions of the days ahead and drops those older than is kept; tells which were dropped. */
export async function keepPartitions(tx: Tx, keep_days: number): Promise<string[]> {
  const { rows } = await sql<{ dropped: string[] }>`select events.keep_partitions(${keep_days}) as dropped`.execute(
    tables(tx),
  );
  return rows[0]?.dropped ?? [];
}

/** Deletes completed rows that never found their way into a day's partition, and whose day is over for longer than is kept. */
export async function deleteStrays(tx: Tx, keep_days: number): Promise<void> {
  await sql`
    delete from events.completed
    where completed_at < date_trunc('day', plinth.now(), 'UTC') - make_interval(days => ${keep_days})
  `.execute(tables(tx));
}

/** A delivery that was completed, with what was published. */
export interface CompletedEvent {
  id: number;
  event_id: string;
  event_type: string;
  workspace_id: string;
  payload: unknown;
  request_id: string;
  created_at: Date;
  /** As PostgreSQL writes it, to the microsecond. */
  completed_at: string;
}

/**
 * A page of what was delivered, of events published in [from, to): workspace by workspace, in the order of its completion, by the primary key. An event
 * is there once for each subscriber that it had.
 */
export async function listCompleted(
  tx: Tx,
  range: { from: Date; to: Date; type?: string | undefined },
  after: Pick<CompletedEvent, "workspace_id" | "completed_at" | "id"> | undefined,
  limit: number,
): Promise<CompletedEvent[]> {
  const behind =
    after === undefined
      ? sql`true`
      : sql`(workspace_id, completed_at, id) > (${after.workspace_id}::uuid, ${after.completed_at}::timestamptz, ${after.id}::bigint)`;
  const { rows } = await sql<CompletedEvent>`
    select id, event_id, event_type, workspace_id, payload, request_id, created_at, completed_at::text as completed_at
    from events.completed
    where created_at >= ${range.from} and created_at < ${range.to} and completed_at >= ${range.from}
      and (${range.type ?? null}::text is null or event_type = ${range.type ?? null}) and ${behind}
    order by events.completed.workspace_id, events.completed.completed_at, events.completed.id limit ${limit}`.execute(
    tables(tx),
  );
  return rows;
}
