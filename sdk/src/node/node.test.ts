import { createHmac } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  environmentId,
  fileHighWaterMark,
  firstHardwareId,
  HardwareIdUnavailable,
  type Host,
  hashHardwareId,
  kubernetesPod,
  machineId,
  persistedId,
  verifyLicenseFile,
} from "./index.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plinth-sdk-"));
});
afterAll(() => rm(folder, { recursive: true }));

const product = "prism";
const raw = "b08dfa6083e7567a1921a715000001fb";
const hashed = createHmac("sha256", product).update(raw).digest("hex");
const absent = async (): Promise<never> => {
  throw Object.assign(new Error("ENOENT"), { code: "ENOENT" });
};
const host = (more: Partial<Host>): Host => ({ platform: "linux", env: {}, readFile: absent, run: absent, ...more });

describe("a hardware id", () => {
  test("is an HMAC of the raw one, fits the server's form, and differs from product to product", () => {
    expect(hashHardwareId(product, raw)).toBe(hashed);
    expect(hashed).toMatch(/^[0-9a-f]{64}$/);
    expect(hashHardwareId("swan", raw)).not.toBe(hashed);
  });

  test("of Linux is /etc/machine-id, or D-Bus' where there is none", async () => {
    const files: Record<string, string> = { "/etc/machine-id": `${raw}\n` };
    const readFile = async (path: string) => files[path] ?? absent();
    expect(await machineId({ product, host: host({ readFile }) })()).toBe(hashed);
    files["/var/lib/dbus/machine-id"] = files["/etc/machine-id"] ?? "";
    delete files["/etc/machine-id"];
    expect(await machineId({ product, host: host({ readFile }) })()).toBe(hashed);
  });

  test.each(["", "\n", "uninitialized\n"])("of Linux is not %j", async (content) => {
    const provider = machineId({ product, host: host({ readFile: async () => content }) });
    await expect(provider()).rejects.toBeInstanceOf(HardwareIdUnavailable);
  });

  test("of macOS is the IOPlatformUUID", async () => {
    const run = async (program: string, args: string[]) => {
      expect([program, ...args]).toEqual(["/usr/sbin/ioreg", "-rd1", "-c", "IOPlatformExpertDevice"]);
      return `+-o Mac  <class IOPlatformExpertDevice>\n  {\n    "IOPlatformUUID" = "${raw.toUpperCase()}"\n    "model" = <"Mac14,2">\n`;
    };
    expect(await machineId({ product, host: host({ platform: "darwin", run }) })()).toBe(hashed);
  });

  test("of Windows is the MachineGuid of the 64-bit registry", async () => {
    const run = async (program: string, args: string[]) => {
      expect([program, args.at(-1)]).toEqual(["D:\\Windows\\System32\\reg.exe", "/reg:64"]);
      return `\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Cryptography\r\n    MachineGuid    REG_SZ    ${raw}\r\n\r\n`;
    };
    const windows = host({ platform: "win32", env: { SystemRoot: "D:\\Windows" }, run });
    expect(await machineId({ product, host: windows })()).toBe(hashed);
    await expect(machineId({ product, host: host({ platform: "win32" }) })()).rejects.toBeInstanceOf(
      HardwareIdUnavailable,
    );
  });

  test("of this machine is a hash, or unavailable, and never the raw id", async () => {
    const raw_id = await readFile("/etc/machine-id", "utf8").catch(() => "");
    const id = await Promise.resolve(machineId({ product })()).catch((error: unknown) => error);
    if (raw_id.trim() === "") expect(id).toBeInstanceOf(HardwareIdUnavailable);
    else expect(id).toBe(hashHardwareId(product, raw_id.trim()));
  });

  test("is what the operator says", () => {
    expect(environmentId({ product, env: { PLINTH_HARDWARE_ID: ` ${raw} ` } })()).toBe(hashed);
    expect(environmentId({ product, variable: "HW", env: { HW: raw } })()).toBe(hashed);
    expect(environmentId({ product, env: { PLINTH_HARDWARE_ID: " " } })).toThrow(HardwareIdUnavailable);
  });

  test("of a Kubernetes pod comes from the environment or the downward API's file", async () => {
    const path = join(folder, "uid");
    await writeFile(path, raw);
    expect(await kubernetesPod({ product, path, env: {} })()).toBe(hashed);
    expect(await kubernetesPod({ product, path, env: { POD_UID: "other" } })()).toBe(hashHardwareId(product, "other"));
    await expect(kubernetesPod({ product, path: `${path}-`, env: {} })()).rejects.toBeInstanceOf(HardwareIdUnavailable);
  });

  test("that is persisted stays, and many that come at once agree on one", async () => {
    const path = join(folder, "new", "id");
    const ids = await Promise.all(Array.from({ length: 40 }, () => persistedId({ product, path })()));
    expect(new Set(ids).size).toBe(1);
    expect(await persistedId({ product, path })()).toBe(ids[0]);
    const kept = (await readFile(path, "utf8")).trim();
    expect(hashHardwareId(product, kept)).toBe(ids[0]);
    expect([kept === ids[0], (await stat(path)).mode & 0o777]).toEqual([false, 0o600]);
    expect(await readdir(join(folder, "new"))).toEqual(["id"]);
  });

  test("is the first that there is; a defect is not passed over", async () => {
    const none = environmentId({ product, env: {} });
    expect(
      await firstHardwareId(
        none,
        () => hashed,
        () => "later",
      )(),
    ).toBe(hashed);
    await expect(firstHardwareId(none, none)()).rejects.toBeInstanceOf(HardwareIdUnavailable);
    const broken = () => {
      throw new Error("defect");
    };
    await expect(firstHardwareId(broken, () => hashed)()).rejects.toThrow("defect");
  });
});

describe("a mark in a file", () => {
  test("stays from run to run, whoever writes at once", async () => {
    const path = join(folder, "marks", "time");
    const mark = fileHighWaterMark(path);
    expect(await mark.read()).toBeUndefined();
    await mark.write(1_768_000_000_000);
    expect(await fileHighWaterMark(path).read()).toBe(1_768_000_000_000);
    await Promise.all(Array.from({ length: 20 }, () => mark.write(1_769_000_000_000)));
    expect([await mark.read(), await readdir(join(folder, "marks"))]).toEqual([1_769_000_000_000, ["time"]]);
  });

  test("that is no time is none", async () => {
    const path = join(folder, "broken");
    await writeFile(path, "yesterday");
    expect(await fileHighWaterMark(path).read()).toBeUndefined();
  });
});

test("a file is checked with Node's WebCrypto", async () => {
  const result = await verifyLicenseFile("nonsense", { jwks: { keys: [] }, product });
  expect(result).toMatchObject({ valid: false, code: "malformed" });
});
