import { NoContent, type Route, route } from "../../core/http/route.ts";
import { PageQuery } from "../../core/schema.ts";
import {
  MemberParams,
  Members,
  NewWorkspace,
  OwnWorkspace,
  OwnWorkspaces,
  WorkspaceChange,
  WorkspaceParams,
} from "./schema.ts";
import type { Workspaces } from "./service.ts";

export function workspaceRoutes(workspaces: Workspaces): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/workspaces",
      summary: "The workspaces that you belong to",
      auth: "user",
      query: PageQuery,
      responses: { 200: OwnWorkspaces },
      handler: async ({ ctx, query }) => ({ status: 200, body: await workspaces.list(ctx, query) }),
    }),
    route({
      method: "POST",
      path: "/v1/workspaces",
      summary: "Make a workspace for a team",
      auth: "user",
      body: NewWorkspace,
      responses: { 201: OwnWorkspace },
      idempotent: true,
      handler: async ({ ctx, body }) => ({ status: 201, body: await workspaces.create(ctx, body) }),
    }),
    route({
      method: "GET",
      path: "/v1/workspaces/{workspace_id}",
      summary: "A workspace",
      auth: "workspace",
      params: WorkspaceParams,
      responses: { 200: OwnWorkspace },
      handler: async ({ ctx }) => ({ status: 200, body: await workspaces.get(ctx) }),
    }),
    route({
      method: "PATCH",
      path: "/v1/workspaces/{workspace_id}",
      summary: "Rename a workspace",
      auth: "workspace",
      role: "admin",
      params: WorkspaceParams,
      body: WorkspaceChange,
      responses: { 200: OwnWorkspace },
      handler: async ({ ctx, body }) => ({ status: 200, body: await workspaces.rename(ctx, body.name) }),
    }),
    route({
      method: "GET",
      path: "/v1/workspaces/{workspace_id}/members",
      summary: "Who belongs to a workspace",
      auth: "workspace",
      params: WorkspaceParams,
      query: PageQuery,
      responses: { 200: Members },
      handler: async ({ ctx, query }) => ({ status: 200, body: await workspaces.listMembers(ctx, query) }),
    }),
    route({
      method: "DELETE",
      path: "/v1/workspaces/{workspace_id}/members/{user_id}",
      summary: "Remove a member, or leave",
      auth: "workspace",
      params: MemberParams,
      responses: { 204: NoContent },
      errors: ["request.forbidden", "workspaces.owner_protected", "workspaces.last_owner"],
      handler: async ({ ctx, params }) => {
        await workspaces.removeMember(ctx, params.user_id);
        return { status: 204, body: null };
      },
    }),
  ];
}
