import { defineErrors } from "../../core/errors.ts";

export const identityErrors = defineErrors("identity", {
  invalid_credentials: { kind: "unauthenticated", title: "The e-mail address or the password is wrong" },
  email_unverified: { kind: "forbidden", title: "Confirm your e-mail address first" },
  email_taken: { kind: "conflict", title: "This e-mail address has an account" },
  token_invalid: { kind: "gone", title: "This link was used, is too old, or was replaced by a newer one" },
  code_invalid: { kind: "forbidden", title: "The code is wrong, was used, or is too old" },
  refresh_invalid: { kind: "unauthenticated", title: "Sign in again" },
  refresh_reused: { kind: "unauthenticated", title: "Sign in again" },
  wrong_password: { kind: "forbidden", title: "The current password is wrong" },
  proof_missing: { kind: "invalid", title: "Show who you are in a way that you have" },
  owns_workspaces: { kind: "conflict", title: "Hand over or delete the workspaces that you own alone first" },
  no_address: { kind: "conflict", title: "This account has no e-mail address" },
  not_impersonable: { kind: "conflict", title: "Nobody acts in the name of an administrator or of a closed account" },
  last_admin: { kind: "conflict", title: "The platform keeps at least one administrator" },
  hashing_busy: { kind: "unavailable", title: "Too many sign-ins at once" },
});
