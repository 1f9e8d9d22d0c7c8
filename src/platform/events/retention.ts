import type { Database } from "../../core/database.ts";
import type { Logger } from "../../core/logger.ts";
import { deleteStrays, keepPartitions } from "./completed-store.ts";
import { deleteWindows } from "./keyed-store.ts";
import type { Subscriber } from "./subscriber.ts";

interface RetentionOptions {
  db: Pick<Database, "systemStatement">;
  logger: Pick<Logger, "info">;
  subscribers: () => ReadonlyMap<string, Subscriber>;
  /** Days for which delivered events are kept. */
  keep_days: number;
}

/**
 * Makes the partitions of the days ahead, and drops delivered events by age. For an hourly schedule: a table that is in use stays until the next time.
 * Nothing waits for it: what has no partition goes to the default one.
 */
export async function maintainOutbox({ db, logger, subscribers, keep_days }: RetentionOptions): Promise<void> {
  const dropped = await db.systemStatement("keep the outbox's partitions", (tx) => keepPartitions(tx, keep_days));
  if (dropped.length > 0) logger.info({ dropped, keep_days }, "dropped delivered events by age");
  await db.systemStatement("drop delivered events", (tx) => deleteStrays(tx, keep_days));
  const windows = [...subscribers().values()].map(({ key_rate }) => key_rate?.window_seconds ?? 0);
  await db.systemStatement("forget rates", (tx) => deleteWindows(tx, Math.max(86_400, ...windows)));
}
