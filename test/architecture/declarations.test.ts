import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { declaredErrors } from "../../src/core/errors.ts";
import { declaredTables } from "../../src/core/tables.ts";
import { metricsOf } from "../../src/openapi-document.ts";
import { declaredEvents } from "../../src/platform/events/index.ts";
import { loadProducts } from "../../src/product-loader.ts";

beforeAll(async () => {
  await import("../../src/app.ts");
  // Loaded where it is configured alone.
  await import("../../src/platform/app_store/index.ts");
  for (const name of await readdir("src/products")) await import(`../../src/products/${name}/index.ts`);
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
  const files = await readdir("src/platform", { recursive: true });
  const stores = files.filter((file) => /(?:^|[/-])store\.ts$/.test(file));
  expect(stores.length).toBeGreaterThan(20);
  for (const store of stores) {
    const [module = ""] = store.split("/");
    const text = await readFile(join("src/platform", store), "utf8");
    const [, list = ""] = /^const tables = ownTables\(([^)]*)\)/m.exec(text) ?? [];
    const schemas = [...list.matchAll(/"(\w+)\.\w+"/g)].map(([, schema]) => schema);
    expect({ store, schemas: [...new Set(schemas)] }).toEqual({ store, schemas: [module] });
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
  const metrics = await readFile("docs/metrics.md", "utf8");
  const own = (await metricsOf(await loadProducts([], []))).filter(({ name }) => !/^(process|nodejs)_/.test(name));
  expect(own.length).toBeGreaterThan(15);
  const modules = [...(await readdir("src/platform")), ...(await readdir("src/products")), "http", "database"];
  for (const { name, help } of own) {
    expect(metrics).toContain(`\`${name}\``);
    expect(help).not.toBe("");
    expect(modules.filter((module) => name.startsWith(`plinth_${module}_`))).not.toEqual([]);
  }
});

test("no column holds a secret in plain text", async () => {
  const types = await readFile("src/core/database.types.ts", "utf8");
  const columns = [...types.matchAll(/^export interface (\w+) \{\n([\s\S]*?)\n\}/gm)].flatMap(([, table, body = ""]) =>
    [...body.matchAll(/^ {2}(\w+): (.+);$/gm)].map(([, column = "", type = ""]) => ({ table, column, type })),
  );
  expect(columns.length).toBeGreaterThan(200);
  const suspicious = columns.filter(({ column }) => /secret|token|password|private|api_key|license_key/.test(column));
  // Hashes and sealed values are bytes; `input_tokens` and its like are numbers.
  const plain = suspicious.filter(({ type }) => !/Buffer|number|Date|Timestamp/.test(type));
  // It tells one holder of a lease from the next, and opens nothing.
  expect(plain).toEqual([{ table: "BillingLeases", column: "token", type: "string" }]);
});
