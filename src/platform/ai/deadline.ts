import { setTimeout as sleep } from "node:timers/promises";
import { ProviderError } from "./errors.ts";

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
  /** Aborted at the deadline, or when the caller leaves before; the reason is a ProviderError that says which. */
  signal: AbortSignal;
  remaining_ms(): number;
  /** The promise, or the signal's reason as soon as it is aborted: a provider that does not listen holds nobody up. */
  bound<T>(promise: Promise<T>): Promise<T>;
  /** Stops the clock. */
  end(): void;
}

/** Starts the deadline of a call. `caller` is the caller's own signal, if it has one. */
export function startDeadline(timer: Timer, timeout_ms: number, caller: AbortSignal | undefined): Deadline {
  const ending = new AbortController();
  const { signal } = ending;
  const expires_at = timer.now() + timeout_ms;
  const stopAlarm = timer.alarm(timeout_ms, () => ending.abort(new ProviderError("timeout", { maybe_billed: true })));
  const leave = () => ending.abort(new ProviderError("aborted", { maybe_billed: true }));
  if (caller?.aborted) leave();
  caller?.addEventListener("abort", leave, { once: true });
  return {
    signal,
    remaining_ms: () => (signal.aborted ? 0 : expires_at - timer.now()),
    bound: (promise) => bound(promise, signal),
    end: () => {
      stopAlarm();
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
