import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BareServer, bareServer, type Caller } from "../../../test/support/bare-server.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { limited, type Member, turns, type UsageStage, usageStage } from "../../../test/support/usage.ts";
import { createDatabase } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import { createAudit } from "../audit/index.ts";
import { createUsage, createUsageCredits } from "./index.ts";
import { usageRoutes } from "./routes.ts";

let t: UsageStage;
let server: BareServer;
let ada: Member;
beforeAll(async () => {
  t = await usageStage();
  const audit = createAudit({ db: t.db });
  const credits = createUsageCredits({ db: t.db, entitlements: t.entitlements, audit });
  server = await bareServer(t, usageRoutes({ db: t.db, usage: t.usage, credits }));
});
afterAll(async () => {
  await server.app.close();
  await t.close();
});
beforeEach(async () => {
  ada = await makeMember(t);
  await t.plan({ ...limited(5), mirror: { kind: "limit", limit: 2, window: "week", per: "workspace" } });
});

const caller = (more: Partial<Caller> = {}): Caller => ({
  workspace_id: ada.workspace_id,
  user_id: ada.user_id,
  ...more,
});
const post = (path: string, body: object, headers: Record<string, string> = {}, who = caller()) =>
  server.call(who, "POST", `/v1/usage/${path}`, { body, headers });
const key = () => ({ idempotency_key: newId() });

describe("POST /v1/usage/consume", () => {
  test("counts one feature, and answers the same key as it did first", async () => {
    const named = { feature: turns, amount: 2, ...key() };
    const first = await post("consume", named);
    const told = {
      feature: turns,
      amount: 2,
      limit: 5,
      used: 2,
      remaining: 3,
      over: 0,
      from_credits: 0,
      over_limit: false,
    };
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({ ...told, replayed: false, items: [told] });
    expect((await post("consume", named)).body).toMatchObject({ ...told, replayed: true });
    const other = await post("consume", { ...named, amount: 3 });
    expect([other.status, other.body.code]).toEqual([409, "usage.idempotency_conflict"]);
  });

  test("takes the key from the header too, and asks for one", async () => {
    const headers = { "idempotency-key": newId() };
    expect((await post("consume", { feature: turns }, headers)).body.replayed).toBe(false);
    expect((await post("consume", { feature: turns }, headers)).body.replayed).toBe(true);
    const none = await post("consume", { feature: turns });
    expect([none.status, none.body.errors[0].pointer]).toEqual([422, "/idempotency_key"]);
  });

  test("U6: says that the limit is reached, with what is needed to wait for it", async () => {
    const { status, body } = await post("consume", { feature: turns, amount: 6, ...key() });
    expect(status).toBe(429);
    expect(body).toMatchObject({ code: "usage.limit_reached", feature: turns, limit: 5, used: 0 });
    expect(Date.parse(body.resets_at)).toBeGreaterThan(Date.now());
  });

  test("U7: counts several, all or none", async () => {
    const items = [{ feature: turns, amount: 2 }, { feature: "prism.mirror" }];
    const { status, body } = await post("consume", { items, ...key() });
    expect(status).toBe(200);
    expect(body.items).toMatchObject([
      { feature: turns, used: 2 },
      { feature: "prism.mirror", used: 1 },
    ]);
    const refused = await post("consume", {
      items: [{ feature: "prism.mirror", amount: 2 }, { feature: turns }],
      ...key(),
    });
    expect([refused.status, refused.body.feature]).toEqual([429, "prism.mirror"]);
    expect(await t.books(ada)).toMatchObject({ counter: 3, logs: 3 });
  });

  test.each<[string, object, string]>([
    ["nothing", {}, "/feature"],
    ["both shapes", { feature: turns, items: [{ feature: turns }] }, "/feature"],
    ["an amount beside items", { items: [{ feature: turns }], amount: 2 }, "/amount"],
    ["a feature twice", { items: [{ feature: turns }, { feature: turns }] }, "/items"],
    ["an amount of nothing", { feature: turns, amount: 0 }, "/amount"],
    ["a name that is none", { feature: "turns" }, "/feature"],
    [
      "a time with several",
      { items: [{ feature: turns }, { feature: "prism.mirror" }], occurred_at: "2026-01-01T00:00:00Z" },
      "/occurred_at",
    ],
    ["a time too long ago", { feature: turns, occurred_at: "2020-01-01T00:00:00Z" }, "/occurred_at"],
    ["a leap second of long ago", { feature: turns, occurred_at: "2016-12-31T23:59:60Z" }, "/occurred_at"],
    ["a time to come", { feature: turns, occurred_at: "2999-01-01T00:00:00Z" }, "/occurred_at"],
  ])("refuses %s", async (_, body, pointer) => {
    const answer = await post("consume", { ...body, ...key() });
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, pointer]);
  });

  test("U15: a feature that the plan does not have is forbidden, a product that is none not found", async () => {
    const missing = await post("consume", { feature: "prism.unheard_of", ...key() });
    expect([missing.status, missing.body.code]).toEqual([403, "entitlements.missing"]);
    expect((await post("consume", { feature: "nothing.at_all", ...key() })).status).toBe(404);
  });

  test("U16: without a database it is closed: 503, and when to come back", async () => {
    const nowhere = "postgres://nobody:nothing@127.0.0.1:1/nothing";
    const db = createDatabase({ app_url: nowhere, system_url: nowhere, pool_size: 4 });
    const usage = createUsage({ db, entitlements: t.entitlements });
    const credits = createUsageCredits({ db, entitlements: t.entitlements, audit: createAudit({ db }) });
    const broken = await bareServer(t, usageRoutes({ db, usage, credits }));
    for (const [method, url, body] of [
      ["POST", "/v1/usage/consume", { feature: turns, ...key() }],
      ["POST", "/v1/usage/reserve", { feature: turns, ...key() }],
      ["GET", "/v1/billing/entitlements", undefined],
    ] as const) {
      const answer = await broken.call(caller(), method, url, body && { body });
      expect([answer.status, answer.body.code]).toEqual([503, "request.unavailable"]);
      expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
    }
    await broken.app.close();
    await db.close();
  });
});

describe("reservations", () => {
  test("U8: are held, confirmed for less, and told", async () => {
    const held = await post("reserve", { feature: turns, amount: 4, expires_in_seconds: 60, ...key() });
    expect(held.status).toBe(201);
    expect(held.body).toMatchObject({ feature: turns, amount: 4, used: 4, remaining: 1, replayed: false });
    const { reservation_id } = held.body;
    const done = await post("confirm", { reservation_id, amount: 1 });
    expect(done.status).toBe(200);
    expect(done.body).toMatchObject({
      reservation_id,
      status: "confirmed",
      held: 4,
      confirmed: 1,
      used: 1,
      remaining: 4,
    });
    expect((await post("confirm", { reservation_id, amount: 1 })).body.replayed).toBe(true);
    const late = await post("release", { reservation_id });
    expect([late.status, late.body.code]).toEqual([409, "usage.reservation_settled"]);
  });

  test("U8: of several features are confirmed by feature, and released", async () => {
    const items = [
      { feature: turns, amount: 4 },
      { feature: "prism.mirror", amount: 2 },
    ];
    const { reservation_id } = (await post("reserve", { items, ...key() })).body;
    const one = await post("confirm", { reservation_id, amount: 1 });
    expect([one.status, one.body.errors[0].pointer]).toEqual([422, "/amount"]);
    const strange = await post("confirm", { reservation_id, items: [{ feature: "prism.other", amount: 1 }] });
    expect([strange.status, strange.body.errors[0].pointer]).toEqual([422, "/items"]);
    const { body } = await post("confirm", { reservation_id, items: [{ feature: turns, amount: 1 }] });
    expect(body.items).toMatchObject([
      { feature: "prism.mirror", confirmed: 2 },
      { feature: turns, confirmed: 1 },
    ]);
    const next = (await post("reserve", { feature: turns, ...key() })).body.reservation_id;
    expect((await post("release", { reservation_id: next })).body).toMatchObject({
      status: "released",
      replayed: false,
    });
    expect((await post("release", { reservation_id: newId() })).status).toBe(404);
  });
});

describe("POST /v1/usage/refund", () => {
  test("U11, U12: for a failure that is listed, by an admin, once", async () => {
    const named = key();
    await post("consume", { feature: turns, amount: 2, ...named });
    expect((await post("refund", { ...named, reason: "i_changed_my_mind" })).status).toBe(422);
    expect((await post("refund", { ...named, reason: "timeout" }, {}, caller({ role: "member" }))).status).toBe(403);
    expect((await post("refund", { ...named, reason: "timeout", amount: 3 })).body.code).toBe("usage.refund_conflict");
    expect((await post("refund", { ...named, reason: "timeout" })).body).toEqual({ refunded: true });
    expect((await post("refund", { ...named, reason: "timeout" })).body).toEqual({ refunded: false });
    expect((await post("refund", { ...key(), reason: "timeout" })).status).toBe(404);
  });
});

describe("GET /v1/usage/daily", () => {
  test("tells each day of a range, of all features or of one", async () => {
    const today = new Date().toISOString().slice(0, 10);
    await post("consume", { items: [{ feature: turns, amount: 2 }, { feature: "prism.mirror" }], ...key() });
    const get = (query: string) => server.call(caller(), "GET", `/v1/usage/daily?${query}`);
    expect((await get(`from=${today}&to=${today}`)).body.data).toEqual([
      { day: today, feature: "prism.mirror", used: 1 },
      { day: today, feature: turns, used: 2 },
    ]);
    expect((await get(`from=${today}&to=${today}&feature=${turns}`)).body.data.length).toBe(1);
    expect((await get("from=2026-01-01&to=2027-06-01")).status).toBe(422);
    expect((await get("from=2026-01-02&to=2026-01-01")).status).toBe(422);
  });
});

describe("GET /v1/billing/entitlements", () => {
  const get = (headers: Record<string, string> = {}, who = caller()) =>
    server.call(who, "GET", "/v1/billing/entitlements", { headers });

  test("tells plan, standing, why, and what is used, reserved and left, before anything was used too", async () => {
    const [before] = (await get()).body.data;
    expect(before).toMatchObject({
      product: "prism",
      plan_id: "prism.free",
      seats: 1,
      standing: "none",
      reason: null,
      why: "prism.free, the default plan, as nothing was granted.",
      sources: [{ source: "default", plan_id: "prism.free", ends_at: null }],
    });
    const unused = {
      limit: 5,
      used: 0,
      reserved: 0,
      remaining: 5,
      credits: 0,
      overage: 0,
      policy: "hard",
      window: "day",
    };
    expect(before.features.turns).toMatchObject({ kind: "limit", ...unused, per: "workspace" });
    expect(new Date(before.features.turns.resets_at).toISOString()).toMatch(/T00:00:00\.000Z$/);
    expect(before.features.spectrum).toEqual({ kind: "flag", enabled: true });
    await t.credit(ada, 4);
    await post("consume", { feature: turns, amount: 2, ...key() });
    await post("reserve", { feature: turns, ...key() });
    const [after] = (await get()).body.data;
    expect(after.features.turns).toMatchObject({ used: 3, reserved: 1, remaining: 2, credits: 4 });
    expect(after.features.turns.resets_at).toBe(before.features.turns.resets_at);
  });

  test("U20: has an ETag with the version in it: 304 while nothing changed, 200 when anything did", async () => {
    const first = await get();
    const etag = String(first.headers.etag);
    expect(etag).toMatch(new RegExp(`^"v${first.body.data[0].version}-`));
    for (const condition of [etag, `"other", ${etag}`, `W/${etag}`, "*"]) {
      const again = await get({ "if-none-match": condition });
      expect([again.status, again.body, again.headers.etag]).toEqual([304, undefined, etag]);
    }
    expect((await get({ "if-none-match": '"other"' })).status).toBe(200);
    await post("consume", { feature: turns, ...key() });
    const changed = await get({ "if-none-match": etag });
    expect(changed.status).toBe(200);
    expect(changed.headers.etag).not.toBe(etag);
  });

  test("U20: during a storm the version never falls and what is used never passes the limit", async () => {
    const storm = Promise.all(Array.from({ length: 40 }, () => post("consume", { feature: turns, ...key() })));
    const seen: { version: number; used: number }[] = [];
    for (let n = 0; n < 15; n++) {
      const [prism] = (await get()).body.data;
      seen.push({ version: prism.version, used: prism.features.turns.used });
    }
    await storm;
    expect(seen.map(({ version }) => version)).toEqual(seen.map(({ version }) => version).sort((a, b) => a - b));
    expect(Math.max(...seen.map(({ used }) => used))).toBeLessThanOrEqual(5);
    expect((await get()).body.data[0].features.turns.used).toBe(5);
  });

  test("shows a member's own limits to that member", async () => {
    await t.plan(limited(5, { per: "member" }));
    const eve = caller({ user_id: (await makeMember(t)).user_id });
    await post("consume", { feature: turns, amount: 2, ...key() });
    expect((await get()).body.data[0].features.turns.used).toBe(2);
    expect((await get({}, eve)).body.data[0].features.turns.used).toBe(0);
  });
});

describe("credits by an administrator", () => {
  const url = () => `/v1/admin/workspaces/${ada.workspace_id}/credits`;
  test("are given and listed; by nobody else", async () => {
    const admin = caller({ is_admin: true });
    const body = { feature: turns, amount: 3, reason: "an outage" };
    const given = await server.call(admin, "POST", url(), { body });
    expect(given.status).toBe(201);
    expect((await server.call(admin, "GET", url())).body.data).toEqual([given.body]);
    expect((await server.call(caller(), "POST", url(), { body })).status).toBe(403);
    expect((await server.call(caller(), "GET", url())).status).toBe(403);
    const past = await server.call(admin, "POST", url(), { body: { ...body, expires_at: "2020-01-01T00:00:00Z" } });
    expect([past.status, past.body.code]).toEqual([422, "entitlements.period_invalid"]);
  });
});
