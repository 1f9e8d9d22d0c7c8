import { timingSafeEqual } from "node:crypto";
import Type from "typebox";
import { sha256 } from "../crypto.ts";
import { requestErrors } from "../errors.ts";
import type { Metrics } from "../metrics.ts";
import { within } from "../shutdown.ts";
import { type Route, route } from "./route.ts";

/** Something that the service needs; `check` throws when it is not there. */
export interface Dependency {
  name: string;
  check: () => Promise<unknown>;
  /** Whether the service can do without it for a while: then its absence is told, and traffic still comes. */
  optional?: boolean;
}

interface OperationsOptions {
  version: string;
  dependencies: Dependency[];
  metrics: Metrics;
  metrics_token: string | undefined;
  /** Whether the process is on its way down, so that no new traffic should come. */
  isEnding: () => boolean;
}

const Health = Type.Object({
  status: Type.Enum(["ok", "degraded", "unavailable"]),
  version: Type.String(),
  checks: Type.Record(Type.String(), Type.Object({ status: Type.Enum(["ok", "failed"]), latency_ms: Type.Integer() })),
});

const longestCheck = 2_000;

/** Health and metrics: for load balancers, orchestrators and Prometheus. */
export function operationRoutes(options: OperationsOptions): Route[] {
  const health = async () => {
    const results = await Promise.all(options.dependencies.map(examine));
    const failed = results.filter(({ ok }) => !ok);
    const status = failed.some(({ optional }) => !optional) ? "unavailable" : failed.length > 0 ? "degraded" : "ok";
    const checks = Object.fromEntries(
      results.map(({ name, ok, latency_ms }) => [
        name,
        { status: ok ? ("ok" as const) : ("failed" as const), latency_ms },
      ]),
    );
    return {
      status: options.isEnding() ? ("unavailable" as const) : (status as "ok" | "degraded" | "unavailable"),
      version: options.version,
      checks,
    };
  };
  const healthRoute = (path: string, summary: string) =>
    route({
      method: "GET",
      path,
      summary,
      auth: "public",
      responses: { 200: Health, 503: Health },
      handler: async () => {
        const body = await health();
        return { status: body.status === "unavailable" ? 503 : 200, body };
      },
    });
  return [
    route({
      method: "GET",
      path: "/health/live",
      summary: "Whether the process runs",
      auth: "public",
      responses: { 200: Type.Object({ status: Type.Literal("ok") }) },
      handler: async () => ({ status: 200, body: { status: "ok" as const } }),
    }),
    healthRoute("/health/ready", "Whether requests should come here"),
    healthRoute("/health", "The service and what it needs, one by one"),
    route({
      method: "GET",
      path: "/metrics",
      summary: "Metrics in the Prometheus text format",
      auth: "public",
      responses: { 200: Type.String() },
      errors: ["request.unauthenticated"],
      handler: async ({ header }) => {
        if (!mayRead(header("authorization"), options.metrics_token)) throw requestErrors.unauthenticated();
        const { content_type, body } = await options.metrics.page();
        return { status: 200, body, headers: { "content-type": content_type } };
      },
    }),
  ];
}

async function examine({ name, check, optional = false }: Dependency) {
  const began = performance.now();
  const ok = await within(
    longestCheck,
    Promise.resolve(check()).then(() => true),
  ).catch(() => false);
  return { name, optional, ok: ok === true, latency_ms: Math.round(performance.now() - began) };
}

function mayRead(authorization: string | undefined, token: string | undefined): boolean {
  if (token === undefined) return true;
  return timingSafeEqual(sha256(authorization ?? ""), sha256(`Bearer ${token}`));
}
