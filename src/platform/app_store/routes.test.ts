import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { systemClock } from "../../core/clock.ts";
import type { Ctx } from "../../core/context.ts";
import { requestErrors } from "../../core/errors.ts";
import { createRateLimits } from "../../core/http/rate-limits.ts";
import { registerRoutes } from "../../core/http/register.ts";
import { createServer } from "../../core/http/server.ts";
import { createLogger } from "../../core/logger.ts";
import { createMetrics } from "../../core/metrics.ts";
import { createRates } from "../../core/rates.ts";
import { billingErrors, type Delivery, type Notification } from "../billing/index.ts";
// For the errors that routes of a workspace may answer with.
import "../workspaces/errors.ts";
import { appStoreRoutes } from "./routes.ts";
import { signedAppStoreTransaction, simulateAppStore, simulatedAppStoreTypes } from "./simulator.ts";
import { appStoreTrust } from "./trust.ts";
import { createAppStore } from "./webhook.ts";

const workspace_id = "0195f5a0-0000-7000-8000-00000000000a";
const app_store = createAppStore({
  bundle_id: "com.example.plinth",
  environment: "test",
  clock: systemClock,
  ...appStoreTrust("test"),
});
const about = { product_id: "pro_monthly", original_transaction_id: "2000000000000001" };

/** What billing would get: it opens what it receives, as its inbox does. */
const received: Notification[] = [];
const inbox = {
  receive: async (delivery: Delivery) => {
    received.push(await app_store.open(delivery));
  },
};
const claim = vi.fn(async (_ctx: Ctx, _notification: Notification) => ({
  subscription_id: workspace_id as string | null,
}));

let app: FastifyInstance;
beforeAll(async () => {
  const config = { BODY_LIMIT_BYTES: 100_000, REQUEST_TIMEOUT_MS: 30_000, TRUSTED_PROXIES: [], CORS_ORIGINS: [] };
  const logger = createLogger({ LOG_LEVEL: "silent" });
  app = await createServer({ config, logger, metrics: createMetrics() });
  registerRoutes(app, appStoreRoutes({ inbox, app_store, claim }), {
    gatekeeper: {
      authenticate: async (token: string) => {
        if (token === "key") {
          const key = { key_id: "k", user_id: "u", workspace_id, scopes: ["billing:write"], rate_per_minute: 1_000 };
          return { kind: "api_key", role: "admin", ...key } as const;
        }
        if (!["member", "admin"].includes(token)) throw requestErrors.unauthenticated();
        return { kind: "user", user_id: token, session_id: token } as const;
      },
      authenticateCookie: async () => {
        throw requestErrors.unauthenticated();
      },
      requireAdmin: async () => {},
      enterWorkspace: async (actor) =>
        ({ workspace_id, role: actor.user_id === "member" ? "member" : "admin" }) as const,
      requestsPerMinute: async () => 1_000_000,
    },
    // No route here honours a key.
    idempotency: { run: (_request, work) => work(), purge: async () => 0 },
    rateLimits: createRateLimits(createRates()),
    everywhere: [],
    origins: [],
    clock: systemClock,
    step_up_minutes: 15,
  });
  await app.ready();
});
afterAll(() => app.close());
beforeEach(() => {
  received.length = 0;
  claim.mockClear();
});

const post = (body: object, token = "admin") =>
  app.inject({
    method: "POST",
    url: "/v1/billing/app-store/transactions",
    headers: { authorization: `Bearer ${token}` },
    payload: body,
  });

test("every notification that is simulated arrives by the webhook, whole", async () => {
  expect(simulatedAppStoreTypes.length).toBeGreaterThan(40);
  for (const type of simulatedAppStoreTypes) {
    const { url_path, headers, body } = simulateAppStore(type, {
      product_id: "pro_monthly",
      app_account_token: workspace_id,
    });
    const answer = await app.inject({ method: "POST", url: url_path, headers, payload: body });
    expect([type, answer.statusCode, answer.json()]).toEqual([type, 200, { received: true }]);
  }
  expect(received.map(({ event_type }) => event_type)).toEqual(simulatedAppStoreTypes);
  expect(received.flatMap(({ contents }) => contents.filter(({ kind }) => kind === "unreadable"))).toEqual([]);
  // The same buyer has the same purchase, so that one command follows on another.
  const purchases = new Set(received.flatMap(({ subject }) => subject ?? []));
  expect([...purchases]).toEqual([expect.stringMatching(/^2000000\d{10}$/)]);
});

test("A20, A21: what is not signed is refused, and nothing is received", async () => {
  for (const payload of [JSON.stringify({ signedPayload: "a.b.c" }), "{}", "[]"]) {
    const headers = { "content-type": "application/json" };
    const answer = await app.inject({ method: "POST", url: "/v1/webhooks/app-store", headers, payload });
    expect(answer.statusCode).toBe(400);
  }
  expect(received).toEqual([]);
});

test("A22: when Apple's responders do not answer, 503 with the time to wait", async () => {
  const trouble = vi.spyOn(app_store, "openTransaction");
  trouble.mockRejectedValueOnce(billingErrors.store_unreachable({ retry_after: 60 }));
  const answer = await post({ signed_transaction: signedAppStoreTransaction(about) });
  expect([answer.statusCode, answer.headers["retry-after"]]).toEqual([503, "60"]);
  trouble.mockRestore();
});

test("A2: an administrator claims a purchase for the workspace with the signed transaction", async () => {
  const answer = await post({ signed_transaction: signedAppStoreTransaction(about) });
  expect([answer.statusCode, answer.json()]).toEqual([200, { subscription_id: workspace_id }]);
  expect(claim.mock.calls).toMatchObject([
    [
      { workspace_id, actor: { kind: "user", user_id: "admin" } },
      { event_type: "claim", subject: "2000000000000001" },
    ],
  ]);
});

test("A2: a purchase that gives nothing, and one of another workspace", async () => {
  const body = { signed_transaction: signedAppStoreTransaction(about) };
  claim.mockResolvedValueOnce({ subscription_id: null });
  expect((await post(body)).json()).toEqual({ subscription_id: null });
  claim.mockRejectedValueOnce(billingErrors.owned_by_another());
  const answer = await post(body);
  expect([answer.statusCode, answer.json().code]).toEqual([409, "billing.owned_by_another"]);
});

test("A2: nobody else claims, and nothing else is claimed", async () => {
  const body = { signed_transaction: signedAppStoreTransaction(about) };
  expect((await post(body, "nobody")).statusCode).toBe(401);
  expect((await post(body, "member")).statusCode).toBe(403);
  expect((await post(body, "key")).json().code).toBe("request.person_required");
  expect((await post({})).statusCode).toBe(422);
  expect((await post({ ...body, workspace_id })).statusCode).toBe(422);
  const stranger = signedAppStoreTransaction({ ...about, bundle_id: "com.example.other" });
  expect((await post({ signed_transaction: stranger })).json().code).toBe("billing.event_malformed");
  expect((await post({ signed_transaction: "a.b.c" })).json().code).toBe("billing.signature_invalid");
  expect(claim).not.toHaveBeenCalled();
});
