import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plinth-serve-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Run {
  child: ChildProcess;
  output(): string;
  /** Resolves when the text was printed, rejects when the process ends before. */
  says(text: RegExp): Promise<RegExpExecArray>;
  ended: Promise<number | null>;
}

function plinth(args: string[], env: Record<string, string> = {}): Run {
  const child = spawn(process.execPath, ["bin/plinth.mjs", ...args], {
    env: { PATH: process.env.PATH, PLINTH_DATA_DIR: folder, PORT: "0", LOG_LEVEL: "warn", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  const listeners = new Set<() => void>();
  const hear = (chunk: Buffer) => {
    printed += chunk.toString();
    for (const listener of listeners) listener();
  };
  child.stdout?.on("data", hear);
  child.stderr?.on("data", hear);
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const says = (text: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const found = text.exec(printed);
        if (found !== null) resolve(found);
      };
      listeners.add(look);
      look();
      void ended.then(() => reject(new Error(`It ended before it said ${text}:\n${printed}`)));
    });
  return { child, output: () => printed, says, ended };
}

const urlOf = async (run: Run) => {
  await run.says(/Ready in/);
  return /API\s+(http:\S+)/.exec(run.output())?.[1] ?? "";
};

describe("plinth serve", () => {
  test("starts on an empty folder, refuses a second one there, and stops in order", async () => {
    const first = plinth(["serve"]);
    const url = await urlOf(first);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    const second = plinth(["serve"]);
    expect(await second.ended).toBe(1);
    expect(second.output()).toMatch(/already running in .+ \(process \d+\)\. Stop it, or set PLINTH_DATA_DIR/);

    const status = plinth(["migrate", "status"]);
    expect(await status.ended).toBe(0);
    expect(status.output()).toContain("platform/0001_foundation");
    const doctor = plinth(["doctor"]);
    expect(await doctor.ended).toBe(0);
    expect(doctor.output()).toContain("All is well.");

    first.child.kill("SIGINT");
    expect(await first.ended).toBe(0);
    expect(first.output()).toContain("Stopped.");
  });

  test("starts again after it was killed outright", async () => {
    const first = plinth(["serve"]);
    await urlOf(first);
    const pid = Number((await readFile(join(folder, "plinth.pid"), "utf8")).split(" ")[0]);
    process.kill(pid, "SIGKILL");
    await first.ended;
    const second = plinth(["serve"]);
    const url = await urlOf(second);
    expect((await fetch(`${url}/v1/plans`)).status).toBe(200);
    second.child.kill("SIGTERM");
    expect(await second.ended).toBe(0);
  });
});

describe("the command line", () => {
  test("says every mistake of the configuration at once, without starting anything", async () => {
    const run = plinth(["serve"], { PORT: "many", LOG_LEVEL: "loud", PLINTH_SECERT: "x" });
    expect(await run.ended).toBe(1);
    expect(run.output()).toMatch(
      /3 mistakes[\s\S]*PLINTH_SECERT is not known; did you mean PLINTH_SECRET\?[\s\S]*PORT[\s\S]*LOG_LEVEL/,
    );
  });

  test("refuses production with the demo provider", async () => {
    const env = {
      NODE_ENV: "production",
      PLINTH_SECRET: "x".repeat(40),
      PUBLIC_URL: "https://api.example.com",
      DATABASE_URL: "postgres://nobody@127.0.0.1:1/none",
    };
    const run = plinth(["doctor"], env);
    expect(await run.ended).toBe(1);
    expect(run.output()).toContain("the demo provider does not run in production");
  });

  test("helps, and knows what it does not know", async () => {
    const help = plinth(["help"]);
    expect([await help.ended, help.output()]).toEqual([0, expect.stringContaining("plinth <command>")]);
    const unknown = plinth(["sreve"]);
    expect([await unknown.ended, unknown.output()]).toEqual([1, expect.stringContaining("There is no command sreve")]);
  });
});
