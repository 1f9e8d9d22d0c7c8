import swagger from "@fastify/swagger";
import scalar from "@scalar/fastify-api-reference";
import type { FastifyInstance } from "fastify";
import type { TSchema } from "typebox";
import { declaredErrors } from "../errors.ts";
import { sessionCookies } from "./cookies.ts";
import { errorsPage } from "./errors-page.ts";
import { statusOfKind } from "./problem.ts";
import { type Route, scopeOf } from "./route.ts";

/** The reference page brings a script of its own in the page, and talks to this server alone. */
const referencePolicy =
  "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; frame-ancestors 'none'";

/** Serves the OpenAPI 3.1 document at `/openapi.json`, the reference page at `/docs` and the errors at `/docs/errors`. Call before the routes are added. */
export async function serveReference(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    refResolver: { buildLocalReference: (schema, _uri, _fragment, i) => String(schema.$id ?? `def-${i}`) },
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Plinth",
        version,
        description: "The backend under AI subscription products.",
        license: { name: "MIT", identifier: "MIT" },
      },
      components: {
        securitySchemes: {
          access_token: {
            type: "http",
            scheme: "bearer",
            bearerFormat: "JWT",
            description: "From POST /v1/auth/login",
          },
          api_key: { type: "http", scheme: "bearer", description: "From POST /v1/api-keys" },
          session_cookie: {
            type: "apiKey",
            in: "cookie",
            name: sessionCookies.access,
            description: 'From POST /v1/auth/login with "session": "cookie"',
          },
        },
      },
    },
  });
  app.get("/openapi.json", { schema: { hide: true } }, async () => app.swagger());
  await app.register(async (docs) => {
    docs.addHook("onRequest", (_request, reply, done) => {
      reply.header("content-security-policy", referencePolicy);
      done();
    });
    docs.get("/docs/errors", { schema: { hide: true } }, async (_request, reply) =>
      reply.type("text/html; charset=utf-8").send(errorsPage()),
    );
    await docs.register(scalar, {
      routePrefix: "/docs",
      configuration: {
        url: "/openapi.json",
        withDefaultFonts: false,
        hideClientButton: true,
        showDeveloperTools: "never",
        telemetry: false,
        agent: { disabled: true },
        mcp: { disabled: true },
      },
    });
  });
}

/** What the reference says of a route beside its schemas: its group, who may call it, and the errors by status. */
export function openApiOf(route: Route) {
  return {
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    operationId: operationId(route),
    tags: [tagOf(route.path)],
    security: securityOf(route),
    ...(route.rate_limits === undefined ? {} : { "x-rate-limits": route.rate_limits }),
    ...(route.role === undefined ? {} : { "x-role": route.role }),
    ...(route.recent_auth === true ? { "x-recent-auth": true } : {}),
    ...(route.while_suspended === true ? { "x-while-suspended": true } : {}),
    ...(route.auth === "admin" ? { "x-admin": true } : {}),
    ...(route.raw_body === true ? { consumes: ["application/json"] } : {}),
    response: { ...route.responses, ...streamed(route), ...problemsOf(route) },
    ...headersOf(route),
  };
}

/** A route that can stream answers 200 in two forms: whole, and bit by bit. */
function streamed({ stream, responses }: Route): Record<number, TSchema> {
  if (stream === undefined) return {};
  const whole = responses[200];
  const content = {
    ...(whole === undefined ? {} : { "application/json": { schema: whole } }),
    "text/event-stream": { schema: stream.data },
  };
  return { 200: { description: "Whole, or as server-sent events", content } } as unknown as Record<number, TSchema>;
}

function securityOf(route: Route): Record<string, string[]>[] {
  if (route.auth === "public") return [];
  const person: Record<string, string[]>[] = [{ access_token: [] }, { session_cookie: [] }];
  const takesKeys = route.auth === "workspace" && route.people_only !== true && route.recent_auth !== true;
  return takesKeys ? [...person, { api_key: [scopeOf(route)] }] : person;
}

/** `GET /v1/prism/turns/{turn_id}` is `get_prism_turns_turn_id`. */
function operationId({ method, path }: Route): string {
  const words = path
    .replace(/^\/v1\//, "")
    .replaceAll(/[{}]/g, "")
    .split(/[^a-zA-Z0-9]+/);
  return [method.toLowerCase(), ...words.filter((word) => word !== "")].join("_");
}

function tagOf(path: string): string {
  const [, first = "", second = ""] = path.split("/");
  return first === "v1" ? second : "operations";
}

function headersOf(route: Route) {
  const properties: Record<string, object> = {};
  if (route.auth === "workspace" && !route.path.includes("{workspace_id}")) {
    properties["plinth-workspace"] = {
      type: "string",
      format: "uuid",
      description: "The workspace; the personal one without it",
    };
  }
  if (isIdempotent(route)) {
    properties["idempotency-key"] = {
      type: "string",
      maxLength: 255,
      description: "The same key and request get the first answer",
    };
  }
  return Object.keys(properties).length === 0 ? {} : { headers: { type: "object", properties } };
}

function isIdempotent({ idempotent = false }: Route): boolean {
  return idempotent !== false;
}

/** The codes that a route answers with, its own and those that its kind brings along. */
export function errorCodesOf(route: Route): string[] {
  const codes = new Set(["request.bad", "request.internal", "request.unavailable", ...(route.errors ?? [])]);
  if (route.auth !== "public") codes.add("request.unauthenticated");
  if (route.auth === "workspace") codes.add("request.not_found");
  if (route.role !== undefined || route.auth === "admin") codes.add("request.forbidden");
  if (route.recent_auth === true) codes.add("request.step_up_required");
  if (route.recent_auth === true || route.own_person === true) codes.add("request.impersonation_forbidden");
  if (route.auth === "workspace") {
    const isOpenToKeys = route.people_only !== true && route.recent_auth !== true;
    codes.add(isOpenToKeys ? "request.scope_missing" : "request.person_required");
    if (route.method !== "GET" && route.while_suspended !== true) codes.add("workspaces.suspended");
  } else if (route.auth !== "public") codes.add("request.person_required");
  if (route.params !== undefined) codes.add("request.not_found");
  if (route.query !== undefined || route.body !== undefined) codes.add("request.invalid");
  if (route.body !== undefined) {
    for (const code of ["malformed", "too_large", "unsupported_media_type"]) codes.add(`request.${code}`);
  }
  if (isIdempotent(route)) codes.add("request.idempotency_conflict").add("request.idempotency_in_progress");
  if (route.rate_limits !== undefined || route.path.startsWith("/v1/")) codes.add("request.rate_limited");
  return [...codes].sort();
}

function problemsOf(route: Route): Record<number, TSchema> {
  const byStatus = new Map<number, string[]>();
  for (const code of errorCodesOf(route)) {
    const definition = declaredErrors().get(code);
    if (definition === undefined) throw new Error(`${route.method} ${route.path} names the unknown error ${code}`);
    const usual = statusOfKind(definition.kind);
    const status = route.errors_as?.statuses?.[usual] ?? usual;
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const problems: Record<number, object> = {};
  for (const [status, codes] of byStatus) {
    const description = codes.map((code) => `\`${code}\`: ${declaredErrors().get(code)?.title}`).join("\n\n");
    const { media_type, schema } = route.errors_as ?? {
      media_type: "application/problem+json",
      schema: { $ref: "Problem#" },
    };
    problems[status] = { description, content: { [media_type]: { schema } } };
  }
  return problems as Record<number, TSchema>;
}
