import type { Static, TSchema } from "typebox";
import type { Ctx } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import type { Tx } from "../../core/tables.ts";
import type { Delivery, EventDefinition, PayloadOf } from "./schema.ts";
import { insertRows, notify } from "./store.ts";

/**
 * Whoever wants to hear of a kind of event, once for each event, with a fate of its own. With `handleInTransaction` the handler's
 * changes and the completion commit together: exactly once. With `handle` it may run again after a crash: hand
 * `delivery.event_id` on as idempotency key.
 */
export interface Subscriber {
  /** `<module>.<what_it_does>`, unique and never renamed: rows in the outbox bear it. */
  name: string;
  event: EventDefinition;
  /** Tries before the row is a dead letter. Default 6, which with the default backoff is about two hours. */
  max_attempts: number;
  /** Seconds until the next try after this attempt failed. */
  backoff?: (attempt: number) => number;
  /** The handler is aborted and counted as failed after so long. */
  timeout_ms: number;
  handle?: (ctx: Ctx, payload: unknown, delivery: Delivery) => Promise<void>;
  handleInTransaction?: (tx: Tx, ctx: Ctx, payload: unknown, delivery: Delivery) => Promise<void>;
}

interface SubscriberOptions<D extends EventDefinition> {
  name: string;
  event: D;
  max_attempts?: number;
  backoff?: (attempt: number) => number;
  timeout_ms?: number;
  handle?: (ctx: Ctx, payload: PayloadOf<D>, delivery: Delivery) => Promise<void>;
  handleInTransaction?: (tx: Tx, ctx: Ctx, payload: PayloadOf<D>, delivery: Delivery) => Promise<void>;
}

/** Declares a subscriber, its handler typed by the event's payload. It has one of the two handlers. */
export function defineSubscriber<D extends EventDefinition>(options: SubscriberOptions<D>): Subscriber {
  if ((options.handle === undefined) === (options.handleInTransaction === undefined)) {
    throw new TypeError(`The subscriber ${options.name} needs either handle or handleInTransaction`);
  }
  return { max_attempts: 6, timeout_ms: 30_000, ...options } as Subscriber;
}

/** The door through which events are published. */
export interface Events {
  /**
   * Publishes an event in the caller's transaction: it is delivered to every subscriber if that commits, and to none if it does not.
   * With `delay_seconds` it is delivered that much later. Throws a TypeError when the payload does not fit.
   */
  append<T extends TSchema>(
    tx: Tx,
    ctx: Pick<Ctx, "workspace_id" | "request_id">,
    event: EventDefinition<T>,
    payload: Static<T>,
    options?: { delay_seconds?: number },
  ): Promise<void>;
}

/** What the worker and the wiring need beside the door. */
export interface EventsInternals extends Events {
  /** Adds subscribers, before the worker starts. Throws for a name that is taken. */
  subscribe(subscribers: Subscriber[]): void;
  subscribers(): ReadonlyMap<string, Subscriber>;
  /** Calls the handler when this process published something. */
  onWake(handler: () => void): void;
  /** Waits for the notification that is on its way, if any. */
  settled(): Promise<void>;
}

interface EventsOptions {
  db: Pick<Database, "systemStatement">;
  onError: (error: unknown) => void;
}

/** Pause between two notifications at most: the first goes at once, what follows within it shares the next. */
const notifyEvery = 5;

export function createEvents({ db, onError }: EventsOptions): EventsInternals {
  const byName = new Map<string, Subscriber>();
  const byEvent = new Map<string, Subscriber[]>();
  const wakers: (() => void)[] = [];
  let notifying: Promise<void> | undefined;
  let again = false;

  const sendNotifications = async () => {
    do {
      again = false;
      await db.systemStatement("outbox wake-up", notify).catch(onError);
      if (again) await new Promise((resolve) => setTimeout(resolve, notifyEvery));
    } while (again);
    notifying = undefined;
  };
  const wake = () => {
    for (const waker of wakers) waker();
    again = true;
    notifying ??= sendNotifications();
  };

  return {
    append: async (tx, ctx, event, payload, options) => {
      event.check(payload);
      const event_id = newId();
      const rows = (byEvent.get(event.type) ?? []).map(({ name, max_attempts }) => ({
        workspace_id: ctx.workspace_id,
        request_id: ctx.request_id,
        event_id,
        event_type: event.type,
        subscriber: name,
        payload,
        max_attempts,
        delay_seconds: options?.delay_seconds ?? 0,
      }));
      if (rows.length === 0) return;
      await insertRows(tx, rows);
      if (options?.delay_seconds === undefined) tx.afterCommit(wake);
    },
    subscribe: (subscribers) => {
      for (const subscriber of subscribers) {
        if (byName.has(subscriber.name)) throw new Error(`There are two subscribers named ${subscriber.name}`);
        byName.set(subscriber.name, subscriber);
        byEvent.set(subscriber.event.type, [...(byEvent.get(subscriber.event.type) ?? []), subscriber]);
      }
    },
    subscribers: () => byName,
    onWake: (handler) => {
      wakers.push(handler);
    },
    settled: async () => {
      await notifying;
    },
  };
}
