import { defineErrors } from "../../core/errors.ts";

export const billingErrors = defineErrors("billing", {
  plan_not_found: { kind: "not_found", title: "There is no such plan" },
  signature_invalid: { kind: "bad_request", title: "The notification's signature is not valid" },
  event_malformed: { kind: "bad_request", title: "The notification is not an event of this store" },
});
