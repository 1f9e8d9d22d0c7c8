// Writes every generated file: database types, the OpenAPI document, the SDK's types, reference pages.
// With --check it writes nothing and fails, naming the files, when one is not what it would write; with --types it makes the
// database's types alone, for while the source does not run.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import openapiTS, { astToString } from "openapi-typescript";
import { startEmbeddedPostgres } from "../src/core/embedded-postgres.ts";
import { createMigrator } from "../src/core/migrations/migrator.ts";
import type { Product } from "../src/product.ts";
import { loadProducts, migrationLines } from "../src/product-loader.ts";
import { mailLayout } from "./mail-layout.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const run = promisify(execFile);

async function main(): Promise<void> {
  const isCheck = process.argv.includes("--check");
  const temporary = await mkdtemp(join(tmpdir(), "plinth-generate-"));
  try {
    const files = await generate(temporary);
    const stale: string[] = [];
    for (const [path, text] of files) {
      if ((await readFile(join(root, path), "utf8").catch(() => "")) === text) continue;
      stale.push(path);
      if (!isCheck) await writeFile(join(root, path), text);
    }
    if (isCheck && stale.length > 0) throw new Error(`Not up to date: ${stale.join(", ")}. Run npm run generate.`);
    console.log(
      isCheck ? `${files.size} generated files are up to date` : `${stale.length} of ${files.size} files written`,
    );
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function generate(temporary: string): Promise<Map<string, string>> {
  const products = await loadProducts([], []);
  const files = await databaseTypes(products, temporary);
  if (process.argv.includes("--types")) return files;
  const { metricsOf, openApiDocument } = await import("../src/openapi-document.ts");
  const { configurationPage, errorsPage, eventsPage, metricsPage } = await import("./reference-pages.ts");
  const document = await openApiDocument(products);
  files.set("docs/openapi.json", `${JSON.stringify(document, null, 2)}\n`);
  files.set("sdk/src/api.types.ts", astToString(await openapiTS(JSON.parse(JSON.stringify(document)))));
  files.set("docs/configuration.md", configurationPage());
  files.set("docs/errors.md", errorsPage());
  files.set("docs/events.md", eventsPage());
  files.set("docs/metrics.md", metricsPage(await metricsOf(products)));
  files.set("src/platform/messaging/layout.ts", await mailLayout(root));
  return files;
}

/** The tables' types: the platform's in core, each product's in its own folder. */
async function databaseTypes(products: Product[], temporary: string): Promise<Map<string, string>> {
  const postgres = await startEmbeddedPostgres({ dir: join(temporary, "postgres"), throw_away: true });
  try {
    const url = new URL("/postgres", postgres.url).toString();
    await createMigrator({ url, lines: migrationLines(products) }).up();
    const withTables = products.filter(({ migrations }) => migrations !== undefined).map(({ name }) => name);
    const foreign = ["plinth.migrations", ...withTables.map((name) => `${name}.*`)].join(",");
    const files = new Map<string, string>();
    files.set("src/core/database.types.ts", await codegen(url, temporary, ["--exclude-pattern", `{${foreign}}`]));
    for (const name of withTables) {
      const text = await codegen(url, temporary, ["--include-pattern", `${name}.*`]);
      files.set(`src/products/${name}/database.types.ts`, text);
    }
    return files;
  } finally {
    await postgres.stop();
  }
}

async function codegen(url: string, temporary: string, pattern: string[]): Promise<string> {
  const cli = join(root, "node_modules/kysely-codegen/dist/cli/bin.js");
  const out = join(temporary, "types.ts");
  const mapping = JSON.stringify({ int8: "number", date: "string" });
  const options = [
    "--dialect",
    "postgres",
    "--url",
    url,
    "--default-schema",
    "none",
    "--type-mapping",
    mapping,
    "--out-file",
    out,
  ];
  await run(process.execPath, [cli, ...options, ...pattern], { cwd: root });
  return readFile(out, "utf8");
}

await main();
