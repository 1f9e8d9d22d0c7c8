import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Ctx } from "../../src/core/context.ts";
import { newId } from "../../src/core/id.ts";
import { session, sql } from "../../src/core/tables.ts";
import { type TestDatabase, testDatabase } from "./database.ts";
import { makeMember } from "./factories.ts";
import { type NodeOptions, type SeatNode, seatNode } from "./seat-node.ts";

export { caller, type SeatNode } from "./seat-node.ts";

/** A licence as the tests know it; its key is its id. */
export interface TestLicense {
  id: string;
  key: string;
  owner: Ctx;
}

/** Seats on a database of their own; licensing is its table. */
export interface SeatStage extends TestDatabase {
  license(terms?: {
    max_seats?: number;
    status?: string;
    expires_in?: string;
    valid_for?: string;
  }): Promise<TestLicense>;
  /** Changes a licence as licensing does: its row, then its followers, in one transaction. */
  change(node: SeatNode, license: TestLicense, change: { status?: string; max_seats?: number }): Promise<void>;
  node(options?: NodeOptions): Promise<SeatNode>;
  /** Sessions of the licence that are live in the record, by PostgreSQL's clock. */
  live(
    license: TestLicense,
  ): Promise<{ id: string; seat: number; hardware_id: string; epoch: number; backend: string }[]>;
  arbiter(license: TestLicense): Promise<{ backend: string; epoch: number } | undefined>;
  /** Watches the live set until stopped; answers the most that were seen, and how often it looked. */
  sample(license: TestLicense): { stop(): Promise<{ most: number; looks: number }> };
}

export async function seatStage(): Promise<SeatStage> {
  const t = await testDatabase({ pool_size: 20 });
  const closing: (() => Promise<void>)[] = [];
  const live = (license: TestLicense) =>
    t.sql<{ id: string; seat: number; hardware_id: string; epoch: number; backend: string }>(
      `select id, seat, hardware_id, epoch, backend from seats.sessions
       where license_id = $1 and status = 'active' and expires_at > clock_timestamp() + $2::interval order by seat`,
      [license.id, `${t.clock.offset()} milliseconds`],
    );
  return {
    ...t,
    live,
    license: async ({ max_seats = 3, status = "active", expires_in, valid_for } = {}) => {
      const owner = await makeMember(t);
      const id = newId();
      await t.sql(
        `insert into licensing.licenses (id, workspace_id, product, key_hash, key_sealed, key_prefix, key_last4, plan_id,
           plan_version_id, features, max_seats, status, not_before, expires_at, valid_until, issued_at)
         values ($1, $2, 'coditect', $3, '', '', '', 'coditect.team', $1, '{}', $4, $5, now(), now() + $6::interval,
           now() + $7::interval, now())`,
        [id, owner.workspace_id, randomBytes(32), max_seats, status, expires_in ?? null, valid_for ?? null],
      );
      return { id, key: id, owner };
    },
    change: ({ seats }, { id, owner }, change) =>
      t.db.inWorkspace(owner, async (tx) => {
        const { rows } = await sql<{ status: string; max_seats: number }>`
          update licensing.licenses set status = coalesce(${change.status ?? null}, status), reason = ${change.status ?? null},
            max_seats = coalesce(${change.max_seats ?? null}::int, max_seats)
          where id = ${id} returning status, max_seats`.execute(tx[session]);
        const [row] = rows;
        if (row === undefined) throw new Error("There is no such licence");
        await seats.onLicenseChanged(tx, owner, { id, ...row });
      }),
    node: async (options = {}) => {
      const { node, close } = await seatNode(t, options);
      closing.push(close);
      return node;
    },
    arbiter: async ({ id }) => {
      const [row] = await t.sql<{ backend: string; epoch: number }>(
        "select backend, epoch from seats.arbiters where license_id = $1",
        [id],
      );
      return row;
    },
    sample: (license) => {
      let [most, looks, is_over] = [0, 0, false];
      const watching = (async () => {
        while (!is_over) {
          most = Math.max(most, (await live(license)).length);
          looks++;
        }
      })();
      return {
        stop: async () => {
          is_over = true;
          await watching;
          return { most: Math.max(most, (await live(license)).length), looks };
        },
      };
    },
    close: async () => {
      for (const close of closing) await close();
      await t.close();
    },
  };
}

/** A redis-server of the test's own, which it may kill. */
export interface TestRedis {
  url: string;
  /** Kills it as a crash does, and starts it again, empty, on the same port. */
  restart(): Promise<void>;
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Stops answering, its connections open. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

export async function startRedis(): Promise<TestRedis> {
  const port = await freePort();
  let server: ChildProcess | undefined;
  const start = async () => {
    const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
    server = spawn("redis-server", args);
    await listening(server);
  };
  const kill = async () => {
    const ended = server;
    if (ended === undefined || ended.exitCode !== null || ended.signalCode !== null) return;
    const gone = new Promise((resolve) => ended.once("exit", resolve));
    ended.kill("SIGKILL");
    await gone;
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    kill,
    restart: async () => {
      await kill();
      await start();
    },
    freeze: () => void server?.kill("SIGSTOP"),
    thaw: () => void server?.kill("SIGCONT"),
    stop: kill,
  };
}

function listening(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("exit", (code) => reject(new Error(`redis-server ended with ${code}`)));
    server.stdout?.on("data", (chunk: Buffer) => {
      if (chunk.includes("Ready to accept connections")) resolve();
    });
  });
}

/** A port of this machine that nobody has. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Asks until it is so. */
export async function eventually(isSo: () => Promise<boolean>, within_ms = 30_000): Promise<void> {
  const end = performance.now() + within_ms;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error("It did not come to be");
    await sleep(10);
  }
}
