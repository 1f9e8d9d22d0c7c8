import { defineErrors } from "../../core/errors.ts";

export const messagingErrors = defineErrors("messaging", {
  no_provider: { kind: "unavailable", title: "No mail provider is configured" },
  mail_not_found: { kind: "not_found", title: "There is no such mail" },
});
