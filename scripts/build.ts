// Compiles what is published into dist/, for Node strips no types below node_modules, and puts the plans, prompts and migrations beside it.
import { execFileSync } from "node:child_process";
import { cp, glob, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

await rm(`${root}dist`, { recursive: true, force: true });
execFileSync(process.execPath, ["node_modules/typescript7/bin/tsc", "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
for await (const file of glob("src/{products,platform}/**/*.{yaml,sql,md}", { cwd: root })) {
  await cp(`${root}${file}`, `${root}${file.replace(/^src/, "dist")}`);
}
