import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BillingStage, billingStage } from "../../../test/support/billing.ts";
import { storiesOn } from "../../../test/support/billing-story.ts";

let t: BillingStage;
let T: Date;
const { begin, second, told, invoice, refund, dispute, subscriptionRow, grants, eventRows, snapshot, published } =
  storiesOn(() => t);

beforeAll(async () => {
  t = await billingStage();
});
afterAll(() => t.close());
let name: string;
beforeEach(async () => {
  ({ T, name } = await begin());
});

const standing = async () => {
  const { plan_id, standing: stands, reason } = await snapshot();
  return [plan_id, stands, reason];
};
const bought = () => [told("created", 0), invoice("paid", 1, 1)];
const [pro, disputed] = [
  ["prism.pro", "good", null],
  ["prism.free", "suspended", "disputed"],
];

describe("S18: a dispute", () => {
  test("suspends; won restores to the store's end", async () => {
    await t.send(...bought(), dispute("created", 1, 60));
    expect(await standing()).toEqual(disputed);
    expect((await grants())[0]?.ends_at).toEqual(second(60));
    await t.send(dispute("closed", 1, 120, "won"));
    expect(await standing()).toEqual(pro);
    expect((await grants())[0]?.ends_at).toEqual(T);
    expect((await published()).at(-1)).toMatchObject({ standing: "good" });
  });

  test("lost revokes, and what the store says later of the subscription does not give it back", async () => {
    await t.send(...bought(), dispute("created", 1, 60), dispute("closed", 1, 120, "lost"));
    expect(await standing()).toEqual(["prism.free", "ended", "disputed_lost"]);
    await t.send(told("updated", 180, { quantity: 2 }));
    expect(await standing()).toEqual(["prism.free", "ended", "disputed_lost"]);
  });

  test("a bank's question changes nothing", async () => {
    await t.send(...bought(), dispute("created", 1, 60, "warning_needs_response"));
    expect(await standing()).toEqual(pro);
  });

  test.each([
    ["won", pro],
    ["lost", ["prism.free", "ended", "disputed_lost"]],
  ] as const)("%s, told before it was told as begun", async (status, expected) => {
    await t.send(...bought(), dispute("closed", 1, 120, status), dispute("created", 1, 60));
    expect(await standing()).toEqual(expected);
  });

  test("before its invoice is known: it waits, and counts with it", async () => {
    await t.send(told("created", 0), dispute("created", 1, 60));
    expect(await standing()).toEqual(pro);
    expect(await eventRows(`pi_${name}_1`)).toEqual([
      expect.objectContaining({ status: "received", reason: "unknown_payment" }),
    ]);
    await t.send(invoice("paid", 1, 1));
    expect(await standing()).toEqual(disputed);
    expect(await eventRows(`pi_${name}_1`)).toEqual([expect.objectContaining({ status: "applied" })]);
  });

  test("before the subscription exists: it counts when that comes", async () => {
    await t.send(dispute("created", 1, 60), invoice("paid", 1, 1));
    expect(await subscriptionRow()).toBeUndefined();
    await t.send(told("created", 0));
    expect(await standing()).toEqual(disputed);
  });

  test("another workspace's dispute is none of ours", async () => {
    await t.send(...bought());
    await begin();
    await t.send(...bought(), dispute("created", 1, 60));
    expect(await standing()).toEqual(disputed);
    const [, first] = await t.sql<{ standing: string }>(
      "select standing from billing.subscriptions where external_id in ($1, $2) order by standing desc",
      [`sub_${name}`, "none"],
    );
    expect(first).toBeUndefined();
    expect((await subscriptionRow(`sub_${name}`))?.standing).toBe("good");
  });

  test("in the moment of other news of the subscription: neither is lost", async () => {
    for (let round = 0; round < 12; round++) {
      ({ T, name } = await begin());
      await t.send(...bought());
      await Promise.all([
        t.send(told("updated", 60, { quantity: 7 })),
        t.send(dispute("created", 1, 60)),
        t.send(invoice("paid", 2, 59)),
      ]);
      expect(await standing()).toEqual(disputed);
      expect((await subscriptionRow())?.seats).toBe(7);
    }
  });

  test("in the moment in which the subscription becomes known", async () => {
    for (let round = 0; round < 12; round++) {
      ({ T, name } = await begin());
      await t.send(invoice("paid", 1, 1));
      await Promise.all([t.send(told("created", 0)), t.send(dispute("created", 1, 60))]);
      expect(await standing()).toEqual(disputed);
    }
  });
});

describe("S18: a refund", () => {
  test("of the newest payment ends the subscription's access", async () => {
    await t.send(...bought(), refund(1, 60));
    expect(await standing()).toEqual(["prism.free", "ended", "refunded"]);
    expect((await grants())[0]?.ends_at).toEqual(second(60));
  });

  test("of a part changes nothing", async () => {
    await t.send(...bought());
    const told_ = (await published()).length;
    await t.send(refund(1, 60, { refunded: 400 }));
    expect(await standing()).toEqual(pro);
    expect(await published()).toHaveLength(told_);
  });

  test("of an older payment leaves the newer period", async () => {
    const renewed = {
      current_period_start: T,
      current_period_end: second(60 * 86_400),
      latest_invoice: `in_${name}_2`,
    };
    await t.send(...bought(), told("updated", 100, renewed), invoice("paid", 2, 101), refund(1, 200));
    expect(await standing()).toEqual(pro);
    await t.send(refund(2, 300));
    expect(await standing()).toEqual(["prism.free", "ended", "refunded"]);
  });

  test("before anything else is known: it counts when the rest comes, in any order", async () => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [2, 0, 1],
      [1, 2, 0],
    ]) {
      await begin();
      const all = [...bought(), refund(1, 60)];
      for (const index of order) await t.send(all[index] ?? {});
      expect(await standing()).toEqual(["prism.free", "ended", "refunded"]);
    }
  });

  test("paid again by a renewal: pro again", async () => {
    await t.send(...bought(), refund(1, 60));
    const renewed = { current_period_end: second(60 * 86_400), latest_invoice: `in_${name}_2` };
    await t.send(told("updated", 100, renewed), invoice("paid", 2, 101));
    expect(await standing()).toEqual(pro);
  });
});
