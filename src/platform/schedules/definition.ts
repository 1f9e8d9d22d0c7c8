import type { Ctx } from "../../core/context.ts";
import type { Delivery, EventDefinition, SubscriberOptions } from "../events/index.ts";
import type { Lock } from "../locks/index.ts";
import { nextSlot } from "./cron.ts";
import type { MissedPolicy } from "./rules.ts";

/** One time at which a schedule runs. */
export interface Occurrence {
  schedule: string;
  /** When the schedule said, by its cron; of a run by hand when that was asked for. The same for every attempt. */
  slot: Date;
  /** `missed`: it was not published when it was due, and the schedule's policy has it run late. */
  cause: "due" | "missed" | "manual";
}

export interface ScheduleOptions {
  /** `<module or product>.<what_it_does>`, unique and never renamed: its row, its lock and its events bear it. */
  name: string;
  /** Five fields (minute, hour, day of the month, month, day of the week), with `L`, `W` and `#` as croner has them. */
  cron: string;
  /** IANA name, for example `Europe/Vienna`. Default `UTC`. */
  time_zone?: string;
  /**
   * What becomes of times that passed while nobody looked: `skip` runs none that is more than a minute late, `run_once` (the default) the
   * last of them, `run_all` each, the oldest first.
   */
  missed?: MissedPolicy;
  /** What is later than this is skipped, whatever the policy. Default: 60 for `skip`, else no limit. */
  max_lateness_seconds?: number;
  /** As of a subscriber: tries after the first before an occurrence is a dead letter, waits between them, and the handler's time. */
  max_retries?: number;
  backoff?: SubscriberOptions<EventDefinition>["backoff"];
  timeout_ms?: number;
}

/** Handles an occurrence, at least once: hand `delivery.idempotency_key` on to what it causes outside. */
type Handle = (ctx: Ctx, occurrence: Occurrence, delivery: Delivery) => Promise<void>;

/** What the handler of one workspace has at hand. */
export interface WorkspaceRun extends Delivery {
  occurrence: Occurrence;
  /** Nobody else runs this schedule in this workspace; `lock.check(tx)` in every transaction that writes makes sure of it. */
  lock: Lock;
  /** Aborted when the handler's time is up, the process ends, or the lock is lost. */
  signal: AbortSignal;
}

type HandleWorkspace = (ctx: Ctx, run: WorkspaceRun) => Promise<void>;

/** A schedule with what it does: once for each occurrence, or in each workspace. */
export type Schedule = Required<Pick<ScheduleOptions, "name" | "cron" | "time_zone" | "missed">> &
  Omit<ScheduleOptions, "name" | "cron" | "time_zone" | "missed"> &
  ({ handle: Handle } | { handleWorkspace: HandleWorkspace; lock_seconds: number });

/** Its subscribers' names are longer, and those have at most 100 characters. */
const longestName = 90;
const namePattern = /^[a-z][a-z0-9_]*\.[a-z0-9_]+$/;

/** Declares a schedule that runs once for each occurrence. Throws a TypeError for a cron or zone that never comes. */
export function defineSchedule(options: ScheduleOptions & { handle: Handle }): Schedule {
  return { ...checked(options), handle: options.handle };
}

/**
 * Declares a schedule that runs in every workspace that is neither suspended nor deleted. Each has an event of its own, so a slow or failing one
 * holds nobody up and is tried again by itself, and runs under a lock of its own with a fencing token. `lock_seconds` (default 60): how long
 * a dead process keeps the workspace's next try waiting.
 */
export function forEachWorkspace(
  options: ScheduleOptions & { lock_seconds?: number },
  handleWorkspace: HandleWorkspace,
): Schedule {
  return { ...checked(options), lock_seconds: options.lock_seconds ?? 60, handleWorkspace };
}

function checked(options: ScheduleOptions) {
  const { name, cron, time_zone = "UTC", missed = "run_once" } = options;
  if (!namePattern.test(name) || name.length > longestName) {
    throw new TypeError(`A schedule's name is <module>.<what_it_does> in lower case, not ${JSON.stringify(name)}`);
  }
  if (nextSlot(cron, time_zone, new Date(0)) === undefined) {
    throw new TypeError(`The schedule ${name} never comes: ${cron}`);
  }
  return { ...options, time_zone, missed };
}
