import type { Clock } from "../../core/clock.ts";
import { requestErrors } from "../../core/errors.ts";
import {
  billingErrors,
  type Content,
  type Environment,
  type Fetched,
  type Notification,
  type Store,
} from "../billing/index.ts";
import { createPlayApi, type PlayApi, type PlayApiSettings } from "./api.ts";
import { contentOf, voidOf } from "./mapping.ts";
import { knownTypes, type Push, readKept, readPush, revoked, textOf, writeClaim } from "./push.ts";
import type { PurchaseClaim } from "./schema.ts";
import { createSenders, type PushSettings } from "./senders.ts";

export interface GooglePlayOptions {
  /** Our apps: what is said of others is ignored. */
  package_names: string[];
  /** Undefined: Google is believed nothing. */
  push: PushSettings | undefined;
  /** Without it Google's notifications grant nothing: they name a purchase and say nothing of its state. */
  api: PlayApiSettings | undefined;
  /** Whose purchases are applied here: that of a notification until its purchase was read. */
  environment: Environment;
  /**
   * In development, without `api`: 32 bytes from which the key of a local issuer is made. What that has signed bears its purchase with it, so that
   * `plinth simulate` needs no network.
   */
  simulation?: { seed: Buffer; node_env: string } | undefined;
  clock: Pick<Clock, "now">;
}

/** Google Play as billing knows a store, and what only it can tell. */
export interface GooglePlay extends Store {
  /** What an app says it bought, as a notification. Throws `request.invalid` for a package that is none of ours. */
  claim(purchase: PurchaseClaim): Notification;
  /** The API, for acknowledging; undefined without credentials. */
  api: PlayApi | undefined;
  /** The apps. */
  package_names: readonly string[];
}

const day = 86_400_000;
/** How far back voided purchases are listed: 30 days, less the time that a request takes. */
const lookBack = 30 * day - 60_000;

/** Throws a TypeError for settings that cannot work. */
export function createGooglePlay(options: GooglePlayOptions): GooglePlay {
  const { package_names, environment, clock } = options;
  const api = options.api && createPlayApi({ ...options.api, clock });
  const simulation_seed = api === undefined ? seedOf(options) : undefined;
  const senders = createSenders({ push: options.push, simulation_seed, clock });

  const notificationOf = (push: Push, payload: string): Notification => {
    const isOurs = package_names.includes(push.package_name);
    return {
      source: "google_play",
      environment,
      event_id: push.message_id,
      event_type: push.event_type,
      created_at: push.at,
      subject: isOurs ? push.purchase_token : null,
      payload,
      contents: isOurs ? voidsOf(push) : [],
    };
  };
  const read = (payload: string) => notificationOf(readKept(payload), payload);

  /** The purchase as Google has it, or as the simulator wrote it. */
  const find = async (push: Push, purchase_token: string): Promise<{ purchase: unknown } | undefined> => {
    if (api !== undefined) return { purchase: await api.find({ package_name: push.package_name, purchase_token }) };
    const isSimulated = simulation_seed !== undefined && push.simulated !== undefined;
    return isSimulated ? { purchase: push.simulated } : undefined;
  };

  return {
    source: "google_play",
    known_types: knownTypes,
    package_names,
    api,
    open: async ({ raw_body, header }) => {
      const sender = await senders.verify(header("authorization"));
      const payload = textOf(raw_body);
      const push = readPush(payload);
      if (push.simulated !== undefined && sender !== "local") {
        throw billingErrors.event_malformed({ detail: "Google sends no simulated purchase" });
      }
      return notificationOf(push, payload);
    },
    read,
    claim: (purchase) => {
      if (package_names.includes(purchase.package_name)) return read(writeClaim(purchase, clock.now()));
      const errors = [{ pointer: "/package_name", detail: "is none of this installation's apps" }];
      throw requestErrors.invalid({ errors });
    },
    fetch: async (notification, observed_at) => {
      const push = readKept(notification.payload);
      if (notification.subject === null || push.purchase_token === null) return undefined;
      const found = await find(push, push.purchase_token);
      return found && fetchedOf(push, push.purchase_token, found.purchase, observed_at);
    },
    ...(api && reconciliation(api, package_names)),
  };
}

/** The local issuer is of no installation that sells something. */
function seedOf({ simulation }: GooglePlayOptions): Buffer | undefined {
  return simulation === undefined || simulation.node_env === "production" ? undefined : simulation.seed;
}

/**
 * The state is the API's, whatever the type says, for a notification may be late; but a revocation takes access away now,
 * and a void stays, also while the API goes on calling the subscription active.
 */
function fetchedOf(push: Push, purchase_token: string, purchase: unknown, observed_at: Date): Fetched {
  const voids = voidsOf(push);
  // What Google knows no more it tells nothing of: the state stays as it is.
  if (purchase === undefined) return { contents: voids };
  const content = contentOf(purchase, purchase_token, observed_at);
  if (content.kind === "unreadable") return { contents: [content, ...voids] };
  const order_id = push.event_type === revoked ? content.told.transaction_id : null;
  const revocation = order_id === null ? [] : [voidOf({ purchase_token, order_id, at: push.at })];
  return { contents: [content, ...voids, ...revocation], environment: environmentOf(purchase) };
}

function environmentOf(purchase: unknown): Environment {
  const isTest = typeof purchase === "object" && purchase !== null && "testPurchase" in purchase;
  return isTest && purchase.testPurchase != null ? "test" : "live";
}

function voidsOf({ purchase_token, void_order_id: order_id, at }: Push): Content[] {
  return purchase_token === null || order_id === null ? [] : [voidOf({ purchase_token, order_id, at })];
}

/** What is asked without a notification: the state of one purchase, and what was declared void meanwhile. */
function reconciliation(api: PlayApi, package_names: readonly string[]): Pick<Store, "current" | "page"> {
  return {
    current: async ({ external_id }, observed_at) => {
      const { purchase } = (await findAnywhere(api, package_names, external_id)) ?? {};
      return purchase === undefined ? [] : [contentOf(purchase, external_id, observed_at)];
    },
    page: async (cursor, observed_at) => {
      const { index, page_token } = readCursor(cursor);
      const package_name = package_names[index];
      if (package_name === undefined) return { contents: [], next: null };
      const since = new Date(observed_at.getTime() - lookBack);
      const { voidedPurchases, tokenPagination } = await api.voided({ package_name, since, page_token });
      const contents = (voidedPurchases ?? []).flatMap(({ purchaseToken, orderId, voidedTimeMillis }) =>
        orderId == null
          ? []
          : [voidOf({ purchase_token: purchaseToken, order_id: orderId, at: new Date(Number(voidedTimeMillis)) })],
      );
      return { contents, next: nextCursor(index, tokenPagination?.nextPageToken, package_names.length) };
    },
  };
}

/** Which app a purchase is of, Google alone knows: a token of another app is unknown there. Undefined when no app has it. */
export async function findAnywhere(
  api: Pick<PlayApi, "find">,
  package_names: readonly string[],
  purchase_token: string,
): Promise<{ package_name: string; purchase: unknown } | undefined> {
  for (const package_name of package_names) {
    const purchase = await api.find({ package_name, purchase_token });
    if (purchase !== undefined) return { package_name, purchase };
  }
  return undefined;
}

/** A position in the lists of all apps, one after the other: `<index of the app>:<page token>`. */
function readCursor(cursor: string | null): { index: number; page_token: string | undefined } {
  const [, index = "0", page_token = ""] = /^(\d+):(.*)$/.exec(cursor ?? "") ?? [];
  return { index: Number(index), page_token: page_token === "" ? undefined : page_token };
}

function nextCursor(index: number, page_token: string | null | undefined, apps: number): string | null {
  if (page_token != null && page_token !== "") return `${index}:${page_token}`;
  return index + 1 < apps ? `${index + 1}:` : null;
}
