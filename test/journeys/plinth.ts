import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A Plinth of its own process, with an empty database that goes with it. */
export interface RunningPlinth {
  url: string;
  /** What it printed so far. */
  output(): string;
  stop(): Promise<void>;
}

const own = fileURLToPath(new URL("../../bin/plinth.mjs", import.meta.url));

/** Starts `plinth serve` as a newcomer would, with this environment beside the machine's; `folder` is a repository that has Plinth installed. */
export async function startPlinth(
  env: Record<string, string>,
  args: string[] = [],
  folder?: string,
): Promise<RunningPlinth> {
  const program = folder === undefined ? own : join(folder, "node_modules/plinth/bin/plinth.mjs");
  const dir = await mkdtemp(join(tmpdir(), "plinth-journey-"));
  const child = spawn(process.execPath, [program, "serve", ...args], {
    ...(folder === undefined ? {} : { cwd: folder }),
    env: { ...process.env, NODE_ENV: "development", PORT: "0", LOG_LEVEL: "warn", PLINTH_DATA_DIR: dir, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      printed += chunk.toString();
      const [, found] = /API\s+(http:\S+)[\s\S]*Ready in/.exec(printed) ?? [];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("exit", (code) => reject(new Error(`Plinth ended with ${code} before it was ready:\n${printed}`)));
  });
  return {
    url,
    output: () => printed,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}
