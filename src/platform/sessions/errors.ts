import { defineErrors } from "../../core/errors.ts";

export const sessionErrors = defineErrors("sessions", {
  foreign_session: { kind: "conflict", title: "You signed in at another provider, which keeps your session" },
});
