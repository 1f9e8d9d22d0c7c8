import { newId } from "../../src/core/id.ts";
import type { Billing } from "../../src/platform/billing/index.ts";
import {
  checkoutCompleted,
  checkoutSession,
  disputeEvent,
  invoiceEvent,
  refundEvent,
  type SimulatedCheckout,
  type SimulatedEvent,
  type SimulatedInvoice,
  type SimulatedSubscription,
  subscriptionEvent,
} from "../../src/platform/stripe/simulator.ts";
import type { BillingStage } from "./billing.ts";
import { makeMember } from "./factories.ts";

type Word = "created" | "updated" | "deleted" | "paused" | "resumed";

/** Who a story is about. */
interface Story {
  workspace_id: string;
  customer: string;
  subscription: string;
  /** What its invoices' ids begin with: `in_<name>_1` is the first. */
  name: string;
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
  standing: string;
  standing_reason: string | null;
  grace_ends_at: Date | null;
  access_ends_at: Date | null;
  is_duplicate: boolean;
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
      const start = new Date(Math.floor(stage().clock.now().getTime() / 1_000) * 1_000 - 3_600_000);
      const T = new Date(start.getTime() + 30 * 86_400_000);
      story = { workspace_id, customer: `cus_${name}`, subscription: `sub_${name}`, name, start, T };
      stage().lines.length = 0;
      return story;
    },
    second,
    /** A notification about the story's subscription, the n-th second in. */
    told: (word: Word, n: number, options: Partial<SimulatedSubscription & SimulatedEvent> = {}) => {
      const { T, start, name, ...about } = story;
      const first = { started_at: start, current_period_end: T, latest_invoice: `in_${name}_1` };
      const rest = { ...about, ...first, price: "price_pro", created: second(n) };
      return subscriptionEvent(`customer.subscription.${word}`, { ...rest, ...options });
    },
    checkout: (n: number, options: Parameters<typeof checkoutCompleted>[0] = {}) => {
      const { customer, subscription, workspace_id } = story;
      return checkoutCompleted({ customer, subscription, workspace_id, created: second(n), ...options });
    },
    /** Another word about the story's checkout. */
    checkoutTold: (word: string, n: number, options: SimulatedCheckout = {}) => {
      const { customer, subscription, workspace_id, name } = story;
      return checkoutSession(word, {
        checkout: `cs_${name}`,
        customer,
        subscription,
        workspace_id,
        created: second(n),
        ...options,
      });
    },
    /** The k-th invoice of the story's subscription: a renewal's from the second on. */
    invoice: (word: "paid" | "payment_failed", k: number, n: number, options: Partial<SimulatedInvoice> = {}) => {
      const { customer, subscription, name } = story;
      const reason = k === 1 ? "subscription_create" : "subscription_cycle";
      const ids = { customer, subscription, invoice: `in_${name}_${k}`, payment_intent: `pi_${name}_${k}` };
      return invoiceEvent(word, { ...ids, reason, created: second(n), ...options });
    },
    /** Of the k-th invoice's payment. */
    refund: (k: number, n: number, options: { refunded?: number } = {}) =>
      refundEvent({
        customer: story.customer,
        payment_intent: `pi_${story.name}_${k}`,
        created: second(n),
        ...options,
      }),
    dispute: (word: "created" | "closed", k: number, n: number, status?: string) =>
      disputeEvent(word, {
        payment_intent: `pi_${story.name}_${k}`,
        created: second(n),
        ...(status === undefined ? {} : { status }),
      }),
    /** Moves the clock so that it is a little after the n-th second. */
    wait: (n: number): void => {
      const { clock } = stage();
      clock.advance(second(n).getTime() - clock.now().getTime());
    },
    /** Takes an event in, signed now. */
    receive: async (event: object, billing: Billing = stage().billing): Promise<void> => {
      await stage().sendTo(billing, event);
    },
    subscriptionRow: async (external_id = story.subscription): Promise<SubscriptionRow | undefined> => {
      const [row] = await rows<SubscriptionRow>(
        `select s.status, v.plan_id, s.seats, s.current_period_end, s.cancel_at_period_end, s.ended_at, s.workspace_id, s.state_at,
           s.standing, s.standing_reason, s.grace_ends_at, s.access_ends_at, s.is_duplicate
         from billing.subscriptions s join plans.plan_versions v on v.id = s.plan_version_id where s.external_id = $1`,
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
        "select event_id, status, reason, endpoint as environment from inbox.webhook_events where subject = $1 order by received_at, id",
        about,
      ),
    /** What was published about subscriptions of the workspace, in order. */
    published: async () => {
      const found = await rows<{ payload: { status: string; previous_status: string | null } }>(
        "select payload from events.deliveries where workspace_id = $1 and event_type = 'billing.subscription_changed' order by id",
        story.workspace_id,
      );
      return found.map(({ payload }) => payload);
    },
    /** What owners were told, as often as they were. */
    notices: async () => {
      const found = await rows<{ kind: string; about: string }>(
        "select kind, about from billing.notices where workspace_id = $1 order by created_at, kind, about",
        story.workspace_id,
      );
      return found.map(({ kind, about }) => `${kind.slice("billing.".length)} ${about}`);
    },
    /** The mails that went to the workspace's owners, by what they are about, in the order of that; the worker delivers what is due before. */
    mails: async () => {
      await stage().work();
      const found = await rows<{ event_id: string; about: string }>(
        `select event_id, concat_ws(' ', replace(event_type, 'billing.', ''), payload ->> 'attempt') as about
         from events.deliveries where workspace_id = $1 order by id`,
        story.workspace_id,
      );
      const sent = stage().mails.filter(({ workspace_id }) => workspace_id === story.workspace_id);
      return found.flatMap(({ event_id, about }) => sent.filter(({ key }) => key === event_id).map(() => about));
    },
    /** What the workspace has now of prism. */
    snapshot: async () => {
      const { workspace_id } = story;
      const ctx = { workspace_id, actor: { kind: "system", reason: "test" }, request_id: "test" } as const;
      const { plan_id, standing, reason, seats, valid_until } = await stage().db.inWorkspace(ctx, (tx) =>
        stage().entitlements.get(tx, ctx, "prism"),
      );
      return { plan_id, standing, reason, seats, valid_until };
    },
    /** Whether the workspace owes anything. */
    billingStatus: async () => {
      const [row] = await rows<{ billing_status: string }>(
        "select billing_status from workspaces.workspaces where id = $1",
        story.workspace_id,
      );
      return row?.billing_status;
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
