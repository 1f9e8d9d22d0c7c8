import { defineErrors } from "../../core/errors.ts";

export const entitlementErrors = defineErrors("entitlements", {
  missing: { kind: "forbidden", title: "The plan does not have this feature" },
  unknown_product: { kind: "not_found", title: "There is no such product" },
  workspace_not_found: { kind: "not_found", title: "There is no such workspace" },
  grant_not_found: { kind: "not_found", title: "There is no such grant" },
  override_not_found: { kind: "not_found", title: "There is no such override" },
  period_invalid: { kind: "invalid", title: "It would be over before it begins" },
});
