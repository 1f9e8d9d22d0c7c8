import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type BillingStage, billingStage, webhookSecret } from "../../../test/support/billing.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { serveRoutes } from "../../../test/support/server.ts";
import { newId } from "../../core/id.ts";
import { stripeRoutes } from "./routes.ts";
import { signStripeEvent, subscriptionEvent } from "./simulator.ts";

let t: BillingStage;
let app: FastifyInstance;
let workspace_id: string;

beforeAll(async () => {
  t = await billingStage();
  const store = t.billing.stores.get("stripe");
  if (store === undefined) throw new Error("Stripe is not configured");
  app = await serveRoutes(t, stripeRoutes(store, t.billing.inbox));
});
afterAll(async () => {
  await app.close();
  await t.close();
});
beforeEach(async () => {
  ({ workspace_id } = await makeMember(t));
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

function bought(more: Partial<Parameters<typeof subscriptionEvent>[1]> = {}) {
  const about = { price: "price_pro", customer: `cus_${workspace_id}`, subscription: `sub_${workspace_id}` };
  return subscriptionEvent("customer.subscription.created", { ...about, workspace_id, ...more });
}

const statusOf = async () =>
  (
    await t.sql<{ status: string }>("select status from billing.subscriptions where workspace_id = $1", [workspace_id])
  )[0]?.status;

test("S3: 50 deliveries of one event at once: 50 × 200, one effect", async () => {
  const event = bought();
  const answers = await Promise.all(Array.from({ length: 50 }, () => post(event)));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(50).fill(200));
  expect(answers[0]?.json()).toEqual({ received: true });
  expect(await t.sql("select status from inbox.webhook_events where event_id = $1", [event.id])).toEqual([
    { status: "applied" },
  ]);
  expect(await t.plan(workspace_id)).toBe("prism.pro");
});

test("S4: different events of one subscription at once are all answered with 200", async () => {
  const statuses = ["active", "past_due", "unpaid", "canceled"] as const;
  const answers = await Promise.all(
    Array.from({ length: 24 }, (_, n) => post(bought({ status: statuses[n % 4] ?? "active" }))),
  );
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(24).fill(200));
  expect(await statusOf()).toBe("canceled");
});

test("S19: what is not signed well is refused with 400 and leaves no trace", async () => {
  const event = bought();
  const text = JSON.stringify(event);
  const refused = await Promise.all([
    post(event, { secret: "whsec_another" }),
    post(event, { at: new Date(Date.now() - 310_000) }),
    post(event, { body: text }),
    post(event, { headers: { "stripe-signature": "" } }),
    app.inject({ method: "POST", url: webhook, headers: { "content-type": "application/json" }, payload: text }),
  ]);
  expect(refused.map((answer) => [answer.statusCode, answer.json().code])).toEqual(
    Array(5).fill([400, "billing.signature_invalid"]),
  );
  expect(await t.sql("select from inbox.webhook_events where event_id = $1", [event.id])).toEqual([]);
});

test("what is no JSON, too much, or empty is refused without a 500", async () => {
  const signed = (body: string, type = "application/json") => {
    const { signature } = signStripeEvent({}, webhookSecret);
    const headers = { "content-type": type, "stripe-signature": signature };
    return app.inject({ method: "POST", url: webhook, headers, payload: body });
  };
  const answers = await Promise.all([
    signed("{"),
    signed(""),
    signed("x".repeat(100_001)),
    signed("{}", "text/plain"),
    signed("{}"),
  ]);
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([400, 400, 413, 415, 400]);
});

test("an event about a workspace that never was is kept, and answered with 200", async () => {
  const event = bought({ workspace_id: newId() });
  expect((await post(event)).statusCode).toBe(200);
  expect(await t.sql("select status, reason from inbox.webhook_events where event_id = $1", [event.id])).toEqual([
    { status: "received", reason: "unknown_owner" },
  ]);
});

test("S5: when it cannot be stored, it is no 2xx, and Stripe sends it again", async () => {
  await t.sql("alter table inbox.webhook_events rename to elsewhere");
  const event = bought();
  const answer = await post(event);
  await t.sql("alter table inbox.elsewhere rename to webhook_events");
  expect(answer.statusCode).toBeGreaterThanOrEqual(500);
  expect(await t.plan(workspace_id)).toBe("prism.free");
  expect((await post(event)).statusCode).toBe(200);
  expect(await t.plan(workspace_id)).toBe("prism.pro");
});
