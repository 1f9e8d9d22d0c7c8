import { afterAll, beforeAll, expect, test } from "vitest";
import { makeBook } from "../../../test/support/analytics.ts";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { type Analytics, createAnalytics, type Fees } from "./index.ts";

const fees: Fees = {
  app_store: { percent: 30 },
  google_play: { percent: 15 },
  stripe: { percent: 2.9, per_charge: { USD: 30 } },
};
const now = "2031-03-15T12:00:00Z";
const [begin, ahead, before] = [new Date("2031-01-10"), new Date("2031-04-10"), new Date("2031-03-10")];
const ends = { from: begin, until: ahead };

let t: TestDatabase;
let analytics: Analytics;

/** The book, each line with what it adds to the yearly amount: computed by hand. */
beforeAll(async () => {
  t = await testDatabase();
  analytics = createAnalytics({ db: t.db, clock: t.clock, environment: "live", fees });
  const book = await makeBook(t);
  book.at(now);
  await book.plan("prism.free", 0, "USD", "none");
  await book.plan("prism.pro", 999, "USD", "month");
  await book.plan("prism.max", 1_999, "USD", "month");
  await book.plan("prism.yearly", 9_999, "USD", "year");
  await book.plan("prism.euro", 899, "EUR", "month");
  await book.plan("coditect.team", 2_900, "USD", "month");
  await book.plan("coditect.annual", 29_000, "USD", "year");
  // Paid: prism in USD, 55,962 by Stripe, 21,987 by the App Store, 11,988 by Google Play.
  await book.sell({ plan: "prism.pro", ...ends });
  await book.sell({ plan: "prism.pro", ...ends, trial_end: before });
  await book.sell({ plan: "prism.yearly", ...ends });
  await book.sell({ plan: "prism.yearly", ...ends, cancel_at_period_end: true });
  await book.sell({ plan: "prism.max", paid_plan: "prism.pro", ...ends, status: "past_due", standing: "grace" });
  await book.sell({ plan: "prism.pro", source: "app_store", ...ends });
  await book.sell({ plan: "prism.yearly", source: "app_store", ...ends });
  await book.sell({ plan: "prism.pro", source: "google_play", ...ends, status: "in_grace", standing: "grace" });
  // In EUR 10,788 by the App Store.
  await book.sell({ plan: "prism.euro", source: "app_store", ...ends });
  // Coditect: 104,400 past due and 58,000.
  await book.sell({ plan: "coditect.team", quantity: 3, ...ends, status: "past_due", standing: "grace" });
  await book.sell({ plan: "coditect.annual", quantity: 2, ...ends });
  // Active, and nothing is paid: a trial, a free plan, a gift.
  await book.sell({ plan: "prism.pro", ...ends, status: "trialing", trial_end: ahead });
  await book.sell({ plan: "prism.free", ...ends });
  await book.sell({ plan: "prism.pro", source: "revenuecat", external_id: "promotional:ada:pro", ...ends });
  // Nothing at all.
  const { workspace_id } = await book.sell({ plan: "prism.pro", environment: "test", ...ends });
  await book.sell({ plan: "prism.pro", workspace_id, is_duplicate: true, ...ends });
  const over = { from: begin, until: before };
  await book.sell({ plan: "prism.pro", ...over, status: "canceled", standing: "ended" });
  await book.sell({ plan: "prism.pro", ...over, status: "past_due", standing: "grace" });
  await book.sell({ plan: "prism.pro", ...over, status: "active", standing: "good" });
  await book.sell({ plan: "prism.pro", source: "google_play", ...over, status: "on_hold", standing: "suspended" });
  await book.sell({ plan: "prism.pro", source: "app_store", ...over, status: "revoked", standing: "ended" });
  await book.sell({ plan: "prism.pro", from: begin, until: begin, status: "incomplete", standing: "ended" });
});
afterAll(() => t.close());

const report = (query = {}) => analytics.report(query);

test("G17, R13: MRR of the book, by product and by store, with what is past due and what the stores keep", async () => {
  const { mrr, as_of, environment } = await report();
  expect(Math.abs(as_of.getTime() - new Date(now).getTime())).toBeLessThan(600_000);
  expect(environment).toBe("live");
  expect(mrr).toEqual([
    {
      ...{ currency: "EUR", gross: 899, past_due: 0, fees_estimate: 270, net_estimate: 629 },
      by_product: [{ product: "prism", gross: 899, past_due: 0 }],
      by_source: [{ source: "app_store", gross: 899, past_due: 0, fees_estimate: 270, net_estimate: 629 }],
    },
    {
      // 252,337 / 12 = 21,028.08; past due 128,376 / 12; fees (6,596.1 + 1,798.2 + 6,332.498 + 51 × 30) / 12 = 1,354.73
      ...{ currency: "USD", gross: 21_028, past_due: 10_698, fees_estimate: 1_355, net_estimate: 19_673 },
      by_product: [
        { product: "coditect", gross: 13_533, past_due: 8_700 },
        { product: "prism", gross: 7_495, past_due: 1_998 },
      ],
      by_source: [
        { source: "app_store", gross: 1_832, past_due: 0, fees_estimate: 550, net_estimate: 1_282 },
        { source: "google_play", gross: 999, past_due: 999, fees_estimate: 150, net_estimate: 849 },
        { source: "stripe", gross: 18_197, past_due: 9_699, fees_estimate: 655, net_estimate: 17_542 },
      ],
    },
  ]);
});

test("each line of the view is rounded by itself, and exact in twelfths", async () => {
  const offset = `${t.clock.offset()} milliseconds`;
  await t.sql("select set_config('plinth.clock_offset', $1, false)", [offset]);
  const lines = await t.sql(
    "select product, source, twelfths, past_due_twelfths, mrr_minor, past_due_minor, charges_twelfths from analytics.mrr where environment = 'live' and currency = 'USD' order by product, source",
  );
  const owed = (past_due_twelfths: number, past_due_minor: number) => ({ past_due_twelfths, past_due_minor });
  expect(lines).toEqual([
    {
      product: "coditect",
      source: "stripe",
      twelfths: 162_400,
      mrr_minor: 13_533,
      charges_twelfths: 13,
      ...owed(104_400, 8_700),
    },
    { product: "prism", source: "app_store", twelfths: 21_987, mrr_minor: 1_832, charges_twelfths: 13, ...owed(0, 0) },
    {
      product: "prism",
      source: "google_play",
      twelfths: 11_988,
      mrr_minor: 999,
      charges_twelfths: 12,
      ...owed(11_988, 999),
    },
    {
      product: "prism",
      source: "stripe",
      twelfths: 55_962,
      mrr_minor: 4_664,
      charges_twelfths: 38,
      ...owed(11_988, 999),
    },
  ]);
});

test("ARR is twelve times the exact MRR", async () => {
  expect((await report()).arr).toEqual([
    {
      ...{ currency: "EUR", gross: 10_788, past_due: 0 },
      by_product: [{ product: "prism", gross: 10_788, past_due: 0 }],
    },
    {
      ...{ currency: "USD", gross: 252_337, past_due: 128_376 },
      by_product: [
        { product: "coditect", gross: 162_400, past_due: 104_400 },
        { product: "prism", gross: 89_937, past_due: 23_976 },
      ],
    },
  ]);
});

test("active subscriptions are those that give access, trials apart, without duplicates and the sandbox", async () => {
  const { active_subscriptions } = await report();
  const { data, ...counts } = active_subscriptions;
  expect(counts).toEqual({ total: 14, trialing: 1, past_due: 3 });
  const line = (plan_id: string, source: string, subscriptions: number, more = {}) => ({
    ...{ product: plan_id.split(".")[0], plan_id, source, subscriptions, seats: subscriptions },
    ...{ standing: "good", is_trial: false, ...more },
  });
  expect(data).toEqual([
    line("coditect.annual", "stripe", 1, { seats: 2 }),
    line("coditect.team", "stripe", 1, { seats: 3, standing: "grace" }),
    line("prism.euro", "app_store", 1),
    line("prism.free", "stripe", 1),
    line("prism.max", "stripe", 1, { standing: "grace" }),
    line("prism.pro", "app_store", 1),
    line("prism.pro", "google_play", 1, { standing: "grace" }),
    line("prism.pro", "revenuecat", 1),
    line("prism.pro", "stripe", 2),
    line("prism.pro", "stripe", 1, { is_trial: true }),
    line("prism.yearly", "app_store", 1),
    line("prism.yearly", "stripe", 2),
  ]);
});

test("one product's figures are those of its lines", async () => {
  const { mrr, arr, active_subscriptions } = await report({ product: "coditect" });
  expect(mrr).toMatchObject([{ currency: "USD", gross: 13_533, past_due: 8_700 }]);
  expect(arr).toMatchObject([{ currency: "USD", gross: 162_400 }]);
  expect(active_subscriptions).toMatchObject({ total: 2, past_due: 1 });
  expect(await report({ product: "nothing" })).toMatchObject({ mrr: [], arr: [], active_subscriptions: { total: 0 } });
});

test("G17: an installation of the other environment has the sandbox's figures alone", async () => {
  const sandbox = createAnalytics({ db: t.db, clock: t.clock, environment: "test", fees });
  expect(await sandbox.report({})).toMatchObject({
    mrr: [{ currency: "USD", gross: 999, past_due: 0, by_product: [{ product: "prism", gross: 999 }] }],
    active_subscriptions: { total: 1 },
  });
});

test("what is paid ends to the instant, and a time that was given with it", async () => {
  const ahead_ms = ahead.getTime() - t.clock.now().getTime();
  t.clock.advance(ahead_ms);
  expect(await report()).toMatchObject({ mrr: [], arr: [], active_subscriptions: { total: 0 } });
  t.clock.advance(-ahead_ms);
  expect((await report()).mrr).toHaveLength(2);
});

test("no workspace reads the figures, nor what they are made of", async () => {
  const ctx = {
    workspace_id: "00000000-0000-7000-8000-000000000000",
    actor: { kind: "system", reason: "test" },
    request_id: "test",
  } as const;
  const { listMrr } = await import("./store.ts");
  const scope = { environment: "live", product: undefined } as const;
  await expect(t.db.inWorkspace(ctx, (tx) => listMrr(tx, scope))).rejects.toThrow(/permission denied/);
});
