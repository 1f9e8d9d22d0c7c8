import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plinth-safety-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs `plinth safety …` with the operator's files of the folder. Nothing else is there: no database is needed. */
function safety(...words: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ["bin/plinth.mjs", "safety", ...words], {
    env: { PATH: process.env.PATH, NODE_ENV: "test", PLINTH_CONFIG_DIR: folder },
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

describe("plinth safety check", () => {
  test("tells the rule, the words that matched, and what they were read as", async () => {
    const { code, output } = await safety("check", "I want to k1ll mys3lf");
    expect(code).toBe(0);
    expect(output).toMatch(/^crisis: suicide \(policy 2026-11-\d+\)$/m);
    expect(output).toMatch(/^read as: i want to kill myself$/m);
    expect(output).toMatch(/^ {2}crisis +suicide\.en\.kill_myself$/m);
    expect(output).toMatch(/^ +matched +kill myself$/m);
  });

  test("tells what excused a match, and what softened one", async () => {
    expect((await safety("check", "I shot myself in the foot")).output).toMatch(
      /^allow \([\s\S]*excused by +@ in the foot/,
    );
    expect((await safety("check", "I would never kill myself")).output).toMatch(/^caution: suicide[\s\S]*softened by/);
  });

  test("reads what a model says with --direction output", async () => {
    expect((await safety("check", "You should kill yourself", "--direction", "output")).output).toMatch(
      /suicide\.en\.said/,
    );
    expect((await safety("check", "You should kill yourself")).output).toMatch(/^allow/);
    expect((await safety("check", "x", "--direction", "sideways")).code).toBe(1);
  });

  test("applies the operator's file, and names the line of a mistake", async () => {
    const file = join(folder, "safety.yaml");
    const rule =
      "rules:\n  - id: own.en.bus\n    language: en\n    category: suicide\n    severity: crisis\n    patterns: [catch the bus]\n";
    await writeFile(file, `extends: builtin\n${rule}`);
    expect((await safety("check", "I will catch the bus")).output).toMatch(/crisis +own\.en\.bus/);
    await writeFile(file, `extends: builtin\n${rule}`.replace("catch the bus", "(catch the bus"));
    const refused = await safety("check", "anything");
    expect(refused).toMatchObject({
      code: 1,
      output: expect.stringContaining(`${file}:7: the pattern "(catch the bus" leaves a parenthesis open`),
    });
    await rm(file);
  });
});

describe("plinth safety test", () => {
  test("prints figures by language and category, and what was found otherwise", async () => {
    const { code, output } = await safety("test");
    expect(code).toBe(0);
    expect(output).toMatch(/sentences\.yaml\n {2}en +\d+ sentences: recall (\d+)\/\1, precision (\d+)\/\2,/);
    expect(output).toMatch(/^ {6}suicide +\d+\/\d+$/m);
    expect(output).toMatch(/held-out\.yaml\n[\s\S]*crisis was found allow: /);
  });

  test("runs an operator's own sentences, and refuses a file that is none", async () => {
    const file = join(folder, "own-sentences.yaml");
    await writeFile(file, "en:\n  crisis: [I want to die]\n  allow: [I want to dine]\n");
    expect((await safety("test", "--file", file)).output).toContain("en     2 sentences: recall 1/1, precision 1/1");
    await writeFile(file, "en:\n  loud: [boo]\n");
    expect(await safety("test", "--file", file)).toMatchObject({
      code: 1,
      output: expect.stringContaining("own-sentences.yaml: "),
    });
    expect(await safety("sing")).toMatchObject({
      code: 1,
      output: expect.stringContaining("plinth safety check <text>"),
    });
  });
});
