import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { createKeyring } from "../../src/core/crypto.ts";
import { startEmbeddedPostgres } from "../../src/core/embedded-postgres.ts";
import { createMigrator } from "../../src/core/migrations/migrator.ts";
import { roleUrls } from "../../src/core/migrations/roles.ts";
import { loadProducts, migrationLines } from "../../src/product-loader.ts";

/** A PostgreSQL of a test's own, migrated, that the test may crash. What was committed is on the disk. */
export interface PrivatePostgres {
  app_url: string;
  system_url: string;
  /** Runs SQL as superuser over a connection of its own. */
  sql<Row extends object = Record<string, unknown>>(text: string, params?: unknown[]): Promise<Row[]>;
  /** Ends it as a crash does: no checkpoint, no goodbye. */
  crash(): Promise<void>;
  /** Starts it again, on the same port with the same data, and waits until it answers. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startPrivatePostgres(): Promise<PrivatePostgres> {
  const dir = await mkdtemp(join(tmpdir(), "plinth-private-"));
  // Not throw_away: that would not sync, and lose commits in a crash.
  let server = await startEmbeddedPostgres({ dir, port: 54_700 });
  const { port, data_dir, url } = server;
  const keyring = createKeyring(randomBytes(32).toString("base64url"));
  await createMigrator({ url, lines: migrationLines(await loadProducts([], [])), keyring }).up();
  return {
    ...roleUrls(url, keyring),
    sql: async <Row extends object>(text: string, params: unknown[] = []) => {
      const client = new Client({ connectionString: url });
      await client.connect();
      try {
        return (await client.query<Row>(text, params)).rows;
      } finally {
        await client.end();
      }
    },
    crash: async () => {
      const [pid = ""] = (await readFile(join(data_dir, "postmaster.pid"), "utf8")).split("\n");
      // What pg_ctl stop -m immediate sends.
      execFileSync("kill", ["-QUIT", pid]);
      await server.stop().catch(() => undefined);
    },
    restart: async () => {
      server = await startEmbeddedPostgres({ dir, port });
      if (server.port !== port) throw new Error("The port was taken meanwhile");
    },
    stop: async () => {
      await server.stop();
      await rm(dir, { recursive: true, force: true });
      await rm(data_dir, { recursive: true, force: true });
    },
  };
}
