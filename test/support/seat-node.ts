import { createDatabase, type Database } from "../../src/core/database.ts";
import { createLogger } from "../../src/core/logger.ts";
import { createMetrics } from "../../src/core/metrics.ts";
import { createRates } from "../../src/core/rates.ts";
import { createRedis, type RedisClient } from "../../src/core/redis.ts";
import { session, sql } from "../../src/core/tables.ts";
import { createSeats, type Seats, type SeatsOptions } from "../../src/platform/seats/index.ts";

/** One process' worth of seats: connections of its own. */
export interface SeatNode {
  seats: Seats;
  redis: RedisClient | undefined;
  /** What it logged. */
  lines: Record<string, unknown>[];
  /** The sum of a counter over its labels that match. */
  counted(name: string, labels?: Record<string, string>): Promise<number>;
}

export type NodeOptions = Partial<Omit<SeatsOptions, "redis">> & {
  redis_url?: string;
  /** Connections of its own; else those of the stage. */
  pool_size?: number;
  /** What licensing does when it is asked to bring a workspace's licences up to date. */
  refresh?: () => Promise<void>;
};

interface Urls {
  app_url: string;
  system_url: string;
  db?: Database;
}

/** Seats with connections of their own, in this process or another one. */
export async function seatNode(urls: Urls, options: NodeOptions): Promise<{ node: SeatNode; close(): Promise<void> }> {
  const { redis_url, pool_size, refresh, ...parts } = options;
  const own =
    pool_size === undefined && urls.db !== undefined
      ? undefined
      : createDatabase({ ...urls, pool_size: pool_size ?? 10 });
  const db = own ?? urls.db;
  if (db === undefined) throw new Error("A node needs a database");
  const redis = redis_url === undefined ? undefined : await connectRedis(redis_url);
  const lines: Record<string, unknown>[] = [];
  const metrics = createMetrics();
  const seats = createSeats({
    db,
    redis,
    rates: createRates(),
    logger: createLogger({ LOG_LEVEL: "info" }, { write: (line) => lines.push(JSON.parse(line)) }),
    metrics,
    licensing: {
      findByKey: (text) => findById(db, text),
      refresh: refresh ?? (async () => {}),
    },
    ...parts,
  });
  const node: SeatNode = {
    seats,
    redis,
    lines,
    counted: async (name, labels = {}) => {
      const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
      const matching = (await metrics.page()).body
        .split("\n")
        .filter((line) => line.startsWith(`plinth_seats_${name}`) && wanted.every((label) => line.includes(label)));
      return matching.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
    },
  };
  return {
    node,
    close: async () => {
      await seats.stop();
      redis?.disconnect();
      await own?.close();
    },
  };
}

/** Licensing's door: here a key is the id of its licence. */
async function findById(db: Pick<Database, "systemStatement">, id: string) {
  if (!/^[0-9a-f-]{36}$/.test(id)) return undefined;
  const { rows } = await db.systemStatement("find a licence", (tx) =>
    sql<{ license_id: string; workspace_id: string; product: string }>`
      select id as license_id, workspace_id, product from licensing.licenses where id = ${id}`.execute(tx[session]),
  );
  return rows[0];
}

export async function connectRedis(url: string): Promise<RedisClient> {
  const client = createRedis({ url, onError: () => {} });
  if (client.status !== "ready") await new Promise<void>((resolve) => client.once("ready", () => resolve()));
  return client;
}

/** A caller, as the server makes it of a request without credentials. */
export const caller = (ip?: string) => ({ request_id: "test", ...(ip === undefined ? {} : { ip }) });
