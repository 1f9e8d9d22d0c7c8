import { NoContent, type Route, route } from "../../core/http/route.ts";
import type { EntitlementAdmin } from "./admin.ts";
import {
  GrantParams,
  ManualGrant,
  ManualGrants,
  NewManualGrant,
  NewOverride,
  Override,
  OverrideParams,
  Overrides,
  Timeline,
  TimelineQuery,
  WorkspaceParams,
} from "./schema.ts";
import type { Entitlements } from "./service.ts";

interface Parts {
  entitlements: Pick<Entitlements, "timeline">;
  admin: EntitlementAdmin;
}

export function entitlementRoutes({ entitlements, admin }: Parts): Route[] {
  return [timelineRoute(entitlements), ...grantRoutes(admin), ...overrideRoutes(admin)];
}

function timelineRoute(entitlements: Parts["entitlements"]): Route {
  return route({
    method: "GET",
    path: "/v1/billing/entitlements/timeline",
    summary: "Why the workspace is on its plan, the newest change first",
    description:
      "Every change that was applied, ignored or rejected: what the stores sent, what was given by hand, what ran out by the time.",
    auth: "workspace",
    query: TimelineQuery,
    responses: { 200: Timeline },
    handler: async ({ ctx, query }) => ({ status: 200, body: await entitlements.timeline(ctx, query) }),
  });
}

function grantRoutes(admin: EntitlementAdmin): Route[] {
  const path = "/v1/admin/workspaces/{workspace_id}/grants";
  return [
    route({
      method: "GET",
      path,
      summary: "Plans that were given to a workspace by hand",
      auth: "admin",
      params: WorkspaceParams,
      responses: { 200: ManualGrants },
      errors: ["entitlements.workspace_not_found"],
      handler: async ({ params }) => ({ status: 200, body: { data: await admin.listGrants(params.workspace_id) } }),
    }),
    route({
      method: "POST",
      path,
      summary: "Give a workspace a plan until a date",
      description: "Beside what it bought: for each feature the highest counts.",
      auth: "admin",
      idempotent: true,
      params: WorkspaceParams,
      body: NewManualGrant,
      responses: { 201: ManualGrant },
      errors: ["entitlements.workspace_not_found", "entitlements.period_invalid", "plans.not_found"],
      handler: async ({ ctx, params, body }) => ({
        status: 201,
        body: await admin.grant(ctx, params.workspace_id, body),
      }),
    }),
    route({
      method: "DELETE",
      path: `${path}/{grant_id}`,
      summary: "Take back a plan that was given by hand",
      auth: "admin",
      params: GrantParams,
      responses: { 204: NoContent },
      errors: ["entitlements.workspace_not_found", "entitlements.grant_not_found"],
      handler: async ({ ctx, params }) => {
        await admin.revokeGrant(ctx, params.workspace_id, params.grant_id);
        return { status: 204, body: null };
      },
    }),
  ];
}

function overrideRoutes(admin: EntitlementAdmin): Route[] {
  const list = "/v1/admin/workspaces/{workspace_id}/overrides";
  const path = `${list}/{product}/{feature}`;
  return [
    route({
      method: "GET",
      path: list,
      summary: "Features that a workspace has in place of its plan's",
      auth: "admin",
      params: WorkspaceParams,
      responses: { 200: Overrides },
      errors: ["entitlements.workspace_not_found"],
      handler: async ({ params }) => ({ status: 200, body: { data: await admin.listOverrides(params.workspace_id) } }),
    }),
    route({
      method: "GET",
      path,
      summary: "An override",
      auth: "admin",
      params: OverrideParams,
      responses: { 200: Override },
      errors: ["entitlements.override_not_found"],
      handler: async ({ params }) => ({ status: 200, body: await admin.getOverride(params) }),
    }),
    route({
      method: "PUT",
      path,
      summary: "Put a feature in place of what a workspace's plan says",
      auth: "admin",
      params: OverrideParams,
      body: NewOverride,
      responses: { 200: Override },
      errors: ["entitlements.workspace_not_found", "entitlements.unknown_product", "entitlements.period_invalid"],
      handler: async ({ ctx, params, body }) => ({ status: 200, body: await admin.setOverride(ctx, params, body) }),
    }),
    route({
      method: "DELETE",
      path,
      summary: "Let a workspace's plan count again",
      auth: "admin",
      params: OverrideParams,
      responses: { 204: NoContent },
      errors: ["entitlements.workspace_not_found", "entitlements.override_not_found"],
      handler: async ({ ctx, params }) => {
        await admin.removeOverride(ctx, params);
        return { status: 204, body: null };
      },
    }),
  ];
}
