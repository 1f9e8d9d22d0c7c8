import type { Config } from "../../core/config.ts";
import type { Tracer } from "../../core/traces.ts";
import type { ErrorReports } from "./sentry.ts";

type Named = Pick<Config, "NODE_ENV" | "RELEASE"> & { version: string };

/** Reports of errors, where `SENTRY_DSN` says so; what a deployment does not use is not loaded. Throws a TypeError for a DSN that is none. */
export async function createErrorReports(
  config: Named & Pick<Config, "SENTRY_DSN">,
  onLost: (count: number) => void,
): Promise<ErrorReports | undefined> {
  if (config.SENTRY_DSN === undefined) return undefined;
  const { createSentry } = await import("./sentry.ts");
  const { SENTRY_DSN: dsn, NODE_ENV: environment } = config;
  return createSentry({ dsn, environment, release: releaseOf(config), onLost });
}

/** Traces, where `OTEL_EXPORTER_OTLP_ENDPOINT` says so. */
export async function createTracing(
  config: Named &
    Pick<Config, "OTEL_EXPORTER_OTLP_ENDPOINT" | "OTEL_EXPORTER_OTLP_HEADERS" | "OTEL_SERVICE_NAME" | "TRACE_PERCENT">,
): Promise<(Tracer & { stop(): Promise<void> }) | undefined> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS, NODE_ENV: environment } = config;
  if (endpoint === undefined) return undefined;
  const { createTracer } = await import("./opentelemetry.ts");
  const headers = Object.fromEntries(
    OTEL_EXPORTER_OTLP_HEADERS.map((pair) => pair.split(/=(.*)/s, 2) as [string, string]),
  );
  const { OTEL_SERVICE_NAME: service_name, TRACE_PERCENT: percent } = config;
  return createTracer({ endpoint, headers, service_name, percent, environment, release: releaseOf(config) });
}

function releaseOf({ RELEASE, version }: Named): string {
  return RELEASE ?? `plinth@${version}`;
}
