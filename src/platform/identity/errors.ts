import { defineErrors } from "../../core/errors.ts";

export const identityErrors = defineErrors("identity", {
  invalid_credentials: { kind: "unauthenticated", title: "The e-mail address or the password is wrong" },
  email_unverified: { kind: "forbidden", title: "Confirm your e-mail address first" },
  token_invalid: { kind: "gone", title: "This link was used, is too old, or was replaced by a newer one" },
  refresh_invalid: { kind: "unauthenticated", title: "Sign in again" },
  refresh_reused: { kind: "unauthenticated", title: "Sign in again" },
  hashing_busy: { kind: "unavailable", title: "Too many sign-ins at once" },
});
