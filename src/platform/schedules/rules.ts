/** What becomes of occurrences that nobody published in time. */
export type MissedPolicy = "skip" | "run_once" | "run_all";

/** Runs of a schedule that are published at one go; the rest follows at the next. */
const mostAtOnce = 200;
/** Milliseconds: what is published later than this counts as missed. Schedulers look once a second. */
const punctual_ms = 60_000;

interface DueSchedule {
  missed: MissedPolicy;
  max_lateness_seconds: number | null;
  /** The first occurrence that is not published. */
  next_run_at: Date;
}

/** How the cron of a schedule goes: its first time later than an instant, and its last in [from, until]. */
interface Slots {
  next(after: Date): Date | undefined;
  last(from: Date, until: Date): Date | undefined;
}

export interface Plan {
  /** What is published now, the oldest first. */
  runs: { slot: Date; cause: "due" | "missed" }[];
  /** What is not published, being too late. At least so many. */
  skipped: number;
  /** Undefined for a cron that has no time any more. */
  next_run_at: Date | undefined;
}

/** Decides what of a schedule that is due at `now` is published. */
export function planRuns(schedule: DueSchedule, now: Date, slots: Slots): Plan {
  const { missed, next_run_at } = schedule;
  const limit = schedule.max_lateness_seconds ?? (missed === "skip" ? punctual_ms / 1_000 : undefined);
  const oldest = limit === undefined ? next_run_at : later(next_run_at, new Date(now.getTime() - limit * 1_000));
  const found = missed === "run_all" ? upTo(now, oldest, slots) : [slots.last(oldest, now)];
  const due = found.filter((slot) => slot !== undefined);
  const runs = due.map((slot) => ({
    slot,
    cause: now.getTime() - slot.getTime() > punctual_ms ? ("missed" as const) : ("due" as const),
  }));
  const isWhole = due.length < mostAtOnce;
  const first = due[0];
  return {
    runs,
    skipped: first === undefined || first > next_run_at ? 1 : 0,
    next_run_at: slots.next(isWhole ? now : (due.at(-1) ?? now)),
  };
}

function later(a: Date, b: Date): Date {
  return a > b ? a : b;
}

/** The times in [from, now], the oldest first. */
function upTo(now: Date, from: Date, slots: Slots): Date[] {
  const found: Date[] = [];
  let next = slots.next(new Date(from.getTime() - 1));
  while (next !== undefined && next <= now && found.length < mostAtOnce) {
    found.push(next);
    next = slots.next(next);
  }
  return found;
}
