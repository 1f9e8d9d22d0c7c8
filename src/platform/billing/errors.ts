import { defineErrors } from "../../core/errors.ts";

export const billingErrors = defineErrors("billing", {
  signature_invalid: { kind: "bad_request", title: "The notification's signature is not valid" },
  sender_unknown: { kind: "unauthenticated", title: "The notification does not prove that it comes from the store" },
  event_malformed: { kind: "bad_request", title: "The notification is not an event of this store" },
  store_unreachable: { kind: "unavailable", title: "The store does not answer right now" },
  customer_gone: { kind: "conflict", title: "The store does not know the customer any more" },
  store_refused: { kind: "bad_gateway", title: "The store did not accept what was asked of it" },
  event_not_found: { kind: "not_found", title: "There is no such notification" },
  subscription_not_found: { kind: "not_found", title: "There is no such subscription" },
  reconciliation_running: { kind: "conflict", title: "This store is being reconciled already" },
  store_not_configured: { kind: "not_found", title: "This store is not configured" },
  workspace_unknown: { kind: "not_found", title: "There is no such person with a workspace" },
  owned_by_another: { kind: "conflict", title: "The purchase belongs to another workspace" },
});
