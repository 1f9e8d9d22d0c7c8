import { Client } from "pg";
import type { Keyring } from "../crypto.ts";
import { type Migration, type MigrationLine, readMigrations } from "./files.ts";
import { migrationLock, prepareRoles } from "./roles.ts";

/** Moves the schema along its history. Every step is a transaction of its own under one advisory lock. */
export interface Migrator {
  /** Applies what is pending: the platform's migrations, then each product's. Returns what was applied. */
  up(): Promise<Step[]>;
  /** Takes back the migration that was applied last. */
  down(): Promise<Step[]>;
  /**
   * Goes to migration `number` of the platform: up to it, or back by taking back everything, the products' migrations included, that was applied
   * after it. 0 empties the database.
   */
  to(number: number): Promise<Step[]>;
  /** Every migration with whether it is applied. */
  status(): Promise<(Step & { applied_at: Date | null })[]>;
}

export interface Step {
  line: string;
  number: number;
  name: string;
}

interface MigratorOptions {
  /** Connection string of a user that may act as `plinth_owner`. */
  url: string;
  /** The platform's line first, then the products'. */
  lines: MigrationLine[];
  /** Gives the serving roles their derived passwords; leave out when the operator manages them. */
  keyring?: Keyring;
}

type Applied = Step & { checksum: string; applied_at: Date };

/** Makes a migrator. Throws at the first use when an applied file was edited or removed: history is not rewritten. */
export function createMigrator(options: MigratorOptions): Migrator {
  const withClient = async <R>(work: (client: Client, files: Migration[]) => Promise<R>): Promise<R> => {
    const files = (await Promise.all(options.lines.map(readMigrations))).flat();
    const client = new Client({ connectionString: options.url });
    await client.connect();
    try {
      await prepareRoles(client, options.keyring);
      refuseDrift(files, await readApplied(client));
      return await work(client, files);
    } finally {
      await client.end();
    }
  };
  const revertUntil = async (client: Client, files: Migration[], enough: (last: Applied) => boolean) => {
    const reverted: Step[] = [];
    for (;;) {
      const last = (await readApplied(client)).at(-1);
      if (last === undefined || enough(last)) return reverted;
      const file = files.find((migration) => isSame(migration, last));
      if (file === undefined)
        throw new Error(`The file of migration ${title(last)} is not loaded; switch its product on`);
      await step(client, file, "down");
      reverted.push({ line: file.line, number: file.number, name: file.name });
    }
  };
  return {
    up: () => withClient((client, files) => applyPending(client, files)),
    down: () =>
      withClient(async (client, files) => {
        let reverted = 0;
        return revertUntil(client, files, () => reverted++ > 0);
      }),
    to: (number) =>
      withClient(async (client, files) => {
        const platform = files.filter(({ line }) => line === "platform");
        if (number < 0 || number > platform.length) {
          throw new Error(`There is no migration ${number}; the platform has 0 to ${platform.length}`);
        }
        const wanted = (last: Applied) => last.line === "platform" && last.number <= number;
        const applied = await readApplied(client);
        const isBehind = !applied.some((each) => each.line === "platform" && each.number > number);
        if (isBehind && number > 0) return applyPending(client, platform.slice(0, number));
        return revertUntil(client, files, wanted);
      }),
    status: () =>
      withClient(async (client, files) => {
        const applied = await readApplied(client);
        return files.map(({ line, number, name }) => {
          const done = applied.find((each) => each.line === line && each.number === number);
          return { line, number, name, applied_at: done?.applied_at ?? null };
        });
      }),
  };
}

async function applyPending(client: Client, files: Migration[]): Promise<Step[]> {
  const applied: Step[] = [];
  for (const migration of files) {
    const { line, number, name } = migration;
    if (await step(client, migration, "up")) applied.push({ line, number, name });
  }
  return applied;
}

/** One migration, unless another process was faster; whether it was done. */
async function step(client: Client, migration: Migration, direction: "up" | "down"): Promise<boolean> {
  await client.query("begin");
  try {
    await client.query("select pg_advisory_xact_lock($1)", [migrationLock]);
    const isApplied = (await readApplied(client)).some((each) => isSame(each, migration));
    if (isApplied === (direction === "up")) {
      await client.query("rollback");
      return false;
    }
    await client.query("set local role plinth_owner");
    await client.query(migration[direction]);
    await record(client, migration, direction);
    await client.query("commit");
    return true;
  } catch (error) {
    await client.query("rollback");
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Migration ${title(migration)} failed going ${direction}: ${reason}`, { cause: error });
  }
}

async function record(client: Client, { line, number, name, checksum }: Migration, direction: "up" | "down") {
  if (direction === "down") {
    await client.query("delete from plinth.migrations where line = $1 and number = $2", [line, number]);
    return;
  }
  await client.query("insert into plinth.migrations (line, number, name, checksum) values ($1, $2, $3, $4)", [
    line,
    number,
    name,
    checksum,
  ]);
}

async function readApplied(client: Client): Promise<Applied[]> {
  const { rows } = await client.query<Applied>(
    "select line, number, name, checksum, applied_at from plinth.migrations order by applied_order",
  );
  return rows;
}

function refuseDrift(files: Migration[], applied: Applied[]): void {
  const lines = new Set(files.map(({ line }) => line));
  for (const each of applied.filter(({ line }) => lines.has(line))) {
    const file = files.find((migration) => isSame(migration, each));
    if (file === undefined) throw new Error(`Migration ${title(each)} was applied, but its file is gone`);
    if (file.checksum !== each.checksum) {
      throw new Error(`Migration ${title(each)} was edited after it was applied: put it back and write a new one`);
    }
  }
}

function isSame(a: { line: string; number: number }, b: { line: string; number: number }): boolean {
  return a.line === b.line && a.number === b.number;
}

function title({ line, number, name }: Step): string {
  return `${line}/${String(number).padStart(4, "0")}_${name}`;
}
