import { setTimeout as sleep } from "node:timers/promises";
import { noWorkspace } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import type { Logger } from "../../core/logger.ts";
import type { Metrics } from "../../core/metrics.ts";
import type { Tx } from "../../core/tables.ts";
import type { Events } from "../events/index.ts";
import { lastSlot, nextSlot } from "./cron.ts";
import type { Occurrence, Schedule } from "./definition.ts";
import { dueEvent } from "./events.ts";
import { planRuns } from "./rules.ts";
import { advance, databaseNow, insertRun, listDue, putSchedule, untilNext } from "./store.ts";

interface SchedulerOptions {
  db: Pick<Database, "asSystem" | "systemStatement">;
  events: Pick<Events, "append">;
  logger: Pick<Logger, "warn">;
  metrics: Metrics;
  schedules: ReadonlyMap<string, Schedule>;
  /** Publishes the people's times that are due. */
  runPersonal: (signal: AbortSignal) => Promise<void>;
  /** Milliseconds until the next of the people's times; null when there is none. */
  untilPersonal: (tx: Tx) => Promise<number | null>;
  /** Looks for what is due at least so often. Default 1,000. */
  poll_ms?: number;
}

/** Publishes what is due. Any number of them share the work; the timer here only says when to look, the database what is due. */
export function createScheduler(options: SchedulerOptions) {
  const { db, events, logger, schedules, metrics } = options;
  const poll_ms = options.poll_ms ?? 1_000;
  const published = metrics.counter("plinth_schedules_runs_total", "Occurrences of schedules that were published", [
    "schedule",
    "cause",
  ]);
  const skipped = metrics.counter(
    "plinth_schedules_skipped_total",
    "Times at which occurrences were skipped, being too late",
    ["schedule"],
  );
  const lateness = metrics.histogram(
    "plinth_schedules_lateness_seconds",
    "From when a schedule was due to when it was published",
    [],
    [0.1, 0.5, 1, 2, 5, 10, 60, 300, 3_600],
  );
  const ending = new AbortController();
  let loop: Promise<void> | undefined;
  let isWritten = false;

  /** Publishes an occurrence, unless it has been: its key and its event are one transaction's. */
  const publish = async (tx: Tx, { schedule, slot, cause }: Occurrence): Promise<boolean> => {
    if (!(await insertRun(tx, { schedule, slot, cause }))) return false;
    const due = { schedule, slot: slot.toISOString(), cause };
    const scope = { workspace_id: noWorkspace, request_id: `${schedule}@${due.slot}` };
    await events.append(tx, scope, dueEvent(schedule), due);
    return true;
  };

  const runDue = async (row: Awaited<ReturnType<typeof listDue>>[number]): Promise<void> => {
    const { name, cron, time_zone, now } = row;
    const plan = planRuns(row, now, {
      next: (after) => nextSlot(cron, time_zone, after),
      last: (from, until) => lastSlot(cron, time_zone, from, until),
    });
    const fresh = await db.asSystem("publish schedule", async (tx) => {
      const done: typeof plan.runs = [];
      if (!(await advance(tx, row, plan.next_run_at))) return undefined;
      for (const run of plan.runs) if (await publish(tx, { schedule: name, ...run })) done.push(run);
      return done;
    });
    if (fresh === undefined) return;
    for (const { slot, cause } of fresh) {
      published({ schedule: name, cause });
      lateness({}, (now.getTime() - slot.getTime()) / 1_000);
    }
    if (plan.skipped > 0) {
      skipped({ schedule: name }, plan.skipped);
      logger.warn({ schedule: name, since: row.next_run_at }, "runs of a schedule were skipped: they were too late");
    }
  };

  /** Writes the schedules as the source has them, each with the time at which it is due first. */
  const writeSchedules = async (): Promise<void> => {
    for (const schedule of schedules.values()) {
      await db.asSystem("write schedule", async (tx) => {
        const { name, cron, time_zone, missed, max_lateness_seconds = null } = schedule;
        const next_run_at = nextSlot(cron, time_zone, await databaseNow(tx));
        if (next_run_at === undefined) return;
        await putSchedule(tx, { name, cron, time_zone, missed, max_lateness_seconds, next_run_at });
      });
    }
    isWritten = true;
  };

  const look = async (): Promise<void> => {
    if (!isWritten) await writeSchedules();
    const names = [...schedules.keys()];
    const due = names.length === 0 ? [] : await db.systemStatement("schedules due", (tx) => listDue(tx, names));
    for (const row of due) await runDue(row);
    await options.runPersonal(ending.signal);
  };

  /** Until the next is due by the database's clock, and at most as long as it looks at all. */
  const pause = async (): Promise<number> => {
    const names = [...schedules.keys()];
    const [own, personal] = await Promise.all([
      names.length === 0 ? null : db.systemStatement("next schedule", (tx) => untilNext(tx, names)),
      db.systemStatement("next personal schedule", options.untilPersonal),
    ]);
    return Math.max(0, Math.min(poll_ms, own ?? poll_ms, personal ?? poll_ms));
  };

  const run = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      let wait = poll_ms;
      try {
        await look();
        wait = await pause();
      } catch (error) {
        logger.warn({ err: error }, "could not look for what is due; trying again");
      }
      await sleep(wait, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  };

  return {
    publish,
    start: () => {
      loop ??= run();
    },
    /** Ends it, when what it is publishing is published. */
    stop: async () => {
      ending.abort();
      await loop;
    },
  };
}
