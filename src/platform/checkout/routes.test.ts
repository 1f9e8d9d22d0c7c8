import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BillingStage, billingStage } from "../../../test/support/billing.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { type FakeStripe, startFakeStripe } from "../../../test/support/fake-stripe.ts";
import { serveRoutes } from "../../../test/support/server.ts";
import { newId } from "../../core/id.ts";
import { checkoutSession, subscriptionEvent } from "../stripe/simulator.ts";
import { checkoutRoutes } from "./routes.ts";

type Member = Awaited<ReturnType<typeof makeMember>>;

let fake: FakeStripe;
let t: BillingStage;
let app: FastifyInstance;
let member: Member;
let license_key: string | undefined;

beforeAll(async () => {
  fake = await startFakeStripe();
  t = await billingStage({ stripe: fake });
  const { checkouts } = t;
  if (checkouts === undefined) throw new Error("Nothing is sold here");
  app = await serveRoutes(t, checkoutRoutes({ checkouts, licenseKeyOf: async () => license_key }));
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
      "checkout.session_not_found",
    ]);
    expect(outcome(await get(`${path}/${newId()}`))).toEqual([404, "checkout.session_not_found"]);
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
    [{ plan_id: "prism.free" }, 409, "checkout.plan_not_sold"],
    [{ plan_id: "prism.pro", success_url: "https://evil.example.com" }, 422, "request.invalid"],
    [{ plan_id: "prism.pro", success_url: "javascript:alert(1)" }, 422, "request.invalid"],
    [{ plan_id: "prism.pro", quantity: 0 }, 422, "request.invalid"],
    [{}, 422, "request.invalid"],
  ])("%j: %i %s", async (body, status, code) => {
    expect(outcome(await post(path, body))).toEqual([status, code]);
  });

  test("what the workspace has already: 409; a Stripe that is down: 503", async () => {
    await t.send(bought());
    expect(outcome(await post(path, { plan_id: "prism.max" }))).toEqual([409, "checkout.already_subscribed"]);
    fake.fail("error");
    expect(outcome(await post(path, { plan_id: "coditect.team" }))).toEqual([503, "billing.store_unreachable"]);
    fake.fail(undefined);
  });
});

describe("the pages after it", () => {
  const opened = async () => {
    const { id } = (await post("/v1/checkout/sessions", { plan_id: "prism.pro" })).json();
    const [row] = await t.sql<{ external_id: string }>("select external_id from checkout.sessions where id = $1", [id]);
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
    expect(outcome(await post(path, { return_url }))).toEqual([404, "checkout.no_customer"]);
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
