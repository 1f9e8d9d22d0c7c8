import type { Position } from "../../core/pages.ts";
import { olderThan, ownTables, sql, type Tx } from "../../core/tables.ts";
import { statesBefore } from "./rules.ts";
import type { SmsStatus } from "./schema.ts";

const tables = ownTables("sms.messages", "sms.opt_outs");

const now = sql<Date>`date_trunc('milliseconds', plinth.now())`;

export interface SmsRow {
  id: string;
  workspace_id: string;
  user_id: string | null;
  direction: string;
  number_sealed: Buffer;
  body_sealed: Buffer | null;
  status: string;
  error_code: string | null;
  attempts: number;
  created_at: Date;
}

const columns = [
  ...(["id", "workspace_id", "user_id", "direction", "number_sealed", "body_sealed", "status"] as const),
  ...(["error_code", "attempts", "created_at"] as const),
] as const;

export interface NewSmsRow {
  id: string;
  workspace_id: string;
  user_id: string | null;
  direction: "outgoing" | "incoming";
  number_hash: Buffer;
  number_sealed: Buffer;
  body_sealed: Buffer;
  status: SmsStatus;
  provider: string;
  provider_id: string | null;
  idempotency_key: string;
}

/** Enters a message; false when its key was used in this workspace. */
export async function insertMessage(tx: Tx, row: NewSmsRow): Promise<boolean> {
  const inserted = await tables(tx)
    .insertInto("sms.messages")
    .values({ ...row, created_at: now, updated_at: now })
    .onConflict((conflict) => conflict.columns(["workspace_id", "idempotency_key"]).doNothing())
    .returning("id")
    .executeTakeFirst();
  return inserted !== undefined;
}

export async function findByKey(tx: Tx, workspace_id: string, idempotency_key: string): Promise<SmsRow | undefined> {
  return tables(tx)
    .selectFrom("sms.messages")
    .select(columns)
    .where("workspace_id", "=", workspace_id)
    .where("idempotency_key", "=", idempotency_key)
    .executeTakeFirst();
}

export async function findMessage(tx: Tx, workspace_id: string, id: string): Promise<SmsRow | undefined> {
  return tables(tx)
    .selectFrom("sms.messages")
    .select(columns)
    .where("workspace_id", "=", workspace_id)
    .where("id", "=", id)
    .executeTakeFirst();
}

/**
 * Takes a message in hand, or settles it as suppressed when its number has opted out; undefined when it is settled already. `attempts` counts this one: over 1 means that
 * an earlier attempt ended unseen or was refused for a while.
 */
export async function claimMessage(tx: Tx, workspace_id: string, id: string): Promise<SmsRow | undefined> {
  const { rows } = await sql<SmsRow>`
    update sms.messages m set attempts = attempts + 1, updated_at = plinth.now(),
      status = case when exists (select from sms.opt_outs o where o.number_hash = m.number_hash) then 'suppressed' else 'sending' end
    where workspace_id = ${workspace_id} and id = ${id} and status in ('queued', 'sending')
    returning id, workspace_id, user_id, direction, number_sealed, body_sealed, status, error_code, attempts, created_at
  `.execute(tables(tx));
  return rows[0];
}

/** Notes that the provider knows the message by this id; false when another message has it. Needs that nobody else works on messages to this number. */
export async function adoptProviderId(
  tx: Tx,
  { workspace_id, id, provider_id }: { workspace_id: string; id: string; provider_id: string },
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update sms.messages m set provider_id = ${provider_id}, updated_at = plinth.now()
    where workspace_id = ${workspace_id} and id = ${id}
      and not exists (select from sms.messages o where o.provider_id = ${provider_id} and o.id <> m.id)
  `.execute(tables(tx));
  return (numAffectedRows ?? 0n) > 0n;
}

/** Notes what became of a message, unless something later is known of it; whether it changed anything. */
export async function recordStatus(
  tx: Tx,
  message: { workspace_id: string; id: string; status: SmsStatus; provider_id?: string; error_code?: string | null },
): Promise<boolean> {
  const { workspace_id, id, status, provider_id, error_code } = message;
  const row = await tables(tx)
    .updateTable("sms.messages")
    .set({
      status,
      updated_at: now,
      ...(provider_id === undefined ? {} : { provider_id }),
      ...(error_code === undefined ? {} : { error_code }),
    })
    .where("workspace_id", "=", workspace_id)
    .where("id", "=", id)
    .where("status", "in", statesBefore(status))
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

/** Whose a number is: of whoever wrote to it last. */
export async function findOwner(tx: Tx, number_hash: Buffer) {
  return tables(tx)
    .selectFrom("sms.messages")
    .select(["workspace_id", "user_id"])
    .where("number_hash", "=", number_hash)
    .where("direction", "=", "outgoing")
    .orderBy("created_at", "desc")
    .limit(1)
    .executeTakeFirst();
}

/** A workspace's messages, the newest first; one more than `limit`. */
export async function listMessages(
  tx: Tx,
  filter: { user_id?: string | undefined; direction?: string | undefined },
  after: Position | undefined,
  limit: number,
): Promise<SmsRow[]> {
  let query = tables(tx).selectFrom("sms.messages").select(columns).where(olderThan(after));
  if (filter.user_id !== undefined) query = query.where("user_id", "=", filter.user_id);
  if (filter.direction !== undefined) query = query.where("direction", "=", filter.direction);
  return query
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
}

/** The newest outgoing messages of everybody, for the development mailbox. */
export async function listOutgoing(tx: Tx, limit: number): Promise<SmsRow[]> {
  return tables(tx)
    .selectFrom("sms.messages")
    .select(columns)
    .where("direction", "=", "outgoing")
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit)
    .execute();
}

export async function addOptOut(tx: Tx, number_hash: Buffer, reason: "keyword" | "provider"): Promise<void> {
  await tables(tx)
    .insertInto("sms.opt_outs")
    .values({ number_hash, reason, created_at: now })
    .onConflict((conflict) => conflict.column("number_hash").doNothing())
    .execute();
}

/** Whether there was one. */
export async function removeOptOut(tx: Tx, number_hash: Buffer): Promise<boolean> {
  const { numDeletedRows } = await tables(tx)
    .deleteFrom("sms.opt_outs")
    .where("number_hash", "=", number_hash)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** Takes the texts out of messages older than so many days; how many they were. */
export async function forgetBodies(tx: Tx, days: number): Promise<number> {
  const { numUpdatedRows } = await tables(tx)
    .updateTable("sms.messages")
    .set({ body_sealed: null })
    .where("body_sealed", "is not", null)
    .where("created_at", "<", sql<Date>`plinth.now() - make_interval(days => ${days})`)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** Removes what was written to a person and by them, in every workspace that the transaction sees. That a number wants no messages stays. */
export async function deleteMessagesOf(tx: Tx, user_id: string): Promise<void> {
  await tables(tx).deleteFrom("sms.messages").where("user_id", "=", user_id).execute();
}
