/** Longest error text that is kept with a row. */
const longestMessage = 2_000;

/** How long failed tries wait: twice as long each time, from the first to the longest. */
export interface Backoff {
  first_seconds: number;
  longest_seconds: number;
}

/** 2^n minutes, a day at most: five retries take about an hour. */
const defaultBackoff: Backoff = { first_seconds: 120, longest_seconds: 86_400 };

/**
 * Seconds until the n-th retry, counted from 1, spread by up to a tenth either way so that what failed together does not return together. `random` is
 * in [0, 1).
 */
export function backoffSeconds(retry: number, random: number, backoff: Backoff = defaultBackoff): number {
  const base = Math.min(backoff.longest_seconds, backoff.first_seconds * 2 ** Math.min(retry - 1, 40));
  return base * (0.9 + 0.2 * random);
}

/** The pause of a subscriber whose dependency is down, and the longest that it grows to, in seconds. */
export const pauses = { first_seconds: 5, longest_seconds: 300 };

/** What is kept of an error: its message, bounded, in valid Unicode and without NUL, which PostgreSQL does not store. */
export function failureMessage(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.slice(0, longestMessage).replaceAll("\u0000", "").toWellFormed();
}

/** Dead workers' rows that one statement takes back at most. */
export const mostRecovered = 1_000;

/** Of so many slots, those that one workspace may hold: an eighth stays free for the others, whatever hangs. */
export function slotsPerWorkspace(slots: number): number {
  return slots < 4 ? slots : slots - Math.max(1, Math.floor(slots / 8));
}

/** Seconds of work that a worker claims ahead, and the most rows. */
const ahead = { seconds: 0.1, rows: 3_000 };

/**
 * Rows to hold ready for so many slots: enough for a tenth of a second at the pace of late, so that quick handlers never wait for a claim and slow ones
 * do not keep rows from other workers.
 */
export function rowsAhead(slots: number, rows_per_second: number): number {
  return Math.min(ahead.rows, Math.max(2 * slots, Math.ceil(rows_per_second * ahead.seconds)));
}
