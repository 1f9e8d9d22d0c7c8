// Times of day where a person is. The calendar and the zones are Temporal's (ECMA-262), whose data are Node's.

/** At which times a person wants something. */
export interface PersonalTime {
  /** `07:00` or `07:00:00`. */
  local_time: string;
  /** IANA name. */
  time_zone: string;
  /** Days of the week by ISO 8601: 1 is Monday. */
  days: readonly number[];
}

/** An occurrence: a local day, and the instant at which the time of day is there. */
export interface PersonalSlot {
  local_date: string;
  at: Date;
}

/** More days than lie between two slots of one day in the week, one of which a zone left out. */
const longestLook = 16;

/** Whether this is a zone that the calendar knows. */
export function isTimeZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return !/^[+-]/.test(name);
  } catch {
    return false;
  }
}

/**
 * The instant of a time of day on a day. In the hour that the clock leaves out it is the first instant behind it (the next day's first where the gap is at
 * the day's end), in the one that it has twice the first of both. Undefined for a day that the zone left out (Samoa had no 30 December 2011).
 */
export function slotOn(date: Temporal.PlainDate, { local_time, time_zone }: PersonalTime): PersonalSlot | undefined {
  // Without a time of day it is the day's first instant: another day's where there is none.
  if (!date.toZonedDateTime(time_zone).toPlainDate().equals(date)) return undefined;
  const wanted = date.toPlainDateTime(Temporal.PlainTime.from(local_time));
  const first = wanted.toZonedDateTime(time_zone, { disambiguation: "earlier" });
  const exists = first.toPlainDateTime().equals(wanted);
  // Before a gap `earlier` is in front of it: what comes next is the end of the gap.
  const at = exists ? first : first.getTimeZoneTransition("next");
  return at === null ? undefined : { local_date: date.toString(), at: new Date(at.epochMilliseconds) };
}

/** The first occurrence that is later than `after` and on a later local day than `behind`. */
export function nextSlot(time: PersonalTime, after: Date, behind?: string): PersonalSlot {
  // A day earlier than it is there: a gap or a fold at midnight moves a slot over the day's border.
  let date = localDate(after, time.time_zone).subtract({ days: 1 });
  if (behind !== undefined) date = laterDate(date, Temporal.PlainDate.from(behind).add({ days: 1 }));
  for (let day = 0; day < longestLook; day++, date = date.add({ days: 1 })) {
    const slot = time.days.includes(date.dayOfWeek) ? slotOn(date, time) : undefined;
    if (slot !== undefined && slot.at > after) return slot;
  }
  throw new RangeError("A personal schedule needs a day of the week");
}

/** The last occurrence that is not later than `now`; undefined when there was none of late. */
function lastSlot(time: PersonalTime, now: Date): PersonalSlot | undefined {
  let date = localDate(now, time.time_zone).add({ days: 1 });
  for (let day = 0; day < longestLook; day++, date = date.subtract({ days: 1 })) {
    const slot = time.days.includes(date.dayOfWeek) ? slotOn(date, time) : undefined;
    if (slot !== undefined && slot.at <= now) return slot;
  }
  return undefined;
}

export interface PersonalState extends PersonalTime {
  max_lateness_seconds: number | null;
  next_run_at: Date;
  /** The local day that was published last. */
  last_local_date: string | null;
}

/**
 * What becomes of a row that is due at `now`: what is published, if anything, and when it is due again. After a long time without a
 * scheduler the last occurrence alone counts, and no local day has two, wherever the person went.
 */
export function planPersonal(row: PersonalState, now: Date): { run: PersonalSlot | undefined; next_run_at: Date } {
  const last = lastSlot(row, now);
  // By the day, not by the instant: where a zone's rules were changed, the row's instant is no slot any more.
  const isIn = (slot: PersonalSlot) =>
    row.last_local_date === null ? slot.at >= row.next_run_at : slot.local_date > row.last_local_date;
  const isLate = (slot: PersonalSlot) =>
    row.max_lateness_seconds !== null && now.getTime() - slot.at.getTime() > row.max_lateness_seconds * 1_000;
  const run = last !== undefined && isIn(last) && !isLate(last) ? last : undefined;
  const done = run?.local_date ?? row.last_local_date ?? undefined;
  return { run, next_run_at: nextSlot(row, now, done).at };
}

/** What is known of a row that is set anew. */
export interface KnownRow extends PersonalTime {
  next_run_at: Date;
  created_at: Date;
}

/**
 * When a row is due after a person set it. A new time counts from now on. Who only went to another zone keeps the day: if today's
 * time has passed there and today has nothing yet, it is due at once, late as it may be.
 */
export function nextAfterSet(
  time: PersonalTime,
  now: Date,
  known: KnownRow | undefined,
  done: string | undefined,
): Date {
  if (known === undefined || !isSameTime(known, time)) return nextSlot(time, now, done).at;
  if (known.time_zone === time.time_zone) return known.next_run_at;
  const midnight = localDate(now, time.time_zone).toZonedDateTime(time.time_zone).epochMilliseconds - 1;
  return nextSlot(time, new Date(Math.max(midnight, known.created_at.getTime())), done).at;
}

function isSameTime(a: PersonalTime, b: PersonalTime): boolean {
  const minutes = ({ local_time }: PersonalTime) => Temporal.PlainTime.from(local_time).toString();
  return minutes(a) === minutes(b) && [...a.days].sort().join() === [...b.days].sort().join();
}

function localDate(at: Date, time_zone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(time_zone).toPlainDate();
}

function laterDate(a: Temporal.PlainDate, b: Temporal.PlainDate): Temporal.PlainDate {
  return Temporal.PlainDate.compare(a, b) > 0 ? a : b;
}
