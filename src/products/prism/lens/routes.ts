import { NoContent, type Route, route } from "../../../product.ts";
import { generationErrors } from "../schema.ts";
import type { Actions } from "./actions.ts";
import type { Goals } from "./goals.ts";
import {
  Action,
  ActionChange,
  Actions as ActionPage,
  ActionParams,
  ActionQuery,
  Goal,
  GoalChange,
  Goals as GoalPage,
  GoalParams,
  GoalQuery,
  NewAction,
  NewGoal,
  Suggestions,
  SuggestionsBody,
} from "./schema.ts";

const goalsPath = "/v1/prism/lens/goals";
const actionsPath = "/v1/prism/lens/actions";
const goalPath = `${goalsPath}/{goal_id}`;
const actionPath = `${actionsPath}/{action_id}`;
const moves =
  "An active goal can be paused, achieved or dropped, a paused one made active, achieved or dropped, an ended one made active again; anything else is `prism.status_conflict`.";

export function goalRoutes(goals: Goals): Route[] {
  return [
    route({
      method: "POST",
      path: goalsPath,
      summary: "Set a goal",
      description: "It comes last in your list; PATCH its `position` to move it.",
      auth: "workspace",
      body: NewGoal,
      responses: { 201: Goal },
      idempotent: true,
      handler: async ({ ctx, body }) => ({ status: 201, body: await goals.create(ctx, body) }),
    }),
    route({
      method: "GET",
      path: goalsPath,
      summary: "Your goals, in your order",
      auth: "workspace",
      query: GoalQuery,
      responses: { 200: GoalPage },
      handler: async ({ ctx, query }) => ({ status: 200, body: await goals.list(ctx, query) }),
    }),
    route({
      method: "GET",
      path: goalPath,
      summary: "One of your goals",
      auth: "workspace",
      params: GoalParams,
      responses: { 200: Goal },
      handler: async ({ ctx, params }) => ({ status: 200, body: await goals.get(ctx, params.goal_id) }),
    }),
    route({
      method: "PATCH",
      path: goalPath,
      summary: "Change, move, pause or end one of your goals",
      description: moves,
      auth: "workspace",
      params: GoalParams,
      body: GoalChange,
      responses: { 200: Goal },
      errors: ["prism.status_conflict"],
      handler: async ({ ctx, params, body }) => ({ status: 200, body: await goals.update(ctx, params.goal_id, body) }),
    }),
    route({
      method: "DELETE",
      path: goalPath,
      summary: "Delete one of your goals with its actions",
      description: "They are shown no more, and purged after 30 days.",
      auth: "workspace",
      params: GoalParams,
      responses: { 204: NoContent },
      handler: async ({ ctx, params }) => {
        await goals.delete(ctx, params.goal_id);
        return { status: 204, body: null };
      },
    }),
    route({
      method: "POST",
      path: `${goalPath}/suggestions`,
      summary: "Have next actions for a goal suggested",
      description:
        "By a model. Nothing is stored: POST the one that is taken to `/v1/prism/lens/actions` with `source: suggested`.",
      auth: "workspace",
      params: GoalParams,
      body: SuggestionsBody,
      responses: { 200: Suggestions },
      errors: ["ai.invalid_output", ...generationErrors],
      idempotent: true,
      handler: async ({ ctx, params, body }) => ({ status: 200, body: await goals.suggest(ctx, params.goal_id, body) }),
    }),
  ];
}

export function actionRoutes(actions: Actions): Route[] {
  return [
    route({
      method: "POST",
      path: actionsPath,
      summary: "Add an action to one of your goals",
      auth: "workspace",
      body: NewAction,
      responses: { 201: Action },
      errors: ["prism.goal_ended"],
      idempotent: true,
      handler: async ({ ctx, body }) => ({ status: 201, body: await actions.create(ctx, body) }),
    }),
    route({
      method: "GET",
      path: actionsPath,
      summary: "Your actions, the newest first or what is due next first",
      auth: "workspace",
      query: ActionQuery,
      responses: { 200: ActionPage },
      handler: async ({ ctx, query }) => ({ status: 200, body: await actions.list(ctx, query) }),
    }),
    route({
      method: "GET",
      path: actionPath,
      summary: "One of your actions",
      auth: "workspace",
      params: ActionParams,
      responses: { 200: Action },
      handler: async ({ ctx, params }) => ({ status: 200, body: await actions.get(ctx, params.action_id) }),
    }),
    route({
      method: "PATCH",
      path: actionPath,
      summary: "Change one of your actions, or its status",
      description:
        "Between todo and doing either way, from both to done or skipped, and from those back; from done to skipped and back is `prism.status_conflict`.",
      auth: "workspace",
      params: ActionParams,
      body: ActionChange,
      responses: { 200: Action },
      errors: ["prism.status_conflict"],
      handler: async ({ ctx, params, body }) => ({
        status: 200,
        body: await actions.update(ctx, params.action_id, body),
      }),
    }),
    route({
      method: "DELETE",
      path: actionPath,
      summary: "Delete one of your actions",
      description: "It is shown no more, and purged after 30 days.",
      auth: "workspace",
      params: ActionParams,
      responses: { 204: NoContent },
      handler: async ({ ctx, params }) => {
        await actions.delete(ctx, params.action_id);
        return { status: 204, body: null };
      },
    }),
  ];
}
