import type { Store } from "../plans/index.ts";
import type { Content } from "./store-port.ts";

/** What keeps everybody who has news of the same apart: the buyers and the purchases. */
export function subjectsOf(content: Content): string[] {
  switch (content.kind) {
    case "subscription":
      return [content.buyer.customer, content.told.external_id, content.told.supersedes, content.told.alias].filter(
        (id) => id !== null,
      );
    case "checkout":
      return [content.buyer.customer, ...(content.subscription_id === null ? [] : [content.subscription_id])];
    case "payment":
      return [
        content.buyer.customer,
        ...(content.subscription_id === null ? [] : [content.subscription_id]),
        ...content.charge_ids,
      ];
    case "reversal":
      return [...(content.subscription_id === null ? [] : [content.subscription_id]), ...content.charge_ids];
    case "transfer":
      return [...content.from, ...content.to];
    case "trial_ending":
      return [content.buyer.customer, content.external_id];
    case "unreadable":
      return [];
  }
}

/** The subscription that it is about, as its store calls it. */
export function subscriptionOf(content: Content): string | null {
  switch (content.kind) {
    case "subscription":
      return content.told.external_id;
    case "checkout":
    case "payment":
    case "reversal":
      return content.subscription_id;
    case "trial_ending":
      return content.external_id;
    default:
      return null;
  }
}

/** Whose purchase it is about; `teller` where that does not say. */
export function storeOf(content: Content, teller: Store): Store {
  if (content.kind === "subscription") return content.told.store;
  return "store" in content ? content.store : teller;
}

/** What was told, in words for whoever asks why. */
export function describe(content: Content): string {
  switch (content.kind) {
    case "subscription":
      return `${content.told.status}, ${content.told.items.map(({ price_id, quantity }) => `${quantity} × ${price_id}`).join(", ")}`;
    case "payment":
      return content.status === "paid" ? "a payment was made" : `try ${content.attempt} to collect a payment failed`;
    case "reversal":
      return `${content.reason} ${content.state}`;
    case "checkout":
      return `checkout ${content.status}`;
    default:
      return content.kind;
  }
}

/** An address as two that are the same are written. */
export function normalized(email: string | null): string | null {
  return email === null ? null : email.trim().toLowerCase();
}
