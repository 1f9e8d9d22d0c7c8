import type { Clock } from "../../core/clock.ts";
import type { Database } from "../../core/database.ts";
import type { Logger } from "../../core/logger.ts";
import type { Metrics } from "../../core/metrics.ts";
import type { Tx } from "../../core/tables.ts";
import type { Entitlements } from "../entitlements/index.ts";
import type { Events } from "../events/index.ts";
import type { Plans, Store as StoreName } from "../plans/index.ts";
import type { Workspaces } from "../workspaces/index.ts";
import { createApply } from "./apply.ts";
import { createCheckouts } from "./checkout.ts";
import { createClaims } from "./claims.ts";
import { createEffects } from "./effects.ts";
import { createInbox } from "./inbox.ts";
import { createMails, type MailOwners } from "./mails.ts";
import { createReconciliation } from "./reconciliation.ts";
import type { Environment } from "./schema.ts";
import type { Seller } from "./seller-port.ts";
import { noteTrial } from "./selling-store.ts";
import { type Billing, createBillingService } from "./service.ts";
import type { Store } from "./store-port.ts";

export { billingErrors } from "./errors.ts";
export { SubscriptionChanged } from "./events.ts";
export type { MailOwners } from "./mails.ts";
export { type Environment, Received, SubscriptionStatus } from "./schema.ts";
export type { OpenedCheckout, Seller } from "./seller-port.ts";
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
  clock: Pick<Clock, "now">;
  /** Whose money counts here; the other environment's notifications are kept and grant nothing. */
  environment: Environment;
  stores: Store[];
  /** The store that sells on our behalf; undefined: nothing is sold here. */
  seller: Seller | undefined;
  /** Who owns a workspace, in a transaction of the platform. */
  ownersOf: (tx: Tx, workspace_id: string) => Promise<{ user_id: string; email: string | null; full_name: string }[]>;
  mailOwners: MailOwners;
  /** Origins to which buyers may be sent back, and where the platform's own pages are. */
  origins: string[];
  public_url: string;
  /** The page where payments are put in order; null: none. */
  billing_url: string | null;
  /** Whether a purchase goes to whoever shows it last, or stays whose it is. */
  on_conflict: "transfer" | "keep";
}

/** Makes the module. */
export function createBilling(options: BillingOptions): Billing {
  const { db, plans, logger, metrics, environment, seller, ownersOf } = options;
  const alerts = metrics.counter("plinth_billing_alerts_total", "What somebody should look at", ["alert"]);
  const onAlert = (alert: string, about: Record<string, unknown>) => {
    alerts({ alert });
    logger.error({ alert, ...about }, "billing needs somebody to look");
  };
  const checkouts = seller === undefined ? undefined : createCheckouts({ ...options, seller });
  const effects = createEffects({ ...options, onAlert });
  const apply = createApply({
    ...options,
    effects,
    onAlert,
    onCheckout: async (tx, external_id, status) => checkouts?.report(tx, external_id, status),
    onTrial: async (tx, workspace_id, product) =>
      noteTrial(
        tx,
        (await ownersOf(tx, workspace_id)).map(({ user_id }) => user_id),
        product,
      ),
  });
  const stores = new Map<StoreName, Store>(options.stores.map((store) => [store.source, store]));
  const inbox = createInbox({ ...options, stores, apply });
  const claims = createClaims({ ...options, stores, inbox, apply });
  const reconciliation = createReconciliation({ ...options, stores, inbox });
  const subscribers = [...inbox.subscribers, ...createMails(options)];
  return createBillingService({
    ...{ db, plans, logger, environment, stores, inbox, apply, claims, checkouts, reconciliation, subscribers },
  });
}
