import type { Static, TSchema } from "typebox";
import { Compile } from "typebox/compile";

/** A kind of event: its name, what it means, and the schema of its payload. */
export interface EventDefinition<T extends TSchema = TSchema> {
  /** `<module>.<what_happened>` */
  type: string;
  description: string;
  payload: T;
  /** Throws a TypeError naming the fields when the payload is not of the schema. */
  check(payload: unknown): void;
}

/** Declares a kind of event. A payload holds ids and facts, never a secret: it is stored as it is. */
export function defineEvent<T extends TSchema>(type: string, description: string, payload: T): EventDefinition<T> {
  const validator = Compile(payload);
  const definition: EventDefinition<T> = {
    type,
    description,
    payload,
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

/** What a handler learns of the delivery. */
export interface Delivery {
  /** The same for every attempt: hand it on as the idempotency key of whatever the handler causes outside. */
  event_id: string;
  /** 1 for the first try. */
  attempt: number;
  /** Aborted when the handler's time is up or the process ends. */
  signal: AbortSignal;
}

export type PayloadOf<D> = D extends EventDefinition<infer T> ? Static<T> : never;
