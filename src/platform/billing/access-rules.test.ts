import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { at, known, learned, T, told } from "../../../test/support/billing-rules.ts";
import { accessOf, type Facts, noFacts } from "./access-rules.ts";
import { isEntitling, type KnownSubscription } from "./rules.ts";
import type { SubscriptionStatus } from "./schema.ts";

const day = 86_400;
const now = at(day);

const access = (about: KnownSubscription, facts: Partial<Facts> = {}, when = now, is_dunned = true) =>
  accessOf(about, { ...noFacts, ...facts }, is_dunned, when);
/** Whether it gives access at the time, read as grants are read: half-open. */
const gives = (given: ReturnType<typeof access>, when: Date) =>
  given.items.some(({ starts_at, ends_at }) => starts_at <= when && (ends_at === null || when < ends_at));
const justBefore = (when: Date) => new Date(when.getTime() - 1);
const endOf = (given: ReturnType<typeof access>) => given.items[0]?.ends_at;

describe("C1: access to an instant, half-open, with no tolerance", () => {
  test.each<SubscriptionStatus>(["trialing", "active"])("%s gives it until T", (status) => {
    expect(isEntitling(status)).toBe(true);
    const given = access(known(status, 1));
    expect(given).toMatchObject({ standing: "good", reason: null, items: [{ starts_at: at(0), ends_at: T }] });
    expect([gives(given, justBefore(T)), gives(given, T)]).toEqual([true, false]);
  });

  test.each<SubscriptionStatus>(["incomplete", "incomplete_expired"])(
    "S10: %s never gave any, and has no grace",
    (status) => {
      const failures = [{ payment_id: "in_1", attempt: 1, failed_at: at(9), is_renewal: false }];
      const given = access(known(status, 1), { failures });
      expect(given).toMatchObject({ standing: "ended", failure: null, grace_ends_at: null });
      expect(given.items[0]?.ends_at).toEqual(given.items[0]?.starts_at);
    },
  );

  test.each<[SubscriptionStatus, string]>([
    ["unpaid", "payment_failed"],
    ["paused", "paused"],
    ["on_hold", "on_hold"],
  ])("S13: %s gives none from then on", (status, reason) => {
    const { state } = known(status, 3_600);
    const { state: paid } = known("active", 1_800);
    for (const state_at of [at(3_600), at(7_200)]) {
      const given = access({ state: { ...state, state_at }, paid });
      expect(given).toMatchObject({
        standing: "suspended",
        reason,
        items: [{ starts_at: at(0), ends_at: paid.state_at }],
      });
    }
  });

  test("canceled gave it until its end, or until it was told", () => {
    expect(endOf(access(known("canceled", 3_600, { ended_at: at(1_800) })))).toEqual(at(1_800));
    expect(endOf(access(known("canceled", 3_600, { is_final: true })))).toEqual(at(3_600));
  });

  test("S11: a cancellation for the period's end leaves it until T", () => {
    expect(access(known("active", 1, { cancel_at_period_end: true }))).toMatchObject({
      standing: "good",
      items: [{ ends_at: T }],
    });
  });

  test("S14: each item to its own end", () => {
    const items = [
      { price_id: "price_max", quantity: 1, current_period_start: at(0), current_period_end: T },
      { price_id: "price_other", quantity: 1, current_period_start: at(0), current_period_end: at(7 * day) },
    ];
    expect(access(known("active", 1, { items })).items.map(({ ends_at }) => ends_at)).toEqual([T, at(7 * day)]);
  });

  test("what a store's clock dates ahead of ours has happened by now", () => {
    const ahead = new Date(now.getTime() + 5_000);
    expect(access(known("active", 1, { started_at: ahead })).items[0]?.starts_at).toEqual(now);
    expect(endOf(access(known("canceled", 1, { ended_at: ahead })))).toEqual(now);
    expect(endOf(access(known("canceled", 1, { state_at: ahead, is_final: true })))).toEqual(now);
  });
});

describe("S9: failed payments of a renewal, each boundary to the millisecond", () => {
  const renewal = (attempt: number, second: number) => ({
    payment_id: "in_2",
    attempt,
    failed_at: at(second),
    is_renewal: true,
  });
  const active = known("active", 1);
  const owing = (...failures: Facts["failures"]) => access(active, { failures });

  test.each([
    ["the first gives 7 days", [renewal(1, day)], at(8 * day)],
    ["the second, early, gives 3 days", [renewal(1, day), renewal(2, 2 * day)], at(5 * day)],
    ["the second, late, leaves the running end", [renewal(1, day), renewal(2, 6 * day)], at(8 * day)],
    ["the second that ends with the first", [renewal(1, day), renewal(2, 5 * day)], at(8 * day)],
    ["the second alone gives 3 days", [renewal(2, 2 * day)], at(5 * day)],
  ])("%s", (_name, failures, end) => {
    const given = owing(...failures);
    expect(given).toMatchObject({ standing: "grace", reason: "payment_failed", grace_ends_at: end });
    expect([gives(given, justBefore(end)), gives(given, end)]).toEqual([true, false]);
    expect(given.failure).toEqual({ payment_id: "in_2", attempt: failures.at(-1)?.attempt });
  });

  test("the third suspends from its instant on, whatever was left of the grace", () => {
    const given = owing(renewal(1, day), renewal(2, 2 * day), renewal(3, 3 * day));
    expect(given).toMatchObject({ standing: "suspended", reason: "payment_failed", grace_ends_at: null });
    expect([gives(given, justBefore(at(3 * day))), gives(given, at(3 * day))]).toEqual([true, false]);
  });

  test("a fourth does not move the suspension", () => {
    const given = owing(renewal(3, 3 * day), renewal(4, 9 * day));
    expect(given).toMatchObject({ standing: "suspended", failure: { attempt: 4 } });
    expect(endOf(given)).toEqual(at(3 * day));
  });

  test("in whatever order the tries become known, it is the same", () => {
    const tries = [renewal(1, day), renewal(2, 2 * day), renewal(3, 3 * day), renewal(4, 5 * day)];
    fc.assert(
      fc.property(fc.subarray(tries, { minLength: 1 }), fc.nat(), (some, turn) => {
        const turned = [...some.slice(turn % some.length), ...some.slice(0, turn % some.length)];
        for (const order of [turned, turned.toReversed()]) expect(owing(...order)).toEqual(owing(...some));
      }),
    );
  });

  test("an upgrade or a free invoice that is paid settles nothing else", () => {
    const failures = [renewal(3, 3 * day)];
    const paid = { failures, last_paid_at: at(4 * day), last_period_paid_at: at(0) };
    expect(access(active, paid)).toMatchObject({ standing: "suspended" });
  });

  test("a payment settles what failed before it, to the instant", () => {
    const failures = [renewal(1, day), renewal(3, 3 * day)];
    expect(access(active, { failures, last_period_paid_at: at(3 * day) })).toMatchObject({
      standing: "good",
      failure: null,
    });
    expect(access(active, { failures, last_period_paid_at: justBefore(at(3 * day)) })).toMatchObject({
      standing: "suspended",
    });
  });

  test("past_due without a known try counts as tried when its period began", () => {
    const items = [{ price_id: "price_pro", quantity: 1, current_period_start: T, current_period_end: at(60 * day) }];
    const about = learned([told("active", 1), told("past_due", 30 * day + 3_600, { items })]);
    if (about === undefined) throw new Error("The news were not understood");
    const end = at(37 * day);
    const given = access(about, {}, at(31 * day));
    expect(given).toMatchObject({ standing: "grace", grace_ends_at: end, failure: null });
    expect([gives(given, justBefore(end)), gives(given, end)]).toEqual([true, false]);
    const known_ = access(about, { failures: [renewal(1, 30 * day + 3_600)] }, at(31 * day));
    expect(known_.grace_ends_at).toEqual(at(37 * day + 3_600));
  });

  test("S6: past_due that was told in the second of the payment is settled by it", () => {
    const second = 30 * day;
    const about = known("past_due", second, { state_at: new Date(at(second).getTime() + 1) });
    expect(access(about, { last_paid_at: at(second) })).toMatchObject({ standing: "good" });
    expect(access(about, { last_paid_at: at(second - 1) })).toMatchObject({ standing: "grace" });
  });

  test("unpaid is settled by a later payment, before the store says active again", () => {
    expect(access(known("unpaid", 5 * day), { last_paid_at: at(6 * day) }, at(7 * day))).toMatchObject({
      standing: "good",
    });
    expect(access(known("unpaid", 5 * day), { last_paid_at: at(4 * day) }, at(7 * day))).toMatchObject({
      standing: "suspended",
    });
  });

  test("S15: an upgrade's payment that fails: the old plan goes on to T, while the store says past_due", () => {
    const items = [{ price_id: "price_max", quantity: 1, current_period_start: at(0), current_period_end: T }];
    const about = learned([told("active", 1), told("past_due", 10 * day, { items })]);
    if (about === undefined) throw new Error("The news were not understood");
    const failures = [{ payment_id: "in_up", attempt: 1, failed_at: at(10 * day), is_renewal: false }];
    const given = access(about, { failures }, at(11 * day));
    expect(given.items.map(({ item }) => item.price_id)).toEqual(["price_pro"]);
    expect(given).toMatchObject({ standing: "grace", grace_ends_at: at(17 * day) });
  });

  test("S15: what fails beside the renewal starts no dunning while the store says active", () => {
    const failures = [{ payment_id: "in_up", attempt: 3, failed_at: at(10 * day), is_renewal: false }];
    expect(access(active, { failures })).toMatchObject({ standing: "good", failure: null });
  });

  test("only for Stripe: another store's own grace is in its period", () => {
    expect(access(known("in_grace", 1), {}, now, false)).toMatchObject({
      standing: "grace",
      grace_ends_at: T,
      items: [{ ends_at: T }],
    });
    expect(access(known("past_due", 1), { failures: [renewal(3, 2)] }, now, false)).toMatchObject({
      standing: "good",
      items: [{ ends_at: T }],
    });
  });

  test("the grace never outlasts what the store says is the end", () => {
    const given = access(known("active", 1), { failures: [renewal(1, 29 * day)] }, at(29 * day));
    expect(given.grace_ends_at).toEqual(at(36 * day));
    expect(endOf(given)).toEqual(T);
  });
});

test("a renewal is one when the payment of a further period is known, to the second in which it begins", () => {
  const items = [{ price_id: "price_pro", quantity: 1, current_period_start: T, current_period_end: at(60 * day) }];
  const until = (about: KnownSubscription, last_period_paid_at: Date | null, is_dunned = true) =>
    access(about, { last_period_paid_at }, at(31 * day), is_dunned).renewed_until;
  const second = known("active", 30 * day, { items });
  expect([until(second, null), until(second, justBefore(T)), until(second, T)]).toEqual([null, null, at(60 * day)]);
  expect(until(known("active", 1), at(1))).toBeNull();
  expect(until(second, T, false)).toBeNull();
});

describe("S18: money that goes back", () => {
  const reversal = (more: Partial<Facts["reversals"][number]>): Facts["reversals"][number] => ({
    ...{ reason: "dispute", state: "open", scope: "subscription", transaction_ids: ["in_1"], at: at(100) },
    ...more,
  });
  const afterwards = (...reversals: Facts["reversals"]) => access(known("active", 1), { reversals });

  test("a dispute suspends, won restores, lost revokes", () => {
    expect(afterwards(reversal({}))).toMatchObject({
      standing: "suspended",
      reason: "disputed",
      items: [{ ends_at: at(100) }],
    });
    expect(afterwards(reversal({ state: "undone" }))).toMatchObject({ standing: "good", items: [{ ends_at: T }] });
    expect(afterwards(reversal({ state: "final" }))).toMatchObject({ standing: "ended", reason: "disputed_lost" });
  });

  test("a refund of the newest payment ends it, of an older one it does not", () => {
    const refund = { reason: "refund", state: "final", scope: "transaction" } as const;
    expect(afterwards(reversal(refund))).toMatchObject({
      standing: "ended",
      reason: "refunded",
      items: [{ ends_at: at(100) }],
    });
    expect(afterwards(reversal({ ...refund, transaction_ids: ["in_0"] }))).toMatchObject({
      standing: "good",
      items: [{ ends_at: T }],
    });
  });

  test("what is decided beats what is open, and the earlier of two counts", () => {
    const [open, early, late] = [
      reversal({}),
      reversal({ state: "final", at: at(200) }),
      reversal({ state: "final", at: at(300) }),
    ];
    for (const order of [
      [open, early, late],
      [late, early, open],
    ]) {
      expect(afterwards(...order)).toMatchObject({ standing: "ended", items: [{ ends_at: at(200) }] });
    }
  });
});

test("S21: an open checkout gives nothing, whatever the subscription says", () => {
  const given = access(known("active", 1), { is_checkout_open: true });
  expect(given).toMatchObject({ standing: "ended", reason: "payment_pending" });
  expect(gives(given, now)).toBe(false);
});

test("G11: what another purchase replaced gives nothing from its beginning on", () => {
  const given = access(known("active", 1), { superseded_at: at(500) });
  expect(given).toMatchObject({ standing: "ended", reason: "superseded", items: [{ ends_at: at(500) }] });
});
