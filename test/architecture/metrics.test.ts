import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestApp, testApp } from "../support/app.ts";

let app: TestApp;
let page: string;
beforeAll(async () => {
  app = await testApp();
  const { access_token: token } = await app.signUp("ada@example.com");
  await app.call("POST", "/v1/prism/turns", { token, body: { question: "What now?" } });
  await app.call("GET", "/v1/nothing", { token });
  page = (await app.call("GET", "/metrics")).body;
});
afterAll(() => app.close());

const promtool = spawnSync("promtool", ["--version"]).status === 0;

/** The samples of the house, as name and labels. */
const samples = () =>
  page
    .split("\n")
    .filter((line) => line.startsWith("plinth_"))
    .map((line) => /^(\w+)(?:\{(.*)\})? (\S+)/.exec(line)?.slice(1) ?? [line]);

describe("GET /metrics", () => {
  test.skipIf(!promtool)(
    "holds to the Prometheus conventions, says promtool (skipped where Debian's prometheus is not installed)",
    () => {
      const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], { input: page, encoding: "utf8" });
      const own = `${stdout}${stderr}`.split("\n").filter((line) => line.startsWith("plinth_"));
      expect(own).toEqual([]);
      // 3: warnings about names that are the library's own (nodejs_…, process_…).
      expect([0, 3]).toContain(status);
    },
  );

  test("has no label with a person, a workspace, or anything else without bound", () => {
    const labels = new Set(
      samples().flatMap(([, list = ""]) => [...list.matchAll(/(\w+)="/g)].map(([, name]) => name)),
    );
    for (const name of labels)
      expect(name).not.toMatch(/user|tenant|workspace|email|key_id|request_id|event_id|address/);
    const values = samples().flatMap(([, list = ""]) =>
      [...list.matchAll(/="([^"]*)"/g)].map(([, value]) => value ?? ""),
    );
    for (const value of values)
      expect(value).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-|@|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}/);
  });

  test("has base units, and the word for what it is at the end of its name", () => {
    const names = app.app.metrics.describe().map(({ name }) => name);
    for (const name of names) expect(name).not.toMatch(/_(ms|milliseconds|minutes|kb|mb|percent)(_|$)/);
  });
});
