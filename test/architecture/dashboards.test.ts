import { spawnSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type TestApp, testApp } from "../support/app.ts";
import { hasPrometheus, startPrometheus } from "../support/prometheus.ts";

const folder = "deploy/grafana";

interface Dashboard {
  uid: string;
  title: string;
  panels: { id: number; title: string; targets: { expr: string }[] }[];
}

const dashboards: Dashboard[] = await Promise.all(
  (await readdir(folder)).sort().map(async (file) => JSON.parse(await readFile(join(folder, file), "utf8"))),
);
const queries = dashboards.flatMap(({ title, panels }) =>
  panels.flatMap((panel) => panel.targets.map(({ expr }) => [`${title}: ${panel.title}`, expr] as const)),
);
/** Of a histogram's series, the histogram. */
const baseName = (name: string) => name.replace(/_(?:count|bucket|sum)$/, "");
/** As Grafana fills it in. */
const filled = (expression: string) => expression.replaceAll("$__rate_interval", "10s");

describe.skipIf(!hasPrometheus)("the dashboards (skipped where Debian's prometheus is not installed)", () => {
  let app: TestApp;
  let prometheus: Awaited<ReturnType<typeof startPrometheus>>;

  beforeAll(async () => {
    app = await testApp({ env: { AUTH_RATE_LIMIT: "20" } });
    const { host } = new URL(await app.app.http.listen({ port: 0, host: "127.0.0.1" }));
    prometheus = await startPrometheus(host);
    await useIt(app);
  });
  afterAll(async () => {
    await prometheus?.stop();
    await app?.close();
  });

  test.each(queries)("%s shows something of a running Plinth", async (_, expression) => {
    await vi.waitFor(async () => expect(await prometheus.query(filled(expression))).not.toEqual([]), {
      timeout: 60_000,
      interval: 250,
    });
  });

  test("every query asks for metrics that there are", () => {
    const page = new Set(app.app.metrics.describe().map(({ name }) => name));
    const asked = queries.flatMap(([, expression]) => expression.match(/\bplinth_\w+/g) ?? []);
    expect(asked.length).toBeGreaterThan(30);
    expect(asked.map(baseName).filter((name) => !page.has(name))).toEqual([]);
  });

  test("every alert has a query that Prometheus takes, and a heading of the runbook that says what to do", async () => {
    const { status, stdout, stderr } = spawnSync("promtool", ["check", "rules", "deploy/prometheus/alerts.yml"], {
      encoding: "utf8",
    });
    expect({ status, told: stdout + stderr }).toMatchObject({ status: 0 });
    const rules = await readFile("deploy/prometheus/alerts.yml", "utf8");
    const headings: string[] = (await readFile("docs/runbook.md", "utf8")).match(/^### \w+$/gm) ?? [];
    const alerts = [...rules.matchAll(/alert: (\w+)/g)].map(([, name]) => `### ${name}`);
    expect(alerts.filter((alert) => !headings.includes(alert))).toEqual([]);
    const expressions = [...rules.matchAll(/expr: (.+)/g)].map(([, expression]) => expression ?? "");
    const names = new Set(app.app.metrics.describe().map(({ name }) => name));
    const metrics = expressions.flatMap((expression) => expression.match(/\bplinth_\w+/g) ?? []);
    expect(metrics.map(baseName).filter((name) => !names.has(name))).toEqual([]);
  });
});

/** A little of everything, so that what counts by what came has counted. */
async function useIt(app: TestApp): Promise<void> {
  const { access_token: token } = await app.signUp("ada@example.com");
  await app.call("POST", "/v1/prism/turns", { token, body: { question: "What now?" } });
  await app.call("GET", "/v1/nothing", { token });
  await app.call("POST", "/v1/webhooks/stripe", { body: {}, headers: { "stripe-signature": "t=1,v1=00" } });
  for (let n = 0; n < 25; n++)
    await app.call("POST", "/v1/auth/login", { body: { email: "x@example.com", password: "x" }, ip: "192.0.2.1" });
}
