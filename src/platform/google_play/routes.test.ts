import type { FastifyInstance } from "fastify";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { type FakeGooglePlay, type FakePush, startFakeGooglePlay } from "../../../test/support/fake-google-play.ts";
import { systemClock } from "../../core/clock.ts";
import type { Ctx, Role } from "../../core/context.ts";
import { requestErrors } from "../../core/errors.ts";
import { createIdempotency } from "../../core/http/idempotency.ts";
import { createRateLimits } from "../../core/http/rate-limits.ts";
import { registerRoutes } from "../../core/http/register.ts";
import { createServer } from "../../core/http/server.ts";
import { newId } from "../../core/id.ts";
import { createLogger } from "../../core/logger.ts";
import { createMetrics } from "../../core/metrics.ts";
import { createRates } from "../../core/rates.ts";
import { billingErrors, type Notification } from "../billing/index.ts";
// A route of a workspace may answer with its errors, so they have to be declared.
import "../workspaces/index.ts";
import { createGooglePlay } from "./index.ts";
import { googlePlayRoutes } from "./routes.ts";

let t: TestDatabase;
let fake: FakeGooglePlay;
let app: FastifyInstance;
let role: Role;
let taken: Notification[];
let claims: { ctx: Ctx; notification: Notification }[];
const subscription_id = newId();
let claim: () => Promise<{ subscription_id: string | null }>;

beforeAll(async () => {
  t = await testDatabase();
  fake = await startFakeGooglePlay();
  app = await serve();
});
afterAll(async () => {
  await app.close();
  await fake.close();
  await t.close();
});
beforeEach(() => {
  role = "owner";
  taken = [];
  claims = [];
  claim = async () => ({ subscription_id });
});
afterEach(() => fake.fail(undefined));

/** A server with these routes, where the access token is the id of the workspace. */
async function serve(): Promise<FastifyInstance> {
  const { package_name, push } = fake;
  const clock = systemClock;
  const store = createGooglePlay({ package_names: [package_name], push, api: undefined, environment: "live", clock });
  const logger = createLogger({ LOG_LEVEL: "silent" });
  const config = { BODY_LIMIT_BYTES: 100_000, REQUEST_TIMEOUT_MS: 30_000, TRUSTED_PROXIES: [], CORS_ORIGINS: [] };
  const server = await createServer({ config, logger, metrics: createMetrics() });
  const routes = googlePlayRoutes({
    store,
    inbox: { receive: async (delivery) => void taken.push(await store.open(delivery)) },
    claim: async (ctx, notification) => {
      claims.push({ ctx, notification });
      return claim();
    },
  });
  registerRoutes(server, routes, {
    gatekeeper: {
      authenticate: async (token) => {
        if (token.includes(".")) throw requestErrors.unauthenticated();
        if (token.startsWith("key-")) {
          const id = token.slice(4);
          const scopes = ["billing:write"];
          return { kind: "api_key", key_id: id, user_id: id, workspace_id: id, scopes, role, rate_per_minute: 1_000 };
        }
        return { kind: "user", user_id: token, session_id: token };
      },
      authenticateCookie: async () => {
        throw requestErrors.unauthenticated();
      },
      requireAdmin: async () => {},
      enterWorkspace: async ({ user_id }) => ({ workspace_id: user_id, role }),
      requestsPerMinute: async () => 1_000_000,
    },
    idempotency: createIdempotency(t.db, t.keyring),
    rateLimits: createRateLimits(createRates()),
    everywhere: [],
    origins: [],
    clock,
    step_up_minutes: 15,
  });
  await server.ready();
  return server;
}

const post = (url: string, payload: string | object, headers: Record<string, string>) =>
  app.inject({ method: "POST", url, payload, headers });
const push = ({ raw_body, headers }: FakePush, more: Record<string, string> = {}) =>
  post("/v1/webhooks/google-play", raw_body.toString(), { ...headers, ...more });
const outcome = (answer: { statusCode: number; json(): { code?: string } }) => [answer.statusCode, answer.json().code];

test("Google's push is taken: its Bearer token is no credential of ours", async () => {
  const answer = await push(await fake.send({ message_id: "7" }));
  expect([answer.statusCode, answer.json()]).toEqual([200, { received: true }]);
  expect(taken).toMatchObject([{ event_id: "7", subject: "token-1" }]);
});

test("G1: without a token, or with a wrong one: 401, and nothing is taken", async () => {
  for (const tamper of ["wrong_aud", "wrong_email", "unverified_email", "wrong_key", "expired"] as const) {
    expect(outcome(await push(await fake.send({ tamper })))).toEqual([401, "billing.sender_unknown"]);
  }
  const { raw_body } = await fake.send();
  const bare = await post("/v1/webhooks/google-play", raw_body.toString(), { "content-type": "application/json" });
  expect(outcome(bare)).toEqual([401, "billing.sender_unknown"]);
  // One of ours is none of Google's.
  expect(outcome(await push(await fake.send(), { authorization: `Bearer ${newId()}` }))).toEqual([
    401,
    "billing.sender_unknown",
  ]);
  expect(taken).toEqual([]);
});

test("G19: test notifications and unknown packages are acknowledged", async () => {
  expect((await push(await fake.send({ type: "TEST" }))).statusCode).toBe(200);
  expect((await push(await fake.send({ package_name: "com.example.other" }))).statusCode).toBe(200);
});

test("what is no push, too much, or of another type is refused without a 500", async () => {
  const { headers } = await fake.send();
  const send = (body: string, type = "application/json") =>
    post("/v1/webhooks/google-play", body, { ...headers, "content-type": type });
  const answers = await Promise.all([
    send("{"),
    send("{}"),
    send(""),
    send("x".repeat(100_001)),
    send("{}", "text/plain"),
  ]);
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([400, 400, 400, 413, 415]);
});

test("Google's keys out of reach: 503, so that it is delivered again", async () => {
  fake.fail("down", "/certs");
  const cold = await serve();
  const { raw_body, headers } = await fake.send();
  const answer = await cold.inject({
    method: "POST",
    url: "/v1/webhooks/google-play",
    payload: raw_body.toString(),
    headers,
  });
  expect(outcome(answer)).toEqual([503, "billing.store_unreachable"]);
  expect(answer.headers["retry-after"]).toBeDefined();
  await cold.close();
});

const purchases = "/v1/billing/google-play/purchases";
const claimIt = (body: object, authorization = `Bearer ${newId()}`, more: Record<string, string> = {}) =>
  post(purchases, body, { authorization, ...more });
const purchase = () => ({ package_name: fake.package_name, purchase_token: "token-7" });

test("a person claims a purchase for the workspace", async () => {
  const workspace_id = newId();
  const answer = await claimIt(purchase(), `Bearer ${workspace_id}`);
  expect([answer.statusCode, answer.json()]).toEqual([200, { subscription_id }]);
  expect(claims).toMatchObject([{ ctx: { workspace_id }, notification: { event_type: "CLAIM", subject: "token-7" } }]);
  claim = async () => ({ subscription_id: null });
  expect((await claimIt(purchase())).json()).toEqual({ subscription_id: null });
});

test("G13: another's purchase is told so", async () => {
  claim = async () => {
    throw billingErrors.owned_by_another();
  };
  expect(outcome(await claimIt(purchase()))).toEqual([409, "billing.owned_by_another"]);
});

test("of another app, or without a token: 422 with the field; claimed by nobody", async () => {
  const other = await claimIt({ ...purchase(), package_name: "com.example.other" });
  expect([other.statusCode, other.json().errors[0].pointer]).toEqual([422, "/package_name"]);
  for (const body of [
    {},
    { ...purchase(), purchase_token: "" },
    { ...purchase(), purchase_token: "a b" },
    { ...purchase(), more: 1 },
  ]) {
    expect((await claimIt(body)).statusCode).toBe(422);
  }
  expect(claims).toEqual([]);
});

test("a member may not, a program may not, and nobody unknown", async () => {
  role = "member";
  expect(outcome(await claimIt(purchase()))).toEqual([403, "request.forbidden"]);
  role = "owner";
  expect(outcome(await claimIt(purchase(), `Bearer key-${newId()}`))).toEqual([403, "request.person_required"]);
  expect((await post(purchases, purchase(), {})).statusCode).toBe(401);
  expect(claims).toEqual([]);
});

test("the same Idempotency-Key claims once", async () => {
  const authorization = `Bearer ${newId()}`;
  const key = { "idempotency-key": "claim-1" };
  const first = await claimIt(purchase(), authorization, key);
  const again = await claimIt(purchase(), authorization, key);
  expect(again.json()).toEqual(first.json());
  expect(claims).toHaveLength(1);
});
