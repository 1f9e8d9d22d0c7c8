import { execFile } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import type { HardwareIdProvider } from "../license/index.ts";

/** There is no such id here; the next provider may have one. */
export class HardwareIdUnavailable extends Error {
  override readonly name = "HardwareIdUnavailable";
}

/**
 * What a server is told of a machine: HMAC-SHA-256, keyed with the product, of the raw id, as 64 hexadecimal digits. It cannot be
 * turned back, and is another one for each product, so that nobody can follow a machine through products.
 */
export function hashHardwareId(product: string, raw_id: string): string {
  return createHmac("sha256", product).update(raw_id).digest("hex");
}

/** What machine ids are read from. */
export interface Host {
  platform: string;
  env: Record<string, string | undefined>;
  readFile(path: string): Promise<string>;
  /** Runs a program, and gives what it printed. */
  run(program: string, args: string[]): Promise<string>;
}

const thisHost: Host = {
  platform: process.platform,
  env: process.env,
  readFile: (path) => readFile(path, "utf8"),
  run: async (program, args) =>
    (await promisify(execFile)(program, args, { timeout: 5_000, windowsHide: true })).stdout,
};

/**
 * The installation of the operating system: `/etc/machine-id` (machine-id(5)), macOS' IOPlatformUUID, Windows' MachineGuid. Machines
 * cloned from one image, and containers of one, may share it: they share a seat then, unless each has an `instance_id`.
 */
export function machineId({ product, host = thisHost }: { product: string; host?: Host }): HardwareIdProvider {
  return async () => {
    const read = readers[host.platform] ?? readLinux;
    const raw = (await read(host).catch(() => undefined))?.trim().toLowerCase();
    // What systemd writes into images before their first boot.
    if (!raw || raw === "uninitialized") throw new HardwareIdUnavailable("This machine has no id");
    return hashHardwareId(product, raw);
  };
}

type Reader = (host: Host) => Promise<string | undefined>;

const readLinux: Reader = ({ readFile }) =>
  readFile("/etc/machine-id").catch(() => readFile("/var/lib/dbus/machine-id"));

const readers: Record<string, Reader> = {
  darwin: async ({ run }) => {
    const text = await run("/usr/sbin/ioreg", ["-rd1", "-c", "IOPlatformExpertDevice"]);
    return /"IOPlatformUUID"\s*=\s*"([^"]+)"/.exec(text)?.[1];
  },
  win32: async ({ run, env }) => {
    const key = "HKLM\\SOFTWARE\\Microsoft\\Cryptography";
    // The 64-bit view, for a 32-bit process is shown another registry.
    const args = ["query", key, "/v", "MachineGuid", "/reg:64"];
    const text = await run(`${env.SystemRoot ?? "C:\\Windows"}\\System32\\reg.exe`, args);
    return /MachineGuid\s+REG_SZ\s+(\S+)/.exec(text)?.[1];
  },
};

/** What an operator wrote into an environment variable, by default `PLINTH_HARDWARE_ID`. */
export function environmentId(options: {
  product: string;
  variable?: string;
  env?: Record<string, string | undefined>;
}): HardwareIdProvider {
  const { product, variable = "PLINTH_HARDWARE_ID", env = process.env } = options;
  return () => {
    const raw = env[variable]?.trim();
    if (!raw) throw new HardwareIdUnavailable(`${variable} is not set`);
    return hashHardwareId(product, raw);
  };
}

/**
 * The Kubernetes pod: its uid, which the downward API puts into `POD_UID` (`fieldRef: metadata.uid`) or into the file
 * `/etc/podinfo/uid`. A pod that is replaced is another machine; the seat of the old one ends with its release or its lease.
 */
export function kubernetesPod(options: {
  product: string;
  variable?: string;
  path?: string;
  env?: Record<string, string | undefined>;
}): HardwareIdProvider {
  const { product, variable = "POD_UID", path = "/etc/podinfo/uid", env = process.env } = options;
  return async () => {
    const raw = env[variable]?.trim() || (await readFile(path, "utf8").catch(() => "")).trim();
    if (!raw) throw new HardwareIdUnavailable(`Neither ${variable} nor ${path} holds the pod's uid`);
    return hashHardwareId(product, raw);
  };
}

/** A random id, made once and kept in a file that only this user can read. Processes that come at once agree on one. */
export function persistedId({ product, path }: { product: string; path: string }): HardwareIdProvider {
  return async () => hashHardwareId(product, (await readId(path)) ?? (await makeId(path)));
}

async function readId(path: string): Promise<string | undefined> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  return text.trim() || undefined;
}

/** A link is made in one step and never over another file, so nobody reads half an id, and the first one wins. */
async function makeId(path: string): Promise<string> {
  const id = randomUUID();
  const draft = `${path}.${id}`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(draft, `${id}\n`, { mode: 0o600, flag: "wx" });
  try {
    await link(draft, path);
    return id;
  } catch (error) {
    const winner = await readId(path);
    if (winner !== undefined) return winner;
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw error;
    // A file system without links.
    await writeFile(path, `${id}\n`, { mode: 0o600, flag: "wx" });
    return id;
  } finally {
    await rm(draft, { force: true });
  }
}

/** The first of these that has an id. */
export function firstHardwareId(...providers: HardwareIdProvider[]): HardwareIdProvider {
  return async () => {
    for (const provider of providers) {
      try {
        return await provider();
      } catch (error) {
        if (!(error instanceof HardwareIdUnavailable)) throw error;
      }
    }
    throw new HardwareIdUnavailable("No provider has an id of this machine");
  };
}
