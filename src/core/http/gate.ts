import type { FastifyRequest } from "fastify";
import type { Clock } from "../clock.ts";
import { type ApiKeyActor, type Ctx, roleAtLeast, type UserActor, type UserCtx } from "../context.ts";
import { requestErrors } from "../errors.ts";
import { isId } from "../id.ts";
import { readCookie, requireOwnOrigin, sessionCookies } from "./cookies.ts";
import type { RateLimits } from "./rate-limits.ts";
import { type PublicCtx, type RateLimit, type Route, scopeOf } from "./route.ts";

/** How the transport learns who asks; app.ts puts the modules behind it. */
export interface Gatekeeper {
  /** Who is behind an access token or an API key. Throws `request.unauthenticated` for anything that is not live. */
  authenticate(credential: string, ip: string): Promise<UserActor | ApiKeyActor>;
  /** As `authenticate`, of what a cookie holds: an access token of ours and nothing else. */
  authenticateCookie(access_token: string): Promise<UserActor>;
  /** Throws `request.forbidden` unless the person is an administrator of the platform. */
  requireAdmin(user_id: string): Promise<void>;
  /**
   * The actor's place in the workspace (the personal one for undefined). Throws what a random id would get for a stranger, and, for a
   * change, what a suspended workspace answers.
   */
  enterWorkspace(
    actor: UserActor | ApiKeyActor,
    workspace_id: string | undefined,
    wants: { change: boolean },
  ): Promise<Pick<Ctx, "workspace_id" | "role">>;
  /** Calls that the workspace may make in a minute. */
  requestsPerMinute(workspace_id: string): Promise<number>;
}

export interface GateOptions {
  gatekeeper: Gatekeeper;
  rateLimits: RateLimits;
  /** The rates that hold for every route that is not about the server itself. */
  everywhere: RateLimit[];
  /** Origins of pages whose cookies are taken. */
  origins: readonly string[];
  clock: Clock;
  /** How long a sign-in or step-up counts as recent, in minutes. */
  step_up_minutes: number;
}

/** What a request that was let in is known by, and the rate headers of its answer. */
export interface Admission {
  ctx: PublicCtx | UserCtx | Ctx;
  headers: Record<string, string>;
}

/** What an address may send in a minute where the sender proves itself: a store's storm of repetitions passes, a flood of forgeries does not. */
const signedRate: RateLimit = { name: "signed", limit: 60_000, window_seconds: 60, by: "address" };

/** Makes the guard of every route: rates, who asks, and whether that is allowed. */
export function createGate(options: GateOptions) {
  const { gatekeeper, rateLimits, everywhere, origins } = options;

  const authenticate = (request: FastifyRequest): Promise<UserActor | ApiKeyActor> => {
    if (request.headers.authorization !== undefined) return gatekeeper.authenticate(bearerToken(request), request.ip);
    const cookie = readCookie(request, sessionCookies.access);
    if (cookie === undefined) throw noCredential();
    requireOwnOrigin(request, origins);
    return gatekeeper.authenticateCookie(cookie);
  };
  const requireRecent = (actor: UserActor) => {
    const since = options.clock.now().getTime() - (actor.authenticated_at?.getTime() ?? 0);
    if (since > options.step_up_minutes * 60_000) throw requestErrors.step_up_required();
  };
  const requireOwnPerson = (route: Route, actor: UserActor) => {
    if (route.recent_auth !== true && route.own_person !== true) return;
    if (actor.impersonator_id !== undefined) throw requestErrors.impersonation_forbidden();
    if (route.recent_auth === true) requireRecent(actor);
  };
  const enter = async (route: Route, request: FastifyRequest, actor: UserActor | ApiKeyActor): Promise<Ctx> => {
    const change = route.method !== "GET" && route.while_suspended !== true;
    const place = await gatekeeper.enterWorkspace(actor, namedWorkspace(request, actor), { change });
    if (!roleAtLeast(place.role, route.role ?? "member")) {
      throw requestErrors.forbidden({ detail: `This needs the role ${route.role} in the workspace` });
    }
    return { request_id: request.id, ip: request.ip, actor, ...place };
  };

  /** The rates of a person, or of a key, which brings its own. */
  const ofActor = (rates: RateLimit[], actor: UserActor | ApiKeyActor): Promise<Record<string, string>> => {
    if (actor.kind === "user") return rateLimits.take(rates, { user: actor.user_id });
    const own: RateLimit = { name: "api_key", limit: actor.rate_per_minute, window_seconds: 60, by: "key" };
    return rateLimits.take([own, ...rates], { key: actor.key_id });
  };
  const ofWorkspace = async (rates: RateLimit[], workspace: string): Promise<Record<string, string>> => {
    const limit = await gatekeeper.requestsPerMinute(workspace);
    return rateLimits.take([{ name: "workspace", limit, window_seconds: 60, by: "workspace" }, ...rates], {
      workspace,
    });
  };

  return async (route: Route, request: FastifyRequest): Promise<Admission> => {
    const limits = route.rate_limits ?? [];
    const common = route.signed === true ? [signedRate] : everywhere;
    const rates = route.path.startsWith("/v1/") ? [...common, ...limits] : limits;
    const headers = [rates.length === 0 ? {} : await rateLimits.take(rates, { address: request.ip })];
    const public_ctx = { request_id: request.id, ip: request.ip };
    if (route.auth === "public") return { ctx: public_ctx, headers: joined(headers) };
    const actor = await authenticate(request);
    headers.push(await ofActor(rates, actor));
    if (actor.kind === "user") requireOwnPerson(route, actor);
    if (route.auth === "workspace") {
      if (actor.kind === "api_key") requireScope(route, actor);
      const ctx = await enter(route, request, actor);
      headers.push(await ofWorkspace(rates, ctx.workspace_id));
      return { ctx, headers: joined(headers) };
    }
    if (actor.kind === "api_key") throw requestErrors.person_required();
    if (route.auth === "admin") {
      if (actor.impersonator_id !== undefined) throw requestErrors.impersonation_forbidden();
      await gatekeeper.requireAdmin(actor.user_id);
    }
    return { ctx: { ...public_ctx, actor }, headers: joined(headers) };
  };
}

/** The rate headers of one answer: a list of every rate that it was counted for. */
function joined(parts: Record<string, string>[]): Record<string, string> {
  const all: Record<string, string> = {};
  for (const part of parts) {
    for (const [name, value] of Object.entries(part))
      all[name] = all[name] === undefined ? value : `${all[name]}, ${value}`;
  }
  return all;
}

function requireScope(route: Route, key: ApiKeyActor): void {
  if (route.people_only === true || route.recent_auth === true) throw requestErrors.person_required();
  const scope = scopeOf(route);
  if (!key.scopes.includes(scope)) {
    throw requestErrors.scope_missing({ detail: `The key needs the scope ${scope}`, extensions: { scope } });
  }
}

/** The one token of the one Authorization header. What comes twice or in another form is no credential. */
function bearerToken(request: FastifyRequest): string {
  const [, token] = /^Bearer ([\w.~+/-]+=*)$/.exec(request.headers.authorization ?? "") ?? [];
  if (token === undefined || isRepeated(request, "authorization")) throw noCredential();
  return token;
}

function noCredential() {
  return requestErrors.unauthenticated({ detail: "Send an access token or an API key: Authorization: Bearer …" });
}

/** Whether the header came more than once: Node keeps the first and says nothing. */
function isRepeated(request: FastifyRequest, name: string): boolean {
  const { rawHeaders } = request.raw;
  let times = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const header = rawHeaders[i];
    if (header !== undefined && header.length === name.length && header.toLowerCase() === name) times++;
  }
  return times > 1;
}

/** The workspace that the request names: by its API key, by its path, else by the header `Plinth-Workspace`. */
function namedWorkspace(request: FastifyRequest, actor: UserActor | ApiKeyActor): string | undefined {
  const { params } = request;
  const inPath =
    typeof params === "object" && params !== null && "workspace_id" in params ? params.workspace_id : undefined;
  const ofKey = actor.kind === "api_key" ? actor.workspace_id : undefined;
  const named = inPath ?? request.headers["plinth-workspace"] ?? ofKey;
  if (named === undefined) return undefined;
  if (typeof named !== "string" || !isId(named)) throw requestErrors.not_found();
  if (ofKey !== undefined && named !== ofKey) throw requestErrors.not_found();
  return named;
}
