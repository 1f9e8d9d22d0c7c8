import type { Ctx } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { defineSubscriber, type Subscriber } from "../events/index.ts";
import {
  duplicatePurchase,
  type MailContent,
  paymentFailed,
  paymentRecovered,
  subscriptionCanceled,
  subscriptionConfirmed,
  subscriptionRenewed,
  trialEnding,
} from "../messaging/index.ts";
import type { Plans } from "../plans/index.ts";
import {
  DuplicatePurchase,
  PaymentFailed,
  PaymentRecovered,
  SubscriptionCanceled,
  SubscriptionConfirmed,
  SubscriptionRenewed,
  TrialEnding,
} from "./events.ts";

/** Mails the owners of the workspace, each in their own words; the key makes each of them one mail. */
export type MailOwners = (
  ctx: Ctx,
  compose: (owner: { full_name: string; locale?: string; workspace: string }) => MailContent,
  idempotency_key: string,
) => Promise<void>;

interface MailsOptions {
  db: Pick<Database, "asSystem">;
  plans: Pick<Plans, "versions">;
  mailOwners: MailOwners;
  /** The page where payments are put in order. */
  billing_url: string | null;
}

/** The mails of a subscription's life, each sent once: their events are published once. */
export function createMails({ db, plans, mailOwners, billing_url: url }: MailsOptions): Subscriber[] {
  const planOf = async (plan_version_id: string) => {
    const versions = await db.asSystem("a mail", (tx) => plans.versions(tx, [plan_version_id]));
    const content = versions.get(plan_version_id)?.content;
    if (content === undefined) throw new Error(`The plan version ${plan_version_id} is missing`);
    return { product: content.product, plan: content.name, price: content.price };
  };
  return [
    defineSubscriber({
      name: "billing.mail_confirmed",
      event: SubscriptionConfirmed,
      handle: async (ctx, { plan_version_id, period_ends_at }, { event_id }) => {
        const plan = await planOf(plan_version_id);
        const compose: Compose = (owner) =>
          subscriptionConfirmed({ ...owner, ...plan, period_ends_at: moment(period_ends_at) });
        await mailOwners(ctx, compose, event_id);
      },
    }),
    defineSubscriber({
      name: "billing.mail_renewed",
      event: SubscriptionRenewed,
      handle: async (ctx, { plan_version_id, period_ends_at }, { event_id }) => {
        const plan = await planOf(plan_version_id);
        const compose: Compose = (owner) =>
          subscriptionRenewed({ ...owner, ...plan, period_ends_at: moment(period_ends_at) });
        await mailOwners(ctx, compose, event_id);
      },
    }),
    defineSubscriber({
      name: "billing.mail_canceled",
      event: SubscriptionCanceled,
      handle: async (ctx, { plan_version_id, access_ends_at }, { event_id }) => {
        const { product, plan } = await planOf(plan_version_id);
        const compose: Compose = (owner) =>
          subscriptionCanceled({ ...owner, product, plan, access_ends_at: moment(access_ends_at) });
        await mailOwners(ctx, compose, event_id);
      },
    }),
    defineSubscriber({
      name: "billing.mail_payment_failed",
      event: PaymentFailed,
      handle: async (ctx, { plan_version_id, attempt, grace_ends_at }, { event_id }) => {
        const { product, plan } = await planOf(plan_version_id);
        const stage = attempt === 1 ? 1 : attempt === 2 ? 2 : 3;
        const failure = { product, plan, attempt: stage, grace_ends_at: moment(grace_ends_at), url } as const;
        await mailOwners(ctx, (owner) => paymentFailed({ ...owner, ...failure }), event_id);
      },
    }),
    defineSubscriber({
      name: "billing.mail_recovered",
      event: PaymentRecovered,
      handle: async (ctx, { plan_version_id }, { event_id }) => {
        const { product, plan } = await planOf(plan_version_id);
        await mailOwners(ctx, (owner) => paymentRecovered({ ...owner, product, plan }), event_id);
      },
    }),
    defineSubscriber({
      name: "billing.mail_trial_ending",
      event: TrialEnding,
      handle: async (ctx, { plan_version_id, trial_ends_at }, { event_id }) => {
        const { product, plan } = await planOf(plan_version_id);
        const compose: Compose = (owner) =>
          trialEnding({ ...owner, product, plan, trial_ends_at: new Date(trial_ends_at), url });
        await mailOwners(ctx, compose, event_id);
      },
    }),
    defineSubscriber({
      name: "billing.mail_duplicate",
      event: DuplicatePurchase,
      handle: async (ctx, { plan_version_id }, { event_id }) => {
        const { product, plan } = await planOf(plan_version_id);
        await mailOwners(ctx, (owner) => duplicatePurchase({ ...owner, product, plan }), event_id);
      },
    }),
  ];
}

type Compose = Parameters<MailOwners>[1];

function moment(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
