import type { Database } from "../../core/database.ts";
import { requestErrors } from "../../core/errors.ts";
import type { Logger } from "../../core/logger.ts";
import type { Metrics } from "../../core/metrics.ts";
import type { PageQuery } from "../../core/schema.ts";
import type { Tx } from "../../core/tables.ts";
import type { Events, Subscriber } from "../events/index.ts";
import type { Locks } from "../locks/index.ts";
import { nextSlot } from "./cron.ts";
import type { Schedule } from "./definition.ts";
import { scheduleErrors } from "./errors.ts";
import { createPersonal, type PersonalDoor } from "./personal.ts";
import { pruneOccurrences, untilNextPersonal } from "./personal-store.ts";
import { createScheduler } from "./scheduler.ts";
import type { ScheduleRun, ScheduleView } from "./schema.ts";
import {
  databaseNow,
  type ListedSchedule,
  listRuns,
  listSchedules,
  overdueSeconds,
  pauseSchedule,
  pruneRuns,
  resumeSchedule,
} from "./store.ts";
import { subscribersOf } from "./workspace-runs.ts";

/** What an operator does with schedules. */
export interface ScheduleAdmin {
  /** All, by name. */
  list(): Promise<ScheduleView[]>;
  /** Throws `schedules.not_found`. */
  get(name: string): Promise<ScheduleView>;
  /** Its runs, the newest first. */
  runs(name: string, page: PageQuery): Promise<{ data: ScheduleRun[]; next_cursor: string | null }>;
  /** From now on it does not run. Runs that are under way go on. */
  pause(name: string): Promise<ScheduleView>;
  /** It runs again at its next time; what fell into the pause is not made up for. */
  resume(name: string): Promise<ScheduleView>;
  /** Runs it now, paused or not, beside its own times. */
  run(name: string): Promise<ScheduleRun>;
}

export interface Schedules extends PersonalDoor {
  admin: ScheduleAdmin;
  /** Adds schedules, before the scheduler starts; returns what hears of their occurrences. Throws for a name that is taken. */
  add(schedules: Schedule[]): Subscriber[];
  /** Publishes from now on what is due. */
  start(): void;
  stop(): Promise<void>;
  /** Forgets runs and occurrences of more than 90 days ago. */
  maintain(): Promise<void>;
}

export interface SchedulesOptions {
  db: Pick<Database, "asSystem" | "systemStatement">;
  events: Pick<Events, "append">;
  locks: Pick<Locks, "withLock">;
  logger: Pick<Logger, "warn" | "info">;
  metrics: Metrics;
  /** The workspaces that are neither suspended nor deleted. */
  workspaces: {
    /** Ids behind `after`, in their order. */
    listActive(tx: Tx, after: string | undefined, limit: number): Promise<string[]>;
    activeAmong(tx: Tx, workspace_ids: string[]): Promise<Set<string>>;
  };
  poll_ms?: number;
}

const keptDays = 90;

export function createSchedules(options: SchedulesOptions): Schedules {
  const { db, workspaces, logger } = options;
  const { listActive: activeWorkspaces, activeAmong } = workspaces;
  const schedules = new Map<string, Schedule>();
  const { runDue, ...door } = createPersonal({ ...options, activeAmong });
  const scheduler = createScheduler({ ...options, schedules, runPersonal: runDue, untilPersonal: untilNextPersonal });
  exposeOverdue(options, schedules);

  const get = async (name: string): Promise<ScheduleView> => {
    const [row] = await db.systemStatement("schedule", (tx) => listSchedules(tx, name));
    if (row === undefined) throw scheduleErrors.not_found();
    return viewOf(row, schedules);
  };

  return {
    ...door,
    add: (added) => {
      for (const schedule of added) {
        if (schedules.has(schedule.name)) throw new Error(`There are two schedules named ${schedule.name}`);
        schedules.set(schedule.name, schedule);
      }
      return added.flatMap((schedule) => subscribersOf(schedule, { ...options, activeWorkspaces, activeAmong }));
    },
    start: scheduler.start,
    stop: scheduler.stop,
    maintain: async () => {
      await db.systemStatement("prune runs", (tx) => pruneRuns(tx, keptDays));
      await db.systemStatement("prune occurrences", (tx) => pruneOccurrences(tx, keptDays));
    },
    admin: {
      list: async () => {
        const rows = await db.systemStatement("schedules", (tx) => listSchedules(tx));
        return rows.map((row) => viewOf(row, schedules));
      },
      get,
      runs: async (name, { limit, cursor }) => {
        await get(name);
        const rows = await db.systemStatement("runs", (tx) => listRuns(tx, name, instantOf(cursor), limit));
        const data = rows.slice(0, limit).map(({ schedule: _, ...run }) => run);
        const last = data.at(-1);
        return { data, next_cursor: rows.length > limit && last !== undefined ? last.slot.toISOString() : null };
      },
      pause: async (name) => {
        if (!(await db.systemStatement("pause schedule", (tx) => pauseSchedule(tx, name)))) {
          throw scheduleErrors.not_found();
        }
        logger.info({ schedule: name }, "a schedule was paused");
        return get(name);
      },
      resume: async (name) => {
        const { cron, time_zone } = await get(name);
        await db.asSystem("resume schedule", async (tx) =>
          resumeSchedule(tx, name, nextSlot(cron, time_zone, await databaseNow(tx))),
        );
        logger.info({ schedule: name }, "a schedule was resumed");
        return get(name);
      },
      run: async (name) => {
        const { state } = await get(name);
        if (state === "unknown") throw scheduleErrors.not_found();
        const slot = await db.asSystem("run schedule", async (tx) => {
          const now = await databaseNow(tx);
          await scheduler.publish(tx, { schedule: name, slot: now, cause: "manual" });
          return now;
        });
        logger.info({ schedule: name }, "a schedule was run by hand");
        return { slot, cause: "manual", created_at: slot, finished_at: null, workspaces: 0 };
      },
    },
  };
}

function viewOf(row: ListedSchedule, known: ReadonlyMap<string, Schedule>): ScheduleView {
  const { slot, cause, created_at, finished_at, workspaces, ...schedule } = row;
  const hasRun = slot !== null && cause !== null && created_at !== null;
  return {
    ...schedule,
    state: !known.has(row.name) ? "unknown" : row.paused_at === null ? "active" : "paused",
    next_run_at: row.paused_at === null ? row.next_run_at : null,
    last_run: hasRun ? { slot, cause, created_at, finished_at, workspaces: workspaces ?? 0 } : null,
  };
}

function instantOf(cursor: string | undefined): Date | undefined {
  if (cursor === undefined) return undefined;
  const at = new Date(cursor);
  if (!Number.isNaN(at.getTime())) return at;
  throw requestErrors.invalid({ errors: [{ pointer: "/cursor", detail: "is not a cursor that this list gave out" }] });
}

/** How long the most overdue has been waiting: more than some seconds means that no scheduler runs. */
function exposeOverdue({ db, metrics }: SchedulesOptions, schedules: ReadonlyMap<string, Schedule>): void {
  metrics.gauge(
    "plinth_schedules_overdue_seconds",
    "Seconds for which the most overdue has been waiting for a scheduler",
    ["kind"],
    async () => {
      const names = [...schedules.keys()];
      const personal = await db.systemStatement("metrics", untilNextPersonal);
      return [
        [{ kind: "schedule" }, await db.systemStatement("metrics", (tx) => overdueSeconds(tx, names))],
        [{ kind: "personal" }, Math.max(0, -(personal ?? 0) / 1_000)],
      ];
    },
  );
}
