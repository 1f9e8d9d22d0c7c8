import Type, { type Static, type TSchema } from "typebox";
import { Compile } from "typebox/compile";

/** A kind of event: its name, what it means, and the schema of its payload. */
export interface EventDefinition<T extends TSchema = TSchema> {
  /** `<module>.<what_happened>` */
  type: string;
  description: string;
  payload: T;
  /** Whether customers may subscribe to it with a webhook: its type and payload are then part of the API. */
  is_public?: boolean;
  /** Throws a TypeError naming the fields when the payload is not of the schema. */
  check(payload: unknown): void;
}

/**
 * Declares a kind of event. A payload holds ids and facts, never a secret: it is stored as it is. With `public` customers may have it sent to
 * their webhook endpoints.
 */
export function defineEvent<T extends TSchema>(
  type: string,
  description: string,
  payload: T,
  options: { public?: boolean } = {},
): EventDefinition<T> {
  const validator = Compile(payload);
  const definition: EventDefinition<T> = {
    type,
    description,
    payload,
    is_public: options.public ?? false,
    check: (value) => {
      if (validator.Check(value)) return;
      const faults = validator.Errors(value).map(({ instancePath, message }) => `${instancePath || "/"} ${message}`);
      throw new TypeError(`The payload of ${type} does not fit its schema: ${faults.join("; ")}`);
    },
  };
  declared.push(definition);
  return definition;
}

const declared: EventDefinition[] = [];

/** Every kind of event that was declared, for the documentation and the architecture tests. */
export function declaredEvents(): readonly EventDefinition[] {
  return declared;
}

const PublishedEvent = Type.Object({
  event_type: Type.String(),
  event_id: Type.String(),
  payload: Type.Unknown(),
  created_at: Type.Unsafe<Date>({}),
});

/** Subscribe to this to hear of every event, whatever its kind. It is never published itself. */
export const everyEvent: EventDefinition<typeof PublishedEvent> = {
  type: "*",
  description: "Every event",
  payload: PublishedEvent,
  check: () => {
    throw new TypeError("Every event is subscribed to, and never published");
  },
};

/** What a handler learns of the delivery. */
export interface Delivery {
  /** The event's, the same for every subscriber and every attempt. */
  event_id: string;
  /** The same for every attempt of this subscriber at this event: hand it on to whatever the handler causes outside. At most 200 characters. */
  idempotency_key: string;
  /** 1 for the first; never the same twice. */
  attempt: number;
  /** Aborted when the handler's time is up, its lease is lost, or the process ends. */
  signal: AbortSignal;
}

export type PayloadOf<D> = D extends EventDefinition<infer T> ? Static<T> : never;
