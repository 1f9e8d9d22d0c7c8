/** Where the time comes from, so that a test can move it. Rules take `now` as an argument and never ask. */
export interface Clock {
  now(): Date;
  /** Milliseconds that this clock is ahead of the machine's; the database is told to be ahead by as much. */
  offset(): number;
}

/** The machine's own time. */
export const systemClock: Clock = { now: () => new Date(), offset: () => 0 };

/** A clock for tests: starts at the machine's time, and `advance` moves it by so many milliseconds. */
export function adjustableClock(): Clock & { advance(milliseconds: number): void } {
  let ahead = 0;
  return {
    now: () => new Date(Date.now() + ahead),
    offset: () => ahead,
    advance: (milliseconds) => {
      ahead += milliseconds;
    },
  };
}
