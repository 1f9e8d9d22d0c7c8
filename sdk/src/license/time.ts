import type { LicenseClock, LicenseTimers } from "./types.ts";

/** One reading of both clocks, in milliseconds. */
export interface Instant {
  monotonic: number;
  wall: number;
}

/** Begins at `from` and lasts `ms` milliseconds. */
export interface Span {
  from: Instant;
  ms: number;
}

/**
 * Milliseconds between two readings by whichever clock went further: monotonic clocks stand still while a machine sleeps
 * (Linux, iOS), and wall clocks are set back.
 */
export function elapsed(from: Instant, now: Instant): number {
  return Math.max(now.monotonic - from.monotonic, now.wall - from.wall, 0);
}

/** Milliseconds until a span is over; 0 afterwards. */
export function remaining({ from, ms }: Span, now: Instant): number {
  return Math.max(0, ms - elapsed(from, now));
}

export const systemClock: LicenseClock = { monotonic: () => performance.now(), wall: () => Date.now() };

/** Timers that do not keep a Node process alive, unless somebody waits for them. */
export const systemTimers: LicenseTimers = {
  set: (callback, ms, hold) => {
    const timer = setTimeout(callback, ms);
    if (!hold && typeof timer === "object") timer.unref();
    return timer;
  },
  clear: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
};
