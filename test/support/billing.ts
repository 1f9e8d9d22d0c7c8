import { createLogger } from "../../src/core/logger.ts";
import { createMetrics } from "../../src/core/metrics.ts";
import {
  type Billing,
  type BillingOptions,
  createBilling,
  type Store,
  SubscriptionChanged,
} from "../../src/platform/billing/index.ts";
import { type Checkouts, createCheckout, type Seller } from "../../src/platform/checkout/index.ts";
import { createEntitlements, type Entitlements } from "../../src/platform/entitlements/index.ts";
import { createEvents, createWorker, defineSubscriber } from "../../src/platform/events/index.ts";
import { createPlans, type Plans } from "../../src/platform/plans/index.ts";
import { createStripe } from "../../src/platform/stripe/index.ts";
import { signStripeEvent } from "../../src/platform/stripe/simulator.ts";
import { updateBillingStatus } from "../../src/platform/workspaces/store.ts";
import { type TestDatabase, testDatabase } from "./database.ts";
import type { FakeStripe } from "./fake-stripe.ts";

/** Billing on a database of its own, with its real neighbours and a catalogue of two products. */
export interface BillingStage extends TestDatabase {
  billing: Billing;
  /** Undefined without the fake of Stripe. */
  checkouts: Checkouts | undefined;
  /** What another seller sells, on the same database. */
  checkoutsOf(seller: Seller): Checkouts | undefined;
  plans: Plans;
  entitlements: Entitlements;
  events: ReturnType<typeof createEvents>;
  /** Every line that was logged. */
  lines: Record<string, unknown>[];
  /** Mails to owners: their subjects, in order. */
  mails: { workspace_id: string; subject: string; key: string }[];
  /** The value of the webhook counter for these labels. */
  counted(labels: Record<string, string>): Promise<number>;
  /** Billing with something else in its place, on the same database. */
  billingWith(parts: Partial<BillingOptions>): Billing;
  /** Sends Stripe's events, one after the other, each signed. */
  send(...events: object[]): Promise<void>;
  /** As `send`, to another billing. */
  sendTo(billing: Billing, ...events: object[]): Promise<void>;
  /** Has a worker deliver all that is due, and returns when nothing is left: the mails are sent then. */
  work(): Promise<void>;
  /** The plan of prism (or of another product) that the workspace has now. */
  plan(workspace_id: string, product?: string): Promise<string>;
}

export const webhookSecret = "whsec_TestSecretOfTheStage";

const catalogue = `product: prism
plans:
  - key: free
    name: Free
    price: { amount: 0, currency: USD, interval: none }
    rank: 0
    default: true
    features:
      turns_per_day: { limit: 3, window: day, per: member }
  - key: pro
    name: Pro
    price: { amount: 999, currency: USD, interval: month }
    rank: 10
    features:
      turns_per_day: { limit: 30, window: day, per: member }
    stores:
      stripe: [price_pro]
      app_store: [app.pro]
      google_play: ["app.pro:monthly"]
      revenuecat: [pro_access]
  - key: max
    name: Max
    price: { amount: 1999, currency: USD, interval: month }
    rank: 20
    features:
      turns_per_day: { limit: unlimited, window: day, per: member }
    payment_link: https://buy.stripe.com/test_max
    stores:
      stripe: [price_max]
      app_store: [app.max]
      google_play: [app.max]
      revenuecat: [max_access]
`;

const otherCatalogue = `product: coditect
plans:
  - key: team
    name: Team
    price: { amount: 2900, currency: USD, interval: month }
    trial_days: 14
    seats: 3
    rank: 10
    features:
      reports: true
      workspace_members: { per_seat: 1, window: none, per: workspace }
    stores: { stripe: [price_team] }
`;

export const documents = [
  { file: "prism/plans.yaml", text: catalogue },
  { file: "coditect/plans.yaml", text: otherCatalogue },
];

export interface BillingStageOptions {
  pool_size?: number;
  environment?: "live" | "test";
  /** Stores beside Stripe. */
  stores?: (t: TestDatabase) => Store[];
  /** Stripe's API: then notifications are asked about, and plans are sold. */
  stripe?: Pick<FakeStripe, "url" | "secret_key">;
}

export async function billingStage(options: BillingStageOptions = {}): Promise<BillingStage> {
  const t = await testDatabase({ pool_size: options.pool_size ?? 20 });
  const lines: Record<string, unknown>[] = [];
  const mails: BillingStage["mails"] = [];
  const logger = createLogger({ LOG_LEVEL: "info" }, { write: (line) => lines.push(JSON.parse(line)) });
  const metrics = createMetrics();
  const events = createEvents({ db: t.db, onError: () => {} });
  events.subscribe([defineSubscriber({ name: "test.hears", event: SubscriptionChanged, handle: async () => {} })]);
  const entitlements = createEntitlements({ db: t.db, events });
  const plans = createPlans({ db: t.db, entitlements, logger });
  const api = options.stripe === undefined ? undefined : { ...options.stripe, timeout_ms: 3_000 };
  const stripe = createStripe({ secrets: [webhookSecret], clock: t.clock, api });
  const environment = options.environment ?? "test";
  const checkoutOf = (seller: Seller | undefined) =>
    createCheckout({
      ...{ db: t.db, plans, clock: t.clock, environment, seller },
      ownersOf: (_tx, workspace_id) => ownersOf(t, workspace_id),
      origins: ["https://app.example.com"],
      public_url: "http://plinth.test",
    });
  const { checkouts, sales } = checkoutOf(stripe.seller);
  const parts: BillingOptions = {
    ...{ db: t.db, plans, entitlements, events, logger, metrics, environment, sales },
    stores: [stripe.store, ...(options.stores?.(t) ?? [])],
    workspaces: { setBillingStatus: updateBillingStatus },
    mailOwners: async ({ workspace_id }, compose, key) => {
      mails.push({ workspace_id, key, subject: compose({ full_name: "Ada", workspace: "Ada's" }).subject });
    },
    billing_url: null,
    on_conflict: "keep",
  };
  const billing = createBilling(parts);
  events.subscribe(billing.subscribers);
  await plans.load(documents, ["prism", "coditect"]);
  lines.length = 0;
  const sendTo: BillingStage["sendTo"] = async (to, ...sent) => {
    const store = to.stores.get("stripe");
    for (const event of sent) {
      const { body, signature } = signStripeEvent(event, webhookSecret, t.clock.now());
      const header = (name: string) => (name === "stripe-signature" ? signature : undefined);
      if (store !== undefined) await to.inbox.receive(store, { raw_body: Buffer.from(body), header }, "test");
    }
  };
  return {
    ...t,
    ...{ billing, checkouts, plans, entitlements, events, lines, mails, sendTo },
    checkoutsOf: (seller) => checkoutOf(seller).checkouts,
    billingWith: (other) => createBilling({ ...parts, metrics: createMetrics(), ...other }),
    send: (...sent) => sendTo(billing, ...sent),
    work: async () => {
      const worker = createWorker({
        ...{ db: t.db, events, listener: t.listener, logger, metrics: createMetrics() },
        concurrency: 4,
        poll_ms: 20,
      });
      worker.start();
      while (await isWorkLeft(t)) await new Promise((resolve) => setTimeout(resolve, 20));
      await worker.stop(5_000);
    },
    plan: async (workspace_id, product = "prism") => {
      const ctx = { workspace_id, actor: { kind: "system", reason: "test" }, request_id: "test" } as const;
      return (await t.db.inWorkspace(ctx, (tx) => entitlements.get(tx, ctx, product))).plan_id;
    },
    counted: async (labels) => countedIn((await metrics.page()).body, labels),
  };
}

function countedIn(page: string, labels: Record<string, string>): number {
  const wanted = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  const isWanted = (line: string) =>
    line.startsWith("plinth_billing_webhook_events_total{") && wanted.every((label) => line.includes(label));
  return Number(page.split("\n").find(isWanted)?.split(" ").at(-1) ?? 0);
}

async function isWorkLeft({ sql, clock }: TestDatabase): Promise<boolean> {
  const due = await sql(
    "select from events.outbox where status = 'processing' or (status = 'pending' and scheduled_for <= $1) limit 1",
    [clock.now()],
  );
  return due.length > 0;
}

async function ownersOf({ sql }: TestDatabase, workspace_id: string) {
  return sql<{ user_id: string; email: string | null; full_name: string }>(
    "select u.id as user_id, u.email, u.full_name from workspaces.members m join identity.users u on u.id = m.user_id where m.workspace_id = $1 and m.role = 'owner'",
    [workspace_id],
  );
}
