import type { Ctx } from "../../core/context.ts";
import { type Route, route } from "../../core/http/route.ts";
import type { Delivery, Notification } from "../billing/index.ts";
import { Claimed, Received, TransactionClaim } from "./schema.ts";
import type { AppStore } from "./webhook.ts";

interface AppStoreRoutesOptions {
  /** Keeps what the store sends, and applies it. */
  inbox: { receive(delivery: Delivery, request_id: string): Promise<unknown> };
  app_store: Pick<AppStore, "openTransaction">;
  /** Makes a purchase the workspace's, if it is nobody's yet. Throws `billing.owned_by_another`. */
  claim(ctx: Ctx, notification: Notification): Promise<{ subscription_id: string | null }>;
}

export function appStoreRoutes(options: AppStoreRoutesOptions): Route[] {
  return [notifications(options), claims(options)];
}

function notifications({ inbox }: AppStoreRoutesOptions): Route {
  return route({
    method: "POST",
    path: "/v1/webhooks/app-store",
    summary: "The App Store's notifications",
    description:
      "For Apple alone (App Store Server Notifications, version 2): the body is signed. 200 means that the notification and all it causes is stored; 503 that Apple's own responders did not answer, so that it has to be sent again.",
    auth: "public",
    raw_body: true,
    signed: true,
    responses: { 200: Received },
    errors: [
      "billing.signature_invalid",
      "billing.event_malformed",
      "billing.store_unreachable",
      "request.too_large",
      "request.unsupported_media_type",
    ],
    handler: async ({ ctx, raw_body, header }) => {
      await inbox.receive({ raw_body, header }, ctx.request_id);
      return { status: 200, body: { received: true as const } };
    },
  });
}

function claims({ app_store, claim }: AppStoreRoutesOptions): Route {
  return route({
    method: "POST",
    path: "/v1/billing/app-store/transactions",
    summary: "Claim a purchase in the App Store",
    description:
      "For purchases made without `appAccountToken`: an offer code, a purchase in the App Store itself. Whoever holds the signed transaction has bought; it becomes the workspace's unless it is another's already. Doing it again changes nothing.",
    auth: "workspace",
    role: "admin",
    people_only: true,
    body: TransactionClaim,
    responses: { 200: Claimed },
    errors: [
      "billing.signature_invalid",
      "billing.event_malformed",
      "billing.store_unreachable",
      "billing.owned_by_another",
    ],
    handler: async ({ ctx, body }) => {
      const notification = await app_store.openTransaction(body.signed_transaction);
      const { subscription_id } = await claim(ctx, notification);
      return { status: 200, body: { subscription_id } };
    },
  });
}
