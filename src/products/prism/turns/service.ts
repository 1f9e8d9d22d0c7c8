import { type Ctx, type Doors, newId, type Prompts, pageOf, readCursor } from "../../../product.ts";
import { PurgeDue, purgeDelay, TurnCompleted, TurnStarted } from "../events.ts";
import type { Guard } from "../guard.ts";
import { found, personOf } from "../person.ts";
import type { SafetyNotice } from "../schema.ts";
import type { NewTurn, TakenTurn, Turn, TurnQuery } from "./schema.ts";
import { endTurn, findTurn, hideTurn, insertTurn, listTurns, updateTurn } from "./store.ts";

export type Turns = ReturnType<typeof createTurns>;

/** Longer than any generation takes: a turn that is pending after it was abandoned by a process that died. */
const abandonedAfterSeconds = 300;

interface TurnsOptions extends Pick<Doors, "db" | "usage" | "ai" | "events"> {
  guard: Guard;
  prompts: Prompts;
}

/** A person's turns. */
export function createTurns({ db, usage, ai, events, guard, prompts }: TurnsOptions) {
  const fail = (ctx: Ctx, id: string): Promise<void> =>
    db.inWorkspace(ctx, async (tx) => {
      const failed = await endTurn(tx, id, { status: "failed" });
      if (failed !== undefined) await usage.giveBack(tx, ctx, keyOf(id));
    });
  const generate = (ctx: Ctx, { question, kind = "reflect", locale = "en" }: NewTurn) => {
    const { text, prompt } = prompts.render(`turn_${kind}`, { locale });
    const messages = [
      { role: "system" as const, content: text },
      { role: "user" as const, content: question },
    ];
    return ai.complete(ctx, { feature: "prism.turn", messages, prompt });
  };
  const withhold = (ctx: Ctx, id: string, notice: SafetyNotice): Promise<TakenTurn> =>
    db.inWorkspace(ctx, async (tx) => {
      const turn = await endTurn(tx, id, { status: "withheld" });
      if (turn === undefined) throw givenUp(id);
      await usage.giveBack(tx, ctx, keyOf(id), "safety_refusal");
      return { ...turn, notice };
    });

  return {
    /**
     * Asks one question. The order is the promise: the safety check (its event committed) before anything else, the unit taken before
     * the generation, the unit given back when that fails. A text in crisis is answered with resources: nothing is generated or counted.
     * Throws `usage.limit_reached`, `entitlements.missing`, and the gateway's errors.
     */
    create: async (ctx: Ctx, input: NewTurn): Promise<TakenTurn | SafetyNotice> => {
      const { question, kind = "reflect", locale = "en" } = input;
      const place = { feature: "prism.turn", locale };
      const notice = await guard.check(ctx, place, [question]);
      if (notice?.safety.status === "crisis") return notice;
      const id = newId();
      const safety_status = notice === null ? ("allow" as const) : ("caution" as const);
      const row = { id, workspace_id: ctx.workspace_id, user_id: personOf(ctx), question, kind, locale, safety_status };
      await db.inWorkspace(ctx, async (tx) => {
        await insertTurn(tx, row);
        await events.append(tx, ctx, TurnStarted, { turn_id: id }, { delay_seconds: abandonedAfterSeconds });
        await usage.consume(tx, ctx, "prism.turns_per_day", { idempotency_key: keyOf(id) });
      });
      try {
        const { text: answer, provider, model } = await generate(ctx, input);
        const withheld = await guard.checkOutput(ctx, place, answer);
        if (withheld !== undefined) return await withhold(ctx, id, withheld);
        return await db.inWorkspace(ctx, async (tx) => {
          const turn = await endTurn(tx, id, { status: "completed", answer, provider, model });
          if (turn === undefined) throw givenUp(id);
          await events.append(tx, ctx, TurnCompleted, { turn_id: id, user_id: personOf(ctx) });
          return { ...turn, notice };
        });
      } catch (error) {
        await fail(ctx, id);
        throw error;
      }
    },

    /** The caller's own turns, the newest first. */
    list: async (ctx: Ctx, { limit, cursor, ...filter }: TurnQuery) => {
      const after = readCursor(cursor);
      const rows = await db.statement(ctx, (tx) => listTurns(tx, personOf(ctx), filter, after, limit));
      return pageOf(rows, limit);
    },

    get: async (ctx: Ctx, id: string): Promise<Turn> =>
      found(await db.statement(ctx, (tx) => findTurn(tx, personOf(ctx), id))),

    update: async (ctx: Ctx, id: string, change: { favourite: boolean }): Promise<Turn> =>
      found(await db.statement(ctx, (tx) => updateTurn(tx, personOf(ctx), id, change))),

    /** Deletes a turn: it is shown to nobody, and purged after 30 days. Its unit stays counted. */
    delete: (ctx: Ctx, id: string): Promise<void> =>
      db.inWorkspace(ctx, async (tx) => {
        found((await hideTurn(tx, personOf(ctx), id)) || undefined);
        await events.append(tx, ctx, PurgeDue, { kind: "turn", id }, purgeDelay);
      }),

    /** Ends a turn that a dying process left pending, and gives its unit back. A turn that has ended is left as it is. */
    giveUpAbandoned: fail,
  };
}

/** The key under which a turn's unit is counted: one turn, one unit. */
function keyOf(turn_id: string): string {
  return `prism.turn:${turn_id}`;
}

function givenUp(id: string): Error {
  return new Error(`The turn ${id} was given up while its answer was generated`);
}
