import { defineErrors } from "../../core/errors.ts";

/** The gateway answers with it, so it is called as the gateway is. */
export const budgetErrors = defineErrors("ai", {
  budget_exhausted: { kind: "limit_reached", title: "The day's AI budget is used up" },
});
