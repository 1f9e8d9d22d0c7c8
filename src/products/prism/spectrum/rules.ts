import { requestErrors } from "../../../product.ts";
import type { Counts, Spectrum, SpectrumQuery, Tally } from "./schema.ts";

type Range = Pick<Spectrum, "from" | "to" | "granularity" | "time_zone">;

/** Days that one question may span: a year, and the day after it. */
const mostDays = 366;

const dayMs = 86_400_000;

/** Days that are looked at when nobody says how many. */
const daysShown = 30;

/** The range that a question means: where it names no end, the 30 days to today, or to the day that it does name. */
export function rangeOf(query: Omit<SpectrumQuery, "time_zone">, time_zone: string, now: Date): Range {
  const { granularity = "day" } = query;
  const to = query.to ?? dayIn(time_zone, now);
  const from = query.from ?? dayOf(new Date(Date.parse(to) - (daysShown - 1) * dayMs));
  checkRange({ from, to });
  return { from, to, granularity, time_zone };
}

/** Throws `request.invalid` for a range that runs backwards or is too long. */
function checkRange({ from, to }: Pick<Range, "from" | "to">): void {
  const days = (Date.parse(to) - Date.parse(from)) / dayMs;
  if (days >= 0 && days <= mostDays) return;
  const detail = `is at most ${mostDays} days after from, and not before it`;
  throw requestErrors.invalid({ errors: [{ pointer: "/to", detail }] });
}

function dayIn(time_zone: string, now: Date): string {
  // The Swedish form of a date is ISO 8601's.
  return new Intl.DateTimeFormat("sv", { timeZone: time_zone }).format(now);
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** The first days of all periods that the range touches: calendar days, so no time zone has a say. */
export function periodsOf({ from, to, granularity }: Range): string[] {
  const starts: string[] = [];
  for (let day = startOf(new Date(from), granularity); day <= new Date(to); day = nextAfter(day, granularity)) {
    starts.push(dayOf(day));
  }
  return starts;
}

function startOf(day: Date, granularity: Range["granularity"]): Date {
  const [year, month, date] = [day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate()];
  if (granularity === "month") return new Date(Date.UTC(year, month, 1));
  // Monday is the first day of a week (ISO 8601).
  if (granularity === "week") return new Date(Date.UTC(year, month, date - ((day.getUTCDay() + 6) % 7)));
  return day;
}

function nextAfter(day: Date, granularity: Range["granularity"]): Date {
  if (granularity === "month") return new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 1));
  return new Date(day.getTime() + (granularity === "week" ? 7 : 1) * dayMs);
}

const nothing: Counts = {
  turns: 0,
  sessions: 0,
  fragments: 0,
  goals_set: 0,
  goals_achieved: 0,
  actions_added: 0,
  actions_done: 0,
};

/** Puts the counts together. */
export function spectrumOf({ from, to, granularity, time_zone }: Range, tallies: Tally[]): Spectrum {
  const range = { from, to, granularity, time_zone };
  const byPeriod = Map.groupBy(tallies, ({ starts_on }) => starts_on);
  const byTheme = Map.groupBy(
    tallies.filter(({ theme }) => theme !== null),
    ({ theme }) => theme ?? "",
  );
  const themes = [...byTheme].map(([theme, rows]) => ({
    theme,
    count: countsOf(rows).fragments,
    moods: tally(rows, "mood"),
  }));
  const moods = Object.entries(tally(tallies, "mood")).map(([mood, count]) => ({ mood, count }));
  const periods = periodsOf(range).map((starts_on) => {
    const rows = byPeriod.get(starts_on) ?? [];
    return { starts_on, ...countsOf(rows), moods: tally(rows, "mood"), themes: tally(rows, "theme") };
  });
  return {
    ...range,
    totals: countsOf(tallies),
    themes: themes.sort((a, b) => b.count - a.count || (a.theme < b.theme ? -1 : 1)),
    moods: moods.sort((a, b) => b.count - a.count || (a.mood < b.mood ? -1 : 1)),
    periods,
  };
}

function countsOf(rows: Tally[]): Counts {
  const counts = { ...nothing };
  for (const { what, count } of rows) counts[what] += count;
  return counts;
}

/** Counts by the name that stands in the column. */
function tally(rows: Tally[], column: "theme" | "mood"): Record<string, number> {
  const sums = new Map<string, number>();
  for (const row of rows) {
    const name = row[column];
    if (name !== null) sums.set(name, (sums.get(name) ?? 0) + row.count);
  }
  return Object.fromEntries(sums);
}
