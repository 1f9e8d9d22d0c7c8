import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  accessOf,
  decide,
  isEntitling,
  isNoticeable,
  isOutdated,
  type KnownSubscription,
  type Offer,
  resolve,
  type SubscriptionState,
  type ToldSubscription,
} from "./rules.ts";
import { type PlanContent, type SubscriptionStatus, subscriptionStatuses } from "./schema.ts";

const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1_000);
const T = at(30 * 86_400);
const now = at(86_400);

function offer(key: string, rank: number, more: Partial<PlanContent> = {}): Offer {
  const price = { amount: 1_000, currency: "USD", interval: "month" } as const;
  const content = {
    product: "prism",
    key,
    name: key,
    description: "",
    price,
    trial_days: 0,
    seats: 1,
    rank,
    default: false,
  };
  const plan = { ...content, features: {}, stores: { stripe: [`price_${key}`] }, ...more };
  return { plan_version_id: `version-${key}`, plan_id: `${plan.product}.${key}`, content: plan };
}

const offers = new Map([
  ["price_pro", offer("pro", 10)],
  ["price_max", offer("max", 20)],
  ["price_team", offer("team", 15, { seats: 3 })],
  ["price_other", offer("other", 5, { product: "swan" })],
]);

function told(status: SubscriptionStatus, second: number, more: Partial<ToldSubscription> = {}): ToldSubscription {
  return {
    external_id: "sub_1",
    status,
    items: [{ price_id: "price_pro", quantity: 1, current_period_end: T }],
    trial_end: null,
    cancel_at_period_end: false,
    started_at: at(0),
    ended_at: null,
    state_at: at(second),
    ...more,
  };
}

/** What is known after the news have come in, in this order. */
function learned(news: ToldSubscription[]): KnownSubscription | undefined {
  return news.reduce<KnownSubscription | undefined>((current, each) => {
    const next = resolve(current, each, offers);
    if (typeof next === "string") return current;
    return decide(current?.state, next.state) === "apply" ? next : current;
  }, undefined);
}

function statusAfter(...news: ToldSubscription[]) {
  return learned(news)?.state.status;
}

describe("the order of news", () => {
  test("S1: created(incomplete) of an earlier second, coming late, changes nothing", () => {
    expect(statusAfter(told("active", 266), told("incomplete", 265))).toBe("active");
    expect(decide(learned([told("active", 266)])?.state, { ...stateAfter(told("incomplete", 265)) })).toBe("older");
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
      expect(statusAfter(told(end, 5), told("active", 5 + 3 * 86_400))).toBe(end);
      expect(statusAfter(told("active", 5 + 3 * 86_400), told(end, 5))).toBe(end);
      const current = learned([told(end, 5)]);
      expect(decide(current?.state, stateAfter(told("active", 500)))).toBe("ended_before");
    },
  );

  test("the same news again is unchanged", () => {
    expect(decide(stateAfter(told("active", 5)), stateAfter(told("active", 5)))).toBe("unchanged");
  });

  const word = fc.record({
    status: fc.constantFrom(...subscriptionStatuses),
    second: fc.integer({ min: 0, max: 4 }),
    price_id: fc.constantFrom("price_pro", "price_max", "price_team"),
    quantity: fc.integer({ min: 0, max: 3 }),
    period: fc.constantFrom(T, at(60 * 86_400), null),
    cancel: fc.boolean(),
    ended_at: fc.constantFrom(null, at(3)),
  });
  const newsOf = fc.array(word, { minLength: 1, maxLength: 7 }).map((words) =>
    words.map(({ status, second, price_id, quantity, period, cancel, ended_at }) =>
      told(status, second, {
        items: [{ price_id, quantity, current_period_end: period }],
        cancel_at_period_end: cancel,
        ended_at,
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

  test("any permutation and repetition of news ends in the same subscription and the same access", () => {
    fc.assert(
      fc.property(shuffledWithRepeats, ([news, arrived]) => {
        const expected = learned(news);
        const got = learned(arrived);
        expect(got).toEqual(expected);
        if (expected !== undefined && got !== undefined) {
          expect(accessOf(got.state, now)).toEqual(accessOf(expected.state, now));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test.each<[string, Partial<SubscriptionState>]>([
    ["period", { current_period_end: at(1) }],
    ["seats", { seats: 9 }],
    ["price", { price_id: "price_a" }],
    ["renewal", { cancel_at_period_end: true }],
    ["trial", { trial_end: at(1) }],
    ["end", { ended_at: at(1) }],
    ["beginning", { started_at: at(-1) }],
  ])("states of one second that differ in their %s alone have an order too", (_name, difference) => {
    const one = stateAfter(told("active", 5));
    const other = { ...one, ...difference };
    const verdicts = [decide(one, other), decide(other, one)].sort();
    expect(verdicts).toEqual(["apply", "older"]);
  });

  test("an end among the news is an end, wherever it comes", () => {
    fc.assert(
      fc.property(shuffledWithRepeats, ([news, arrived]) => {
        fc.pre(news.some(({ status }) => status === "canceled" || status === "incomplete_expired"));
        const status = statusAfter(...arrived);
        expect(["canceled", "incomplete_expired"]).toContain(status);
      }),
    );
  });

  test("what is overtaken is so whatever it is about", () => {
    const current = learned([told("active", 5)]);
    expect(isOutdated(current, told("active", 4, { items: [] }))).toBe(true);
    expect(isOutdated(current, told("active", 6, { items: [] }))).toBe(false);
    expect(isOutdated(undefined, told("active", 4))).toBe(false);
  });
});

function stateAfter(news: ToldSubscription): SubscriptionState {
  const known = learned([news]);
  if (known === undefined) throw new Error("The news were not understood");
  return known.state;
}

describe("what is paid for", () => {
  const items = (...prices: [string, number, Date | null][]) =>
    prices.map(([price_id, quantity, current_period_end]) => ({ price_id, quantity, current_period_end }));

  test("S14: of several items the plan's counts, with its own period, wherever it stands", () => {
    const extra = ["price_extra", 7, at(1)] as const;
    for (const list of [items([...extra], ["price_pro", 2, T]), items(["price_pro", 2, T], [...extra])]) {
      expect(learned([told("active", 1, { items: list })])?.state).toMatchObject({
        price_id: "price_pro",
        seats: 2,
        current_period_end: T,
      });
    }
    const two = told("active", 1, { items: items(["price_pro", 1, at(9)], ["price_max", 1, T]) });
    expect(learned([two])).toMatchObject({ offer: { plan_id: "prism.max" }, state: { current_period_end: T } });
  });

  test("S17: the quantity is the seats, times what one unit brings", () => {
    expect(stateAfter(told("active", 1, { items: items(["price_pro", 10, T]) })).seats).toBe(10);
    expect(stateAfter(told("active", 1, { items: items(["price_team", 2, T]) })).seats).toBe(6);
    expect(stateAfter(told("active", 1, { items: items(["price_pro", 0, T]) })).seats).toBe(0);
  });

  test("S20: an unknown price is told apart from no plan, and changes nothing", () => {
    const unknown = told("active", 9, { items: items(["price_unknown", 1, T]) });
    expect(resolve(undefined, unknown, offers)).toBe("unknown_price");
    const current = learned([told("active", 1)]);
    expect(resolve(current, unknown, offers)).toBe("unknown_price");
  });

  test.each<SubscriptionStatus>(["canceled", "unpaid", "paused"])(
    "an unknown price does not keep %s from taking access away",
    (status) => {
      const current = learned([told("active", 1)]);
      const news = told(status, 9, { items: items(["price_unknown", 1, T]) });
      expect(resolve(current, news, offers)).toMatchObject({ state: { status, price_id: "price_pro" } });
      expect(resolve(undefined, news, offers)).toBe("unknown_price");
    },
  );

  test("the plan version that was bought stays for as long as the price does", () => {
    const current = learned([told("active", 1)]);
    const newer = new Map([["price_pro", { ...offer("pro", 10), plan_version_id: "version-2" }]]);
    const renewed = told("active", 2);
    expect(resolve(current, renewed, newer)).toMatchObject({ offer: { plan_version_id: "version-pro" } });
    expect(resolve(undefined, renewed, newer)).toMatchObject({ offer: { plan_version_id: "version-2" } });
  });

  test("plans of two products in one subscription, and an access without an end, are refused", () => {
    const two = told("active", 1, { items: items(["price_pro", 1, T], ["price_other", 1, T]) });
    expect(resolve(undefined, two, offers)).toBe("several_products");
    expect(resolve(undefined, told("active", 1, { items: items(["price_pro", 1, null]) }), offers)).toBe("no_period");
    expect(resolve(undefined, told("canceled", 1, { items: items(["price_pro", 1, null]) }), offers)).not.toBeTypeOf(
      "string",
    );
  });
});

describe("access", () => {
  const access = (news: ToldSubscription, when = now) => accessOf(stateAfter(news), when);
  const gives = (news: ToldSubscription, when: Date) => {
    const { starts_at, ends_at } = access(news, when);
    return starts_at <= when && when < ends_at;
  };

  test.each<SubscriptionStatus>(["trialing", "active", "past_due"])(
    "%s gives it until T, half-open, with no tolerance",
    (status) => {
      expect(isEntitling(status)).toBe(true);
      expect(access(told(status, 1))).toEqual({ starts_at: at(0), ends_at: T });
      expect(gives(told(status, 1), new Date(T.getTime() - 1))).toBe(true);
      expect(gives(told(status, 1), T)).toBe(false);
    },
  );

  test.each<SubscriptionStatus>(["incomplete", "incomplete_expired"])("S10: %s never gave any", (status) => {
    const { starts_at, ends_at } = access(told(status, 1));
    expect(ends_at).toEqual(starts_at);
  });

  test.each<SubscriptionStatus>(["unpaid", "paused"])("S13: %s gives none from then on", (status) => {
    expect(access(told(status, 3_600))).toEqual({ starts_at: at(0), ends_at: at(3_600) });
  });

  test("canceled gave it until its end, or until it was told", () => {
    expect(access(told("canceled", 3_600, { ended_at: at(1_800) })).ends_at).toEqual(at(1_800));
    expect(access(told("canceled", 3_600)).ends_at).toEqual(at(3_600));
  });

  test("S11: a cancellation for the period's end leaves it until T", () => {
    expect(access(told("active", 1, { cancel_at_period_end: true })).ends_at).toEqual(T);
  });

  test("what a store's clock dates ahead of ours has happened by now", () => {
    const ahead = new Date(now.getTime() + 5_000);
    expect(access(told("active", 1, { started_at: ahead })).starts_at).toEqual(now);
    expect(access(told("canceled", 1, { ended_at: ahead })).ends_at).toEqual(now);
    expect(access(told("paused", 1, { state_at: ahead })).ends_at).toEqual(now);
  });
});

test("what nobody would notice is not told: a state that is only newer", () => {
  const before = learned([told("active", 1)]);
  const same = learned([told("active", 2)]);
  const seats = learned([
    told("active", 2, { items: [{ price_id: "price_pro", quantity: 2, current_period_end: T }] }),
  ]);
  if (before === undefined || same === undefined || seats === undefined)
    throw new Error("The news were not understood");
  expect(isNoticeable(before, same)).toBe(false);
  expect(isNoticeable(before, seats)).toBe(true);
});
