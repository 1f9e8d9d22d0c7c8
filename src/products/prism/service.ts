import { type Ctx, type Doors, newId, pageOf, readCursor, userOf } from "../../product.ts";
import { TurnCompleted, TurnStarted } from "./events.ts";
import type { NewTurn, SafetyNotice, Turn } from "./schema.ts";
import { endTurn, insertTurn, listTurns } from "./store.ts";

export type Turns = ReturnType<typeof createTurns>;

/** Longer than any generation takes: a turn that is pending after it was abandoned by a process that died. */
const abandonedAfterSeconds = 300;

const instruction =
  "You help a person reflect on one question. Answer in a few calm, concrete sentences, and end with one question back. You are no therapist and say so when asked for diagnosis.";

/** A person's turns. */
export function createTurns({
  db,
  usage,
  ai,
  safety,
  events,
}: Pick<Doors, "db" | "usage" | "ai" | "safety" | "events">) {
  const fail = (ctx: Ctx, id: string): Promise<void> =>
    db.inWorkspace(ctx, async (tx) => {
      const failed = await endTurn(tx, id, { status: "failed" });
      if (failed !== undefined) await usage.giveBack(tx, ctx, keyOf(id));
    });

  return {
    /**
     * Asks one question. The order is the promise: the safety check (its event committed) before anything else, the unit taken before
     * the generation, the unit given back when that fails. A text in crisis is answered with resources: nothing is generated or counted.
     * Throws `usage.limit_reached`, `entitlements.missing`, and the gateway's errors.
     */
    create: async (ctx: Ctx, { question, locale = "en" }: NewTurn): Promise<Turn | SafetyNotice> => {
      const verdict = await safety.precheck(ctx, { feature: "prism.turn", texts: [question], locale });
      if (verdict.status === "crisis") return noticeOf(verdict);
      const id = newId();
      await db.inWorkspace(ctx, async (tx) => {
        await insertTurn(tx, { id, workspace_id: ctx.workspace_id, user_id: personOf(ctx), question });
        await events.append(tx, ctx, TurnStarted, { turn_id: id }, { delay_seconds: abandonedAfterSeconds });
        await usage.consume(tx, ctx, "prism.turns_per_day", { idempotency_key: keyOf(id) });
      });
      const messages = [
        { role: "system" as const, content: instruction },
        { role: "user" as const, content: question },
      ];
      const answer = await ai.complete(ctx, { feature: "prism.turn", messages }).catch(async (error) => {
        await fail(ctx, id);
        throw error;
      });
      return db.inWorkspace(ctx, async (tx) => {
        const { text, provider, model } = answer;
        const turn = await endTurn(tx, id, { status: "completed", answer: text, provider, model });
        if (turn === undefined) throw new Error(`The turn ${id} was given up while its answer was generated`);
        await events.append(tx, ctx, TurnCompleted, { turn_id: id, user_id: personOf(ctx) });
        return turn;
      });
    },

    /** The caller's own turns, the newest first. */
    list: async (ctx: Ctx, { limit, cursor }: { limit: number; cursor?: string }) => {
      const before = readCursor(cursor);
      const rows = await db.statement(ctx, (tx) => listTurns(tx, personOf(ctx), before, limit));
      return pageOf(rows, limit);
    },

    /** Ends a turn that a dying process left pending, and gives its unit back. A turn that has ended is left as it is. */
    giveUpAbandoned: fail,
  };
}

/** The key under which a turn's unit is counted: one turn, one unit. */
function keyOf(turn_id: string): string {
  return `prism.turn:${turn_id}`;
}

function personOf(ctx: Ctx): string {
  const user_id = userOf(ctx);
  if (user_id === undefined) throw new TypeError("A turn belongs to a person");
  return user_id;
}

function noticeOf({
  categories,
  resources,
}: {
  categories: string[];
  resources: SafetyNotice["resources"];
}): SafetyNotice {
  return {
    safety: { status: "crisis", categories },
    message:
      "You may be going through something very hard. You do not have to face it alone: these people can help right now.",
    resources,
  };
}
