import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { chmod, chown, mkdir, readFile, rename, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import {
  type Account,
  canReach,
  exists,
  findBinaries,
  openPlace,
  serverAccount,
} from "./embedded-postgres/binaries.ts";
import { lockFolder } from "./embedded-postgres/folder-lock.ts";

const run = promisify(execFile);

/** A PostgreSQL of our own. */
export interface EmbeddedPostgres {
  /** Connection string of its superuser. */
  url: string;
  port: number;
  data_dir: string;
  /** Stops it, and removes a throw-away one. Nothing happens when it was only attached to. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** The folder with everything of ours; `postgres` in it is, or leads to, the data. */
  dir: string;
  /** The port to take when it is free. Default 54329. */
  port?: number;
  /** For tests: nothing is synced to disk, and `stop` removes the data. */
  throw_away?: boolean;
  /** When another Plinth runs in this folder: use its PostgreSQL instead of refusing. */
  attach?: boolean;
  settings?: Record<string, string>;
  /** Told what takes time. */
  progress?: (line: string) => void;
}

interface Server {
  bin: string;
  data_dir: string;
  password: string;
  log: string;
  account: Account | undefined;
}

/**
 * Starts the PostgreSQL 18 that comes with the installation, on 127.0.0.1 only, with its data below `dir`. As root it drops to another
 * user. Whatever a crash left behind is used or cleared away: a stale pid file, a half-made data folder, a server that
 * still runs, a port that is taken. Throws when another Plinth runs in the folder, and, with the end of its log, when it does not start.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dir = resolve(options.dir);
  await mkdir(dir, { recursive: true });
  const lock = await lockFolder(dir);
  if ("taken_by" in lock) {
    if (options.attach === true) return attach(dir);
    throw new Error(
      `Plinth is already running in ${dir} (process ${lock.taken_by}). Stop it, or set PLINTH_DATA_DIR to another folder.`,
    );
  }
  try {
    const server = await prepare(dir, options);
    const port = (await adopt(server)) ?? (await start(server, options));
    await writeFile(join(dir, "postgres.port"), String(port));
    const stop = async () => {
      await stopServer(server);
      if (options.throw_away === true) await rm(server.data_dir, { recursive: true, force: true });
      await lock.release();
    };
    return { url: urlOf(port, server.password), port, data_dir: server.data_dir, stop };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** The server of the Plinth that runs in this folder. */
async function attach(dir: string): Promise<EmbeddedPostgres> {
  const port = Number(await readFile(join(dir, "postgres.port"), "utf8"));
  const password = await readFile(join(dir, "postgres.password"), "utf8");
  return { url: urlOf(port, password), port, data_dir: join(dir, "postgres"), stop: async () => {} };
}

function urlOf(port: number, password: string): string {
  return `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
}

async function prepare(dir: string, options: EmbeddedPostgresOptions): Promise<Server> {
  const account = await serverAccount();
  const bin = join(await findBinaries(account), "bin");
  const base = await dataPlace(dir, account);
  const { password, isNew } = await keepPassword(dir);
  const server = { bin, account, data_dir: join(base, "postgres"), log: join(base, "postgres.log"), password };
  if (isNew && (await exists(server.data_dir))) await forget(server, base === dir);
  if (!(await exists(server.data_dir))) {
    options.progress?.("creating the database, the first time only");
    await initialise(server, options.throw_away === true);
  }
  if (base !== dir) await symlink(server.data_dir, join(dir, "postgres")).catch(() => undefined);
  return server;
}

/** The folder itself, or one in the open when the account cannot come through to it. */
async function dataPlace(dir: string, account: Account | undefined): Promise<string> {
  if (account === undefined) return dir;
  // Our own folder may be passed through, not listed; what is secret in it is for us alone.
  await chmod(dir, (await stat(dir)).mode | 0o011);
  if (await canReach(dir, account)) return dir;
  const place = join(openPlace, createHash("sha256").update(dir).digest("hex").slice(0, 16));
  await mkdir(place, { recursive: true, mode: 0o755 });
  return place;
}

async function keepPassword(dir: string): Promise<{ password: string; isNew: boolean }> {
  const file = join(dir, "postgres.password");
  const made = writeFile(file, randomBytes(24).toString("base64url"), { flag: "wx", mode: 0o600 });
  const isNew = await made.then(
    () => true,
    () => false,
  );
  return { password: await readFile(file, "utf8"), isNew };
}

/** Data without its password: elsewhere it is what a folder that was since deleted left behind; in the folder it is somebody's. */
async function forget(server: Server, isInFolder: boolean): Promise<void> {
  if (isInFolder) {
    await rm(join(dirname(server.data_dir), "postgres.password"), { force: true });
    throw new Error(
      `The password of ${server.data_dir} is gone. Put postgres.password back, or delete the folder to begin anew.`,
    );
  }
  await adopt(server);
  await rm(server.data_dir, { recursive: true, force: true });
}

/** Makes the data folder beside its place and then moves it there, so that one that was not finished is never taken for one that was. */
async function initialise(server: Server, isThrowAway: boolean): Promise<void> {
  const partial = `${server.data_dir}.partial`;
  const pwfile = `${server.data_dir}.pwfile`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { mode: 0o700 });
  await writeFile(pwfile, server.password, { mode: 0o600 });
  try {
    if (server.account !== undefined) {
      const { uid, gid } = server.account;
      await Promise.all([chown(partial, uid, gid), chown(pwfile, uid, gid)]);
    }
    const locale = ["--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"];
    const auth = ["--username=postgres", `--pwfile=${pwfile}`, "--auth=scram-sha-256"];
    await command(server, "initdb", ["-D", partial, ...auth, ...locale, ...(isThrowAway ? ["--no-sync"] : [])]);
    await rename(partial, server.data_dir);
  } finally {
    await rm(pwfile, { force: true });
  }
}

function command(server: Server, name: string, args: string[]) {
  const { account } = server;
  return run(join(server.bin, name), args, {
    cwd: dirname(server.data_dir),
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC", HOME: dirname(server.data_dir) },
    ...(account === undefined ? {} : account),
  });
}

/** The port of a server that still runs on our data; anything else that claims it is stopped or cleared away. */
async function adopt(server: Server): Promise<number | undefined> {
  const file = join(server.data_dir, "postmaster.pid");
  const lines = (await readFile(file, "utf8").catch(() => "")).split("\n");
  if (lines.length < 4) return undefined;
  const port = Number(lines[3]);
  if (await answers(server, port)) return port;
  const stopped = await command(server, "pg_ctl", [
    "stop",
    "-D",
    server.data_dir,
    "-m",
    "fast",
    "-w",
    "-t",
    "20",
  ]).catch(() => undefined);
  if (stopped === undefined && !(await isPostgres(Number(lines[0])))) await rm(file, { force: true });
  return undefined;
}

async function answers(server: Server, port: number): Promise<boolean> {
  const client = new Client({ connectionString: urlOf(port, server.password), connectionTimeoutMillis: 2_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>("show data_directory");
    return rows[0]?.data_directory === server.data_dir;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Whether the process is a PostgreSQL; where that cannot be read it is taken for one. */
async function isPostgres(pid: number): Promise<boolean> {
  if (!(await exists("/proc/self/cmdline"))) return true;
  return (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).includes("postgres");
}

async function start(server: Server, options: EmbeddedPostgresOptions): Promise<number> {
  let port = options.port ?? 54_329;
  for (let tries = 1; ; tries++) {
    await makeLog(server);
    try {
      // pg_ctl puts the server into a session of its own: a Ctrl-C at our terminal is ours to pass on.
      const flags = settingsOf(port, options).map(([name, value]) => `-c ${name}='${value}'`);
      await command(server, "pg_ctl", [
        "start",
        "-D",
        server.data_dir,
        "-l",
        server.log,
        "-w",
        "-t",
        "60",
        "-s",
        "-o",
        flags.join(" "),
      ]);
      return port;
    } catch (error) {
      const log = await readFile(server.log, "utf8").catch(() => "");
      if (tries >= 5 || !/address already in use/i.test(log)) throw startError(log, error);
      port = await freePort();
    }
  }
}

function settingsOf(port: number, { throw_away, settings }: EmbeddedPostgresOptions): [string, string][] {
  const forgetful = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };
  return Object.entries({
    port: String(port),
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "200",
    ...(throw_away === true ? forgetful : {}),
    ...settings,
  });
}

async function makeLog({ log, account }: Server): Promise<void> {
  await writeFile(log, "", { flag: "a", mode: 0o640 });
  await truncate(log);
  if (account !== undefined) await chown(log, account.uid, account.gid);
}

function startError(log: string, cause: unknown): Error {
  const end = log.trim().split("\n").slice(-8).join("\n  ");
  return new Error(
    `The embedded PostgreSQL did not start. The end of its log:\n  ${end}\nSet DATABASE_URL to use another one.`,
    { cause },
  );
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Stops the server; one that is gone already is no error. */
async function stopServer(server: Server): Promise<void> {
  const args = ["stop", "-D", server.data_dir, "-m", "fast", "-w", "-t", "60", "-s"];
  await command(server, "pg_ctl", args).catch(async (error) => {
    if (await exists(join(server.data_dir, "postmaster.pid"))) throw error;
  });
}
