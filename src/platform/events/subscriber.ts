import type { Ctx } from "../../core/context.ts";
import type { Tx } from "../../core/tables.ts";
import { type Backoff, backoffSeconds } from "./rules.ts";
import type { Delivery, EventDefinition, PayloadOf } from "./schema.ts";

/** At most so many handlers of a key are begun in a window, by all workers together. */
export interface KeyRate {
  /** At most 1,000. */
  limit: number;
  window_seconds: number;
}

/** What a publisher tells of itself. */
export type Publisher = Pick<Ctx, "workspace_id" | "request_id">;

/**
 * Whoever wants to hear of a kind of event, once for each event, with a fate of its own. With `handleInTransaction` the handler's
 * changes and the completion commit together: exactly once. With `handle` it may run again after a crash: hand
 * `delivery.idempotency_key` on.
 */
export interface Subscriber {
  name: string;
  event: EventDefinition;
  max_retries: number;
  timeout_ms: number;
  /** Seconds until the n-th retry. */
  backoff: (retry: number) => number;
  concurrency: number | undefined;
  /** Undefined for a subscriber that neither limits nor orders by key. */
  key: ((payload: unknown, ctx: Publisher) => string | undefined) | undefined;
  ordered: boolean;
  key_concurrency: number | undefined;
  key_rate: KeyRate | undefined;
  /** Undefined for all that its event says. */
  wants: ((event_type: string) => boolean) | undefined;
  handle?: (ctx: Ctx, payload: unknown, delivery: Delivery) => Promise<void>;
  handleInTransaction?: (tx: Tx, ctx: Ctx, payload: unknown, delivery: Delivery) => Promise<void>;
}

export interface SubscriberOptions<D extends EventDefinition> {
  /** `<module>.<what_it_does>`, unique and never renamed: rows in the outbox bear it. At most 100 characters. */
  name: string;
  /** A kind of event, or `everyEvent`. */
  event: D;
  /** Tries after the first, before the event is a dead letter. Default 5, which with the default backoff is about an hour. */
  max_retries?: number;
  /** Seconds until the n-th retry, or the first and the longest wait of a backoff that doubles. Default 2^n minutes. */
  backoff?: Backoff | ((retry: number) => number);
  /** The handler is aborted and counted as failed after so long. Default 30,000. */
  timeout_ms?: number;
  /** Handlers of it at once in a process; those of the process, WORKER_CONCURRENCY, when left out. */
  concurrency?: number;
  /**
   * What belongs together, for `ordered`, `key_concurrency` and `key_rate`. It is computed when the event is published, and means the same in every
   * workspace: put the workspace's id into it where it should not. Undefined: the event stands alone.
   */
  key?: (payload: PayloadOf<D>, ctx: Publisher) => string | undefined;
  /** Events of a key are handled one after the other, in the order of their publishing, also when one is retried: those behind it wait. */
  ordered?: boolean;
  /** Handlers of one key at once, in all processes together. */
  key_concurrency?: number;
  /** Handlers of one key begun in a window, in all processes together. */
  key_rate?: KeyRate;
  /** Of every event, those that concern it: the others do not even become rows for it. */
  wants?: (event_type: string) => boolean;
  handle?: (ctx: Ctx, payload: PayloadOf<D>, delivery: Delivery) => Promise<void>;
  handleInTransaction?: (tx: Tx, ctx: Ctx, payload: PayloadOf<D>, delivery: Delivery) => Promise<void>;
}

/** Declares a subscriber, its handler typed by the event's payload. Throws a TypeError for options that do not fit together. */
export function defineSubscriber<D extends EventDefinition>(options: SubscriberOptions<D>): Subscriber {
  refuseMisfits(options);
  const { backoff, key_rate, key_concurrency, concurrency, key } = options;
  const parts: Omit<Subscriber, "handle" | "handleInTransaction" | "key"> = {
    name: options.name,
    event: options.event,
    max_retries: options.max_retries ?? 5,
    timeout_ms: options.timeout_ms ?? 30_000,
    backoff: typeof backoff === "function" ? backoff : (retry) => backoffSeconds(retry, Math.random(), backoff),
    ordered: options.ordered ?? false,
    concurrency,
    key_concurrency,
    key_rate,
    wants: options.wants,
  };
  const { handle, handleInTransaction } = options;
  return {
    ...parts,
    key,
    ...(handle && { handle }),
    ...(handleInTransaction && { handleInTransaction }),
  } as Subscriber;
}

function refuseMisfits<D extends EventDefinition>(options: SubscriberOptions<D>): void {
  const { name, handle, handleInTransaction, key, ordered, key_concurrency, key_rate } = options;
  const isWhole = (value: number | undefined, least: number, most = 1_000_000) =>
    value === undefined || (Number.isInteger(value) && value >= least && value <= most);
  const wants: [boolean, string][] = [
    [name.length <= 100 && /^[a-z][a-z0-9_]*\.[a-z0-9_.]+$/.test(name), "a name like module.what_it_does"],
    [(handle === undefined) !== (handleInTransaction === undefined), "either handle or handleInTransaction"],
    [
      (ordered === true || key_concurrency !== undefined || key_rate !== undefined) === (key !== undefined),
      "a key together with ordered, key_concurrency or key_rate",
    ],
    [isWhole(options.max_retries, 0, 1_000), "max_retries from 0 to 1,000"],
    [isWhole(options.timeout_ms, 1, 86_400_000), "timeout_ms from 1 to a day"],
    [isWhole(options.concurrency, 1), "a concurrency of at least 1"],
    [isWhole(key_concurrency, 1), "a key_concurrency of at least 1"],
    [isWhole(key_rate?.limit, 1, 1_000) && (key_rate?.window_seconds ?? 1) > 0, "a key_rate of 1 to 1,000 in a window"],
  ];
  const missing = wants.find(([holds]) => !holds);
  if (missing !== undefined) throw new TypeError(`The subscriber ${name} needs ${missing[1]}`);
}
