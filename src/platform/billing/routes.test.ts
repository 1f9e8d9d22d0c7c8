import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BillingStage, billingStage } from "../../../test/support/billing.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { type FakeStripe, startFakeStripe } from "../../../test/support/fake-stripe.ts";
import { serveRoutes } from "../../../test/support/server.ts";
import { newId } from "../../core/id.ts";
import { subscriptionEvent } from "../stripe/simulator.ts";
import { billingRoutes } from "./routes.ts";

type Member = Awaited<ReturnType<typeof makeMember>>;

let fake: FakeStripe;
let t: BillingStage;
let app: FastifyInstance;
let member: Member;

beforeAll(async () => {
  fake = await startFakeStripe();
  t = await billingStage({ stripe: fake });
  app = await serveRoutes(t, billingRoutes(t.billing));
});
afterAll(async () => {
  await app.close();
  await t.close();
  await fake.close();
});
beforeEach(async () => {
  member = await makeMember(t);
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
