import { defineErrors } from "../../core/errors.ts";

export const entitlementErrors = defineErrors("entitlements", {
  missing: { kind: "forbidden", title: "The plan does not have this feature" },
  unknown_product: { kind: "not_found", title: "There is no such product" },
});
