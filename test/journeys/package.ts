// What a stranger does: installs the packed Plinth in an empty repository, writes a product beside it, and starts both.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { client } from "./client.ts";
import { startPlinth } from "./plinth.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "plinth-package-"));
try {
  await run("npm", ["run", "build"], { cwd: root });
  const { stdout } = await run("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], {
    cwd: root,
  });
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "a-product", private: true, type: "module" }));
  await run("npm", ["install", "--no-audit", "--no-fund", `./${stdout.trim()}`], { cwd: folder });
  await mkdir(join(folder, "product"));
  for (const file of ["index.ts", "plans.yaml", "migrations"]) {
    await cp(join(root, "examples/own-product", file), join(folder, "product", file), { recursive: true });
  }
  const plinth = await startPlinth({}, ["--product", "product/index.ts"], folder);
  try {
    const { status, body } = await client(plinth.url).get("/v1/plans?product=notes");
    assert.deepEqual([status, body.data[0]?.id], [200, "notes.free"]);
    assert.equal((await client(plinth.url).get("/v1/notes/notes")).status, 401);
    console.log("  ✓ installed from its package, Plinth runs a product of another repository");
  } finally {
    await plinth.stop();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
