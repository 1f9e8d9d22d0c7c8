import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { idOf, numbers } from "./ground.ts";
import { has } from "./measure.ts";

const run = promisify(execFile);

export const hasPgbench = () => has("pgbench");
export const noPgbench = "pgbench is not installed (Debian: postgresql-client)";

/** A statement as we send one: with the tenant's settings in a transaction, all in one message, for a workspace by chance. */
export interface Script {
  /** In it `workspace` and `user` stand for the ids. */
  statement(workspace: string, user: string): string;
  /** Of the ground's workspaces so many, the first ones. */
  workspaces: number;
  clients: number;
  seconds: number;
}

/** Transactions per second. */
export async function pgbench(url: string, { statement, workspaces, clients, seconds }: Script): Promise<number> {
  const dir = await mkdtemp(join(tmpdir(), "plinth-pgbench-"));
  const file = join(dir, "script.sql");
  const [workspace, user] = [`'${idOf("workspace", ":n")}'`, `'${idOf("user", ":n")}'`];
  const settings = [`set local app.workspace_id = ${workspace}`, `set local app.user_id = ${user}`];
  const transaction = ["begin", ...settings, statement(workspace, user), "commit"].join("\\; ");
  await writeFile(file, `\\set n random(${numbers.first}, ${numbers.first + workspaces - 1})\n${transaction};\n`);
  const { hostname, port, username, password, pathname } = new URL(url);
  const server = ["-h", hostname, "-p", port, "-U", username, pathname.slice(1)];
  const args = ["-n", "-c", String(clients), "-j", "2", "-T", String(seconds), "-f", file, ...server];
  try {
    const { stdout } = await run("pgbench", args, {
      env: { ...process.env, PGPASSWORD: decodeURIComponent(password) },
    });
    const [, tps] = /tps = ([\d.]+)/.exec(stdout) ?? [];
    if (tps === undefined) throw new Error(`pgbench said: ${stdout}`);
    return Number(tps);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
