import { type Route, route } from "../../core/http/route.ts";
import type { Delivery } from "../billing/index.ts";
import { RevenueCatReceived } from "./schema.ts";

/** RevenueCat's webhook; `receive` keeps the notification and all it causes. A server without its configuration mounts none. */
export function revenueCatRoutes(receive: (delivery: Delivery, request_id: string) => Promise<unknown>): Route[] {
  return [
    route({
      method: "POST",
      path: "/v1/webhooks/revenuecat",
      summary: "RevenueCat's notifications",
      description:
        "For RevenueCat alone: the header `Authorization` is the one set for this webhook in its dashboard. 200 means that the event and all it causes is stored.",
      auth: "public",
      raw_body: true,
      signed: true,
      responses: { 200: RevenueCatReceived },
      errors: [
        "billing.sender_unknown",
        "billing.event_malformed",
        "request.too_large",
        "request.unsupported_media_type",
      ],
      handler: async ({ ctx, raw_body, header }) => {
        await receive({ raw_body, header }, ctx.request_id);
        return { status: 200, body: { received: true as const } };
      },
    }),
  ];
}
