import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BillingStage, billingStage } from "../../../test/support/billing.ts";
import { storiesOn } from "../../../test/support/billing-story.ts";
import { type FakeStripe, startFakeStripe } from "../../../test/support/fake-stripe.ts";

const asking = "GET /v1/subscriptions/{id}";

let fake: FakeStripe;
let t: BillingStage;
const { begin, told, invoice, dispute, refund, checkout, subscriptionRow, eventRows, grants, published, snapshot } =
  storiesOn(() => t);

beforeAll(async () => {
  fake = await startFakeStripe();
  t = await billingStage({ stripe: fake });
});
afterAll(async () => {
  await t.close();
  await fake.close();
});
beforeEach(async () => {
  await begin();
  fake.requests.length = 0;
});
afterEach(() => fake.fail(undefined));

const planNow = async () => (await snapshot()).plan_id;
const replayed = (webhook_event_id: string) => t.billing.admin.replay(webhook_event_id, "test");
const eventId = async (event_id: string) =>
  (await t.sql<{ id: string }>("select id from inbox.webhook_events where event_id = $1", [event_id]))[0]?.id ?? "";

describe("what Stripe says now is what counts", () => {
  test("an old notification brings the present state; a late one changes nothing", async () => {
    fake.put(told("updated", 300, { price: "price_max", quantity: 4 }));
    await t.send(told("created", 0, { status: "incomplete" }));
    expect(await planNow()).toBe("prism.max");
    expect(await subscriptionRow()).toMatchObject({ status: "active", seats: 4 });
    const before = await published();
    await t.send(told("updated", 100, { status: "unpaid" }));
    expect(await planNow()).toBe("prism.max");
    expect(await published()).toEqual(before);
  });

  test("S4: two different events at once, in opposite states: the end is what Stripe says", async () => {
    for (const status of ["active", "unpaid", "canceled"] as const) {
      await begin();
      fake.put(told("updated", 300, { status, quantity: 5 }));
      await Promise.all([
        t.send(told("updated", 200, { status: "active" })),
        t.send(told("updated", 100, { status: "unpaid" })),
        t.send(told("deleted", 50)),
      ]);
      expect(await subscriptionRow()).toMatchObject({ status, seats: 5 });
      expect(await eventRows()).toHaveLength(3);
    }
  });

  test("200 deliveries of one event at once ask Stripe once", async () => {
    fake.put(told("updated", 300));
    const event = told("updated", 200);
    await Promise.all(Array.from({ length: 200 }, () => t.send(event)));
    expect(fake.asked(asking)).toBe(1);
    expect(await eventRows()).toEqual([expect.objectContaining({ status: "applied" })]);
    expect(await published()).toHaveLength(1);
  });

  test("a checkout and an invoice bring the subscription that was never told", async () => {
    fake.put(told("updated", 300, { workspace_id: undefined }));
    await t.send(invoice("paid", 1, 1));
    expect(await subscriptionRow()).toBeUndefined();
    await t.send(checkout(5));
    expect(await planNow()).toBe("prism.pro");
  });

  test("S18: a dispute of a payment that was never told finds its subscription at Stripe", async () => {
    fake.put(told("updated", 300), invoice("paid", 1, 1));
    await t.send(told("updated", 200));
    await t.send(dispute("created", 1, 250));
    expect(await snapshot()).toMatchObject({ plan_id: "prism.free", standing: "suspended", reason: "disputed" });
    await t.send(dispute("closed", 1, 260, "won"));
    expect(await planNow()).toBe("prism.pro");
    await t.send(refund(1, 270));
    expect(await snapshot()).toMatchObject({ plan_id: "prism.free", reason: "refunded" });
  });

  test("the other environment's are not asked about", async () => {
    await t.send(told("created", 0, { livemode: true }));
    expect(fake.requests).toEqual([]);
    expect(await grants()).toEqual([]);
  });
});

describe("the lease", () => {
  test("a slow older answer never overwrites a newer one", async () => {
    fake.put(told("updated", 100, { quantity: 1 }));
    const slow = fake.hold(asking);
    const first = t.send(told("updated", 100));
    await slow.asked;
    // Stripe has moved on, and says so, while its older answer is still on the way.
    fake.put(told("updated", 200, { price: "price_max", quantity: 9 }));
    const second = t.send(told("updated", 200));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(fake.asked(asking)).toBe(1);
    slow.release();
    await Promise.all([first, second]);
    expect(await subscriptionRow()).toMatchObject({ seats: 9 });
    expect(await planNow()).toBe("prism.max");
  });

  test("of a process that died while it asked is over in time, and its answer is not written", async () => {
    fake.put(told("updated", 100, { quantity: 1 }));
    const slow = fake.hold(asking);
    const dead = t.send(told("updated", 100));
    await slow.asked;
    await t.sql("update billing.leases set expires_at = now() - interval '1 second'");
    fake.put(told("updated", 200, { quantity: 9 }));
    await t.send(told("updated", 200));
    slow.release();
    await dead;
    expect(await subscriptionRow()).toMatchObject({ seats: 9 });
    await t.work();
    expect(await subscriptionRow()).toMatchObject({ seats: 9 });
    expect((await eventRows()).map(({ status }) => status)).not.toContain("failed");
    expect(await t.sql("select key from billing.leases")).toEqual([]);
  });
});

describe("a Stripe that does not answer", () => {
  test.each(["error", "down"] as const)(
    "%s: the notification is kept, taken with 2xx, and asked about again by the worker",
    async (mode) => {
      const event = told("updated", 200);
      fake.put(told("updated", 300, { quantity: 3 }));
      fake.fail(mode);
      await t.send(event);
      expect(await eventRows()).toEqual([expect.objectContaining({ status: "received", reason: "store_unreachable" })]);
      expect(await subscriptionRow()).toBeUndefined();
      fake.fail(undefined);
      await t.work();
      expect(await subscriptionRow()).toMatchObject({ status: "active", seats: 3 });
      expect(await eventRows()).toEqual([expect.objectContaining({ status: "applied" })]);
    },
  );

  test("never takes anything away, and is sent again without effect", async () => {
    fake.put(told("updated", 100));
    await t.send(told("updated", 100));
    fake.fail("error");
    const event = told("deleted", 200);
    await t.send(event, event);
    expect(await planNow()).toBe("prism.pro");
    fake.put(told("deleted", 200, { status: "canceled" }));
    fake.fail(undefined);
    await t.work();
    expect(await planNow()).toBe("prism.free");
  });

  test("is asked again by the next news of the same buyer", async () => {
    fake.fail("error");
    await t.send(told("created", 0));
    fake.fail(undefined);
    fake.put(told("updated", 100));
    await t.send(told("updated", 100));
    expect((await eventRows()).map(({ status }) => status)).not.toContain("received");
    expect(await planNow()).toBe("prism.pro");
  });
});

describe("a replay", () => {
  test("asks Stripe anew, and applies what it says", async () => {
    fake.put(told("updated", 100));
    const event = told("updated", 100);
    await t.send(event);
    fake.put(told("updated", 300, { price: "price_max" }));
    expect(await replayed(await eventId(event.id))).toMatchObject({ status: "applied" });
    expect(await planNow()).toBe("prism.max");
  });

  test("of one that failed, once its price is sold, applies it", async () => {
    fake.put(told("updated", 100, { price: "price_later" }));
    const event = told("updated", 100, { price: "price_later" });
    await t.send(event);
    expect(await eventRows()).toEqual([expect.objectContaining({ status: "failed", reason: "unknown_price" })]);
    fake.put(told("updated", 100));
    expect(await replayed(await eventId(event.id))).toEqual({ status: "applied", reason: null });
    expect(await eventRows()).toEqual([expect.objectContaining({ status: "applied" })]);
    expect(await planNow()).toBe("prism.pro");
  });

  test("of all that is open takes those that wait and those that failed", async () => {
    fake.fail("error");
    await t.send(told("created", 0));
    fake.fail(undefined);
    fake.put(told("updated", 100));
    const { seen, applied } = await t.billing.admin.replayOpen("test");
    expect([seen >= 1, applied >= 1]).toEqual([true, true]);
    expect(await planNow()).toBe("prism.pro");
  });

  test("of what is settled long since does no harm, also by many at once", async () => {
    fake.put(told("updated", 100));
    const event = told("updated", 100);
    await t.send(event);
    const before = [await published(), await grants()];
    const id = await eventId(event.id);
    await Promise.all(Array.from({ length: 8 }, () => replayed(id)));
    expect([await published(), await grants()]).toEqual(before);
    await expect(replayed("00000000-0000-7000-8000-000000000000")).rejects.toMatchObject({
      code: "billing.event_not_found",
    });
  });
});
