import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeBook } from "../../../test/support/analytics.ts";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { requestErrors } from "../../core/errors.ts";
import { createIdempotency } from "../../core/http/idempotency.ts";
import { createRateLimits } from "../../core/http/rate-limits.ts";
import { registerRoutes } from "../../core/http/register.ts";
import { createServer } from "../../core/http/server.ts";
import { newId } from "../../core/id.ts";
import { createLogger } from "../../core/logger.ts";
import { createMetrics } from "../../core/metrics.ts";
import { createRates } from "../../core/rates.ts";
import { type Analytics, createAnalytics } from "./index.ts";
import { analyticsRoutes } from "./routes.ts";

const admin = "00000000-0000-7000-8000-00000000000a";
let t: TestDatabase;
let analytics: Analytics;
let app: FastifyInstance;
beforeAll(async () => {
  t = await testDatabase();
  analytics = createAnalytics({ db: t.db, clock: t.clock, environment: "live", fees: {} });
  app = await serve();
});
afterAll(async () => {
  await app.close();
  await t.close();
});

/** A server with the routes, where the access token is the id of the person. */
async function serve(): Promise<FastifyInstance> {
  const config = { BODY_LIMIT_BYTES: 100_000, REQUEST_TIMEOUT_MS: 30_000, TRUSTED_PROXIES: [], CORS_ORIGINS: [] };
  const logger = createLogger({ LOG_LEVEL: "silent" });
  const server = await createServer({ config, logger, metrics: createMetrics() });
  const gatekeeper = {
    authenticate: async (token: string) => ({ kind: "user", user_id: token, session_id: token }) as const,
    authenticateCookie: async () => {
      throw requestErrors.unauthenticated();
    },
    requireAdmin: async (user_id: string) => {
      if (user_id !== admin) throw requestErrors.forbidden();
    },
    enterWorkspace: async () => ({ workspace_id: newId(), role: "owner" }) as const,
    requestsPerMinute: async () => 1_000_000,
  };
  registerRoutes(server, analyticsRoutes(analytics), {
    ...{ gatekeeper, clock: t.clock, everywhere: [], origins: [], step_up_minutes: 15 },
    idempotency: createIdempotency(t.db, t.keyring),
    rateLimits: createRateLimits(createRates()),
  });
  await server.ready();
  return server;
}
const get = (query = "", token: string | undefined = admin) =>
  app.inject({ url: `/v1/admin/analytics${query}`, headers: token === "" ? {} : { authorization: `Bearer ${token}` } });

describe("sign-ups", () => {
  const signUp = async (at: string, status: "active" | "deleted" = "active", isVerified = true) => {
    const id = newId();
    await t.sql(
      `insert into identity.users (id, email, email_normalized, full_name, created_at, email_verified_at, status, deleted_at)
       values ($1, $2, $2, 'Ada', $3, case when $5 then $3::timestamptz end, $4, case when $4 = 'deleted' then now() end)`,
      [id, `${id}@example.com`, at, status, isVerified],
    );
    return id;
  };

  test("are counted by day and month in UTC, deleted and erased ones among them, verified ones apart", async () => {
    await signUp("2021-02-27T23:59:59.999Z");
    await signUp("2021-02-28T00:00:00Z", "deleted");
    const erased = await signUp("2021-02-28T01:00:00+02:00");
    const late = await signUp("2021-02-28T23:59:59Z", "active", false);
    await signUp("2021-03-01T00:00:00Z");
    await analytics.maintain();
    await t.sql("delete from identity.users where id = $1", [erased]);
    await t.sql("update identity.users set email_verified_at = now() where id = $1", [late]);
    const day = (name: string, sign_ups: number, verified: number) => ({ day: name, sign_ups, verified });
    const expected = {
      ...{ total: 5, verified: 5 },
      days: [day("2021-02-27", 2, 2), day("2021-02-28", 2, 2), day("2021-03-01", 1, 1)],
      months: [
        { month: "2021-02", sign_ups: 4, verified: 4 },
        { month: "2021-03", sign_ups: 1, verified: 1 },
      ],
    };
    const query = { from: "2021-02-01", to: "2021-03-31" };
    expect((await analytics.report(query)).sign_ups).toEqual(expected);
    await analytics.maintain();
    expect((await analytics.report(query)).sign_ups).toEqual(expected);
    const { sign_ups } = await analytics.report({ from: "2021-02-28", to: "2021-02-28" });
    expect(sign_ups).toMatchObject({ total: 2, months: [{ month: "2021-02", sign_ups: 2 }] });
  });

  test("that are not proved are counted, and not as verified", async () => {
    await signUp("2021-05-01T10:00:00Z", "active", false);
    await signUp("2021-05-01T11:00:00Z");
    const { sign_ups } = await analytics.report({ from: "2021-05-01", to: "2021-05-31" });
    expect(sign_ups).toMatchObject({ total: 2, verified: 1 });
  });
});

describe("licence utilisation", () => {
  const license = async (
    product: string,
    max_seats: number,
    more: { status?: string; expires?: string; activations?: number } = {},
  ) => {
    const { workspace_id } = await makeMember(t);
    const id = newId();
    await t.sql(
      `insert into licensing.licenses (id, workspace_id, product, key_hash, key_sealed, key_prefix, key_last4, plan_id, plan_version_id,
         features, max_seats, status, not_before, expires_at, issued_at)
       values ($1, $2, $3, $4, '\\x00', 'x', 'x', 'x', $1, '{}', $5, $6, now() - interval '1 day', now() + $7::interval, now())`,
      [id, workspace_id, product, Buffer.from(id), max_seats, more.status ?? "active", more.expires ?? "1 day"],
    );
    for (let i = 0; i < (more.activations ?? 0); i++) {
      await t.sql(
        "insert into licensing.activations (id, workspace_id, license_id, hardware_id) values ($1, $2, $3, $4)",
        [...[newId(), workspace_id, id, `machine-${String(i).padStart(12, "0")}`]],
      );
    }
    await t.sql(
      "insert into seats.arbiters (workspace_id, license_id, product, backend, epoch, status, max_seats) values ($1, $2, $3, 'postgres', 1, 'active', $4)",
      [workspace_id, id, product, max_seats],
    );
    return { id, workspace_id };
  };
  const take = (
    { id, workspace_id }: { id: string; workspace_id: string },
    seat: number,
    expires: string,
    status = "active",
  ) =>
    t.sql(
      `insert into seats.sessions (id, workspace_id, license_id, seat, hardware_id, status, started_at, last_heartbeat_at, expires_at, ended_at,
         backend, epoch)
       values (gen_random_uuid(), $1, $2, $3::integer, $3::text, $5, now(), now(), now() + $4::interval, case when $5 <> 'active' then now() end, 'postgres', 1)`,
      [workspace_id, id, seat, expires, status],
    );

  test("counts the seats that live sessions hold of those that valid licences have, and who activated", async () => {
    const team = await license("coditect", 5, { activations: 2 });
    await take(team, 1, "1 minute");
    await take(team, 2, "1 minute");
    // Its lease is over, though nobody has marked it; this one was released.
    await take(team, 3, "-1 second");
    await take(team, 4, "1 minute", "released");
    await license("coditect", 3);
    const swan = await license("swan", 2, { activations: 1 });
    await take(swan, 1, "1 minute");
    for (const more of [{ status: "suspended" }, { status: "revoked" }, { expires: "-1 second" }]) {
      await take(await license("coditect", 50, { ...more, activations: 1 }), 1, "1 minute");
    }
    const { license_utilisation } = await analytics.report({});
    const coditect = {
      licenses: 2,
      seats: 8,
      seats_in_use: 2,
      utilisation: 2 / 8,
      activated: 1,
      activated_share: 1 / 2,
    };
    expect(license_utilisation).toEqual({
      ...{ licenses: 3, seats: 10, seats_in_use: 3, utilisation: 0.3, activated: 2, activated_share: 2 / 3 },
      by_product: [
        { product: "coditect", ...coditect },
        { product: "swan", licenses: 1, seats: 2, seats_in_use: 1, utilisation: 0.5, activated: 1, activated_share: 1 },
      ],
    });
    expect((await analytics.report({ product: "coditect" })).license_utilisation).toMatchObject(coditect);
  });
});

describe("GET /v1/admin/analytics", () => {
  test("answers every figure with its definition", async () => {
    const book = await makeBook(t);
    await book.plan("entrain.pro", 999, "USD", "month");
    const now = t.clock.now().getTime();
    await book.sell({ plan: "entrain.pro", from: new Date(now - 86_400_000), until: new Date(now + 86_400_000) });
    const answer = await get("?product=entrain&from=2021-02-01&to=2021-02-27");
    expect(answer.statusCode).toBe(200);
    const body = answer.json();
    expect(body).toMatchObject({
      ...{ from: "2021-02-01", to: "2021-02-27", environment: "live", churn: [] },
      mrr: [{ currency: "USD", gross: 999, past_due: 0, by_product: [{ product: "entrain", gross: 999 }] }],
      arr: [{ currency: "USD", gross: 11_988, by_product: [{ product: "entrain", gross: 11_988 }] }],
      active_subscriptions: { total: 1, data: [{ plan_id: "entrain.pro", subscriptions: 1 }] },
      license_utilisation: { seats: 0, utilisation: null },
    });
    expect(new Date(body.as_of).getTime()).toBeGreaterThanOrEqual(now - 60_000);
    const figures = Object.keys(body).filter((key) => typeof body[key] === "object" && key !== "definitions");
    expect(Object.keys(body.definitions)).toEqual(expect.arrayContaining(figures));
  });

  test.each([
    "?from=2031-02-01&to=2031-01-31",
    "?from=2001-01-01",
    "?from=yesterday",
    "?to=2031-13-01",
    "?currency=USD",
  ])("refuses %s", async (query) => {
    const answer = await get(query);
    expect([answer.statusCode, answer.json().code]).toEqual([422, "request.invalid"]);
  });

  test("is for administrators alone", async () => {
    expect((await get("", newId())).statusCode).toBe(403);
    expect((await get("", "")).statusCode).toBe(401);
  });
});
