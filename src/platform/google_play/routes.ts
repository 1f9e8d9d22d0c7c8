import type { Ctx } from "../../core/context.ts";
import { type Route, route } from "../../core/http/route.ts";
import type { Delivery, Notification } from "../billing/index.ts";
import { ClaimedPurchase, PurchaseClaim, Received } from "./schema.ts";
import type { GooglePlay } from "./webhook.ts";

interface GooglePlayRoutesOptions {
  store: Pick<GooglePlay, "claim">;
  /** Takes a notification in: what it resolves with is committed. */
  inbox: { receive(delivery: Delivery, request_id: string): Promise<unknown> };
  /** Reads the purchase at the store and gives it to the workspace, if it is nobody's. */
  claim(ctx: Ctx, notification: Notification): Promise<{ subscription_id: string | null }>;
}

export function googlePlayRoutes(options: GooglePlayRoutesOptions): Route[] {
  return [webhook(options), purchases(options)];
}

function webhook({ inbox }: Pick<GooglePlayRoutesOptions, "inbox">): Route {
  return route({
    method: "POST",
    path: "/v1/webhooks/google-play",
    summary: "Google Play's notifications",
    description:
      "For Google's Pub/Sub alone, as a push subscription with authentication: the header `Authorization` bears a token of the service account. 200 acknowledges the message: it is stored, with all it causes.",
    auth: "public",
    raw_body: true,
    signed: true,
    responses: { 200: Received },
    errors: [
      "billing.sender_unknown",
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

function purchases({ store, claim }: Omit<GooglePlayRoutesOptions, "inbox">): Route {
  return route({
    method: "POST",
    path: "/v1/billing/google-play/purchases",
    summary: "Claim a purchase that was made at Google Play",
    description:
      "For apps, right after a purchase, and for purchases made outside of the app. The purchase is read at Google; it is given to the workspace unless it is another's.",
    auth: "workspace",
    role: "admin",
    people_only: true,
    body: PurchaseClaim,
    responses: { 200: ClaimedPurchase },
    errors: ["billing.owned_by_another", "billing.subscription_not_found", "billing.store_unreachable"],
    idempotent: true,
    handler: async ({ ctx, body }) => {
      const { subscription_id } = await claim(ctx, store.claim(body));
      return { status: 200, body: { subscription_id } };
    },
  });
}
