// Everything that must hold of the source, at once: types, lint and format, walls, generated files, nothing unused.
// Prints each with its time and what it found, and fails when one does.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const node = [process.execPath, "--conditions=plinth-source"];

const checks: [name: string, command: string[]][] = [
  ["types", [...node, "node_modules/typescript7/bin/tsc", "-p", "."]],
  ["types to publish", [...node, "node_modules/typescript7/bin/tsc", "-p", "tsconfig.build.json", "--noEmit"]],
  ["lint and format", [...node, "node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."]],
  ["walls", [...node, "scripts/walls.ts"]],
  ["nothing unused", [...node, "node_modules/knip/bin/knip.js"]],
  ["generated files", [...node, "scripts/generate.ts", "--check"]],
];

async function check([name, [program = "", ...args]]: (typeof checks)[number]): Promise<boolean> {
  const began = performance.now();
  let output = "";
  const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  console.log(`  ${code === 0 ? "✓" : "✗"} ${name.padEnd(16)} ${seconds.padStart(5)} s`);
  if (code !== 0) console.log(output.replaceAll(/^/gm, "      "));
  return code === 0;
}

const results = await Promise.all(checks.map(check));
if (results.includes(false)) process.exitCode = 1;
