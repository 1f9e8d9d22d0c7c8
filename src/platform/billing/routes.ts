import { NoContent, type Route, route } from "../../core/http/route.ts";
import { PageQuery } from "../../core/schema.ts";
import {
  AdminSubscriptionPage,
  AdminSubscriptionQuery,
  EventOutcome,
  MergeInput,
  Moved,
  MoveInput,
  Reconciliation,
  ReconciliationInput,
  ReconciliationPage,
  SubscriptionPage,
  SubscriptionQuery,
  WebhookEventDetail,
  WebhookEventPage,
  WebhookEventParams,
  WebhookEventQuery,
} from "./schema.ts";
import type { Billing } from "./service.ts";

export function billingRoutes(billing: Billing): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/billing/subscriptions",
      summary: "The workspace's subscriptions, newest first",
      auth: "workspace",
      query: SubscriptionQuery,
      responses: { 200: SubscriptionPage },
      handler: async ({ ctx, query }) => ({ status: 200, body: await billing.listSubscriptions(ctx, query) }),
    }),
    ...adminEventRoutes(billing),
    ...adminRoutes(billing),
  ];
}

function adminEventRoutes({ admin, claims }: Billing): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/admin/webhook-events",
      summary: "Notifications of the stores, newest first",
      auth: "admin",
      query: WebhookEventQuery,
      responses: { 200: WebhookEventPage },
      handler: async ({ query }) => ({ status: 200, body: await admin.listEvents(query) }),
    }),
    route({
      method: "GET",
      path: "/v1/admin/webhook-events/{webhook_event_id}",
      summary: "A notification with its body",
      auth: "admin",
      params: WebhookEventParams,
      responses: { 200: WebhookEventDetail },
      errors: ["billing.event_not_found"],
      handler: async ({ params }) => ({ status: 200, body: await admin.getEvent(params.webhook_event_id) }),
    }),
    route({
      method: "POST",
      path: "/v1/admin/webhook-events/{webhook_event_id}/replay",
      summary: "Apply a notification again",
      description: "Asks its store for the present state where it can. What is newer by then stays.",
      auth: "admin",
      params: WebhookEventParams,
      responses: { 200: EventOutcome },
      errors: ["billing.event_not_found"],
      handler: async ({ ctx, params }) => ({
        status: 200,
        body: await admin.replay(params.webhook_event_id, ctx.request_id),
      }),
    }),
    route({
      method: "POST",
      path: "/v1/admin/purchases/merge",
      summary: "Give everything that one person bought to another",
      description: "For accounts that become one: subscriptions and trials already used move together or not at all.",
      auth: "admin",
      body: MergeInput,
      responses: { 204: NoContent },
      errors: ["billing.workspace_unknown"],
      handler: async ({ ctx, body }) => {
        await claims.merge(body.from_user_id, body.to_user_id, ctx.request_id);
        return { status: 204, body: null };
      },
    }),
  ];
}

function adminRoutes({ admin, reconciliation }: Billing): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/admin/subscriptions",
      summary: "All subscriptions, newest first",
      auth: "admin",
      query: AdminSubscriptionQuery,
      responses: { 200: AdminSubscriptionPage },
      handler: async ({ query }) => ({ status: 200, body: await admin.listSubscriptions(query) }),
    }),
    route({
      method: "POST",
      path: "/v1/admin/plans/move-subscribers",
      summary: "Move a plan's subscribers to its present version",
      description: "Subscribers keep the version that they bought until this is called.",
      auth: "admin",
      body: MoveInput,
      responses: { 200: Moved },
      errors: ["plans.not_found"],
      handler: async ({ ctx, body }) => ({
        status: 200,
        body: { moved: await admin.moveSubscribers(body.plan_id, ctx.request_id) },
      }),
    }),
    route({
      method: "GET",
      path: "/v1/admin/reconciliations",
      summary: "Comparisons with the stores, newest first",
      auth: "admin",
      query: PageQuery,
      responses: { 200: ReconciliationPage },
      handler: async ({ query }) => ({ status: 200, body: await reconciliation.list(query) }),
    }),
    route({
      method: "POST",
      path: "/v1/admin/reconciliations",
      summary: "Compare with a store now",
      description: "Goes on in the background; the list tells how far it is.",
      auth: "admin",
      body: ReconciliationInput,
      responses: { 202: Reconciliation },
      errors: ["billing.store_not_configured", "billing.reconciliation_running"],
      handler: async ({ ctx, body }) => ({
        status: 202,
        body: await reconciliation.begin(body.source, ctx.request_id),
      }),
    }),
  ];
}
