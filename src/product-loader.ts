import { readdir, readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { MigrationLine } from "./core/migrations/files.ts";
import type { Product } from "./product.ts";

const builtIn = new URL("./products/", import.meta.url);

/**
 * Loads the products to run: the built-in ones whose names are given (all for an empty list), and the files given. Both in the same way:
 * the default export of a module is the product. Throws, naming the product, for a name that is unknown or taken twice.
 */
export async function loadProducts(names: string[], files: string[]): Promise<Product[]> {
  const known = (await readdir(builtIn)).sort();
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`There is no product ${unknown.join(", ")}; PLINTH_PRODUCTS knows ${known.join(", ")}`);
  }
  const entry = `index${extname(import.meta.url)}`;
  const chosen = known.filter((name) => names.length === 0 || names.includes(name));
  const modules = [
    ...chosen.map((name) => new URL(`${name}/${entry}`, builtIn)),
    ...files.map((file) => pathToFileURL(resolve(file))),
  ];
  const products = await Promise.all(modules.map(loadProduct));
  for (const { name } of products) {
    if (products.filter((product) => product.name === name).length > 1)
      throw new Error(`There are two products named ${name}`);
  }
  return products;
}

async function loadProduct(module: URL): Promise<Product> {
  const loaded: { default?: unknown } = await import(module.href);
  if (!isProduct(loaded.default)) {
    throw new Error(`${fileURLToPath(module)} does not export a product: export default defineProduct({ … })`);
  }
  return loaded.default;
}

function isProduct(value: unknown): value is Product {
  return (
    typeof value === "object" && value !== null && "name" in value && "plans" in value && value.plans instanceof URL
  );
}

/** The lines of history to apply: the platform's, then those of the products that have tables. */
export function migrationLines(products: Product[]): MigrationLine[] {
  const platform = { line: "platform", directory: fileURLToPath(new URL("../migrations/", import.meta.url)) };
  const own = products.flatMap(({ name, migrations }) =>
    migrations === undefined ? [] : [{ line: name, directory: fileURLToPath(migrations) }],
  );
  return [platform, ...own];
}

/** The plan files of the products, and the operator's own where there is one. */
export async function readPlanDocuments(
  products: Product[],
  config_dir: string,
): Promise<{ file: string; text: string }[]> {
  const own = await Promise.all(
    products.map(async ({ plans }) => ({ file: fileURLToPath(plans), text: await readFile(plans, "utf8") })),
  );
  const file = resolve(config_dir, "plans.yaml");
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  return text === undefined ? own : [...own, { file, text }];
}
