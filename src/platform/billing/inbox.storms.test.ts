import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BillingStage, billingStage } from "../../../test/support/billing.ts";
import { storiesOn } from "../../../test/support/billing-story.ts";

let t: BillingStage;
let workspace_id: string;
let customer: string;
let subscription: string;
let T: Date;
const { begin, second, told, checkout, receive, subscriptionRow, grants, eventRows, published, snapshotVersion } =
  storiesOn(() => t);

beforeAll(async () => {
  t = await billingStage();
});
afterAll(() => t.close());
beforeEach(async () => {
  ({ workspace_id, customer, subscription, T } = await begin());
});

describe("again, and at once", () => {
  test("S3: the same event twice, and 50 times at once: one effect", async () => {
    const event = told("created", 0);
    await Promise.all(Array.from({ length: 50 }, () => receive(event)));
    await receive(event);
    expect(await eventRows()).toEqual([expect.objectContaining({ status: "applied" })]);
    expect(await published()).toHaveLength(1);
    expect(await snapshotVersion()).toBe(1);
  });

  test("S4: different events of one subscription at once, in opposite states: all taken, and the last one holds", async () => {
    const events = Array.from({ length: 24 }, (_, n) =>
      told("updated", n, { status: n % 2 === 0 ? "unpaid" : "active", quantity: n + 1 }),
    );
    await Promise.all([...events, ...events].map((event) => receive(event)));
    expect(await subscriptionRow()).toMatchObject({ status: "active", seats: 24 });
    expect((await grants())[0]).toMatchObject({ seats: 24, ends_at: T });
    expect(await eventRows()).toHaveLength(24);
  });

  test("S4: a deletion among updates at once ends it", async () => {
    const events = [
      ...Array.from({ length: 15 }, (_, n) => told("updated", 2 * n, { quantity: n + 1 })),
      told("deleted", 15, { ended_at: second(15) }),
    ];
    await Promise.all(events.map((event) => receive(event)));
    expect(await subscriptionRow()).toMatchObject({ status: "canceled" });
    expect(await t.plan(workspace_id)).toBe("prism.free");
  });

  test("the checkout and what waits for it at once: nothing is left waiting", async () => {
    for (let round = 0; round < 10; round++) {
      const own = { customer: `${customer}_${round}`, subscription: `${subscription}_${round}` };
      const unowned = { ...own, workspace_id: undefined };
      await Promise.all([
        receive(told("created", 1, { ...unowned, status: "incomplete" })),
        receive(checkout(3, own)),
        receive(told("updated", 2, unowned)),
      ]);
      expect(await subscriptionRow(own.subscription)).toMatchObject({ status: "active" });
      expect((await eventRows(own.customer)).filter(({ status }) => status === "received")).toEqual([]);
    }
  });

  test("two subscriptions of one workspace at once: both count", async () => {
    const others = Array.from({ length: 8 }, (_, n) => `${subscription}_${n}`);
    const news = others.map((id, n) =>
      told("created", n, {
        subscription: id,
        customer: `${customer}_${n}`,
        price: n === 3 ? "price_max" : "price_pro",
      }),
    );
    await Promise.all(news.map((event) => receive(event)));
    expect(await t.plan(workspace_id)).toBe("prism.max");
    expect(await grants()).toHaveLength(8);
  });

  test.each(["grant", "append"] as const)(
    "S5: a crash at the %s leaves nothing; the redelivery does it all",
    async (where) => {
      const crash = () => Promise.reject(new Error("The process died"));
      const dying = t.billingWith(
        where === "grant" ? { entitlements: { ...t.entitlements, grant: crash } } : { events: { append: crash } },
      );
      const event = told("created", 0);
      await expect(receive(event, dying)).rejects.toThrow("The process died");
      expect([await eventRows(), await grants(), await subscriptionRow()]).toEqual([[], [], undefined]);
      await receive(event);
      expect(await t.plan(workspace_id)).toBe("prism.pro");
      expect(await published()).toHaveLength(1);
    },
  );

  test("S5: a crash after the commit, before the answer: the redelivery changes nothing", async () => {
    const event = told("created", 0);
    await receive(event);
    const version = await snapshotVersion();
    await receive(event);
    expect(await snapshotVersion()).toBe(version);
    expect(await published()).toHaveLength(1);
  });
});

/** However slow the machine is: what is tested is not the time. */
const timeout = 300_000;

test("any permutation and repetition of notifications ends in the same subscription and the same grant", {
  timeout,
}, async () => {
  const word = fc.constantFrom("updated", "updated", "created", "deleted");
  const status = fc.constantFrom(
    "active",
    "active",
    "past_due",
    "trialing",
    "incomplete",
    "unpaid",
    "paused",
    "canceled",
  );
  const news = fc.record({
    word,
    status,
    n: fc.integer({ min: 0, max: 6 }),
    quantity: fc.integer({ min: 1, max: 4 }),
    price: fc.constantFrom("price_pro", "price_max"),
    cancel_at_period_end: fc.boolean(),
    owned: fc.boolean(),
  });
  const story = fc.array(news, { minLength: 2, maxLength: 5 }).chain((all) =>
    fc.record({
      all: fc.constant(all),
      order: fc.shuffledSubarray(
        Array.from({ length: all.length * 2 + 1 }, (_, index) => index),
        { minLength: all.length * 2 + 1 },
      ),
      at_once: fc.boolean(),
    }),
  );
  const outcome = async (suffix: string) => {
    // Both sides are subscriptions of one workspace: which of them is one too many is no matter of order.
    const { is_duplicate: __, ...row } = (await subscriptionRow(subscription + suffix)) ?? {};
    const [grant] = (await grants()).filter(({ source }) => source === `stripe:${subscription}${suffix}`);
    const { source: _, ...given } = grant ?? { source: "" };
    return { row, given };
  };
  let round = 0;
  await fc.assert(
    fc.asyncProperty(story, async ({ all, order, at_once }) => {
      round++;
      const events = (side: string) => {
        const own = { subscription: `${subscription}${side}`, customer: `${customer}${side}` };
        const about = all.map(({ word: kind, n, owned, ...rest }) =>
          told(kind, n, { ...own, ...rest, workspace_id: owned ? workspace_id : undefined }),
        );
        return [...about, checkout(0, own)];
      };
      const [left, right] = [`_${round}_left`, `_${round}_right`];
      for (const event of events(left)) await receive(event);
      const arriving = events(right);
      const shuffled = order.flatMap((index) => arriving[index % arriving.length] ?? []);
      const rest = arriving.filter((event) => !shuffled.includes(event));
      if (at_once) await Promise.all([...shuffled, ...rest].map((event) => receive(event)));
      else for (const event of [...shuffled, ...rest]) await receive(event);
      expect(await outcome(right)).toEqual(await outcome(left));
    }),
    { numRuns: 25 },
  );
});
