import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Clock } from "../../src/core/clock.ts";
import { systemCtx } from "../../src/core/context.ts";
import { createDatabase, type Database } from "../../src/core/database.ts";
import { newId } from "../../src/core/id.ts";
import { createLogger } from "../../src/core/logger.ts";
import { createMetrics } from "../../src/core/metrics.ts";
import type { RedisClient } from "../../src/core/redis.ts";
import { session, sql } from "../../src/core/tables.ts";
import { createLocks, type Lock, type Locks } from "../../src/platform/locks/index.ts";
import { connectRedis } from "./seat-node.ts";

/** One process' worth of locks: connections of its own. */
export interface LockNode {
  locks: Locks;
  db: Database;
  redis: RedisClient | undefined;
  /** What it logged. */
  lines: Record<string, unknown>[];
  /** A value of its metrics page. */
  counted(name: string): Promise<number>;
  /** Writes into the ledger as a store does that is protected by the lock: the check first, in the same transaction. */
  write(lock: Pick<Lock, "token" | "check">, who: string): Promise<void>;
  close(): Promise<void>;
}

export interface LockUrls {
  app_url: string;
  system_url: string;
  redis_url?: string | undefined;
  clock?: Clock;
}

export async function lockNode({ redis_url, ...urls }: LockUrls): Promise<LockNode> {
  const db = createDatabase({ ...urls, pool_size: 4, onError: () => {} });
  const redis = redis_url === undefined ? undefined : await connectRedis(redis_url);
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({ LOG_LEVEL: "info" }, { write: (line) => lines.push(JSON.parse(line)) });
  const metrics = createMetrics();
  const ctx = systemCtx(newId(), "test", "test");
  return {
    locks: createLocks({ db, redis, logger, metrics }),
    db,
    redis,
    lines,
    counted: async (name) => {
      const page = (await metrics.page()).body.split("\n").filter((line) => line.startsWith(`plinth_locks_${name}`));
      return page.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
    },
    write: (lock, who) =>
      db.inWorkspace(ctx, async (tx) => {
        await lock.check(tx);
        await sql`insert into ledger.entries (who, token) values (${who}, ${lock.token})`.execute(tx[session]);
      }),
    close: async () => {
      redis?.disconnect();
      await db.close();
    },
  };
}

/** What the tests write under a lock. */
export const ledger = `create schema ledger; grant usage on schema ledger to plinth_app, plinth_system;
create table ledger.entries (id bigint generated always as identity, who text, token bigint);
grant select, insert on ledger.entries to plinth_app, plinth_system`;

/** A process of its own. */
export interface Child {
  process: ChildProcess;
  /** Its next message. */
  next(): Promise<unknown>;
  tell(message: string): void;
  /** SIGSTOP: it does nothing until `thaw`, and does not know. */
  freeze(): void;
  thaw(): void;
  kill(): Promise<void>;
}

/** Runs the file, which is told the task as its argument. */
export function startChild(file: URL, task: object, env: Record<string, string> = {}): Child {
  const child = fork(fileURLToPath(file), [JSON.stringify(task)], {
    execArgv: ["--conditions=plinth-source"],
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const said: unknown[] = [];
  const waiting: ((message: unknown) => void)[] = [];
  child.on("message", (message) => {
    const reader = waiting.shift();
    if (reader === undefined) said.push(message);
    else reader(message);
  });
  return {
    process: child,
    next: () =>
      said.length > 0
        ? Promise.resolve(said.shift())
        : new Promise((resolve, reject) => {
            waiting.push(resolve);
            child.once("exit", (code) => reject(new Error(`The process ended with ${code}`)));
          }),
    tell: (message) => void child.send(message),
    freeze: () => void child.kill("SIGSTOP"),
    thaw: () => void child.kill("SIGCONT"),
    kill: async () => {
      child.kill("SIGKILL");
      await gone;
    },
  };
}
