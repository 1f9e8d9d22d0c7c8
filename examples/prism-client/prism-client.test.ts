import { spawn } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { client } from "../../test/journeys/client.ts";
import { type RunningPlinth, startPlinth } from "../../test/journeys/plinth.ts";
import { signUp } from "../../test/journeys/steps.ts";
import { password } from "../../test/support/app.ts";

let plinth: RunningPlinth;
beforeAll(async () => {
  plinth = await startPlinth({ AI_API_KEY: "" });
}, 120_000);
afterAll(() => plinth.stop());

/** Runs the script as a person would, who says these lines. */
async function run(lines: string[], email: string): Promise<{ code: number | null; printed: string }> {
  const child = spawn(process.execPath, ["--conditions=plinth-source", "examples/prism-client/index.ts"], {
    env: { ...process.env, PLINTH_URL: plinth.url, PRISM_EMAIL: email, PRISM_PASSWORD: password },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  child.stdin.end(`${lines.join("\n")}\n`);
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, printed };
}

test("the example holds a session, streams, shows help, the summary and the limits; the second session is refused", async () => {
  await signUp(client(plinth.url), "ada@example.com");
  const first = await run(["I am tired.", "I am going to kill myself tonight.", ""], "ada@example.com");
  expect(first).toMatchObject({ code: 0 });
  expect(first.printed).toContain("mirror_sessions_per_week: 0 of 1");
  expect(first.printed).toMatch(/answer comes from the demo provider/);
  expect(first.printed).toMatch(/carry it alone/);
  expect(first.printed).toMatch(/Summary: \S+/);
  expect(first.printed).toContain("mirror_sessions_per_week: 1 of 1");
  const second = await run(["Again"], "ada@example.com");
  expect([second.code, second.printed]).toEqual([1, expect.stringContaining("1 of 1 used")]);
}, 120_000);
