import { billingEnvironment } from "./app-settings.ts";
import type { Clock } from "./core/clock.ts";
import type { Config } from "./core/config.ts";
import type { Keyring } from "./core/crypto.ts";
import type { Database } from "./core/database.ts";
import type { Route } from "./core/http/route.ts";
import type { Logger } from "./core/logger.ts";
import type { Metrics } from "./core/metrics.ts";
import type { AppStore } from "./platform/app_store/index.ts";
import { appStoreRoutes } from "./platform/app_store/routes.ts";
import { type Billing, type Store, SubscriptionChanged } from "./platform/billing/index.ts";
import type { Checkouts, Seller } from "./platform/checkout/index.ts";
import type { Subscriber } from "./platform/events/index.ts";
import {
  createAcknowledgements,
  createGooglePlay,
  type GooglePlay,
  googlePlaySubscribers,
} from "./platform/google_play/index.ts";
import { googlePlayRoutes } from "./platform/google_play/routes.ts";
import { createRevenueCat } from "./platform/revenuecat/index.ts";
import { revenueCatRoutes } from "./platform/revenuecat/routes.ts";
import { createStripe, customerAtRegistration } from "./platform/stripe/index.ts";
import { stripeRoutes } from "./platform/stripe/routes.ts";

interface StoresOptions {
  config: Config;
  clock: Clock;
  keyring: Keyring;
  db: Database;
  logger: Logger;
  metrics: Metrics;
}

/** The stores that are configured: one that the configuration does not name has no endpoint, and is not even loaded. */
export interface Stores {
  list: Store[];
  /** The one that sells on our behalf, if it may. */
  seller: Seller | undefined;
  /** What each brings along, once billing stands, which needs the stores first. */
  parts(billing: Billing, checkouts: Checkouts | undefined): StoreParts;
}

interface StoreParts {
  routes: Route[];
  subscribers: Subscriber[];
  /** What is due every minute. */
  tasks: (() => Promise<unknown>)[];
}

const nothing: StoreParts = { routes: [], subscribers: [], tasks: [] };

export async function createStores(options: StoresOptions): Promise<Stores> {
  const all = [stripeStore(options), await appStore(options), googlePlayStore(options), revenueCatStore(options)];
  const made = all.filter((each) => each !== undefined);
  return {
    list: made.map(({ store }) => store),
    seller: made.find(({ seller }) => seller !== undefined)?.seller,
    parts: (billing, checkouts) => {
      const parts = made.map((each) => each.parts(billing, checkouts));
      return {
        routes: parts.flatMap(({ routes }) => routes),
        subscribers: parts.flatMap(({ subscribers }) => subscribers),
        tasks: parts.flatMap(({ tasks }) => tasks),
      };
    },
  };
}

interface Made {
  store: Store;
  seller?: Seller | undefined;
  parts(billing: Billing, checkouts: Checkouts | undefined): StoreParts;
}

function stripeStore({ config, clock }: StoresOptions): Made | undefined {
  const { STRIPE_WEBHOOK_SECRET: secrets, STRIPE_SECRET_KEY: secret_key, STRIPE_URL: url } = config;
  if (secrets.length === 0 && secret_key === undefined) return undefined;
  const { store, seller } = createStripe({
    secrets,
    clock,
    api: secret_key === undefined ? undefined : { secret_key, url },
  });
  return {
    store,
    seller,
    parts: ({ inbox }, checkouts) => ({
      ...nothing,
      routes: stripeRoutes(store, inbox),
      subscribers: checkouts === undefined ? [] : [customerAtRegistration(checkouts.createCustomer)],
    }),
  };
}

/** Apple's library is large, so it is loaded where there is an app. */
async function appStore({ config, clock }: StoresOptions): Promise<Made | undefined> {
  const { APP_STORE_BUNDLE_ID: bundle_id, APP_STORE_APP_ID: app_apple_id, APP_STORE_URL: base_url } = config;
  const { APP_STORE_ISSUER_ID: issuer_id, APP_STORE_KEY_ID: key_id, APP_STORE_PRIVATE_KEY: key } = config;
  if (bundle_id === undefined) return undefined;
  const { appStoreTrust, createAppStore } = await import("./platform/app_store/index.ts");
  const isAsked = issuer_id !== undefined && key_id !== undefined && key !== undefined;
  const store: AppStore = createAppStore({
    ...{ bundle_id, clock, environment: billingEnvironment(config) },
    ...(app_apple_id === undefined ? {} : { app_apple_id }),
    ...appStoreTrust(config.NODE_ENV),
    ...(isAsked
      ? { api: { issuer_id, key_id, private_key: lines(key), ...(base_url === undefined ? {} : { base_url }) } }
      : {}),
  });
  return {
    store,
    parts: ({ inbox, claims }) => ({
      ...nothing,
      routes: appStoreRoutes({ app_store: store, ...doorsOf(store, inbox, claims) }),
    }),
  };
}

function googlePlayStore({ config, clock, keyring, db, logger, metrics }: StoresOptions): Made | undefined {
  const { GOOGLE_PLAY_PACKAGE_NAMES: package_names, GOOGLE_PLAY_PUSH_AUDIENCE: audience } = config;
  const {
    GOOGLE_PLAY_PUSH_ACCOUNT: account,
    GOOGLE_PLAY_CLIENT_EMAIL: client_email,
    GOOGLE_PLAY_PRIVATE_KEY: key,
  } = config;
  if (package_names.length === 0) return undefined;
  const isPushed = audience !== undefined && account !== undefined;
  const isAsked = client_email !== undefined && key !== undefined;
  const urls = { token_url: config.GOOGLE_PLAY_TOKEN_URL, base_url: config.GOOGLE_PLAY_API_URL };
  const store: GooglePlay = createGooglePlay({
    ...{ package_names, clock, environment: billingEnvironment(config) },
    push: isPushed ? { audience, service_account_email: account, jwks_url: config.GOOGLE_PLAY_JWKS_URL } : undefined,
    api: isAsked ? { client_email, private_key: lines(key), ...urls } : undefined,
    simulation: { seed: keyring.derive("google play simulator"), node_env: config.NODE_ENV },
  });
  const { api } = store;
  return {
    store,
    parts: ({ inbox, claims }) => {
      const routes = googlePlayRoutes({ store, ...doorsOf(store, inbox, claims) });
      if (api === undefined) return { ...nothing, routes };
      const acknowledgements = createAcknowledgements({ db, api, package_names, clock, logger, metrics });
      const subscribers = googlePlaySubscribers(acknowledgements, SubscriptionChanged);
      return { routes, subscribers, tasks: [acknowledgements.maintain] };
    },
  };
}

function revenueCatStore({ config }: StoresOptions): Made | undefined {
  const { REVENUECAT_AUTHORIZATION: authorization, REVENUECAT_API_KEY: key, REVENUECAT_API_URL: base_url } = config;
  if (authorization.length === 0) return undefined;
  const store = createRevenueCat({
    ...{ authorization, environment: billingEnvironment(config) },
    api: key === undefined ? undefined : { key, base_url },
  });
  return {
    store,
    parts: ({ inbox }) => ({
      ...nothing,
      routes: revenueCatRoutes((delivery, request_id) => inbox.receive(store, delivery, request_id)),
    }),
  };
}

/** Billing's doors as a store's routes take them. */
function doorsOf(store: Store, inbox: Billing["inbox"], claims: Billing["claims"]) {
  return {
    inbox: {
      receive: (delivery: Parameters<typeof inbox.receive>[1], request_id: string) =>
        inbox.receive(store, delivery, request_id),
    },
    claim: claims.byProof,
  };
}

/** A key as an environment variable holds it, in one line. */
function lines(key: string): string {
  return key.replaceAll("\\n", "\n");
}
