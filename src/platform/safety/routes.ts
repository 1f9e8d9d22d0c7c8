import { type Route, route } from "../../core/http/route.ts";
import { PublicPolicy, ReferralQuery, ReferralReport, SafetyEventQuery, SafetyEvents } from "./schema.ts";
import type { Safety } from "./service.ts";

export function safetyRoutes(safety: Pick<Safety, "events" | "referrals" | "publicPolicy">): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/safety/events",
      summary: "What the safety check found in the workspace, the newest first",
      description:
        "Neither who it was nor what was written: which rules matched, where and when. Rules are named in the policy of the version given.",
      auth: "workspace",
      role: "admin",
      people_only: true,
      query: SafetyEventQuery,
      responses: { 200: SafetyEvents },
      handler: async ({ ctx, query }) => ({ status: 200, body: await safety.events(ctx, query) }),
    }),
    route({
      method: "GET",
      path: "/v1/safety/policy",
      summary: "What is looked for, and what is done about it",
      description: "For everybody: the protocol that an operator publishes.",
      auth: "public",
      responses: { 200: PublicPolicy },
      handler: async () => ({ status: 200, body: safety.publicPolicy() }),
    }),
    route({
      method: "GET",
      path: "/v1/admin/safety/referrals",
      summary: "How often people were pointed to help in a year",
      description:
        "Counts alone, by month, category and country: the yearly report of California's SB 243. They stay when people and workspaces are deleted.",
      auth: "admin",
      query: ReferralQuery,
      responses: { 200: ReferralReport },
      handler: async ({ query }) => ({ status: 200, body: await safety.referrals(query.year) }),
    }),
  ];
}
