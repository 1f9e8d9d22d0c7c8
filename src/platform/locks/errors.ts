import { defineErrors } from "../../core/errors.ts";

export const lockErrors = defineErrors("locks", {
  fenced: { kind: "conflict", title: "Somebody else has taken the lock over" },
});
