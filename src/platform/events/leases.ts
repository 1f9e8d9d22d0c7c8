import type { Database } from "../../core/database.ts";
import type { Logger } from "../../core/logger.ts";
import type { HeldRow } from "./lanes.ts";
import { mostRecovered } from "./rules.ts";
import { byIndex, extendLeases, recoverRows } from "./store.ts";

interface LeasesOptions {
  db: Pick<Database, "systemStatement">;
  lease_seconds: number;
  logger: Pick<Logger, "warn" | "error">;
  held: () => Iterable<HeldRow>;
  onLost: (row: HeldRow) => void;
  /** Told after dead workers' rows were taken back. */
  onRecovered: () => void;
}

/** Keeps the leases of what this process holds, and takes back what others let lapse. */
export interface Leases {
  start(): void;
  stop(): void;
  /** Whether the lease is over by the process's own steady clock, so that the row may be another's. */
  isOver(row: HeldRow): boolean;
}

/** A recovery reads the whole outbox: it may take this part of the time, no more, but comes once in a lease at least. */
const mostOfTheTime = 1 / 50;

export function createLeases(options: LeasesOptions): Leases {
  const { db, lease_seconds, logger, held, onLost, onRecovered } = options;
  const lease_ms = lease_seconds * 1_000;
  let heartbeat: NodeJS.Timeout | undefined;
  let recovery: NodeJS.Timeout | undefined;
  let isStopped = false;

  const extend = async () => {
    const asked_at = performance.now();
    const rows = [...held()].filter(({ leased_at }) => asked_at - leased_at > lease_ms / 5);
    if (rows.length === 0) return;
    const kept = new Set(
      await db.systemStatement("outbox heartbeat", (tx) => extendLeases(tx, rows, lease_seconds), byIndex),
    );
    const holding = new Set(held());
    for (const row of rows) {
      if (kept.has(row.id)) row.leased_at = asked_at;
      else if (holding.has(row)) onLost(row);
    }
  };

  const recover = async () => {
    const began = performance.now();
    let last = mostRecovered;
    // A dead worker may have held more than one look takes back.
    while (last >= mostRecovered && !isStopped) {
      const { recovered, buried } = await db.systemStatement("outbox recovery", recoverRows);
      last = recovered;
      if (recovered === 0) break;
      logger.warn({ recovered, buried }, "took back events that dead workers held");
      onRecovered();
    }
    return performance.now() - began;
  };

  const recoverRegularly = async () => {
    const took = await recover().catch((error) => {
      logger.warn({ err: error }, "could not look for events of dead workers; trying again");
      return 0;
    });
    if (isStopped) return;
    recovery = setTimeout(recoverRegularly, Math.min(lease_ms, Math.max(lease_ms / 4, took / mostOfTheTime)));
  };

  return {
    start: () => {
      heartbeat = setInterval(() => {
        extend().catch((error) => logger.warn({ err: error }, "could not extend the leases of running events"));
      }, lease_ms / 4);
      void recoverRegularly();
    },
    stop: () => {
      isStopped = true;
      clearInterval(heartbeat);
      clearTimeout(recovery);
    },
    isOver: ({ leased_at }) => performance.now() - leased_at > lease_ms,
  };
}
