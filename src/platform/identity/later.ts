import { requestErrors } from "../../core/errors.ts";

/** Work at most that is under way: beyond it, who asks is told to come back. */
const most = 500;

/**
 * Runs work after the answer has gone, so that neither its outcome nor its time tells anything. What it does is worth asking for again
 * (a mail); it is waited for at the end of the process.
 */
export function createLater(onError: (error: unknown) => void) {
  const running = new Set<Promise<void>>();
  return {
    /** Starts the work. Throws `request.unavailable` when too much is under way. */
    run: (work: () => Promise<void>): void => {
      if (running.size >= most) throw requestErrors.unavailable({ retry_after: 1 });
      const done: Promise<void> = new Promise<void>((resolve) => setImmediate(resolve))
        .then(work)
        .catch(onError)
        .finally(() => running.delete(done));
      running.add(done);
    },
    settled: async (): Promise<void> => {
      await Promise.all(running);
    },
  };
}
