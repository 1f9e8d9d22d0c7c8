import Type from "typebox";
import { NoContent, type Route, route } from "../../core/http/route.ts";
import { PageQuery, Timestamp } from "../../core/schema.ts";
import {
  MemberParams,
  Members,
  NewWorkspace,
  OwnWorkspace,
  OwnWorkspaces,
  Quotas,
  Reason,
  RoleChange,
  Transfer,
  Workspace,
  WorkspaceChange,
  WorkspaceParams,
} from "./schema.ts";
import type { Workspaces } from "./service.ts";

/** How people are shown beside their membership. */
type Cards = (user_ids: string[]) => Promise<Map<string, Card>>;
interface Card {
  full_name: string;
  email: string | null;
  avatar_url: string | null;
}

export function workspaceRoutes(workspaces: Workspaces, cards: Cards): Route[] {
  return [...ownRoutes(workspaces), ...memberRoutes(workspaces, cards), ...adminRoutes(workspaces)];
}

function ownRoutes(workspaces: Workspaces): Route[] {
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
      summary: "Change a workspace's name, slug or time zone",
      auth: "workspace",
      role: "admin",
      people_only: true,
      params: WorkspaceParams,
      body: WorkspaceChange,
      responses: { 200: OwnWorkspace },
      errors: ["workspaces.slug_taken"],
      handler: async ({ ctx, body }) => ({ status: 200, body: await workspaces.update(ctx, body) }),
    }),
    route({
      method: "DELETE",
      path: "/v1/workspaces/{workspace_id}",
      summary: "Delete a team's workspace",
      description: "Nobody enters it from then on; after 30 days it is erased with all that is in it.",
      auth: "workspace",
      role: "owner",
      recent_auth: true,
      while_suspended: true,
      params: WorkspaceParams,
      responses: { 202: Type.Object({ status: Type.Literal("deleted"), erased_at: Timestamp }) },
      errors: ["workspaces.personal"],
      handler: async ({ ctx }) => ({ status: 202, body: await workspaces.delete(ctx) }),
    }),
    route({
      method: "GET",
      path: "/v1/workspaces/{workspace_id}/quotas",
      summary: "What the workspace may have so many of, and has",
      auth: "workspace",
      params: WorkspaceParams,
      responses: { 200: Quotas },
      handler: async ({ ctx }) => ({ status: 200, body: await workspaces.quotas.list(ctx) }),
    }),
  ];
}

function memberRoutes(workspaces: Workspaces, cards: Cards): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/workspaces/{workspace_id}/members",
      summary: "Who belongs to a workspace",
      auth: "workspace",
      params: WorkspaceParams,
      query: PageQuery,
      responses: { 200: Members },
      handler: async ({ ctx, query }) => {
        const page = await workspaces.listMembers(ctx, query);
        const people = await cards(page.data.map(({ user_id }) => user_id));
        const nobody = { full_name: null, email: null, avatar_url: null };
        const data = page.data.map((member) => ({ ...member, ...(people.get(member.user_id) ?? nobody) }));
        return { status: 200, body: { ...page, data } };
      },
    }),
    route({
      method: "PATCH",
      path: "/v1/workspaces/{workspace_id}/members/{user_id}",
      summary: "Give a member another role",
      auth: "workspace",
      role: "admin",
      people_only: true,
      params: MemberParams,
      body: RoleChange,
      responses: { 204: NoContent },
      errors: ["workspaces.owner_protected", "workspaces.last_owner"],
      handler: async ({ ctx, params, body }) => {
        await workspaces.changeRole(ctx, params.user_id, body.role);
        return { status: 204, body: null };
      },
    }),
    route({
      method: "DELETE",
      path: "/v1/workspaces/{workspace_id}/members/{user_id}",
      summary: "Remove a member, or leave",
      auth: "workspace",
      people_only: true,
      while_suspended: true,
      params: MemberParams,
      responses: { 204: NoContent },
      errors: ["request.forbidden", "workspaces.owner_protected", "workspaces.last_owner"],
      handler: async ({ ctx, params }) => {
        await workspaces.removeMember(ctx, params.user_id);
        return { status: 204, body: null };
      },
    }),
    route({
      method: "POST",
      path: "/v1/workspaces/{workspace_id}/transfer",
      summary: "Hand the workspace over to another member",
      description: "You stay as an admin.",
      auth: "workspace",
      role: "owner",
      recent_auth: true,
      params: WorkspaceParams,
      body: Transfer,
      responses: { 204: NoContent },
      errors: ["workspaces.owner_protected", "workspaces.personal"],
      handler: async ({ ctx, body }) => {
        await workspaces.transfer(ctx, body.user_id);
        return { status: 204, body: null };
      },
    }),
  ];
}

function adminRoutes(workspaces: Workspaces): Route[] {
  const change = (verb: "suspend" | "reinstate", summary: string) =>
    route({
      method: "POST",
      path: `/v1/admin/workspaces/{workspace_id}/${verb}`,
      summary,
      auth: "admin",
      recent_auth: true,
      params: WorkspaceParams,
      body: Reason,
      responses: { 200: Workspace },
      handler: async ({ ctx, params, body }) => ({
        status: 200,
        body: await workspaces[verb](ctx, params.workspace_id, body.reason),
      }),
    });
  return [
    change("suspend", "Let a workspace be read only"),
    change("reinstate", "Let a suspended workspace be changed again"),
  ];
}
