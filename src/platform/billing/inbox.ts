import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import type { Logger } from "../../core/logger.ts";
import type { Metrics } from "../../core/metrics.ts";
import type { Tx } from "../../core/tables.ts";
import { defineSubscriber, type Events, type Subscriber } from "../events/index.ts";
import type { Store as StoreName } from "../plans/index.ts";
import type { Apply } from "./apply.ts";
import { subjectsOf } from "./contents.ts";
import { billingErrors } from "./errors.ts";
import { FetchWanted } from "./events.ts";
import {
  type EventOutcome,
  endLease,
  findEvent,
  insertEvent,
  isEventKnown,
  type KeptEvent,
  keepContents,
  listOpenEvents,
  lockSubjects,
  settleEvent,
  takeLease,
} from "./inbox-store.ts";
import type { Environment } from "./schema.ts";
import type { Content, Delivery, Fetched, Notification, Store } from "./store-port.ts";

/** Takes in what stores say. */
export interface Inbox {
  /**
   * Checks a notification of the store and applies it: its row, the subscription, the grants, and the events about it commit together, and only
   * then it resolves. The same one again has no effect, whenever it comes. What cannot be applied (an unknown price) or has to wait (for its owner,
   * for the store's answer) is kept, and looked at again with the buyer's next news.
   * Throws `billing.signature_invalid`, `billing.sender_unknown`, `billing.event_malformed` and `billing.store_unreachable`; then nothing is kept.
   */
  receive(store: Store, delivery: Delivery, request_id: string): Promise<void>;
  /** Takes in what a reconciliation found, and keeps it as a notification if it put something right; whether it did. */
  compare(notification: Notification, request_id: string): Promise<EventOutcome>;
  /** Takes in a purchase that its buyer shows. */
  take(notification: Notification, contents: Content[], request_id: string): Promise<EventOutcome>;
  /** Looks again at everything that waits for a buyer, once it is known who that is. */
  reconsider(tx: Tx, buyers: Buyers, request_id: string): Promise<Report[]>;
  /** Applies a kept notification again, asking its store afresh where it can. Throws `billing.event_not_found`. */
  replay(event_id: string, request_id: string): Promise<EventOutcome>;
  /** Logs and counts what became of notifications, once that is committed. */
  tell(reports: Report[], request_id: string): void;
  subscribers: Subscriber[];
}

interface InboxOptions {
  db: Pick<Database, "asSystem" | "systemStatement">;
  /** The stores that are configured, by their names. */
  stores: ReadonlyMap<StoreName, Store>;
  /** Whose notifications grant anything; the other's are kept and ignored. */
  environment: Environment;
  apply: Apply;
  events: Pick<Events, "append">;
  logger: Pick<Logger, "info" | "warn" | "error">;
  metrics: Pick<Metrics, "counter">;
}

/** What stays true whatever a store says later. */
function isFact({ kind }: Content): boolean {
  return kind === "payment" || kind === "checkout" || kind === "reversal";
}

/** The type of what a reconciliation put right: there was no notification. */
export const reconciled = "reconciliation";

/** A store that was asked and did not answer. */
class AskingFailed extends Error {}

interface Buyers {
  source: StoreName;
  environment: Environment;
  subjects: string[];
}

/** What became of a notification, told when that is committed. */
export interface Report {
  notification: Pick<Notification, "source" | "environment" | "event_id" | "event_type" | "subject">;
  status: EventOutcome["status"] | "duplicate";
  reason: string | null;
}

/** Events need a workspace; those about a notification that has no owner yet are of none. */
const nobody = "00000000-0000-0000-0000-000000000000";

/** A call to a store ends long before: whoever waits for the lease waits no longer than the store's own patience. */
const leaseSeconds = 60;
const leaseTries = 40;

const waiting = (reason: string): EventOutcome => ({ status: "received", reason });

export function createInbox(options: InboxOptions): Inbox {
  const { db, stores, environment, apply, events, logger } = options;
  const count = options.metrics.counter(
    "plinth_billing_webhook_events_total",
    "Notifications of stores, by what became of them; `failed` wants somebody to look",
    ["source", "type", "outcome"],
  );
  const tell: Inbox["tell"] = (reports, request_id) => {
    for (const { notification, status, reason } of reports) {
      const { source, event_id, event_type, subject } = notification;
      const isKnown = stores.get(source)?.known_types.includes(event_type) ?? false;
      count({ source, type: isKnown ? event_type : "other", outcome: status });
      const line = { source, event_id, event_type, subject, reason, request_id };
      if (status === "failed") logger.error(line, "a notification could not be applied; what was granted before stays");
      else logger.info({ ...line, outcome: status }, "notification");
    }
  };

  /** Asks the store while nobody else asks it about the same buyer, and writes the answer if that is still so then. */
  const underLease = async <R>(
    key: string,
    ask: (observed_at: Date) => Promise<Fetched | undefined>,
    write: (tx: Tx, answer: Fetched | undefined) => Promise<R>,
  ): Promise<R> => {
    const token = newId();
    for (let attempt = 0; attempt < leaseTries; attempt++) {
      const observed_at = await db.systemStatement("billing lease", (tx) => takeLease(tx, key, token, leaseSeconds));
      if (observed_at === undefined) {
        await sleep(25 + Math.random() * 225);
        continue;
      }
      try {
        const answer = await ask(observed_at).catch((cause: unknown) => {
          throw new AskingFailed("The store did not answer", { cause });
        });
        return await db.asSystem("store notification", async (tx) => {
          if (!(await endLease(tx, key, token))) throw new AskingFailed("The lease ended while the store was asked");
          return write(tx, answer);
        });
      } catch (error) {
        await db.systemStatement("billing lease", (tx) => endLease(tx, key, token));
        throw error;
      }
    }
    throw new AskingFailed("Others have been asking the store about the same buyer all the time");
  };

  const applyAll = async (tx: Tx, notification: Report["notification"], contents: Content[], request_id: string) => {
    const { source, environment: theirs, event_id, subject } = notification;
    const keys = [...(subject === null ? [] : [subject]), ...contents.flatMap(subjectsOf)];
    const now = await lockSubjects(
      tx,
      keys.map((key) => `${theirs}.${key}`),
    );
    const work = { tx, now, request_id, source, environment: theirs };
    return apply.all(work, contents, event_id);
  };

  /** Looks again at what the buyers' earlier notifications left open, oldest first, until nothing more comes of it. */
  const reconsider: Inbox["reconsider"] = async (tx, { source, environment: theirs, subjects }, request_id) => {
    const reports: Report[] = [];
    const wanted = new Set(subjects);
    for (let again = true; again; ) {
      again = false;
      const open = await listOpenEvents(tx, { source, environment: theirs }, [...wanted]);
      for (const row of open.sort((a, b) => timeOf(a) - timeOf(b))) {
        const contents = contentsOf(row);
        if (contents.length === 0) continue;
        const outcome = await applyAll(tx, row, contents, request_id);
        if (outcome.status === row.status && outcome.reason === row.reason) continue;
        await settleEvent(tx, row.id, outcome);
        reports.push({ notification: row, ...outcome });
        if (outcome.status !== "applied") continue;
        again = true;
        for (const each of contents.flatMap(subjectsOf)) wanted.add(each);
      }
    }
    return reports;
  };
  const contentsOf = (row: KeptEvent) => row.contents ?? readKept(row).contents;
  const timeOf = (row: KeptEvent) => readKept(row).created_at.getTime();

  /** A notification as it was kept; what a reconciliation found has no body of its store's. */
  const readKept = (row: KeptEvent): Notification => {
    const {
      source,
      environment: theirs,
      event_id,
      event_type,
      subject,
      payload,
      contents,
      received_at: created_at,
    } = row;
    const store = stores.get(source);
    if (row.event_type !== reconciled && store !== undefined) return { ...store.read(payload), environment: theirs };
    return {
      source,
      environment: theirs,
      event_id,
      event_type,
      subject,
      payload,
      created_at,
      contents: contents ?? [],
    };
  };

  const settle = async (tx: Tx, id: string, notification: Notification, contents: Content[], request_id: string) => {
    const outcome = await applyAll(tx, notification, contents, request_id);
    await settleEvent(tx, id, outcome);
    const reports: Report[] = [{ notification, ...outcome }];
    if (outcome.status !== "applied") return reports;
    const subjects = [...new Set([notification.subject, ...contents.flatMap(subjectsOf)])].filter(
      (each) => each !== null,
    );
    return [...reports, ...(await reconsider(tx, { ...notification, subjects }, request_id))];
  };

  /** What becomes of a notification by itself, whatever is known; undefined when that has to be looked up. */
  const foregone = (contents: Content[], theirs: Environment): EventOutcome | undefined => {
    if (theirs !== environment) return { status: "ignored", reason: "other_environment" };
    return contents.length === 0 ? { status: "ignored", reason: "not_handled" } : undefined;
  };

  /** Keeps the notification and does what it says; `fetched` is what its store answered. */
  const keep = async (
    tx: Tx,
    told: Notification,
    fetched: Fetched | undefined,
    request_id: string,
  ): Promise<Report[]> => {
    const notification = { ...told, environment: fetched?.environment ?? told.environment };
    const contents = fetched?.contents ?? told.contents;
    const id = await insertEvent(tx, notification, fetched?.contents);
    if (id === undefined) return [{ notification, status: "duplicate", reason: null }];
    const certain = foregone(contents, notification.environment);
    if (certain === undefined) return settle(tx, id, notification, contents, request_id);
    await settleEvent(tx, id, certain);
    return [{ notification, ...certain }];
  };

  /** Keeps a notification whose store does not answer, and has it asked again. What needs no answer (a payment, a dispute) counts at once. */
  const keepWaiting = (notification: Notification, request_id: string): Promise<Report[]> =>
    db.asSystem("store notification", async (tx) => {
      const id = await insertEvent(tx, notification, undefined);
      if (id === undefined) return [{ notification, status: "duplicate", reason: null }];
      await applyAll(tx, notification, notification.contents.filter(isFact), request_id);
      await settleEvent(tx, id, waiting("store_unreachable"));
      await events.append(tx, { workspace_id: nobody, request_id }, FetchWanted, { webhook_event_id: id });
      return [{ notification, status: "received", reason: "store_unreachable" }];
    });

  const leaseKey = ({
    source,
    environment: theirs,
    subject,
  }: Pick<Notification, "source" | "environment" | "subject">) => `${source}.${theirs}.${subject}`;

  const isKept = (notification: Notification) =>
    db.systemStatement("store notification", (tx) => isEventKnown(tx, notification));

  const accept = async (store: Store, notification: Notification, request_id: string): Promise<Report[]> => {
    if (await isKept(notification)) return [{ notification, status: "duplicate", reason: null }];
    const { fetch } = store;
    if (fetch === undefined || notification.subject === null || notification.environment !== environment) {
      return db.asSystem("store notification", (tx) => keep(tx, notification, undefined, request_id));
    }
    try {
      // Whoever waited for the lease behind the same notification finds it kept.
      const ask = async (observed_at: Date) =>
        (await isKept(notification)) ? undefined : fetch(notification, observed_at);
      return await underLease(leaseKey(notification), ask, (tx, answer) => keep(tx, notification, answer, request_id));
    } catch (error) {
      if (!(error instanceof AskingFailed)) throw error;
      logger.warn(
        { err: error, source: store.source, event_id: notification.event_id },
        "a store could not be asked; trying again",
      );
      return keepWaiting(notification, request_id);
    }
  };

  const open = async (store: Store, delivery: Delivery): Promise<Notification> => {
    try {
      return await store.open(delivery);
    } catch (error) {
      count({ source: store.source, type: "other", outcome: "rejected" });
      throw error;
    }
  };

  const again = async (row: KeptEvent, request_id: string): Promise<Report[]> => {
    const store = stores.get(row.source);
    if (store === undefined) throw billingErrors.store_not_configured({ detail: `${row.source} is not configured` });
    const notification = readKept(row);
    const write = async (tx: Tx, answer: Fetched | undefined): Promise<Report[]> => {
      await keepContents(tx, row.id, answer?.contents ?? row.contents ?? undefined);
      const contents = answer?.contents ?? row.contents ?? notification.contents;
      const theirs = answer?.environment ?? row.environment;
      const certain = foregone(contents, theirs);
      if (certain === undefined)
        return settle(tx, row.id, { ...notification, environment: theirs }, contents, request_id);
      await settleEvent(tx, row.id, certain);
      return [{ notification, ...certain }];
    };
    const { fetch } = store;
    const isAsked = notification.subject !== null && row.environment === environment && row.event_type !== reconciled;
    if (fetch === undefined || !isAsked) return db.asSystem("replay a notification", (tx) => write(tx, undefined));
    return underLease(leaseKey(notification), (observed_at) => fetch(notification, observed_at), write);
  };

  const replay: Inbox["replay"] = async (event_id, request_id) => {
    const row = await db.systemStatement("replay a notification", (tx) => findEvent(tx, event_id));
    if (row === undefined) throw billingErrors.event_not_found();
    const reports = await again(row, request_id).catch((error: unknown) => {
      throw error instanceof AskingFailed ? billingErrors.store_unreachable({ retry_after: 30, cause: error }) : error;
    });
    tell(reports, request_id);
    const [own] = reports;
    return {
      status: own?.status === "duplicate" ? "ignored" : (own?.status ?? "ignored"),
      reason: own?.reason ?? null,
    };
  };

  return {
    receive: async (store, delivery, request_id) => {
      const notification = await open(store, delivery);
      tell(await accept(store, notification, request_id), request_id);
    },
    take: async (notification, contents, request_id) => {
      const reports = await db.asSystem("store notification", (tx) => keep(tx, notification, { contents }, request_id));
      tell(reports, request_id);
      const [own] = reports;
      return {
        status: own?.status === "duplicate" ? "ignored" : (own?.status ?? "ignored"),
        reason: own?.reason ?? null,
      };
    },
    compare: async (notification, request_id) => {
      const outcome = await db.asSystem("reconciliation", async (tx) => {
        const result = await applyAll(tx, notification, notification.contents, request_id);
        if (result.status !== "applied" || result.reason !== null) return result;
        const id = await insertEvent(tx, notification, notification.contents);
        if (id !== undefined) await settleEvent(tx, id, result);
        return result;
      });
      if (outcome.status === "applied" && outcome.reason === null) tell([{ notification, ...outcome }], request_id);
      return outcome;
    },
    reconsider,
    replay,
    tell,
    subscribers: [
      defineSubscriber({
        name: "billing.fetch",
        event: FetchWanted,
        max_retries: 11,
        handle: async (ctx, { webhook_event_id }) => {
          const row = await db.systemStatement("ask a store again", (tx) => findEvent(tx, webhook_event_id));
          if (row === undefined || row.status !== "received") return;
          tell(await again(row, ctx.request_id), ctx.request_id);
        },
      }),
    ],
  };
}
