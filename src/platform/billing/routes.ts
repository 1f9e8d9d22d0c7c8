import { type Route, route } from "../../core/http/route.ts";
import { PageQuery } from "../../core/schema.ts";
import type { Inbox } from "./inbox.ts";
import { Plan, PlanPage, PlanParams, PlanQuery, Received, SubscriptionPage } from "./schema.ts";
import type { Billing } from "./service.ts";

export function billingRoutes(
  billing: Pick<Billing, "listPlans" | "getPlan" | "listSubscriptions" | "stripe">,
): Route[] {
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
        body: { data: await billing.listPlans(query.product), next_cursor: null },
      }),
    }),
    route({
      method: "GET",
      path: "/v1/plans/{plan_id}",
      summary: "A plan with its features",
      description: "Also one that is not offered any more, for those who still have it.",
      auth: "public",
      params: PlanParams,
      responses: { 200: Plan },
      errors: ["billing.plan_not_found"],
      handler: async ({ params }) => ({ status: 200, body: await billing.getPlan(params.plan_id) }),
    }),
    route({
      method: "GET",
      path: "/v1/billing/subscriptions",
      summary: "The workspace's subscriptions, newest first",
      auth: "workspace",
      query: PageQuery,
      responses: { 200: SubscriptionPage },
      handler: async ({ ctx, query }) => ({ status: 200, body: await billing.listSubscriptions(ctx, query) }),
    }),
    ...(billing.stripe === undefined ? [] : [stripeWebhook(billing.stripe)]),
  ];
}

function stripeWebhook(inbox: Inbox): Route {
  return route({
    method: "POST",
    path: "/v1/webhooks/stripe",
    summary: "Stripe's notifications",
    description:
      "For Stripe alone: the header `Stripe-Signature` signs the exact body. 200 means that the event and all it causes is stored.",
    auth: "public",
    raw_body: true,
    responses: { 200: Received },
    errors: [
      "billing.signature_invalid",
      "billing.event_malformed",
      "request.too_large",
      "request.unsupported_media_type",
    ],
    handler: async ({ ctx, raw_body, header }) => {
      await inbox.receive({ raw_body, signature: header("stripe-signature") }, ctx.request_id);
      return { status: 200, body: { received: true as const } };
    },
  });
}
