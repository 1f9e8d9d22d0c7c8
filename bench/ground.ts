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

/** What the benchmarks stand on: a durable PostgreSQL of their own, migrated, with workspaces in it. */
export interface Ground {
  db: Database;
  listener: Listener;
  keyring: Keyring;
  owner_url: string;
  app_url: string;
  system_url: string;
  /** The superuser's connection. */
  admin: Client;
  workspaces: Ctx[];
  version: string;
  stop(): Promise<void>;
}

const secret = "the secret of the benchmarks, which is none";

export async function prepareGround(): Promise<Ground> {
  const dir = await mkdtemp(join(tmpdir(), "plinth-bench-"));
  const postgres = await startEmbeddedPostgres({ dir, port: 54_500, settings: { max_connections: "300" } });
  const keyring = createKeyring(secret);
  const owner_url = postgres.url;
  await createMigrator({ url: owner_url, lines: migrationLines(await loadProducts([], [])), keyring }).up();
  const urls = roleUrls(owner_url, keyring);
  const admin = new Client({ connectionString: owner_url });
  await admin.connect();
  const db = createDatabase({ ...urls, pool_size: 20 });
  const listener = createListener({ url: urls.system_url, onError: () => {} });
  await listener.start();
  const { rows } = await admin.query<{ server_version: string }>("show server_version");
  return {
    ...urls,
    db,
    listener,
    keyring,
    owner_url,
    admin,
    workspaces: await makeWorkspaces(admin, 1_000),
    version: rows[0]?.server_version ?? "",
    stop: async () => {
      await listener.stop();
      await db.close();
      await admin.end();
      await postgres.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function makeWorkspaces(admin: Client, count: number): Promise<Ctx[]> {
  const people = Array.from({ length: count }, () => ({ user_id: newId(), workspace_id: newId() }));
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
