#!/usr/bin/env node
// Starts the command line on the Node that the package "node" brings, whatever Node this file was started with: compiled where Plinth is
// installed, from its sources in a checkout.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const node = createRequire(import.meta.url).resolve("node/bin/node");
const source = join(root, "src/main.ts");
const main = existsSync(source) ? ["--conditions=plinth-source", source] : [join(root, "dist/main.js")];
const child = spawn(node, [...main, ...process.argv.slice(2)], { stdio: "inherit" });
// A Ctrl-C reaches the child by the terminal; what is sent to this process alone is passed on.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => {
  process.exitCode = code ?? (signal === "SIGINT" ? 130 : 143);
});
