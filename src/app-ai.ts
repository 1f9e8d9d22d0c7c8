import { aiSpans } from "./app-operations.ts";
import { safetySettings } from "./app-settings.ts";
import type { Clock } from "./core/clock.ts";
import type { Config } from "./core/config.ts";
import { readConfigFile, readConfigLayers } from "./core/config-files.ts";
import type { Keyring } from "./core/crypto.ts";
import type { Database } from "./core/database.ts";
import type { Route } from "./core/http/route.ts";
import type { Listener } from "./core/listener.ts";
import type { Logger } from "./core/logger.ts";
import type { Metrics } from "./core/metrics.ts";
import type { RedisClient } from "./core/redis.ts";
import type { Shutdown } from "./core/shutdown.ts";
import type { Tracer } from "./core/traces.ts";
import { type Ai, createAiFromConfig } from "./platform/ai/index.ts";
import { aiRoutes } from "./platform/ai/routes.ts";
import { createAiLedger } from "./platform/ai_ledger/index.ts";
import { aiUsageRoutes } from "./platform/ai_ledger/routes.ts";
import type { Audit } from "./platform/audit/index.ts";
import type { Events } from "./platform/events/index.ts";
import { createOpenAiApi } from "./platform/openai_api/index.ts";
import { openAiRoutes } from "./platform/openai_api/routes.ts";
import { createSafety, parsePolicy, type Safety } from "./platform/safety/index.ts";
import { safetyRoutes } from "./platform/safety/routes.ts";

// Models, what they cost, and what is checked before and after them.

interface AiOptions {
  config: Config;
  db: Database;
  listener: Listener;
  events: Pick<Events, "append">;
  audit: Audit;
  keyring: Keyring;
  logger: Logger;
  metrics: Metrics;
  redis: RedisClient | undefined;
  tracer: Tracer | undefined;
  clock: Clock;
  shutdown: Pick<Shutdown, "add">;
}

interface AiParts {
  ai: Ai;
  safety: Safety;
  routes: Route[];
  /** What is due every hour and every minute. */
  hourly: (() => Promise<unknown>)[];
  minutely: (() => Promise<unknown>)[];
}

/** Features that OpenAI's own clients may ask for: the first where they name none. */
const publicFeatures = ["ai.api", "ai.embeddings"];

export async function createAiParts(options: AiOptions): Promise<AiParts> {
  const { config, db, events, logger, metrics, redis, tracer, clock, keyring, shutdown } = options;
  const policy = parsePolicy(await readConfigLayers(config, "safety"));
  const safety = createSafety({ db, policy, keyring, metrics, settings: safetySettings(config) });
  const ledger = createAiLedger({ db, events, logger, metrics, clock, redis });
  shutdown.add("AI budgets", ledger.settled);
  const models = await readConfigFile(config, "models.yaml");
  const ai = createAiFromConfig({ ...options, ledger, models, trace: tracer && aiSpans(tracer) });
  shutdown.add("ai providers", ai.close);
  const openAi = createOpenAiApi({ ai, safety, clock, features: publicFeatures });
  return {
    ai,
    safety,
    routes: [...safetyRoutes(safety), ...aiRoutes(ai), ...openAiRoutes(openAi), ...aiUsageRoutes(ledger.usage)],
    hourly: [ai.maintain, safety.maintain],
    minutely: [ledger.maintain],
  };
}
