import { type Route, route } from "../../core/http/route.ts";
import { type Billing, Received, type Store } from "../billing/index.ts";

/** The endpoint of Stripe's notifications. */
export function stripeRoutes(store: Store, inbox: Pick<Billing["inbox"], "receive">): Route[] {
  return [
    route({
      method: "POST",
      path: "/v1/webhooks/stripe",
      summary: "Stripe's notifications",
      description:
        "For Stripe alone: the header `Stripe-Signature` signs the exact body. 200 means that the event and all it causes is stored.",
      auth: "public",
      raw_body: true,
      signed: true,
      responses: { 200: Received },
      errors: [
        "billing.signature_invalid",
        "billing.event_malformed",
        "request.too_large",
        "request.unsupported_media_type",
      ],
      handler: async ({ ctx, raw_body, header }) => {
        await inbox.receive(store, { raw_body, header }, ctx.request_id);
        return { status: 200, body: { received: true as const } };
      },
    }),
  ];
}
