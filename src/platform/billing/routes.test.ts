import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type BillingStage, billingStage, webhookSecret } from "../../../test/support/billing.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { systemClock } from "../../core/clock.ts";
import type { Ctx } from "../../core/context.ts";
import { requestErrors } from "../../core/errors.ts";
import { createIdempotency } from "../../core/http/idempotency.ts";
import { createRateLimits } from "../../core/http/rate-limits.ts";
import { registerRoutes } from "../../core/http/register.ts";
import { createServer } from "../../core/http/server.ts";
import { newId } from "../../core/id.ts";
import { createLogger } from "../../core/logger.ts";
import { createMetrics } from "../../core/metrics.ts";
import { createRates } from "../../core/rates.ts";
import type { Billing } from "./index.ts";
import { billingRoutes } from "./routes.ts";
import { signStripeEvent, subscriptionEvent } from "./stripe-simulator.ts";

let t: BillingStage;
let app: FastifyInstance;
let member: Ctx;

/** A server with billing's routes, where the access token is the id of the workspace. */
async function serve(billing: Billing): Promise<FastifyInstance> {
  const config = { BODY_LIMIT_BYTES: 100_000, REQUEST_TIMEOUT_MS: 30_000, TRUSTED_PROXIES: [], CORS_ORIGINS: [] };
  const server = await createServer({
    config,
    logger: createLogger({ LOG_LEVEL: "silent" }),
    metrics: createMetrics(),
  });
  const gatekeeper = {
    authenticate: async (token: string) => {
      if (token === "nobody") throw requestErrors.unauthenticated();
      return { kind: "user", user_id: token, session_id: token } as const;
    },
    authenticateCookie: async () => {
      throw requestErrors.unauthenticated();
    },
    requireAdmin: async () => {},
    enterWorkspace: async ({ user_id }: { user_id: string }) => ({ workspace_id: user_id, role: "owner" }) as const,
    requestsPerMinute: async () => 1_000_000,
  };
  registerRoutes(server, billingRoutes(billing), {
    gatekeeper,
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
  t = await billingStage();
  app = await serve(t.billing);
});
afterAll(async () => {
  await app.close();
  await t.close();
});
beforeEach(async () => {
  member = await makeMember(t);
});

const webhook = "/v1/webhooks/stripe";

function post(
  event: object,
  options: { secret?: string; at?: Date; headers?: Record<string, string>; body?: string } = {},
) {
  const { body, signature } = signStripeEvent(event, options.secret ?? webhookSecret, options.at);
  const headers = {
    "content-type": "application/json; charset=utf-8",
    "stripe-signature": signature,
    ...options.headers,
  };
  return app.inject({ method: "POST", url: webhook, headers, payload: options.body ?? body });
}

function bought(n = 0, more = {}) {
  const about = {
    price: "price_pro",
    customer: `cus_${member.workspace_id}`,
    subscription: `sub_${member.workspace_id}_${n}`,
  };
  return subscriptionEvent("customer.subscription.created", { ...about, workspace_id: member.workspace_id, ...more });
}

function get(url: string, token = member.workspace_id) {
  return app.inject({ url, headers: { authorization: `Bearer ${token}` } });
}

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

test("a plan is told with its features and its version", async () => {
  const plan = await app.inject({ url: "/v1/plans/coditect.team" });
  expect(plan.json()).toMatchObject({
    id: "coditect.team",
    version: 1,
    seats: 3,
    features: { reports: { kind: "flag", enabled: true } },
  });
  expect(plan.json().plan_version_id).toMatch(/^[0-9a-f-]{36}$/);
  for (const unknown of ["coditect.gold", "x", "%F0%9F%A6%A2"]) {
    const answer = await app.inject({ url: `/v1/plans/${unknown}` });
    expect([answer.statusCode, answer.json().code]).toEqual([404, "billing.plan_not_found"]);
  }
});

test("a workspace sees its own subscriptions, in pages, and nobody else's", async () => {
  for (let n = 0; n < 5; n++) expect((await post(bought(n))).statusCode).toBe(200);
  const seen: string[] = [];
  for (let cursor = ""; ; ) {
    const page = (await get(`/v1/billing/subscriptions?limit=2${cursor}`)).json();
    seen.push(...page.data.map(({ id }: { id: string }) => id));
    if (page.next_cursor === null) break;
    cursor = `&cursor=${page.next_cursor}`;
  }
  expect(new Set(seen).size).toBe(5);
  const [first] = (await get("/v1/billing/subscriptions")).json().data;
  expect(first).toMatchObject({ product: "prism", plan_id: "prism.pro", source: "stripe", status: "active", seats: 1 });
  const other = await makeMember(t);
  expect((await get("/v1/billing/subscriptions", other.workspace_id)).json()).toEqual({ data: [], next_cursor: null });
  expect((await get("/v1/billing/subscriptions", "nobody")).statusCode).toBe(401);
});

test("S3: 50 deliveries of one event at once: 50 × 200, one effect", async () => {
  const event = bought();
  const answers = await Promise.all(Array.from({ length: 50 }, () => post(event)));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(50).fill(200));
  expect(answers[0]?.json()).toEqual({ received: true });
  expect((await get("/v1/billing/subscriptions")).json().data).toHaveLength(1);
});

test("S4: different events of one subscription at once are all answered with 200", async () => {
  const statuses = ["active", "past_due", "unpaid", "canceled"] as const;
  const answers = await Promise.all(Array.from({ length: 24 }, (_, n) => post(bought(0, { status: statuses[n % 4] }))));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(24).fill(200));
  expect((await get("/v1/billing/subscriptions")).json().data[0]).toMatchObject({ status: "canceled" });
});

test("S19: what is not signed well is refused with 400 and leaves no trace", async () => {
  const event = bought();
  const text = JSON.stringify(event);
  const refused = await Promise.all([
    post(event, { secret: "whsec_another" }),
    post(event, { at: new Date(Date.now() - 301_000) }),
    post(event, { body: text }),
    post(event, { headers: { "stripe-signature": "" } }),
    app.inject({ method: "POST", url: webhook, headers: { "content-type": "application/json" }, payload: text }),
  ]);
  expect(refused.map((answer) => [answer.statusCode, answer.json().code])).toEqual(
    Array(5).fill([400, "billing.signature_invalid"]),
  );
  expect(await t.sql("select from billing.webhook_events where event_id = $1", [event.id])).toEqual([]);
});

test("what is no JSON, too much, or empty is refused without a 500", async () => {
  const signed = (body: string, type = "application/json") => {
    const { signature } = signStripeEvent({}, webhookSecret);
    return app.inject({
      method: "POST",
      url: webhook,
      headers: { "content-type": type, "stripe-signature": signature },
      payload: body,
    });
  };
  const codes = await Promise.all([
    signed("{"),
    signed(""),
    signed("x".repeat(100_001)),
    signed("{}", "text/plain"),
    signed("{}"),
  ]);
  expect(codes.map(({ statusCode }) => statusCode)).toEqual([400, 400, 413, 415, 400]);
});

test("without a secret there is no endpoint", async () => {
  const without = await serve(t.billingWith({ stripe: { secrets: [], environment: "test" } }));
  const answer = await without.inject({
    method: "POST",
    url: webhook,
    headers: { "content-type": "application/json" },
    payload: "{}",
  });
  expect(answer.statusCode).toBe(404);
  await without.close();
});

test("an event about a workspace that never was is kept, and answered with 200", async () => {
  const event = bought(0, { workspace_id: newId() });
  expect((await post(event)).statusCode).toBe(200);
  expect(await t.sql("select status, reason from billing.webhook_events where event_id = $1", [event.id])).toEqual([
    { status: "received", reason: "unknown_owner" },
  ]);
});
