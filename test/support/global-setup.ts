import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import type { TestProject } from "vitest/node";
import { createKeyring } from "../../src/core/crypto.ts";
import { startEmbeddedPostgres } from "../../src/core/embedded-postgres.ts";
import { createMigrator } from "../../src/core/migrations/migrator.ts";
import { loadProducts, migrationLines } from "../../src/product-loader.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Superuser's connection string of the throw-away server, with the template as its database. */
    template_url: string;
    /** The installation's secret that the roles' passwords are derived from. */
    secret: string;
    /** A Redis for the tests, or why there is none. */
    redis: { url: string } | { missing: string };
  }
}

/** One throw-away PostgreSQL for the whole run, its template migrated once; and Redis where there is one. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = await mkdtemp(join(tmpdir(), "plinth-test-"));
  const postgres = await startEmbeddedPostgres({ dir, throw_away: true, settings: { max_connections: "400" } });
  const secret = randomBytes(32).toString("base64url");
  project.provide("secret", secret);
  project.provide("template_url", await makeTemplate(postgres.url, secret));
  const redis = await startRedis();
  project.provide("redis", redis.provided);
  return async () => {
    redis.stop();
    await postgres.stop();
    await rm(dir, { recursive: true, force: true });
  };
}

async function makeTemplate(server_url: string, secret: string): Promise<string> {
  const client = new Client({ connectionString: server_url });
  await client.connect();
  await client.query("create database plinth_template");
  await client.end();
  const url = new URL(server_url);
  url.pathname = "/plinth_template";
  const lines = migrationLines(await loadProducts([], []));
  await createMigrator({ url: url.toString(), lines, keyring: createKeyring(secret) }).up();
  return url.toString();
}

async function startRedis(): Promise<{ provided: { url: string } | { missing: string }; stop: () => void }> {
  const given = process.env.TEST_REDIS_URL;
  if (given !== undefined && given !== "") return { provided: { url: given }, stop: () => {} };
  if (spawnSync("redis-server", ["--version"]).error !== undefined) {
    const missing = "there is no redis-server on the PATH and no TEST_REDIS_URL";
    console.warn(`Tests on Redis are skipped: ${missing}.`);
    return { provided: { missing }, stop: () => {} };
  }
  const port = await freePort();
  const server = spawn("redis-server", [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--save",
    "",
    "--appendonly",
    "no",
  ]);
  await listening(server);
  return { provided: { url: `redis://127.0.0.1:${port}` }, stop: () => void server.kill() };
}

function listening(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("exit", (code) => reject(new Error(`redis-server ended with ${code}`)));
    server.stdout?.on("data", (chunk: Buffer) => {
      if (chunk.includes("Ready to accept connections")) resolve();
    });
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
