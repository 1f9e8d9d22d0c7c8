import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import type { Listener } from "../../core/listener.ts";
import type { Logger } from "../../core/logger.ts";
import { within } from "../../core/shutdown.ts";
import { notify } from "./store.ts";

interface WakeUp {
  wake(subscribers: string[]): void;
  onWake(handler: (subscribers: string[]) => void): void;
  settled(): Promise<void>;
  origin: string;
}

/** Milliseconds of a head start for this process's own worker: a notification's commit would hold up its claim. */
const headStart = 3;
/** Pause in milliseconds between two notifications at most: the first goes at once, what follows within it shares the next. */
const notifyEvery = 5;
/** PostgreSQL's limit of a payload is 8,000 bytes. */
const longestPayload = 7_000;

/** Tells this process's worker at once, and those of the others by NOTIFY, for which subscribers there is something. */
export function createWakeUp(options: {
  db: Pick<Database, "systemStatement">;
  onError: (error: unknown) => void;
}): WakeUp {
  const { db, onError } = options;
  const origin = newId();
  const wakers: ((subscribers: string[]) => void)[] = [];
  let told = new Set<string>();
  let notifying: Promise<void> | undefined;

  const sendNotifications = async () => {
    if (wakers.length > 0) await sleep(headStart);
    while (told.size > 0) {
      const payload = payloadOf(origin, [...told]);
      told = new Set();
      await db.systemStatement("outbox wake-up", (tx) => notify(tx, payload)).catch(onError);
      if (told.size > 0) await sleep(notifyEvery);
    }
    notifying = undefined;
  };

  return {
    origin,
    wake: (subscribers) => {
      for (const waker of wakers) waker(subscribers);
      for (const subscriber of subscribers) told.add(subscriber);
      notifying ??= sendNotifications();
    },
    onWake: (handler) => {
      wakers.push(handler);
    },
    settled: async () => {
      await notifying;
    },
  };
}

/** `<origin>:<subscriber>,<subscriber>`, or `<origin>:` for all of them. */
function payloadOf(origin: string, subscribers: string[]): string {
  const list = subscribers.join(",");
  return `${origin}:${list.length > longestPayload ? "" : list}`;
}

/** Whom a notification is for; undefined for all subscribers, null when this process sent it and knows already. */
export function readWakeUp(payload: string, own_origin: string): string[] | undefined | null {
  const [origin, list = ""] = payload.split(":");
  if (origin === own_origin) return null;
  return list === "" ? undefined : list.split(",");
}

/** Milliseconds after which a notification will not come any more. */
const longestWay = 5_000;

/**
 * Prepares to find out whether notifications arrive at all, before the listener starts; the function that it returns tries it out, and tells the operator once when they do
 * not: behind a PgBouncer in transaction mode LISTEN succeeds, and nothing is ever heard. Events are found by looking once a second then.
 */
export function watchNotifications(options: {
  db: Pick<Database, "systemStatement">;
  listener: Pick<Listener, "on">;
  logger: Pick<Logger, "warn">;
  longest_ms?: number;
}): () => Promise<boolean> {
  const { db, listener, logger, longest_ms = longestWay } = options;
  const origin = newId();
  let hear = () => {};
  const heard = new Promise<boolean>((resolve) => {
    hear = () => resolve(true);
  });
  listener.on("plinth_outbox", (payload) => {
    if (payload.startsWith(`${origin}:`)) hear();
  });
  return async () => {
    // Names nobody, so that no worker looks for anything.
    await db.systemStatement("try notifications", (tx) => notify(tx, `${origin}:nobody`));
    if ((await within(longest_ms, heard)) === true) return true;
    logger.warn(
      "LISTEN hears nothing: is DATABASE_SYSTEM_URL a PgBouncer in transaction mode? Events are picked up by polling, up to a second later",
    );
    return false;
  };
}
