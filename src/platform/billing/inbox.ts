import type { Database } from "../../core/database.ts";
import type { Logger } from "../../core/logger.ts";
import type { Metrics } from "../../core/metrics.ts";
import type { Tx } from "../../core/tables.ts";
import type { Entitlements } from "../entitlements/index.ts";
import type { Events } from "../events/index.ts";
import { SubscriptionChanged } from "./events.ts";
import type { Notification, NotificationContent, Store } from "./notification.ts";
import { accessOf, decide, isNoticeable, isOutdated, type KnownSubscription, resolve } from "./rules.ts";
import type { Environment } from "./schema.ts";
import {
  type EventOutcome,
  findOffers,
  findOwner,
  findSubscription,
  insertEvent,
  linkCustomer,
  listOpenEvents,
  lockSubject,
  settleEvent,
  upsertSubscription,
} from "./store.ts";

/** Takes in what stores say. */
export interface Inbox {
  /**
   * Checks a notification and applies it: its row, the subscription, the grant, and the event about it commit together, and only
   * then it resolves. The same one again has no effect, whenever it comes. What cannot be applied (an unknown price) or has to wait
   * (for its owner) is kept, and looked at again with the customer's next news.
   * Throws `billing.signature_invalid` and `billing.event_malformed`; then nothing is kept.
   */
  receive(delivery: Delivery, request_id: string): Promise<void>;
}

/** A notification as it came over the wire. */
interface Delivery {
  raw_body: Buffer;
  /** The value of the store's signature header. */
  signature: string | undefined;
}

interface InboxOptions {
  db: Pick<Database, "asSystem">;
  store: Store;
  /** Whose notifications grant anything; the other's are kept and ignored. */
  environment: Environment;
  entitlements: Pick<Entitlements, "grant">;
  events: Pick<Events, "append">;
  logger: Pick<Logger, "info" | "error">;
  metrics: Pick<Metrics, "counter">;
}

/** A notification in the transaction that takes it in. */
interface Work {
  tx: Tx;
  now: Date;
  request_id: string;
  notification: Notification;
}

/** What became of a notification, told when that is committed. */
interface Report {
  notification: Notification;
  status: EventOutcome["status"] | "duplicate";
  reason: string | null;
}

type Content<K extends NotificationContent["kind"]> = Extract<NotificationContent, { kind: K }>;

const applied: EventOutcome = { status: "applied", reason: null };
const waiting = (reason: string): EventOutcome => ({ status: "received", reason });
const ignored = (reason: string): EventOutcome => ({ status: "ignored", reason });
const failed = (reason: string): EventOutcome => ({ status: "failed", reason });

export function createInbox(options: InboxOptions): Inbox {
  const { db, store, environment, entitlements, events, logger } = options;
  const count = options.metrics.counter(
    "plinth_billing_webhook_events_total",
    "Notifications of stores, by what became of them; `failed` wants somebody to look",
    ["source", "type", "outcome"],
  );
  const tell = (request_id: string, { notification, status, reason }: Report) => {
    const { source, event_id, event_type, subject } = notification;
    count({ source, type: store.known_types.includes(event_type) ? event_type : "other", outcome: status });
    const line = { source, event_id, event_type, subject, reason, request_id };
    if (status === "failed") logger.error(line, "a notification could not be applied; what was granted before stays");
    else logger.info({ ...line, outcome: status }, "notification");
  };

  const grant = (work: Work, owner: Owner, { offer, state }: KnownSubscription) => {
    const { workspace_id } = owner;
    const { plan_id, plan_version_id } = offer;
    const { product, rank, features } = offer.content;
    const source = `${work.notification.source}:${owner.external_id}`;
    const what = { workspace_id, product, source, plan_id, plan_version_id, rank, seats: state.seats, features };
    const { tx, request_id } = work;
    return entitlements.grant(tx, { workspace_id, request_id }, { ...what, ...accessOf(state, work.now) });
  };

  const write = async (work: Work, owner: Owner, before: KnownSubscription | undefined, after: KnownSubscription) => {
    const { tx, request_id, notification } = work;
    const subscription_id = await upsertSubscription(tx, notification, owner, after);
    if (before !== undefined && !isNoticeable(before, after)) return;
    if (before !== undefined && before.offer.content.product !== after.offer.content.product) {
      await grant(work, owner, endedAt(before, after.state.state_at));
    }
    await grant(work, owner, after);
    const ctx = { workspace_id: owner.workspace_id, request_id };
    await events.append(tx, ctx, SubscriptionChanged, changeOf(subscription_id, notification.source, before, after));
  };

  const applySubscription = async (work: Work, content: Content<"subscription">): Promise<EventOutcome> => {
    const { tx, notification } = work;
    const { external_id, items } = content.told;
    const current = await findSubscription(tx, notification, external_id);
    const workspace_id = current?.workspace_id ?? (await findOwner(tx, notification, content));
    if (workspace_id === undefined) return waiting("unknown_owner");
    const prices = items.map(({ price_id }) => price_id);
    const next = resolve(current, content.told, await findOffers(tx, notification.source, prices));
    if (typeof next === "string") return isOutdated(current, content.told) ? ignored("older") : failed(next);
    const verdict = decide(current?.state, next.state);
    if (verdict !== "apply") return ignored(verdict);
    await write(work, { workspace_id, external_id }, current, next);
    return applied;
  };

  const applyCustomer = async ({ tx, notification }: Work, content: Content<"customer">): Promise<EventOutcome> => {
    const { customer_id, workspace_id } = content;
    if (workspace_id !== undefined && (await linkCustomer(tx, notification, customer_id, workspace_id))) return applied;
    const owner = await findOwner(tx, notification, { customer_id, workspace_id: undefined });
    if (owner === undefined) return workspace_id === undefined ? waiting("unknown_owner") : failed("unknown_workspace");
    return ignored(owner === (workspace_id ?? owner) ? "unchanged" : "customer_of_another_workspace");
  };

  const apply = async (work: Work): Promise<EventOutcome> => {
    const { content } = work.notification;
    if (content.kind === "subscription") return applySubscription(work, content);
    if (content.kind === "customer") return applyCustomer(work, content);
    return ignored("not_handled");
  };

  /** Looks again at what the customer's earlier notifications left open, oldest first, until nothing more comes of it. */
  const applyOpen = async (work: Work, customer_id: string): Promise<Report[]> => {
    const reports: Report[] = [];
    for (let again = true; again; ) {
      again = false;
      for (const row of await openEvents(work, customer_id)) {
        const outcome = await apply({ ...work, notification: row.notification });
        if (outcome.status === row.status && outcome.reason === row.reason) continue;
        await settleEvent(work.tx, row.id, outcome);
        reports.push({ notification: row.notification, ...outcome });
        again ||= outcome.status === "applied";
      }
    }
    return reports;
  };
  const openEvents = async ({ tx, notification }: Work, customer_id: string) => {
    const rows = await listOpenEvents(tx, notification, customer_id);
    return rows
      .map(({ payload, ...row }) => ({ ...row, notification: store.read(payload) }))
      .sort((a, b) => a.notification.created_at.getTime() - b.notification.created_at.getTime());
  };

  /** What becomes of a notification by itself, whatever is known; undefined when that has to be looked up. */
  const foregone = ({ content, environment: theirs }: Notification): EventOutcome | undefined => {
    if (theirs !== environment) return ignored("other_environment");
    if (content.kind === "other") return ignored("not_handled");
    return content.kind === "unreadable" ? failed(`unreadable: ${content.detail}`) : undefined;
  };

  const take = async (tx: Tx, notification: Notification, request_id: string): Promise<Report[]> => {
    const certain = foregone(notification);
    const id = await insertEvent(tx, notification, certain ?? waiting("new"));
    if (id === undefined) return [{ notification, status: "duplicate", reason: null }];
    if (certain !== undefined || !("customer_id" in notification.content))
      return [{ notification, ...(certain ?? waiting("new")) }];
    const { customer_id } = notification.content;
    const work = { tx, request_id, notification, now: await lockSubject(tx, notification, customer_id) };
    const outcome = await apply(work);
    await settleEvent(tx, id, outcome);
    const open = outcome.status === "applied" ? await applyOpen(work, customer_id) : [];
    return [{ notification, ...outcome }, ...open];
  };

  const open = ({ raw_body, signature }: Delivery): Notification => {
    try {
      return store.open(raw_body, signature);
    } catch (error) {
      count({ source: store.source, type: "other", outcome: "rejected" });
      throw error;
    }
  };

  return {
    receive: async (delivery, request_id) => {
      const notification = open(delivery);
      const reports = await db.asSystem("store notification", (tx) => take(tx, notification, request_id));
      for (const report of reports) tell(request_id, report);
    },
  };
}

interface Owner {
  workspace_id: string;
  external_id: string;
}

/** A subscription as what it was for until then, when it goes on as something of another product. */
function endedAt({ offer, state }: KnownSubscription, ended_at: Date): KnownSubscription {
  return { offer, state: { ...state, status: "canceled", ended_at } };
}

function changeOf(
  subscription_id: string,
  source: string,
  before: KnownSubscription | undefined,
  { offer, state }: KnownSubscription,
) {
  return {
    subscription_id,
    product: offer.content.product,
    plan_id: offer.plan_id,
    plan_version_id: offer.plan_version_id,
    source,
    status: state.status,
    previous_status: before?.state.status ?? null,
    seats: state.seats,
    current_period_end: state.current_period_end?.toISOString() ?? null,
    cancel_at_period_end: state.cancel_at_period_end,
    ended_at: state.ended_at?.toISOString() ?? null,
  };
}
