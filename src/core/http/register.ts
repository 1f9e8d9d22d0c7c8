import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from "fastify";
import type { Ctx, UserCtx } from "../context.ts";
import { roleAtLeast } from "../context.ts";
import { sha256 } from "../crypto.ts";
import { requestErrors } from "../errors.ts";
import { isId } from "../id.ts";
import type { Idempotency } from "./idempotency.ts";
import { openApiOf } from "./openapi.ts";
import type { RateLimiter } from "./rate-limit.ts";
import type { PublicCtx, Route } from "./route.ts";

/** How the transport learns who asks; app.ts puts the modules behind it. */
export interface Gatekeeper {
  /** The person behind an access token. Throws `request.unauthenticated` for anything but a live session. */
  authenticate(access_token: string): Promise<UserCtx["actor"]>;
  /** The person's place in the workspace (the personal one for undefined). Throws what a random id would get for a stranger. */
  enterWorkspace(user_id: string, workspace_id: string | undefined): Promise<Pick<Ctx, "workspace_id" | "role">>;
}

export interface RegisterOptions {
  gatekeeper: Gatekeeper;
  idempotency: Idempotency;
  rateLimiter: RateLimiter;
}

/** Adds the routes to the server, each with its guards, its schemas and its place in the reference. */
export function registerRoutes(app: FastifyInstance, routes: Route[], options: RegisterOptions): void {
  for (const route of routes) registerRoute(app, route, options);
  refuseOtherMethods(app, routes);
}

function registerRoute(app: FastifyInstance, route: Route, options: RegisterOptions): void {
  app.route({
    method: route.method,
    url: fastifyPath(route.path),
    schema: {
      ...(route.params === undefined ? {} : { params: route.params }),
      ...(route.query === undefined ? {} : { querystring: route.query }),
      ...(route.body === undefined ? {} : { body: route.body }),
      ...openApiOf(route),
    },
    config: { raw_body: route.raw_body === true, form: route.body === undefined },
    onRequest: async (request, reply) => {
      if (route.rate_limit !== undefined) {
        reply.headers(await options.rateLimiter.take(route.rate_limit, request.ip));
      }
      request.ctx = await contextOf(route, request, options.gatekeeper);
    },
    handler: (request, reply) => handle(route, request, reply, options.idempotency),
  });
}

/** A path that exists answers other methods with 405 and says which it takes (RFC 9110, 15.5.6). */
function refuseOtherMethods(app: FastifyInstance, routes: Route[]): void {
  const methods: HTTPMethods[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
  for (const path of new Set(routes.map((route) => route.path))) {
    const taken = routes.filter((route) => route.path === path).map((route) => route.method as string);
    app.route({
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

function fastifyPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}

async function contextOf(route: Route, request: FastifyRequest, gatekeeper: Gatekeeper) {
  const request_id = request.id;
  if (route.auth === "public") return { request_id };
  const actor = await gatekeeper.authenticate(bearerToken(request));
  if (route.auth === "user") return { request_id, actor };
  const place = await gatekeeper.enterWorkspace(actor.user_id, namedWorkspace(request));
  if (!roleAtLeast(place.role, route.role ?? "member")) {
    throw requestErrors.forbidden({ detail: `This needs the role ${route.role} in the workspace` });
  }
  return { request_id, actor, ...place };
}

function bearerToken(request: FastifyRequest): string {
  const [, token] = /^Bearer ([\w.~+/-]+=*)$/.exec(request.headers.authorization ?? "") ?? [];
  if (token === undefined)
    throw requestErrors.unauthenticated({ detail: "Send an access token: Authorization: Bearer …" });
  return token;
}

/** The workspace that the request names: by its path, else by the header `Plinth-Workspace`. */
function namedWorkspace(request: FastifyRequest): string | undefined {
  const params = request.params;
  const inPath =
    typeof params === "object" && params !== null && "workspace_id" in params ? params.workspace_id : undefined;
  const named = inPath ?? request.headers["plinth-workspace"];
  if (named === undefined) return undefined;
  if (typeof named !== "string" || !isId(named)) throw requestErrors.not_found();
  return named;
}

async function handle(route: Route, request: FastifyRequest, reply: FastifyReply, idempotency: Idempotency) {
  const work = () =>
    route.handler({
      ctx: request.ctx,
      params: request.params,
      query: request.query,
      body: request.body,
      raw_body: request.rawBody ?? Buffer.alloc(0),
      header: (name) => headerText(request.headers[name.toLowerCase()]),
      ip: request.ip,
    });
  const key = route.idempotent === true ? headerText(request.headers["idempotency-key"]) : undefined;
  const answer = key === undefined ? await work() : await once(idempotency, key, request, work);
  if (answer.headers !== undefined) reply.headers(answer.headers);
  reply.status(answer.status);
  return answer.status === 204 ? reply.send() : reply.send(answer.body);
}

async function once(idempotency: Idempotency, key: string, request: FastifyRequest, work: () => Promise<Answer>) {
  if (key.length < 1 || key.length > 255) {
    throw requestErrors.invalid({ errors: [{ pointer: "/Idempotency-Key", detail: "has 1 to 255 characters" }] });
  }
  const { ctx } = request;
  const person = "actor" in ctx && ctx.actor.kind === "user" ? ctx.actor.user_id : "anonymous";
  const scope = `${"workspace_id" in ctx ? ctx.workspace_id : "-"}:${person}`;
  const fingerprint = sha256(`${request.method} ${request.url}\n${request.rawBody?.toString("latin1") ?? ""}`);
  return idempotency.run({ scope, key, fingerprint }, work) as Promise<Answer>;
}

type Answer = { status: number; body: unknown; headers?: Record<string, string> };

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

declare module "fastify" {
  interface FastifyRequest {
    ctx: PublicCtx | UserCtx | Ctx;
  }
}
