import { newId } from "../../core/id.ts";
import type { Position } from "../../core/pages.ts";
import { ownTables, sql, type Tx } from "../../core/tables.ts";
import type { Store } from "../plans/index.ts";
import type { Environment } from "./schema.ts";
import type { Content, Notification } from "./store-port.ts";

const tables = ownTables("billing.webhook_events", "billing.leases");

const now = sql<Date>`plinth.now()`;

/** What became of a notification. */
export interface EventOutcome {
  status: "received" | "applied" | "ignored" | "failed";
  reason: string | null;
}

export type EventKey = Pick<Notification, "source" | "environment">;

/** Keeps a notification; undefined when it is here already. Waits for whoever is keeping the same one at this moment. */
export async function insertEvent(
  tx: Tx,
  notification: Notification,
  contents: Content[] | undefined,
): Promise<string | undefined> {
  const { source, environment, event_id, event_type, subject, payload } = notification;
  const row = await tables(tx)
    .insertInto("billing.webhook_events")
    .values({
      ...{ source, environment, event_id, event_type, subject, payload },
      id: newId(),
      contents: contents === undefined ? null : JSON.stringify(contents),
      replaces: replacedBy(contents ?? notification.contents),
      received_at: sql<Date>`date_trunc('milliseconds', plinth.now())`,
      status: "received",
      reason: "new",
    })
    .onConflict((conflict) => conflict.columns(["source", "environment", "event_id"]).doNothing())
    .returning("id")
    .executeTakeFirst();
  return row?.id;
}

function replacedBy(contents: Content[]): string[] {
  return contents.flatMap((content) => (content.kind === "subscription" ? (content.told.supersedes ?? []) : []));
}

/** Whether the notification is here already: what it still needs, it gets without being sent again. */
export async function isEventKnown(tx: Tx, { source, environment, event_id }: Notification): Promise<boolean> {
  const row = await tables(tx)
    .selectFrom("billing.webhook_events")
    .select("id")
    .where("source", "=", source)
    .where("environment", "=", environment)
    .where("event_id", "=", event_id)
    .executeTakeFirst();
  return row !== undefined;
}

export async function settleEvent(tx: Tx, id: string, { status, reason }: EventOutcome): Promise<void> {
  await tables(tx)
    .updateTable("billing.webhook_events")
    .set({ status, reason, processed_at: status === "received" ? null : now })
    .where("id", "=", id)
    .execute();
}

/** Keeps what the store answered for a notification that is here already, for as long as it has to wait. */
export async function keepContents(tx: Tx, id: string, contents: Content[] | undefined): Promise<void> {
  await tables(tx)
    .updateTable("billing.webhook_events")
    .set({
      contents: contents === undefined ? null : JSON.stringify(contents),
      attempts: sql<number>`attempts + 1`,
      ...(contents === undefined ? {} : { replaces: replacedBy(contents) }),
    })
    .where("id", "=", id)
    .execute();
}

/** Makes everybody who has news of the same go one after the other, always in the same order; returns the time of this transaction. */
export async function lockSubjects(tx: Tx, keys: string[]): Promise<Date> {
  const sorted = [...new Set(keys)].sort();
  const { rows } = await sql<{ now: Date }>`
    select plinth.now() as now from (
      select count(pg_advisory_xact_lock(hashtextextended('billing.' || key, 0)))
      from (select key from unnest(${sorted}::text[]) with ordinality as keys (key, place) order by place) ordered
    ) locked`.execute(tables(tx));
  const [row] = rows;
  if (row === undefined) throw new Error("The locks did not answer");
  return row.now;
}

/** The database's time, in milliseconds as stores tell it. */
export async function databaseTime(tx: Tx): Promise<Date> {
  const { at } = await tables(tx)
    .selectNoFrom(sql<Date>`date_trunc('milliseconds', plinth.now())`.as("at"))
    .executeTakeFirstOrThrow();
  return at;
}

/** An event as it was kept. */
export interface KeptEvent {
  id: string;
  source: Store;
  environment: Environment;
  event_id: string;
  event_type: string;
  subject: string | null;
  payload: string;
  contents: Content[] | null;
  status: EventOutcome["status"];
  reason: string | null;
  attempts: number;
  received_at: Date;
  processed_at: Date | null;
}

function selectEvents(tx: Tx) {
  return tables(tx)
    .selectFrom("billing.webhook_events")
    .select(["id", "source", "environment", "event_id", "event_type", "subject", "payload", "contents", "status"])
    .select(["reason", "attempts", "received_at", "processed_at"]);
}

function keptOf(row: Awaited<ReturnType<ReturnType<typeof selectEvents>["executeTakeFirstOrThrow"]>>): KeptEvent {
  const { source, environment, status, contents, ...rest } = row;
  return {
    ...rest,
    source: source as Store,
    environment: environment as Environment,
    status: status as KeptEvent["status"],
    contents: contents === null ? null : reviveContents(contents),
  };
}

const dates = new Set("trial_end started_at ended_at state_at at current_period_start current_period_end".split(" "));

/** Contents as they were before they were kept as JSON. */
function reviveContents(stored: unknown): Content[] {
  const text = JSON.stringify(stored);
  return JSON.parse(text, (name, value: unknown) =>
    dates.has(name) && typeof value === "string" ? new Date(value) : value,
  ) as Content[];
}

/** The subjects' notifications that were neither applied nor ignored, and those of what replaces a purchase that is among the subjects. */
export async function listOpenEvents(
  tx: Tx,
  { source, environment }: EventKey,
  subjects: string[],
): Promise<KeptEvent[]> {
  const rows = await selectEvents(tx)
    .where("source", "=", source)
    .where("environment", "=", environment)
    .where("status", "in", ["received", "failed"])
    .where((eb) => eb.or([eb("subject", "in", subjects), sql<boolean>`replaces && ${subjects}::text[]`]))
    .execute();
  return rows.map(keptOf);
}

export async function findEvent(tx: Tx, id: string): Promise<KeptEvent | undefined> {
  const row = await selectEvents(tx).where("id", "=", id).executeTakeFirst();
  return row === undefined ? undefined : keptOf(row);
}

export interface EventFilter {
  source?: string | undefined;
  status?: string | undefined;
  event_type?: string | undefined;
  subject?: string | undefined;
  event_id?: string | undefined;
}

/** A page's rows and one more, newest first. */
export async function listEvents(tx: Tx, filter: EventFilter, limit: number, after?: Position): Promise<KeptEvent[]> {
  let query = selectEvents(tx).$if(after !== undefined, (q) =>
    q.where(sql<boolean>`(received_at, id) < (${after?.created_at ?? null}, ${after?.id ?? null})`),
  );
  for (const name of ["source", "status", "event_type", "subject", "event_id"] as const) {
    const wanted = filter[name];
    if (wanted !== undefined) query = query.where(name, "=", wanted);
  }
  const rows = await query
    .orderBy("received_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return rows.map(keptOf);
}

/** The unsettled notifications of a source, the oldest first, behind the position. */
export async function listUnsettled(tx: Tx, limit: number, after: Position | undefined): Promise<KeptEvent[]> {
  const rows = await selectEvents(tx)
    .where("status", "in", ["received", "failed"])
    .where(
      after === undefined ? sql<boolean>`true` : sql<boolean>`(received_at, id) > (${after.created_at}, ${after.id})`,
    )
    .orderBy("received_at")
    .orderBy("id")
    .limit(limit)
    .execute();
  return rows.map(keptOf);
}

// ---- leases

/** Takes the lease if nobody has it; the time at which it was taken, or undefined. */
export async function takeLease(tx: Tx, key: string, token: string, seconds: number): Promise<Date | undefined> {
  const { rows } = await sql<{ taken_at: Date }>`
    insert into billing.leases as l (key, token, expires_at)
    values (${key}, ${token}, clock_timestamp() + make_interval(secs => ${seconds}))
    on conflict (key) do update set token = excluded.token, expires_at = excluded.expires_at
      where l.expires_at <= clock_timestamp()
    returning date_trunc('milliseconds', plinth.now()) as taken_at`.execute(tables(tx));
  return rows[0]?.taken_at;
}

/** Gives the lease back; whether it was still held, so that what was learned under it may be written. */
export async function endLease(tx: Tx, key: string, token: string): Promise<boolean> {
  const row = await tables(tx)
    .deleteFrom("billing.leases")
    .where("key", "=", key)
    .where("token", "=", token)
    .returning("key")
    .executeTakeFirst();
  return row !== undefined;
}
