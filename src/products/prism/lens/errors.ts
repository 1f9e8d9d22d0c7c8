import { defineErrors } from "../../../product.ts";

export const lensErrors = defineErrors("prism", {
  status_conflict: { kind: "conflict", title: "It cannot go from its status to that one" },
  goal_ended: { kind: "conflict", title: "The goal is achieved or dropped; make it active first" },
});
