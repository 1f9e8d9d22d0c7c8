import cors from "@fastify/cors";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import type { Config } from "../config.ts";
import { type PlinthError, requestErrors } from "../errors.ts";
import { newId } from "../id.ts";
import type { Logger } from "../logger.ts";
import { latencyBuckets, type Metrics } from "../metrics.ts";
import { Problem } from "../schema.ts";
import type { Tracer } from "../traces.ts";
import { parseStrictJson } from "./json.ts";
import { answerTo, type ErrorFormat, publicError, toProblem } from "./problem.ts";
import { requestId } from "./request-id.ts";
import { requestLog } from "./request-log.ts";
import { securityHeaders } from "./security-headers.ts";
import { compileValidator } from "./validation.ts";

export interface ServerOptions {
  config: Pick<Config, "BODY_LIMIT_BYTES" | "REQUEST_TIMEOUT_MS" | "TRUSTED_PROXIES" | "CORS_ORIGINS">;
  logger: Logger;
  metrics: Metrics;
  tracer?: Tracer | undefined;
}

/**
 * Makes the HTTP server without routes: request ids, limits against slow and large requests, strict JSON, security
 * headers, CORS, problem details for every error, one log line and one latency sample for every request.
 */
export async function createServer({ config, logger, metrics, tracer }: ServerOptions): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "request_id" }),
    childLoggerFactory: (parent, bindings) => requestLog(parent, bindings),
    genReqId: (request) => requestId(request.headers["x-request-id"], newId),
    bodyLimit: config.BODY_LIMIT_BYTES,
    requestTimeout: config.REQUEST_TIMEOUT_MS,
    keepAliveTimeout: 72_000,
    trustProxy: config.TRUSTED_PROXIES.length === 0 ? false : config.TRUSTED_PROXIES,
    routerOptions: { maxParamLength: 2_048 },
    forceCloseConnections: "idle",
    return503OnClosing: true,
    http: { headersTimeout: config.REQUEST_TIMEOUT_MS, connectionsCheckingInterval: 1_000 },
    frameworkErrors: (error, request, reply) => {
      const { status, body, headers } = toProblem(publicError(error), request.id);
      reply.raw.writeHead(status, { ...headers, "content-type": "application/problem+json" }).end(JSON.stringify(body));
    },
  });
  app.setValidatorCompiler(compileValidator);
  app.addSchema({ $id: "Problem", ...Problem });
  if (config.CORS_ORIGINS.length > 0)
    await app.register(cors, { origin: config.CORS_ORIGINS, methods: corsMethods, credentials: true, maxAge: 600 });
  acceptStrictJson(app);
  letConnectionsGo(app);
  observe(app, metrics, logger);
  if (tracer !== undefined) trace(app, tracer);
  answerErrors(app);
  return app;
}

/** Every method that a route has: the library's own list ends with POST. */
const corsMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/** Bodies are JSON without duplicate keys, `__proto__`, NUL, lone surrogates or absurd depth; routes may ask for the bytes. */
function acceptStrictJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (request, body, done) => {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body);
    request.rawBody = bytes;
    if (request.routeOptions.config.raw_body === true) return done(null, {});
    const result = parseStrictJson(bytes);
    if (result.ok) return done(null, result.value);
    const { detail, pointer } = result.fault;
    // A field that is named is a field to correct; a body that is none cannot be spoken of by its fields.
    done(
      pointer === ""
        ? requestErrors.malformed({ detail })
        : requestErrors.invalid({ detail, errors: [{ pointer, detail }] }),
    );
  });
  // What the form of a mailed link's page sends: no field, or each once.
  app.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (request, body, done) => {
    if (request.routeOptions.config.form !== true) {
      return done(requestErrors.unsupported_media_type({ detail: "Send application/json" }));
    }
    const fields = [...new URLSearchParams(body.toString())];
    if (fields.length === 0) return done(null, undefined);
    const once = new Map(fields);
    if (once.size < fields.length) return done(requestErrors.malformed({ detail: "A field came twice" }));
    done(null, Object.fromEntries(once));
  });
}

/** At the end the answers in flight close their connections, which otherwise would be kept alive and waited for. */
function letConnectionsGo(app: FastifyInstance): void {
  let isClosing = false;
  app.addHook("preClose", async () => {
    isClosing = true;
  });
  app.addHook("onSend", (_request, reply, _payload, done) => {
    if (isClosing) reply.header("connection", "close");
    done();
  });
}

function observe(app: FastifyInstance, metrics: Metrics, logger: Logger): void {
  const duration = metrics.histogram(
    "plinth_http_request_duration_seconds",
    "Time from the first byte of a request to the last of its answer",
    ["method", "route", "status"],
    latencyBuckets,
  );
  const failed = metrics.counter("plinth_http_errors_total", "Answers with an error, by its code", [
    "method",
    "route",
    "code",
  ]);
  const always = { ...securityHeaders(), "cache-control": "no-store" };
  app.addHook("onRequest", (request, reply, done) => {
    reply.headers(always).header("x-request-id", request.id);
    if (request.url.includes("%00")) return done(requestErrors.bad({ detail: "The URL contains a NUL character" }));
    done();
  });
  app.addHook("onResponse", (request, reply, done) => {
    const route = request.routeOptions.url ?? "unknown";
    const { method } = request;
    const seconds = reply.elapsedTime / 1_000;
    duration({ method, route, status: String(reply.statusCode) }, seconds);
    if (request.errorCode !== undefined) failed({ method, route, code: request.errorCode });
    const { statusCode: status, elapsedTime } = reply;
    if (logger.isLevelEnabled("info")) {
      logger.info({ request_id: request.id, method, route, status, duration_ms: Math.round(elapsedTime) }, "request");
    }
    done();
  });
}

/** By OpenTelemetry's conventions for HTTP servers (https://opentelemetry.io/docs/specs/semconv/http/http-spans/). */
function trace(app: FastifyInstance, tracer: Tracer): void {
  app.addHook("onRequest", (request, _reply, done) => {
    const header = request.headers.traceparent;
    tracer.begin(request.id, typeof header === "string" ? header : undefined);
    done();
  });
  app.addHook("onResponse", (request, reply, done) => {
    const route = request.routeOptions.url;
    const { statusCode, elapsedTime: duration_ms } = reply;
    const { method } = request;
    tracer.endRequest({
      name: route === undefined ? method : `${method} ${route}`,
      kind: "server",
      request_id: request.id,
      started_at: Date.now() - duration_ms,
      duration_ms,
      attributes: {
        "http.request.method": method,
        "http.response.status_code": statusCode,
        ...(route === undefined ? {} : { "http.route": route }),
      },
      ...(statusCode >= 500 ? { error: request.errorCode ?? String(statusCode) } : {}),
    });
    done();
  });
}

function answerErrors(app: FastifyInstance): void {
  app.decorateRequest("errorCode", undefined);
  app.decorateRequest("rawBody", undefined);
  app.setNotFoundHandler(() => {
    throw requestErrors.not_found();
  });
  app.setErrorHandler((thrown, request, reply) => {
    const error = publicError(thrown);
    request.errorCode = error.code;
    logError(request.log, error);
    const format = request.routeOptions.config.errors_as;
    const { status, body, headers, media_type } = answerTo(error, request.id, format);
    return reply
      .headers(headers)
      .status(status)
      .type(media_type)
      .serializer((problem: unknown) => JSON.stringify(problem))
      .send(body);
  });
}

function logError(
  log: { error: (o: object, m: string) => void; debug: (o: object, m: string) => void },
  error: PlinthError,
) {
  const line = { code: error.code, err: error.cause ?? error };
  if (["internal", "unavailable", "bad_gateway"].includes(error.kind)) log.error(line, error.message);
  else log.debug(line, error.message);
}

declare module "fastify" {
  interface FastifyRequest {
    /** The code of the problem that was answered. */
    errorCode: string | undefined;
    rawBody: Buffer | undefined;
  }
  interface FastifyContextConfig {
    raw_body?: boolean;
    form?: boolean;
    errors_as?: ErrorFormat;
  }
}
