import type { Position } from "../../core/pages.ts";
import { ownTables, sql, type Tx } from "../../core/tables.ts";
import type { Attempt, Delivery, DeliveryStatus } from "./schema.ts";
import type { Outcome } from "./sender-port.ts";

const tables = ownTables("webhooks.deliveries", "webhooks.attempts");

const now = sql<Date>`plinth.now()`;
const toTheMillisecond = sql<Date>`date_trunc('milliseconds', plinth.now())`;
const columns = [
  ...(["id", "endpoint_id", "event_id", "event_type", "status", "attempts", "replays", "next_attempt_at"] as const),
  ...(["last_attempt_at", "last_status_code", "last_error", "created_at", "delivered_at"] as const),
] as const;

/** `status` holds what the column's check allows. */
const typed = <Row extends { status: string }>(row: Row) => ({ ...row, status: row.status as DeliveryStatus });

export interface NewDelivery {
  id: string;
  workspace_id: string;
  endpoint_id: string;
  event_id: string;
  event_type: string;
  body: string;
  status: "pending" | "skipped";
}

/** Notes deliveries; those that are known already stay as they are. Returns the new ones. */
export async function insertDeliveries(tx: Tx, rows: NewDelivery[]): Promise<Delivery[]> {
  const values = rows.map((row) => ({
    ...row,
    created_at: toTheMillisecond,
    next_attempt_at: row.status === "pending" ? now : null,
  }));
  const inserted = await tables(tx)
    .insertInto("webhooks.deliveries")
    .values(values)
    .onConflict((conflict) => conflict.columns(["endpoint_id", "event_id"]).doNothing())
    .returning(columns)
    .execute();
  return inserted.map(typed);
}

/** What one try needs to know. */
export interface DueDelivery {
  endpoint_id: string;
  event_id: string;
  event_type: string;
  body: string;
  tries: number;
  url: string;
  enabled: boolean;
  /** The secrets that sign now, sealed; the present one first. */
  secrets: Buffer[];
}

/** A delivery whose try of this number is due; undefined when it was made already, or is not to be made any more. */
export async function findDue(
  tx: Tx,
  at: { workspace_id: string; id: string; attempt: number },
): Promise<DueDelivery | undefined> {
  const { rows } = await sql<Omit<DueDelivery, "secrets"> & { secret: Buffer; previous: Buffer | null }>`
    select d.endpoint_id, d.event_id, d.event_type, d.body, d.tries, e.url, e.enabled, e.secret_sealed as secret,
      case when e.previous_secret_until > plinth.now() then e.previous_secret_sealed end as previous
    from webhooks.deliveries d
    join webhooks.endpoints e on e.workspace_id = d.workspace_id and e.id = d.endpoint_id
    where d.workspace_id = ${at.workspace_id} and d.id = ${at.id} and d.status = 'pending' and d.attempts = ${at.attempt - 1}
  `.execute(tables(tx));
  const [row] = rows;
  if (row === undefined) return undefined;
  const { secret, previous, ...due } = row;
  return { ...due, secrets: previous === null ? [secret] : [secret, previous] };
}

/** What a try came to: `next_in_seconds` until the next one, null when there is none. */
export interface Result {
  outcome: Outcome;
  status: "pending" | "delivered" | "failed";
  next_in_seconds: number | null;
}

/** Records a try, unless another worker has recorded the one of this number; whether it was this one. */
export async function recordAttempt(
  tx: Tx,
  at: { workspace_id: string; id: string; attempt: number; attempt_id: string },
  { outcome, status, next_in_seconds }: Result,
): Promise<boolean> {
  const { status_code, latency_ms, response, error } = outcome;
  const updated = await tables(tx)
    .updateTable("webhooks.deliveries")
    .set((eb) => ({
      status,
      attempts: at.attempt,
      tries: eb("tries", "+", 1),
      next_attempt_at:
        next_in_seconds === null ? null : sql<Date>`plinth.now() + make_interval(secs => ${next_in_seconds})`,
      last_attempt_at: now,
      last_status_code: status_code,
      last_error: error,
      ...(status === "delivered" ? { delivered_at: now } : {}),
    }))
    .where("workspace_id", "=", at.workspace_id)
    .where("id", "=", at.id)
    .where("status", "=", "pending")
    .where("attempts", "=", at.attempt - 1)
    .returning("id")
    .executeTakeFirst();
  if (updated === undefined) return false;
  const row = { id: at.attempt_id, workspace_id: at.workspace_id, delivery_id: at.id, attempt: at.attempt };
  await tables(tx)
    .insertInto("webhooks.attempts")
    .values({ ...row, status_code, latency_ms, response, error, created_at: now })
    .execute();
  return true;
}

/** A delivery whose endpoint is off is not tried. */
export async function skipDelivery(tx: Tx, workspace_id: string, id: string): Promise<void> {
  await tables(tx)
    .updateTable("webhooks.deliveries")
    .set({ status: "skipped", next_attempt_at: null })
    .where("workspace_id", "=", workspace_id)
    .where("id", "=", id)
    .where("status", "=", "pending")
    .execute();
}

export interface DeliveryFilter {
  workspace_id: string;
  endpoint_id: string;
  status: DeliveryStatus | undefined;
  event_type: string | undefined;
  event_id: string | undefined;
  created_from: string | undefined;
  created_to: string | undefined;
}

export async function listDeliveries(
  tx: Tx,
  filter: DeliveryFilter,
  after: Position | undefined,
  limit: number,
): Promise<Delivery[]> {
  const { status, event_type, event_id, created_from, created_to } = filter;
  const rows = await tables(tx)
    .selectFrom("webhooks.deliveries")
    .select(columns)
    .where("workspace_id", "=", filter.workspace_id)
    .where("endpoint_id", "=", filter.endpoint_id)
    .$if(status !== undefined, (query) => query.where("status", "=", status ?? ""))
    .$if(event_type !== undefined, (query) => query.where("event_type", "=", event_type ?? ""))
    .$if(event_id !== undefined, (query) => query.where("event_id", "=", event_id ?? ""))
    .$if(created_from !== undefined, (query) => query.where(sql<boolean>`created_at >= ${created_from}::timestamptz`))
    .$if(created_to !== undefined, (query) => query.where(sql<boolean>`created_at < ${created_to}::timestamptz`))
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(created_at, id) < (${after?.created_at}, ${after?.id})`),
    )
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return rows.map(typed);
}

/** Which delivery of which endpoint. */
export interface DeliveryAt {
  workspace_id: string;
  endpoint_id: string;
  id: string;
}

export async function findDelivery(tx: Tx, at: DeliveryAt): Promise<(Delivery & { body: string }) | undefined> {
  const row = await tables(tx)
    .selectFrom("webhooks.deliveries")
    .select([...columns, "body"])
    .where("workspace_id", "=", at.workspace_id)
    .where("endpoint_id", "=", at.endpoint_id)
    .where("id", "=", at.id)
    .executeTakeFirst();
  return row === undefined ? undefined : typed(row);
}

/** The newest tries of a delivery. */
export async function listAttempts(
  tx: Tx,
  workspace_id: string,
  delivery_id: string,
  limit: number,
): Promise<Attempt[]> {
  return tables(tx)
    .selectFrom("webhooks.attempts")
    .select(["attempt", "status_code", "latency_ms", "response", "error", "created_at"])
    .where("workspace_id", "=", workspace_id)
    .where("delivery_id", "=", delivery_id)
    .orderBy("attempt", "desc")
    .limit(limit)
    .execute();
}

const again = {
  status: "pending",
  tries: 0,
  replays: sql<number>`replays + 1`,
  next_attempt_at: now,
};

/** Begins a delivery anew that is not on its way; its next try's number, or undefined when it is on its way. */
export async function restartDelivery(tx: Tx, at: DeliveryAt): Promise<number | undefined> {
  const row = await tables(tx)
    .updateTable("webhooks.deliveries")
    .set(again)
    .where("workspace_id", "=", at.workspace_id)
    .where("endpoint_id", "=", at.endpoint_id)
    .where("id", "=", at.id)
    .where("status", "<>", "pending")
    .returning("attempts")
    .executeTakeFirst();
  return row === undefined ? undefined : row.attempts + 1;
}

/** What did not arrive at an endpoint between two times. */
export interface LostRange {
  workspace_id: string;
  endpoint_id: string;
  since: string;
  until: string;
}

function lost({ workspace_id, endpoint_id, since, until }: LostRange) {
  return sql<boolean>`workspace_id = ${workspace_id} and endpoint_id = ${endpoint_id} and status in ('failed', 'skipped')
    and created_at between ${since}::timestamptz and ${until}::timestamptz`;
}

export async function countLost(tx: Tx, range: LostRange): Promise<number> {
  const { count } = await tables(tx)
    .selectFrom("webhooks.deliveries")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where(lost(range))
    .executeTakeFirstOrThrow();
  return count;
}

/** Begins up to `limit` lost deliveries anew, the oldest behind a position first; returns them in that order. */
export async function restartLost(
  tx: Tx,
  range: LostRange,
  after: { created_at: string; id: string } | null,
  limit: number,
): Promise<{ id: string; attempts: number; created_at: Date }[]> {
  const { rows } = await sql<{ id: string; attempts: number; created_at: Date }>`
    with picked as materialized (
      select id from webhooks.deliveries
      where ${lost(range)}
        and ${after === null ? sql`true` : sql`(created_at, id) > (${after.created_at}::timestamptz, ${after.id}::uuid)`}
      order by created_at, id limit ${limit} for update skip locked
    ), restarted as (
      update webhooks.deliveries d set status = 'pending', tries = 0, replays = d.replays + 1, next_attempt_at = plinth.now()
      from picked where d.workspace_id = ${range.workspace_id} and d.id = picked.id
      returning d.id, d.attempts, d.created_at
    )
    select * from restarted order by created_at, id
  `.execute(tables(tx));
  return rows;
}

/** Removes up to `limit` deliveries that are over and older than so many days, with their tries; returns how many. */
export async function deleteOld(tx: Tx, days: number, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from webhooks.deliveries d using (
      select workspace_id, id from webhooks.deliveries
      where status <> 'pending' and created_at < plinth.now() - make_interval(days => ${days}) limit ${limit}
    ) old where d.workspace_id = old.workspace_id and d.id = old.id
  `.execute(tables(tx));
  return Number(numAffectedRows ?? 0);
}
