import { defineErrors } from "../../core/errors.ts";

export const apiKeyErrors = defineErrors("api_keys", {
  address_forbidden: { kind: "forbidden", title: "The API key is not taken from this address" },
  unknown_scope: { kind: "invalid", title: "There is no such scope" },
  outranks_creator: { kind: "forbidden", title: "A key may not do more than who makes it" },
});
