import type { Static, TSchema } from "typebox";
import Type from "typebox";
import type { Ctx, Role, UserCtx } from "../context.ts";
import type { Rate } from "../rates.ts";
import type { Problem } from "../schema.ts";
import type { ServerSentEvent } from "./event-stream.ts";
import type { ErrorFormat } from "./problem.ts";

/**
 * Who may call a route: anybody, a signed-in person, an administrator of the platform, or a member of the workspace that the request
 * names, in person or with an API key.
 */
export type Auth = "public" | "user" | "admin" | "workspace";

/** The context of a request before anybody is known. */
export interface PublicCtx {
  request_id: string;
  ip?: string;
}

/** A rate that a route is held to, for each client address, person, API key or workspace. */
export interface RateLimit extends Rate {
  /** `address` when left out. */
  by?: "address" | "user" | "key" | "workspace";
}

interface CtxOf {
  public: PublicCtx;
  user: UserCtx;
  admin: UserCtx;
  workspace: Ctx;
}

/** What a handler is given: checked input, and who asks. */
export interface RouteRequest<A extends Auth, Params extends TSchema, Query extends TSchema, Body extends TSchema> {
  ctx: CtxOf[A];
  params: Static<Params>;
  query: Static<Query>;
  body: Static<Body>;
  /** The exact bytes of the body, on routes that declare `raw_body`. */
  raw_body: Buffer;
  header(name: string): string | undefined;
  /** A cookie's value. Throws `request.origin_forbidden` when there is one and another site's page sent it. */
  cookie(name: string): string | undefined;
  /** Throws `request.origin_forbidden` when another site's page sent the request. */
  refuseForeignOrigin(): void;
  /** The client's address, as far as the trusted proxies tell it. */
  ip: string;
  /** Aborted when the client leaves before its answer is complete. */
  signal: AbortSignal;
}

/** An answer that comes bit by bit, with status 200, from a route that declares `stream`. */
export interface StreamReply {
  stream: AsyncIterable<ServerSentEvent>;
  headers?: Record<string, string | string[]>;
}

/** What a handler answers: a status that the route declares, and the body declared for it; or a stream of events. */
export type RouteReply<Responses extends Record<number, TSchema>> =
  | StreamReply
  | {
      [S in keyof Responses & number]: {
        status: S;
        body: Static<Responses[S]>;
        headers?: Record<string, string | string[]>;
      };
    }[keyof Responses & number];

/** A route as a value: what it takes, what it answers, who may call it, and the function that does it. */
export interface RouteSpec<
  A extends Auth = Auth,
  Params extends TSchema = TSchema,
  Query extends TSchema = TSchema,
  Body extends TSchema = TSchema,
  Responses extends Record<number, TSchema> = Record<number, TSchema>,
> {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With parameters as `{name}`, as OpenAPI writes them. */
  path: string;
  /** One line for the reference. */
  summary: string;
  description?: string;
  auth: A;
  /** The weakest role in the workspace that may call it; `member` when left out. */
  role?: Role;
  params?: Params;
  query?: Query;
  body?: Body;
  responses: Responses;
  /** It may answer with a stream of server-sent events; this is the data of one, and `error` how an error in the stream is told. */
  stream?: { data: TSchema; error?: (problem: Problem) => ServerSentEvent };
  /** Codes of the errors that it may answer with, beside those that every route of its kind has. */
  errors?: string[];
  /**
   * Honours `Idempotency-Key`: for every POST that creates or charges. With `by_handler` the handler keeps the key itself, because an answer that it
   * may stream is not kept here.
   */
  idempotent?: boolean | "by_handler";
  /** The handler gets the exact bytes instead of a parsed body, for signatures over them. */
  raw_body?: boolean;
  /** The sender proves itself over the body, as stores do: a wide rate of its own stands in for that of addresses, as few send for many. */
  signed?: boolean;
  /** Rates beside those that hold for every route. */
  rate_limits?: RateLimit[];
  /** Asks for a recent sign-in or step-up (`request.step_up_required`), and refuses whoever acts in another person's name. */
  recent_auth?: boolean;
  /** Refuses whoever acts in another person's name: for what changes credentials. Included in `recent_auth`. */
  own_person?: boolean;
  /** On routes of a workspace: refuses API keys. */
  people_only?: boolean;
  /** On routes of a workspace that change something: works while the workspace is suspended. */
  while_suspended?: boolean;
  /** How errors are told here, where the clients expect another form than problem details; in a stream too. */
  errors_as?: ErrorFormat;
  /** The largest body in bytes, where it is another than the server's. */
  body_limit?: number;
  /** Takes an HTML form's fields (application/x-www-form-urlencoded) as its body too. */
  form?: boolean;
  handler(request: RouteRequest<A, Params, Query, Body>): Promise<RouteReply<NoInfer<Responses>>>;
}

/** A route whose types are known to its own module alone: as lists of routes hold it. */
export type Route = Omit<RouteSpec, "handler"> & {
  handler(request: RouteRequest<Auth, TSchema, TSchema, TSchema>): Promise<RouteReply<Record<number, TSchema>>>;
};

/** Declares a route. The handler's input and its answers are typed by the schemas. */
export function route<
  const A extends Auth,
  const Responses extends Record<number, TSchema>,
  Params extends TSchema = TSchema,
  Query extends TSchema = TSchema,
  Body extends TSchema = TSchema,
>(spec: RouteSpec<A, Params, Query, Body, Responses>): Route {
  return spec as unknown as Route;
}

/** The scope that an API key needs for a route: the first part of its path, and whether it reads or writes. */
export function scopeOf({ method, path }: Pick<Route, "method" | "path">): string {
  return `${path.split("/")[2]}:${method === "GET" ? "read" : "write"}`;
}

/** The scopes that the routes know: those that an API key may be given. */
export function scopesOf(routes: Route[]): string[] {
  const open = routes.filter(
    ({ auth, people_only, recent_auth }) => auth === "workspace" && people_only !== true && recent_auth !== true,
  );
  return [...new Set(open.map(scopeOf))].sort();
}

/** The body of an answer that has none. */
export const NoContent = Type.Null();
