import { type Route, route } from "../../core/http/route.ts";
import type { AiUsage } from "./reports.ts";
import { Budgets, EventsQuery, UsageEvents, UsageQuery, UsageReport } from "./schema.ts";

export function aiUsageRoutes(usage: AiUsage): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/ai/usage",
      summary: "What the workspace used of AI, and what it cost",
      description:
        "Sums by day, feature, model and provider as `by` asks, the newest day first, with the total of the whole range. Days are those of UTC; a call that ends after midnight counts on the day on which it began.",
      auth: "workspace",
      query: UsageQuery,
      responses: { 200: UsageReport },
      handler: async ({ ctx, query }) => ({ status: 200, body: await usage.ofWorkspace(ctx, query) }),
    }),
    route({
      method: "GET",
      path: "/v1/ai/usage/events",
      summary: "Every attempt at a provider, the newest first",
      description:
        "One entry for each call on the wire, failed ones and retries too. Nothing of what was asked or answered.",
      auth: "workspace",
      role: "admin",
      query: EventsQuery,
      responses: { 200: UsageEvents },
      handler: async ({ ctx, query }) => ({ status: 200, body: await usage.events(ctx, query) }),
    }),
    route({
      method: "GET",
      path: "/v1/ai/budgets",
      summary: "What is left of today's AI budgets",
      description:
        "The workspace's, its features' and the caller's own. A budget is listed from the day's first call on; all begin anew at midnight UTC.",
      auth: "workspace",
      responses: { 200: Budgets },
      handler: async ({ ctx }) => ({ status: 200, body: await usage.budgets(ctx) }),
    }),
    route({
      method: "GET",
      path: "/v1/admin/ai/usage",
      summary: "What all workspaces used of AI, and what it cost",
      description: "As `GET /v1/ai/usage`, over all workspaces: `by=feature` is the cost of each feature.",
      auth: "admin",
      query: UsageQuery,
      responses: { 200: UsageReport },
      handler: async ({ query }) => ({ status: 200, body: await usage.ofAll(query) }),
    }),
  ];
}
