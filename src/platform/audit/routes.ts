import { type Route, route } from "../../core/http/route.ts";
import { AuditEntries, AuditParams, AuditQuery } from "./schema.ts";
import type { Audit } from "./service.ts";

export function auditRoutes(audit: Pick<Audit, "list">): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/workspaces/{workspace_id}/audit-entries",
      summary: "Who did what in a workspace, the newest first",
      description: "What a person does to the own account stands in the personal workspace.",
      auth: "workspace",
      role: "admin",
      people_only: true,
      params: AuditParams,
      query: AuditQuery,
      responses: { 200: AuditEntries },
      handler: async ({ ctx, query }) => ({ status: 200, body: await audit.list(ctx, query) }),
    }),
  ];
}
