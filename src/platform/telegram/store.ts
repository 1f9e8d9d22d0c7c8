import type { Position } from "../../core/pages.ts";
import { olderThan, ownTables, sql, type Tx } from "../../core/tables.ts";

const tables = ownTables("telegram.chats", "telegram.messages");

const now = sql<Date>`date_trunc('milliseconds', plinth.now())`;

// Chats

/** Enters a link that waits for its code; the time at which that ends. */
export async function insertLink(
  tx: Tx,
  link: { id: string; workspace_id: string; user_id: string; code_hash: Buffer },
  minutes: number,
): Promise<Date> {
  const { code_expires_at } = await tables(tx)
    .insertInto("telegram.chats")
    .values({ ...link, created_at: now, code_expires_at: sql<Date>`${now} + make_interval(mins => ${minutes})` })
    .returning(sql<Date>`code_expires_at`.as("code_expires_at"))
    .executeTakeFirstOrThrow();
  return code_expires_at;
}

export interface Link {
  id: string;
  workspace_id: string;
  user_id: string;
}

/** Uses a code, once: the chat is linked by it. Undefined for a code that is unknown, used or over. A chat that was another's before is this one's now. */
export async function useCode(
  tx: Tx,
  code_hash: Buffer,
  chat: { chat_id: number; title: string | null },
): Promise<Link | undefined> {
  const link = await tables(tx)
    .updateTable("telegram.chats")
    .set({ code_hash: null, code_expires_at: null, linked_at: now })
    .where("code_hash", "=", code_hash)
    .where("code_expires_at", ">", sql<Date>`plinth.now()`)
    .returning(["id", "workspace_id", "user_id"])
    .executeTakeFirst();
  if (link === undefined) return undefined;
  await tables(tx)
    .deleteFrom("telegram.chats")
    .where("chat_id", "=", chat.chat_id)
    .where("id", "<>", link.id)
    .execute();
  await tables(tx).updateTable("telegram.chats").set(chat).where("id", "=", link.id).execute();
  return link;
}

export async function findLinkOfChat(tx: Tx, chat_id: number): Promise<Link | undefined> {
  return tables(tx)
    .selectFrom("telegram.chats")
    .select(["id", "workspace_id", "user_id"])
    .where("chat_id", "=", chat_id)
    .executeTakeFirst();
}

/** The chat of a link of this workspace; undefined for one that is not linked. */
export async function findChat(tx: Tx, workspace_id: string, id: string): Promise<{ chat_id: number } | undefined> {
  const row = await tables(tx)
    .selectFrom("telegram.chats")
    .select("chat_id")
    .where("workspace_id", "=", workspace_id)
    .where("id", "=", id)
    .executeTakeFirst();
  return row?.chat_id == null ? undefined : { chat_id: Number(row.chat_id) };
}

export async function moveChat(tx: Tx, workspace_id: string, id: string, chat_id: number): Promise<void> {
  await tables(tx)
    .updateTable("telegram.chats")
    .set({ chat_id })
    .where("workspace_id", "=", workspace_id)
    .where("id", "=", id)
    .execute();
}

/** A workspace's links, or one person's there, the newest first; one more than `limit`. */
export async function listLinks(tx: Tx, user_id: string | undefined, after: Position | undefined, limit: number) {
  return tables(tx)
    .selectFrom("telegram.chats")
    .select(["id", "user_id", "title", "linked_at", "created_at"])
    .where(olderThan(after))
    .$if(user_id !== undefined, (query) => query.where("user_id", "=", user_id ?? ""))
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
}

/** Removes a link with its messages, where it is the person's if one is named; false when there is none to remove. */
export async function deleteLink(tx: Tx, user_id: string | undefined, id: string): Promise<boolean> {
  const { numDeletedRows } = await tables(tx)
    .deleteFrom("telegram.chats")
    .where("id", "=", id)
    .$if(user_id !== undefined, (query) => query.where("user_id", "=", user_id ?? ""))
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** Removes a person's links with their messages: in one workspace, or in all that the transaction sees. */
export async function deleteLinksOf(tx: Tx, user_id: string, workspace_id?: string): Promise<void> {
  await tables(tx)
    .deleteFrom("telegram.chats")
    .where("user_id", "=", user_id)
    .$if(workspace_id !== undefined, (query) => query.where("workspace_id", "=", workspace_id ?? ""))
    .execute();
}

/** Removes links whose code was never used; how many they were. */
export async function deleteExpiredLinks(tx: Tx): Promise<number> {
  const { numDeletedRows } = await tables(tx)
    .deleteFrom("telegram.chats")
    .where("chat_id", "is", null)
    .where("code_expires_at", "<", sql<Date>`plinth.now()`)
    .executeTakeFirst();
  return Number(numDeletedRows);
}

// Messages

export interface MessageRow {
  id: string;
  workspace_id: string;
  link_id: string;
  direction: string;
  body_sealed: Buffer | null;
  status: string;
  error_code: string | null;
  created_at: Date;
}

const columns = [
  "id",
  "workspace_id",
  "link_id",
  "direction",
  "body_sealed",
  "status",
  "error_code",
  "created_at",
] as const;

/** Enters a message; false when its key was used in this workspace. */
export async function insertMessage(
  tx: Tx,
  row: {
    id: string;
    workspace_id: string;
    link_id: string;
    direction: "outgoing" | "incoming";
    message_id: number | null;
    body_sealed: Buffer;
    status: "queued" | "received";
    idempotency_key: string;
  },
): Promise<boolean> {
  const inserted = await tables(tx)
    .insertInto("telegram.messages")
    .values({ ...row, created_at: now, updated_at: now })
    .onConflict((conflict) => conflict.columns(["workspace_id", "idempotency_key"]).doNothing())
    .returning("id")
    .executeTakeFirst();
  return inserted !== undefined;
}

export async function findMessage(
  tx: Tx,
  workspace_id: string,
  by: { id: string } | { idempotency_key: string },
): Promise<MessageRow | undefined> {
  const [name, value] = "id" in by ? (["id", by.id] as const) : (["idempotency_key", by.idempotency_key] as const);
  return tables(tx)
    .selectFrom("telegram.messages")
    .select(columns)
    .where("workspace_id", "=", workspace_id)
    .where(name, "=", value)
    .executeTakeFirst();
}

/** Settles a message that waits. */
export async function settleMessage(
  tx: Tx,
  message: { workspace_id: string; id: string; status: "sent" | "failed"; message_id?: number; error_code?: string },
): Promise<void> {
  const { workspace_id, id, ...what } = message;
  await tables(tx)
    .updateTable("telegram.messages")
    .set({ ...what, updated_at: now })
    .where("workspace_id", "=", workspace_id)
    .where("id", "=", id)
    .where("status", "=", "queued")
    .execute();
}

/** Settles a message that has waited for so many hours as failed; false when it has not. */
export async function giveUpOld(
  tx: Tx,
  message: { workspace_id: string; id: string; error_code: string },
  hours: number,
): Promise<boolean> {
  const { workspace_id, id, error_code } = message;
  const { numUpdatedRows } = await tables(tx)
    .updateTable("telegram.messages")
    .set({ status: "failed", error_code, updated_at: now })
    .where("workspace_id", "=", workspace_id)
    .where("id", "=", id)
    .where("status", "=", "queued")
    .where("created_at", "<", sql<Date>`plinth.now() - make_interval(hours => ${hours})`)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Takes the texts out of messages older than so many days; how many they were. */
export async function forgetBodies(tx: Tx, days: number): Promise<number> {
  const { numUpdatedRows } = await tables(tx)
    .updateTable("telegram.messages")
    .set({ body_sealed: null })
    .where("body_sealed", "is not", null)
    .where("created_at", "<", sql<Date>`plinth.now() - make_interval(days => ${days})`)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}
