import { type Ctx, type Doors, newId, type Prompts } from "../../../product.ts";
import { PurgeDue, purgeDelay } from "../events.ts";
import type { Guard } from "../guard.ts";
import { found, personOf } from "../person.ts";
import { isPosition, pageByKey, readPlace, wordsOf } from "../rules.ts";
import { titlesOfGoal } from "./actions-store.ts";
import { lensErrors } from "./errors.ts";
import { findGoal, hideGoal, insertGoal, listGoals, lockGoals, moveGoal, updateGoal } from "./goals-store.ts";
import { goalMayComeFrom, goalText, suggestionsOf } from "./rules.ts";
import {
  type Goal,
  type GoalChange,
  type GoalQuery,
  type NewGoal,
  SuggestedOutput,
  type Suggestions,
  type SuggestionsBody,
} from "./schema.ts";

export type Goals = ReturnType<typeof createGoals>;

const feature = "prism.suggestions";

interface GoalsOptions extends Pick<Doors, "db" | "ai" | "events"> {
  guard: Guard;
  prompts: Prompts;
}

/** What a person works towards. */
export function createGoals({ db, ai, events, guard, prompts }: GoalsOptions) {
  const generate = async (ctx: Ctx, goal: string, { count = 3, locale = "en" }: SuggestionsBody) => {
    const { text, prompt } = prompts.render("lens_suggestions", { locale, count: String(count) });
    const messages = [
      { role: "system" as const, content: text },
      { role: "user" as const, content: goal },
    ];
    const response_schema = { name: "suggestions", schema: SuggestedOutput };
    const answer = await ai.complete(ctx, { feature, messages, prompt, response_schema });
    const notice = await guard.checkOutput(ctx, { feature, locale }, wordsOf(answer.output));
    // The gateway has checked it against the schema.
    return { output: answer.output as SuggestedOutput, notice };
  };

  return {
    /** Adds a goal at the end of the caller's list. */
    create: (ctx: Ctx, { title, why, target_date }: NewGoal): Promise<Goal> => {
      const place = { id: newId(), workspace_id: ctx.workspace_id, user_id: personOf(ctx) };
      const goal = { ...place, title, why: why ?? null, target_date: target_date ?? null };
      return db.inWorkspace(ctx, async (tx) => {
        await lockGoals(tx, ctx.workspace_id, place.user_id);
        return insertGoal(tx, goal);
      });
    },

    /** The caller's own goals, in their order. */
    list: async (ctx: Ctx, { limit, cursor, status }: GoalQuery) => {
      const after = readPlace(cursor, isPosition);
      const rows = await db.statement(ctx, (tx) => listGoals(tx, personOf(ctx), status, after, limit));
      return pageByKey(rows, limit, ({ position }) => String(position));
    },

    get: async (ctx: Ctx, id: string): Promise<Goal> =>
      found(await db.statement(ctx, (tx) => findGoal(tx, personOf(ctx), id))),

    /** Changes a goal. Throws `prism.status_conflict` for a status that its own does not lead to; then nothing is changed. */
    update: (ctx: Ctx, id: string, { position, ...fields }: GoalChange): Promise<Goal> =>
      db.inWorkspace(ctx, async (tx) => {
        const user_id = personOf(ctx);
        if (position !== undefined) await lockGoals(tx, ctx.workspace_id, user_id);
        const from = fields.status === undefined ? undefined : goalMayComeFrom(fields.status);
        const changed = await updateGoal(tx, user_id, id, fields, from);
        if (changed === undefined) {
          const { status } = found(await findGoal(tx, user_id, id));
          throw lensErrors.status_conflict({ detail: `From ${status} a goal does not become ${fields.status}` });
        }
        if (position === undefined) return changed;
        await moveGoal(tx, user_id, id, position);
        return found(await findGoal(tx, user_id, id));
      }),

    /** Deletes a goal with its actions: they are shown to nobody, and purged after 30 days. */
    delete: (ctx: Ctx, id: string): Promise<void> =>
      db.inWorkspace(ctx, async (tx) => {
        found((await hideGoal(tx, personOf(ctx), id)) || undefined);
        await events.append(tx, ctx, PurgeDue, { kind: "goal", id }, purgeDelay);
      }),

    /**
     * Suggests next actions for a goal; nothing is stored. What the person wrote of it is checked first: in a crisis there is a notice and
     * no suggestion. Throws the gateway's errors.
     */
    suggest: async (ctx: Ctx, id: string, body: SuggestionsBody): Promise<Suggestions> => {
      const { goal, titles } = await db.inWorkspace(ctx, async (tx) => {
        const goal = found(await findGoal(tx, personOf(ctx), id));
        return { goal, titles: await titlesOfGoal(tx, personOf(ctx), id) };
      });
      const { count = 3, locale = "en" } = body;
      // Nothing of it was checked when it was written down: no model was asked then.
      const texts = [goal.title, goal.why ?? "", ...titles];
      const notice = await guard.check(ctx, { feature, locale }, texts, texts.length);
      if (notice?.safety.status === "crisis") return { data: [], notice };
      const { output, notice: withheld } = await generate(ctx, goalText(goal, titles), body);
      if (withheld !== undefined) return { data: [], notice: withheld };
      return { data: suggestionsOf(output, count, titles), notice };
    },
  };
}
