import { NoContent, type Route, route } from "../../core/http/route.ts";
import { clientOf } from "../../core/http/session-reply.ts";
import { Impersonation, Reason, RoleChange, User, UserParams, UserQuery, Users } from "./schema.ts";
import type { Identity } from "./service.ts";

/** Accounts, for the platform's administrators. */
export function adminRoutes({ admin }: Pick<Identity, "admin">): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/admin/users",
      summary: "Accounts, the newest first",
      auth: "admin",
      query: UserQuery,
      responses: { 200: Users },
      handler: async ({ query }) => ({ status: 200, body: await admin.listUsers(query) }),
    }),
    route({
      method: "GET",
      path: "/v1/admin/users/{user_id}",
      summary: "An account",
      auth: "admin",
      params: UserParams,
      responses: { 200: User },
      handler: async ({ params }) => ({ status: 200, body: await admin.getUser(params.user_id) }),
    }),
    route({
      method: "POST",
      path: "/v1/admin/users/{user_id}/suspend",
      summary: "Keep a person out",
      description: "Ends every session; the person's API keys stop.",
      auth: "admin",
      recent_auth: true,
      params: UserParams,
      body: Reason,
      responses: { 200: User },
      errors: ["identity.last_admin"],
      handler: async ({ ctx, params, body }) => ({
        status: 200,
        body: await admin.suspend(ctx, params.user_id, body.reason),
      }),
    }),
    route({
      method: "POST",
      path: "/v1/admin/users/{user_id}/reinstate",
      summary: "Let a suspended person in again",
      auth: "admin",
      recent_auth: true,
      params: UserParams,
      body: Reason,
      responses: { 200: User },
      handler: async ({ ctx, params, body }) => ({
        status: 200,
        body: await admin.reinstate(ctx, params.user_id, body.reason),
      }),
    }),
    route({
      method: "POST",
      path: "/v1/admin/users/{user_id}/end-sessions",
      summary: "Sign a person out everywhere",
      auth: "admin",
      recent_auth: true,
      params: UserParams,
      body: Reason,
      responses: { 204: NoContent },
      handler: async ({ ctx, params, body }) => {
        await admin.endSessions(ctx, params.user_id, body.reason);
        return { status: 204, body: null };
      },
    }),
    route({
      method: "POST",
      path: "/v1/admin/users/{user_id}/reset-password",
      summary: "Mail a person a link to set a new password",
      description: "Nobody else learns or chooses it.",
      auth: "admin",
      recent_auth: true,
      params: UserParams,
      body: Reason,
      responses: { 204: NoContent },
      errors: ["identity.no_address"],
      handler: async ({ ctx, params, body }) => {
        await admin.mailPasswordReset(ctx, params.user_id, body.reason);
        return { status: 204, body: null };
      },
    }),
    route({
      method: "PUT",
      path: "/v1/admin/users/{user_id}/role",
      summary: "Make a person an administrator of the platform, or no longer",
      auth: "admin",
      recent_auth: true,
      params: UserParams,
      body: RoleChange,
      responses: { 200: User },
      errors: ["identity.last_admin"],
      handler: async ({ ctx, params, body }) => ({
        status: 200,
        body: await admin.setRole(ctx, params.user_id, body.role),
      }),
    }),
    route({
      method: "POST",
      path: "/v1/admin/users/{user_id}/impersonate",
      summary: "Act as a person for half an hour",
      description:
        "The token bears `act`, every audit entry the administrator, and the person is told by mail. Credentials cannot be changed in it.",
      auth: "admin",
      recent_auth: true,
      params: UserParams,
      body: Reason,
      responses: { 201: Impersonation },
      errors: ["identity.not_impersonable"],
      handler: async (request) => {
        const { ctx, params, body } = request;
        const { transport: _, request_id: __, ...device } = clientOf(request);
        return { status: 201, body: await admin.impersonate(ctx, params.user_id, body.reason, device) };
      },
    }),
  ];
}
