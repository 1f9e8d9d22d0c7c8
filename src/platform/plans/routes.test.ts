import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BillingStage, billingStage } from "../../../test/support/billing.ts";
import { serveRoutes } from "../../../test/support/server.ts";
import { planRoutes } from "./routes.ts";

let t: BillingStage;
let app: FastifyInstance;

beforeAll(async () => {
  t = await billingStage();
  app = await serveRoutes(t, planRoutes(t.plans));
});
afterAll(async () => {
  await app.close();
  await t.close();
});

test("anybody may read the plans, in the shape of a page", async () => {
  const all = await app.inject({ url: "/v1/plans" });
  expect(all.statusCode).toBe(200);
  const { data, next_cursor } = all.json();
  expect(next_cursor).toBeNull();
  expect(data.map(({ id }: { id: string }) => id)).toEqual(["coditect.team", "prism.free", "prism.pro", "prism.max"]);
  expect(data[1].features).toEqual({ turns_per_day: { kind: "limit", limit: 3, window: "day", per: "member" } });
  const [max] = (await app.inject({ url: "/v1/plans?product=prism" })).json().data.slice(-1);
  expect(max.features.turns_per_day.limit).toBeNull();
  expect((await app.inject({ url: "/v1/plans?produkt=prism" })).statusCode).toBe(422);
});

test("where a plan is sold, and its payment link, are not told", async () => {
  const { data } = (await app.inject({ url: "/v1/plans" })).json();
  for (const plan of data)
    expect(Object.keys(plan)).not.toEqual(expect.arrayContaining([expect.stringMatching(/stores|payment_link/)]));
});

test("a plan is told with its features and its version", async () => {
  const plan = await app.inject({ url: "/v1/plans/coditect.team" });
  expect(plan.json()).toMatchObject({
    ...{ id: "coditect.team", version: 1, seats: 3 },
    features: { reports: { kind: "flag", enabled: true } },
  });
  expect(plan.json().plan_version_id).toMatch(/^[0-9a-f-]{36}$/);
  for (const unknown of ["coditect.gold", "x", "%F0%9F%A6%A2"]) {
    const answer = await app.inject({ url: `/v1/plans/${unknown}` });
    expect([answer.statusCode, answer.json().code]).toEqual([404, "plans.not_found"]);
  }
});

test("the plans of a product side by side; of a product without any: 404", async () => {
  const { plans, features } = (await app.inject({ url: "/v1/plans/comparison?product=prism" })).json();
  expect(plans.map(({ id }: { id: string }) => id)).toEqual(["prism.free", "prism.pro", "prism.max"]);
  expect(features).toEqual([
    expect.objectContaining({
      feature: "turns_per_day",
      values: [expect.anything(), expect.anything(), expect.anything()],
    }),
  ]);
  const none = await app.inject({ url: "/v1/plans/comparison?product=nothing" });
  expect([none.statusCode, none.json().code]).toEqual([404, "plans.not_found"]);
});
