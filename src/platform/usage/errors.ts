import { defineErrors } from "../../core/errors.ts";

export const usageErrors = defineErrors("usage", {
  limit_reached: { kind: "limit_reached", title: "The limit of your plan is reached" },
  idempotency_conflict: { kind: "conflict", title: "The idempotency key was used for something else" },
  nothing_to_give_back: { kind: "not_found", title: "Nothing was taken under this key" },
});
