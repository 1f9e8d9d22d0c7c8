import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createLicenseWorld, key, type LicenseWorld } from "../../test/license-world.ts";

let world: LicenseWorld;
const children: ChildProcess[] = [];
beforeEach(async () => {
  world = await createLicenseWorld();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await world.close();
});

const entry = new URL("./index.ts", import.meta.url).href;

/** Runs a program of its own that has `Client`, and `options` for one. Resolves once it has printed `first`. */
async function run(code: string, first: string) {
  const fixed = JSON.stringify({ base_url: world.url, license_key: key });
  const lines = [
    `import { createLicenseClient as Client } from ${JSON.stringify(entry)};`,
    `const options = { ...${fixed}, hardware_id: "m" };`,
    code,
  ];
  const args = ["--input-type=module", "-e", lines.join("\n")];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  const exit = once(child, "exit");
  await vi.waitFor(() => expect(output).toContain(first), { timeout: 30_000 });
  return { child, exit, output: () => output };
}

/** Takes seats; `end` is what the program does then. */
function program(end: string, more = "{}", seats = 1) {
  world.server.licenses.set(key, { product: "prism", max_seats: seats, status: "active" });
  const code = `
    const make = (_, i) => Client({ ...options, hardware_id: "machine-" + i, ...${more} });
    const clients = Array.from({ length: ${seats} }, make);
    console.log((await Promise.all(clients.map((client) => client.start()))).join());
    ${end}`;
  return run(code, "ACTIVE");
}
const live = () => world.server.live(key).length;
const stay = "setInterval(() => {}, 1_000);";

describe("the end of a process", () => {
  test("with nothing left to do gives the seat back, and a seat keeps no process alive", async () => {
    const { exit } = await program("");
    expect(await exit).toEqual([0, null]);
    expect(live()).toBe(0);
  });

  test.each(["SIGTERM", "SIGINT"] as const)(
    "by %s gives all seats back, and the signal ends the process",
    async (signal) => {
      const { child, exit } = await program(stay, "{}", 3);
      expect(live()).toBe(3);
      child.kill(signal);
      expect(await exit).toEqual([null, signal]);
      expect(live()).toBe(0);
    },
  );

  test("gives the seats back that are held, when others were given back before", async () => {
    const { child, exit } = await program(`await clients[0].stop(); ${stay}`, "{}", 2);
    await vi.waitFor(() => expect(live()).toBe(1), { timeout: 20_000 });
    child.kill("SIGTERM");
    expect(await exit).toEqual([null, "SIGTERM"]);
    expect(live()).toBe(0);
  });

  test("is the program's own decision when it listens to the signal itself", async () => {
    const end = `process.on("SIGTERM", () => console.log("heard")); process.on("SIGUSR2", () => process.exit(7)); ${stay}`;
    const { child, exit, output } = await program(end);
    child.kill("SIGTERM");
    await vi.waitFor(() => expect(live()).toBe(0), { timeout: 20_000 });
    child.kill("SIGUSR2");
    expect([await exit, output()]).toEqual([[7, null], "ACTIVE\nheard\n"]);
  });

  test("by SIGTERM is not held up by a silent network for longer than 2 s", async () => {
    const { child, exit } = await program(stay);
    await world.cut("silent");
    child.kill("SIGTERM");
    expect(await exit).toEqual([null, "SIGTERM"]);
  });

  test("leaves the seat alone when the program wants it so", async () => {
    const { child, exit } = await program(stay, "{ release_on_exit: false }");
    child.kill("SIGTERM");
    expect(await exit).toEqual([null, "SIGTERM"]);
    expect(live()).toBe(1);
  });

  test("by a signal is what it was before, once the client is stopped", async () => {
    const end = `
      await clients[0].stop();
      console.log("listeners", ["SIGTERM", "SIGINT", "beforeExit"].map((name) => process.listenerCount(name)).join());`;
    const { exit, output } = await program(end);
    expect(await exit).toEqual([0, null]);
    expect(output()).toContain("listeners 0,0,0");
  });

  test("does not come before a start that waits for its next try has its answer", async () => {
    await world.cut("refused");
    const code = `
      const client = Client(options);
      client.on("problem", ({ code }) => console.log(code));
      console.log(await client.start());`;
    const { exit, output } = await run(code, "client.unreachable\n");
    await world.heal();
    expect([await exit, output()]).toEqual([[0, null], "client.unreachable\nACTIVE\n"]);
    expect(live()).toBe(0);
  });
});

describe("a page", () => {
  const page = new EventTarget();
  beforeEach(() => {
    vi.stubGlobal("process", { ...process, versions: {} });
    vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
    vi.stubGlobal("removeEventListener", page.removeEventListener.bind(page));
  });
  afterEach(() => vi.unstubAllGlobals());
  const leave = (persisted: boolean) => page.dispatchEvent(Object.assign(new Event("pagehide"), { persisted }));

  test("that is left sends the release at once, with keepalive", async () => {
    const sent: (string | undefined | boolean)[][] = [];
    const send = (url: string, init: RequestInit) => {
      sent.push([init.method, init.keepalive]);
      return fetch(url, init);
    };
    const client = world.client({ release_on_exit: true, fetch: send });
    expect(await client.start()).toBe("ACTIVE");
    leave(false);
    expect([sent.at(-1), client.state]).toEqual([["DELETE", true], "RELEASED"]);
    await vi.waitFor(() => expect(live()).toBe(0), { timeout: 20_000 });
    page.dispatchEvent(new Event("pageshow"));
    expect(client.state).toBe("RELEASED");
  });

  test("that comes back from the browser's cache takes a seat again", async () => {
    const client = world.client({ release_on_exit: true });
    await client.start();
    leave(true);
    await vi.waitFor(() => expect(live()).toBe(0), { timeout: 20_000 });
    page.dispatchEvent(new Event("pageshow"));
    await vi.waitFor(() => expect(client.state).toBe("ACTIVE"), { timeout: 20_000 });
  });

  test("whose network is back asks at once", async () => {
    const client = world.client({ release_on_exit: true });
    await client.start();
    await world.cut("refused");
    await world.advance(400);
    await world.heal();
    page.dispatchEvent(new Event("online"));
    await world.quiet();
    expect(client.state).toBe("ACTIVE");
    const { length } = world.server.requests;
    page.dispatchEvent(new Event("online"));
    await world.quiet();
    expect(world.server.requests.length).toBe(length);
  });
});

test("the licence client imports nothing but its own rooms, so that it runs in browsers", async () => {
  const folder = fileURLToPath(new URL("./", import.meta.url));
  const files = (await readdir(folder)).filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
  const imports = await Promise.all(
    files.map(async (file) => [...(await readFile(folder + file, "utf8")).matchAll(/(?:from|import\()\s*"([^"]+)"/g)]),
  );
  const names = imports.flat().map(([, name]) => name);
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => !name?.startsWith("./"))).toEqual([]);
});
