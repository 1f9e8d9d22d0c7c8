import type { Clock } from "../../core/clock.ts";
import type { Store } from "../billing/index.ts";
import type { Seller } from "../checkout/index.ts";
import { createStripeApi, type StripeApiOptions } from "./api.ts";
import { createStripeWebhook } from "./webhook.ts";

export { customerAtRegistration } from "./jobs.ts";
export { simulateStripe, stripeSimulations } from "./simulate.ts";

interface StripeOptions {
  /** The endpoint's signing secrets: several while one is rotated. */
  secrets: string[];
  clock: Pick<Clock, "now">;
  /** Credentials of the API; without them notifications are taken as they are, and nothing is sold. */
  api: StripeApiOptions | undefined;
}

/** Stripe as a store that sends notifications, and with credentials as one that is asked, and sells. */
export function createStripe({ secrets, clock, api }: StripeOptions): { store: Store; seller: Seller | undefined } {
  const webhook = createStripeWebhook({ secrets, clock });
  if (api === undefined) return { store: webhook, seller: undefined };
  const client = createStripeApi(api);
  const { fetch, current, page } = client;
  return { store: { ...webhook, fetch, current, page }, seller: client };
}
