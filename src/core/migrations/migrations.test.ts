import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { loadProducts, migrationLines } from "../../product-loader.ts";
import type { MigrationLine } from "./files.ts";
import { createMigrator } from "./migrator.ts";

let t: TestDatabase;
let lines: MigrationLine[];
beforeAll(async () => {
  t = await testDatabase({ empty: true });
  lines = migrationLines(await loadProducts([], []));
});
afterAll(() => t.close());

/** Everything that a migration makes: tables, columns, constraints, indexes, policies, functions, triggers, grants. */
const schema = () =>
  t.sql(`
    select 'column' as kind, format('%s.%s %s %s', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull) as what
      from pg_attribute a join pg_class c on c.oid = a.attrelid where c.relnamespace::regnamespace::text ~ '^[a-z]+$' and relkind = 'r' and attnum > 0
      and not attisdropped and c.relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema')
    union all select 'constraint', format('%s %s', conrelid::regclass, pg_get_constraintdef(oid)) from pg_constraint
      where connamespace::regnamespace::text not in ('pg_catalog', 'information_schema')
    union all select 'index', indexdef from pg_indexes where schemaname not in ('pg_catalog', 'information_schema')
    union all select 'policy', format('%s %s %s %s', tablename, policyname, qual, with_check) from pg_policies
    union all select 'function', pg_get_functiondef(p.oid) from pg_proc p
      where pronamespace::regnamespace::text not in ('pg_catalog', 'information_schema')
    union all select 'trigger', pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
    union all select 'grant', format('%s %s', oid::regclass, relacl) from pg_class
      where relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema', 'pg_toast') and relkind in ('r', 'S')
    union all select 'schema', format('%s %s', nspname, nspacl) from pg_namespace where nspname !~ '^pg_'
    order by 1, 2`);

describe("migrations", () => {
  test("go up, down to zero, and up again to the same schema", async () => {
    const migrator = createMigrator({ url: t.owner_url, lines, keyring: t.keyring });
    const up = await migrator.up();
    expect(up.length).toBeGreaterThan(10);
    const first = await schema();
    expect(first.length).toBeGreaterThan(200);
    const down = await migrator.to(0);
    expect(down.map(({ name }) => name)).toEqual(up.map(({ name }) => name).reverse());
    const empty = await t.sql(
      "select count(*)::int as n from pg_class c join pg_namespace n on n.oid = c.relnamespace where relkind = 'r' and nspname !~ '^pg_' and nspname <> 'information_schema'",
    );
    expect(empty).toEqual([{ n: 1 }]);
    await migrator.up();
    expect(await schema()).toEqual(first);
    expect(await migrator.up()).toEqual([]);
  });

  test("take one step back, and go to a number", async () => {
    const migrator = createMigrator({ url: t.owner_url, lines, keyring: t.keyring });
    expect(await migrator.down()).toEqual([{ line: "prism", number: 2, name: "mirror_lens" }]);
    const back = await migrator.to(3);
    expect(back.at(-1)).toMatchObject({ line: "platform", number: 4 });
    expect((await migrator.to(5)).map(({ number }) => number)).toEqual([4, 5]);
    await expect(migrator.to(99)).rejects.toThrow(/no migration 99/);
    const pending = (await migrator.status()).filter(({ applied_at }) => applied_at === null);
    expect(pending[0]).toMatchObject({ line: "platform", number: 6 });
    await migrator.up();
  });

  test("run once when ten processes start at the same time", async () => {
    const migrator = () => createMigrator({ url: t.owner_url, lines, keyring: t.keyring });
    await migrator().to(0);
    const applied = await Promise.all(Array.from({ length: 10 }, () => migrator().up()));
    expect(applied.flat().length).toBe((await migrator().status()).length);
  });
});

describe("a line of files", () => {
  let directory: string;
  const line = async (files: Record<string, string>) => {
    directory = await mkdtemp(join(tmpdir(), "migrations-"));
    for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
    return createMigrator({ url: t.owner_url, lines: [...lines, { line: "own", directory }], keyring: t.keyring });
  };
  const good = "-- up\ncreate schema own;\n-- down\ndrop schema own;\n";
  afterAll(() => rm(directory, { recursive: true, force: true }));

  test("that was edited after it was applied is an error, and so is one that is gone", async () => {
    const migrator = await line({ "0001_own.sql": good });
    await migrator.up();
    await writeFile(join(directory, "0001_own.sql"), good.replace("own;", "own; -- edited"));
    await expect(migrator.status()).rejects.toThrow(/own\/0001_own was edited after it was applied/);
    await writeFile(join(directory, "0001_own.sql"), good);
    await migrator.down();
  });

  test("that fails leaves nothing of itself and says which it was", async () => {
    const migrator = await line({ "0001_own.sql": "-- up\ncreate schema own; select 1/0;\n-- down\n" });
    await expect(migrator.up()).rejects.toThrow(/own\/0001_own failed going up: division by zero/);
    expect(await t.sql("select from pg_namespace where nspname = 'own'")).toEqual([]);
  });

  test.each([
    [{ "0002_later.sql": good }, /migration 1 is missing/],
    [{ "own.sql": good }, /named like 0001_/],
    [{ "0001_own.sql": "create schema own" }, /a part under "-- up"/],
  ])("with a fault is refused with its name: %o", async (files, message) => {
    await expect((await line(files)).up()).rejects.toThrow(message);
  });
});
