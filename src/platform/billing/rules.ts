import type { Offer } from "../plans/index.ts";
import type { SubscriptionStatus } from "./schema.ts";
import type { ToldItem, ToldSubscription } from "./store-port.ts";

/** Something that is paid for, with the plan that the catalogue knows it as. */
export interface SoldItem {
  price_id: string;
  quantity: number;
  offer: Offer;
  current_period_start: Date | null;
  current_period_end: Date | null;
  /** Whether the store did not tell it in a way that names a plan: then it is what was paid last. */
  is_assumed?: true;
}

/** The state of a subscription; of its items the deciding one, of the highest rank, comes first. */
export interface SubscriptionState {
  status: SubscriptionStatus;
  items: SoldItem[];
  transaction_id: string | null;
  supersedes: string | null;
  trial_end: Date | null;
  cancel_at_period_end: boolean;
  pending_price_id: string | null;
  started_at: Date;
  ended_at: Date | null;
  state_at: Date;
  is_final: boolean;
}

/** What is known of a subscription: its newest state, and the newest that was paid. */
export interface KnownSubscription {
  state: SubscriptionState;
  paid: SubscriptionState | null;
}

/** Whether a subscription in this status may give access: also while a payment is being retried, not while there never was one. */
export function isEntitling(status: SubscriptionStatus): boolean {
  return ["trialing", "active", "past_due", "in_grace"].includes(status);
}

/** Whether there never was a payment. */
export function isNeverPaid(status: SubscriptionStatus): boolean {
  return status === "incomplete" || status === "incomplete_expired";
}

/** Of two states that a store made in the same second: the later here is the later there. */
const withinOneSecond: SubscriptionStatus[] = [
  "incomplete",
  "paused",
  "unpaid",
  "on_hold",
  "past_due",
  "in_grace",
  "trialing",
  "active",
  "expired",
  "incomplete_expired",
  "canceled",
  "revoked",
];

/**
 * Whether news of a subscription replaces what is known. Stores deliver in any order and more than once, so states are compared, not
 * arrivals: an end that the store calls final is final; else the later made wins; of one second paid beats open; what is
 * still equal is settled by the states' content. It is a total order, so that any permutation and repetition of the same news
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
  return current.is_final && !incoming.is_final ? "ended_before" : "older";
}

/**
 * What is known after the news, and what the news were. The newest paid state is kept for itself, by the same order. It began when the first
 * of all that is known did: a broker tells of each period as if the subscription began with it.
 */
export function learn(
  current: KnownSubscription | undefined,
  incoming: SubscriptionState,
): { known: KnownSubscription; verdict: ReturnType<typeof decide>; isPaidNews: boolean; isEarlier: boolean } {
  const started_at = beginningOf(current?.state, incoming);
  const begun = <S extends SubscriptionState | null | undefined>(state: S): S =>
    state ? { ...state, started_at } : state;
  const told = begun(incoming);
  const isPaid = told.status === "active" || told.status === "trialing";
  const isPaidNews = isPaid && decide(begun(current?.paid) ?? undefined, told) === "apply";
  const paid = isPaidNews ? told : begun(current?.paid ?? null);
  const before = current && assuming(begun(current.state), paid);
  const after = assuming(told, paid);
  const verdict = decide(before, after);
  const state = before === undefined || verdict === "apply" ? after : before;
  const isEarlier = current !== undefined && started_at.getTime() !== current.state.started_at.getTime();
  return { known: { state, paid }, verdict, isPaidNews, isEarlier };
}

/** What was not named is what was paid last, also where that becomes known later. */
function assuming(state: SubscriptionState, paid: SubscriptionState | null): SubscriptionState {
  if (paid === null || !state.items.some(({ is_assumed }) => is_assumed)) return state;
  return { ...state, items: assumed(paid.items) };
}

function assumed(items: SoldItem[]): SoldItem[] {
  return items.map((item) => ({ ...item, is_assumed: true }));
}

/** What was never paid has not begun. */
function beginningOf(current: SubscriptionState | undefined, incoming: SubscriptionState): Date {
  if (current === undefined || isNeverPaid(current.status)) return incoming.started_at;
  return isNeverPaid(incoming.status) || current.started_at < incoming.started_at
    ? current.started_at
    : incoming.started_at;
}

function rankOf(state: SubscriptionState): (number | string)[] {
  return [
    Number(state.is_final),
    state.state_at.getTime(),
    withinOneSecond.indexOf(state.status),
    time(state.items[0]?.current_period_end ?? null),
    contentOf(state.items),
    Number(state.cancel_at_period_end),
    time(state.trial_end),
    time(state.ended_at),
    time(state.started_at),
    state.transaction_id ?? "",
    state.pending_price_id ?? "",
    state.supersedes ?? "",
  ];
}

function contentOf(items: SoldItem[]): string {
  return items
    .map(
      ({ price_id, quantity, current_period_start, current_period_end }) =>
        `${price_id} ${quantity} ${time(current_period_start)} ${time(current_period_end)}`,
    )
    .join("|");
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
 * What is paid for. An item whose price is known to the subscription keeps its plan version, another one buys what it is sold as now; items
 * that no plan names are extras without a plan. No plan is needed to take access away, so an end or a pause always gets through.
 * Returns the reason when it cannot be told: then nothing may change, least of all to a plan for nothing. That is so too where something
 * unknown stands in place of a plan that was known before.
 */
export function resolve(
  current: KnownSubscription | undefined,
  told: ToldSubscription,
  offerOf: (item: ToldItem) => Offer | undefined,
): SubscriptionState | "unknown_price" | "no_period" | "too_many_seats" {
  const isNamed = told.items.some((item) => offerOf(item) !== undefined);
  if (current !== undefined && !isNamed && !isEntitling(told.status))
    return stateOf(told, assumed(current.state.items));
  const kept = new Map((current?.state.items ?? []).map(({ price_id, offer }) => [price_id, offer]));
  const items = told.items.flatMap(({ price_id, quantity, current_period_start, current_period_end, ...item }) => {
    const offer =
      kept.get(price_id) ?? offerOf({ price_id, quantity, current_period_start, current_period_end, ...item });
    return offer === undefined ? [] : [{ price_id, quantity, offer, current_period_start, current_period_end }];
  });
  if (items.length === 0) return "unknown_price";
  const isReplaced = [...kept.keys()].some((id) => told.items.every(({ price_id }) => price_id !== id));
  if (isEntitling(told.status) && items.length < told.items.length && isReplaced) return "unknown_price";
  if (items.some(({ quantity, offer }) => quantity * offer.content.seats > mostSeats)) return "too_many_seats";
  const sorted = items.sort(
    (a, b) => b.offer.content.rank - a.offer.content.rank || (a.price_id < b.price_id ? -1 : 1),
  );
  // Only a subscription of Stripe's must have an end: app stores sell also what is paid once and lasts.
  const isEndless = sorted.some(({ current_period_end }) => current_period_end === null);
  if (told.store === "stripe" && isEntitling(told.status) && isEndless) return "no_period";
  return stateOf(told, sorted);
}

/** As many as a column of the database counts. */
const mostSeats = 2_147_483_647;

/**
 * What goes on while nobody knows what a subscription is for now: what it was for, to the end that is paid. A moment earlier than what was
 * told, which counts once it is known what that is.
 */
export function keptState(current: KnownSubscription, told: ToldSubscription): SubscriptionState {
  const ends = told.items.flatMap(({ current_period_end }) => current_period_end?.getTime() ?? []);
  const end = ends.length === 0 ? null : new Date(Math.max(...ends));
  const items = current.state.items.map((item) => ({ ...item, current_period_end: end ?? item.current_period_end }));
  const state_at = new Date(told.state_at.getTime() - 1);
  return stateOf({ ...told, state_at, transaction_id: current.state.transaction_id }, items);
}

/** Whether news is overtaken by what is known, whatever it may be about. */
export function isOutdated(current: KnownSubscription | undefined, told: ToldSubscription): boolean {
  return current !== undefined && decide(current.state, stateOf(told, current.state.items)) !== "apply";
}

function stateOf(told: ToldSubscription, items: SoldItem[]): SubscriptionState {
  const { status, transaction_id, supersedes, trial_end, cancel_at_period_end, pending_price_id } = told;
  const { started_at, ended_at, state_at, is_final } = told;
  const rest = { started_at, ended_at, state_at, is_final };
  return { status, items, transaction_id, supersedes, trial_end, cancel_at_period_end, pending_price_id, ...rest };
}

/** Whether the state differs in anything that somebody who uses or sells the plan would notice. */
export function isNoticeable(before: KnownSubscription, after: KnownSubscription): boolean {
  const noticed = ({ state, paid }: KnownSubscription) => [
    state.status,
    ...[...state.items, ...(state.status === "past_due" ? (paid?.items ?? []) : [])].map(
      ({ offer, quantity, current_period_end }) => `${offer.plan_version_id} ${quantity} ${time(current_period_end)}`,
    ),
    time(state.trial_end),
    Number(state.cancel_at_period_end),
    time(state.ended_at),
    state.pending_price_id ?? "",
  ];
  const [a, b] = [noticed(before), noticed(after)];
  return a.length !== b.length || compare(a, b) !== 0;
}
