import { defineErrors } from "../../core/errors.ts";

export const factorErrors = defineErrors("factors", {
  code_invalid: { kind: "forbidden", title: "The code is wrong or was used" },
  challenge_over: { kind: "gone", title: "This attempt is over: sign in again" },
  passkey_invalid: { kind: "forbidden", title: "The passkey's answer cannot be trusted" },
  already_enabled: { kind: "conflict", title: "An authenticator app is set up already; remove it first" },
  not_enabled: { kind: "conflict", title: "There is no authenticator app to do this with" },
  too_many_passkeys: { kind: "conflict", title: "A person has 20 passkeys at most" },
});
