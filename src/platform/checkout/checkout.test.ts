import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BillingStage, billingStage } from "../../../test/support/billing.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { type FakeStripe, startFakeStripe } from "../../../test/support/fake-stripe.ts";
import { newId } from "../../core/id.ts";
import { createStripeApi } from "../stripe/api.ts";
import { checkoutSession, subscriptionEvent } from "../stripe/simulator.ts";
import type { Checkouts } from "./index.ts";

type Member = Awaited<ReturnType<typeof makeMember>>;

let fake: FakeStripe;
let t: BillingStage;
let checkouts: Checkouts;
let me: Member;

beforeAll(async () => {
  fake = await startFakeStripe();
  t = await billingStage({ stripe: fake });
  checkouts = sellingOf(t.checkouts);
});
afterAll(async () => {
  await t.close();
  await fake.close();
});
beforeEach(async () => {
  me = await makeMember(t);
  fake.requests.length = 0;
});
afterEach(() => fake.fail(undefined));

function sellingOf(given: Checkouts | undefined): Checkouts {
  if (given === undefined) throw new Error("Nothing is sold here");
  return given;
}
const create = (plan_id: string, more = {}, ctx = me) => checkouts.create(ctx, { plan_id, ...more });
const sessions = "POST /v1/checkout/sessions";
/** The sessions that the fake made for the workspace. */
const made = () =>
  new Set(fake.requests.filter(({ endpoint }) => endpoint === sessions).map(({ idempotency_key }) => idempotency_key));
const rows = () =>
  t.sql<{ id: string; external_id: string; status: string }>(
    "select id, external_id, status from checkout.sessions where workspace_id = $1 order by created_at, id",
    [me.workspace_id],
  );
/** Stripe tells that the buyer paid, or left. */
const told = async (word: string, external_id: string, more = {}) => {
  if (word === "completed") fake.pay(external_id);
  await t.send(
    checkoutSession(word, {
      checkout: external_id,
      workspace_id: me.workspace_id,
      customer: `cus_${external_id}`,
      subscription: `sub_${external_id}`,
      ...more,
    }),
  );
};
const externalId = async (id: string) => (await rows()).find((row) => row.id === id)?.external_id ?? "";

describe("a checkout", () => {
  test("is opened at Stripe for the workspace's own customer, and leads to its page", async () => {
    const checkout = await create("prism.pro", { quantity: 3 });
    expect(checkout).toMatchObject({
      plan_id: "prism.pro",
      product: "prism",
      quantity: 3,
      trial_days: 0,
      status: "open",
    });
    const session = fake.session(await externalId(checkout.id));
    expect(checkout.url).toBe(session?.url);
    expect(session).toMatchObject({
      client_reference_id: me.workspace_id,
      subscription_data: { metadata: { workspace_id: me.workspace_id } },
      line_items: { 0: { price: "price_pro", quantity: "3" } },
      success_url: "http://plinth.test/v1/checkout/success?session_id={CHECKOUT_SESSION_ID}",
    });
    expect(await checkouts.get(me, checkout.id)).toEqual(checkout);
    const other = await makeMember(t);
    await expect(checkouts.get(other, checkout.id)).rejects.toMatchObject({ code: "checkout.session_not_found" });
  });

  test("30 asked for at once: one is open, one session and one customer are made", async () => {
    const all = await Promise.all(Array.from({ length: 30 }, () => create("prism.pro")));
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(new Set(all.map(({ url }) => url)).size).toBe(1);
    expect(await rows()).toEqual([expect.objectContaining({ status: "open" })]);
    expect(made().size).toBe(1);
    const customers = await t.sql("select external_id from billing.customers where workspace_id = $1", [
      me.workspace_id,
    ]);
    expect(customers).toHaveLength(1);
  });

  test("asked for again, it is the one that is open, and Stripe is not asked", async () => {
    const first = await create("prism.pro");
    fake.requests.length = 0;
    expect(await create("prism.pro")).toEqual(first);
    expect(fake.requests).toEqual([]);
  });

  test("for another plan replaces the open one, which is closed at Stripe", async () => {
    const first = await create("prism.pro");
    const second = await create("prism.max");
    expect(second.id).not.toBe(first.id);
    expect(fake.session(await externalId(first.id))?.status).toBe("expired");
    expect((await rows()).map(({ status }) => status)).toEqual(["replaced", "open"]);
    expect(await create("coditect.team")).toMatchObject({ product: "coditect" });
    expect((await rows()).map(({ status }) => status)).toEqual(["replaced", "open", "open"]);
  });

  test("10 for one plan and 10 for another at once: one is open at the end, here and there", async () => {
    const asked = Array.from({ length: 20 }, (_, n) => create(n % 2 === 0 ? "prism.pro" : "prism.max"));
    const outcomes = await Promise.allSettled(asked);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected")
        expect(["checkout.opening", "request.unavailable"]).toContain(outcome.reason.code);
    }
    const last = await create("prism.pro").catch(() => undefined);
    const all = await rows();
    expect(all.filter(({ status }) => status === "open" || status === "opening")).toHaveLength(1);
    const open = all.filter(({ external_id }) => external_id !== null && fake.session(external_id)?.status === "open");
    expect(open.length).toBeLessThanOrEqual(1);
    if (last !== undefined) expect(open.map(({ id }) => id)).toEqual([last.id]);
  });

  test("that was paid meanwhile is not replaced", async () => {
    const first = await create("prism.pro");
    fake.pay(await externalId(first.id));
    await expect(create("prism.max")).rejects.toMatchObject({ code: "checkout.already_subscribed" });
    expect((await rows()).map(({ status }) => status)).toEqual(["completed"]);
  });

  test("whose time is over is closed, and another is opened", async () => {
    const first = await create("prism.pro");
    t.clock.advance(25 * 3_600_000);
    const second = await create("prism.pro");
    t.clock.advance(-25 * 3_600_000);
    expect(second.id).not.toBe(first.id);
    expect((await rows()).map(({ status }) => status)).toEqual(["expired", "open"]);
  });

  test("is completed, or expires, when Stripe says so", async () => {
    const first = await create("prism.pro");
    await told("expired", await externalId(first.id));
    expect(await checkouts.get(me, first.id)).toMatchObject({ status: "expired" });
    const second = await create("prism.pro");
    expect(second.id).not.toBe(first.id);
    await told("completed", await externalId(second.id));
    expect(await checkouts.get(me, second.id)).toMatchObject({ status: "completed" });
  });
});

describe("a process that dies in between", () => {
  const dying = () => {
    const seller = createStripeApi({ secret_key: fake.secret_key, url: fake.url });
    const createCheckout: typeof seller.createCheckout = async (...order) => {
      await seller.createCheckout(...order);
      throw new Error("The process died");
    };
    return sellingOf(t.checkoutsOf({ ...seller, createCheckout }));
  };

  test("after Stripe opened it: asked for again, it is the same session", async () => {
    await expect(dying().create(me, { plan_id: "prism.pro" })).rejects.toThrow("The process died");
    expect((await rows()).map(({ status }) => status)).toEqual(["opening"]);
    await create("prism.pro");
    expect((await rows()).map(({ status }) => status)).toEqual(["open"]);
    expect(made().size).toBe(1);
  });

  test("for another plan one waits two minutes, then it is given up", async () => {
    await expect(dying().create(me, { plan_id: "prism.pro" })).rejects.toThrow("The process died");
    await expect(create("prism.max")).rejects.toMatchObject({ code: "checkout.opening" });
    t.clock.advance(121_000);
    expect(await create("prism.max")).toMatchObject({ status: "open" });
    t.clock.advance(-121_000);
    expect((await rows()).map(({ status }) => status)).toEqual(["expired", "open"]);
  });

  test("a Stripe that does not answer is told as that, and nothing is left that stands in the way", async () => {
    fake.fail("error", sessions);
    await expect(create("prism.pro")).rejects.toMatchObject({ code: "billing.store_unreachable" });
    fake.fail(undefined);
    expect(await create("prism.pro")).toMatchObject({ status: "open" });
    expect((await rows()).length).toBe(1);
  });
});

test("a customer whom somebody deleted at Stripe is made anew", async () => {
  await create("prism.pro");
  const customers = () =>
    t.sql<{ external_id: string }>("select external_id from billing.customers where workspace_id = $1", [
      me.workspace_id,
    ]);
  const [{ external_id } = { external_id: "" }] = await customers();
  fake.remove(external_id);
  expect(await create("prism.max")).toMatchObject({ status: "open", plan_id: "prism.max" });
  const after = await customers();
  expect(after).toHaveLength(1);
  expect(after[0]?.external_id).not.toBe(external_id);
});

describe("what cannot be bought", () => {
  test.each([
    ["prism.free", "checkout.plan_not_sold"],
    ["prism.gold", "plans.not_found"],
  ])("%s: %s", async (plan_id, code) => {
    await expect(create(plan_id)).rejects.toMatchObject({ code });
    expect(await rows()).toEqual([]);
  });

  test("what the workspace has already; once it ended, it can", async () => {
    const about = {
      price: "price_pro",
      subscription: `sub_${me.workspace_id}`,
      customer: `cus_${me.workspace_id}`,
      workspace_id: me.workspace_id,
    };
    const past = (seconds: number) => new Date(Date.now() - seconds * 1_000);
    const tell = (word: string, seconds: number, more = {}) => {
      const event = subscriptionEvent(`customer.subscription.${word}`, {
        ...about,
        started_at: past(3_000),
        created: past(seconds),
        ...more,
      });
      fake.put(event);
      return t.send(event);
    };
    await tell("created", 3_000);
    await expect(create("prism.max")).rejects.toMatchObject({ code: "checkout.already_subscribed" });
    expect(await create("coditect.team")).toMatchObject({ product: "coditect" });
    await tell("updated", 2_000, { status: "unpaid" });
    await expect(create("prism.max")).rejects.toMatchObject({ code: "checkout.already_subscribed" });
    await tell("deleted", 1_000, { status: "canceled" });
    expect(await create("prism.max")).toMatchObject({ status: "open" });
  });

  test("by a page of a stranger's: both addresses are named", async () => {
    const refused = create("prism.pro", {
      success_url: "https://evil.example.com/",
      cancel_url: "https://app.example.com.evil.org/",
    });
    await expect(refused).rejects.toMatchObject({
      code: "request.invalid",
      occurrence: { errors: [{ pointer: "/success_url" }, { pointer: "/cancel_url" }] },
    });
    expect(fake.requests).toEqual([]);
    expect(
      await create("prism.pro", { success_url: "https://app.example.com/ok", cancel_url: "http://plinth.test/no" }),
    ).toMatchObject({ status: "open" });
  });
});

describe("the trial: once ever for each owner", () => {
  const trialDays = async (ctx = me) => (await create("coditect.team", {}, ctx)).trial_days;
  /** Another workspace of the same owner's. */
  const another = async (): Promise<Member> => {
    const other = await makeMember(t);
    await t.sql("update workspaces.members set user_id = $1 where workspace_id = $2", [me.user_id, other.workspace_id]);
    return { ...other, user_id: me.user_id };
  };
  const over = async (id: string, word: string) => told(word, await externalId(id));

  test("is offered, and used up with the payment", async () => {
    const { id, trial_days } = await create("coditect.team");
    expect(trial_days).toBe(14);
    expect(fake.session(await externalId(id))?.subscription_data).toMatchObject({ trial_period_days: "14" });
    await over(id, "completed");
    expect(await trialDays()).toBe(0);
    expect(await trialDays(await another())).toBe(0);
  });

  test("two workspaces of one owner at once: one of them has it", async () => {
    const other = await another();
    const days = await Promise.all([me, other, me, other].map((ctx) => trialDays(ctx)));
    expect([new Set([days[0], days[1]]), days[2], days[3]]).toEqual([new Set([14, 0]), days[0], days[1]]);
  });

  test("is given back when the checkout comes to nothing", async () => {
    const { id } = await create("coditect.team");
    const other = await another();
    expect(await trialDays(other)).toBe(0);
    await over(id, "expired");
    await t.sql("update checkout.sessions set status = 'expired' where workspace_id = $1", [other.workspace_id]);
    expect(await trialDays(other)).toBe(14);
  });

  test("one of two owners has had it: none", async () => {
    const { id } = await create("coditect.team");
    await over(id, "completed");
    const other = await makeMember(t);
    await t.sql("insert into workspaces.members (workspace_id, user_id, role) values ($1, $2, 'owner')", [
      other.workspace_id,
      me.user_id,
    ]);
    expect(await trialDays(other)).toBe(0);
    const alone = await makeMember(t);
    expect(await trialDays(alone)).toBe(14);
  });

  test("is used up by a subscription that runs as one, wherever it was bought", async () => {
    const about = {
      price: "price_team",
      subscription: `sub_${me.workspace_id}`,
      customer: `cus_${me.workspace_id}`,
      workspace_id: me.workspace_id,
    };
    const trial = {
      ...about,
      status: "trialing",
      created: new Date(Date.now() - 9_000),
      trial_end: new Date(Date.now() + 86_400_000),
    } as const;
    await t.send(subscriptionEvent("customer.subscription.created", trial));
    expect(await trialDays(await another())).toBe(0);
  });
});

describe("the portal, and Payment Links", () => {
  test("no portal without a customer, one with; never back to a stranger's page", async () => {
    const open = (return_url: string) => checkouts.createPortal(me, return_url);
    await expect(open("https://app.example.com/")).rejects.toMatchObject({ code: "checkout.no_customer" });
    await create("prism.pro");
    expect((await open("https://app.example.com/")).url).toMatch(/^https:\/\/billing\.stripe\.com\//);
    await expect(open("https://evil.example.com/")).rejects.toMatchObject({ code: "request.invalid" });
  });

  test("a link names the workspace; plans without one are left out", async () => {
    expect(await checkouts.paymentLinks(me, undefined)).toEqual([
      { plan_id: "prism.max", url: `https://buy.stripe.com/test_max?client_reference_id=${me.workspace_id}` },
    ]);
    expect(await checkouts.paymentLinks(me, "coditect")).toEqual([]);
  });
});

describe("the page after a checkout", () => {
  test("is found by the store's id, for a day, with what became of it", async () => {
    const { id } = await create("prism.pro");
    const external_id = await externalId(id);
    expect(await checkouts.findReturn(external_id)).toMatchObject({
      plan: "Pro",
      status: "open",
      workspace_id: me.workspace_id,
    });
    await told("completed", external_id);
    expect(await checkouts.findReturn(external_id)).toMatchObject({ status: "completed" });
    expect(await checkouts.findReturn(`cs_test_${newId()}`)).toBeUndefined();
    t.clock.advance(25 * 3_600_000);
    expect(await checkouts.findReturn(external_id)).toBeUndefined();
    t.clock.advance(-25 * 3_600_000);
  });
});
