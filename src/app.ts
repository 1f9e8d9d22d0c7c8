import type { FastifyInstance } from "fastify";
import { type Clock, systemClock } from "./core/clock.ts";
import type { Config } from "./core/config.ts";
import { readConfigFile } from "./core/config-files.ts";
import type { Keyring } from "./core/crypto.ts";
import { createDatabase, type Database } from "./core/database.ts";
import { createIdempotency } from "./core/http/idempotency.ts";
import { serveReference } from "./core/http/openapi.ts";
import { type Dependency, operationRoutes } from "./core/http/operations.ts";
import { countRefusals, createRateLimits } from "./core/http/rate-limits.ts";
import { registerRoutes } from "./core/http/register.ts";
import { type RateLimit, type Route, scopesOf } from "./core/http/route.ts";
import { createServer } from "./core/http/server.ts";
import { createViolations, violationRoutes } from "./core/http/violations.ts";
import { createListener, type Listener } from "./core/listener.ts";
import type { Logger } from "./core/logger.ts";
import { createMetrics, type Metrics } from "./core/metrics.ts";
import { ping } from "./core/ping.ts";
import { createRates } from "./core/rates.ts";
import { createRedis, type RedisClient } from "./core/redis.ts";
import { createShutdown, within } from "./core/shutdown.ts";
import { tenantWallFaults } from "./core/tenant-wall.ts";
import { createAiFromConfig } from "./platform/ai/index.ts";
import { createApiKeys } from "./platform/api_keys/index.ts";
import { apiKeyRoutes } from "./platform/api_keys/routes.ts";
import { createAudit } from "./platform/audit/index.ts";
import { auditRoutes } from "./platform/audit/routes.ts";
import { createBilling } from "./platform/billing/index.ts";
import { billingRoutes } from "./platform/billing/routes.ts";
import { createEntitlements } from "./platform/entitlements/index.ts";
import { createEvents, createWorker, outboxBacklog } from "./platform/events/index.ts";
import { factorRoutes } from "./platform/factors/routes.ts";
import { createFederation, readFederationSettings } from "./platform/federation/index.ts";
import { federationRoutes } from "./platform/federation/routes.ts";
import { createIdentity, type IdentitySettings } from "./platform/identity/index.ts";
import { accountRoutes, adminRoutes, authRoutes } from "./platform/identity/routes.ts";
import { createInvitations } from "./platform/invitations/index.ts";
import { invitationRoutes } from "./platform/invitations/routes.ts";
import { createMessagingFromConfig } from "./platform/messaging/index.ts";
import { messagingRoutes } from "./platform/messaging/routes.ts";
import { createSafety, parsePolicy } from "./platform/safety/index.ts";
import { createSessions } from "./platform/sessions/index.ts";
import { sessionRoutes } from "./platform/sessions/routes.ts";
import { createUsage } from "./platform/usage/index.ts";
import { usageRoutes } from "./platform/usage/routes.ts";
import { createWorkspaces } from "./platform/workspaces/index.ts";
import { workspaceRoutes } from "./platform/workspaces/routes.ts";
import type { Doors, Product, ProductParts } from "./product.ts";
import { version } from "./version.ts";

export interface AppOptions {
  config: Config;
  keyring: Keyring;
  app_url: string;
  system_url: string;
  /** Where clients reach the API. */
  public_url: string;
  products: Product[];
  /** The plan files, the products' first. */
  plans: { file: string; text: string }[];
  logger: Logger;
  clock?: Clock;
  /** What this process does: answer requests, handle events, or both. */
  role: "api" | "worker" | "all";
}

/** The assembled process. */
export interface App {
  http: FastifyInstance;
  /** Whether mail goes to the dev mailbox. */
  hasMailbox: boolean;
  /** What an operator should know before relying on it. */
  warnings: string[];
  /** Makes the person with this address an administrator of the platform. */
  promote(email: string): Promise<{ email: string | null }>;
  /** Reads the catalogue, checks the products' tables, listens for changes, starts the worker. */
  start(): Promise<void>;
  /** Takes no new requests, finishes those in flight within the grace, then the handlers, then closes the pools. */
  stop(): Promise<void>;
}

/** Builds the process. The order of the lines is the architecture: who stands below needs who stands above. */
export async function createApp(options: AppOptions): Promise<App> {
  const { config, keyring, public_url, products, logger, role } = options;
  const clock = options.clock ?? systemClock;
  const shutdown = createShutdown((step, error) => logger.error({ err: error, step }, "a step of the shutdown failed"));
  const onError = (error: unknown) =>
    logger.warn({ err: error }, "a connection was lost or a task failed; trying again");
  let isEnding = false;

  // The core.
  const metrics = createMetrics();
  const tasks = metrics.counter(
    "plinth_database_system_tasks_total",
    "Transactions across workspaces, by their reason",
    ["reason"],
  );
  const onSystem = (reason: string) => tasks({ reason });
  const db = createDatabase({
    ...options,
    clock,
    pool_size: config.DATABASE_POOL_SIZE,
    prepared_statements: config.DATABASE_PREPARED_STATEMENTS === "on",
    onError,
    onSystem,
  });
  shutdown.add("database pools", db.close);
  const listener = createListener({ url: options.system_url, onError });
  shutdown.add("listener", listener.stop);
  const redis = config.REDIS_URL === undefined ? undefined : createRedis({ url: config.REDIS_URL, onError });
  if (redis !== undefined) shutdown.add("redis", () => redis.disconnect());

  const violations = createViolations(db, onError);
  shutdown.add("rate limit violations", violations.flush);
  const refused = countRefusals(metrics);
  const onRefused: typeof violations.count = (rate, subject) => {
    refused(rate);
    violations.count(rate, subject);
  };
  const rates = createRates({ redis, onRefused });

  // The platform: who there is.
  const events = createEvents({ db, onError });
  shutdown.add("notifications", events.settled);
  const messaging = createMessagingFromConfig({ config, db });
  const entitlements = createEntitlements({ db, events });
  const usage = createUsage({ db, entitlements });
  const audit = createAudit({ db });
  const core = { db, listener, events, audit, rates, clock, keyring, public_url, onError };
  const workspaces = createWorkspaces({ ...core, entitlements, quota_defaults: quotaDefaults(config) });
  const sessions = createSessions({ ...core, ...sessionSettings(config) });
  const origins = [new URL(public_url).origin, ...config.CORS_ORIGINS];
  const settings = identitySettings(config, public_url, origins);
  const identity = createIdentity({ ...core, workspaces, messaging, sessions, logger, settings });
  shutdown.add("mails asked for", identity.settled);
  const issuers = readFederationSettings(config, await readConfigFile(config, "issuers.yaml"));
  const federation = createFederation({ ...core, identity, origins, settings: issuers });
  const environment = config.NODE_ENV === "production" ? "live" : "test";
  const apiKeys = createApiKeys({ ...core, workspaces, environment, rate_per_minute: config.RATE_LIMIT_API_KEY });
  const { link_url } = settings;
  const invitations = createInvitations({ ...core, workspaces, identity, messaging, link_url });

  // The platform: what they pay for, and what it does.
  const stripe = { secrets: config.STRIPE_WEBHOOK_SECRET, environment: stripeEnvironment(config) };
  const billing = createBilling({ db, entitlements, events, logger, metrics, clock, stripe });
  const rules = await readConfigFile(config, "safety.yaml");
  const safety = createSafety({ db, policy: parsePolicy(rules.text, rules.file), keyring, metrics });
  const ai = createAiFromConfig({
    config,
    models: await readConfigFile(config, "models.yaml"),
    db,
    logger,
    metrics,
    clock,
  });
  shutdown.add("ai providers", ai.close);

  // The products, on the doors that are theirs.
  const doors: Doors = { db, entitlements, usage, ai, safety, events, messaging, logger };
  const parts = products.map((product) => partsOf(product, doors));
  const own = [workspaces, identity, invitations];
  events.subscribe([
    ...own.flatMap(({ subscribers }) => subscribers),
    ...parts.flatMap(({ subscribers }) => subscribers),
  ]);

  // The transport.
  const http = await createServer({ config, logger, metrics });
  await serveReference(http, version);
  const dependencies = dependenciesOf(db, listener, redis);
  const operations = { version, dependencies, metrics, metrics_token: config.METRICS_TOKEN, isEnding: () => isEnding };
  const rate: RateLimit = { name: "auth", limit: config.AUTH_RATE_LIMIT, window_seconds: 60 };
  const { refresh_seconds } = sessions;
  const routes: Route[] = [
    ...operationRoutes(operations),
    ...authRoutes({ identity, refresh_seconds, rate }),
    ...accountRoutes(identity, rate),
    ...sessionRoutes(sessions),
    ...factorRoutes(identity.factors, nameIn(identity)),
    ...federationRoutes({ federation, refresh_seconds, rate }),
    ...workspaceRoutes(workspaces, identity.cards),
    ...invitationRoutes(invitations),
    ...apiKeyRoutes(apiKeys),
    ...auditRoutes(audit),
    ...adminRoutes(identity),
    ...violationRoutes(violations),
    ...billingRoutes(billing),
    ...usageRoutes(usage),
    ...messagingRoutes(messaging),
    ...parts.flatMap((part) => part.routes),
  ];
  apiKeys.setScopes(scopesOf(routes));
  const idempotency = createIdempotency(db, keyring);
  registerRoutes(http, routes, {
    gatekeeper: {
      authenticate: (credential, ip) => {
        if (apiKeys.looksLikeKey(credential)) return apiKeys.authenticate(credential, ip);
        return federation.isForeign(credential)
          ? federation.authenticate(credential)
          : sessions.authenticate(credential);
      },
      authenticateCookie: sessions.authenticate,
      requireAdmin: identity.admin.requireAdmin,
      enterWorkspace: workspaces.enter,
      requestsPerMinute: workspaces.quotas.requestsPerMinute,
    },
    idempotency,
    rateLimits: createRateLimits(rates),
    everywhere: everywhere(config),
    origins,
    clock,
    step_up_minutes: config.STEP_UP_MINUTES,
  });
  exposeGauges(metrics, db);
  const worker = createWorker({ db, events, listener, logger, metrics, concurrency: config.WORKER_CONCURRENCY });

  return {
    http,
    promote: identity.admin.promote,
    hasMailbox: messaging.mailbox !== undefined,
    warnings: messaging.warning === undefined ? [] : [messaging.warning],
    start: async () => {
      await refuseOpenTables(db, products);
      await billing.loadCatalogue(
        options.plans,
        products.map(({ name }) => name),
      );
      await listener.start();
      if (role !== "api") {
        worker.start();
        shutdown.add("worker", () => worker.stop(config.SHUTDOWN_GRACE_MS));
        const tidy = [idempotency.purge, violations.purge, sessions.maintain, identity.maintain, federation.maintain];
        shutdown.add("housekeeping", hourly(tidy, onError));
      }
      shutdown.add("http", () => within(config.SHUTDOWN_GRACE_MS, Promise.resolve(http.close())));
    },
    stop: () => {
      isEnding = true;
      return shutdown.run();
    },
  };
}

function sessionSettings(config: Config) {
  return {
    access_token_minutes: config.ACCESS_TOKEN_MINUTES,
    sessions: {
      idle_days: config.SESSION_IDLE_DAYS,
      absolute_days: config.SESSION_ABSOLUTE_DAYS,
      refresh_grace_seconds: config.REFRESH_GRACE_SECONDS,
    },
    signing_keys: { signs_days: config.SIGNING_KEY_DAYS, lead_minutes: config.SIGNING_KEY_LEAD_MINUTES },
  };
}

function identitySettings(config: Config, public_url: string, origins: string[]): IdentitySettings {
  return {
    app_name: config.APP_NAME,
    link_url: config.MAIL_LINK_URL ?? `${public_url}/v1/auth`,
    password_rule: config.PASSWORD_RULE,
    hashing: {
      concurrency: config.PASSWORD_HASH_CONCURRENCY,
      queue: config.PASSWORD_HASH_QUEUE,
      cost: { memory_kib: config.PASSWORD_HASH_MEMORY_KIB, passes: config.PASSWORD_HASH_PASSES },
    },
    throttle: {
      address: config.LOGIN_FAILURES_PER_ADDRESS,
      address_account: config.LOGIN_FAILURES_PER_ADDRESS_AND_ACCOUNT,
      account: config.LOGIN_FAILURES_PER_ACCOUNT,
    },
    step_up_minutes: config.STEP_UP_MINUTES,
    signs_in: config.REGISTRATION_MODE === "sign_in",
    webauthn: { rp_id: config.PASSKEY_DOMAIN ?? new URL(public_url).hostname, origins },
  };
}

function quotaDefaults(config: Config) {
  return {
    members: config.QUOTA_MEMBERS,
    api_keys: config.QUOTA_API_KEYS,
    storage_bytes: config.QUOTA_STORAGE_BYTES,
    requests_per_minute: config.QUOTA_REQUESTS_PER_MINUTE,
  };
}

/** The rates that hold for every route; a workspace's and a key's are their own. */
function everywhere(config: Config): RateLimit[] {
  return [
    { name: "address", limit: config.RATE_LIMIT_ADDRESS, window_seconds: 60, by: "address" },
    { name: "user", limit: config.RATE_LIMIT_USER, window_seconds: 60, by: "user" },
  ];
}

/** How a person is called where credentials are made for them. */
function nameIn(identity: ReturnType<typeof createIdentity>) {
  return async (user_id: string) => {
    const { email, full_name, display_name } = await identity.person(user_id);
    return { name: email ?? full_name, display_name: display_name ?? full_name };
  };
}

function stripeEnvironment(config: Config): "live" | "test" {
  return config.STRIPE_ENVIRONMENT ?? (config.NODE_ENV === "production" ? "live" : "test");
}

/** What the product brings, held to the house's rules: its own routes and names, nobody else's. */
function partsOf(product: Product, doors: Doors): Required<ProductParts> {
  const { routes = [], subscribers = [] } = product.create?.(doors) ?? {};
  for (const { path } of routes) {
    if (path !== `/v1/${product.name}` && !path.startsWith(`/v1/${product.name}/`)) {
      throw new Error(`The product ${product.name} has the route ${path}; its routes begin with /v1/${product.name}/`);
    }
  }
  for (const { name } of subscribers) {
    if (!name.startsWith(`${product.name}.`)) {
      throw new Error(`The product ${product.name} has the subscriber ${name}; its names begin with ${product.name}.`);
    }
  }
  return { routes, subscribers };
}

/** Nobody is served while a product has a table outside the tenant wall. */
async function refuseOpenTables(db: Database, products: Product[]): Promise<void> {
  const schemas = products.filter(({ migrations }) => migrations !== undefined).map(({ name }) => name);
  const faults = await db.asSystem("tenant wall", (tx) => tenantWallFaults(tx, schemas));
  if (faults.length === 0) return;
  const list = faults.map((fault) => `  - ${fault}`).join("\n");
  throw new Error(
    `These tables are not behind the tenant wall:\n${list}\nCall plinth.protect_tenant_table('<table>') in the migration.`,
  );
}

function dependenciesOf(db: Database, listener: Listener, redis: RedisClient | undefined): Dependency[] {
  const hears = async () => {
    if (!listener.connected()) throw new Error("not listening");
  };
  return [
    { name: "database", check: () => db.systemStatement("health", ping) },
    { name: "notifications", check: hears, optional: true },
    ...(redis === undefined ? [] : [{ name: "redis", check: () => redis.ping(), optional: true }]),
  ];
}

function exposeGauges(metrics: Metrics, db: Database): void {
  metrics.gauge("plinth_database_connections", "Connections of the pools, by state", ["pool", "state"], () =>
    db.pools().flatMap(({ pool, total, idle, waiting }) => [
      [{ pool, state: "used" }, total - idle],
      [{ pool, state: "idle" }, idle],
      [{ pool, state: "awaited" }, waiting],
    ]),
  );
  metrics.gauge(
    "plinth_events_backlog",
    "Outbox rows not delivered yet, dead letters, and seconds that the oldest waits",
    ["measure"],
    async () => {
      const { pending, failed, lag_seconds } = await db.systemStatement("metrics", outboxBacklog);
      return [
        [{ measure: "pending" }, pending],
        [{ measure: "dead" }, failed],
        [{ measure: "lag_seconds" }, lag_seconds],
      ];
    },
  );
}

/** Runs the tasks now and every hour, one after the other; returns what ends that and waits for what runs. */
function hourly(tasks: (() => Promise<unknown>)[], onError: (error: unknown) => void): () => Promise<void> {
  let isEnded = false;
  const run = async () => {
    for (const task of tasks) if (!isEnded) await task().catch(onError);
  };
  let running = run();
  const timer = setInterval(() => {
    running = run();
  }, 3_600_000);
  timer.unref();
  return () => {
    isEnded = true;
    clearInterval(timer);
    return running;
  };
}
