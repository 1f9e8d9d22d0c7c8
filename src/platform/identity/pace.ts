/**
 * Makes a short path take as long as the long one usually does, where the difference would tell something: what has been measured of the
 * long one, its median, is waited for.
 */
export function createPace(usual_ms: number) {
  const recent: number[] = [usual_ms];
  return {
    /** Notes how long the long path took. */
    record: (milliseconds: number): void => {
      recent.push(milliseconds);
      if (recent.length > 31) recent.shift();
    },
    /** Waits until as much time has gone since `began` (of `performance.now()`). */
    keep: async (began: number): Promise<void> => {
      const sorted = [...recent].sort((a, b) => a - b);
      const usual = sorted[sorted.length >> 1] ?? 0;
      const left = usual - (performance.now() - began);
      if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
    },
  };
}
