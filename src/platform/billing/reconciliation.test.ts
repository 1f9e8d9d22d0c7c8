import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type BillingStage, billingStage } from "../../../test/support/billing.ts";
import { storiesOn } from "../../../test/support/billing-story.ts";
import { type FakeStripe, startFakeStripe } from "../../../test/support/fake-stripe.ts";

let fake: FakeStripe;
let t: BillingStage;
let subscription: string;
let name: string;
const { begin, second, wait, told, invoice, subscriptionRow, eventRows, published, snapshot, billingStatus } =
  storiesOn(() => t);

// A stage for each test: a reconciliation goes through all that there is.
beforeEach(async () => {
  fake = await startFakeStripe();
  t = await billingStage({ stripe: fake });
  ({ subscription, name } = await begin());
});
afterEach(async () => {
  await t.close();
  await fake.close();
});

const reconcile = () => t.billing.reconciliation.reconcile("stripe", "test");
const runs = async () => (await t.billing.reconciliation.list({ limit: 10 })).data;
const planNow = async () => (await snapshot()).plan_id;
const found = () => t.sql("select event_type, status from inbox.webhook_events where event_type = 'reconciliation'");

describe("what notifications missed", () => {
  test("an upgrade, an end, and a whole subscription are put right, counted, and kept", async () => {
    const [ended, unheard] = [`${subscription}_ended`, `${subscription}_unheard`];
    await t.send(told("created", 0), told("created", 0, { subscription: ended, price: "price_team" }));
    fake.put(
      told("updated", 100, { price: "price_max" }),
      told("deleted", 100, { subscription: ended, price: "price_team", status: "canceled" }),
      told("updated", 100, { subscription: unheard, price: "price_max", started_at: second(50) }),
    );
    const { seen, corrected, failed } = await reconcile();
    expect([corrected, failed]).toEqual([3, 0]);
    expect(seen).toBeGreaterThanOrEqual(3);
    expect(await planNow()).toBe("prism.max");
    expect(await subscriptionRow(ended)).toMatchObject({ status: "canceled" });
    expect(await subscriptionRow(unheard)).toMatchObject({ status: "active", plan_id: "prism.max" });
    expect(await found()).toEqual(Array(3).fill({ event_type: "reconciliation", status: "applied" }));
    expect(await runs()).toEqual([
      expect.objectContaining({ phase: "done", corrected: 3, finished_at: expect.any(Date) }),
    ]);
  });

  test("what agrees is not written, told or kept", async () => {
    await t.send(told("created", 0), invoice("paid", 1, 1));
    fake.put(told("updated", 100));
    await reconcile();
    const before = [await subscriptionRow(), await published(), await found()];
    const { seen, corrected } = await reconcile();
    expect([seen > 0, corrected]).toEqual([true, 0]);
    const { state_at: _, ...after } = { state_at: 0, ...(await subscriptionRow()) };
    expect([after, await published(), await found()]).toEqual([
      expect.objectContaining({ status: "active", plan_id: "prism.pro" }),
      before[1],
      [],
    ]);
  });

  test("failed payments whose notifications were lost: the newest invoice tells how often it was tried", async () => {
    const end = 30 * 86_400;
    await t.send(told("created", 0), invoice("paid", 1, 1));
    wait(end + 7_200);
    const owing = {
      current_period_start: second(end),
      current_period_end: second(2 * end),
      latest_invoice: `in_${name}_2`,
      status: "past_due",
    } as const;
    fake.put(told("updated", end, owing), invoice("payment_failed", 2, end + 3_600, { attempt: 3 }));
    await reconcile();
    expect(await snapshot()).toMatchObject({ plan_id: "prism.free", standing: "suspended", reason: "payment_failed" });
    expect(await billingStatus()).toBe("past_due");
  });

  test("newer news is not undone", async () => {
    fake.put(told("updated", 100));
    const listing = fake.hold("GET /v1/subscriptions");
    const run = reconcile();
    await listing.asked;
    // While the page of the past is on its way, Stripe tells of the end.
    fake.put(told("deleted", 200, { status: "canceled" }));
    await t.send(told("deleted", 200));
    listing.release();
    await run;
    expect(await subscriptionRow()).toMatchObject({ status: "canceled" });
    expect(await planNow()).toBe("prism.free");
  });

  test("nobody's subscription is left for its owner", async () => {
    fake.put(told("updated", 100, { workspace_id: undefined }));
    const { corrected, failed } = await reconcile();
    expect([corrected, failed, await subscriptionRow()]).toEqual([0, 0, undefined]);
  });
});

describe("a run", () => {
  const fill = (many: number) => {
    for (let k = 0; k < many; k++) {
      const own = { subscription: `${subscription}_${k}`, started_at: second(k) };
      fake.put(told("updated", 100, { ...own, price: "price_team" }));
    }
  };

  test("that breaks off goes on where it was", async () => {
    // One more than a page has.
    const many = 101;
    fill(many);
    const listing = fake.hold("GET /v1/subscriptions");
    const first = reconcile();
    await listing.asked;
    fake.fail("error", "GET /v1/subscriptions");
    listing.release();
    await expect(first).rejects.toMatchObject({ code: "billing.store_unreachable" });
    fake.fail(undefined);
    const [broken] = await runs();
    expect(broken).toMatchObject({ phase: "store", seen: 100, finished_at: null });
    await expect(reconcile()).rejects.toMatchObject({ code: "billing.reconciliation_running" });
    t.clock.advance(121_000);
    fake.requests.length = 0;
    const { id, corrected } = await reconcile();
    expect([id, corrected]).toEqual([broken?.id, many]);
    expect(fake.asked("GET /v1/subscriptions")).toBe(1);
    expect(await runs()).toHaveLength(1);
  });

  test("of three at once two are refused", async () => {
    fill(3);
    const listing = fake.hold("GET /v1/subscriptions");
    const all = [reconcile(), reconcile(), reconcile()];
    const refused: unknown[] = [];
    for (const each of all) each.catch((error: { code: string }) => refused.push(error.code));
    await expect.poll(() => refused.length, { timeout: 30_000 }).toBe(2);
    listing.release();
    expect((await Promise.allSettled(all)).filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(refused).toEqual(Array(2).fill("billing.reconciliation_running"));
  });

  test("one subscription that cannot be asked about does not stop the others", async () => {
    await t.send(told("created", 0), told("created", 0, { subscription: `${subscription}_b`, price: "price_team" }));
    fake.fail("error", "GET /v1/subscriptions/{id}");
    const { failed, phase } = await reconcile();
    expect([failed, phase]).toEqual([2, "done"]);
    expect(await planNow()).toBe("prism.pro");
  });

  test("is made every night, once", async () => {
    const { nightly } = t.billing.reconciliation;
    await nightly();
    await nightly();
    expect(await runs()).toHaveLength(1);
    t.clock.advance(21 * 3_600_000);
    await nightly();
    expect(await runs()).toHaveLength(2);
    fake.fail("error");
    t.clock.advance(21 * 3_600_000);
    await expect(nightly()).resolves.toBeUndefined();
  });

  test("in the background answers at once, and ends when it is told to", async () => {
    fill(3);
    const begun = await t.billing.reconciliation.begin("stripe", "test");
    expect(begun).toMatchObject({ phase: "store", finished_at: null });
    await t.billing.reconciliation.stop();
    expect((await runs())[0]?.seen).toBeGreaterThan(0);
    await expect(t.billing.reconciliation.begin("app_store", "test")).rejects.toMatchObject({
      code: "billing.store_not_configured",
    });
    expect((await eventRows(`cus_${name}`)).every(({ status }) => status === "applied")).toBe(true);
  });
});
