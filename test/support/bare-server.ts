import type { FastifyInstance, InjectOptions } from "fastify";
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
// Routes name errors of these modules.
import "../../src/platform/ai/index.ts";
import "../../src/platform/plans/index.ts";
import "../../src/platform/workspaces/index.ts";
import type { Called } from "./app.ts";
import type { TestDatabase } from "./database.ts";

/** Who calls: a person in a workspace with a role, or an administrator of the platform. */
export interface Caller {
  workspace_id: string;
  user_id: string;
  role?: Role;
  is_admin?: boolean;
}

/** Some routes on a server of their own, where the access token says who calls. */
export interface BareServer {
  app: FastifyInstance;
  call(
    caller: Caller,
    method: InjectOptions["method"],
    url: string,
    options?: { body?: object; headers?: Record<string, string> },
  ): Promise<Called>;
}

export async function bareServer(t: Pick<TestDatabase, "db" | "keyring">, routes: Route[]): Promise<BareServer> {
  const config = { BODY_LIMIT_BYTES: 100_000, REQUEST_TIMEOUT_MS: 30_000, TRUSTED_PROXIES: [], CORS_ORIGINS: [] };
  const app = await createServer({ config, logger: createLogger({ LOG_LEVEL: "silent" }), metrics: createMetrics() });
  const callers = new Map<string, Caller>();
  const callerOf = (user_id: string) => {
    const caller = callers.get(user_id);
    if (caller === undefined) throw requestErrors.unauthenticated();
    return caller;
  };
  const gatekeeper = {
    authenticate: async (token: string) =>
      ({ kind: "user", user_id: callerOf(token).user_id, session_id: token }) as const,
    authenticateCookie: async () => {
      throw requestErrors.unauthenticated();
    },
    requireAdmin: async (user_id: string) => {
      if (callerOf(user_id).is_admin !== true) throw requestErrors.forbidden();
    },
    enterWorkspace: async ({ user_id }: { user_id: string }) => {
      const { workspace_id, role = "owner" } = callerOf(user_id);
      return { workspace_id, role };
    },
    requestsPerMinute: async () => 1_000_000,
  };
  registerRoutes(app, routes, {
    gatekeeper,
    idempotency: createIdempotency(t.db, t.keyring),
    rateLimits: createRateLimits(createRates()),
    everywhere: [],
    origins: [],
    clock: systemClock,
    step_up_minutes: 15,
  });
  await app.ready();
  return {
    app,
    call: async (caller, method, url, { body, headers } = {}) => {
      callers.set(caller.user_id, caller);
      const answer = await app.inject({
        method,
        url,
        headers: { authorization: `Bearer ${caller.user_id}`, ...headers },
        ...(body && { payload: body }),
      });
      return {
        status: answer.statusCode,
        body: answer.body === "" ? undefined : answer.json(),
        headers: answer.headers,
      };
    },
  };
}
