import { isEntitling, isNeverPaid, type KnownSubscription, type SoldItem, type SubscriptionState } from "./rules.ts";

/** What is known of a subscription beside its state: each a fact that stays true in whatever order it came. */
export interface Facts {
  /** Tries to collect payments that are still owed. */
  failures: { payment_id: string; attempt: number; failed_at: Date; is_renewal: boolean }[];
  /** When the newest payment was made, for whatever. */
  last_paid_at: Date | null;
  /** When the newest payment for a period was made: what failed before it is settled. An upgrade's or a free invoice settles nothing else. */
  last_period_paid_at: Date | null;
  /** Money that went back, or may. */
  reversals: {
    reason: "refund" | "dispute" | "revoked";
    state: "open" | "final" | "undone";
    scope: "subscription" | "transaction";
    /** The payments that it is about. */
    transaction_ids: string[];
    at: Date;
  }[];
  /** When another purchase took its place. */
  superseded_at: Date | null;
  /** Whether its checkout is not paid: a method that takes days, or that failed. */
  is_checkout_open: boolean;
}

export const noFacts: Facts = {
  failures: [],
  last_paid_at: null,
  last_period_paid_at: null,
  reversals: [],
  superseded_at: null,
  is_checkout_open: false,
};

/** What a subscription gives: each item to its own end, half-open, null for one that never ends, and how that stands. */
export interface Access {
  items: { item: SoldItem; starts_at: Date; ends_at: Date | null }[];
  standing: "good" | "grace" | "suspended" | "ended";
  reason: string | null;
  /** The newest try that is known to collect what is owed; null when nothing is. */
  failure: { payment_id: string; attempt: number } | null;
  /** When the time is over that a failed payment is given. */
  grace_ends_at: Date | null;
  /** The end of the further period, after the first, whose payment is known; null while there is none. Of Stripe's only. */
  renewed_until: Date | null;
}

const day = 86_400_000;
/** After the first failed try, and after the second if that ends earlier. The third ends it at once. */
const graceAfterFirst = 7 * day;
const graceAfterSecond = 3 * day;

/**
 * What a subscription gives, of everything that is known of it: a pure function, so that it does not matter in which order that became known.
 * Access ends to the instant at which the store's period does, with no tolerance beyond: a renewal moves the end, and without one nobody has to be
 * told that it is over. What a store says has happened, has happened by `now`, even if its clock is ahead.
 *
 * Failed payments of Stripe end it earlier (`is_dunned`): the first try gives 7 days from the try, the second 3 days unless the
 * running time ends before, the third suspends at once. Apple and Google give a time of their own, which is in the period's end. Only they
 * and brokers sell what never ends: it has a period without an end.
 */
export function accessOf(known: KnownSubscription, facts: Facts, is_dunned: boolean, now: Date): Access {
  const state = settled(known.state, facts);
  const starts_at = earlier(state.started_at, now);
  const items = state.status === "past_due" && known.paid !== null ? paidItems(state, known.paid) : state.items;
  const until = (
    end: Date | null,
    standing: Access["standing"],
    reason: string | null,
    more: Partial<Access> = {},
  ) => ({
    items: items.map((item) => {
      const paid_until = item.current_period_end ?? (is_dunned ? starts_at : null);
      const ends_at = end === null ? paid_until : earlier(end, paid_until ?? end);
      return { item, starts_at, ends_at: ends_at === null ? null : later(starts_at, ends_at) };
    }),
    ...{ standing, reason, failure: null, grace_ends_at: null, renewed_until: null },
    ...more,
  });
  if (isNeverPaid(state.status)) return until(starts_at, "ended", state.status);
  if (facts.is_checkout_open) return until(starts_at, "ended", "payment_pending");
  if (facts.superseded_at !== null) return until(earlier(facts.superseded_at, now), "ended", "superseded");
  const gone = worstReversal(state, facts);
  if (gone !== undefined) {
    const [standing, reason] =
      gone.state === "open" ? (["suspended", "disputed"] as const) : (["ended", endOf(gone)] as const);
    return until(earlier(gone.at, now), standing, reason);
  }
  if (!isEntitling(state.status)) {
    const isSuspended = ["paused", "unpaid", "on_hold"].includes(state.status);
    // Stripe does not say since when it is unpaid, and says it again with every later word: the last paid state is what stays.
    const isRepeated = is_dunned && !state.is_final;
    const told_at = isRepeated ? (known.paid?.state_at ?? state.started_at) : state.state_at;
    const ended_at = earlier(state.ended_at ?? told_at, now);
    return until(
      ended_at,
      isSuspended ? "suspended" : "ended",
      state.status === "unpaid" ? "payment_failed" : state.status,
    );
  }
  if (is_dunned) {
    const owed = owedOf(state, known.paid, facts);
    if (owed !== undefined) {
      const { ends_at, grace_ends_at, failure, isAhead } = owed;
      const given = until(ends_at, owed.standing, "payment_failed", { grace_ends_at, failure });
      // The store has begun a period that it has not told yet: what was paid before does not end the time given.
      return isAhead
        ? { ...given, items: given.items.map((each) => ({ ...each, ends_at: later(starts_at, ends_at) })) }
        : given;
    }
  }
  const end = items[0]?.current_period_end ?? null;
  return state.status === "in_grace"
    ? until(null, "grace", "payment_failed", { grace_ends_at: end })
    : until(null, "good", null, { renewed_until: is_dunned ? renewedUntil(state, facts) : null });
}

/** Stripe begins the period first and collects its payment an hour later (docs.stripe.com/billing/invoices/subscription#lifecycle). */
function renewedUntil(
  { items: [best], started_at }: SubscriptionState,
  { last_period_paid_at: paid_at }: Facts,
): Date | null {
  const start = best?.current_period_start ?? null;
  const isPaid = start !== null && start > started_at && paid_at !== null && paid_at >= start;
  return isPaid ? (best?.current_period_end ?? null) : null;
}

/** A state that waits for a payment which was made since, or in the same second: the store's next word of it is only late. */
function settled(state: SubscriptionState, facts: Facts): SubscriptionState {
  const isOwing = state.status === "past_due" || state.status === "unpaid";
  const isPaidSince = facts.last_paid_at !== null && facts.last_paid_at.getTime() >= secondOf(state.state_at);
  return isOwing && isPaidSince && openFailures(state, facts).length === 0 ? { ...state, status: "active" } : state;
}

/** While an upgrade's payment fails, what was paid goes on, to the end that the store tells now. */
function paidItems(state: SubscriptionState, paid: SubscriptionState): SoldItem[] {
  const end = state.items[0]?.current_period_end ?? null;
  return paid.items.map((item) => ({ ...item, current_period_end: end ?? item.current_period_end }));
}

function worstReversal({ transaction_id }: SubscriptionState, { reversals }: Facts) {
  const counting = reversals.filter(
    ({ state, scope, transaction_ids }) =>
      state !== "undone" &&
      (scope === "subscription" || (transaction_id !== null && transaction_ids.includes(transaction_id))),
  );
  return counting.sort(
    (a, b) => Number(b.state === "final") - Number(a.state === "final") || a.at.getTime() - b.at.getTime(),
  )[0];
}

function endOf({ reason }: Facts["reversals"][number]): string {
  return { refund: "refunded", dispute: "disputed_lost", revoked: "revoked" }[reason];
}

/**
 * What is owed, and what follows. Where the store says past_due and no try is known (its notification is late or lost), the first try counts
 * as made when the period began that is not paid, or when something was paid for the last time in it.
 */
function owedOf(state: SubscriptionState, paid: SubscriptionState | null, facts: Facts) {
  const failures = openFailures(state, facts);
  const [best] = state.items;
  const start = best?.current_period_start ?? state.state_at;
  const paid_at = paid === null ? start : new Date(secondOf(paid.state_at));
  const failed_at = earlier(later(start, paid_at), state.state_at);
  const assumed = { payment_id: null, attempt: 1, failed_at, is_renewal: false };
  const tries = failures.length > 0 ? failures : state.status === "past_due" ? [assumed] : [];
  const [newest] = [...tries].sort((a, b) => b.attempt - a.attempt || b.failed_at.getTime() - a.failed_at.getTime());
  if (newest === undefined) return undefined;
  const { payment_id, attempt } = newest;
  const failure = payment_id === null ? null : { payment_id, attempt };
  const thirds = tries.filter((each) => each.attempt >= 3).map(({ failed_at }) => failed_at.getTime());
  if (thirds.length > 0) {
    const ends_at = new Date(Math.min(...thirds));
    return { standing: "suspended" as const, ends_at, failure, grace_ends_at: null, isAhead: false };
  }
  const ends = tries.map(
    (each) => each.failed_at.getTime() + (each.attempt === 1 ? graceAfterFirst : graceAfterSecond),
  );
  const grace_ends_at = new Date(Math.min(...ends));
  const end = best?.current_period_end ?? null;
  const isAhead = end !== null && tries.some((each) => each.is_renewal && each.failed_at >= end);
  return { standing: "grace" as const, ends_at: grace_ends_at, failure, grace_ends_at, isAhead };
}

/** What failed since the last payment; for something bought beside the renewal (an upgrade) only when the store says that it is owed. */
function openFailures({ status }: SubscriptionState, { failures, last_period_paid_at: paid_at }: Facts) {
  return failures
    .filter(({ failed_at }) => paid_at === null || failed_at > paid_at)
    .filter(({ is_renewal }) => is_renewal || status === "past_due");
}

/** Stripe's clock has seconds; the milliseconds of a state only say which of a second was first. */
function secondOf(date: Date): number {
  return Math.floor(date.getTime() / 1_000) * 1_000;
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}

function later(a: Date, b: Date): Date {
  return a > b ? a : b;
}

/** When the last of it ends; null when something of it never does, undefined when it is for nothing. */
export function lastEnd({ items }: Pick<Access, "items">): Date | null | undefined {
  const [first, ...rest] = items.map(({ ends_at }) => ends_at);
  if (first === undefined) return undefined;
  return rest.reduce((last, each) => (last === null || each === null ? null : later(last, each)), first);
}
