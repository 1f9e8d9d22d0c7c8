import Type from "typebox";
import { type Route, route } from "../../core/http/route.ts";
import { checkoutCanceledPage, checkoutPage } from "./pages.ts";
import {
  Checkout,
  CheckoutInput,
  CheckoutParams,
  CheckoutReturnQuery,
  PaymentLinkQuery,
  PaymentLinks,
  Portal,
  PortalInput,
} from "./schema.ts";
import type { Checkouts } from "./service.ts";

const PageOfHtml = Type.String({ description: "HTML" });

export interface CheckoutRoutesOptions {
  checkouts: Checkouts;
  /** What the page after a checkout shows beside the plan: the licence key that came with it. */
  licenseKeyOf: (workspace_id: string, product: string) => Promise<string | undefined>;
}

export function checkoutRoutes({ checkouts, licenseKeyOf }: CheckoutRoutesOptions): Route[] {
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
        "checkout.plan_not_sold",
        "checkout.already_subscribed",
        "checkout.opening",
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
      errors: ["checkout.session_not_found"],
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
      errors: [...errors, "checkout.no_customer"],
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
