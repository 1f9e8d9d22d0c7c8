import { setTimeout as sleep } from "node:timers/promises";
import { createBatcher } from "../../core/batches.ts";
import { type Database, isConnectionLost } from "../../core/database.ts";
import { buryRow, byIndex, completeRows, type Fence, releaseClaims, releaseRows, retryRow } from "./store.ts";

/** Writes down what became of rows. All but `releaseClaims` go on trying while PostgreSQL is away: the fence sees to it that nothing is written too late. */
export interface Outcomes {
  /** False when the row is another worker's by now. */
  complete(row: Fence): Promise<boolean>;
  retry(row: Fence, failure: { message: string; in_seconds: number }): Promise<void>;
  bury(row: Fence, message: string): Promise<void>;
  release(rows: readonly Fence[]): Promise<void>;
  /** Hands back what claims took whose answers got lost; one try. */
  releaseClaims(tokens: string[]): Promise<void>;
}

/** Rows completed by one statement at most. */
const largestBatch = 1_000;

export function createOutcomes(options: {
  db: Pick<Database, "systemStatement">;
  /** Whether nothing is waited for any more. */
  isEnded: () => boolean;
}): Outcomes {
  const { db, isEnded } = options;

  const persist = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let pause = 25; ; pause = Math.min(pause * 2, 500)) {
      try {
        return await work();
      } catch (error) {
        if (!isConnectionLost(error) || isEnded()) throw error;
        await sleep(pause);
      }
    }
  };
  const completeBatch = async (rows: readonly Fence[]): Promise<boolean[]> => {
    const done = await persist(() => db.systemStatement("outbox complete", (tx) => completeRows(tx, rows), byIndex));
    if (done === null) return rows.map(() => true);
    const ids = new Set(done);
    return rows.map(({ id }) => ids.has(id));
  };
  /** One row that cannot be completed keeps no others from it. */
  const completeEach = async (rows: readonly Fence[]): Promise<(boolean | Error)[]> => {
    try {
      return await completeBatch(rows);
    } catch (error) {
      if (rows.length > 1) return (await Promise.all(rows.map((row) => completeEach([row])))).flat();
      return [error instanceof Error ? error : new Error(String(error))];
    }
  };
  const completeSoon = createBatcher(completeEach, { largest: largestBatch });

  return {
    complete: async (row) => {
      const result = await completeSoon(row);
      if (result instanceof Error) throw result;
      return result;
    },
    retry: (row, failure) => persist(() => db.systemStatement("outbox retry", (tx) => retryRow(tx, row, failure))),
    bury: (row, message) => persist(() => db.systemStatement("outbox bury", (tx) => buryRow(tx, row, message))),
    release: async (rows) => {
      if (rows.length > 0)
        await persist(() => db.systemStatement("outbox release", (tx) => releaseRows(tx, rows), byIndex));
    },
    releaseClaims: (tokens) => db.systemStatement("outbox release", (tx) => releaseClaims(tx, tokens)),
  };
}
