import { type KnownSubscription, learn, resolve, type SubscriptionState } from "../../src/platform/billing/rules.ts";
import type { SubscriptionStatus } from "../../src/platform/billing/schema.ts";
import type { ToldItem, ToldSubscription } from "../../src/platform/billing/store-port.ts";
import type { Offer } from "../../src/platform/plans/index.ts";

/** The n-th second of the story that the rules are tested with. */
export const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1_000);
/** The end of its first period. */
export const T = at(30 * 86_400);

/** A plan as it is sold. */
export function offer(key: string, rank: number, more: Partial<Offer["content"]> = {}): Offer {
  const price = { amount: 1_000, currency: "USD", interval: "month" } as const;
  const named = { product: "prism", key, name: key, description: "", license_prefix: null, payment_link: null };
  const stores = { stripe: [`price_${key}`], app_store: [], google_play: [], revenuecat: [] };
  const content = { ...named, price, trial_days: 0, seats: 1, rank, default: false, features: {}, stores, ...more };
  return { plan_version_id: `version-${key}`, plan_id: `${content.product}.${key}`, content };
}

const offers = new Map([
  ["price_pro", offer("pro", 10)],
  ["price_max", offer("max", 20)],
  ["price_team", offer("team", 15, { seats: 3 })],
  ["price_other", offer("other", 5, { product: "swan" })],
]);
export const offerOf = ({ price_id }: ToldItem) => offers.get(price_id);

/** What Stripe tells of a subscription to pro in the n-th second. */
export function told(
  status: SubscriptionStatus,
  second: number,
  more: Partial<ToldSubscription> = {},
): ToldSubscription {
  return {
    ...{ store: "stripe", external_id: "sub_1", alias: null, supersedes: null, pending_price_id: null },
    status,
    items: [{ price_id: "price_pro", quantity: 1, current_period_start: at(0), current_period_end: T }],
    transaction_id: "in_1",
    ...{ trial_end: null, cancel_at_period_end: false, started_at: at(0), ended_at: null },
    state_at: at(second),
    is_final: status === "canceled" || status === "incomplete_expired",
    ...more,
  };
}

/** What is known after the news have come in, in this order. */
export function learned(news: ToldSubscription[]): KnownSubscription | undefined {
  return news.reduce<KnownSubscription | undefined>((current, each) => {
    const next = resolve(current, each, offerOf);
    return typeof next === "string" ? current : learn(current, next).known;
  }, undefined);
}

export function statusAfter(...news: ToldSubscription[]): SubscriptionStatus | undefined {
  return learned(news)?.state.status;
}

/** What is known after this alone. */
export function known(
  status: SubscriptionStatus,
  second: number,
  more: Partial<ToldSubscription> = {},
): KnownSubscription {
  const after = learned([told(status, second, more)]);
  if (after === undefined) throw new Error("The news were not understood");
  return after;
}

export function state(...about: Parameters<typeof known>): SubscriptionState {
  return known(...about).state;
}
