import { defineErrors } from "../../core/errors.ts";

export const checkoutErrors = defineErrors("checkout", {
  plan_not_sold: { kind: "conflict", title: "The plan cannot be bought here" },
  already_subscribed: { kind: "conflict", title: "The workspace has this already" },
  opening: { kind: "conflict", title: "Another checkout of this product is being opened right now" },
  session_not_found: { kind: "not_found", title: "There is no such checkout" },
  no_customer: { kind: "not_found", title: "The workspace has not bought anything yet" },
});
