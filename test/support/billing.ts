import { createLogger } from "../../src/core/logger.ts";
import { createMetrics } from "../../src/core/metrics.ts";
import {
  type Billing,
  type BillingOptions,
  createBilling,
  SubscriptionChanged,
  signStripeEvent,
} from "../../src/platform/billing/index.ts";
import { createEntitlements, type Entitlements } from "../../src/platform/entitlements/index.ts";
import { createEvents, defineSubscriber } from "../../src/platform/events/index.ts";
import { type TestDatabase, testDatabase } from "./database.ts";

/** Billing on a database of its own, with its real neighbours and a catalogue of two products. */
export interface BillingStage extends TestDatabase {
  billing: Billing;
  entitlements: Entitlements;
  events: ReturnType<typeof createEvents>;
  /** Every line that was logged. */
  lines: Record<string, unknown>[];
  /** The value of the webhook counter for these labels. */
  counted(labels: Record<string, string>): Promise<number>;
  /** Billing with something else in its place, on the same database. */
  billingWith(parts: Partial<BillingOptions>): Billing;
  /** Sends Stripe's events, one after the other, each signed. */
  send(...events: object[]): Promise<void>;
  /** The plan of prism that the workspace has now. */
  plan(workspace_id: string): Promise<string>;
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
    stores: { stripe: [price_pro] }
  - key: max
    name: Max
    price: { amount: 1999, currency: USD, interval: month }
    rank: 20
    features:
      turns_per_day: { limit: unlimited, window: day, per: member }
    stores: { stripe: [price_max] }
`;

const otherCatalogue = `product: coditect
plans:
  - key: team
    name: Team
    price: { amount: 2900, currency: USD, interval: month }
    seats: 3
    rank: 10
    features:
      reports: true
    stores: { stripe: [price_team] }
`;

export const documents = [
  { file: "prism/plans.yaml", text: catalogue },
  { file: "coditect/plans.yaml", text: otherCatalogue },
];

export async function billingStage(
  options: { pool_size?: number; environment?: "live" | "test" } = {},
): Promise<BillingStage> {
  const t = await testDatabase({ pool_size: options.pool_size ?? 20 });
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({ LOG_LEVEL: "info" }, { write: (line) => lines.push(JSON.parse(line)) });
  const metrics = createMetrics();
  const events = createEvents({ db: t.db, onError: () => {} });
  events.subscribe([defineSubscriber({ name: "test.hears", event: SubscriptionChanged, handle: async () => {} })]);
  const entitlements = createEntitlements({ db: t.db, events });
  const stripe: BillingOptions["stripe"] = { secrets: [webhookSecret], environment: options.environment ?? "test" };
  const parts: BillingOptions = { db: t.db, entitlements, events, logger, metrics, clock: t.clock, stripe };
  const billing = createBilling(parts);
  await billing.loadCatalogue(documents, ["prism", "coditect"]);
  lines.length = 0;
  return {
    ...t,
    billing,
    entitlements,
    events,
    lines,
    billingWith: (other) => createBilling({ ...parts, metrics: createMetrics(), ...other }),
    send: async (...sent) => {
      for (const event of sent) {
        const { body, signature } = signStripeEvent(event, webhookSecret, t.clock.now());
        await billing.stripe?.receive({ raw_body: Buffer.from(body), signature }, "test");
      }
    },
    plan: async (workspace_id) => {
      const ctx = { workspace_id, actor: { kind: "system", reason: "test" }, request_id: "test" } as const;
      return (await t.db.inWorkspace(ctx, (tx) => entitlements.get(tx, ctx, "prism"))).plan_id;
    },
    counted: async (labels) => {
      const { body } = await metrics.page();
      const wanted = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
      const line = body
        .split("\n")
        .find(
          (each) =>
            each.startsWith("plinth_billing_webhook_events_total{") && wanted.every((label) => each.includes(label)),
        );
      return Number(line?.split(" ").at(-1) ?? 0);
    },
  };
}
