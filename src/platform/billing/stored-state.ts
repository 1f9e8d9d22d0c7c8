import type { Offer } from "../plans/index.ts";
import type { SoldItem, SubscriptionState } from "./rules.ts";

/** A subscription as its row holds it, before its plan versions are looked up. */
export interface StoredItem {
  price_id: string;
  quantity: number;
  is_assumed?: true;
  plan_version_id: string;
  current_period_start: string | null;
  current_period_end: string | null;
}
export type StoredState = Omit<SubscriptionState, "items"> & { items: StoredItem[] };

type JsonOf<T> = { [K in keyof T]: T[K] extends Date ? string : T[K] extends Date | null ? string | null : T[K] };

export function revivePaid(stored: unknown): StoredState | null {
  if (stored === null) return null;
  const paid = stored as JsonOf<StoredState>;
  return {
    ...paid,
    trial_end: dateOf(paid.trial_end),
    ended_at: dateOf(paid.ended_at),
    started_at: new Date(paid.started_at),
    state_at: new Date(paid.state_at),
  };
}

export function withOffers(state: StoredState, versions: Map<string, Offer>): SubscriptionState {
  const items = state.items.map(({ plan_version_id, current_period_start, current_period_end, ...item }): SoldItem => {
    const offer = versions.get(plan_version_id);
    if (offer === undefined) throw new Error(`The plan version ${plan_version_id} is missing`);
    return {
      ...item,
      offer,
      current_period_start: dateOf(current_period_start),
      current_period_end: dateOf(current_period_end),
    };
  });
  return { ...state, items };
}

export function stored(state: SubscriptionState): StoredState {
  const items = state.items.map(({ offer, current_period_start, current_period_end, ...item }) => ({
    ...item,
    plan_version_id: offer.plan_version_id,
    current_period_start: current_period_start?.toISOString() ?? null,
    current_period_end: current_period_end?.toISOString() ?? null,
  }));
  return { ...state, items };
}

function dateOf(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
