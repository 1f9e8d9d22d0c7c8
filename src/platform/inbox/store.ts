import { newId } from "../../core/id.ts";
import type { Position } from "../../core/pages.ts";
import { ownTables, sql, type Tx } from "../../core/tables.ts";
import type {
  IncomingMessage,
  KeptMessage,
  MessageContents,
  MessageFilter,
  MessageOutcome,
  MessageStatus,
  Sender,
} from "./schema.ts";

const tables = ownTables("inbox.webhook_events");

const now = sql<Date>`plinth.now()`;

/** Keeps a message; undefined when it is here already. Waits for whoever is keeping the same one at this moment. */
export async function insertMessage(
  tx: Tx,
  { source, endpoint, event_id, event_type, subject, payload }: IncomingMessage,
  made: MessageContents | undefined,
): Promise<string | undefined> {
  const row = await tables(tx)
    .insertInto("inbox.webhook_events")
    .values({
      ...{ source, endpoint, event_id, event_type, subject, payload },
      id: newId(),
      contents: made?.contents === undefined ? null : JSON.stringify(made.contents),
      replaces: made?.replaces ?? [],
      received_at: sql<Date>`date_trunc('milliseconds', plinth.now())`,
      status: "received",
      reason: "new",
    })
    .onConflict((conflict) => conflict.columns(["source", "endpoint", "event_id"]).doNothing())
    .returning("id")
    .executeTakeFirst();
  return row?.id;
}

/** Whether the message is here already: what it still needs, it gets without being sent again. */
export async function isMessageKnown(
  tx: Tx,
  { source, endpoint, event_id }: Pick<IncomingMessage, "source" | "endpoint" | "event_id">,
): Promise<boolean> {
  const row = await tables(tx)
    .selectFrom("inbox.webhook_events")
    .select("id")
    .where("source", "=", source)
    .where("endpoint", "=", endpoint)
    .where("event_id", "=", event_id)
    .executeTakeFirst();
  return row !== undefined;
}

export async function settleMessage(tx: Tx, id: string, { status, reason }: MessageOutcome): Promise<void> {
  await tables(tx)
    .updateTable("inbox.webhook_events")
    .set({ status, reason, processed_at: status === "received" ? null : now })
    .where("id", "=", id)
    .execute();
}

/** Keeps what was fetched for a message that is here already, and counts the try. */
export async function keepContents(tx: Tx, id: string, made: MessageContents | undefined): Promise<void> {
  await tables(tx)
    .updateTable("inbox.webhook_events")
    .set({
      contents: made === undefined ? null : JSON.stringify(made.contents),
      attempts: sql<number>`attempts + 1`,
      ...(made === undefined ? {} : { replaces: made.replaces }),
    })
    .where("id", "=", id)
    .execute();
}

function selectMessages(tx: Tx) {
  return tables(tx)
    .selectFrom("inbox.webhook_events")
    .select(["id", "source", "endpoint", "event_id", "event_type", "subject", "payload", "contents", "status"])
    .select(["reason", "attempts", "received_at", "processed_at"]);
}

function keptOf(row: Awaited<ReturnType<ReturnType<typeof selectMessages>["executeTakeFirstOrThrow"]>>): KeptMessage {
  return { ...row, status: row.status as MessageStatus };
}

/** The subjects' messages that were neither applied nor ignored, and those that replace something among the subjects. */
export async function listOpenMessages(
  tx: Tx,
  { source, endpoint }: Sender,
  subjects: string[],
): Promise<KeptMessage[]> {
  const rows = await selectMessages(tx)
    .where("source", "=", source)
    .where("endpoint", "=", endpoint)
    .where("status", "in", ["received", "failed"])
    .where((eb) => eb.or([eb("subject", "in", subjects), sql<boolean>`replaces && ${subjects}::text[]`]))
    .execute();
  return rows.map(keptOf);
}

export async function findMessage(tx: Tx, id: string): Promise<KeptMessage | undefined> {
  const row = await selectMessages(tx).where("id", "=", id).executeTakeFirst();
  return row === undefined ? undefined : keptOf(row);
}

/** A page's rows and one more, newest first. */
export async function listMessages(
  tx: Tx,
  filter: MessageFilter,
  limit: number,
  after?: Position,
): Promise<KeptMessage[]> {
  const { sources } = filter;
  let query = selectMessages(tx)
    .where("source", "in", sources)
    .$if(after !== undefined, (q) =>
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

/** The unsettled messages, the oldest first, behind the position. */
export async function listUnsettledMessages(
  tx: Tx,
  sources: readonly string[],
  limit: number,
  after: Position | undefined,
): Promise<KeptMessage[]> {
  const rows = await selectMessages(tx)
    .where("source", "in", sources)
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

/** Removes up to `limit` messages that are done, have no body to look at again, and came more than so many days ago; returns how many. */
export async function deleteDone(tx: Tx, days: number, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from inbox.webhook_events where id in (
      select id from inbox.webhook_events
      where payload = '' and status in ('applied', 'ignored') and received_at < plinth.now() - make_interval(days => ${days})
      order by received_at limit ${limit}
    )
  `.execute(tables(tx));
  return Number(numAffectedRows ?? 0);
}
