import { defineErrors } from "../../core/errors.ts";

/** What can go wrong with dead letters. */
export const deadLetterErrors = defineErrors("events", {
  dead_letter_not_found: { kind: "not_found", title: "There is no such dead letter" },
  dead_letter_resolved: { kind: "conflict", title: "The dead letter was replayed or discarded already" },
  dead_letter_orphaned: { kind: "conflict", title: "Nobody handles the dead letter: its subscriber is no more" },
  preview_outdated: { kind: "conflict", title: "There are more dead letters than the preview told" },
  job_not_found: { kind: "not_found", title: "There is no such job" },
});
