import Type, { type Static } from "typebox";
import { Closed, NullableTimestamp, Page, PageQuery, Timestamp } from "../../core/schema.ts";

const Name = Type.String({ maxLength: 100, description: "For example prism.weekly_digest" });
const Cause = Type.Enum(["due", "missed", "manual"], {
  description: "On time; late, by the policy for missed runs; or asked for by an operator",
});

export const ScheduleRun = Closed({
  slot: Type.Unsafe<Date>({ ...Timestamp, description: "When the schedule said" }),
  cause: Cause,
  created_at: Type.Unsafe<Date>({ ...Timestamp, description: "When it was published" }),
  finished_at: Type.Unsafe<Date | null>({
    ...NullableTimestamp,
    description: "When its handler was done; for one that runs in each workspace, when each had its event",
  }),
  workspaces: Type.Integer({ description: "Workspaces that have their event, where it runs in each" }),
});
export type ScheduleRun = Static<typeof ScheduleRun>;
export const ScheduleRunPage = Page(ScheduleRun);

export const ScheduleView = Closed({
  name: Name,
  cron: Type.String(),
  time_zone: Type.String({ description: "IANA name" }),
  missed: Type.Enum(["skip", "run_once", "run_all"], {
    description: "What becomes of runs that nobody published in time",
  }),
  max_lateness_seconds: Type.Union([Type.Integer(), Type.Null()]),
  state: Type.Enum(["active", "paused", "unknown"], {
    description: "`unknown`: no product that is switched on here has it any more, so it does not run",
  }),
  next_run_at: NullableTimestamp,
  paused_at: NullableTimestamp,
  last_run: Type.Union([ScheduleRun, Type.Null()]),
});
export type ScheduleView = Static<typeof ScheduleView>;
export const SchedulePage = Page(ScheduleView);

export const ScheduleParams = Closed({ schedule_name: Name });
export const ScheduleRunQuery = PageQuery;

/** What a person wants at a time of day. */
export interface PersonalInput {
  user_id: string;
  /** `<product>.<what>`; subscribers to `schedules.personal_due` tell theirs by it. */
  kind: string;
  /** Which of several times in a day it is. Default `daily`. */
  slot?: string;
  /** `07:00` */
  local_time: string;
  /** IANA name. */
  time_zone: string;
  /** Days of the week by ISO 8601, 1 is Monday. Default: all. */
  days?: number[];
  /** An occurrence later than this is skipped, null: none is. Default 21,600 (six hours). */
  max_lateness_seconds?: number | null;
  /** Handed to the subscribers. */
  payload?: unknown;
}

/** A person's time of day, with when it is due next. */
export interface PersonalSchedule extends Required<PersonalInput> {
  next_run_at: Date;
  /** The local day that was published last. */
  last_local_date: string | null;
}
