export {
  defineSchedule,
  forEachWorkspace,
  type Occurrence,
  type Schedule,
  type WorkspaceRun,
} from "./definition.ts";
export { PersonalDue } from "./events.ts";
export type { PersonalDoor } from "./personal.ts";
export type { PersonalInput } from "./schema.ts";
export { createSchedules, type ScheduleAdmin, type Schedules } from "./service.ts";
