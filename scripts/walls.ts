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

/** What was found below `root`/src, how many of its files (tests aside) were read, and how many there are. */
export async function findViolations(root: string): Promise<{ violations: Violation[]; read: number; files: number }> {
  const options = await extractOptions(join(house, ".dependency-cruiser.cjs"));
  const { output } = await cruise(["src"], { ...options, baseDir: root });
  if (typeof output === "string") throw new Error(output);
  const files = await sourceFiles(root);
  const modules = new Set(output.modules.map(({ source }) => source));
  const violations = [...importViolations(output), ...(await sqlInProducts(root, files))];
  return { violations, read: files.filter((file) => modules.has(file)).length, files: files.length };
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

/** A product has `sql` from its face together with all else, so here the name counts and not the file. */
async function sqlInProducts(root: string, files: string[]): Promise<Violation[]> {
  const rooms = files.filter((file) => file.startsWith("src/products/") && !/[/-]store\.ts$/.test(file));
  const texts = await Promise.all(rooms.map((room) => readFile(join(root, room), "utf8")));
  const takesSql = /^import \{[^}]*\b(?:sql|productTables)\b[^}]*\} from "[^"]*product\.ts"/m;
  return rooms
    .filter((_, index) => takesSql.test(texts[index] ?? ""))
    .map((from) => ({
      rule: "sql-in-product-stores-alone",
      from,
      to: "src/product.ts",
      why: "a product writes SQL in store.ts (or in …-store.ts); its other rooms take neither sql nor productTables",
    }));
}

async function main(): Promise<void> {
  const { violations, read, files } = await findViolations(house);
  for (const { rule, from, to, why } of violations) console.log(`${rule}: ${from} -> ${to}  — ${why}`);
  // dependency-cruiser passes over TypeScript in silence when it finds no TypeScript 6 to read it with.
  if (files === 0 || read < files) console.log(`Only ${read} of ${files} files were read; is typescript@6 installed?`);
  if (violations.length > 0 || files === 0 || read < files) process.exitCode = 1;
}

if (import.meta.main) await main();
