import { type Ctx, type Doors, newId, type PageQuery, requestErrors, type Tx } from "../../../product.ts";
import { ReplyStarted } from "../events.ts";
import type { Guard } from "../guard.ts";
import { found, personOf } from "../person.ts";
import { isPosition, pageByKey, readPlace } from "../rules.ts";
import type { SafetyNotice } from "../schema.ts";
import { mirrorErrors } from "./errors.ts";
import {
  endReply,
  findByKey,
  findReply,
  hasPending,
  insertMessages,
  listMessages,
  type NewMessageRow,
  newestMessages,
  restartReply,
} from "./messages-store.ts";
import type { Replies, RunningReply, StartedReply } from "./replies.ts";
import { textsToCheck, windowOf } from "./rules.ts";
import type { MirrorMessage, MirrorSession } from "./schema.ts";
import { countMessages, findSession, lockSession } from "./sessions-store.ts";

export type Messages = ReturnType<typeof createMessages>;

/** How the reply is wanted: whole, or in pieces until the signal says that nobody reads any more. */
export type Wanted = { stream: false } | { stream: true; signal: AbortSignal };

/** A message with the reply that is on its way to it. */
export interface RunningExchange extends RunningReply {
  message: MirrorMessage;
}

/** Longer than any generation takes: a reply that is pending after it was abandoned by a process that died. */
const abandonedAfterSeconds = 300;

/** Messages that are read to find what fits into the model's window. */
const readForWindow = 100;

const feature = "prism.mirror_reply";

/** What is said in a mirror session. */
export function createMessages({
  db,
  events,
  guard,
  replies,
}: Pick<Doors, "db" | "events"> & { guard: Guard; replies: Replies }) {
  const run = (ctx: Ctx, started: StartedReply, wanted: Wanted): RunningReply =>
    wanted.stream ? replies.streamed(ctx, started, wanted.signal) : replies.whole(ctx, started);
  const announce = (tx: Tx, ctx: Ctx, message_id: string, attempt: number) =>
    events.append(tx, ctx, ReplyStarted, { message_id, attempt }, { delay_seconds: abandonedAfterSeconds });

  const read = (ctx: Ctx, session_id: string, key: string | undefined) =>
    db.inWorkspace(ctx, async (tx) => {
      const [session, lines, known] = await Promise.all([
        findSession(tx, personOf(ctx), session_id),
        newestMessages(tx, session_id, readForWindow),
        key === undefined ? [] : findByKey(tx, session_id, key),
      ]);
      return { session: found(session), lines, known };
    });

  /** Stores the message and its pending reply; in a crisis the reply is the notice. What the key has brought before comes back instead. */
  const store = (ctx: Ctx, session_id: string, content: string, notice: SafetyNotice | null, key: string | undefined) =>
    db.inWorkspace(ctx, async (tx) => {
      const session = found(await lockSession(tx, personOf(ctx), session_id));
      const known = key === undefined ? [] : await findByKey(tx, session_id, key);
      if (known.length > 0) return { known };
      requireOpen(session);
      if (await hasPending(tx, session_id)) throw mirrorErrors.reply_in_progress({ retry_after: 1 });
      const rows = rowsOf(ctx, session, content, notice, key);
      const [message, reply] = await insertMessages(tx, rows);
      await countMessages(tx, session_id, rows.length);
      if (reply?.status === "pending") await announce(tx, ctx, reply.id, 1);
      return { known: [], made: { message: required(message), reply: required(reply) } };
    });

  const restart = (ctx: Ctx, session_id: string, reply: MirrorMessage, notice: SafetyNotice | null) =>
    db.inWorkspace(ctx, async (tx) => {
      const session = found(await lockSession(tx, personOf(ctx), session_id));
      requireOpen(session);
      if (session.message_count !== reply.position) throw mirrorErrors.not_retryable();
      const again = await restartReply(tx, reply.id, notice);
      if (again === undefined) throw refusal(reply);
      if (notice?.safety.status !== "crisis") {
        await announce(tx, ctx, reply.id, again.attempt);
        return again;
      }
      const end = { status: "withheld" as const, content: notice.message, safety: notice };
      return { ...again, reply: required(await endReply(tx, reply.id, again.attempt, end)) };
    });

  const retry = async (ctx: Ctx, session_id: string, reply_id: string, wanted: Wanted): Promise<RunningExchange> => {
    const { session, lines } = await read(ctx, session_id, undefined);
    const [message, reply] = await db.statement(ctx, (tx) => findReply(tx, session_id, reply_id));
    if (message === undefined || reply === undefined) throw requestErrors.not_found();
    requireOpen(session);
    if (lines.at(-1)?.id !== reply.id || !isRetryable(reply)) throw refusal(reply);
    const before = lines.filter(({ position }) => position < message.position);
    const { locale } = session;
    const notice = await guard.check(ctx, { feature, locale }, textsToCheck(before, message.content));
    const again = await restart(ctx, session_id, reply, notice);
    if (again.reply.status !== "pending") return { message, ...replies.settled(again.reply) };
    const history = windowOf([...before, message]);
    return { message, ...run(ctx, { ...again, locale, history }, wanted) };
  };

  /** The same key again: the first answer, if there is one; a reply that failed or was interrupted is generated again. */
  const replay = (
    ctx: Ctx,
    session: MirrorSession,
    known: MirrorMessage[],
    content: string,
    wanted: Wanted,
  ): Promise<RunningExchange> | RunningExchange => {
    const [message, reply] = [required(known[0]), required(known[1])];
    if (message.content !== content) throw requestErrors.idempotency_conflict();
    if (reply.status === "pending") throw requestErrors.idempotency_in_progress({ retry_after: 1 });
    const isLast = session.message_count === reply.position;
    if (isRetryable(reply) && isLast && session.status === "open") return retry(ctx, session.id, reply.id, wanted);
    return { message, ...replies.settled(reply) };
  };

  return {
    /**
     * Says something and gets a reply. The order is the promise: the safety check of it and what was said before it, then it is stored with its
     * pending reply, then the reply is generated. In a crisis nothing is generated: the reply is the notice. One reply at a time; the same key gets
     * the first answer. Throws `prism.session_closed`, `prism.reply_in_progress`, and, from the reply, the gateway's errors.
     */
    post: async (
      ctx: Ctx,
      session_id: string,
      { content, idempotency_key: key }: { content: string; idempotency_key?: string | undefined },
      wanted: Wanted,
    ): Promise<RunningExchange> => {
      const { session, lines, known } = await read(ctx, session_id, key);
      if (known.length > 0) return replay(ctx, session, known, content, wanted);
      requireOpen(session);
      const { locale } = session;
      const notice = await guard.check(ctx, { feature, locale }, textsToCheck(lines, content));
      const stored = await store(ctx, session_id, content, notice, key);
      if (stored.made === undefined) return replay(ctx, session, stored.known, content, wanted);
      const { message, reply } = stored.made;
      if (reply.status !== "pending") return { message, ...replies.settled(reply) };
      const history = windowOf([...lines, message]);
      return { message, ...run(ctx, { reply, attempt: 1, locale, history }, wanted) };
    },

    /** Generates the last reply again, when it failed or was interrupted. Throws `prism.not_retryable` for any other. */
    retry,

    /** A session's messages, the newest first. */
    list: async (ctx: Ctx, session_id: string, { limit, cursor }: PageQuery) => {
      const before = readPlace(cursor, isPosition);
      const rows = await db.inWorkspace(ctx, async (tx) => {
        found(await findSession(tx, personOf(ctx), session_id));
        return listMessages(tx, session_id, before, limit);
      });
      return pageByKey(rows, limit, ({ position }) => String(position));
    },
  };
}

/** The person's message and the reply to come; in a crisis the notice in its place. */
function rowsOf(
  ctx: Ctx,
  session: MirrorSession,
  content: string,
  notice: SafetyNotice | null,
  key: string | undefined,
): NewMessageRow[] {
  const place = { workspace_id: ctx.workspace_id, session_id: session.id };
  const isCrisis = notice?.safety.status === "crisis";
  const position = session.message_count + 1;
  const message: NewMessageRow = {
    ...{ ...place, id: newId(), position, role: "user", status: "completed", content },
    ...{ safety_status: isCrisis ? "crisis" : notice === null ? "allow" : "caution", safety: null },
    idempotency_key: key ?? null,
  };
  const reply: NewMessageRow = {
    ...{ ...place, id: newId(), position: position + 1, role: "assistant", status: isCrisis ? "withheld" : "pending" },
    ...{ content: isCrisis ? notice.message : "", safety_status: "allow", safety: notice, idempotency_key: null },
  };
  return [message, reply];
}

function requireOpen({ status }: MirrorSession): void {
  if (status !== "open") throw mirrorErrors.session_closed();
}

function isRetryable({ status }: MirrorMessage): boolean {
  return status === "failed" || status === "interrupted";
}

function refusal({ status }: MirrorMessage) {
  return status === "pending" ? mirrorErrors.reply_in_progress({ retry_after: 1 }) : mirrorErrors.not_retryable();
}

function required<T>(row: T | undefined): T {
  if (row === undefined) throw new Error("A message without its reply");
  return row;
}
