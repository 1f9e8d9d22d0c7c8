import { afterAll, beforeAll, expect, test } from "vitest";
import { makeBook } from "../../../test/support/analytics.ts";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { newId } from "../../core/id.ts";
import { createAnalytics } from "./index.ts";

let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase();
});
afterAll(() => t.close());

interface Span {
  customer: string;
  yearly_minor: number;
  starts_at: Date;
  ends_at: Date | null;
}

/** The definition, word by word. */
function churnBetween(spans: Span[], start: Date, end: Date) {
  const pays = (at: Date) =>
    spans.filter(({ starts_at, ends_at }) => starts_at <= at && (ends_at === null || ends_at > at));
  const [before, after] = [pays(start), new Set(pays(end).map(({ customer }) => customer))];
  const lost = before.filter(({ customer }) => !after.has(customer));
  const money = (of: Span[]) => Math.round(of.reduce((sum, { yearly_minor }) => sum + yearly_minor, 0) / 12);
  return {
    customers_at_start: new Set(before.map(({ customer }) => customer)).size,
    customers_lost: new Set(lost.map(({ customer }) => customer)).size,
    mrr: [{ at_start: money(before), lost: money(lost) }],
  };
}

test("churn of customers who come, go, return and pay for several things at once is what its definition says", async () => {
  const book = await makeBook(t);
  const now = new Date("2031-09-17T12:00:00Z");
  book.at(now.toISOString());
  const customers = Array.from({ length: 60 }, () => newId());
  // A fixed sequence (a linear congruential generator), so that a failure comes again.
  let seed = 42;
  const below = (limit: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * limit);
  };
  const instant = () => {
    // Every fourth at a month's first instant, where half-open matters.
    if (below(4) === 0) return new Date(Date.UTC(2030, 8 + below(13), 1));
    return new Date(Date.UTC(2030, 8, 1 + below(380), below(24)));
  };
  const spans = Array.from({ length: 500 }, (): Span => {
    const [a, b] = [instant(), instant()].sort((x, y) => x.getTime() - y.getTime());
    const starts_at = a ?? now;
    const ends_at = below(3) === 0 || b === undefined || b > now ? null : b;
    return { customer: customers[below(60)] ?? "", yearly_minor: 1 + below(100_000), starts_at, ends_at };
  });
  for (const { customer, yearly_minor, starts_at, ends_at } of spans) {
    await t.sql(
      `insert into analytics.paid_spans (workspace_id, subscription_id, price_id, environment, product, currency, yearly_minor, starts_at, ends_at)
       values ($1, $2, 'p', 'live', 'prism', 'USD', $3, $4, $5)`,
      [customer, newId(), yearly_minor, starts_at, ends_at],
    );
  }
  const analytics = createAnalytics({ db: t.db, clock: t.clock, environment: "live", fees: {} });
  const { churn } = await analytics.report({ from: "2030-10-01", to: "2031-09-17" });
  expect(churn.map(({ month }) => month)).toHaveLength(12);
  for (const { month, ...told } of churn) {
    const start = new Date(`${month}-01T00:00:00Z`);
    const next = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1));
    expect({ month, ...told }).toMatchObject({ month, ...churnBetween(spans, start, next > now ? now : next) });
  }
  expect(churn.some(({ customers_lost }) => customers_lost > 0)).toBe(true);
});
