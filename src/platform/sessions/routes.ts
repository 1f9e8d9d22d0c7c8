import Type from "typebox";
import { clearSessionCookies } from "../../core/http/cookies.ts";
import { NoContent, type Route, route } from "../../core/http/route.ts";
import { Closed, PageQuery } from "../../core/schema.ts";
import { Jwks, SessionPage, SessionParams, SigningKeyParams, SigningKeys } from "./schema.ts";
import type { Sessions } from "./service.ts";

const LogoutAll = Closed({
  keep_current: Type.Boolean({ default: false, description: "Whether this session goes on" }),
});

export function sessionRoutes(sessions: Sessions): Route[] {
  return [...ownSessionRoutes(sessions), ...signingKeyRoutes(sessions)];
}

function ownSessionRoutes(sessions: Sessions): Route[] {
  return [
    route({
      method: "POST",
      path: "/v1/auth/logout",
      summary: "End this session",
      description: "Every process refuses its tokens within a second, this one at once.",
      auth: "user",
      responses: { 204: NoContent },
      errors: ["sessions.foreign_session"],
      handler: async ({ ctx }) => {
        await sessions.logout(ctx);
        return { status: 204, body: null, headers: clearSessionCookies() };
      },
    }),
    route({
      method: "POST",
      path: "/v1/auth/logout-all",
      summary: "End every session, or every other",
      auth: "user",
      own_person: true,
      body: LogoutAll,
      responses: { 200: Type.Object({ ended: Type.Integer() }) },
      errors: ["sessions.foreign_session"],
      handler: async ({ ctx, body }) => {
        const ended = await sessions.logoutAll(ctx, body.keep_current);
        return { status: 200, body: { ended }, headers: body.keep_current ? {} : clearSessionCookies() };
      },
    }),
    route({
      method: "GET",
      path: "/v1/me/sessions",
      summary: "Where you are signed in, the newest first",
      description: "`last_seen_at` moves with every refresh, so at least every access token's lifetime.",
      auth: "user",
      query: PageQuery,
      responses: { 200: SessionPage },
      handler: async ({ ctx, query }) => ({ status: 200, body: await sessions.list(ctx, query) }),
    }),
    route({
      method: "DELETE",
      path: "/v1/me/sessions/{session_id}",
      summary: "End one of your sessions",
      auth: "user",
      own_person: true,
      params: SessionParams,
      responses: { 204: NoContent },
      handler: async ({ ctx, params }) => {
        await sessions.revoke(ctx, params.session_id);
        return { status: 204, body: null };
      },
    }),
    route({
      method: "GET",
      path: "/.well-known/jwks.json",
      summary: "The public keys of access tokens",
      auth: "public",
      responses: { 200: Jwks },
      handler: async () => ({
        status: 200,
        body: await sessions.jwks(),
        headers: { "cache-control": "public, max-age=300" },
      }),
    }),
  ];
}

function signingKeyRoutes({ signingKeys }: Sessions): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/admin/signing-keys",
      summary: "The keys that sign access tokens, and their stages",
      auth: "admin",
      responses: { 200: SigningKeys },
      handler: async () => ({ status: 200, body: { data: await signingKeys.list() } }),
    }),
    route({
      method: "POST",
      path: "/v1/admin/signing-keys",
      summary: "Publish the next signing key ahead of its time",
      description: "It signs after the lead; the present one goes on verifying until its last token is over.",
      auth: "admin",
      recent_auth: true,
      responses: { 201: SigningKeys },
      handler: async ({ ctx }) => {
        await signingKeys.rotate(ctx);
        return { status: 201, body: { data: await signingKeys.list() } };
      },
    }),
    route({
      method: "DELETE",
      path: "/v1/admin/signing-keys/{kid}",
      summary: "Take a signing key out of use at once",
      description: "For a key that is no longer secret: every access token that it signed is refused; sessions go on.",
      auth: "admin",
      recent_auth: true,
      params: SigningKeyParams,
      responses: { 204: NoContent },
      handler: async ({ ctx, params }) => {
        await signingKeys.revoke(ctx, params.kid);
        return { status: 204, body: null };
      },
    }),
  ];
}
