import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { type SignedUp, type TestApp, testApp } from "../../test/support/app.ts";

let plinth: TestApp;
let ada: SignedUp;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plinth-admin-"));
  plinth = await testApp({ worker: false });
  ada = await plinth.signUp("ada@example.com");
});
afterAll(async () => {
  await plinth.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs `plinth admin …` beside the running Plinth, on its database. */
function admin(...words: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ["bin/plinth.mjs", "admin", ...words], {
    env: {
      PATH: process.env.PATH,
      NODE_ENV: "test",
      PLINTH_DATA_DIR: folder,
      DATABASE_URL: plinth.owner_url,
      PLINTH_SECRET: inject("secret"),
    },
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

const isAdmin = async () => (await plinth.call("GET", "/v1/admin/users", { token: ada.access_token })).status === 200;

describe("plinth admin promote", () => {
  test("makes a person an administrator, whom a Plinth that runs knows at once, and records it", async () => {
    expect(await isAdmin()).toBe(false);
    const run = await admin("promote", " ADA@example.com");
    expect(run).toMatchObject({ code: 0, output: expect.stringContaining("is an administrator of the platform") });
    await vi.waitFor(async () => expect(await isAdmin()).toBe(true), { timeout: 30_000, interval: 20 });
    const entries = await plinth.sql(
      "select actor_kind, actor_id, target, details from audit.entries where action = 'identity.role_changed'",
    );
    expect(entries).toEqual([
      {
        actor_kind: "system",
        actor_id: null,
        target: `user:${ada.user_id}`,
        details: { role: "admin", reason: "command line" },
      },
    ]);
    expect((await admin("promote", "ada@example.com")).code).toBe(0);
  });

  test.each([
    ["an address that nobody has", ["promote", "nobody@example.com"], "Nobody has the address nobody@example.com"],
    ["what is no address", ["promote", "nobody"], "invalid"],
    ["no address", ["promote"], "plinth admin promote <email>"],
    ["another word", ["demote", "ada@example.com"], "plinth admin promote <email>"],
  ])("ends with an error for %s, without a stack", async (_, words, message) => {
    const { code, output } = await admin(...words);
    expect([code, output]).toEqual([1, expect.stringContaining(message)]);
    expect(output).not.toMatch(/\n\s+at /);
  });
});
