import type { Static, TSchema } from "typebox";
import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import type { Tx } from "../../core/tables.ts";
import { createPauses, type Pauses } from "./pauses.ts";
import { type EventDefinition, everyEvent } from "./schema.ts";
import { insertEvents, type NewEvent } from "./store.ts";
import type { Publisher, Subscriber } from "./subscriber.ts";
import { createWakeUp } from "./wake-up.ts";

export interface AppendOptions {
  /** Delivered so much later. */
  delay_seconds?: number;
  /** Delivered at this time; at once when it is over. Goes before `delay_seconds`. */
  at?: Date;
  /** The event's id, a UUID, instead of a new one: publishing it again, while it is not delivered, does nothing. */
  event_id?: string;
  /** Goes before what subscribers make their keys of. */
  key?: string;
}

/** One of several events that are published together. */
export interface Publication<T extends TSchema = TSchema> {
  event: EventDefinition<T>;
  payload: Static<T>;
  options?: AppendOptions;
}

/** The door through which events are published. */
export interface Events {
  /**
   * Publishes an event in the caller's transaction: it is delivered to every subscriber if that commits, and to none if it does not. Tells the event's id.
   * Throws a TypeError when the payload does not fit.
   */
  append<T extends TSchema>(
    tx: Tx,
    ctx: Publisher,
    event: EventDefinition<T>,
    payload: Static<T>,
    options?: AppendOptions,
  ): Promise<string>;
  /** Publishes several in one statement, in this order; all or none. Tells their ids. */
  appendAll(tx: Tx, ctx: Publisher, publications: readonly Publication[]): Promise<string[]>;
}

/** What the worker and the wiring need beside the door. */
export interface EventsInternals extends Events {
  /** Adds subscribers, before the worker starts. Throws for a name that is taken. */
  subscribe(subscribers: Subscriber[]): void;
  subscribers(): ReadonlyMap<string, Subscriber>;
  /** Calls the handler with the names of subscribers for which this process published something. */
  onWake(handler: (subscribers: string[]) => void): void;
  /** Tells the workers of all processes that there is something for these subscribers. */
  wake(subscribers: string[]): void;
  /** What tells this process's notifications from others'. */
  origin: string;
  pauses: Pauses;
  /** Waits for the notification that is on its way, if any. */
  settled(): Promise<void>;
}

interface EventsOptions {
  db: Pick<Database, "systemStatement">;
  onError: (error: unknown) => void;
}

export function createEvents({ db, onError }: EventsOptions): EventsInternals {
  const byName = new Map<string, Subscriber>();
  const byEvent = new Map<string, Subscriber[]>();
  const { wake, onWake, settled, origin } = createWakeUp({ db, onError });

  const subscribersOf = (type: string) => [
    ...(byEvent.get(type) ?? []),
    ...(byEvent.get(everyEvent.type) ?? []).filter(({ wants }) => wants?.(type) ?? true),
  ];

  const newEvent = (ctx: Publisher, { event, payload, options = {} }: Publication): NewEvent => {
    event.check(payload);
    const event_id = options.event_id ?? newId();
    return {
      ...{ event_id, event_type: event.type, payload },
      at: options.at ?? null,
      delay_seconds: options.delay_seconds ?? 0,
      deliveries: subscribersOf(event.type).map((subscriber) => ({
        subscriber: subscriber.name,
        key: keyOf(subscriber, ctx, event, payload, event_id, options.key),
        max_retries: subscriber.max_retries,
      })),
    };
  };

  const appendAll: Events["appendAll"] = async (tx, ctx, publications) => {
    const events = publications.map((publication) => newEvent(ctx, publication));
    const wanted = events.filter(({ deliveries }) => deliveries.length > 0);
    if (wanted.length > 0) await insertEvents(tx, ctx, wanted);
    const due = wanted.filter(({ at, delay_seconds }) => at === null && delay_seconds <= 0);
    if (due.length > 0) {
      const names = due.flatMap(({ deliveries }) => deliveries.map(({ subscriber }) => subscriber));
      tx.afterCommit(() => wake(names));
    }
    return events.map(({ event_id }) => event_id);
  };

  return {
    append: async (tx, ctx, event, payload, options) => {
      const [event_id = ""] = await appendAll(tx, ctx, [{ event, payload, ...(options && { options }) }]);
      return event_id;
    },
    appendAll,
    subscribe: (subscribers) => {
      for (const subscriber of subscribers) {
        if (byName.has(subscriber.name)) throw new Error(`There are two subscribers named ${subscriber.name}`);
        byName.set(subscriber.name, subscriber);
        byEvent.set(subscriber.event.type, [...(byEvent.get(subscriber.event.type) ?? []), subscriber]);
      }
    },
    subscribers: () => byName,
    onWake,
    wake,
    origin,
    pauses: createPauses({ db, subscribers: () => byName, wake }),
    settled,
  };
}

/** The key under which a subscriber limits or orders the event; one that it has none for stands alone, under its own id. */
function keyOf(
  subscriber: Subscriber,
  ctx: Publisher,
  event: EventDefinition,
  payload: unknown,
  event_id: string,
  given: string | undefined,
): string | null {
  if (subscriber.key === undefined) return given ?? null;
  if (given !== undefined) return given;
  const told = subscriber.event === everyEvent ? { event_type: event.type, event_id, payload } : payload;
  return subscriber.key(told, ctx) ?? event_id;
}
