import type { Database } from "../../core/database.ts";
import type { Logger } from "../../core/logger.ts";
import type { Metrics } from "../../core/metrics.ts";
import type { Entitlements } from "../entitlements/index.ts";
import type { Events } from "../events/index.ts";
import type { Plans, Store as StoreName } from "../plans/index.ts";
import type { Workspaces } from "../workspaces/index.ts";
import { createApply } from "./apply.ts";
import { createClaims } from "./claims.ts";
import { createEffects } from "./effects.ts";
import { createInbox } from "./inbox.ts";
import { createMails, type MailOwners } from "./mails.ts";
import { createReconciliation } from "./reconciliation.ts";
import type { Sales } from "./sales.ts";
import type { Environment } from "./schema.ts";
import { type Billing, createBillingService } from "./service.ts";
import type { Store } from "./store-port.ts";

export { customers } from "./customers.ts";
export { billingErrors } from "./errors.ts";
export { SubscriptionChanged } from "./events.ts";
export type { MailOwners } from "./mails.ts";
export type { Sales } from "./sales.ts";
export { type Environment, Received, SubscriptionStatus } from "./schema.ts";
export type { Billing } from "./service.ts";
export type {
  Buyer,
  CheckoutContent,
  Content,
  Delivery,
  Fetched,
  Notification,
  PaymentContent,
  ReversalContent,
  Store,
  SubscriptionContent,
  ToldItem,
  ToldSubscription,
} from "./store-port.ts";

export interface BillingOptions {
  db: Database;
  plans: Plans;
  entitlements: Pick<Entitlements, "grant" | "note">;
  events: Pick<Events, "append">;
  workspaces: Pick<Workspaces, "setBillingStatus">;
  logger: Logger;
  metrics: Metrics;
  /** Whose money counts here; the other environment's notifications are kept and grant nothing. */
  environment: Environment;
  stores: Store[];
  /** Whoever sells here. */
  sales: Sales;
  mailOwners: MailOwners;
  /** The page where payments are put in order; null: none. */
  billing_url: string | null;
  /** Whether a purchase goes to whoever shows it last, or stays whose it is. */
  on_conflict: "transfer" | "keep";
}

/** Makes the module. */
export function createBilling(options: BillingOptions): Billing {
  const { db, plans, logger, metrics, environment } = options;
  const alerts = metrics.counter("plinth_billing_alerts_total", "What somebody should look at", ["alert"]);
  const onAlert = (alert: string, about: Record<string, unknown>) => {
    alerts({ alert });
    logger.error({ alert, ...about }, "billing needs somebody to look");
  };
  const effects = createEffects({ ...options, onAlert });
  const apply = createApply({
    ...options,
    effects,
    onAlert,
  });
  const stores = new Map<StoreName, Store>(options.stores.map((store) => [store.source, store]));
  const inbox = createInbox({ ...options, stores, apply });
  const claims = createClaims({ ...options, stores, inbox, apply });
  const reconciliation = createReconciliation({ ...options, stores, inbox });
  const subscribers = [...inbox.subscribers, ...createMails(options)];
  return createBillingService({
    ...{ db, plans, logger, environment, stores, inbox, apply, claims, reconciliation, subscribers },
  });
}
