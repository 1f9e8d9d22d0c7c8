import type { Static, TSchema } from "typebox";
import type { Tx } from "../../core/tables.ts";
import type { Entitlements } from "../entitlements/index.ts";
import type { EventDefinition, Events } from "../events/index.ts";
import type { Workspaces } from "../workspaces/index.ts";
import { type Access, lastEnd } from "./access-rules.ts";
import {
  DuplicatePurchase,
  PaymentFailed,
  PaymentRecovered,
  SubscriptionCanceled,
  SubscriptionChanged,
  SubscriptionConfirmed,
  SubscriptionRenewed,
} from "./events.ts";
import { lockSubjects } from "./inbox-store.ts";
import { isNoticeable, type KnownSubscription } from "./rules.ts";
import type { Environment } from "./schema.ts";
import { findPaidElsewhere, insertNotice, markDuplicates, owesPayment, type SubscriptionRow } from "./store.ts";

interface EffectsOptions {
  entitlements: Pick<Entitlements, "grant">;
  events: Pick<Events, "append">;
  workspaces: Pick<Workspaces, "setBillingStatus">;
  /** Told of what somebody should look at. */
  onAlert: (alert: string, about: Record<string, unknown>) => void;
}

/** A subscription as it was before, and is after, something became known. */
export interface Change {
  before: (SubscriptionRow & { access: Access }) | undefined;
  after: SubscriptionRow & { access: Access };
}

/** What follows from a change of a subscription, in its transaction: the grants, what is published, what people are told. */
export function createEffects({ entitlements, events, workspaces, onAlert }: EffectsOptions) {
  const grant = async (tx: Tx, request_id: string, change: Change) => {
    const { workspace_id } = change.after;
    const given = new Map(grantsOf(change.after).map((each) => [`${each.product} ${each.source}`, each]));
    const taken = change.before === undefined ? [] : grantsOf(change.before);
    // Something that is no longer sold with it ends where it stands; it is never deleted, so that it can be explained.
    for (const each of taken) {
      if (given.has(`${each.product} ${each.source}`)) continue;
      const ends_at = changedAt(change);
      const over = {
        ...each,
        standing: "ended" as const,
        reason: "replaced",
        ends_at: ends_at < each.starts_at ? each.starts_at : ends_at,
      };
      await entitlements.grant(tx, { workspace_id, request_id }, { workspace_id, ...over });
    }
    for (const each of given.values())
      await entitlements.grant(tx, { workspace_id, request_id }, { workspace_id, ...each });
  };

  const publish = async (tx: Tx, request_id: string, { before, after }: Change) => {
    const { known, access } = after;
    const { state } = known;
    await events.append(tx, { workspace_id: after.workspace_id, request_id }, SubscriptionChanged, {
      ...aboutOf(after),
      external_id: after.external_id,
      status: state.status,
      previous_status: before?.known.state.status ?? null,
      standing: access.standing,
      reason: access.reason,
      seats: seatsOf(after.known),
      current_period_end: state.items[0]?.current_period_end?.toISOString() ?? null,
      cancel_at_period_end: state.cancel_at_period_end,
      ended_at: state.ended_at?.toISOString() ?? null,
      access_ends_at: lastEnd(access)?.toISOString() ?? null,
    });
  };

  /** Publishes an event that people are mailed about, once for what it is about. */
  const tell = async <T extends TSchema>(
    tx: Tx,
    request_id: string,
    row: SubscriptionRow,
    notice: { event: EventDefinition<T>; about: string; payload: Static<T> },
  ) => {
    const { workspace_id, id: subscription_id } = row;
    const kind = notice.event.type;
    if (await insertNotice(tx, { workspace_id, subscription_id, kind, about: notice.about })) {
      await events.append(tx, { workspace_id, request_id }, notice.event, notice.payload);
    }
  };

  const notify = async (tx: Tx, request_id: string, change: Change) => {
    const { after } = change;
    const about = aboutOf(after);
    const { access, known } = after;
    const end = known.state.items[0]?.current_period_end ?? null;
    const period_ends_at = end?.toISOString() ?? null;
    const isRunning = access.standing === "good" || access.standing === "grace";
    if (isRunning) {
      await tell(tx, request_id, after, {
        event: SubscriptionConfirmed,
        about: "first",
        payload: { ...about, period_ends_at },
      });
    }
    if (access.failure !== null) {
      const attempt = Math.min(3, access.failure.attempt);
      const payload = { ...about, attempt, grace_ends_at: access.grace_ends_at?.toISOString() ?? null };
      await tell(tx, request_id, after, {
        event: PaymentFailed,
        about: `${access.failure.payment_id} ${attempt}`,
        payload,
      });
    }
    if (change.before?.access.reason === "payment_failed" && access.standing === "good") {
      const paid = change.before.access.failure?.payment_id ?? known.state.transaction_id ?? String(period_ends_at);
      await tell(tx, request_id, after, { event: PaymentRecovered, about: paid, payload: about });
    } else if (isRenewed(change)) {
      const payload = { ...about, period_ends_at };
      await tell(tx, request_id, after, { event: SubscriptionRenewed, about: String(period_ends_at), payload });
    }
    const isCanceled = known.state.cancel_at_period_end || known.state.status === "canceled";
    if (isCanceled && access.reason !== "superseded") {
      const payload = { ...about, access_ends_at: lastEnd(access)?.toISOString() ?? null };
      await tell(tx, request_id, after, { event: SubscriptionCanceled, about: String(period_ends_at), payload });
    }
  };

  const flagDuplicates = async (tx: Tx, request_id: string, { after }: Change) => {
    const { workspace_id, product, environment } = after;
    for (const { id, external_id } of await markDuplicates(tx, { workspace_id, product, environment })) {
      onAlert("duplicate_purchase", { workspace_id, product, subscription_id: id, external_id });
      const payload = { ...aboutOf(after), subscription_id: id, external_id };
      await tell(tx, request_id, { ...after, id }, { event: DuplicatePurchase, about: external_id, payload });
    }
  };

  /** A person who pays the same in two stores has forgotten one of them, which no store can know: said once for the two. */
  const tellDoublePayment = async (tx: Tx, after: Change["after"]) => {
    const other = await findPaidElsewhere(tx, after.id);
    if (other === undefined) return;
    const { workspace_id, product, source, external_id } = after;
    const [subscription_id = "", about = ""] = [after.id, other.id].sort();
    if (!(await insertNotice(tx, { workspace_id, subscription_id, kind: "double_payment", about }))) return;
    const subscriptions = [`${source}:${external_id}`, `${other.source}:${other.external_id}`].sort();
    onAlert("double_payment", { workspace_id, product, subscriptions });
  };

  /** Whether the workspace owes a payment. Whoever has news of another of its subscriptions goes before or after: it is counted over all of them. */
  const weigh = async (tx: Tx, workspace_id: string, environment: Environment) => {
    await lockSubjects(tx, [`owes.${workspace_id}`]);
    await workspaces.setBillingStatus(
      tx,
      workspace_id,
      (await owesPayment(tx, workspace_id, environment)) ? "past_due" : "current",
    );
  };

  return {
    /** Makes everything follow that follows from the change; whether anybody would notice it. */
    follow: async (tx: Tx, request_id: string, change: Change): Promise<boolean> => {
      const { before, after } = change;
      const isSeen = before === undefined || !isSameTo(before, after);
      if (!isSeen && !isRenewed(change)) return false;
      if (isSeen) {
        await grant(tx, request_id, change);
        await publish(tx, request_id, change);
      }
      await notify(tx, request_id, change);
      await flagDuplicates(tx, request_id, change);
      await tellDoublePayment(tx, after);
      await weigh(tx, after.workspace_id, after.environment);
      return true;
    },
    /** Moves what a subscription gives from one workspace to another. */
    move: async (tx: Tx, request_id: string, row: SubscriptionRow & { access: Access }, to: string, at: Date) => {
      const from = { workspace_id: row.workspace_id, request_id };
      for (const each of grantsOf(row)) {
        const over = {
          standing: "ended" as const,
          reason: "transferred",
          ends_at: at < each.starts_at ? each.starts_at : at,
        };
        await entitlements.grant(tx, from, { workspace_id: row.workspace_id, ...each, ...over });
      }
      const change = { before: undefined, after: { ...row, workspace_id: to } };
      await grant(tx, request_id, change);
      await publish(tx, request_id, change);
      await flagDuplicates(tx, request_id, change);
      for (const workspace_id of [row.workspace_id, to]) await weigh(tx, workspace_id, row.environment);
    },
    tell,
  };
}
export type Effects = ReturnType<typeof createEffects>;

/** What every event says of its subscription. */
export function aboutOf({ id, source, known }: Pick<SubscriptionRow, "id" | "source" | "known">) {
  const [best] = known.state.items;
  if (best === undefined) throw new Error("A subscription is for something");
  const { plan_id, plan_version_id, content } = best.offer;
  return { subscription_id: id, product: content.product, plan_id, plan_version_id, source };
}

function seatsOf({ state }: KnownSubscription): number {
  const [best] = state.items;
  return best === undefined ? 0 : best.quantity * best.offer.content.seats;
}

/** What the subscription gives: one grant for each thing that it is for, each to its own end. */
function grantsOf({ source: store, external_id, access }: Change["after"]) {
  return access.items.map(({ item, starts_at, ends_at }, index) => {
    const { plan_id, plan_version_id, content } = item.offer;
    const { product, rank, features, seats } = content;
    const source = index === 0 ? `${store}:${external_id}` : `${store}:${external_id}/${item.price_id}`;
    const plan = { product, source, plan_id, plan_version_id, rank, features, seats: item.quantity * seats };
    return { ...plan, starts_at, ends_at, standing: access.standing, reason: access.reason };
  });
}

function changedAt({ after }: Change): Date {
  return after.known.state.state_at;
}

/** Whether nothing differs that anybody would notice, or that grants are known by. */
function isSameTo(before: Change["after"], after: Change["after"]): boolean {
  const isRenamed = before.external_id !== after.external_id;
  return !isRenamed && !isNoticeable(before.known, after.known) && isSame(before.access, after.access);
}

function isSame(a: Access, b: Access): boolean {
  return JSON.stringify(withoutOffers(a)) === JSON.stringify(withoutOffers(b));
}

function withoutOffers({ items, renewed_until: _, ...rest }: Access) {
  return {
    ...rest,
    items: items.map(({ item, starts_at, ends_at }) => [
      item.price_id,
      item.offer.plan_version_id,
      item.quantity,
      starts_at,
      ends_at,
    ]),
  };
}

/** Whether a further period is paid: for Stripe when its payment is known, for the others when a period that was paid goes further than the one before. */
function isRenewed({ before, after }: Change): boolean {
  if (before === undefined) return false;
  if (after.source === "stripe") {
    return (
      after.access.renewed_until !== null && after.access.renewed_until > (before.access.renewed_until ?? new Date(0))
    );
  }
  const endOf = ({ paid }: KnownSubscription) => paid?.items[0]?.current_period_end?.getTime();
  const [earlier, later] = [endOf(before.known), endOf(after.known)];
  return earlier !== undefined && later !== undefined && later > earlier;
}
