import type { Database } from "./core/database.ts";
import type { Dependency } from "./core/http/operations.ts";
import type { Listener } from "./core/listener.ts";
import type { Metrics } from "./core/metrics.ts";
import { ping } from "./core/ping.ts";
import type { RedisClient } from "./core/redis.ts";
import { tenantWallFaults } from "./core/tenant-wall.ts";
import { outboxBacklog } from "./platform/events/index.ts";
import type { Product } from "./product.ts";

// What the process looks at in itself: its tables before it serves, what it depends on, its gauges, what is due at intervals.

/** Nobody is served while a product has a table outside the tenant wall. */
export async function refuseOpenTables(db: Database, products: Product[]): Promise<void> {
  const schemas = products.filter(({ migrations }) => migrations !== undefined).map(({ name }) => name);
  const faults = await db.asSystem("tenant wall", (tx) => tenantWallFaults(tx, schemas));
  if (faults.length === 0) return;
  const list = faults.map((fault) => `  - ${fault}`).join("\n");
  throw new Error(
    `These tables are not behind the tenant wall:\n${list}\nCall plinth.protect_tenant_table('<table>') in the migration.`,
  );
}

export function dependenciesOf(db: Database, listener: Listener, redis: RedisClient | undefined): Dependency[] {
  const hears = async () => {
    if (!listener.connected()) throw new Error("not listening");
  };
  return [
    { name: "database", check: () => db.systemStatement("health", ping) },
    { name: "notifications", check: hears, optional: true },
    ...(redis === undefined ? [] : [{ name: "redis", check: () => redis.ping(), optional: true }]),
  ];
}

export function exposeGauges(metrics: Metrics, db: Database): void {
  metrics.gauge("plinth_database_connections", "Connections of the pools, by state", ["pool", "state"], () =>
    db.pools().flatMap(({ pool, total, idle, waiting }) => [
      [{ pool, state: "used" }, total - idle],
      [{ pool, state: "idle" }, idle],
      [{ pool, state: "awaited" }, waiting],
    ]),
  );
  metrics.gauge(
    "plinth_events_backlog",
    "Outbox rows not delivered yet, dead letters, and seconds that the oldest waits",
    ["measure"],
    async () => {
      const { pending, failed, lag_seconds } = await db.systemStatement("metrics", outboxBacklog);
      return [
        [{ measure: "pending" }, pending],
        [{ measure: "dead" }, failed],
        [{ measure: "lag_seconds" }, lag_seconds],
      ];
    },
  );
}

/** Runs the tasks now and again after each interval, one after the other; returns what ends that and waits for what runs. */
export function every(
  milliseconds: number,
  tasks: (() => Promise<unknown>)[],
  onError: (error: unknown) => void,
): () => Promise<void> {
  let isEnded = false;
  const run = async () => {
    for (const task of tasks) if (!isEnded) await task().catch(onError);
  };
  let running = run();
  const timer = setInterval(() => {
    running = running.then(run);
  }, milliseconds);
  timer.unref();
  return () => {
    isEnded = true;
    clearInterval(timer);
    return running;
  };
}
