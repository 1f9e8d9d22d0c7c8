import Type from "typebox";
import { NoContent, type Route, route } from "../../core/http/route.ts";
import { PageQuery } from "../../core/schema.ts";
import { checkoutCanceledPage, checkoutPage } from "./pages.ts";
import {
  AdminSubscriptionPage,
  AdminSubscriptionQuery,
  Checkout,
  CheckoutInput,
  CheckoutParams,
  CheckoutReturnQuery,
  EventOutcome,
  MergeInput,
  Moved,
  MoveInput,
  PaymentLinkQuery,
  PaymentLinks,
  Portal,
  PortalInput,
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

const PageOfHtml = Type.String({ description: "HTML" });

export interface BillingRoutesOptions {
  billing: Billing;
  /** What the page after a checkout shows beside the plan: the licence key that came with it. */
  licenseKeyOf: (workspace_id: string, product: string) => Promise<string | undefined>;
}

export function billingRoutes({ billing, licenseKeyOf }: BillingRoutesOptions): Route[] {
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
    ...checkoutRoutes(billing, licenseKeyOf),
    ...adminEventRoutes(billing),
    ...adminRoutes(billing),
  ];
}

function checkoutRoutes({ checkouts }: Billing, licenseKeyOf: BillingRoutesOptions["licenseKeyOf"]): Route[] {
  if (checkouts === undefined) return [];
  const html = { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" };
  const errors = ["billing.store_unreachable", "billing.store_refused", "billing.customer_gone"];
  return [
    route({
      method: "POST",
      path: "/v1/checkout/sessions",
      summary: "Open a checkout for a plan",
      description:
        "At most one is open for a workspace and product: asked for the same again it is that one, for another plan the older one is closed. The trial is given once ever to each owner of the workspace. Send the buyer to `url`.",
      auth: "workspace",
      role: "admin",
      people_only: true,
      idempotent: true,
      body: CheckoutInput,
      responses: { 201: Checkout },
      errors: [
        ...errors,
        "plans.not_found",
        "billing.plan_not_sold",
        "billing.already_subscribed",
        "billing.checkout_opening",
        "request.unavailable",
      ],
      handler: async ({ ctx, body }) => ({ status: 201, body: await checkouts.create(ctx, body) }),
    }),
    route({
      method: "GET",
      path: "/v1/checkout/sessions/{checkout_id}",
      summary: "A checkout and what became of it",
      auth: "workspace",
      role: "admin",
      people_only: true,
      params: CheckoutParams,
      responses: { 200: Checkout },
      errors: ["billing.checkout_not_found"],
      handler: async ({ ctx, params }) => ({ status: 200, body: await checkouts.get(ctx, params.checkout_id) }),
    }),
    route({
      method: "GET",
      path: "/v1/checkout/success",
      summary: "The page after a checkout",
      description:
        "Shows the licence key that came with the plan to whoever brings the store's id of the checkout, for a day.",
      auth: "public",
      query: CheckoutReturnQuery,
      responses: { 200: PageOfHtml },
      handler: async ({ query }) => {
        const row = query.session_id === undefined ? undefined : await checkouts.findReturn(query.session_id);
        if (row === undefined) return { status: 200, body: checkoutPage(undefined), headers: html };
        const license_key = row.status === "completed" ? await licenseKeyOf(row.workspace_id, row.product) : undefined;
        return { status: 200, body: checkoutPage({ ...row, license_key }), headers: html };
      },
    }),
    route({
      method: "GET",
      path: "/v1/checkout/cancel",
      summary: "The page after a checkout that was left",
      auth: "public",
      responses: { 200: PageOfHtml },
      handler: async () => ({ status: 200, body: checkoutCanceledPage(), headers: html }),
    }),
    route({
      method: "POST",
      path: "/v1/billing/portal-sessions",
      summary: "The store's page for managing what was bought",
      auth: "workspace",
      role: "admin",
      people_only: true,
      while_suspended: true,
      body: PortalInput,
      responses: { 201: Portal },
      errors: [...errors, "billing.no_customer"],
      handler: async ({ ctx, body }) => ({ status: 201, body: await checkouts.createPortal(ctx, body.return_url) }),
    }),
    route({
      method: "GET",
      path: "/v1/billing/payment-links",
      summary: "Payment Links that name the workspace",
      description: "Of the plans whose catalogue entry has a `payment_link`.",
      auth: "workspace",
      query: PaymentLinkQuery,
      responses: { 200: PaymentLinks },
      handler: async ({ ctx, query }) => ({
        status: 200,
        body: { data: await checkouts.paymentLinks(ctx, query.product) },
      }),
    }),
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
