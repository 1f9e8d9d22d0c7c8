import { NoContent, type Route, route } from "../../../product.ts";
import { generationErrors, SafetyNotice } from "../schema.ts";
import { NewTurn, TakenTurn, Turn, TurnChange, Turns as TurnPage, TurnParams, TurnQuery } from "./schema.ts";
import type { Turns } from "./service.ts";

const path = "/v1/prism/turns/{turn_id}";

export function turnRoutes(turns: Omit<Turns, "giveUpAbandoned">): Route[] {
  return [
    route({
      method: "POST",
      path: "/v1/prism/turns",
      summary: "Ask one question",
      description:
        "201 with the turn, which counts towards `prism.turns_per_day`. 200 with help instead when the text tells of a crisis: nothing is generated or counted.",
      auth: "workspace",
      body: NewTurn,
      responses: { 200: SafetyNotice, 201: TakenTurn },
      errors: ["usage.limit_reached", "entitlements.missing", ...generationErrors],
      idempotent: true,
      handler: async ({ ctx, body }) => {
        const result = await turns.create(ctx, body);
        return "safety" in result ? { status: 200, body: result } : { status: 201, body: result };
      },
    }),
    route({
      method: "GET",
      path: "/v1/prism/turns",
      summary: "Your turns, the newest first",
      auth: "workspace",
      query: TurnQuery,
      responses: { 200: TurnPage },
      handler: async ({ ctx, query }) => ({ status: 200, body: await turns.list(ctx, query) }),
    }),
    route({
      method: "GET",
      path,
      summary: "One of your turns",
      auth: "workspace",
      params: TurnParams,
      responses: { 200: Turn },
      handler: async ({ ctx, params }) => ({ status: 200, body: await turns.get(ctx, params.turn_id) }),
    }),
    route({
      method: "PATCH",
      path,
      summary: "Make one of your turns a favourite, or no more",
      auth: "workspace",
      params: TurnParams,
      body: TurnChange,
      responses: { 200: Turn },
      handler: async ({ ctx, params, body }) => ({ status: 200, body: await turns.update(ctx, params.turn_id, body) }),
    }),
    route({
      method: "DELETE",
      path,
      summary: "Delete one of your turns",
      description: "It is shown no more, and purged after 30 days. Its unit stays counted.",
      auth: "workspace",
      params: TurnParams,
      responses: { 204: NoContent },
      handler: async ({ ctx, params }) => {
        await turns.delete(ctx, params.turn_id);
        return { status: 204, body: null };
      },
    }),
  ];
}
