import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BillingStage, billingStage } from "../../../test/support/billing.ts";
import { storiesOn } from "../../../test/support/billing-story.ts";
import { stripeEvent } from "../stripe/simulator.ts";

const day = 86_400;

let t: BillingStage;
let workspace_id: string;
let customer: string;
let subscription: string;
let name: string;
let T: Date;
const {
  begin,
  second,
  wait,
  told,
  checkout,
  checkoutTold,
  invoice,
  subscriptionRow,
  grants,
  eventRows,
  published,
  mails,
  notices,
  snapshot,
  snapshotVersion,
} = storiesOn(() => t);

beforeAll(async () => {
  t = await billingStage();
});
afterAll(() => t.close());
beforeEach(async () => {
  ({ workspace_id, customer, subscription, name, T } = await begin());
});

const planNow = async () => (await snapshot()).plan_id;

describe("S2: Stripe's real order of a purchase, and every other", () => {
  test("the invoice and the subscription before the checkout, without metadata: pro with the checkout", async () => {
    const unowned = { workspace_id: undefined };
    await t.send(
      told("created", 0, { ...unowned, status: "incomplete" }),
      invoice("paid", 1, 2),
      told("updated", 2, unowned),
    );
    expect(await planNow()).toBe("prism.free");
    await t.send(checkout(3));
    expect(await snapshot()).toMatchObject({ plan_id: "prism.pro", standing: "good", valid_until: T });
    expect((await eventRows()).filter(({ status }) => status === "received")).toEqual([]);
    expect(await mails()).toEqual(["subscription_confirmed"]);
  });
});

describe("S3, S5: one effect", () => {
  test("50 deliveries at once: one row, one snapshot, one mail", async () => {
    const event = told("created", 0);
    await Promise.all(Array.from({ length: 50 }, () => t.send(event)));
    expect([await eventRows(), await snapshotVersion(), await mails()]).toEqual([
      [expect.objectContaining({ status: "applied" })],
      1,
      ["subscription_confirmed"],
    ]);
  });

  test("a crash before the commit, and one after it: no mail is lost, none is sent twice", async () => {
    const dying = t.billingWith({
      entitlements: { ...t.entitlements, grant: () => Promise.reject(new Error("The process died")) },
    });
    const event = told("created", 0);
    await expect(t.sendTo(dying, event)).rejects.toThrow("The process died");
    expect([await eventRows(), await notices()]).toEqual([[], []]);
    await t.send(event, event);
    expect(await mails()).toEqual(["subscription_confirmed"]);
  });
});

describe("S6: of one second", () => {
  test("paid beats open: the invoice, and the subscription that was told as past_due", async () => {
    await t.send(told("created", 0), told("updated", 60, { status: "past_due" }), invoice("paid", 2, 60));
    expect(await snapshot()).toMatchObject({ plan_id: "prism.pro", standing: "good" });
  });

  test("a try that failed and the payment of the same second: paid", async () => {
    await t.send(told("created", 0), invoice("paid", 2, 60), invoice("payment_failed", 2, 60));
    expect(await snapshot()).toMatchObject({ plan_id: "prism.pro", standing: "good" });
  });
});

test("S12: the trial's end is told beforehand, once", async () => {
  const trial = { status: "trialing", trial_end: T } as const;
  await t.send(told("created", 0, trial));
  const [object] = [told("updated", 60, trial).data.object];
  const ending = () => stripeEvent("customer.subscription.trial_will_end", object, { created: second(60) });
  await t.send(ending(), ending());
  expect((await mails()).filter((each) => each === "trial_ending")).toHaveLength(1);
  await t.send(told("deleted", 120, { ...trial, status: "canceled" }));
  expect(await planNow()).toBe("prism.free");
});

describe("S15: an upgrade", () => {
  test("whose payment fails keeps the old plan until it is paid", async () => {
    await t.send(told("created", 0), invoice("paid", 1, 1));
    const upgrade = { price: "price_max", latest_invoice: `in_${name}_2` };
    const proration = { reason: "subscription_update" } as const;
    await t.send(told("updated", 60, { ...upgrade, status: "past_due" }), invoice("payment_failed", 2, 60, proration));
    expect(await snapshot()).toMatchObject({ plan_id: "prism.pro", standing: "grace" });
    await t.send(invoice("paid", 2, 120, proration));
    expect(await snapshot()).toMatchObject({ plan_id: "prism.max", standing: "good" });
    await t.send(told("updated", 120, upgrade));
    expect(await snapshot()).toMatchObject({ plan_id: "prism.max", standing: "good", valid_until: T });
  });

  test("that Stripe holds back until it is paid (pending_if_incomplete) is told with the old price: nothing changes", async () => {
    await t.send(told("created", 0));
    const event = told("updated", 60);
    const pending_update = { expires_at: 1, subscription_items: [{ price: { id: "price_max" } }] };
    await t.send({ ...event, data: { object: { ...event.data.object, pending_update } } });
    await t.send(invoice("payment_failed", 2, 60, { reason: "subscription_update" }));
    expect(await snapshot()).toMatchObject({ plan_id: "prism.pro", standing: "good" });
    expect((await mails()).filter((each) => each?.startsWith("payment_failed"))).toEqual([]);
  });
});

test("S16: a downgrade that is scheduled for the period's end: the old plan until T, then the new", async () => {
  await t.send(told("created", 0, { price: "price_max" }));
  const scheduled = told("updated", 60, { price: "price_max" });
  await t.send({ ...scheduled, data: { object: { ...scheduled.data.object, schedule: "sub_sched_1" } } });
  wait(30 * day - 600);
  expect(await planNow()).toBe("prism.max");
  wait(30 * day + 60);
  await t.send(
    told("updated", 30 * day, {
      current_period_start: T,
      current_period_end: second(60 * day),
      latest_invoice: `in_${name}_2`,
    }),
  );
  expect(await planNow()).toBe("prism.pro");
});

test("S17: 10 seats become 3: that is what the workspace has, and it is told", async () => {
  await t.send(told("created", 0, { quantity: 10 }));
  expect((await snapshot()).seats).toBe(10);
  await t.send(told("updated", 60, { quantity: 3 }));
  expect((await snapshot()).seats).toBe(3);
  expect((await published()).at(-1)).toMatchObject({ seats: 3 });
});

describe("S21: a method that takes days", () => {
  test("gives nothing until it succeeded, whatever the subscription says", async () => {
    await t.send(checkoutTold("completed", 1, { payment_status: "unpaid" }), told("created", 0));
    expect(await snapshot()).toMatchObject({ plan_id: "prism.free", reason: "payment_pending" });
    await t.send(checkoutTold("async_payment_succeeded", 2 * day));
    expect(await snapshot()).toMatchObject({ plan_id: "prism.pro", standing: "good" });
  });

  test("that failed gives nothing", async () => {
    await t.send(
      told("created", 0),
      checkoutTold("completed", 1, { payment_status: "unpaid" }),
      checkoutTold("async_payment_failed", 60),
    );
    expect(await planNow()).toBe("prism.free");
  });

  test("is paid by its invoice too, and succeeded stays so if completed comes late", async () => {
    await t.send(
      told("created", 0),
      checkoutTold("async_payment_succeeded", 60),
      checkoutTold("completed", 1, { payment_status: "unpaid" }),
    );
    expect(await planNow()).toBe("prism.pro");
    const other = { subscription: `${subscription}_b` };
    await t.send(
      told("deleted", 70),
      told("created", 80, other),
      checkoutTold("completed", 81, { ...other, checkout: `cs_${name}_b`, payment_status: "unpaid" }),
    );
    expect(await planNow()).toBe("prism.free");
    await t.send(invoice("paid", 5, 90, other));
    expect(await planNow()).toBe("prism.pro");
  });
});

describe("S23: bought twice", () => {
  const twin = () => ({ subscription: `${subscription}_twin`, started_at: second(5) });
  const flags = async () =>
    [await subscriptionRow(), await subscriptionRow(twin().subscription)].map((row) => row?.is_duplicate);

  test.each([false, true])(
    "one entitlement; the second begun is flagged, alerted and mailed, once (the second first: %s)",
    async (isTurned) => {
      const both = [told("created", 0), told("created", 5, twin())];
      await t.send(...(isTurned ? both.toReversed() : both));
      expect(await flags()).toEqual([false, true]);
      expect(await planNow()).toBe("prism.pro");
      await t.send(told("updated", 9), told("updated", 9, { ...twin(), quantity: 2 }));
      expect(t.lines.filter(({ alert }) => alert === "duplicate_purchase")).toHaveLength(1);
      expect((await mails()).filter((each) => each === "duplicate_purchase")).toHaveLength(1);
    },
  );

  test("both at once: one is flagged", async () => {
    for (let round = 0; round < 8; round++) {
      ({ subscription } = await begin());
      await Promise.all([
        t.send(told("created", 0)),
        t.send(told("created", 5, { ...twin(), customer: `cus_${subscription}_b` })),
      ]);
      expect(await flags()).toEqual([false, true]);
    }
  });

  test("the first is canceled: the second is what the workspace has, and no duplicate any more", async () => {
    await t.send(told("created", 0), told("created", 5, twin()), told("deleted", 60));
    expect(await flags()).toEqual([false, false]);
    expect(await planNow()).toBe("prism.pro");
  });

  test("another product's is none", async () => {
    await t.send(told("created", 0), told("created", 5, { ...twin(), price: "price_team" }));
    expect(await flags()).toEqual([false, false]);
  });
});

describe("C: clocks", () => {
  test("C1, C3: nobody works and Stripe says nothing: the plan ends with its period", async () => {
    await t.send(told("created", 0));
    expect((await snapshot()).valid_until).toEqual(T);
    wait(30 * day - 600);
    expect(await planNow()).toBe("prism.pro");
    wait(30 * day);
    expect(await snapshot()).toMatchObject({ plan_id: "prism.free" });
    const { data } = await t.billing.listSubscriptions(
      { workspace_id, actor: { kind: "system", reason: "test" }, request_id: "test", role: "owner" },
      { limit: 10 },
    );
    expect(data[0]).toMatchObject({ status: "active", standing: "ended" });
  });

  test("a renewal extends to the store's end, and is mailed once, when it is paid", async () => {
    await t.send(told("created", 0), invoice("paid", 1, 1));
    wait(30 * day + 60);
    const renewed = told("updated", 30 * day, {
      current_period_start: T,
      current_period_end: second(60 * day),
      latest_invoice: `in_${name}_2`,
    });
    await t.send(renewed, renewed);
    expect((await grants())[0]?.ends_at).toEqual(second(60 * day));
    expect(await mails()).toEqual(["subscription_confirmed"]);
    const told_ = (await published()).length;
    const paid = invoice("paid", 2, 30 * day + 30);
    await t.send(paid, paid, invoice("paid", 2, 30 * day + 31));
    expect(await mails()).toEqual(["subscription_confirmed", "subscription_renewed"]);
    expect(await published()).toHaveLength(told_);
  });

  test("a renewal whose payment is told first is mailed too", async () => {
    await t.send(told("created", 0), invoice("paid", 1, 1));
    wait(30 * day + 60);
    await t.send(invoice("paid", 2, 30 * day + 30));
    expect(await planNow()).toBe("prism.free");
    await t.send(
      told("updated", 30 * day, {
        current_period_start: T,
        current_period_end: second(60 * day),
        latest_invoice: `in_${name}_2`,
      }),
    );
    expect(await planNow()).toBe("prism.pro");
    expect(await mails()).toEqual(["subscription_confirmed", "subscription_renewed"]);
  });

  test("C8: Stripe's whole seconds are kept as they are", async () => {
    await t.send(told("created", 0));
    expect((await subscriptionRow())?.current_period_end).toEqual(T);
    expect(T.getMilliseconds()).toBe(0);
  });
});

describe("what people are told of an end", () => {
  test("canceled for the period's end, then deleted at it: one mail", async () => {
    await t.send(told("created", 0), told("updated", 60, { cancel_at_period_end: true }));
    wait(30 * day + 60);
    await t.send(told("deleted", 30 * day, { cancel_at_period_end: true, status: "canceled" }));
    expect(await mails()).toEqual(["subscription_confirmed", "subscription_canceled"]);
  });
});

test("M8: a test subscription and a live one of the same workspace never mix", async () => {
  await t.send(told("created", 0, { livemode: true, price: "price_max" }), told("created", 0));
  expect(await planNow()).toBe("prism.pro");
  expect((await eventRows(customer)).map(({ environment, status }) => [environment, status])).toEqual([
    ["live", "ignored"],
    ["test", "applied"],
  ]);
});
