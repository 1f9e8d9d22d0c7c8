import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SeatStage, seatStage, type TestLicense } from "../../../test/support/seats.ts";
import { systemClock } from "../../core/clock.ts";
import { requestErrors } from "../../core/errors.ts";
import { createIdempotency } from "../../core/http/idempotency.ts";
import { createRateLimits } from "../../core/http/rate-limits.ts";
import { registerRoutes } from "../../core/http/register.ts";
import { createServer } from "../../core/http/server.ts";
import { createLogger } from "../../core/logger.ts";
import { createMetrics } from "../../core/metrics.ts";
import { createRates } from "../../core/rates.ts";
import { seatRoutes } from "./routes.ts";

let t: SeatStage;
let app: FastifyInstance;
let license: TestLicense;
beforeAll(async () => {
  t = await seatStage();
  license = await t.license({ max_seats: 2 });
  const { seats } = await t.node();
  const config = { BODY_LIMIT_BYTES: 100_000, REQUEST_TIMEOUT_MS: 30_000, TRUSTED_PROXIES: [], CORS_ORIGINS: [] };
  app = await createServer({ config, logger: createLogger({ LOG_LEVEL: "silent" }), metrics: createMetrics() });
  registerRoutes(app, seatRoutes(seats), {
    gatekeeper: {
      // The access token is the id of the workspace.
      authenticate: async (token) => ({ kind: "user", user_id: token, session_id: token }) as const,
      authenticateCookie: async () => {
        throw requestErrors.unauthenticated();
      },
      requireAdmin: async () => {},
      enterWorkspace: async ({ user_id }: { user_id: string }) => ({ workspace_id: user_id, role: "member" }) as const,
      requestsPerMinute: async () => 1_000_000,
    },
    idempotency: createIdempotency(t.db, t.keyring),
    rateLimits: createRateLimits(createRates()),
    everywhere: [],
    origins: [],
    clock: systemClock,
    step_up_minutes: 15,
  });
  await app.ready();
});
afterAll(async () => {
  await app.close();
  await t.close();
});

const call = async (method: "GET" | "POST" | "DELETE", url: string, payload?: object, headers: object = {}) => {
  const answer = await app.inject({ method, url, ...(payload && { payload }), headers: { ...headers } });
  return { status: answer.statusCode, body: answer.body === "" ? undefined : answer.json(), headers: answer.headers };
};
const acquire = (hardware_id: string, more: object = {}) =>
  call("POST", "/v1/licenses/acquire", { license_key: license.key, hardware_id, ...more });

test("a seat over HTTP: 201, again 200, kept, full for others, given back twice, and lost", async () => {
  const first = await acquire("a", { name: "PC" });
  expect([first.status, Object.keys(first.body).sort()]).toEqual([
    201,
    ["current_seats_used", "lease_expires_in", "max_seats", "next_heartbeat_in", "server_time", "session_id"],
  ]);
  expect(await acquire("a")).toMatchObject({ status: 200, body: { session_id: first.body.session_id } });
  expect((await acquire("b")).status).toBe(201);
  const session = `/v1/licenses/sessions/${first.body.session_id}`;
  expect(await call("POST", `${session}/heartbeat`)).toMatchObject({ status: 200, body: { current_seats_used: 2 } });
  const refused = await acquire("c");
  expect(refused).toMatchObject({
    status: 429,
    body: { code: "licensing.seats_exhausted", current_seats_used: 2, max_seats: 2 },
  });
  expect(Date.parse(refused.body.earliest_expiry)).toBeGreaterThan(Date.now());
  expect(refused.headers["retry-after"]).toBeUndefined();
  const held = await call("GET", `/v1/licenses/${license.key}/sessions?limit=1`);
  expect(held.body.data).toMatchObject([{ seat: 1, hardware_id: "a", name: "PC" }]);
  expect(
    (await call("GET", `/v1/licenses/${license.key}/sessions?cursor=${held.body.next_cursor}`)).body,
  ).toMatchObject({
    data: [{ seat: 2 }],
    next_cursor: null,
  });
  expect([(await call("DELETE", session)).status, (await call("DELETE", session)).status]).toEqual([204, 204]);
  expect(await call("POST", `${session}/heartbeat`)).toMatchObject({
    status: 410,
    body: { code: "licensing.seat_lost" },
  });
  const token = { authorization: `Bearer ${license.owner.workspace_id}` };
  const usage = await call("GET", `/v1/licenses/${license.id}/seat-usage?days=1`, undefined, token);
  expect(usage).toMatchObject({ status: 200, body: { sessions: 2, peak_seats: 2, denials: 1 } });
  expect(usage.body.days.length).toBe(1);
});

test("9: a machine's rate over HTTP is 429 with Retry-After and another code", async () => {
  const own = await t.license({ max_seats: 1 });
  const answers = [];
  for (let n = 0; n < 11; n++) answers.push(await acquire("a", { license_key: own.key }));
  expect(answers.slice(0, 10).every(({ status }) => status < 300)).toBe(true);
  expect(answers[10]).toMatchObject({ status: 429, body: { code: "request.rate_limited" } });
  expect(Number(answers[10]?.headers["retry-after"])).toBeGreaterThan(0);
});

test("21: 200 machines behind one address all come through", async () => {
  const office = await t.license({ max_seats: 200 });
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, n) => acquire(`pc${n}`, { license_key: office.key })),
  );
  expect(answers.filter(({ status }) => status === 201).length).toBe(200);
  const beats = answers.map(({ body }) => call("POST", `/v1/licenses/sessions/${body.session_id}/heartbeat`));
  expect((await Promise.all(beats)).filter(({ status }) => status === 200).length).toBe(200);
});

test.each([
  [{ license_key: "" }, "/license_key"],
  [{ hardware_id: "" }, "/hardware_id"],
  [{ hardware_id: "a\u0001" }, "/hardware_id"],
  [{ hardware_id: "a".repeat(201) }, "/hardware_id"],
  [{ instance_id: "a".repeat(201) }, "/instance_id"],
  [{ max_seats: 5 }, "/max_seats"],
])("refuses %j", async (wrong, pointer) => {
  expect(await acquire("a", wrong)).toMatchObject({
    status: 422,
    body: { errors: expect.arrayContaining([expect.objectContaining({ pointer })]) },
  });
});

test("knows nothing of other keys, sessions and workspaces", async () => {
  const nobody = crypto.randomUUID();
  expect(await acquire("a", { license_key: nobody })).toMatchObject({
    status: 404,
    body: { code: "licensing.license_not_found" },
  });
  expect((await call("POST", `/v1/licenses/sessions/${nobody}/heartbeat`)).body.code).toBe(
    "licensing.session_not_found",
  );
  expect((await call("DELETE", `/v1/licenses/sessions/${nobody}`)).status).toBe(404);
  expect((await call("DELETE", "/v1/licenses/sessions/1")).status).toBe(404);
  const path = `/v1/licenses/${license.id}/seat-usage`;
  expect((await call("GET", path)).status).toBe(401);
  expect((await call("GET", path, undefined, { authorization: `Bearer ${nobody}` })).status).toBe(404);
});

test("11: a heartbeat on a suspended licence is 403 with what became of it", async () => {
  const own = await t.license();
  const { body } = await acquire("a", { license_key: own.key });
  await t.change(await t.node(), own, { status: "suspended" });
  expect(await call("POST", `/v1/licenses/sessions/${body.session_id}/heartbeat`)).toMatchObject({
    status: 403,
    body: { code: "licensing.license_inactive", license_status: "suspended", reason: "suspended" },
  });
});
