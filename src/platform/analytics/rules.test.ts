import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { apportion, arrOf, churnOf, type Fees, mrrOf, rangeOf, signUpsOf, utilisationOf } from "./rules.ts";

const fees: Fees = {
  app_store: { percent: 30 },
  google_play: { percent: 15 },
  stripe: { percent: 2.9, per_charge: { USD: 30, EUR: 25 } },
};

const line = fc
  .record({
    product: fc.constantFrom("prism", "coditect", "swan", "entrain"),
    currency: fc.constantFrom("USD", "EUR"),
    source: fc.constantFrom("stripe", "app_store", "google_play", "elsewhere"),
    good: fc.nat(10_000_000),
    past_due_twelfths: fc.nat(10_000_000),
    charges_twelfths: fc.nat(10_000),
  })
  .map(({ good, ...rest }) => ({ ...rest, twelfths: good + rest.past_due_twelfths }));
const total = <T>(entries: T[], amount: (entry: T) => number) => entries.reduce((sum, entry) => sum + amount(entry), 0);

describe("MRR", () => {
  test("of the products adds up to the total, of the stores too, and every line is less than a minor unit off for each of its parts", () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        for (const mrr of mrrOf(lines, fees)) {
          const own = lines.filter(({ currency }) => currency === mrr.currency);
          const exact = total(own, ({ twelfths }) => twelfths) / 12;
          expect(Math.abs(mrr.gross - exact)).toBeLessThanOrEqual(0.5);
          for (const part of ["gross", "past_due"] as const) {
            expect(total(mrr.by_product, (each) => each[part])).toBe(mrr[part]);
            expect(total(mrr.by_source, (each) => each[part])).toBe(mrr[part]);
          }
          expect(total(mrr.by_source, ({ fees_estimate }) => fees_estimate)).toBe(mrr.fees_estimate);
          expect(total(mrr.by_source, ({ net_estimate }) => net_estimate)).toBe(mrr.net_estimate);
          expect(mrr.gross - mrr.fees_estimate).toBe(mrr.net_estimate);
          for (const { product, gross, past_due } of mrr.by_product) {
            const ofProduct = own.filter((each) => each.product === product);
            expect(Math.abs(gross - total(ofProduct, ({ twelfths }) => twelfths) / 12)).toBeLessThan(2);
            expect(past_due).toBeLessThanOrEqual(gross);
          }
        }
      }),
    );
  });

  test("of nothing is nothing", () => {
    expect(mrrOf([], fees)).toEqual([]);
  });

  test("estimates fees by the store's share and by its charges, in currencies that have one", () => {
    const sold = { product: "prism", source: "stripe", twelfths: 120_000, past_due_twelfths: 0, charges_twelfths: 120 };
    const [eur, gbp, usd] = mrrOf(
      ["USD", "EUR", "GBP"].map((currency) => ({ ...sold, currency })),
      fees,
    );
    expect(usd).toMatchObject({ currency: "USD", gross: 10_000, fees_estimate: 290 + 300, net_estimate: 9_410 });
    expect(eur).toMatchObject({ currency: "EUR", fees_estimate: 290 + 250 });
    expect(gbp).toMatchObject({ currency: "GBP", fees_estimate: 290 });
    expect(mrrOf([{ ...sold, source: "elsewhere", currency: "USD" }], fees)[0]).toMatchObject({ fees_estimate: 0 });
  });
});

test("what is apportioned adds up, to the one that lost most first", () => {
  expect(apportion([1.2, 2.7, 3.6], 8)).toEqual([1, 3, 4]);
  expect(apportion([0.5, 0.5], 1)).toEqual([1, 0]);
  expect(apportion([], 0)).toEqual([]);
});

test("ARR by product adds up to its total", () => {
  const sold = { currency: "USD", past_due_minor: 1 };
  expect(
    arrOf([
      { ...sold, product: "b", arr_minor: 10 },
      { ...sold, product: "a", arr_minor: 7 },
    ]),
  ).toEqual([
    {
      ...{ currency: "USD", gross: 17, past_due: 2 },
      by_product: [
        { product: "a", gross: 7, past_due: 1 },
        { product: "b", gross: 10, past_due: 1 },
      ],
    },
  ]);
});

test("churn of nobody has no rate", () => {
  const none = { customers_at_start: 0, customers_lost: 0, twelfths_at_start: 0, twelfths_lost: 0 };
  const month = { month: "2031-03-01", is_complete: true, currency: "USD" };
  expect(churnOf([{ ...month, ...none }])).toMatchObject([{ month: "2031-03", rate: null, mrr: [{ rate: null }] }]);
});

test("sign-ups of the months are those of their days", () => {
  const days = [
    { day: "2031-02-27", sign_ups: 3, verified: 1 },
    { day: "2031-02-28", sign_ups: 4, verified: 4 },
    { day: "2031-03-01", sign_ups: 5, verified: 0 },
  ];
  expect(signUpsOf(days)).toEqual({
    ...{ total: 12, verified: 5, days },
    months: [
      { month: "2031-02", sign_ups: 7, verified: 5 },
      { month: "2031-03", sign_ups: 5, verified: 0 },
    ],
  });
});

test("no seats are no utilisation", () => {
  expect(utilisationOf([])).toEqual({
    ...{ licenses: 0, seats: 0, seats_in_use: 0, activated: 0, utilisation: null, activated_share: null },
    by_product: [],
  });
});

test("the days are by default those of twelve calendar months, the running one among them", () => {
  const now = new Date("2031-03-31T23:59:59Z");
  expect(rangeOf({}, now)).toEqual({ from: "2030-04-01", to: "2031-03-31" });
  expect(rangeOf({ to: "2031-01-15" }, now)).toEqual({ from: "2030-02-01", to: "2031-01-15" });
  expect(rangeOf({ from: "2031-01-15", to: "2031-01-15" }, now)).toEqual({ from: "2031-01-15", to: "2031-01-15" });
  expect(rangeOf({ from: "2031-01-16", to: "2031-01-15" }, now)).toBeUndefined();
  expect(rangeOf({ from: "2020-01-01" }, now)).toBeUndefined();
});
