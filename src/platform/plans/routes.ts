import { type Route, route } from "../../core/http/route.ts";
import { Comparison, ComparisonQuery, Plan, PlanPage, PlanParams, PlanQuery } from "./schema.ts";
import type { Plans } from "./service.ts";

export function planRoutes(plans: Pick<Plans, "list" | "get" | "compare">): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/plans",
      summary: "The plans on offer",
      description: "By product, then by price; all on one page.",
      auth: "public",
      query: PlanQuery,
      responses: { 200: PlanPage },
      handler: async ({ query }) => ({
        status: 200,
        body: { data: await plans.list(query.product), next_cursor: null },
      }),
    }),
    route({
      method: "GET",
      path: "/v1/plans/comparison",
      summary: "The plans of a product side by side",
      auth: "public",
      query: ComparisonQuery,
      responses: { 200: Comparison },
      errors: ["plans.not_found"],
      handler: async ({ query }) => ({ status: 200, body: await plans.compare(query.product) }),
    }),
    route({
      method: "GET",
      path: "/v1/plans/{plan_id}",
      summary: "A plan with its features",
      description: "Also one that is not offered any more, for those who still have it.",
      auth: "public",
      params: PlanParams,
      responses: { 200: Plan },
      errors: ["plans.not_found"],
      handler: async ({ params }) => ({ status: 200, body: await plans.get(params.plan_id) }),
    }),
  ];
}
