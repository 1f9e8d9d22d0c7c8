import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { declaredErrors } from "../../src/core/errors.ts";
import { declaredTables } from "../../src/core/tables.ts";
import { declaredEvents } from "../../src/platform/events/index.ts";

beforeAll(async () => {
  await import("../../src/app.ts");
  await import("../../src/products/prism/index.ts");
});

test("every table has one owner among the stores, and every table of the platform has one", async () => {
  const owned = declaredTables().flat();
  expect(owned.filter((table, index) => owned.indexOf(table) !== index)).toEqual([]);
  const types = await readFile("src/core/database.types.ts", "utf8");
  const tables = [...types.matchAll(/^ {2}"(\w+\.\w+)": /gm)].map(([, table]) => table ?? "");
  expect(tables.length).toBeGreaterThan(20);
  expect(tables.filter((table) => !owned.includes(table))).toEqual([]);
});

test("a store's tables are in its own module's schema, and its first statement names them", async () => {
  const folders = await readdir("src/platform");
  for (const module of folders) {
    const text = await readFile(join("src/platform", module, "store.ts"), "utf8").catch(() => undefined);
    if (text === undefined) continue;
    const [, list = ""] = /^const tables = ownTables\(([^)]*)\)/m.exec(text) ?? [];
    const schemas = [...list.matchAll(/"(\w+)\.\w+"/g)].map(([, schema]) => schema);
    expect({ module, schemas: [...new Set(schemas)] }).toEqual({ module, schemas: [module] });
    const beforeIt = text.slice(0, text.indexOf("const tables = ownTables"));
    expect(beforeIt.replaceAll(/^(import[\s\S]*?;|\s*|\/\*\*[\s\S]*?\*\/|\/\/.*)$/gm, "").trim()).toBe("");
  }
});

test("every error, event and metric is documented and bears its module's name", async () => {
  const errors = await readFile("docs/errors.md", "utf8");
  for (const code of declaredErrors().keys()) expect(errors).toContain(`\`${code}\``);
  const events = await readFile("docs/events.md", "utf8");
  expect(declaredEvents().length).toBeGreaterThan(5);
  for (const { type } of declaredEvents()) expect(events).toContain(`\`${type}\``);
});

test("no column holds a secret in plain text", async () => {
  const types = await readFile("src/core/database.types.ts", "utf8");
  const columns = [...types.matchAll(/^ {2}(\w+): (.+);$/gm)].map(([, column = "", type = ""]) => ({ column, type }));
  const suspicious = columns.filter(({ column }) => /secret|token|password|private|api_key/.test(column));
  // Hashes and sealed values are bytes; `input_tokens` and its like are numbers.
  const plain = suspicious.filter(({ type }) => !/Buffer|number|Date|Timestamp/.test(type));
  expect(plain).toEqual([]);
});
