// Reads every file under src and holds its imports to the walls of .dependency-cruiser.cjs.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import extractOptions from "dependency-cruiser/config-utl/extract-depcruise-options";

const house = fileURLToPath(new URL("../", import.meta.url));

export interface Violation {
  rule: string;
  from: string;
  to: string;
  why: string;
}

/**
 * The violations in the tree below `root`/src. Throws when fewer files were read than there are: dependency-cruiser
 * passes over TypeScript in silence when it finds no TypeScript that it can use.
 */
export async function findViolations(root: string): Promise<Violation[]> {
  const options = await extractOptions(join(house, ".dependency-cruiser.cjs"));
  const { output } = await cruise(["src"], { ...options, validate: true, baseDir: root });
  if (typeof output === "string") throw new Error(output);
  const files = await sourceFiles(root);
  const read = new Set(output.modules.map((module) => module.source));
  const unread = files.filter((file) => !read.has(file));
  if (files.length === 0 || unread.length > 0) {
    throw new Error(`${unread.length} of ${files.length} files were not read: ${unread.slice(0, 5).join(", ")} …`);
  }
  return [...importViolations(output), ...(await sqlInProducts(root, files))];
}

async function sourceFiles(root: string): Promise<string[]> {
  const entries = await readdir(join(root, "src"), { recursive: true });
  return entries
    .map((entry) => `src/${entry.replaceAll("\\", "/")}`)
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
}

function importViolations({ summary }: ICruiseResult): Violation[] {
  const comments = new Map(summary.ruleSetUsed?.forbidden?.map(({ name, comment }) => [name, comment]));
  return summary.violations.map(({ rule, from, to, via, cycle }) => ({
    rule: rule.name,
    from,
    to: (via ?? cycle)?.map(({ name }) => name).join(" -> ") ?? to,
    why: comments.get(rule.name) ?? "",
  }));
}

/** A product has `sql` from its face with everything else, so that here names count and not files. */
async function sqlInProducts(root: string, files: string[]): Promise<Violation[]> {
  const rooms = files.filter((file) => file.startsWith("src/products/") && !file.endsWith("/store.ts"));
  const texts = await Promise.all(rooms.map((room) => readFile(join(root, room), "utf8")));
  const writesSql = /^import \{[^}]*\b(?:sql|productTables)\b[^}]*\} from "[^"]*product\.ts"/m;
  return rooms
    .filter((_, index) => writesSql.test(texts[index] ?? ""))
    .map((from) => ({
      rule: "product-sql-in-stores",
      from,
      to: "src/product.ts",
      why: "a product writes SQL in its store.ts alone; other rooms import neither sql nor productTables",
    }));
}

async function main(): Promise<void> {
  const violations = await findViolations(house);
  for (const { rule, from, to, why } of violations) console.log(`${rule}: ${from} -> ${to}  — ${why}`);
  if (violations.length > 0) process.exitCode = 1;
}

if (import.meta.main) await main();
