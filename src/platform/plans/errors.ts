import { defineErrors } from "../../core/errors.ts";

export const planErrors = defineErrors("plans", {
  not_found: { kind: "not_found", title: "There is no such plan" },
});
