import type { Clock } from "../../core/clock.ts";
import type { Database } from "../../core/database.ts";
import type { Logger } from "../../core/logger.ts";
import type { Metrics } from "../../core/metrics.ts";
import type { Entitlements } from "../entitlements/index.ts";
import type { Events } from "../events/index.ts";
import { createInbox } from "./inbox.ts";
import { createPlans } from "./plans.ts";
import type { Environment } from "./schema.ts";
import { type Billing, createBillingService } from "./service.ts";
import { createStripe } from "./stripe.ts";

export { parseCatalogue } from "./catalogue.ts";
export { SubscriptionChanged } from "./events.ts";
export type { Billing } from "./service.ts";
export { checkoutCompleted, signStripeEvent, subscriptionEvent } from "./stripe-simulator.ts";

export interface BillingOptions {
  db: Database;
  entitlements: Pick<Entitlements, "grant" | "setDefaultPlan">;
  events: Pick<Events, "append">;
  logger: Logger;
  metrics: Pick<Metrics, "counter">;
  clock: Pick<Clock, "now">;
  /** The endpoint's signing secrets (several while one is rotated; none: no endpoint), and whose events grant anything. */
  stripe: { secrets: string[]; environment: Environment };
}

/** Makes the module: the catalogue of plans, and the stores that sell them. */
export function createBilling(options: BillingOptions): Billing {
  const { db, clock } = options;
  const { secrets, environment } = options.stripe;
  const inbox = () => createInbox({ ...options, store: createStripe({ secrets, clock }), environment });
  return createBillingService({ db, plans: createPlans(options), stripe: secrets.length === 0 ? undefined : inbox() });
}
