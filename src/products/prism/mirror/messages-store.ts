import type { Tx } from "../../../product.ts";
import type { Place } from "../rules.ts";
import type { SafetyNotice } from "../schema.ts";
import { now, tables } from "../store.ts";
import type { MirrorMessage } from "./schema.ts";

const columns = [
  "id",
  "position",
  "role",
  "status",
  "content",
  "safety_status",
  "safety",
  "provider",
  "model",
  "created_at",
] as const;

interface MessageRow extends Omit<MirrorMessage, "role" | "status" | "safety_status" | "notice"> {
  role: string;
  status: string;
  safety_status: string;
  safety: unknown;
}

/** The checks of the columns are those of the schema. */
function toMessage({ safety, ...row }: MessageRow): MirrorMessage {
  return { ...row, notice: safety } as MirrorMessage;
}

const ofSession = (tx: Tx, session_id: string) =>
  tables(tx).selectFrom("prism.mirror_messages").where("session_id", "=", session_id);

/** A session's newest messages, in their order. Whose the session is was asked before. */
export async function newestMessages(tx: Tx, session_id: string, limit: number): Promise<MirrorMessage[]> {
  const rows = await ofSession(tx, session_id).select(columns).orderBy("position", "desc").limit(limit).execute();
  return rows.map(toMessage).toReversed();
}

/** A page of a session's messages, the newest first; one more than `limit`. By position: a transaction that waited is older than its message. */
export async function listMessages(
  tx: Tx,
  session_id: string,
  before: Place | undefined,
  limit: number,
): Promise<MirrorMessage[]> {
  let query = ofSession(tx, session_id).select(columns);
  if (before !== undefined) query = query.where("position", "<", Number(before.key));
  const rows = await query
    .orderBy("position", "desc")
    .limit(limit + 1)
    .execute();
  return rows.map(toMessage);
}

/** The message that was sent with the key, and the reply to it. */
export async function findByKey(tx: Tx, session_id: string, key: string): Promise<MirrorMessage[]> {
  const position = ofSession(tx, session_id).select("position").where("idempotency_key", "=", key);
  const rows = await ofSession(tx, session_id)
    .select(columns)
    .where((row) => row.or([row("position", "=", position), row("position", "=", row(position, "+", 1))]))
    .orderBy("position")
    .execute();
  return rows.map(toMessage);
}

/** A reply with the message that it answers, that first. */
export async function findReply(tx: Tx, session_id: string, id: string): Promise<MirrorMessage[]> {
  const position = ofSession(tx, session_id).select("position").where("id", "=", id).where("role", "=", "assistant");
  const rows = await ofSession(tx, session_id)
    .select(columns)
    .where((row) => row.or([row("position", "=", position), row("position", "=", row(position, "-", 1))]))
    .orderBy("position")
    .execute();
  return rows.map(toMessage);
}

export async function hasPending(tx: Tx, session_id: string): Promise<boolean> {
  const row = await ofSession(tx, session_id).select("id").where("status", "=", "pending").executeTakeFirst();
  return row !== undefined;
}

export interface NewMessageRow {
  id: string;
  workspace_id: string;
  session_id: string;
  position: number;
  role: MirrorMessage["role"];
  status: MirrorMessage["status"];
  content: string;
  safety_status: MirrorMessage["safety_status"];
  safety: SafetyNotice | null;
  idempotency_key: string | null;
}

export async function insertMessages(tx: Tx, messages: NewMessageRow[]): Promise<MirrorMessage[]> {
  const rows = await tables(tx)
    .insertInto("prism.mirror_messages")
    .values(
      messages.map(({ safety, ...message }) => ({
        ...message,
        safety: safety === null ? null : JSON.stringify(safety),
        created_at: now,
        updated_at: now,
      })),
    )
    .returning(columns)
    .execute();
  return rows.map(toMessage).toSorted((a, b) => a.position - b.position);
}

/** How a reply ended. */
export type ReplyEnd =
  | {
      status: "completed";
      content: string;
      provider: string;
      model: string;
      input_tokens: number;
      output_tokens: number;
    }
  | { status: "interrupted"; content: string }
  | { status: "withheld"; content: string; safety: SafetyNotice }
  | { status: "failed" };

/** Ends the attempt at a reply; undefined when it had ended before, or another attempt runs. */
export async function endReply(tx: Tx, id: string, attempt: number, end: ReplyEnd): Promise<MirrorMessage | undefined> {
  const { safety, ...rest } = { safety: undefined, ...end };
  const row = await tables(tx)
    .updateTable("prism.mirror_messages")
    .set({ ...rest, ...(safety && { safety: JSON.stringify(safety) }), updated_at: now })
    .where("id", "=", id)
    .where("attempt", "=", attempt)
    .where("status", "=", "pending")
    .returning(columns)
    .executeTakeFirst();
  return row === undefined ? undefined : toMessage(row);
}

/** Begins another attempt at a reply that failed or was interrupted; its number, undefined when it is neither. */
export async function restartReply(
  tx: Tx,
  id: string,
  notice: SafetyNotice | null,
): Promise<{ reply: MirrorMessage; attempt: number } | undefined> {
  const row = await tables(tx)
    .updateTable("prism.mirror_messages")
    .set((row) => ({
      status: "pending",
      content: "",
      attempt: row("attempt", "+", 1),
      safety: notice === null ? null : JSON.stringify(notice),
      updated_at: now,
    }))
    .where("id", "=", id)
    .where("status", "in", ["failed", "interrupted"])
    .returning([...columns, "attempt"])
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { attempt, ...reply } = row;
  return { reply: toMessage(reply), attempt };
}
