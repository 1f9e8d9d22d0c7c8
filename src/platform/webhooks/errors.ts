import { defineErrors } from "../../core/errors.ts";

/** What can go wrong with outgoing webhooks. */
export const webhookErrors = defineErrors("webhooks", {
  endpoint_not_found: { kind: "not_found", title: "There is no such webhook endpoint" },
  delivery_not_found: { kind: "not_found", title: "There is no such delivery" },
  url_forbidden: { kind: "invalid", title: "Webhooks are not sent to this address" },
  unknown_event_type: { kind: "invalid", title: "There is no such event type" },
  endpoints_exhausted: { kind: "limit_reached", title: "The workspace has as many webhook endpoints as it may" },
  endpoint_disabled: { kind: "conflict", title: "The webhook endpoint is disabled" },
  delivery_pending: { kind: "conflict", title: "The delivery is still being tried" },
});
