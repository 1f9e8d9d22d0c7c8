import type { Position } from "../../core/pages.ts";
import { ownTables, sql, type Tx } from "../../core/tables.ts";
import {
  findMessage,
  insertMessage,
  isMessageKnown,
  type KeptMessage,
  keepContents as keepMessageContents,
  listMessages,
  listOpenMessages,
  listUnsettledMessages,
  type MessageFilter,
  type MessageOutcome,
  settleMessage,
} from "../inbox/index.ts";
import { type Store, stores } from "../plans/index.ts";
import type { Environment } from "./schema.ts";
import type { Content, Notification } from "./store-port.ts";

// Notifications are kept in the inbox that all senders share; here they are in billing's words: an endpoint is a store's environment.

const tables = ownTables("billing.leases");

/** What became of a notification. */
export type EventOutcome = MessageOutcome;

export type EventKey = Pick<Notification, "source" | "environment">;

function messageOf({ environment: endpoint, source, event_id, event_type, subject, payload }: Notification) {
  return { source, endpoint, event_id, event_type, subject, payload };
}

/** Keeps a notification; undefined when it is here already. Waits for whoever is keeping the same one at this moment. */
export function insertEvent(
  tx: Tx,
  notification: Notification,
  contents: Content[] | undefined,
): Promise<string | undefined> {
  const made = { contents, replaces: replacedBy(contents ?? notification.contents) };
  return insertMessage(tx, messageOf(notification), made);
}

function replacedBy(contents: Content[]): string[] {
  return contents.flatMap((content) => (content.kind === "subscription" ? (content.told.supersedes ?? []) : []));
}

/** Whether the notification is here already: what it still needs, it gets without being sent again. */
export function isEventKnown(tx: Tx, notification: Notification): Promise<boolean> {
  return isMessageKnown(tx, messageOf(notification));
}

export { settleMessage as settleEvent };

/** Keeps what the store answered for a notification that is here already, for as long as it has to wait. */
export function keepContents(tx: Tx, id: string, contents: Content[] | undefined): Promise<void> {
  return keepMessageContents(tx, id, contents && { contents, replaces: replacedBy(contents) });
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

/** A notification as it was kept. */
export interface KeptEvent extends Omit<KeptMessage, "source" | "endpoint" | "contents"> {
  source: Store;
  environment: Environment;
  contents: Content[] | null;
}

function keptOf({ source, endpoint, contents, ...rest }: KeptMessage): KeptEvent {
  return {
    ...rest,
    source: source as Store,
    environment: endpoint as Environment,
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
  { source, environment: endpoint }: EventKey,
  subjects: string[],
): Promise<KeptEvent[]> {
  return (await listOpenMessages(tx, { source, endpoint }, subjects)).map(keptOf);
}

export async function findEvent(tx: Tx, id: string): Promise<KeptEvent | undefined> {
  const row = await findMessage(tx, id);
  return row !== undefined && stores.some((store) => store === row.source) ? keptOf(row) : undefined;
}

export type EventFilter = Omit<MessageFilter, "sources">;

/** A page's rows and one more, newest first. */
export async function listEvents(tx: Tx, filter: EventFilter, limit: number, after?: Position): Promise<KeptEvent[]> {
  return (await listMessages(tx, { ...filter, sources: stores }, limit, after)).map(keptOf);
}

/** The unsettled notifications, the oldest first, behind the position. */
export async function listUnsettled(tx: Tx, limit: number, after: Position | undefined): Promise<KeptEvent[]> {
  return (await listUnsettledMessages(tx, stores, limit, after)).map(keptOf);
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
