import { PageQuery, type Route, route } from "../../product.ts";
import { NewTurn, SafetyNotice, Turn, Turns as TurnPage } from "./schema.ts";
import type { Turns } from "./service.ts";

export function prismRoutes(turns: Pick<Turns, "create" | "list">): Route[] {
  return [
    route({
      method: "POST",
      path: "/v1/prism/turns",
      summary: "Ask one question",
      description:
        "201 with the turn, which counts towards `prism.turns_per_day`. 200 with help instead when the text tells of a crisis: nothing is generated or counted.",
      auth: "workspace",
      body: NewTurn,
      responses: { 200: SafetyNotice, 201: Turn },
      errors: [
        "usage.limit_reached",
        "entitlements.missing",
        "safety.unavailable",
        "ai.provider_unavailable",
        "ai.timeout",
        "ai.bad_provider_response",
        "ai.rate_limited",
        "ai.invalid_request",
        "ai.content_filtered",
      ],
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
      query: PageQuery,
      responses: { 200: TurnPage },
      handler: async ({ ctx, query }) => ({ status: 200, body: await turns.list(ctx, query) }),
    }),
  ];
}
