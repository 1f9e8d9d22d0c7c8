import type { Database } from "../../core/database.ts";
import { addDenials } from "./store.ts";

interface DenialsOptions {
  db: Pick<Database, "systemStatement">;
  onError: (error: unknown) => void;
}

const gathered_ms = 2_000;

/**
 * Counts refusals in memory and writes them down every two seconds, so that a refusal costs the database nothing. A process that dies loses the last
 * two seconds' of a statistic; nothing is decided by it.
 */
export function createDenials({ db, onError }: DenialsOptions) {
  let counts = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();

  const write = async () => {
    clearTimeout(timer);
    timer = undefined;
    const gathered = [...counts].map(([license_id, count]) => ({ license_id, count }));
    counts = new Map();
    if (gathered.length === 0) return;
    try {
      await db.systemStatement("count refused seats", (tx) => addDenials(tx, gathered));
    } catch (error) {
      onError(error);
    }
  };
  const flush = (): Promise<void> => {
    writing = writing.then(write);
    return writing;
  };
  return {
    add: (license_id: string): void => {
      counts.set(license_id, (counts.get(license_id) ?? 0) + 1);
      timer ??= setTimeout(() => void flush(), gathered_ms).unref();
    },
    /** Writes down what was counted so far. */
    flush,
    stop: (): Promise<void> => flush(),
  };
}
