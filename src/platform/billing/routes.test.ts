import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BillingStage, billingStage } from "../../../test/support/billing.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { type FakeStripe, startFakeStripe } from "../../../test/support/fake-stripe.ts";
import { serveRoutes } from "../../../test/support/server.ts";
import { newId } from "../../core/id.ts";
import { checkoutSession, subscriptionEvent } from "../stripe/simulator.ts";
import { billingRoutes } from "./routes.ts";

type Member = Awaited<ReturnType<typeof makeMember>>;

let fake: FakeStripe;
let t: BillingStage;
let app: FastifyInstance;
let member: Member;
let license_key: string | undefined;

beforeAll(async () => {
  fake = await startFakeStripe();
  t = await billingStage({ stripe: fake });
  app = await serveRoutes(t, billingRoutes({ billing: t.billing, licenseKeyOf: async () => license_key }));
});
afterAll(async () => {
  await app.close();
  await t.close();
  await fake.close();
});
beforeEach(async () => {
  member = await makeMember(t);
  license_key = undefined;
});

const get = (url: string, token = member.workspace_id) =>
  app.inject({ url, headers: { authorization: `Bearer ${token}` } });
const post = (url: string, payload: object, token = member.workspace_id, headers: Record<string, string> = {}) =>
  app.inject({ method: "POST", url, payload, headers: { authorization: `Bearer ${token}`, ...headers } });
const outcome = (answer: { statusCode: number; json(): { code?: string } }) => [answer.statusCode, answer.json().code];

function bought(n = 0, more: Partial<Parameters<typeof subscriptionEvent>[1]> = {}) {
  const about = {
    price: "price_pro",
    customer: `cus_${member.workspace_id}`,
    subscription: `sub_${member.workspace_id}_${n}`,
  };
  const event = subscriptionEvent("customer.subscription.created", {
    ...about,
    workspace_id: member.workspace_id,
    ...more,
  });
  fake.put(event);
  return event;
}

describe("subscriptions", () => {
  test("a workspace sees its own, in pages, and nobody else's", async () => {
    for (let n = 0; n < 5; n++) await t.send(bought(n));
    const seen: string[] = [];
    for (let cursor = ""; ; ) {
      const page = (await get(`/v1/billing/subscriptions?limit=2${cursor}`)).json();
      seen.push(...page.data.map(({ id }: { id: string }) => id));
      if (page.next_cursor === null) break;
      cursor = `&cursor=${page.next_cursor}`;
    }
    expect([seen.length, new Set(seen).size]).toEqual([5, 5]);
    const [first] = (await get("/v1/billing/subscriptions")).json().data;
    expect(first).toMatchObject({
      product: "prism",
      plan_id: "prism.pro",
      source: "stripe",
      status: "active",
      standing: "good",
      seats: 1,
    });
    expect(Object.keys(first)).not.toEqual(expect.arrayContaining(["workspace_id", "external_id"]));
    const other = await makeMember(t);
    expect((await get("/v1/billing/subscriptions", other.workspace_id)).json()).toEqual({
      data: [],
      next_cursor: null,
    });
    expect((await get("/v1/billing/subscriptions", "nobody")).statusCode).toBe(401);
  });

  test("of one product only", async () => {
    await t.send(bought(0), bought(1, { price: "price_team" }));
    const { data } = (await get("/v1/billing/subscriptions?product=coditect")).json();
    expect(data.map(({ plan_id }: { plan_id: string }) => plan_id)).toEqual(["coditect.team"]);
  });
});

describe("checkout", () => {
  const path = "/v1/checkout/sessions";

  test("is opened by an administrator of the workspace, and by nobody else", async () => {
    const answer = await post(path, { plan_id: "prism.pro" });
    expect([answer.statusCode, answer.json().status]).toEqual([201, "open"]);
    expect((await get(`${path}/${answer.json().id}`)).json()).toEqual(answer.json());
    expect((await post(path, { plan_id: "prism.pro" }, `member.${member.workspace_id}`)).statusCode).toBe(403);
    expect((await post(path, { plan_id: "prism.pro" }, "nobody")).statusCode).toBe(401);
    const stranger = await makeMember(t);
    expect(outcome(await get(`${path}/${answer.json().id}`, stranger.workspace_id))).toEqual([
      404,
      "billing.checkout_not_found",
    ]);
    expect(outcome(await get(`${path}/${newId()}`))).toEqual([404, "billing.checkout_not_found"]);
  });

  test("the same Idempotency-Key: the same answer; another body: 409", async () => {
    const key = { "idempotency-key": newId() };
    const [first, again] = [
      await post(path, { plan_id: "prism.pro" }, undefined, key),
      await post(path, { plan_id: "prism.pro" }, undefined, key),
    ];
    expect(again.json()).toEqual(first.json());
    expect(outcome(await post(path, { plan_id: "prism.max" }, undefined, key))).toEqual([
      409,
      "request.idempotency_conflict",
    ]);
  });

  test.each([
    [{ plan_id: "prism.gold" }, 404, "plans.not_found"],
    [{ plan_id: "prism.free" }, 409, "billing.plan_not_sold"],
    [{ plan_id: "prism.pro", success_url: "https://evil.example.com" }, 422, "request.invalid"],
    [{ plan_id: "prism.pro", success_url: "javascript:alert(1)" }, 422, "request.invalid"],
    [{ plan_id: "prism.pro", quantity: 0 }, 422, "request.invalid"],
    [{}, 422, "request.invalid"],
  ])("%j: %i %s", async (body, status, code) => {
    expect(outcome(await post(path, body))).toEqual([status, code]);
  });

  test("what the workspace has already: 409; a Stripe that is down: 503", async () => {
    await t.send(bought());
    expect(outcome(await post(path, { plan_id: "prism.max" }))).toEqual([409, "billing.already_subscribed"]);
    fake.fail("error");
    expect(outcome(await post(path, { plan_id: "coditect.team" }))).toEqual([503, "billing.store_unreachable"]);
    fake.fail(undefined);
  });
});

describe("the pages after it", () => {
  const opened = async () => {
    const { id } = (await post("/v1/checkout/sessions", { plan_id: "prism.pro" })).json();
    const [row] = await t.sql<{ external_id: string }>("select external_id from billing.checkouts where id = $1", [id]);
    return row?.external_id ?? "";
  };
  const page = (query = "") => app.inject({ url: `/v1/checkout/success${query}` });

  test("wait for the payment, then show the plan and the licence key, to whoever brings Stripe's id", async () => {
    const external_id = await opened();
    license_key = "PRISM-<1234>";
    const waiting = await page(`?session_id=${external_id}`);
    expect([waiting.statusCode, waiting.headers["cache-control"]]).toEqual([200, "no-store"]);
    expect(waiting.body).toContain('http-equiv="refresh"');
    expect(waiting.body).not.toContain("PRISM");
    await t.send(
      checkoutSession("completed", {
        checkout: external_id,
        workspace_id: member.workspace_id,
        customer: `cus_${external_id}`,
        subscription: `sub_${external_id}`,
      }),
    );
    const done = await page(`?session_id=${external_id}`);
    expect(done.body).toContain("<b>Pro</b>");
    expect(done.body).toContain("PRISM-&lt;1234&gt;");
    expect(done.body).not.toContain("http-equiv");
  });

  test("tell a stranger nothing", async () => {
    for (const query of ["", "?session_id=cs_test_unknown"]) {
      const answer = await page(query);
      expect([answer.statusCode, answer.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
      expect(answer.body).not.toContain("<code>");
    }
    const left = await app.inject({ url: "/v1/checkout/cancel" });
    expect(left.body).toContain("nothing was charged");
  });
});

describe("the portal, and Payment Links", () => {
  test("404 without a customer; a page with one; never back to a stranger's", async () => {
    const path = "/v1/billing/portal-sessions";
    const return_url = "https://app.example.com/billing";
    expect(outcome(await post(path, { return_url }))).toEqual([404, "billing.no_customer"]);
    await post("/v1/checkout/sessions", { plan_id: "prism.pro" });
    const answer = await post(path, { return_url });
    expect([answer.statusCode, answer.json().url]).toEqual([
      201,
      expect.stringMatching(/^https:\/\/billing\.stripe\.com/),
    ]);
    expect(outcome(await post(path, { return_url: "https://evil.example.com" }))).toEqual([422, "request.invalid"]);
    expect((await post(path, { return_url }, `member.${member.workspace_id}`)).statusCode).toBe(403);
  });

  test("a link names the workspace", async () => {
    const { data } = (await get("/v1/billing/payment-links?product=prism")).json();
    expect(data).toEqual([
      { plan_id: "prism.max", url: `https://buy.stripe.com/test_max?client_reference_id=${member.workspace_id}` },
    ]);
  });
});

describe("for administrators", () => {
  const events = "/v1/admin/webhook-events";

  test("notifications are listed, shown with their body, and replayed", async () => {
    const event = bought();
    await t.send(event);
    const [row] = (await get(`${events}?event_id=${event.id}`, "admin")).json().data;
    expect(row).toMatchObject({
      source: "stripe",
      event_type: "customer.subscription.created",
      status: "applied",
      reason: null,
    });
    expect(row).not.toHaveProperty("payload");
    const detail = (await get(`${events}/${row.id}`, "admin")).json();
    expect(JSON.parse(detail.payload)).toEqual(JSON.parse(JSON.stringify(event)));
    const replayed = await post(`${events}/${row.id}/replay`, {}, "admin");
    expect([replayed.statusCode, replayed.json().status]).toEqual([200, "applied"]);
    expect(outcome(await get(`${events}/${newId()}`, "admin"))).toEqual([404, "billing.event_not_found"]);
    expect(outcome(await post(`${events}/${newId()}/replay`, {}, "admin"))).toEqual([404, "billing.event_not_found"]);
  });

  test("subscriptions of all workspaces, by what is known of them", async () => {
    await t.send(bought(0), bought(1, { started_at: new Date(Date.now() + 1_000) }));
    const found = async (query: string) =>
      (await get(`/v1/admin/subscriptions?workspace_id=${member.workspace_id}&${query}`, "admin")).json().data;
    expect(await found("limit=10")).toHaveLength(2);
    expect(await found("is_duplicate=true")).toEqual([
      expect.objectContaining({ external_id: `sub_${member.workspace_id}_1` }),
    ]);
    expect(await found(`external_id=sub_${member.workspace_id}_0`)).toEqual([
      expect.objectContaining({ workspace_id: member.workspace_id, environment: "test", is_duplicate: false }),
    ]);
  });

  test("a plan's subscribers keep their version until they are moved", async () => {
    await t.send(bought(0, { price: "price_team" }));
    const version = async () => (await get("/v1/billing/subscriptions")).json().data[0].plan_version_id;
    const before = await version();
    await t.sql(
      `with v as (insert into plans.plan_versions (id, plan_id, version, content, content_hash)
         select gen_random_uuid(), plan_id, version + 1, content || '{"name": "Team 2"}', sha256('2')
         from plans.plan_versions where plan_id = 'coditect.team' order by version desc limit 1 returning id)
       update plans.plans set plan_version_id = v.id from v where plan_id = 'coditect.team'`,
    );
    expect(await version()).toBe(before);
    expect(
      (await post("/v1/admin/plans/move-subscribers", { plan_id: "coditect.team" }, "admin")).json().moved,
    ).toBeGreaterThan(0);
    expect(await version()).not.toBe(before);
    expect((await post("/v1/admin/plans/move-subscribers", { plan_id: "coditect.team" }, "admin")).json()).toEqual({
      moved: 0,
    });
    expect(outcome(await post("/v1/admin/plans/move-subscribers", { plan_id: "coditect.gold" }, "admin"))).toEqual([
      404,
      "plans.not_found",
    ]);
  });

  test("purchases of two people are merged", async () => {
    await t.send(bought());
    const other = await makeMember(t);
    const merged = await post(
      "/v1/admin/purchases/merge",
      { from_user_id: member.user_id, to_user_id: other.user_id },
      "admin",
    );
    expect(merged.statusCode).toBe(204);
    expect((await get("/v1/billing/subscriptions", other.workspace_id)).json().data).toHaveLength(1);
    const unknown = { from_user_id: newId(), to_user_id: other.user_id };
    expect(outcome(await post("/v1/admin/purchases/merge", unknown, "admin"))).toEqual([
      404,
      "billing.workspace_unknown",
    ]);
  });

  test("a reconciliation is begun, and listed", async () => {
    const begun = await post("/v1/admin/reconciliations", { source: "stripe" }, "admin");
    expect([begun.statusCode, begun.json().source]).toEqual([202, "stripe"]);
    const last = async () => (await get("/v1/admin/reconciliations", "admin")).json().data[0];
    await expect.poll(async () => (await last()).phase, { timeout: 30_000 }).toBe("done");
    expect(await last()).toMatchObject({ id: begun.json().id, failed: 0 });
    expect(outcome(await post("/v1/admin/reconciliations", { source: "app_store" }, "admin"))).toEqual([
      404,
      "billing.store_not_configured",
    ]);
    expect((await post("/v1/admin/reconciliations", { source: "paddle" }, "admin")).statusCode).toBe(422);
  });

  test.each([
    ["GET", events],
    ["GET", "/v1/admin/subscriptions"],
    ["GET", "/v1/admin/reconciliations"],
    ["POST", "/v1/admin/reconciliations"],
    ["POST", "/v1/admin/purchases/merge"],
    ["POST", "/v1/admin/plans/move-subscribers"],
  ] as const)("%s %s is for them alone", async (method, url) => {
    const payload =
      method === "POST" ? { source: "stripe", plan_id: "x", from_user_id: newId(), to_user_id: newId() } : undefined;
    const answer = await app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${member.workspace_id}` },
      ...(payload === undefined ? {} : { payload }),
    });
    expect(answer.statusCode).toBe(403);
  });
});

test("where nothing is sold there are no such routes", async () => {
  const without = await serveRoutes(
    t,
    billingRoutes({ billing: t.billingWith({ seller: undefined }), licenseKeyOf: async () => undefined }),
  );
  for (const url of ["/v1/checkout/sessions", "/v1/billing/portal-sessions"]) {
    const answer = await without.inject({
      method: "POST",
      url,
      headers: { authorization: `Bearer ${member.workspace_id}` },
      payload: {},
    });
    expect(answer.statusCode).toBe(404);
  }
  await without.close();
});
