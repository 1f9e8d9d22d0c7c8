import { setTimeout as sleep } from "node:timers/promises";
import { type AttemptOptions, ProviderError } from "../providers/index.ts";

/** Time as a call lives in it; a test brings its own, in which nobody waits. */
export interface Timer {
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** Resolves after so long; rejects when the signal is aborted. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** Rings once after so long, unless the function returned was called before. */
  alarm(milliseconds: number, ring: () => void): () => void;
}

export const systemTimer: Timer = {
  now: () => performance.now(),
  wait: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
  alarm: (milliseconds, ring) => {
    const timer = setTimeout(ring, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** The one deadline of a call, over all attempts and the waits between them. */
export interface Deadline {
  /** Aborted at the deadline. */
  signal: AbortSignal;
  /** Aborted at the deadline, or when the caller leaves before: nothing new begins after it. */
  waiting: AbortSignal;
  remaining_ms(): number;
  /** Stops the clock. */
  end(): void;
}

/** Starts the deadline of a call. `caller` is the caller's own signal, if it has one. */
export function startDeadline(timer: Timer, timeout_ms: number, caller: AbortSignal | undefined): Deadline {
  const ending = new AbortController();
  const expires_at = timer.now() + timeout_ms;
  const stop = timer.alarm(timeout_ms, () => ending.abort(timedOut("total")));
  return {
    signal: ending.signal,
    waiting: caller === undefined ? ending.signal : AbortSignal.any([ending.signal, caller]),
    remaining_ms: () => (ending.signal.aborted ? 0 : expires_at - timer.now()),
    end: stop,
  };
}

function timedOut(which: "total" | "first_byte" | "idle"): ProviderError {
  return new ProviderError("timeout", { reason: which, maybe_billed: true });
}

/** One attempt under its clocks. */
export interface Watch {
  options: AttemptOptions;
  /** The promise, or the signal's reason as soon as it is aborted: a provider that does not listen holds nobody up. */
  bound<T>(promise: Promise<T>): Promise<T>;
  /** Nobody reads for now, so the provider's silence is no fault of its own. */
  rest(): void;
  /** Somebody waits for the next piece again. */
  resume(): void;
  /** Aborts the attempt: its caller has left. */
  leave(): void;
  /** Stops the clocks. */
  end(): void;
}

interface WatchOptions {
  deadline: Pick<Deadline, "signal">;
  /** The caller's signal; left out where the attempt goes on without its caller. */
  caller: AbortSignal | undefined;
  first_byte_ms: number;
  idle_ms: number;
}

/** Follows one attempt: to the head of its answer within the first time, from piece to piece within the second. */
export function watchAttempt(timer: Timer, { deadline, caller, first_byte_ms, idle_ms }: WatchOptions): Watch {
  const ending = new AbortController();
  const { signal } = ending;
  let hasHead = false;
  let isIdle = false;
  let stopClock = timer.alarm(first_byte_ms, () => ending.abort(timedOut("first_byte")));
  const expire = () => ending.abort(deadline.signal.reason);
  const leave = () => ending.abort(new ProviderError("aborted", { maybe_billed: true }));
  const wind = () => {
    if (isIdle || signal.aborted) return;
    stopClock();
    stopClock = timer.alarm(idle_ms, () => ending.abort(timedOut("idle")));
  };
  if (deadline.signal.aborted) expire();
  if (caller?.aborted) leave();
  deadline.signal.addEventListener("abort", expire, { once: true });
  caller?.addEventListener("abort", leave, { once: true });
  return {
    options: {
      signal,
      onProgress: () => {
        hasHead = true;
        wind();
      },
    },
    bound: (promise) => bound(promise, signal),
    rest: () => {
      isIdle = hasHead;
      if (hasHead) stopClock();
    },
    resume: () => {
      isIdle = false;
      if (hasHead) wind();
    },
    leave,
    end: () => {
      isIdle = true;
      stopClock();
      deadline.signal.removeEventListener("abort", expire);
      caller?.removeEventListener("abort", leave);
    },
  };
}

function bound<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
