import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Config, loadConfig } from "./core/config.ts";
import { createKeyring, type Keyring } from "./core/crypto.ts";
import { startEmbeddedPostgres } from "./core/embedded-postgres.ts";
import { createMigrator, type Migrator } from "./core/migrations/migrator.ts";
import { type RoleUrls, roleUrls } from "./core/migrations/roles.ts";
import type { Product } from "./product.ts";
import { migrationLines } from "./product-loader.ts";

/** What every command stands on. */
export interface Ground extends RoleUrls {
  config: Config;
  keyring: Keyring;
  /** Connection string of the user that migrates. */
  owner_url: string;
  /** How the database came about, for people. */
  database: string;
  migrator(products: Product[]): Migrator;
  /** Stops the embedded PostgreSQL, when it was started here. */
  stop(): Promise<void>;
}

/**
 * Reads the configuration, in development with secrets of its own making, and finds the database: the one that `DATABASE_URL`
 * names, or the embedded one (with `attach` that of a Plinth that runs). `progress` is told what takes time. Throws ConfigError with every mistake.
 */
export async function prepareGround(
  env: Record<string, string | undefined>,
  progress: (line: string) => void = () => {},
  { attach = false }: { attach?: boolean } = {},
): Promise<Ground> {
  const config = await loadWithSecrets(env);
  const keyring = createKeyring(config.PLINTH_SECRET ?? "");
  const { url, database, stop } = await findDatabase(config, progress, attach);
  const derived = roleUrls(url, keyring);
  const isManaged = config.DATABASE_APP_URL !== undefined && config.DATABASE_SYSTEM_URL !== undefined;
  return {
    config,
    keyring,
    owner_url: url,
    app_url: config.DATABASE_APP_URL ?? derived.app_url,
    system_url: config.DATABASE_SYSTEM_URL ?? derived.system_url,
    database,
    migrator: (products) => createMigrator({ url, lines: migrationLines(products), ...(isManaged ? {} : { keyring }) }),
    stop,
  };
}

/** The configuration; outside production with generated secrets, kept in the data folder, where none are given. */
export async function loadWithSecrets(env: Record<string, string | undefined>): Promise<Config> {
  const given = loadConfig(env);
  if (given.NODE_ENV === "production") return given;
  const generated = await developmentSecrets(given.PLINTH_DATA_DIR);
  return loadConfig({ ...developmentApps, ...generated, ...withoutEmpty(env) });
}

/** An app in each store, so that notifications can be simulated without any account there. */
const developmentApps = { APP_STORE_BUNDLE_ID: "dev.plinth.app", GOOGLE_PLAY_PACKAGE_NAMES: "dev.plinth.app" };

function withoutEmpty(env: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => (entry[1] ?? "") !== ""));
}

async function developmentSecrets(data_dir: string): Promise<Record<string, string>> {
  const file = join(data_dir, "secrets.json");
  const read = async (): Promise<Record<string, string>> => JSON.parse(await readFile(file, "utf8"));
  await mkdir(data_dir, { recursive: true });
  const made = {
    PLINTH_SECRET: randomBytes(36).toString("base64url"),
    STRIPE_WEBHOOK_SECRET: `whsec_${randomBytes(24).toString("base64url")}`,
  };
  // Two processes that start at once agree on the file of whoever made it.
  await writeFile(file, JSON.stringify(made, null, 2), { flag: "wx", mode: 0o600 }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    },
  );
  return read();
}

async function findDatabase(config: Config, progress: (line: string) => void, attach: boolean) {
  if (config.DATABASE_URL !== undefined) {
    const { host } = new URL(config.DATABASE_URL);
    return { url: config.DATABASE_URL, database: `PostgreSQL at ${host}`, stop: async () => {} };
  }
  const postgres = await startEmbeddedPostgres({ dir: config.PLINTH_DATA_DIR, progress, attach });
  return {
    url: withDatabase(postgres.url),
    database: `PostgreSQL 18, embedded, port ${postgres.port}`,
    stop: postgres.stop,
  };
}

function withDatabase(url: string): string {
  const named = new URL(url);
  if (named.pathname === "" || named.pathname === "/") named.pathname = "/postgres";
  return named.toString();
}
