import Type, { type Static } from "typebox";
import { defineEvent, type EventDefinition } from "../events/index.ts";

/** What the event of a schedule's occurrence tells. */
const Due = Type.Object({
  schedule: Type.String({ description: "The schedule's name" }),
  slot: Type.String({ format: "date-time", description: "When the schedule said; the same for every attempt" }),
  cause: Type.Enum(["due", "missed", "manual"]),
});
export type Due = Static<typeof Due>;

/**
 * The event of a schedule: `<name>_due` once for each occurrence, and for one that runs in every workspace beside it
 * `<name>_due_in_workspace` in each. Made when the schedule is defined, so docs/events.md has no line for each.
 */
export function dueEvent(schedule: string, where: "" | "_in_workspace" = ""): EventDefinition<typeof Due> {
  return {
    type: `${schedule}_due${where}`,
    description: `An occurrence of the schedule ${schedule}`,
    payload: Due,
    check: () => {},
  };
}

export const PersonalDue = defineEvent(
  "schedules.personal_due",
  "It is the time of day at which a person wants something: at most once for each of their local days and slots",
  Type.Object({
    kind: Type.String({ description: "What the person wants, for example prism.check_in" }),
    user_id: Type.String({ format: "uuid" }),
    slot: Type.String({ description: "Which of the person's times in a day" }),
    local_date: Type.String({ format: "date", description: "The day where the person is" }),
    scheduled_for: Type.String({ format: "date-time" }),
    payload: Type.Unknown({ description: "What was given when the time was set" }),
  }),
);
