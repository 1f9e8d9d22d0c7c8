import { createStackParser, createTransport, type ErrorEvent, linkedErrorsIntegration, Scope } from "@sentry/core";
import { nodeStackLineParser, ServerRuntimeClient } from "@sentry/core/server";
import type { ErrorListener } from "../../core/logger.ts";
import { scrub } from "./scrub.ts";

interface SentryOptions {
  /** Of a project at Sentry or GlitchTip: `https://<key>@<host>/<project>`. */
  dsn: string;
  release: string;
  environment: string;
  /** Told when reports cannot be delivered: how many since it was told before. */
  onLost: (count: number) => void;
}

export interface ErrorReports {
  /** Reports an error that was logged. Never throws, never waits. */
  report: ErrorListener;
  /** Waits until what was reported is delivered, so long at most. */
  flush(milliseconds: number): Promise<void>;
}

/** What a line may say about itself in a report; all of it is of the house, none of it of a person. */
const tags = [
  "code",
  "step",
  "subscriber",
  "source",
  "feature",
  "provider",
  "model",
  "error_code",
  "status",
  "attempt",
];

/**
 * Reports errors to Sentry, GlitchTip or whoever reads their envelopes (https://develop.sentry.dev/sdk/data-model/envelopes/), by the small core
 * package: the whole SDK for Node weighs 67 MB and hooks into everything. A report has the error with its causes and stacks, the request's id, the
 * release and the environment; no body, header, address, name or machine. More errors than the other side takes are dropped.
 */
export function createSentry({ dsn, release, environment, onLost }: SentryOptions): ErrorReports {
  const client = new ServerRuntimeClient({
    ...{ dsn, release, environment },
    platform: "node",
    runtime: { name: "node", version: process.version },
    sendClientReports: false,
    integrations: [linkedErrorsIntegration({ limit: 5 })],
    stackParser: createStackParser(nodeStackLineParser()),
    transport: (options) => createTransport(options, (request) => deliver(options.url, request.body, onLost)),
    beforeSend: withoutPersons,
  });
  if (client.getDsn() === undefined) throw new TypeError("SENTRY_DSN is not a DSN: https://<key>@<host>/<project>");
  client.init();
  return {
    report: (line, message) => {
      const scope = new Scope();
      if (typeof line.request_id === "string") scope.setTag("request_id", line.request_id);
      for (const name of tags) {
        const value = line[name];
        if (typeof value === "string" || typeof value === "number") scope.setTag(name, scrub(String(value)));
      }
      if (line.err instanceof Error) {
        scope.setTransactionName(scrub(message));
        client.captureException(
          line.err,
          { originalException: line.err, mechanism: { type: "logged", handled: true } },
          scope,
        );
      } else client.captureMessage(message, "error", {}, scope);
    },
    flush: async (milliseconds) => {
      await client.flush(milliseconds);
    },
  };
}

async function deliver(url: string, body: string | Uint8Array, onLost: (count: number) => void) {
  try {
    const reply = await fetch(url, { method: "POST", body: body as BodyInit, signal: AbortSignal.timeout(10_000) });
    await reply.arrayBuffer();
    const header = (name: string) => reply.headers.get(name);
    if (reply.status >= 400 && reply.status !== 429) onLost(1);
    return {
      statusCode: reply.status,
      headers: { "x-sentry-rate-limits": header("x-sentry-rate-limits"), "retry-after": header("retry-after") },
    };
  } catch {
    onLost(1);
    return {};
  }
}

/** Errors of a database or a provider may quote what a person wrote. */
function withoutPersons(event: ErrorEvent): ErrorEvent {
  const { user: _user, request: _request, server_name: _machine, breadcrumbs: _crumbs, extra: _extra, ...kept } = event;
  const values = event.exception?.values?.map((value) => ({
    ...value,
    ...(value.value === undefined ? {} : { value: scrub(value.value) }),
  }));
  return {
    ...kept,
    ...(values === undefined ? {} : { exception: { values } }),
    ...(event.message === undefined ? {} : { message: scrub(event.message) }),
  };
}
