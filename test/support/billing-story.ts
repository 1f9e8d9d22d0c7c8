import { newId } from "../../src/core/id.ts";
import type { Billing } from "../../src/platform/billing/index.ts";
import {
  checkoutCompleted,
  type SimulatedEvent,
  type SimulatedSubscription,
  signStripeEvent,
  subscriptionEvent,
} from "../../src/platform/billing/stripe-simulator.ts";
import { type BillingStage, webhookSecret } from "./billing.ts";
import { makeMember } from "./factories.ts";

type Word = "created" | "updated" | "deleted" | "paused" | "resumed";

/** Who a story is about. */
interface Story {
  workspace_id: string;
  customer: string;
  subscription: string;
  /** The beginning: an hour ago, in whole seconds, as Stripe counts. */
  start: Date;
  /** The end of the period that is paid. */
  T: Date;
}

interface SubscriptionRow {
  status: string;
  plan_id: string;
  seats: number;
  current_period_end: Date | null;
  cancel_at_period_end: boolean;
  ended_at: Date | null;
}

interface GrantRow {
  source: string;
  product: string;
  plan_id: string;
  seats: number;
  starts_at: Date;
  ends_at: Date;
}

/** Stories of one workspace and its subscription, one after the other: what Stripe tells, and what is in the tables then. */
export function storiesOn(stage: () => BillingStage) {
  let story: Story;
  const second = (n: number) => new Date(story.start.getTime() + n * 1_000);
  const rows = <Row extends object>(sql: string, param: string) => stage().sql<Row>(sql, [param]);
  return {
    /** A new story: a new workspace, customer and subscription, and an empty log. */
    begin: async (): Promise<Story> => {
      const name = newId().replaceAll("-", "");
      const { workspace_id } = await makeMember(stage());
      const start = new Date(Math.floor(Date.now() / 1_000) * 1_000 - 3_600_000);
      const T = new Date(start.getTime() + 30 * 86_400_000);
      story = { workspace_id, customer: `cus_${name}`, subscription: `sub_${name}`, start, T };
      stage().lines.length = 0;
      return story;
    },
    second,
    /** A notification about the story's subscription, the n-th second in. */
    told: (word: Word, n: number, options: Partial<SimulatedSubscription & SimulatedEvent> = {}) => {
      const { T, start, ...about } = story;
      const rest = { ...about, price: "price_pro", started_at: start, current_period_end: T, created: second(n) };
      return subscriptionEvent(`customer.subscription.${word}`, { ...rest, ...options });
    },
    checkout: (n: number, options: Parameters<typeof checkoutCompleted>[0] = {}) => {
      const { customer, subscription, workspace_id } = story;
      return checkoutCompleted({ customer, subscription, workspace_id, created: second(n), ...options });
    },
    /** Takes an event in, signed now. */
    receive: async (event: object, billing: Billing = stage().billing): Promise<void> => {
      const { body, signature } = signStripeEvent(event, webhookSecret, stage().clock.now());
      await billing.stripe?.receive({ raw_body: Buffer.from(body), signature }, "test");
    },
    subscriptionRow: async (external_id = story.subscription): Promise<SubscriptionRow | undefined> => {
      const [row] = await rows<SubscriptionRow>(
        `select s.status, v.plan_id, s.seats, s.current_period_end, s.cancel_at_period_end, s.ended_at, s.workspace_id, s.state_at
         from billing.subscriptions s join billing.plan_versions v on v.id = s.plan_version_id where s.external_id = $1`,
        external_id,
      );
      return row;
    },
    grants: () =>
      rows<GrantRow>(
        `select source, product, plan_id, seats, starts_at, ends_at from entitlements.grants
         where workspace_id = $1 order by source, product`,
        story.workspace_id,
      ),
    eventRows: (about = story.customer) =>
      rows<{ event_id: string; status: string; reason: string | null; environment: string }>(
        "select event_id, status, reason, environment from billing.webhook_events where subject = $1 order by received_at, id",
        about,
      ),
    /** What was published about subscriptions of the workspace, in order. */
    published: async () => {
      const found = await rows<{ payload: { status: string; previous_status: string | null } }>(
        "select payload from events.outbox where workspace_id = $1 and event_type = 'billing.subscription_changed' order by id",
        story.workspace_id,
      );
      return found.map(({ payload }) => payload);
    },
    snapshotVersion: async (): Promise<number> => {
      const [row] = await rows<{ version: string }>(
        "select version from entitlements.entitlement_snapshots where workspace_id = $1 and product = 'prism'",
        story.workspace_id,
      );
      return Number(row?.version ?? 0);
    },
  };
}
