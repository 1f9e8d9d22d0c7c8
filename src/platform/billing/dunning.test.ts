import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BillingStage, billingStage } from "../../../test/support/billing.ts";
import { storiesOn } from "../../../test/support/billing-story.ts";

const hour = 3_600;
const day = 24 * hour;

let t: BillingStage;
let subscription: string;
let T: Date;
const {
  begin,
  second,
  wait,
  told,
  invoice,
  subscriptionRow,
  grants,
  published,
  notices,
  mails,
  snapshot,
  billingStatus,
} = storiesOn(() => t);

beforeAll(async () => {
  t = await billingStage();
});
afterAll(() => t.close());
beforeEach(async () => {
  ({ subscription, T } = await begin());
});

/** Seconds of the story: the first period's end, and the second's. */
const [end, end2] = [30 * day, 60 * day];
/** What Stripe tells once the second period has begun: its end, and that its invoice is the newest. */
const second_period = () => ({
  current_period_start: T,
  current_period_end: second(end2),
  latest_invoice: `in_${subscription.slice(4)}_2`,
});
/** A month was paid; the next begins, and Stripe is about to collect. */
async function renew(): Promise<void> {
  await t.send(told("created", 0), invoice("paid", 1, 1));
  wait(end + 60);
  await t.send(told("updated", end, second_period()));
}
/** The try is at this second of the story, and Stripe says so at once. */
async function failing(attempt: number, n: number): Promise<void> {
  wait(n + 60);
  await t.send(
    invoice("payment_failed", 2, n, { attempt }),
    told("updated", n, { ...second_period(), status: "past_due" }),
  );
}
const standing = async () => {
  const { plan_id, standing: stands, reason } = await snapshot();
  return [plan_id, stands, reason];
};
const graceEnd = async () => (await subscriptionRow())?.grace_ends_at;

describe("S9: a renewal that is not paid", () => {
  test("1: grace until +7 d; 2: the earlier of that and +3 d; 3: suspended, and the workspace past_due; each mail once; paid: all is well at once", async () => {
    await renew();
    await failing(1, end + hour);
    expect(await standing()).toEqual(["prism.pro", "grace", "payment_failed"]);
    expect(await graceEnd()).toEqual(second(end + hour + 7 * day));
    expect(await billingStatus()).toBe("current");

    await failing(2, end + hour + 3 * day);
    expect(await standing()).toEqual(["prism.pro", "grace", "payment_failed"]);
    expect(await graceEnd()).toEqual(second(end + hour + 6 * day));

    await failing(3, end + hour + 5 * day);
    expect(await standing()).toEqual(["prism.free", "suspended", "payment_failed"]);
    expect(await subscriptionRow()).toMatchObject({
      standing: "suspended",
      access_ends_at: second(end + hour + 5 * day),
    });
    expect(await billingStatus()).toBe("past_due");

    wait(end + 8 * day);
    await t.send(invoice("paid", 2, end + 8 * day));
    expect(await standing()).toEqual(["prism.pro", "good", null]);
    expect((await grants())[0]?.ends_at).toEqual(second(end2));
    expect(await billingStatus()).toBe("current");
    const sent = await mails();
    expect(sent.toSorted()).toEqual([
      "payment_failed 1",
      "payment_failed 2",
      "payment_failed 3",
      "payment_recovered",
      "subscription_confirmed",
    ]);
  });

  test("the second try late: the running grace stays", async () => {
    await renew();
    await failing(1, end + hour);
    await failing(2, end + hour + 5 * day);
    expect(await graceEnd()).toEqual(second(end + hour + 7 * day));
  });

  test("the same try again, as the same event or as another, changes nothing and mails nobody", async () => {
    await renew();
    await failing(1, end + hour);
    const before = [await notices(), (await published()).length, await subscriptionRow()];
    const again = invoice("payment_failed", 2, end + hour + 60, { attempt: 1 });
    await Promise.all(Array.from({ length: 10 }, () => t.send(again)));
    await t.send(invoice("payment_failed", 2, end + 2 * day, { attempt: 1 }));
    expect([await notices(), (await published()).length, await subscriptionRow()]).toEqual(before);
    expect((await mails()).filter((each) => each === "payment_failed 1")).toHaveLength(1);
  });

  test("the grace is over by the clock alone: no worker, no word from Stripe", async () => {
    await renew();
    await failing(1, end + hour);
    wait(end + hour + 7 * day - 600);
    expect((await snapshot()).plan_id).toBe("prism.pro");
    wait(end + hour + 7 * day);
    expect((await snapshot()).plan_id).toBe("prism.free");
    expect((await grants())[0]?.ends_at).toEqual(second(end + hour + 7 * day));
  });

  test.each([
    ["the first try", [1], end + 2 * day],
    ["the second try", [1, 2], end + 4 * day],
    ["the third try", [1, 2, 3], end + 8 * day],
    ["the end of the grace", [1], end + 12 * day],
  ])(
    "paid after %s: pro until the store's end, by the invoice alone and as the store says active",
    async (_name, attempts, n) => {
      await renew();
      for (const attempt of attempts) await failing(attempt, end + hour + (attempt - 1) * 2 * day);
      wait(n);
      await t.send(invoice("paid", 2, n));
      expect(await standing()).toEqual(["prism.pro", "good", null]);
      expect((await grants())[0]?.ends_at).toEqual(second(end2));
      expect(await graceEnd()).toBeNull();
      await t.send(told("updated", n, second_period()));
      expect(await standing()).toEqual(["prism.pro", "good", null]);
      expect((await notices()).filter((each) => each.startsWith("payment_recovered"))).toHaveLength(1);
    },
  );

  test("the store says active before its invoice is told as paid: good as soon as that comes", async () => {
    await renew();
    await failing(1, end + hour);
    wait(end + 2 * day);
    await t.send(told("updated", end + 2 * day, second_period()), invoice("paid", 2, end + 2 * day));
    expect(await standing()).toEqual(["prism.pro", "good", null]);
  });

  const orders = [
    [1, 2, 3],
    [1, 3, 2],
    [2, 1, 3],
    [2, 3, 1],
    [3, 1, 2],
    [3, 2, 1],
  ];
  test.each(orders)(
    "the tries told in the order %i, %i, %i end the same; nobody is warned after the suspension",
    async (...order) => {
      await renew();
      wait(end + 6 * day);
      const tried = (attempt: number) =>
        invoice("payment_failed", 2, end + hour + (attempt - 1) * 2 * day, { attempt });
      for (const attempt of order) await t.send(tried(attempt));
      expect(await standing()).toEqual(["prism.free", "suspended", "payment_failed"]);
      expect((await subscriptionRow())?.access_ends_at).toEqual(second(end + hour + 4 * day));
      const sent = (await mails()).filter((each) => each?.startsWith("payment_failed"));
      expect(sent.at(-1)).toBe("payment_failed 3");
      expect(sent).toEqual(sent.toSorted());
    },
  );

  test("past_due without a known try: the first counts as made when the period began, until it is known", async () => {
    await renew();
    await t.send(told("updated", end + hour, { ...second_period(), status: "past_due" }));
    expect(await graceEnd()).toEqual(second(end + 7 * day));
    expect(await standing()).toEqual(["prism.pro", "grace", "payment_failed"]);
    await t.send(invoice("payment_failed", 2, end + hour));
    expect(await graceEnd()).toEqual(second(end + hour + 7 * day));
    expect((await mails()).filter((each) => each?.startsWith("payment_failed"))).toEqual(["payment_failed 1"]);
  });

  test("a payment that failed before the subscription was heard of counts when it is", async () => {
    wait(end + 2 * day);
    await t.send(invoice("payment_failed", 2, end + hour));
    expect(await subscriptionRow()).toBeUndefined();
    await t.send(told("updated", end, second_period()));
    expect(await standing()).toEqual(["prism.pro", "grace", "payment_failed"]);
    expect(await graceEnd()).toEqual(second(end + hour + 7 * day));
  });

  test("the next month's first try begins a new count", async () => {
    await renew();
    await failing(1, end + hour);
    await failing(2, end + 2 * day);
    await t.send(invoice("paid", 2, end + 3 * day), told("updated", end + 3 * day, second_period()));
    wait(end2 + day);
    const third = { current_period_start: second(end2), current_period_end: second(90 * day), latest_invoice: "in_3" };
    await t.send(told("updated", end2, third), invoice("payment_failed", 3, end2 + hour));
    expect(await standing()).toEqual(["prism.pro", "grace", "payment_failed"]);
    expect(await graceEnd()).toEqual(second(end2 + hour + 7 * day));
    expect((await mails()).filter((each) => each?.startsWith("payment_failed"))).toEqual([
      "payment_failed 1",
      "payment_failed 2",
      "payment_failed 1",
    ]);
  });

  test("Stripe gives up: unpaid suspends, canceled ends", async () => {
    await renew();
    await failing(1, end + hour);
    await t.send(told("updated", end + 2 * hour, { ...second_period(), status: "unpaid" }));
    expect(await standing()).toEqual(["prism.free", "suspended", "payment_failed"]);
    expect(await billingStatus()).toBe("past_due");
    await t.send(told("deleted", end + 3 * hour, second_period()));
    expect(await standing()).toEqual(["prism.free", "ended", "canceled"]);
    expect(await billingStatus()).toBe("current");
  });

  test("C9: a clock that jumps back does not lift the suspension", async () => {
    await renew();
    await failing(3, end + 5 * day);
    wait(end + 2 * day);
    expect((await snapshot()).plan_id).toBe("prism.free");
    wait(end + 6 * day);
  });

  test("the first invoice that fails has no grace, and a trial's first payment has", async () => {
    await t.send(told("created", 0, { status: "incomplete" }), invoice("payment_failed", 1, 1));
    expect(await standing()).toEqual(["prism.free", "ended", "incomplete"]);
    expect((await mails()).filter((each) => each?.startsWith("payment_failed"))).toEqual([]);
    const trial = { subscription: `${subscription}_trial`, status: "trialing", trial_end: T } as const;
    await t.send(told("created", 0, trial));
    wait(end + 2 * hour);
    await t.send(invoice("payment_failed", 2, end + hour, { subscription: trial.subscription }));
    await t.send(
      told("updated", end + hour, { ...second_period(), subscription: trial.subscription, status: "past_due" }),
    );
    expect(await standing()).toEqual(["prism.pro", "grace", "payment_failed"]);
  });
});

describe("what a workspace owes", () => {
  const other = () => ({
    subscription: `${subscription}_other`,
    customer: `cus_${subscription}_other`,
    price: "price_team",
  });

  test("is owed as long as any of its subscriptions is suspended for it", async () => {
    await t.send(told("created", 0), told("created", 0, other()));
    await t.send(told("updated", 5, { status: "unpaid" }), told("updated", 5, { ...other(), status: "unpaid" }));
    await t.send(told("updated", 9));
    expect(await billingStatus()).toBe("past_due");
    await t.send(told("updated", 9, other()));
    expect(await billingStatus()).toBe("current");
  });

  test("is so too when one is paid in the moment in which another is suspended", async () => {
    for (let round = 0; round < 12; round++) {
      const n = 10 * round + 10;
      await t.send(told("updated", n, { status: "unpaid" }), told("updated", n, other()));
      await Promise.all([
        t.send(told("updated", n + 5)),
        t.send(told("updated", n + 5, { ...other(), status: "unpaid" })),
      ]);
      expect(await billingStatus()).toBe("past_due");
    }
  });
});
