import { type Route, route } from "../../core/http/route.ts";
import { EntitlementsList, EntitlementsQuery } from "./schema.ts";
import type { Usage } from "./service.ts";

export function usageRoutes(usage: Pick<Usage, "entitlements">): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/billing/entitlements",
      summary: "What the workspace may do, and what it has used",
      description:
        "One entry for each product, with the plan, its features, and for limits what is used and when it resets.",
      auth: "workspace",
      query: EntitlementsQuery,
      responses: { 200: EntitlementsList },
      errors: ["entitlements.unknown_product"],
      handler: async ({ ctx, query }) => ({
        status: 200,
        body: { data: await usage.entitlements(ctx, query.product) },
      }),
    }),
  ];
}
