import { defineErrors } from "../../core/errors.ts";

export const scheduleErrors = defineErrors("schedules", {
  not_found: { kind: "not_found", title: "There is no such schedule" },
  user_unknown: { kind: "not_found", title: "The person does not belong to the workspace" },
});
