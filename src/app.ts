import type { FastifyInstance } from "fastify";
import { createAiParts } from "./app-ai.ts";
import { mailOwnersBy } from "./app-mails.ts";
import { dependenciesOf, every, exposeGauges, refuseOpenTables } from "./app-operations.ts";
import { createPorts } from "./app-ports.ts";
import { eraserOf, partsOf } from "./app-products.ts";
import {
  billingEnvironment,
  everywhere,
  identitySettings,
  licensingSettings,
  quotaDefaults,
  relaySettings,
  sessionSettings,
  storeFees,
  webhookSettings,
  webhookWarning,
} from "./app-settings.ts";
import { createStores } from "./app-stores.ts";
import { type Clock, systemClock } from "./core/clock.ts";
import type { Config } from "./core/config.ts";
import { readConfigFile } from "./core/config-files.ts";
import { systemCtx } from "./core/context.ts";
import type { Keyring } from "./core/crypto.ts";
import { createDatabase } from "./core/database.ts";
import { createIdempotency } from "./core/http/idempotency.ts";
import { serveReference } from "./core/http/openapi.ts";
import { operationRoutes } from "./core/http/operations.ts";
import { countRefusals, createRateLimits } from "./core/http/rate-limits.ts";
import { registerRoutes } from "./core/http/register.ts";
import { type RateLimit, type Route, scopesOf } from "./core/http/route.ts";
import { createServer } from "./core/http/server.ts";
import { createViolations, violationRoutes } from "./core/http/violations.ts";
import { createListener } from "./core/listener.ts";
import type { Logger } from "./core/logger.ts";
import { createMetrics, type Metrics } from "./core/metrics.ts";
import { createRates } from "./core/rates.ts";
import { createRedis } from "./core/redis.ts";
import { createShutdown, within } from "./core/shutdown.ts";
import { createAnalytics } from "./platform/analytics/index.ts";
import { analyticsRoutes } from "./platform/analytics/routes.ts";
import { createApiKeys } from "./platform/api_keys/index.ts";
import { apiKeyRoutes } from "./platform/api_keys/routes.ts";
import { createAudit } from "./platform/audit/index.ts";
import { auditRoutes } from "./platform/audit/routes.ts";
import { type Billing, createBilling } from "./platform/billing/index.ts";
import { billingRoutes } from "./platform/billing/routes.ts";
import { createCheckout } from "./platform/checkout/index.ts";
import { checkoutRoutes } from "./platform/checkout/routes.ts";
import { createEntitlementAdmin, createEntitlements } from "./platform/entitlements/index.ts";
import { entitlementRoutes } from "./platform/entitlements/routes.ts";
import {
  createDeadLetters,
  createEvents,
  createWorker,
  type DeadLetters,
  maintainOutbox,
  type Pauses,
  watchNotifications,
} from "./platform/events/index.ts";
import { eventRoutes } from "./platform/events/routes.ts";
import { factorRoutes } from "./platform/factors/routes.ts";
import { createFederation, readFederationSettings } from "./platform/federation/index.ts";
import { federationRoutes } from "./platform/federation/routes.ts";
import { createIdentity } from "./platform/identity/index.ts";
import { accountRoutes, adminRoutes, authRoutes } from "./platform/identity/routes.ts";
import { createInbox } from "./platform/inbox/index.ts";
import { createInvitations } from "./platform/invitations/index.ts";
import { invitationRoutes } from "./platform/invitations/routes.ts";
import { createLicensing, type Licensing } from "./platform/licensing/index.ts";
import { licensingRoutes } from "./platform/licensing/routes.ts";
import { createLocks } from "./platform/locks/index.ts";
import {
  createMessagingFromConfig,
  licenseIssued,
  licenseRenewed,
  webhookDisabled,
} from "./platform/messaging/index.ts";
import { messagingRoutes } from "./platform/messaging/routes.ts";
import { createTracing } from "./platform/observability/index.ts";
import { createPlans } from "./platform/plans/index.ts";
import { planRoutes } from "./platform/plans/routes.ts";
import { createRelay, type Relay } from "./platform/relay/index.ts";
import { createSchedules, type Schedules } from "./platform/schedules/index.ts";
import { scheduleRoutes } from "./platform/schedules/routes.ts";
import { createSeats } from "./platform/seats/index.ts";
import { seatRoutes } from "./platform/seats/routes.ts";
import { createSessions } from "./platform/sessions/index.ts";
import { sessionRoutes } from "./platform/sessions/routes.ts";
import { createUsage, createUsageCredits } from "./platform/usage/index.ts";
import { usageRoutes } from "./platform/usage/routes.ts";
import { createSender, createWebhooks } from "./platform/webhooks/index.ts";
import { webhookRoutes } from "./platform/webhooks/routes.ts";
import { createWorkspaces } from "./platform/workspaces/index.ts";
import { workspaceRoutes } from "./platform/workspaces/routes.ts";
import type { Doors, Product } from "./product.ts";
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
  metrics: Pick<Metrics, "describe">;
  /** Whether mail goes to the dev mailbox. */
  hasMailbox: boolean;
  /** What an operator should know before relying on it. */
  warnings: string[];
  /** Makes the person with this address an administrator of the platform. */
  promote(email: string): Promise<{ email: string | null }>;
  /** Has Telegram send the bot's updates here; where they go. Throws when there is no bot. */
  setTelegramWebhook(): Promise<string>;
  /** What an operator does from the command line. */
  billing: Pick<Billing, "admin" | "reconciliation">;
  events: { deadLetters: DeadLetters; pauses: Pick<Pauses, "list" | "pause" | "resume"> };
  schedules: Pick<Schedules, "admin">;
  /** Undefined where no NATS is configured. */
  relay: Pick<Relay, "replay"> | undefined;
  /** Reads the catalogue, checks the products' tables, listens for changes, starts the worker. */
  start(): Promise<void>;
  /** Takes no new requests, finishes those in flight within the grace, then the handlers, then closes the pools. */
  stop(): Promise<void>;
}

/** Days for which it is kept which mails were sent. */
const mailLogDays = 90;

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
  const tracer = await createTracing({ ...config, version });
  if (tracer !== undefined) shutdown.add("traces", tracer.stop);
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
  const deadLetters = createDeadLetters({ db, events, onError, retention_days: config.EVENTS_DEAD_LETTER_DAYS });
  shutdown.add("dead letters", deadLetters.stop);
  const messaging = createMessagingFromConfig({ config, db, keyring, clock, metrics });
  const inbox = createInbox({ db, metrics });
  const ports = createPorts({ config, db, events, inbox, keyring, metrics, public_url });
  const audit = createAudit({ db });
  const entitlements = createEntitlements({ db, events, listener, clock });
  const usage = createUsage({ db, entitlements, clock, redis: config.USAGE_REDIS === "on" ? redis : undefined });
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
  const plans = createPlans({ db, entitlements, logger });
  entitlements.onMissing(plans.having);
  const stores = await createStores({ config, clock, keyring, db, logger, metrics });
  const mailOwners = mailOwnersBy({ db, workspaces, identity, messaging });
  const gifts = createEntitlementAdmin({ db, entitlements, audit, offerOf: plans.offer });
  const credits = createUsageCredits({ db, entitlements, audit });
  const templates = { licenseIssued, licenseRenewed };
  const licensing = createLicensing({
    ...{ ...core, entitlements, plans, mailOwners, templates },
    settings: licensingSettings(config),
  });
  entitlements.follow(licensing.follow);
  const seats = createSeats({ db, licensing, redis, rates, logger, metrics });
  shutdown.add("seats refused", seats.stop);
  licensing.onChange(seats.onLicenseChanged);
  const { checkouts, sales } = createCheckout({
    ...{ db, plans, clock, origins, public_url },
    environment: billingEnvironment(config),
    seller: stores.seller,
    ownersOf: async (tx, workspace_id) => identity.addressees(tx, await workspaces.owners(tx, workspace_id)),
  });
  const billing = createBilling({
    ...{ db, plans, entitlements, events, workspaces, logger, metrics, sales, mailOwners },
    environment: billingEnvironment(config),
    stores: stores.list,
    billing_url: config.BILLING_URL ?? null,
    on_conflict: config.PURCHASE_CONFLICT,
  });
  shutdown.add("reconciliation", billing.reconciliation.stop);
  const analytics = createAnalytics({ db, clock, environment: billingEnvironment(config), fees: storeFees(config) });
  identity.onSignedIn(async ({ workspace_id, email }, request_id) => {
    await billing.claims.byEmail(workspace_id, email, request_id);
  });
  const webhookRules = webhookSettings(config);
  const sender = createSender(webhookRules);
  shutdown.add("webhooks on their way", sender.close);
  const webhooks = createWebhooks({
    ...{ db, events, audit, keyring, clock, metrics, sender, mailOwners, templates: { webhookDisabled } },
    settings: webhookRules,
  });
  const aiParts = await createAiParts({
    ...{ config, db, listener, events, audit, keyring, logger, metrics, redis, tracer, clock, shutdown },
  });
  const { ai, safety } = aiParts;

  const locks = createLocks({ db, redis, logger, metrics });
  const schedules = createSchedules({ db, events, locks, logger, metrics, workspaces });
  const nats = relaySettings(config);
  const relay = nats === undefined ? undefined : createRelay({ settings: nats, db, metrics, onError });
  if (relay !== undefined) shutdown.add("relay", relay.close);

  // The products, on the doors that are theirs.
  const doors: Doors = {
    db,
    entitlements,
    usage,
    ai,
    safety,
    events,
    messaging: { ...messaging, ...ports.doors },
    schedules,
    clock,
    logger,
  };
  for (const { erasePerson } of [safety, ports]) identity.onErase((tx, _place, user_id) => erasePerson(tx, user_id));
  const parts = products.map((product) => partsOf(product, doors));
  for (const { privacy } of parts) {
    if (privacy !== undefined) identity.onErase(eraserOf(privacy));
  }
  const storeParts = stores.parts(billing, checkouts);
  const own = [workspaces, identity, invitations, billing, storeParts, licensing, ports, webhooks];
  events.subscribe([
    ...own.flatMap(({ subscribers }) => subscribers),
    ...parts.flatMap(({ subscribers }) => subscribers),
    ...schedules.add(parts.flatMap((part) => part.schedules)),
    ...(relay?.subscribers ?? []),
  ]);

  // The transport.
  const http = await createServer({ config, logger, metrics, tracer });
  await serveReference(http, version);
  const dependencies = dependenciesOf(db, listener, redis, relay);
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
    ...analyticsRoutes(analytics),
    ...violationRoutes(violations),
    ...planRoutes(plans),
    ...billingRoutes(billing),
    ...(checkouts === undefined ? [] : checkoutRoutes({ checkouts, licenseKeyOf: licenseKeyIn(licensing) })),
    ...storeParts.routes,
    ...entitlementRoutes({ entitlements, admin: gifts }),
    ...usageRoutes({ db, usage, credits }),
    ...licensingRoutes(licensing),
    ...seatRoutes(seats),
    ...messagingRoutes(messaging),
    ...ports.routes,
    ...eventRoutes({ deadLetters, pauses: events.pauses }),
    ...webhookRoutes(webhooks),
    ...scheduleRoutes(schedules.admin),
    ...aiParts.routes,
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
  const tryNotifications = watchNotifications({ db, listener, logger });
  const worker = createWorker({
    db,
    events,
    listener,
    logger,
    metrics,
    tracer,
    concurrency: config.WORKER_CONCURRENCY,
  });

  return {
    http,
    metrics,
    billing,
    events: { deadLetters, pauses: events.pauses },
    schedules,
    relay,
    promote: identity.admin.promote,
    hasMailbox: messaging.mailbox !== undefined,
    setTelegramWebhook: ports.setTelegramWebhook,
    warnings: [messaging.warning, webhookWarning(config)].filter((warning) => warning !== undefined),
    start: async () => {
      await refuseOpenTables(db, products);
      await plans.load(
        options.plans,
        products.map(({ name }) => name),
      );
      await listener.start();
      if (role !== "api") {
        worker.start();
        tryNotifications().catch(onError);
        shutdown.add("worker", () => worker.stop(config.SHUTDOWN_GRACE_MS));
        schedules.start();
        shutdown.add("scheduler", schedules.stop);
        const tidy = [
          ...[idempotency.purge, violations.purge, sessions.maintain, identity.maintain, federation.maintain],
          ...[
            licensing.signingKeys.maintain,
            usage.maintain,
            analytics.maintain,
            locks.maintain,
            schedules.maintain,
            ...aiParts.hourly,
            () => messaging.prune(mailLogDays),
            () => maintainOutbox({ db, logger, subscribers: events.subscribers, keep_days: config.EVENTS_KEEP_DAYS }),
            ports.prune,
            inbox.prune,
            billing.reconciliation.nightly,
            deadLetters.maintain,
            webhooks.maintain,
          ],
        ];
        shutdown.add("housekeeping", every(3_600_000, tidy, onError));
        const minutely = [
          licensing.sweep,
          seats.maintain,
          ...aiParts.minutely,
          deadLetters.resume,
          ...storeParts.tasks,
        ];
        shutdown.add("minutely tasks", every(60_000, minutely, onError));
      }
      shutdown.add("http", () => within(config.SHUTDOWN_GRACE_MS, Promise.resolve(http.close())));
    },
    stop: () => {
      isEnding = true;
      return shutdown.run();
    },
  };
}

/** How a person is called where credentials are made for them. */
function nameIn(identity: ReturnType<typeof createIdentity>) {
  return async (user_id: string) => {
    const { email, full_name, display_name } = await identity.person(user_id);
    return { name: email ?? full_name, display_name: display_name ?? full_name };
  };
}

/** The key of the licence that came with a purchase, for the page that its buyer comes back to. */
function licenseKeyIn(licensing: Licensing) {
  return async (workspace_id: string, product: string): Promise<string | undefined> => {
    const ctx = systemCtx(workspace_id, "checkout page", "checkout page");
    const { data } = await licensing.list(ctx, { product, limit: 1 });
    const [license] = data;
    return license === undefined ? undefined : (await licensing.get(ctx, license.id)).license_key;
  };
}
