import { setTimeout as sleep } from "node:timers/promises";
import { isConnectionLost } from "../../core/database.ts";
import { within } from "../../core/shutdown.ts";

/** What is to be written, and who hears of its fate. */
export interface Task {
  /** Does no harm when it is done again: a connection that is lost does not tell whether its last statement was committed. */
  write(): Promise<void>;
  /** It was tried and waits for PostgreSQL to come back. */
  onDelay(error: unknown): void;
  /** It was given up. */
  onLost(error: unknown): void;
}

/** Writes what must outlive an outage of PostgreSQL. */
export interface Perseverance {
  /**
   * Writes it behind whatever of the same call is still on its way, and tries again while PostgreSQL cannot be reached. Resolves when it is written or given up; in an
   * outage after one try, and in any case within 2 s: then it goes on by itself. Never throws.
   */
  persist(call_id: string, task: Task): Promise<void>;
  /** Waits for everything that is on its way. */
  settled(): Promise<void>;
}

/** Nobody waits longer for what is written, in milliseconds. */
const longestWait_ms = 2_000;
const longestPause_ms = 1_000;

interface Options {
  /** For so long it is tried. Default 60 s: so long a reservation outlives its call. */
  patience_ms?: number;
  /** Tasks on their way at most, a kilobyte or so each; one more is given up at once. Default 10,000. */
  most?: number;
}

/** A task on its way. */
interface Under {
  /** It is over, or was tried once. */
  tried: Promise<void>;
  over: Promise<void>;
  isOver: boolean;
}

export function createPerseverance({ patience_ms = 60_000, most = 10_000 }: Options = {}): Perseverance {
  /** The last task of each call. */
  const last = new Map<string, Under>();
  let count = 0;

  const insist = async ({ write, onDelay, onLost }: Task, tried: () => void): Promise<void> => {
    const until = performance.now() + patience_ms;
    let isDelayed = false;
    for (let pause_ms = 25; ; pause_ms = Math.min(pause_ms * 2, longestPause_ms)) {
      try {
        return await write();
      } catch (error) {
        if (!isConnectionLost(error) || performance.now() + pause_ms > until) return onLost(error);
        if (!isDelayed) onDelay(error);
        isDelayed = true;
        tried();
        await sleep(pause_ms);
      }
    }
  };

  /** A call's whole cost, entered before one of its attempts, would count that attempt twice. */
  const inTurn = async (task: Task, before: Under | undefined, tried: () => void): Promise<void> => {
    await before?.tried;
    if (before?.isOver === false) {
      tried();
      await before.over;
    }
    await insist(task, tried);
  };

  return {
    persist: async (call_id, task) => {
      if (count >= most) return task.onLost(new Error("Too much waits for PostgreSQL"));
      count++;
      const tried = Promise.withResolvers<void>();
      const over = inTurn(task, last.get(call_id), tried.resolve).finally(() => {
        count--;
        under.isOver = true;
        if (last.get(call_id) === under) last.delete(call_id);
        tried.resolve();
      });
      const under: Under = { tried: tried.promise, over, isOver: false };
      last.set(call_id, under);
      await within(longestWait_ms, tried.promise);
    },
    settled: async () => {
      while (last.size > 0) await Promise.all([...last.values()].map((under) => under.over));
    },
  };
}
