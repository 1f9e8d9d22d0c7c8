/** A subject's window: how much was counted in it, and the instant at which it is over. */
interface FixedWindow {
  count: number;
  ends_at: number;
}

/** Counts by subject in windows of one length, which begin with a subject's first call. */
export interface FixedWindows {
  /**
   * Adds to the subject's window at this instant, in milliseconds of a clock that never goes back. A window is over at its end, to the
   * instant.
   */
  add(subject: string, amount: number, now: number): Readonly<FixedWindow>;
  /** How many subjects are held, those whose window is over included. */
  size(): number;
}

/**
 * Windows in the memory of this process, without a timer for each. Two generations are held: whoever is new goes to the younger, and
 * after the length of a window the older is dropped whole. All its windows are over by then, because they began before the younger's.
 * So a call looks twice at most, and nothing is ever swept.
 *
 * A generation holds `max_subjects`; who comes then opens the next one early, and the older, whose windows began longest ago, is forgotten.
 * To get around a rate by that takes twice as many subjects, each of which has an allowance of its own anyway.
 */
export function createFixedWindows(window_ms: number, max_subjects = 100_000): FixedWindows {
  let younger = new Map<string, FixedWindow>();
  let older = new Map<string, FixedWindow>();
  let turns_at = Number.NEGATIVE_INFINITY;

  const turn = (now: number) => {
    older = now < turns_at + window_ms ? younger : new Map();
    younger = new Map();
    turns_at = now + window_ms;
  };
  return {
    add: (subject, amount, now) => {
      if (now >= turns_at) turn(now);
      const known = younger.get(subject) ?? older.get(subject);
      if (known !== undefined && now < known.ends_at) {
        known.count += amount;
        return known;
      }
      if (younger.size >= max_subjects) turn(now);
      const begun = { count: amount, ends_at: now + window_ms };
      younger.set(subject, begun);
      return begun;
    },
    size: () => younger.size + older.size,
  };
}
