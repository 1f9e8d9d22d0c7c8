import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./seats.ts";

const program = "/usr/sbin/pgbouncer";
export const hasPgBouncer = existsSync(program);

/** A PgBouncer in transaction mode in front of a test's database. */
export interface PgBouncer {
  /** The same connection string, through it. */
  through(url: string): string;
  stop(): Promise<void>;
}

/** Starts it for the roles of these connection strings, which are of one server. */
export async function startPgBouncer(urls: string[]): Promise<PgBouncer> {
  const dir = await mkdtemp(join(tmpdir(), "plinth-pgbouncer-"));
  // It refuses to be root, and gives its privileges up for this user's.
  await chmod(dir, 0o755);
  const port = await freePort();
  const [server = ""] = urls;
  const users = urls.map((url) => new URL(url)).map(({ username, password }) => `"${username}" "${password}"`);
  await writeFile(join(dir, "users.txt"), `${users.join("\n")}\n`);
  await writeFile(
    join(dir, "pgbouncer.ini"),
    `[databases]
* = host=127.0.0.1 port=${new URL(server).port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${join(dir, "users.txt")}
pool_mode = transaction
default_pool_size = 5
`,
  );
  const asUser = process.getuid?.() === 0 ? ["--user=nobody"] : [];
  const bouncer = spawn(program, [...asUser, join(dir, "pgbouncer.ini")], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = new Promise<void>((resolve) => bouncer.once("exit", () => resolve()));
  let said = "";
  await new Promise<void>((resolve, reject) => {
    bouncer.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("process up")) resolve();
    });
    bouncer.once("exit", (code) => reject(new Error(`PgBouncer ended with ${code}: ${said}`)));
  });
  return {
    through: (url) => {
      const moved = new URL(url);
      moved.port = String(port);
      return moved.href;
    },
    stop: async () => {
      bouncer.kill("SIGINT");
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}
