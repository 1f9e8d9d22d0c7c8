import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";

const face = pathToFileURL("src/product.ts").href;
const plans = `product: timely
plans:
  - { key: free, name: Free, description: Free, price: { amount: 0, currency: USD, interval: none }, rank: 0, default: true, features: {} }
`;
/** A product that has both kinds of schedules, and tells in the log when they run. */
const product = `import { defineProduct, defineSchedule, forEachWorkspace } from ${JSON.stringify(face)};
const plans = new URL("./plans.yaml", import.meta.url);
export default defineProduct({ name: "timely", plans, create: ({ logger, db }) => ({ schedules: [
  defineSchedule({ name: "timely.report", cron: "0 7 1 1 *", handle: async (ctx, { cause }) => logger.info({ cause }, "the report") }),
  forEachWorkspace({ name: "timely.digest", cron: "0 7 * * 1", time_zone: "Europe/Vienna" }, async (ctx, { lock }) => {
    await db.inWorkspace(ctx, (tx) => lock.check(tx));
    logger.info({ workspace_id: ctx.workspace_id, fence: lock.token }, "the digest");
  }),
] }) });
`;

let folder: string;
let file: string;
let plinth: TestApp;
let ada: SignedUp;
let bob: SignedUp;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plinth-timely-"));
  file = join(folder, "index.ts");
  await writeFile(join(folder, "plans.yaml"), plans);
  await writeFile(file, product);
  plinth = await testApp({ products: [file] });
  ada = await plinth.signUp("ada@example.com");
  bob = await plinth.signUp("bob@example.com");
  await plinth.app.promote("ada@example.com");
  await vi.waitFor(async () => expect((await call("GET", "")).body.data?.length).toBe(2), patient);
});
afterAll(async () => {
  await plinth.close();
  await rm(folder, { recursive: true, force: true });
});

const patient = { timeout: 30_000, interval: 50 };
const call = (method: "GET" | "POST", path: string, headers: Record<string, string> = {}) =>
  plinth.call(method, `/v1/schedules${path}`, { token: ada.access_token, headers });
const logged = (text: string) => plinth.logged.filter(({ msg }) => msg === text);

describe("the API", () => {
  test("lists what a product schedules, for administrators alone", async () => {
    const { status, body } = await call("GET", "");
    expect(status).toBe(200);
    expect(body.data).toEqual([
      {
        ...{ name: "timely.digest", cron: "0 7 * * 1", time_zone: "Europe/Vienna", missed: "run_once" },
        ...{
          max_lateness_seconds: null,
          state: "active",
          next_run_at: expect.any(String),
          paused_at: null,
          last_run: null,
        },
      },
      expect.objectContaining({ name: "timely.report", time_zone: "UTC" }),
    ]);
    expect((await plinth.call("GET", "/v1/schedules", { token: bob.access_token })).status).toBe(403);
  });

  test("pauses and resumes one", async () => {
    const paused = await call("POST", "/timely.report/pause");
    expect([paused.status, paused.body]).toEqual([
      200,
      expect.objectContaining({ state: "paused", next_run_at: null, paused_at: expect.any(String) }),
    ]);
    const resumed = await call("POST", "/timely.report/resume");
    expect([resumed.status, resumed.body]).toEqual([
      200,
      expect.objectContaining({
        state: "active",
        next_run_at: expect.stringMatching(/-01-01T07:00:00/),
        paused_at: null,
      }),
    ]);
    for (const verb of ["pause", "resume", "run"]) {
      const { status, body } = await call("POST", `/timely.nothing/${verb}`);
      expect([status, body.code]).toEqual([404, "schedules.not_found"]);
    }
  });

  test("runs one now, once for a key, and tells when it is done", async () => {
    const key = { "idempotency-key": crypto.randomUUID() };
    const first = await call("POST", "/timely.report/run", key);
    const second = await call("POST", "/timely.report/run", key);
    expect([first.status, second.body]).toEqual([202, first.body]);
    await vi.waitFor(async () => {
      const { body } = await call("GET", "/timely.report/runs");
      expect(body.data).toEqual([
        {
          slot: first.body.slot,
          cause: "manual",
          created_at: expect.any(String),
          finished_at: expect.any(String),
          workspaces: 0,
        },
      ]);
    }, patient);
    expect(logged("the report").map(({ cause }) => cause)).toEqual(["manual"]);
  });

  test("and one that runs in each workspace does, under a fence in each", async () => {
    await call("POST", "/timely.digest/run");
    await vi.waitFor(() => expect(logged("the digest").length).toBe(2), patient);
    expect(new Set(logged("the digest").map(({ workspace_id }) => workspace_id))).toEqual(
      new Set([ada.workspace_id, bob.workspace_id]),
    );
    const { body } = await call("GET", "/timely.digest");
    expect(body.last_run).toMatchObject({ workspaces: 2, finished_at: expect.any(String) });
  });
});

describe("the command line", () => {
  /** Runs `plinth …` beside the running Plinth, on its database. */
  function run(...words: string[]): Promise<{ code: number | null; output: string }> {
    const env = { PATH: process.env.PATH, NODE_ENV: "test", PLINTH_DATA_DIR: folder, DATABASE_URL: plinth.owner_url };
    const child = spawn(process.execPath, ["bin/plinth.mjs", ...words, "--product", file], {
      env: { ...env, PLINTH_SECRET: inject("secret") },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    return new Promise((resolve) => child.once("close", (code) => resolve({ code, output })));
  }

  test("lists, pauses, resumes and runs", async () => {
    const { code, output } = await run("schedules", "list");
    expect([code, output]).toEqual([
      0,
      expect.stringMatching(/timely\.digest +0 7 \* \* 1 Europe\/Vienna +active +next \S+Z +last/),
    ]);
    expect(await run("schedules", "pause", "timely.report")).toMatchObject({
      output: expect.stringContaining("is paused"),
    });
    expect((await call("GET", "/timely.report")).body.state).toBe("paused");
    expect(await run("schedules", "resume", "timely.report")).toMatchObject({
      output: expect.stringMatching(/runs again, next at \S+-01-01T07:00/),
    });
    const before = logged("the report").length;
    expect(await run("schedules", "run", "timely.report")).toMatchObject({ code: 0 });
    await vi.waitFor(() => expect(logged("the report").length).toBe(before + 1), patient);
  });

  test.each([
    ["a schedule that is not there", ["schedules", "pause", "timely.nothing"], "There is no such schedule"],
    ["no verb", ["schedules"], "plinth schedules list"],
    ["no name", ["schedules", "run"], "plinth schedules list"],
    [
      "a replay without a time",
      ["relay", "replay", "--from", "yesterday", "--to", "now"],
      "plinth relay replay --from",
    ],
    [
      "a replay where there is no NATS",
      ["relay", "replay", "--from", "2026-11-20T00:00:00Z", "--to", "2026-11-21T00:00:00Z"],
      "NATS_URL is not set",
    ],
  ])("ends with an error for %s, without a stack", async (_, words, message) => {
    const { code, output } = await run(...words);
    expect([code, output]).toEqual([1, expect.stringContaining(message)]);
    expect(output).not.toMatch(/\n\s+at /);
  });
});
