import type { PlanContent, SubscriptionStatus } from "./schema.ts";

/** What a store says of a subscription, before the catalogue was asked what is paid for. */
export interface ToldSubscription {
  external_id: string;
  status: SubscriptionStatus;
  items: { price_id: string; quantity: number; current_period_end: Date | null }[];
  trial_end: Date | null;
  cancel_at_period_end: boolean;
  started_at: Date;
  ended_at: Date | null;
  /** When the store made this state. Where the store knows an order within its clock's tick, milliseconds express it. */
  state_at: Date;
}

/** The state of a subscription. */
export interface SubscriptionState {
  status: SubscriptionStatus;
  price_id: string;
  seats: number;
  current_period_end: Date | null;
  trial_end: Date | null;
  cancel_at_period_end: boolean;
  started_at: Date;
  ended_at: Date | null;
  state_at: Date;
}

/** A plan version, as something that was sold. */
export interface Offer {
  plan_version_id: string;
  plan_id: string;
  content: PlanContent;
}

/** A subscription that is known already. */
export interface KnownSubscription {
  state: SubscriptionState;
  offer: Offer;
}

const entitling: SubscriptionStatus[] = ["trialing", "active", "past_due"];

/** Whether a subscription in this status gives access: also while a payment is being retried, not while there never was one. */
export function isEntitling(status: SubscriptionStatus): boolean {
  return entitling.includes(status);
}

const terminal: SubscriptionStatus[] = ["canceled", "incomplete_expired"];

/** Of two states that a store made in the same second: the later here is the later there. */
const withinOneSecond: SubscriptionStatus[] = [
  "incomplete",
  "paused",
  "unpaid",
  "past_due",
  "trialing",
  "active",
  "incomplete_expired",
  "canceled",
];

/**
 * Whether news of a subscription replaces what is known. Stores deliver in any order and more than once, so states are compared, not
 * arrivals: an end is final; else the later made wins; of one second paid beats open; what is still equal is
 * settled by the states' content. It is a total order, so that any permutation and repetition of the same news
 * ends in the same state (Stripe promises no order: docs.stripe.com/webhooks#event-ordering).
 */
export function decide(
  current: SubscriptionState | undefined,
  incoming: SubscriptionState,
): "apply" | "unchanged" | "ended_before" | "older" {
  if (current === undefined) return "apply";
  const order = compare(rankOf(incoming), rankOf(current));
  if (order > 0) return "apply";
  if (order === 0) return "unchanged";
  return isTerminal(current) && !isTerminal(incoming) ? "ended_before" : "older";
}

function isTerminal({ status }: SubscriptionState): boolean {
  return terminal.includes(status);
}

function rankOf(state: SubscriptionState): (number | string)[] {
  return [
    Number(isTerminal(state)),
    state.state_at.getTime(),
    withinOneSecond.indexOf(state.status),
    time(state.current_period_end),
    state.seats,
    state.price_id,
    Number(state.cancel_at_period_end),
    time(state.trial_end),
    time(state.ended_at),
    time(state.started_at),
  ];
}

function time(date: Date | null): number {
  return date?.getTime() ?? Number.NEGATIVE_INFINITY;
}

function compare(a: (number | string)[], b: (number | string)[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index] ?? left;
    if (left !== right) return left > right ? 1 : -1;
  }
  return 0;
}

/**
 * What is paid for. Of several items the plan of the highest rank counts, with its own period; others are extras without a plan.
 * A price that is known to the subscription keeps its plan version, another one buys what it is sold as now. No plan is needed
 * to take access away, so an end or a pause always gets through.
 * Returns the reason when it cannot be told: then nothing may change, least of all to a plan for nothing.
 */
export function resolve(
  current: KnownSubscription | undefined,
  told: ToldSubscription,
  offers: ReadonlyMap<string, Offer>,
): KnownSubscription | "unknown_price" | "several_products" | "no_period" {
  const sold = told.items.flatMap((item) => {
    const isKept = current !== undefined && item.price_id === current.state.price_id;
    const offer = isKept ? current.offer : offers.get(item.price_id);
    return offer === undefined ? [] : [{ item, offer }];
  });
  const [best] = sold.sort(
    (a, b) => b.offer.content.rank - a.offer.content.rank || (a.item.price_id < b.item.price_id ? -1 : 1),
  );
  if (best === undefined) {
    if (current === undefined || isEntitling(told.status)) return "unknown_price";
    return { offer: current.offer, state: stateOf(told, current.state) };
  }
  if (sold.some(({ offer }) => offer.content.product !== best.offer.content.product)) return "several_products";
  const { item, offer } = best;
  if (item.current_period_end === null && isEntitling(told.status)) return "no_period";
  return { offer, state: stateOf(told, { ...item, seats: item.quantity * offer.content.seats }) };
}

/** Whether news is overtaken by what is known, whatever it may be about. */
export function isOutdated(current: KnownSubscription | undefined, told: ToldSubscription): boolean {
  return current !== undefined && decide(current.state, stateOf(told, current.state)) !== "apply";
}

function stateOf(
  { status, trial_end, cancel_at_period_end, started_at, ended_at, state_at }: ToldSubscription,
  { price_id, seats, current_period_end }: Pick<SubscriptionState, "price_id" | "seats" | "current_period_end">,
): SubscriptionState {
  return {
    status,
    trial_end,
    cancel_at_period_end,
    started_at,
    ended_at,
    state_at,
    price_id,
    seats,
    current_period_end,
  };
}

/**
 * When a subscription gives access, half-open. It does until the end of the period that the store told, to the instant: a
 * renewal moves the end, and without one nobody has to be told that it is over. There is no tolerance beyond it. A state
 * that entitles to nothing closes the time at its own beginning, one that never did leaves none.
 * The store's clock may be ahead of ours: what it says has happened, has happened by `now`.
 */
export function accessOf(state: SubscriptionState, now: Date): { starts_at: Date; ends_at: Date } {
  const starts_at = earlier(state.started_at, now);
  if (isEntitling(state.status)) return { starts_at, ends_at: state.current_period_end ?? starts_at };
  const isNeverPaid = state.status === "incomplete" || state.status === "incomplete_expired";
  const ended_at = isNeverPaid ? starts_at : earlier(state.ended_at ?? state.state_at, now);
  return { starts_at, ends_at: ended_at };
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}

/** Whether anything changed that somebody who uses or sells the plan would notice. */
export function isNoticeable(before: KnownSubscription, after: KnownSubscription): boolean {
  return compare(noticed(before), noticed(after)) !== 0;
}

function noticed({ state, offer }: KnownSubscription): (number | string)[] {
  const access = accessOf(state, endOfTime);
  return [
    offer.plan_version_id,
    state.status,
    state.seats,
    time(state.current_period_end),
    time(state.trial_end),
    Number(state.cancel_at_period_end),
    time(state.ended_at),
    time(access.starts_at),
    time(access.ends_at),
  ];
}

const endOfTime = new Date(8.64e15);
