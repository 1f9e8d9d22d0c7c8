import { type Ctx, type Doors, newId, type Prompts, pageOf, readCursor } from "../../../product.ts";
import { PurgeDue, purgeDelay, SessionClosed } from "../events.ts";
import type { Guard } from "../guard.ts";
import { found, personOf } from "../person.ts";
import { mirrorErrors } from "./errors.ts";
import { hasPending, newestMessages } from "./messages-store.ts";
import { storable, transcriptOf } from "./rules.ts";
import type { MirrorSession, NewSession, SessionQuery } from "./schema.ts";
import {
  claimSummary,
  closeSession,
  endSummary,
  findSession,
  hideSession,
  insertSession,
  listSessions,
  lockSession,
  renameSession,
} from "./sessions-store.ts";

export type Sessions = ReturnType<typeof createSessions>;

/** Longer than any generation takes: a summary that is pending after it was left behind by a process that died. */
const summaryLeaseSeconds = 300;

const feature = "prism.mirror_summary";

interface SessionsOptions extends Pick<Doors, "db" | "usage" | "ai" | "events" | "logger"> {
  guard: Guard;
  prompts: Prompts;
}

/** A person's mirror sessions. */
export function createSessions({ db, usage, ai, events, guard, prompts, logger }: SessionsOptions) {
  const get = async (ctx: Ctx, id: string): Promise<MirrorSession> =>
    found(await db.statement(ctx, (tx) => findSession(tx, personOf(ctx), id)));

  const generate = async (ctx: Ctx, { id, locale }: MirrorSession) => {
    const lines = await db.statement(ctx, (tx) => newestMessages(tx, id, 100));
    const { text: instruction, prompt } = prompts.render("mirror_summary", { locale });
    const { text: transcript } = transcriptOf(lines);
    const messages = [
      { role: "system" as const, content: instruction },
      { role: "user" as const, content: transcript },
    ];
    const { text } = await ai.complete(ctx, { feature, messages, prompt });
    return (await guard.checkOutput(ctx, { feature, locale }, text)) === undefined
      ? { summary_status: "completed" as const, summary: storable(text) }
      : { summary_status: "withheld" as const };
  };
  /** Makes the summary of a closed session, unless there is one or another is at it. */
  const summarise = async (ctx: Ctx, session: MirrorSession): Promise<void> => {
    const user_id = personOf(ctx);
    const asked_at = await db.statement(ctx, (tx) => claimSummary(tx, user_id, session.id, summaryLeaseSeconds));
    if (asked_at === undefined) return;
    const end = (how: Parameters<typeof endSummary>[4]) =>
      db.statement(ctx, (tx) => endSummary(tx, user_id, session.id, asked_at, how));
    await generate(ctx, session).then(end, async (error) => {
      await end({ summary_status: "failed" });
      throw error;
    });
  };

  return {
    /** Begins a session, which counts towards `prism.mirror_sessions_per_week`. Throws `usage.limit_reached`, `entitlements.missing`. */
    create: (ctx: Ctx, { title, locale = "en" }: NewSession): Promise<MirrorSession> => {
      const row = { id: newId(), workspace_id: ctx.workspace_id, user_id: personOf(ctx), title: title ?? null, locale };
      return db.inWorkspace(ctx, async (tx) => {
        const session = await insertSession(tx, row);
        await usage.consume(tx, ctx, "prism.mirror_sessions_per_week", { idempotency_key: `prism.session:${row.id}` });
        return session;
      });
    },

    /** The caller's own sessions, the newest first. */
    list: async (ctx: Ctx, { limit, cursor, status }: SessionQuery) => {
      const after = readCursor(cursor);
      const rows = await db.statement(ctx, (tx) => listSessions(tx, personOf(ctx), status, after, limit));
      return pageOf(rows, limit);
    },

    get,

    rename: async (ctx: Ctx, id: string, title: string | null): Promise<MirrorSession> =>
      found(await db.statement(ctx, (tx) => renameSession(tx, personOf(ctx), id, title))),

    /**
     * Closes a session and summarises it; closing again changes nothing. Where the summary fails the session is closed all the same, and
     * `summarise` asks for it again. Throws `prism.reply_in_progress`.
     */
    close: async (ctx: Ctx, id: string): Promise<MirrorSession> => {
      const isClosing = await db.inWorkspace(ctx, async (tx) => {
        const { status } = found(await lockSession(tx, personOf(ctx), id));
        if (status === "closed") return false;
        if (await hasPending(tx, id)) throw mirrorErrors.reply_in_progress({ retry_after: 1 });
        await closeSession(tx, personOf(ctx), id);
        await events.append(tx, ctx, SessionClosed, { session_id: id, user_id: personOf(ctx) });
        return true;
      });
      const session = await get(ctx, id);
      if (!isClosing) return session;
      await summarise(ctx, session).catch((err) =>
        logger.warn({ err, session_id: id }, "a session was closed without its summary"),
      );
      return get(ctx, id);
    },

    /** Makes the summary of a closed session that has none. Throws `prism.session_open`, `prism.session_empty`, and the gateway's errors. */
    summarise: async (ctx: Ctx, id: string): Promise<MirrorSession> => {
      const session = await get(ctx, id);
      if (session.status === "open") throw mirrorErrors.session_open();
      if (session.message_count === 0) throw mirrorErrors.session_empty();
      await summarise(ctx, session);
      return get(ctx, id);
    },

    /** Deletes a session with its messages: it is shown to nobody, and purged after 30 days. What was lifted from it stays. */
    delete: (ctx: Ctx, id: string): Promise<void> =>
      db.inWorkspace(ctx, async (tx) => {
        found((await hideSession(tx, personOf(ctx), id)) || undefined);
        await events.append(tx, ctx, PurgeDue, { kind: "session", id }, purgeDelay);
      }),
  };
}
