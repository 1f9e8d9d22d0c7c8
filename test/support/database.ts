import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { inject } from "vitest";
import { adjustableClock } from "../../src/core/clock.ts";
import { createKeyring, type Keyring } from "../../src/core/crypto.ts";
import { createDatabase, type Database } from "../../src/core/database.ts";
import { createListener, type Listener } from "../../src/core/listener.ts";
import { roleUrls } from "../../src/core/migrations/roles.ts";

/** A database of a test's own. */
export interface TestDatabase {
  db: Database;
  listener: Listener;
  clock: ReturnType<typeof adjustableClock>;
  keyring: Keyring;
  owner_url: string;
  app_url: string;
  system_url: string;
  /** Runs SQL as superuser, past every wall: to look, and to set the stage. */
  sql<Row extends object = Record<string, unknown>>(text: string, params?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** Clones the migrated template. The listener starts with the first test that starts it. */
export async function testDatabase(options: { pool_size?: number; empty?: boolean } = {}): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await onServer(`create database ${name}${options.empty === true ? "" : " template plinth_template"}`);
  const url = new URL(inject("template_url"));
  url.pathname = `/${name}`;
  const owner_url = url.toString();
  const keyring = createKeyring(inject("secret"));
  const urls = roleUrls(owner_url, keyring);
  const clock = adjustableClock();
  const errors: Error[] = [];
  const db = createDatabase({
    ...urls,
    clock,
    pool_size: options.pool_size ?? 10,
    onError: (error) => errors.push(error),
  });
  const listener = createListener({ url: urls.system_url, onError: (error) => errors.push(error) });
  const admin = new Client({ connectionString: owner_url });
  await admin.connect();
  admin.on("error", (error) => errors.push(error));
  return {
    ...urls,
    db,
    listener,
    clock,
    keyring,
    owner_url,
    sql: async <Row extends object>(text: string, params: unknown[] = []) =>
      (await admin.query<Row>(text, params)).rows,
    close: async () => {
      await listener.stop();
      await db.close();
      await admin.end();
      await onServer(`drop database ${name} with (force)`);
    },
  };
}

/** Databases are cloned one after the other: PostgreSQL refuses to copy a template that somebody else copies. */
async function onServer(statement: string): Promise<void> {
  const client = new Client({ connectionString: new URL("/postgres", inject("template_url")).toString() });
  await client.connect();
  try {
    await client.query("select pg_advisory_lock(1)");
    await client.query(statement);
  } finally {
    await client.end();
  }
}
