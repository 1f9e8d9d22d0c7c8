import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  at,
  known,
  learned,
  offer,
  offerOf,
  state,
  statusAfter,
  T,
  told,
} from "../../../test/support/billing-rules.ts";
import { decide, isNoticeable, isOutdated, learn, resolve, type SubscriptionState } from "./rules.ts";
import { type SubscriptionStatus, subscriptionStatuses } from "./schema.ts";

describe("the order of news", () => {
  test("S1: created(incomplete) of an earlier second, coming late, changes nothing", () => {
    expect(statusAfter(told("active", 266), told("incomplete", 265))).toBe("active");
    expect(decide(state("active", 266), state("incomplete", 265))).toBe("older");
  });

  test.each<[SubscriptionStatus, SubscriptionStatus]>([
    ["canceled", "active"],
    ["canceled", "past_due"],
    ["incomplete_expired", "incomplete"],
    ["active", "past_due"],
    ["active", "incomplete"],
    ["trialing", "incomplete"],
    ["past_due", "incomplete"],
    ["past_due", "unpaid"],
  ])("S6: of one second, %s beats %s, whichever comes first", (winner, loser) => {
    expect(statusAfter(told(winner, 5), told(loser, 5))).toBe(winner);
    expect(statusAfter(told(loser, 5), told(winner, 5))).toBe(winner);
  });

  test.each<[SubscriptionStatus, SubscriptionStatus]>([
    ["active", "past_due"],
    ["past_due", "active"],
    ["active", "unpaid"],
    ["paused", "active"],
    ["trialing", "canceled"],
  ])("the later second wins: %s, then %s", (first, second) => {
    expect(statusAfter(told(first, 5), told(second, 6))).toBe(second);
    expect(statusAfter(told(second, 6), told(first, 5))).toBe(second);
  });

  test.each<SubscriptionStatus>(["canceled", "incomplete_expired"])(
    "S7: %s is final, whatever is told later",
    (end) => {
      const late = 5 + 3 * 86_400;
      expect(statusAfter(told(end, 5), told("active", late))).toBe(end);
      expect(statusAfter(told("active", late), told(end, 5))).toBe(end);
      expect(decide(state(end, 5), state("active", late))).toBe("ended_before");
    },
  );

  test("an end that the store does not call final is taken back by later news (Apple's, Google's)", () => {
    expect(statusAfter(told("expired", 5), told("active", 6))).toBe("active");
    expect(statusAfter(told("active", 6), told("expired", 5))).toBe("active");
  });

  test("the same news again is unchanged", () => {
    expect(decide(state("active", 5), state("active", 5))).toBe("unchanged");
  });

  const word = fc.record({
    status: fc.constantFrom(...subscriptionStatuses),
    second: fc.integer({ min: 0, max: 4 }),
    price_id: fc.constantFrom("price_pro", "price_max", "price_team"),
    quantity: fc.integer({ min: 0, max: 3 }),
    period: fc.constantFrom(T, at(60 * 86_400)),
    cancel: fc.boolean(),
    ended_at: fc.constantFrom(null, at(3)),
    transaction_id: fc.constantFrom("in_1", "in_2"),
  });
  const newsOf = fc.array(word, { minLength: 1, maxLength: 7 }).map((words) =>
    words.map(({ status, second, price_id, quantity, period, cancel, ended_at, transaction_id }) =>
      told(status, second, {
        items: [{ price_id, quantity, current_period_start: at(0), current_period_end: period }],
        cancel_at_period_end: cancel,
        ended_at,
        transaction_id,
      }),
    ),
  );
  const shuffledWithRepeats = newsOf.chain((news) =>
    fc.tuple(
      fc.constant(news),
      fc
        .array(fc.constantFrom(...news), { maxLength: 5 })
        .chain((extra) => fc.shuffledSubarray([...news, ...extra], { minLength: news.length + extra.length })),
    ),
  );

  test("any permutation and repetition of news ends in the same state, and the same that was paid", () => {
    fc.assert(
      fc.property(shuffledWithRepeats, ([news, arrived]) => {
        expect(learned(arrived)).toEqual(learned(news));
      }),
      { numRuns: 2_000 },
    );
  });

  test.each<[string, Partial<SubscriptionState>]>([
    ["items", { items: [] }],
    ["renewal", { cancel_at_period_end: true }],
    ["trial", { trial_end: at(1) }],
    ["end", { ended_at: at(1) }],
    ["beginning", { started_at: at(-1) }],
    ["payment", { transaction_id: "in_2" }],
    ["next plan", { pending_price_id: "price_max" }],
    ["predecessor", { supersedes: "sub_0" }],
  ])("states of one second that differ in their %s alone have an order too", (_name, difference) => {
    const one = state("active", 5);
    const other = { ...one, ...difference };
    expect([decide(one, other), decide(other, one)].sort()).toEqual(["apply", "older"]);
  });

  test("an end among the news is an end, wherever it comes", () => {
    fc.assert(
      fc.property(shuffledWithRepeats, ([news, arrived]) => {
        fc.pre(news.some(({ is_final }) => is_final));
        expect(["canceled", "incomplete_expired"]).toContain(statusAfter(...arrived));
      }),
    );
  });

  test("what is overtaken is so whatever it is about", () => {
    const current = known("active", 5);
    expect(isOutdated(current, told("active", 4, { items: [] }))).toBe(true);
    expect(isOutdated(current, told("active", 6, { items: [] }))).toBe(false);
    expect(isOutdated(undefined, told("active", 4))).toBe(false);
  });

  test("S15: the newest paid state is kept beside a newer one that is not, also when it comes after it", () => {
    const upgrade = [{ price_id: "price_max", quantity: 1, current_period_start: at(0), current_period_end: T }];
    const news = [told("active", 1), told("past_due", 9, { items: upgrade })];
    for (const arrived of [news, news.toReversed()]) {
      const after = learned(arrived);
      expect([after?.state.status, after?.paid?.state_at]).toEqual(["past_due", at(1)]);
      expect(after?.paid?.items[0]?.price_id).toBe("price_pro");
    }
    const late = learn(learned([told("past_due", 9)]), state("active", 1));
    expect(late).toMatchObject({ verdict: "older", isPaidNews: true });
  });
});

describe("what is paid for", () => {
  const items = (...prices: [string, number, Date | null][]) =>
    prices.map(([price_id, quantity, current_period_end]) => ({
      price_id,
      quantity,
      current_period_start: at(0),
      current_period_end,
    }));
  const resolved = (news: Parameters<typeof resolve>[1], current?: Parameters<typeof resolve>[0]) =>
    resolve(current, news, offerOf);

  test("S14: of several items the plan's counts, with its own period, wherever it stands; extras without a plan do not", () => {
    const extra = ["price_extra", 7, at(1)] as const;
    for (const list of [items([...extra], ["price_pro", 2, T]), items(["price_pro", 2, T], [...extra])]) {
      const { items: sold } = state("active", 1, { items: list });
      expect(sold).toEqual([expect.objectContaining({ price_id: "price_pro", quantity: 2, current_period_end: T })]);
    }
  });

  test("S14: several plans in one subscription: the highest decides, and each has its own period, in whatever order they are told", () => {
    const list = items(["price_pro", 1, at(9)], ["price_max", 1, T], ["price_other", 3, at(7)]);
    for (const told_ of [list, list.toReversed()]) {
      const { items: sold } = state("active", 1, { items: told_ });
      expect(sold.map(({ offer: { plan_id }, current_period_end }) => [plan_id, current_period_end])).toEqual([
        ["prism.max", T],
        ["prism.pro", at(9)],
        ["swan.other", at(7)],
      ]);
    }
  });

  test("S20: an unknown price is told apart from no plan, and changes nothing", () => {
    const unknown = told("active", 9, { items: items(["price_unknown", 1, T]) });
    expect(resolved(unknown)).toBe("unknown_price");
    expect(resolved(unknown, known("active", 1))).toBe("unknown_price");
  });

  test.each<SubscriptionStatus>(["canceled", "unpaid", "paused"])(
    "an unknown price does not keep %s from taking access away",
    (status) => {
      const news = told(status, 9, { items: items(["price_unknown", 1, T]) });
      expect(resolved(news, known("active", 1))).toMatchObject({ status, items: [{ price_id: "price_pro" }] });
      expect(resolved(news)).toBe("unknown_price");
    },
  );

  test("the plan version that was bought stays for as long as the price does", () => {
    const newer = () => ({ ...offer("pro", 10), plan_version_id: "version-2" });
    const renewed = told("active", 2);
    const version = (current: Parameters<typeof resolve>[0]) => {
      const next = resolve(current, renewed, newer);
      return typeof next === "string" ? next : next.items[0]?.offer.plan_version_id;
    };
    expect(version(known("active", 1))).toBe("version-pro");
    expect(version(undefined)).toBe("version-2");
  });

  test("an access without an end is refused; an end needs none", () => {
    expect(resolved(told("active", 1, { items: items(["price_pro", 1, null]) }))).toBe("no_period");
    expect(resolved(told("canceled", 1, { items: items(["price_pro", 1, null]) }))).not.toBeTypeOf("string");
  });
});

test("what nobody would notice is not told: a state that is only newer", () => {
  const before = known("active", 1);
  const quantity = [{ price_id: "price_pro", quantity: 2, current_period_start: at(0), current_period_end: T }];
  expect(isNoticeable(before, known("active", 2))).toBe(false);
  expect(isNoticeable(before, known("active", 2, { transaction_id: "in_9" }))).toBe(false);
  expect(isNoticeable(before, known("active", 2, { items: quantity }))).toBe(true);
  expect(isNoticeable(before, known("active", 2, { cancel_at_period_end: true }))).toBe(true);
  expect(isNoticeable(before, known("active", 2, { pending_price_id: "price_max" }))).toBe(true);
  expect(isNoticeable(before, known("unpaid", 2))).toBe(true);
});
