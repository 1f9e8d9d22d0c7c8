import { type Ctx, type Doors, newId, pageOf, readCursor, requestErrors } from "../../../product.ts";
import { PurgeDue, purgeDelay } from "../events.ts";
import { found, personOf } from "../person.ts";
import { checkTimeZone, pageByKey, readPlace } from "../rules.ts";
import { findAction, hideAction, insertAction, listDue, listNewest, updateAction } from "./actions-store.ts";
import { lensErrors } from "./errors.ts";
import { lockGoal } from "./goals-store.ts";
import { actionMayComeFrom, dueKey, isDueKey, isEnded } from "./rules.ts";
import type { Action, ActionChange, ActionQuery, NewAction } from "./schema.ts";

export type Actions = ReturnType<typeof createActions>;

/** The steps towards a person's goals. */
export function createActions({ db, events }: Pick<Doors, "db" | "events">) {
  return {
    /** Adds an action to one of the caller's goals. Throws `prism.goal_ended`. */
    create: (ctx: Ctx, { goal_id, title, due_date, source = "own" }: NewAction): Promise<Action> =>
      db.inWorkspace(ctx, async (tx) => {
        const user_id = personOf(ctx);
        const goal = await lockGoal(tx, user_id, goal_id);
        if (goal === undefined)
          throw requestErrors.invalid({ errors: [{ pointer: "/goal_id", detail: "is no goal of yours" }] });
        if (isEnded(goal.status)) throw lensErrors.goal_ended();
        const place = { id: newId(), workspace_id: ctx.workspace_id, user_id };
        return insertAction(tx, { ...place, goal_id, title, due_date: due_date ?? null, source });
      }),

    /** The caller's own actions, the newest first or what is due next first. */
    list: async (ctx: Ctx, { limit, cursor, order = "created", time_zone = "UTC", ...rest }: ActionQuery) => {
      const filter = { ...rest, time_zone: checkTimeZone(time_zone) };
      const user_id = personOf(ctx);
      if (order === "created") {
        const after = readCursor(cursor);
        return pageOf(await db.statement(ctx, (tx) => listNewest(tx, user_id, filter, after, limit)), limit);
      }
      const after = readPlace(cursor, isDueKey);
      const rows = await db.statement(ctx, (tx) => listDue(tx, user_id, filter, after, limit));
      return pageByKey(rows, limit, ({ due_date }) => dueKey(due_date));
    },

    get: async (ctx: Ctx, id: string): Promise<Action> =>
      found(await db.statement(ctx, (tx) => findAction(tx, personOf(ctx), id))),

    /** Changes an action. Throws `prism.status_conflict` for a status that its own does not lead to; then nothing is changed. */
    update: (ctx: Ctx, id: string, fields: ActionChange): Promise<Action> =>
      db.inWorkspace(ctx, async (tx) => {
        const user_id = personOf(ctx);
        const from = fields.status === undefined ? undefined : actionMayComeFrom(fields.status);
        const changed = await updateAction(tx, user_id, id, fields, from);
        if (changed !== undefined) return changed;
        const { status } = found(await findAction(tx, user_id, id));
        throw lensErrors.status_conflict({ detail: `From ${status} an action does not become ${fields.status}` });
      }),

    /** Deletes an action: it is shown to nobody, and purged after 30 days. */
    delete: (ctx: Ctx, id: string): Promise<void> =>
      db.inWorkspace(ctx, async (tx) => {
        found((await hideAction(tx, personOf(ctx), id)) || undefined);
        await events.append(tx, ctx, PurgeDue, { kind: "action", id }, purgeDelay);
      }),
  };
}
