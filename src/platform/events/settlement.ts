import { type Database, isConnectionLost, sqlState } from "../../core/database.ts";
import type { Logger } from "../../core/logger.ts";
import { ping } from "../../core/ping.ts";
import { DependencyDown, PermanentFailure } from "./failures.ts";
import type { HeldRow } from "./lanes.ts";
import type { workerMetrics } from "./metrics.ts";
import type { Outcomes } from "./outcomes.ts";
import type { Pauses } from "./pauses.ts";
import { failureMessage } from "./rules.ts";
import { LeaseLost, ProcessEnding } from "./runs.ts";

interface SettlementOptions {
  db: Pick<Database, "systemStatement">;
  outcomes: Outcomes;
  pauses: Pauses;
  logger: Logger;
  handled: ReturnType<typeof workerMetrics>["handled"];
  /** Hands the row back, with what else this process holds of its subscriber. */
  handBackAll: (row: HeldRow) => Promise<void>;
}

/** Decides what becomes of a row whose handler failed, and writes it down; false when the row stays held, to be handed back at the process's end. */
export function createSettlement(options: SettlementOptions): (row: HeldRow, error: unknown) => Promise<boolean> {
  const { db, outcomes, pauses, logger, handled, handBackAll } = options;

  /** Whether PostgreSQL itself is what failed; a handler's own vendor may be what refuses connections. */
  const isOurOutage = async (error: unknown): Promise<boolean> => {
    if (!isConnectionLost(error)) return false;
    if (sqlState(error) !== undefined || !(error instanceof Error && "code" in error)) return true;
    return db.systemStatement("health", ping).then(
      () => false,
      () => true,
    );
  };

  const lineOf = (row: HeldRow, error: unknown) => {
    const { subscriber, event_id, attempt, retry_count, request_id } = row;
    return { err: error, subscriber, event_id, attempt, retry_count, request_id };
  };

  const countRetry = async (row: HeldRow, error: unknown): Promise<void> => {
    const { subscriber } = row.lane;
    const message = failureMessage(error);
    const isDead = error instanceof PermanentFailure || row.retry_count >= row.max_retries;
    handled({ subscriber: subscriber.name, outcome: isDead ? "dead" : "failed" });
    logger[isDead ? "error" : "warn"](
      lineOf(row, error),
      isDead ? "event is a dead letter" : "event handler failed; it is tried again",
    );
    if (isDead) await outcomes.bury(row, message);
    else await outcomes.retry(row, { message, in_seconds: subscriber.backoff(row.retry_count + 1) });
  };

  return async (row, error) => {
    const { subscriber } = row;
    if (error instanceof ProcessEnding) {
      handled({ subscriber, outcome: "handed_back" });
      return false;
    }
    if (error instanceof LeaseLost) {
      handled({ subscriber, outcome: "fenced" });
      logger.warn(lineOf(row, error), "fenced: another worker has the event");
      return true;
    }
    if (error instanceof DependencyDown) {
      handled({ subscriber, outcome: "handed_back" });
      logger.warn(lineOf(row, error), "a dependency is down: its subscriber pauses");
      try {
        await pauses.pauseForOutage(subscriber, error, failureMessage(error), row.is_probe);
      } finally {
        await handBackAll(row);
      }
      return true;
    }
    if (await isOurOutage(error)) {
      handled({ subscriber, outcome: "handed_back" });
      logger.warn(lineOf(row, error), "the database went away from a handler: its event is handed back");
      await outcomes.release([row]);
      return true;
    }
    await countRetry(row, error);
    // Whatever it was, it was no outage: the subscriber may go on.
    if (row.is_probe) await pauses.endOutage(subscriber);
    return true;
  };
}
