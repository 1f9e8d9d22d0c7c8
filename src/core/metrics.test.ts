import { expect, test } from "vitest";
import { createMetrics } from "./metrics.ts";

test("a gauge that cannot be read, or not in time, is missing; the page tells the rest, and which it was", async () => {
  const metrics = createMetrics();
  let isDown = false;
  metrics.gauge("plinth_test_rows", "Rows", [], async () => {
    if (isDown) throw new Error("The database is away");
    return [[{}, 3]];
  });
  metrics.gauge("plinth_test_awaited", "Awaited", [], () => (isDown ? new Promise(() => {}) : [[{}, 1]]));
  metrics.gauge("plinth_test_pool", "Pool", [], () => [[{}, 7]]);
  const lines = async () => (await metrics.page()).body.split("\n").filter((line) => /^plinth_/.test(line));
  expect(await lines()).toEqual(["plinth_test_rows 3", "plinth_test_awaited 1", "plinth_test_pool 7"]);
  isDown = true;
  expect(await lines()).toContain("plinth_test_pool 7");
  const page = await lines();
  expect(page).toContain("plinth_test_pool 7");
  expect(page.join()).not.toMatch(/plinth_test_(rows|awaited) /);
  for (const name of ["rows", "awaited"])
    expect(page.join()).toContain(`plinth_observability_unread_gauges_total{metric="plinth_test_${name}"}`);
});
