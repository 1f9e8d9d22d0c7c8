import { defineErrors } from "../../core/errors.ts";

export const safetyErrors = defineErrors("safety", {
  unavailable: { kind: "unavailable", title: "The safety check cannot be recorded, so nothing is generated" },
});
