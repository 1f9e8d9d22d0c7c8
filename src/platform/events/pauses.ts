import type { Database } from "../../core/database.ts";
import { defineErrors } from "../../core/errors.ts";
import type { DependencyDown } from "./failures.ts";
import {
  endPause,
  listPauses,
  type Pause,
  pauseByOperator,
  pauseForOutage,
  readPauses,
  takeProbe,
} from "./pauses-store.ts";
import { pauses as lengths } from "./rules.ts";
import type { Subscriber } from "./subscriber.ts";

export const pauseErrors = defineErrors("events", {
  unknown_subscriber: { kind: "not_found", title: "There is no subscriber of that name" },
});

/** Subscribers that get nothing for now: their events wait, and use up no tries. It holds for all processes. */
export interface Pauses {
  /** Every pause there is, an operator's or an outage's. */
  list(): Promise<Pause[]>;
  /** As `list`, for the worker: which are paused, and of which one event may be tried. */
  read(): Promise<{ subscriber: string; is_over: boolean }[]>;
  /** Pauses a subscriber until it is resumed. What runs of it may finish. Throws `events.unknown_subscriber`. */
  pause(subscriber: string, by: { reason: string; paused_by: string }): Promise<void>;
  /** Ends a pause of either kind; false when there was none. Throws `events.unknown_subscriber`. */
  resume(subscriber: string): Promise<boolean>;
  /** Pauses a subscriber because its dependency is down. */
  pauseForOutage(subscriber: string, outage: DependencyDown, reason: string, is_probe: boolean): Promise<void>;
  /** Ends an outage's pause, not an operator's. */
  endOutage(subscriber: string): Promise<void>;
  /** Wins the right to try one event of a subscriber whose pause is over. */
  takeProbe(subscriber: string, hold_seconds: number): Promise<boolean>;
}

interface PausesOptions {
  db: Pick<Database, "systemStatement">;
  subscribers: () => ReadonlyMap<string, Subscriber>;
  wake: (subscribers: string[]) => void;
}

export function createPauses({ db, subscribers, wake }: PausesOptions): Pauses {
  const requireKnown = (name: string) => {
    if (!subscribers().has(name)) throw pauseErrors.unknown_subscriber();
  };
  return {
    list: () => db.systemStatement("list pauses", listPauses),
    read: () => db.systemStatement("read pauses", readPauses),
    pause: async (subscriber, by) => {
      requireKnown(subscriber);
      await db.systemStatement("pause a subscriber", (tx) => pauseByOperator(tx, { subscriber, ...by }));
      wake([subscriber]);
    },
    resume: async (subscriber) => {
      requireKnown(subscriber);
      const was_paused = await db.systemStatement("resume a subscriber", (tx) => endPause(tx, subscriber));
      wake([subscriber]);
      return was_paused;
    },
    pauseForOutage: async (subscriber, { dependency, retry_after = 0 }, reason, is_probe) => {
      const outage = { subscriber, dependency, reason, retry_after, is_probe, ...lengths };
      await db.systemStatement("pause for an outage", (tx) => pauseForOutage(tx, outage));
    },
    endOutage: async (subscriber) => {
      await db.systemStatement("end an outage", (tx) => endPause(tx, subscriber, { only_outage: true }));
      wake([subscriber]);
    },
    takeProbe: (subscriber, hold_seconds) =>
      db.systemStatement("probe a dependency", (tx) => takeProbe(tx, subscriber, hold_seconds)),
  };
}
