import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from "fastify";
import type { Ctx, UserCtx } from "../context.ts";
import { sha256 } from "../crypto.ts";
import { requestErrors } from "../errors.ts";
import type { Problem } from "../schema.ts";
import { readCookie, refuseForeignOrigin, requireOwnOrigin } from "./cookies.ts";
import { clientGone, eventStream, eventStreamHeaders, type ServerSentEvent } from "./event-stream.ts";
import { createGate, type GateOptions } from "./gate.ts";
import type { Idempotency } from "./idempotency.ts";
import { openApiOf } from "./openapi.ts";
import type { PublicCtx, Route, StreamReply } from "./route.ts";

export interface RegisterOptions extends GateOptions {
  idempotency: Idempotency;
}

/** Adds the routes to the server, each with its guards, its schemas and its place in the reference. */
export function registerRoutes(app: FastifyInstance, routes: Route[], options: RegisterOptions): void {
  const admit = createGate(options);
  for (const route of routes) registerRoute(app, route, options, admit);
  refuseOtherMethods(app, routes);
}

function registerRoute(
  app: FastifyInstance,
  route: Route,
  options: RegisterOptions,
  admit: ReturnType<typeof createGate>,
): void {
  app.route({
    method: route.method,
    url: fastifyPath(route.path),
    schema: {
      ...(route.params === undefined ? {} : { params: route.params }),
      ...(route.query === undefined ? {} : { querystring: route.query }),
      ...(route.body === undefined ? {} : { body: route.body }),
      ...openApiOf(route),
    },
    ...(route.body_limit === undefined ? {} : { bodyLimit: route.body_limit }),
    config: {
      raw_body: route.raw_body === true,
      form: route.body === undefined || route.form === true,
      ...formatOf(route),
    },
    onRequest: async (request, reply) => {
      const { ctx, headers } = await admit(route, request);
      reply.headers(headers);
      request.ctx = ctx;
    },
    preValidation: async (request) => {
      // No body is an empty object: what is missing in it is then named, and where nothing is required it may be left out.
      if (route.body !== undefined && request.body === undefined) request.body = {};
    },
    handler: (request, reply) => handle(route, request, reply, options),
  });
}

/** A path that exists answers other methods with 405 and says which it takes (RFC 9110, 15.5.6). */
function refuseOtherMethods(app: FastifyInstance, routes: Route[]): void {
  const methods: HTTPMethods[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
  for (const path of new Set(routes.map((route) => route.path))) {
    const own = routes.filter((route) => route.path === path);
    const taken = own.map((route) => route.method as string);
    app.route({
      config: own.map(formatOf).find(({ errors_as }) => errors_as !== undefined) ?? {},
      method: methods.filter((method) => !taken.includes(method)),
      url: fastifyPath(path),
      schema: { hide: true },
      onRequest: async (_request, reply) => {
        reply.header("allow", taken.join(", "));
        throw requestErrors.method_not_allowed({ detail: `This path takes ${taken.join(", ")}` });
      },
      handler: async () => undefined,
    });
  }
}

function formatOf({ errors_as }: Route): Pick<Route, "errors_as"> {
  return errors_as === undefined ? {} : { errors_as };
}

function fastifyPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}

async function handle(route: Route, request: FastifyRequest, reply: FastifyReply, options: RegisterOptions) {
  let gone: AbortSignal | undefined;
  const work = () =>
    route.handler({
      ctx: request.ctx,
      params: request.params,
      query: request.query,
      body: request.body,
      raw_body: request.rawBody ?? Buffer.alloc(0),
      header: (name) => headerText(request.headers[name.toLowerCase()]),
      cookie: (name) => {
        const value = readCookie(request, name);
        if (value !== undefined) requireOwnOrigin(request, options.origins);
        return value;
      },
      refuseForeignOrigin: () => refuseForeignOrigin(request, options.origins),
      ip: request.ip,
      get signal() {
        gone ??= clientGone(reply.raw);
        return gone;
      },
    });
  const key = route.idempotent === true ? headerText(request.headers["idempotency-key"]) : undefined;
  const answer = key === undefined ? await work() : await once(options.idempotency, key, request, work);
  if (answer.headers !== undefined) reply.headers(answer.headers);
  if ("stream" in answer) {
    const errorEvent = errorEventOf(route);
    const onError = ({ code }: { code: string }) => {
      request.errorCode = code;
    };
    const stream = eventStream(answer.stream, { request_id: request.id, onError, ...(errorEvent && { errorEvent }) });
    return reply.headers(eventStreamHeaders).send(stream);
  }
  reply.status(answer.status);
  return answer.body === null ? reply.send() : reply.send(answer.body);
}

/** How an error in the stream is told: as the stream says, else as the route tells its errors. */
function errorEventOf({ stream, errors_as }: Route): ((problem: Problem) => ServerSentEvent) | undefined {
  if (stream?.error !== undefined) return stream.error;
  return errors_as === undefined ? undefined : (problem) => ({ data: errors_as.tell(problem) });
}

async function once(idempotency: Idempotency, key: string, request: FastifyRequest, work: () => Promise<Answer>) {
  if (key.length < 1 || key.length > 255) {
    throw requestErrors.invalid({ errors: [{ pointer: "/Idempotency-Key", detail: "has 1 to 255 characters" }] });
  }
  const { ctx } = request;
  const scope = `${"workspace_id" in ctx ? ctx.workspace_id : "-"}:${"actor" in ctx ? nameOf(ctx.actor) : "anonymous"}`;
  const fingerprint = sha256(`${request.method} ${request.url}\n${request.rawBody?.toString("latin1") ?? ""}`);
  return idempotency.run({ scope, key, fingerprint }, work) as Promise<Answer>;
}

function nameOf(actor: Ctx["actor"]): string {
  if (actor.kind === "system") return "system";
  return actor.kind === "user" ? actor.user_id : actor.key_id;
}

type Answer = { status: number; body: unknown; headers?: Record<string, string | string[]> } | StreamReply;

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

declare module "fastify" {
  interface FastifyRequest {
    ctx: PublicCtx | UserCtx | Ctx;
  }
}
