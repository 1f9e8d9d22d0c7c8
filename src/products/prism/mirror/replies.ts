import type { CompletionInput, Ctx, Doors, Prompts } from "../../../product.ts";
import type { Guard } from "../guard.ts";
import type { SafetyNotice } from "../schema.ts";
import { endReply, type ReplyEnd } from "./messages-store.ts";
import { createPieces } from "./pieces.ts";
import { type ModelLine, storable } from "./rules.ts";
import type { MirrorMessage } from "./schema.ts";

/** A piece of a reply as it comes: a part of its text, or help to show. */
export type Piece = { text: string } | { notice: SafetyNotice };

/** A reply that is pending, and whose attempt this is. */
export interface StartedReply {
  reply: MirrorMessage;
  attempt: number;
  locale: string;
  /** What the model reads, the person's newest words last. */
  history: ModelLine[];
}

/** A reply on its way. */
export interface RunningReply {
  pieces: AsyncIterable<Piece>;
  /** As it is stored; rejects with what the gateway threw. */
  reply: Promise<MirrorMessage>;
}

export type Replies = ReturnType<typeof createReplies>;

const feature = "prism.mirror_reply";

/** Generates replies that are pending, and stores how they ended. */
export function createReplies({
  db,
  ai,
  guard,
  prompts,
  logger,
}: Pick<Doors, "db" | "ai" | "logger"> & { guard: Guard; prompts: Prompts }) {
  const inputOf = ({ locale, history }: StartedReply): CompletionInput => {
    const { text, prompt } = prompts.render("mirror_reply", { locale });
    return { feature, messages: [{ role: "system", content: text }, ...history], prompt };
  };
  const end = async (ctx: Ctx, { reply, attempt }: StartedReply, how: ReplyEnd): Promise<MirrorMessage> => {
    const ended = await db.statement(ctx, (tx) => endReply(tx, reply.id, attempt, how));
    if (ended === undefined) throw new Error(`The reply ${reply.id} was given up while it was generated`);
    return ended;
  };
  const endBadly = async (ctx: Ctx, { reply, attempt }: StartedReply, how: ReplyEnd): Promise<void> => {
    await db
      .statement(ctx, (tx) => endReply(tx, reply.id, attempt, how))
      .catch((err) => logger.error({ err, message_id: reply.id }, "a reply's end could not be stored; it expires"));
  };
  const withhold = (ctx: Ctx, started: StartedReply, safety: SafetyNotice) =>
    end(ctx, started, { status: "withheld", content: safety.message, safety });

  const whole = async (ctx: Ctx, started: StartedReply): Promise<MirrorMessage> => {
    try {
      const completion = await ai.complete(ctx, inputOf(started));
      const withheld = await guard.checkOutput(ctx, { feature, locale: started.locale }, completion.text);
      if (withheld !== undefined) return await withhold(ctx, started, withheld);
      return await end(ctx, started, completed(completion.text, completion));
    } catch (error) {
      await endBadly(ctx, started, { status: "failed" });
      throw error;
    }
  };

  const inPieces = async (
    ctx: Ctx,
    started: StartedReply,
    signal: AbortSignal,
    push: (piece: Piece) => void,
  ): Promise<MirrorMessage> => {
    const watch = guard.watchOutput(ctx, { feature, locale: started.locale });
    let text = "";
    const keepBack = (notice: SafetyNotice) => {
      push({ notice });
      return withhold(ctx, started, notice);
    };
    // What was found is recorded at the end, whichever end it is; what `push` found first stands.
    let ended: Promise<SafetyNotice | undefined> | undefined;
    const endWatch = (found?: SafetyNotice) => {
      ended ??= watch.end().then((last) => found ?? last);
      return ended;
    };
    try {
      for await (const event of await ai.stream(ctx, { ...inputOf(started), signal })) {
        const found = event.type === "text" ? watch.push(event.text) : undefined;
        if (found !== undefined || event.type === "done") {
          const withheld = await endWatch(found);
          if (withheld !== undefined) return await keepBack(withheld);
        }
        if (event.type === "done") return await end(ctx, started, completed(text, event.completion));
        if (event.type !== "text") continue;
        text += event.text;
        push({ text: event.text });
      }
      throw new Error("The stream ended without its last event");
    } catch (error) {
      const cut = await endWatch().then(
        (withheld) => ({ withheld, content: storable(text) }),
        // Nobody knows what is in it: none of it is kept.
        () => ({ withheld: undefined, content: "" }),
      );
      if (cut.withheld !== undefined) return await keepBack(cut.withheld);
      const isCutOff = signal.aborted || text !== "";
      await endBadly(ctx, started, isCutOff ? { status: "interrupted", content: cut.content } : { status: "failed" });
      throw error;
    }
  };

  return {
    /** Generates it at once. It goes on when nobody waits any more: then the same key, or the list, brings it. */
    whole: (ctx: Ctx, started: StartedReply): RunningReply => {
      const reply = whole(ctx, started);
      return { pieces: createNoPieces(), reply };
    },

    /**
     * Generates it piece by piece, whether or not anybody reads them. With the signal it stops, and is stored as far as it came; so it is
     * when the provider breaks off. What came is checked all the same: it is withheld when it does not pass, and stored empty when that cannot be recorded.
     */
    streamed: (ctx: Ctx, started: StartedReply, signal: AbortSignal): RunningReply => {
      const pieces = createPieces<Piece>();
      const { notice } = started.reply;
      if (notice !== null) pieces.push({ notice });
      const reply = inPieces(ctx, started, signal, pieces.push).finally(pieces.end);
      // Whoever reads to the end hears of it; whoever left does not need to.
      reply.catch(() => undefined);
      return { pieces, reply };
    },

    /** What is stored already, told in pieces. */
    settled: (reply: MirrorMessage): RunningReply => {
      const pieces = createPieces<Piece>();
      if (reply.notice !== null) pieces.push({ notice: reply.notice });
      if (reply.status === "completed" || reply.status === "interrupted") pieces.push({ text: reply.content });
      pieces.end();
      return { pieces, reply: Promise.resolve(reply) };
    },

    /** Ends an attempt that a dying process left pending; one that has ended is left as it is. */
    giveUp: async (ctx: Ctx, message_id: string, attempt: number): Promise<void> => {
      await db.statement(ctx, (tx) => endReply(tx, message_id, attempt, { status: "failed" }));
    },
  };
}

function completed(
  text: string,
  {
    provider,
    model,
    usage: { input_tokens, output_tokens },
  }: { provider: string; model: string; usage: { input_tokens: number; output_tokens: number } },
): ReplyEnd {
  return { status: "completed", content: storable(text), provider, model, input_tokens, output_tokens };
}

function createNoPieces(): AsyncIterable<Piece> {
  const pieces = createPieces<Piece>();
  pieces.end();
  return pieces;
}
