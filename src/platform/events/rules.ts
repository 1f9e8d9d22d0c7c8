/** Longest error text that is kept with a row. */
const longestMessage = 2_000;

/**
 * Seconds until the next try after attempt `n` failed: 2^n minutes, spread by up to a tenth either way so that what failed
 * together does not return together. `random` is in [0, 1).
 */
export function backoffSeconds(attempt: number, random: number): number {
  const base = 60 * 2 ** Math.min(attempt, 12);
  return base * (0.9 + 0.2 * random);
}

/** What is kept of an error: its message, bounded, in valid Unicode and without NUL, which PostgreSQL does not store. */
export function failureMessage(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.slice(0, longestMessage).replaceAll("\u0000", "").toWellFormed();
}
