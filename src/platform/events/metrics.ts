import type { Database } from "../../core/database.ts";
import { latencyBuckets, type Metrics } from "../../core/metrics.ts";
import { listPauses } from "./pauses-store.ts";
import { type Backlog, readBacklog } from "./store.ts";

/** What a worker counts. */
export function workerMetrics(metrics: Metrics) {
  return {
    handled: metrics.counter(
      "plinth_events_handled_total",
      "Events handled, by outcome: completed, failed (tried again), dead, handed_back, fenced",
      ["subscriber", "outcome"],
    ),
    retries: metrics.counter("plinth_events_retries_total", "Tries after the first", ["subscriber"]),
    handlerSeconds: metrics.histogram(
      "plinth_events_handler_duration_seconds",
      "Time of a handler",
      ["subscriber"],
      latencyBuckets,
    ),
    claimSeconds: metrics.histogram(
      "plinth_events_claim_duration_seconds",
      "Time of a claim, its round trip included",
      [],
      latencyBuckets,
    ),
  };
}

/** What waits in the outbox, read when the page is asked for: one query for all of it. */
export function exposeOutbox(metrics: Metrics, db: Pick<Database, "systemStatement">): void {
  let reading: Promise<Backlog[]> | undefined;
  const backlog = () => {
    reading ??= db.systemStatement("metrics", readBacklog).finally(() => {
      reading = undefined;
    });
    return reading;
  };
  const each = async (read: (row: Backlog) => number) =>
    (await backlog()).map((row): [{ subscriber: string }, number] => [{ subscriber: row.subscriber }, read(row)]);
  metrics.gauge("plinth_events_pending", "Events not delivered yet", ["subscriber"], () =>
    each(({ pending }) => pending),
  );
  metrics.gauge("plinth_events_lag_seconds", "Seconds that the oldest due event waits", ["subscriber"], () =>
    each(({ lag_seconds }) => lag_seconds),
  );
  metrics.gauge("plinth_events_dead_letters", "Dead letters that nobody replayed or discarded", ["subscriber"], () =>
    each(({ dead }) => dead),
  );
  metrics.gauge(
    "plinth_events_paused_subscribers",
    "1 for each subscriber that is paused, by an operator or an outage",
    ["subscriber", "by"],
    async () =>
      (await db.systemStatement("metrics", listPauses)).map(({ subscriber, resume_at }) => [
        { subscriber, by: resume_at === null ? "operator" : "outage" },
        1,
      ]),
  );
}
