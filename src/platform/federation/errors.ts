import { defineErrors } from "../../core/errors.ts";

export const federationErrors = defineErrors("federation", {
  unknown_provider: { kind: "not_found", title: "Nobody signs in here with this provider" },
  flow_over: { kind: "gone", title: "This sign-in was finished, or is too old: begin again" },
  link_required: {
    kind: "conflict",
    title: "This e-mail address has an account: sign in to it, then link the provider",
  },
  address_unverified: { kind: "forbidden", title: "The provider has not verified the e-mail address" },
  identity_taken: { kind: "conflict", title: "This account at the provider belongs to somebody here already" },
  last_way_in: { kind: "conflict", title: "This is the only way into the account: give it an e-mail address first" },
  keys_unavailable: { kind: "unavailable", title: "The issuer's keys cannot be had right now" },
});
