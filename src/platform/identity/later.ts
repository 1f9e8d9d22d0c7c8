import { requestErrors } from "../../core/errors.ts";

/** Work at most that is under way: beyond it, who asks is told to come back. */
const most = 500;

/**
 * Runs work after the answer has gone, so that neither its outcome nor its time tells anything. What it does is worth asking for again
 * (a mail), or a record of what failed; it is waited for at the end of the process.
 */
export function createLater(onError: (error: unknown) => void) {
  const running = new Set<Promise<void>>();
  const waiting = new Set<() => void>();
  const wait = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      const go = () => {
        clearTimeout(timer);
        waiting.delete(go);
        resolve();
      };
      const timer = setTimeout(go, milliseconds);
      waiting.add(go);
    });
  return {
    /**
     * Starts the work after so many milliseconds, a short while by chance when left out: so it does not slow the caller's next request, which
     * would tell of it. Throws
     * `request.unavailable` when too much is under way.
     */
    run: (work: () => Promise<void>, pause_ms = 100 + Math.random() * 400): void => {
      if (running.size >= most) throw requestErrors.unavailable({ retry_after: 1 });
      const done: Promise<void> = wait(pause_ms)
        .then(work)
        .catch(onError)
        .finally(() => running.delete(done));
      running.add(done);
    },
    /** Does at once what still waits, and waits for all of it. */
    settled: async (): Promise<void> => {
      for (const go of [...waiting]) go();
      await Promise.all(running);
    },
  };
}
