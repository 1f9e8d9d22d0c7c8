import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import type { Ctx } from "../src/core/context.ts";
import { createKeyring, type Keyring } from "../src/core/crypto.ts";
import { createDatabase, type Database } from "../src/core/database.ts";
import { startEmbeddedPostgres } from "../src/core/embedded-postgres.ts";
import { newId } from "../src/core/id.ts";
import { createListener, type Listener } from "../src/core/listener.ts";
import { createMigrator } from "../src/core/migrations/migrator.ts";
import { roleUrls } from "../src/core/migrations/roles.ts";
import { loadProducts, migrationLines } from "../src/product-loader.ts";
import { type RunningPlinth, startPlinth } from "../test/journeys/plinth.ts";
import { unlimited } from "./measure.ts";

/** A migrated database with workspaces in it. */
export interface Site {
  db: Database;
  owner_url: string;
  app_url: string;
  system_url: string;
  /** The superuser's connection. */
  admin: Client;
  /** 10,000 of them; see `idOf` for their ids. */
  workspaces: Ctx[];
  close(): Promise<void>;
}

/** What the benchmarks stand on: a durable PostgreSQL of their own, and a site on it. */
export interface Ground extends Omit<Site, "close"> {
  listener: Listener;
  keyring: Keyring;
  version: string;
  /** A whole Plinth, a process of its own, on this database. */
  serve(env: Record<string, string>): Promise<RunningPlinth>;
  /** Another site, in a new database of the same PostgreSQL. */
  openSite(database: string): Promise<Site>;
  stop(): Promise<void>;
}

const secret = "the secret of the benchmarks, which is none";
const keyring = createKeyring(secret);

export async function prepareGround(): Promise<Ground> {
  const dir = await mkdtemp(join(tmpdir(), "plinth-bench-"));
  const postgres = await startEmbeddedPostgres({ dir, port: 54_500, settings: { max_connections: "300" } });
  const site = await prepareSite(postgres.url);
  const { admin, owner_url } = site;
  const listener = createListener({ url: site.system_url, onError: () => {} });
  await listener.start();
  const { rows } = await admin.query<{ server_version: string }>("show server_version");
  return {
    ...site,
    listener,
    keyring,
    version: rows[0]?.server_version ?? "",
    serve: (env) => startPlinth({ ...unlimited, DATABASE_URL: owner_url, PLINTH_SECRET: secret, ...env }),
    openSite: async (database) => {
      await admin.query(`create database ${database}`);
      const url = new URL(owner_url);
      url.pathname = `/${database}`;
      const opened = await prepareSite(url.toString());
      const close = async () => {
        await opened.close();
        await admin.query(`drop database ${database}`);
      };
      return { ...opened, close };
    },
    stop: async () => {
      await listener.stop();
      await site.close();
      await postgres.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function prepareSite(owner_url: string): Promise<Site> {
  await createMigrator({ url: owner_url, lines: migrationLines(await loadProducts([], [])), keyring }).up();
  const urls = roleUrls(owner_url, keyring);
  const admin = new Client({ connectionString: owner_url });
  await admin.connect();
  const db = createDatabase({ ...urls, pool_size: 20 });
  const close = async () => {
    await db.close();
    await admin.end();
  };
  return { ...urls, db, owner_url, admin, workspaces: await makeWorkspaces(admin), close };
}

/** The workspaces' numbers: always twelve digits, for the last group of their ids. */
export const numbers = { first: 100_000_000_001, count: 10_000 };

/** The id of the workspace with the number, or of its owner; `:n` for what pgbench puts in place of the number. */
export function idOf(what: "workspace" | "user", n: number | ":n"): string {
  return `01900000-0000-7000-${what === "user" ? "a" : "8"}000-${n}`;
}

async function makeWorkspaces(admin: Client): Promise<Ctx[]> {
  const people = Array.from({ length: numbers.count }, (_, index) => ({
    user_id: idOf("user", numbers.first + index),
    workspace_id: idOf("workspace", numbers.first + index),
  }));
  const users = people.map(({ user_id }) => user_id);
  const ids = people.map(({ workspace_id }) => workspace_id);
  await admin.query(
    "insert into identity.users (id, email, email_normalized, full_name) select u, u::text, u::text, 'Bench' from unnest($1::uuid[]) u",
    [users],
  );
  await admin.query(
    "insert into workspaces.workspaces (id, name, slug) select w, 'Bench', w::text from unnest($1::uuid[]) w",
    [ids],
  );
  await admin.query(
    "insert into workspaces.members (workspace_id, user_id, role) select w, u, 'owner' from unnest($1::uuid[], $2::uuid[]) as m (w, u)",
    [ids, users],
  );
  await admin.query("analyze");
  return people.map(({ user_id, workspace_id }) => ({
    workspace_id,
    actor: { kind: "user", user_id, session_id: newId() },
    request_id: "bench",
    role: "owner",
  }));
}
