import { Cron } from "croner";

/**
 * The first time of the cron that is later than `after`; undefined when there is none. In the hour that a clock leaves out a time of day is
 * the first instant behind it, in the one that it has twice the first of both; what repeats by minutes or hours goes on without a pause.
 * Throws a TypeError for a cron of other than five fields, or a zone that is not known.
 */
export function nextSlot(cron: string, time_zone: string, after: Date): Date | undefined {
  return parsed(cron, time_zone).nextRun(after) ?? undefined;
}

/** The last time of the cron in [from, until]; undefined when there is none. */
export function lastSlot(cron: string, time_zone: string, from: Date, until: Date): Date | undefined {
  const job = parsed(cron, time_zone);
  for (const look of [hour, day, 32 * day, Number.POSITIVE_INFINITY]) {
    const start = Math.max(from.getTime() - 1, until.getTime() - look);
    let last: Date | undefined;
    for (let next = job.nextRun(new Date(start)); next !== null && next <= until; next = job.nextRun(next)) last = next;
    if (last !== undefined || start < from.getTime()) return last;
  }
  return undefined;
}

const hour = 3_600_000;
const day = 24 * hour;

/** Parsed crons: a process has a handful. */
const kept = new Map<string, Cron>();

function parsed(cron: string, time_zone: string): Cron {
  const key = `${time_zone} ${cron}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  try {
    new Intl.DateTimeFormat("en", { timeZone: time_zone });
    const job = new Cron(cron, { timezone: time_zone, paused: true, mode: "5-part" });
    kept.set(key, job);
    return job;
  } catch (error) {
    throw new TypeError(`${JSON.stringify(cron)} in ${time_zone} is no schedule: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
