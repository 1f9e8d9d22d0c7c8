import type { FastifyInstance } from "fastify";
import { systemClock } from "../../src/core/clock.ts";
import type { Role } from "../../src/core/context.ts";
import { requestErrors } from "../../src/core/errors.ts";
import { createIdempotency } from "../../src/core/http/idempotency.ts";
import { createRateLimits } from "../../src/core/http/rate-limits.ts";
import { registerRoutes } from "../../src/core/http/register.ts";
import type { Route } from "../../src/core/http/route.ts";
import { createServer } from "../../src/core/http/server.ts";
import { createLogger } from "../../src/core/logger.ts";
import { createMetrics } from "../../src/core/metrics.ts";
import { createRates } from "../../src/core/rates.ts";
// A route of a workspace may answer with its errors, so they have to be declared.
import "../../src/platform/workspaces/index.ts";
import type { TestDatabase } from "./database.ts";

/**
 * A server with these routes alone. The access token is the id of the workspace, whose owner its bearer is; `<role>.<id>` is somebody
 * else there, and of `nobody` there is none. Administrators are those whose token is `admin`.
 */
export async function serveRoutes(t: Pick<TestDatabase, "db" | "keyring">, routes: Route[]): Promise<FastifyInstance> {
  const config = { BODY_LIMIT_BYTES: 100_000, REQUEST_TIMEOUT_MS: 30_000, TRUSTED_PROXIES: [], CORS_ORIGINS: [] };
  const server = await createServer({
    config,
    logger: createLogger({ LOG_LEVEL: "silent" }),
    metrics: createMetrics(),
  });
  registerRoutes(server, routes, {
    gatekeeper: {
      authenticate: async (token) => {
        if (token === "nobody") throw requestErrors.unauthenticated();
        return { kind: "user", user_id: token, session_id: token };
      },
      authenticateCookie: async () => {
        throw requestErrors.unauthenticated();
      },
      requireAdmin: async (user_id) => {
        if (user_id !== "admin") throw requestErrors.forbidden();
      },
      enterWorkspace: async ({ user_id }) => {
        const [role, id] = user_id.includes(".") ? user_id.split(".") : ["owner", user_id];
        return { workspace_id: id ?? "", role: role as Role };
      },
      requestsPerMinute: async () => 1_000_000,
    },
    idempotency: createIdempotency(t.db, t.keyring),
    rateLimits: createRateLimits(createRates()),
    everywhere: [],
    origins: [],
    clock: systemClock,
    step_up_minutes: 15,
  });
  await server.ready();
  return server;
}
