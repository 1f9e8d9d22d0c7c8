import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres.ts";

let base: string;
let dir: string;
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "plinth-embedded-"));
  dir = join(base, "data");
});
afterAll(() => rm(base, { recursive: true, force: true }));

const start = (options: object = {}) => startEmbeddedPostgres({ dir, port: 55_900, ...options });

async function ask(postgres: EmbeddedPostgres, query: string): Promise<unknown> {
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  try {
    return (await client.query({ text: query, rowMode: "array" })).rows[0]?.[0];
  } finally {
    await client.end();
  }
}

const postmaster = async ({ data_dir }: EmbeddedPostgres) =>
  Number((await readFile(join(data_dir, "postmaster.pid"), "utf8")).split("\n")[0]);

describe("the embedded PostgreSQL", () => {
  test("keeps its data between two runs", async () => {
    const first = await start();
    await ask(first, "create table kept (n int)");
    await first.stop();
    const second = await start();
    expect(await ask(second, "select count(*)::int from kept")).toBe(0);
    expect(await ask(second, "show server_version")).toMatch(/^18\./);
    expect(await ask(second, "show listen_addresses")).toBe("127.0.0.1");
    await second.stop();
  });

  test("refuses a second Plinth in the folder, naming the first; a command may attach to it", async () => {
    const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 600000)"]);
    await writeFile(join(dir, "plinth.pid"), `${child.pid} ${await startOf(child.pid ?? 0)}\n`);
    try {
      await expect(start()).rejects.toThrow(new RegExp(`already running in .* \\(process ${child.pid}\\)`));
    } finally {
      child.kill("SIGKILL");
    }
    await new Promise((resolve) => child.once("exit", resolve));
    const running = await start();
    await running.stop();
  });

  test("starts after its server was killed, and after a pid file was left by another process", async () => {
    const first = await start();
    process.kill(await postmaster(first), "SIGKILL");
    await first.stop().catch(() => undefined);
    const second = await start();
    expect(await ask(second, "select 1")).toBe(1);
    await second.stop();
  });

  test("adopts a server that outlived its Plinth", async () => {
    const code = `import(${JSON.stringify(new URL("./embedded-postgres.ts", import.meta.url).href)})
      .then((m) => m.startEmbeddedPostgres({ dir: ${JSON.stringify(dir)}, port: 55900 }))
      .then(() => process.kill(process.pid, "SIGKILL"))`;
    const child = spawn(process.execPath, ["-e", code], { stdio: "inherit" });
    expect(await new Promise((resolve) => child.once("exit", (_code, signal) => resolve(signal)))).toBe("SIGKILL");
    const orphan = Number((await readFile(join(dir, "postgres/postmaster.pid"), "utf8")).split("\n")[0]);
    const adopted = await start();
    expect(await postmaster(adopted)).toBe(orphan);
    expect(await ask(adopted, "select count(*)::int from kept")).toBe(0);
    await adopted.stop();
  });

  test("takes another port when its own is busy", async () => {
    // Any port that is free now: a fixed one may be the near end of a stranger's connection.
    const squatter = createServer().listen(0, "127.0.0.1");
    await once(squatter, "listening");
    const taken = (squatter.address() as AddressInfo).port;
    const postgres = await start({ port: taken });
    expect(postgres.port).not.toBe(taken);
    expect(await ask(postgres, "select 1")).toBe(1);
    await postgres.stop();
    squatter.close();
  });

  test("is not fooled by a data folder that was never finished", async () => {
    const other = join(base, "half");
    await mkdir(join(other, "postgres.partial"), { recursive: true });
    await writeFile(join(other, "postgres.partial/PG_VERSION"), "18");
    const postgres = await startEmbeddedPostgres({ dir: other, throw_away: true });
    expect(await ask(postgres, "show fsync")).toBe("off");
    await postgres.stop();
    await expect(access(postgres.data_dir)).rejects.toThrow();
  });

  test("says what its log says when it does not start", async () => {
    await expect(start({ settings: { shared_buffers: "nonsense" } })).rejects.toThrow(
      /shared_buffers[\s\S]*Set DATABASE_URL/,
    );
    const postgres = await start();
    await postgres.stop();
  });
});

async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  return stat === undefined ? "running" : (stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "");
}
