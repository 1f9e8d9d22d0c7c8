import { type Route, route } from "../../core/http/route.ts";
import { AnalyticsQuery, AnalyticsReport } from "./schema.ts";
import type { Analytics } from "./service.ts";

export function analyticsRoutes(analytics: Pick<Analytics, "report">): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/admin/analytics",
      summary: "Revenue, churn, sign-ups and licence utilisation",
      description:
        "MRR, ARR, active subscriptions and licences are of now, churn and sign-ups of the days asked for. `definitions` says what each figure means.",
      auth: "admin",
      query: AnalyticsQuery,
      responses: { 200: AnalyticsReport },
      handler: async ({ query }) => ({ status: 200, body: await analytics.report(query) }),
    }),
  ];
}
