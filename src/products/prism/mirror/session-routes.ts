import { NoContent, type Route, route } from "../../../product.ts";
import { generationErrors } from "../schema.ts";
import { MirrorSession, MirrorSessions, NewSession, SessionChange, SessionParams, SessionQuery } from "./schema.ts";
import type { Sessions } from "./sessions.ts";

const path = "/v1/prism/mirror/sessions";
const one = `${path}/{session_id}`;

export function sessionRoutes(sessions: Sessions): Route[] {
  return [
    route({
      method: "POST",
      path,
      summary: "Begin a mirror session",
      description: "Counts towards `prism.mirror_sessions_per_week`.",
      auth: "workspace",
      body: NewSession,
      responses: { 201: MirrorSession },
      errors: ["usage.limit_reached", "entitlements.missing"],
      idempotent: true,
      handler: async ({ ctx, body }) => ({ status: 201, body: await sessions.create(ctx, body) }),
    }),
    route({
      method: "GET",
      path,
      summary: "Your mirror sessions, the newest first",
      auth: "workspace",
      query: SessionQuery,
      responses: { 200: MirrorSessions },
      handler: async ({ ctx, query }) => ({ status: 200, body: await sessions.list(ctx, query) }),
    }),
    route({
      method: "GET",
      path: one,
      summary: "One of your mirror sessions",
      auth: "workspace",
      params: SessionParams,
      responses: { 200: MirrorSession },
      handler: async ({ ctx, params }) => ({ status: 200, body: await sessions.get(ctx, params.session_id) }),
    }),
    route({
      method: "PATCH",
      path: one,
      summary: "Name one of your mirror sessions",
      auth: "workspace",
      params: SessionParams,
      body: SessionChange,
      responses: { 200: MirrorSession },
      handler: async ({ ctx, params, body }) => ({
        status: 200,
        body: await sessions.rename(ctx, params.session_id, body.title),
      }),
    }),
    route({
      method: "POST",
      path: `${one}/close`,
      summary: "Close a mirror session, with a summary",
      description:
        "Closing again changes nothing. Where the summary fails (`summary_status: failed`) the session is closed all the same.",
      auth: "workspace",
      params: SessionParams,
      responses: { 200: MirrorSession },
      errors: ["prism.reply_in_progress"],
      handler: async ({ ctx, params }) => ({ status: 200, body: await sessions.close(ctx, params.session_id) }),
    }),
    route({
      method: "POST",
      path: `${one}/summary`,
      summary: "Ask again for the summary of a closed session",
      description: "A session that has its summary is answered as it is; so is one whose summary is being made.",
      auth: "workspace",
      params: SessionParams,
      responses: { 200: MirrorSession },
      errors: ["prism.session_open", "prism.session_empty", ...generationErrors],
      handler: async ({ ctx, params }) => ({ status: 200, body: await sessions.summarise(ctx, params.session_id) }),
    }),
    route({
      method: "DELETE",
      path: one,
      summary: "Delete a mirror session with its messages",
      description: "It is shown no more, and purged after 30 days. Fragments that were lifted from it stay.",
      auth: "workspace",
      params: SessionParams,
      responses: { 204: NoContent },
      handler: async ({ ctx, params }) => {
        await sessions.delete(ctx, params.session_id);
        return { status: 204, body: null };
      },
    }),
  ];
}
