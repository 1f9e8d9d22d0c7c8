import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { systemClock } from "../../core/clock.ts";
import { requestErrors } from "../../core/errors.ts";
import { createIdempotency } from "../../core/http/idempotency.ts";
import { createRateLimits } from "../../core/http/rate-limits.ts";
import { registerRoutes } from "../../core/http/register.ts";
import type { Route } from "../../core/http/route.ts";
import { createServer } from "../../core/http/server.ts";
import { createLogger } from "../../core/logger.ts";
import { createMetrics } from "../../core/metrics.ts";
import { createRates } from "../../core/rates.ts";
import type { Notification } from "../billing/index.ts";
import { createRevenueCat, simulateRevenueCat } from "./index.ts";
import { revenueCatRoutes } from "./routes.ts";

const authorization = "the value set in the dashboard";
const store = createRevenueCat({ authorization: [authorization], environment: "test" });
const received: Notification[] = [];
let t: TestDatabase;
let app: FastifyInstance;

async function serve(routes: Route[]): Promise<FastifyInstance> {
  const config = { BODY_LIMIT_BYTES: 100_000, REQUEST_TIMEOUT_MS: 30_000, TRUSTED_PROXIES: [], CORS_ORIGINS: [] };
  const logger = createLogger({ LOG_LEVEL: "silent" });
  const server = await createServer({ config, logger, metrics: createMetrics() });
  const nobody = async () => {
    throw requestErrors.unauthenticated();
  };
  registerRoutes(server, routes, {
    gatekeeper: {
      authenticate: nobody,
      authenticateCookie: nobody,
      requireAdmin: nobody,
      enterWorkspace: nobody,
      requestsPerMinute: async () => 1_000,
    },
    idempotency: createIdempotency(t.db, t.keyring),
    rateLimits: createRateLimits(createRates()),
    everywhere: [],
    origins: [],
    clock: systemClock,
    step_up_minutes: 15,
  });
  await server.ready();
  return server;
}

beforeAll(async () => {
  t = await testDatabase();
  app = await serve(revenueCatRoutes(async (delivery) => received.push(await store.open(delivery))));
});
afterAll(async () => {
  await app.close();
  await t.close();
});
beforeEach(() => {
  received.length = 0;
});

const request = (type: string, value = authorization) => {
  const { url_path, headers, body } = simulateRevenueCat(type, { authorization: value });
  return { method: "POST", url: url_path, headers, payload: body } as const;
};

test("takes what RevenueCat sends, with a header that is no access token", async () => {
  const sent = request("INITIAL_PURCHASE");
  const answer = await app.inject(sent);
  expect([answer.statusCode, answer.json()]).toEqual([200, { received: true }]);
  expect(received).toMatchObject([{ event_type: "INITIAL_PURCHASE", payload: sent.payload }]);
});

test("refuses everybody else with 401, and what is no event with 400", async () => {
  const sent = request("INITIAL_PURCHASE");
  const { authorization: _, ...bare } = sent.headers;
  const answers = await Promise.all([
    app.inject(request("INITIAL_PURCHASE", "another")),
    app.inject({ ...sent, headers: bare }),
    app.inject({ ...sent, payload: "{}" }),
    app.inject({ ...sent, payload: "{" }),
  ]);
  expect(answers.map((answer) => [answer.statusCode, answer.json().code])).toEqual([
    [401, "billing.sender_unknown"],
    [401, "billing.sender_unknown"],
    [400, "billing.event_malformed"],
    [400, "billing.event_malformed"],
  ]);
  expect(received).toEqual([]);
});

test("is not there where it is not mounted", async () => {
  const without = await serve([]);
  expect((await without.inject(request("TEST"))).statusCode).toBe(404);
  await without.close();
});
