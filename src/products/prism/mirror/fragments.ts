import { createHash } from "node:crypto";
import { type Ctx, type Doors, newId, type Prompts, pageOf, readCursor } from "../../../product.ts";
import { PurgeDue, purgeDelay } from "../events.ts";
import type { Guard } from "../guard.ts";
import { found, personOf } from "../person.ts";
import { wordsOf } from "../rules.ts";
import type { SafetyNotice } from "../schema.ts";
import { mirrorErrors } from "./errors.ts";
import {
  findFragment,
  hideFragment,
  insertFragments,
  listFragments,
  textsOfSession,
  updateFragment,
} from "./fragments-store.ts";
import { newestMessages } from "./messages-store.ts";
import { liftedOf, themeOf, transcriptOf } from "./rules.ts";
import {
  type Fragment,
  type FragmentChange,
  type FragmentQuery,
  LiftedOutput,
  moods,
  type NewFragment,
} from "./schema.ts";
import { findSession, lockSession } from "./sessions-store.ts";

export type Fragments = ReturnType<typeof createFragments>;

const feature = "prism.fragments";

interface FragmentsOptions extends Pick<Doors, "db" | "ai" | "events"> {
  guard: Guard;
  prompts: Prompts;
}

/** A person's insights. */
export function createFragments({ db, ai, events, guard, prompts }: FragmentsOptions) {
  const read = (ctx: Ctx, session_id: string) =>
    db.inWorkspace(ctx, async (tx) => {
      const session = found(await findSession(tx, personOf(ctx), session_id));
      const [lines, known] = await Promise.all([newestMessages(tx, session_id, 100), textsOfSession(tx, session_id)]);
      return { ...session, lines, known };
    });
  const generate = async (ctx: Ctx, session: Awaited<ReturnType<typeof read>>, transcript: string) => {
    const { id, locale, known } = session;
    const { text, prompt } = prompts.render("mirror_fragments", { locale, moods: moods.join(", ") });
    const messages = [
      { role: "system" as const, content: text },
      { role: "user" as const, content: transcript },
    ];
    const response_schema = { name: "fragments", schema: LiftedOutput };
    // Several lifts of the same words, one upon the other, are one generation.
    const idempotency_key = `prism.lift:${id}:${digest([prompt, text, transcript, ...known.toSorted()])}`;
    const answer = await ai.complete(ctx, { feature, messages, prompt, response_schema, idempotency_key });
    const notice = await guard.checkOutput(ctx, { feature, locale }, wordsOf(answer.output));
    // The gateway has checked it against the schema.
    return { output: answer.output as LiftedOutput, notice };
  };

  /** Stores what is new by now: another lift may have ended meanwhile, and the session may be gone. */
  const store = (ctx: Ctx, session_id: string, output: LiftedOutput, ids: Map<number, string>) =>
    db.inWorkspace(ctx, async (tx) => {
      const user_id = personOf(ctx);
      found(await lockSession(tx, user_id, session_id));
      const place = { workspace_id: ctx.workspace_id, user_id, session_id, source: "lifted" as const };
      const fresh = liftedOf(output, ids, await textsOfSession(tx, session_id));
      return insertFragments(
        tx,
        fresh.map((fragment) => ({ id: newId(), ...place, ...fragment })),
      );
    });

  return {
    /**
     * Lifts insights from a session by a model and stores those that are new. Nothing is stored of what does not pass the safety check, and the notice
     * says so. Lifts at once are one generation: one lifts, the others are refused with `ai.in_progress`. Throws `prism.session_empty`, and the
     * gateway's errors.
     */
    lift: async (ctx: Ctx, session_id: string): Promise<{ data: Fragment[]; notice: SafetyNotice | null }> => {
      const session = await read(ctx, session_id);
      const { text, ids } = transcriptOf(session.lines);
      if (ids.size === 0) throw mirrorErrors.session_empty();
      const { output, notice } = await generate(ctx, session, text);
      if (notice !== undefined) return { data: [], notice };
      return { data: await store(ctx, session_id, output, ids), notice: null };
    },

    /** Stores an insight of the person's own, of one of their sessions or of none. */
    create: (ctx: Ctx, { text, theme, mood = "neutral", session_id }: NewFragment): Promise<Fragment> =>
      db.inWorkspace(ctx, async (tx) => {
        const user_id = personOf(ctx);
        if (session_id !== undefined) found(await findSession(tx, user_id, session_id));
        const place = { id: newId(), workspace_id: ctx.workspace_id, user_id, session_id: session_id ?? null };
        const fragment = { text, theme: themeOf(theme), mood, source: "own" as const, source_message_ids: [] };
        const [made] = await insertFragments(tx, [{ ...place, ...fragment }]);
        return found(made);
      }),

    /** The caller's own fragments, the newest first. */
    list: async (ctx: Ctx, { limit, cursor, theme, ...filter }: FragmentQuery) => {
      const after = readCursor(cursor);
      const all = { ...filter, ...(theme !== undefined && { theme: themeOf(theme) }) };
      return pageOf(await db.statement(ctx, (tx) => listFragments(tx, personOf(ctx), all, after, limit)), limit);
    },

    get: async (ctx: Ctx, id: string): Promise<Fragment> =>
      found(await db.statement(ctx, (tx) => findFragment(tx, personOf(ctx), id))),

    update: async (ctx: Ctx, id: string, { theme, ...change }: FragmentChange): Promise<Fragment> => {
      const fields = { ...change, ...(theme !== undefined && { theme: themeOf(theme) }) };
      return found(await db.statement(ctx, (tx) => updateFragment(tx, personOf(ctx), id, fields)));
    },

    /** Deletes a fragment: it is shown to nobody, and purged after 30 days. */
    delete: (ctx: Ctx, id: string): Promise<void> =>
      db.inWorkspace(ctx, async (tx) => {
        found((await hideFragment(tx, personOf(ctx), id)) || undefined);
        await events.append(tx, ctx, PurgeDue, { kind: "fragment", id }, purgeDelay);
      }),
  };
}

function digest(parts: string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
}
