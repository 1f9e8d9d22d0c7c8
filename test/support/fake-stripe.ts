import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import Stripe from "stripe";

/** A request as it came over the wire. */
export interface StripeRequest {
  /** As `POST /v1/customers`, ids replaced: `GET /v1/subscriptions/{id}`. */
  endpoint: string;
  /** The query or the form, its nested keys as objects. */
  params: Form;
  idempotency_key: string | undefined;
}
type Form = { [key: string]: string | Form };
type Thing = { id: string; object?: string } & Record<string, unknown>;

/** `down` cuts the connection, `error` answers 500, `limited` 429, `refused` 401, `hang` never answers. */
export type StripeFailure = "down" | "error" | "limited" | "refused" | "hang";

/** Stripe's API for what the platform asks of it, on a port of its own. */
export interface FakeStripe {
  url: string;
  secret_key: string;
  requests: StripeRequest[];
  /** How many requests came to the endpoint. */
  asked(endpoint: string): number;
  /** Makes an object (what an event is about, or any) the present state of itself. */
  put(...events: { data: { object: object } }[]): void;
  remove(id: string): void;
  /** The buyer pays the session. */
  pay(session_id: string): void;
  session(id: string): Thing | undefined;
  /** From now on: every endpoint, or one. */
  fail(mode: StripeFailure | undefined, endpoint?: string): void;
  /** The next answer of the endpoint is made, and kept until it is released; resolves when it is asked. */
  hold(endpoint: string): { asked: Promise<void>; release(): void };
  close(): Promise<void>;
}

interface Answer {
  status: number;
  body: object;
}
interface World {
  things: Map<string, Thing>;
  /** By the payment intent: the invoice that it paid. */
  payments: Map<string, string>;
  kept: Map<string, { fingerprint: string; answer: Answer | undefined }>;
  requests: StripeRequest[];
  failing: { mode: StripeFailure | undefined; endpoint: string | undefined };
  held: { endpoint: string; asked: () => void; released: Promise<void> }[];
}

const secret_key = "sk_test_ofTheFake";

/** Starts it. */
export async function startFakeStripe(): Promise<FakeStripe> {
  const world: World = {
    ...{ things: new Map(), payments: new Map(), kept: new Map(), requests: [], held: [] },
    failing: { mode: undefined, endpoint: undefined },
  };
  const server = createServer((request, response) => {
    serve(world, request, response).catch((error: Error) => response.writeHead(500).end(error.message));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    secret_key,
    requests: world.requests,
    asked: (endpoint) => world.requests.filter((each) => each.endpoint === endpoint).length,
    put: (...events) => {
      for (const { data } of events) keep(world, data.object as Thing);
    },
    remove: (id) => void world.things.delete(id),
    pay: (id) => void Object.assign(world.things.get(id) ?? {}, { status: "complete", payment_status: "paid" }),
    session: (id) => world.things.get(id),
    fail: (mode, endpoint) => {
      world.failing = { mode, endpoint };
    },
    hold: (endpoint) => {
      const asked = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      world.held.push({ endpoint, asked: asked.resolve, released: released.promise });
      return { asked: asked.promise, release: released.resolve };
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function keep(world: World, thing: Thing): void {
  world.things.set(thing.id, thing);
  if (thing.object !== "invoice") return;
  const { payments } = thing as Thing & { payments?: { data: { payment: { payment_intent: string } }[] } };
  for (const { payment } of payments?.data ?? []) world.payments.set(payment.payment_intent, thing.id);
}

async function serve(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const { pathname, search } = new URL(request.url ?? "/", "http://fake");
  const { endpoint, id } = endpointOf(request.method ?? "", pathname);
  const idempotency_key = request.headers["idempotency-key"]?.toString();
  const params = formOf(request.method === "GET" ? search.slice(1) : text);
  world.requests.push({ endpoint, params, idempotency_key });
  const { mode, endpoint: only } = world.failing;
  if (mode !== undefined && (only === undefined || only === endpoint)) return fail(mode, response);
  const refused = refusalOf(request, text);
  const holding = world.held.findIndex((each) => each.endpoint === endpoint);
  const [held] = holding === -1 ? [] : world.held.splice(holding, 1);
  const key = request.method === "POST" ? idempotency_key : undefined;
  const fingerprint = `${endpoint} ${id} ${text}`;
  const before = key === undefined ? undefined : world.kept.get(key);
  if (refused !== undefined) return send(response, refused);
  if (before !== undefined) return send(response, replayOf(before, fingerprint), { "idempotent-replayed": "true" });
  if (key !== undefined) world.kept.set(key, { fingerprint, answer: undefined });
  const answer = answerOf(world, endpoint, id, params);
  if (held === undefined) {
    // Real work takes a while: whoever comes with the same key meanwhile is told so.
    await new Promise((resolve) => setTimeout(resolve, 5));
  } else {
    held.asked();
    await held.released;
  }
  if (key !== undefined) world.kept.set(key, { fingerprint, answer });
  send(response, answer);
}

/** The same key with the same parameters gets the same answer (docs.stripe.com/api/idempotent_requests). */
function replayOf(before: { fingerprint: string; answer: Answer | undefined }, fingerprint: string): Answer {
  if (before.fingerprint !== fingerprint) {
    const message = "Keys for idempotent requests can only be used with the same parameters they were first used with.";
    return errorOf(400, "idempotency_error", { message });
  }
  const message = "There is currently another in-progress request using this Idempotent Key.";
  return before.answer ?? errorOf(409, "idempotency_error", { code: "idempotency_key_in_use", message });
}

function refusalOf({ headers, method }: IncomingMessage, text: string): Answer | undefined {
  if (headers.authorization !== `Bearer ${secret_key}`) {
    return errorOf(401, "invalid_request_error", { message: "Invalid API Key provided" });
  }
  if (headers["stripe-version"] !== Stripe.API_VERSION) {
    return errorOf(400, "invalid_request_error", {
      message: `Invalid Stripe API version: ${headers["stripe-version"]}`,
    });
  }
  const isForm = headers["content-type"]?.startsWith("application/x-www-form-urlencoded") ?? false;
  if (method === "POST" && text !== "" && !isForm) {
    return errorOf(400, "invalid_request_error", { message: "The body is not form-encoded" });
  }
  return undefined;
}

function fail(mode: StripeFailure, response: ServerResponse): void {
  if (mode === "hang") return;
  if (mode === "down") {
    response.destroy();
    return;
  }
  send(response, failures[mode]);
}

const failures = {
  error: errorOf(500, "api_error", { message: "An error occurred" }),
  limited: errorOf(429, "invalid_request_error", { code: "rate_limit", message: "Too many requests" }),
  refused: errorOf(401, "invalid_request_error", { message: "Invalid API Key provided" }),
};

function send(response: ServerResponse, { status, body }: Answer, headers: Record<string, string> = {}): void {
  const own = {
    "content-type": "application/json",
    "request-id": `req_${token(14)}`,
    "stripe-version": Stripe.API_VERSION,
  };
  response.writeHead(status, { ...own, ...headers }).end(JSON.stringify(body, null, 2));
}

function errorOf(status: number, type: string, more: { message: string; code?: string; param?: string }): Answer {
  return { status, body: { error: { type, ...more, request_log_url: "https://dashboard.stripe.com/test/logs" } } };
}

function missing(what: string, id: string, param = "id"): Answer {
  return errorOf(404, "invalid_request_error", {
    code: "resource_missing",
    message: `No such ${what}: '${id}'`,
    param,
  });
}

const collections = ["subscriptions", "invoices", "checkout/sessions"];

function endpointOf(method: string, pathname: string): { endpoint: string; id: string } {
  const path = pathname.replace(/^\/v1\//, "");
  const collection = collections.find((each) => path.startsWith(`${each}/`));
  if (collection === undefined) return { endpoint: `${method} /v1/${path}`, id: "" };
  const [id = "", ...rest] = path.slice(collection.length + 1).split("/");
  return { endpoint: [`${method} /v1/${collection}`, "{id}", ...rest].join("/"), id };
}

function answerOf(world: World, endpoint: string, id: string, params: Form): Answer {
  const ok = (body: object): Answer => ({ status: 200, body });
  const thing = world.things.get(id);
  switch (endpoint) {
    case "GET /v1/subscriptions/{id}":
      return thing === undefined ? missing("subscription", id) : ok(expanded(world, thing, params));
    case "GET /v1/subscriptions":
      return listOf(world, "subscription", params);
    case "GET /v1/invoices/{id}":
      return thing === undefined ? missing("invoice", id) : ok(thing);
    case "GET /v1/invoice_payments":
      return ok(paymentsOf(world, params));
    case "POST /v1/customers":
      return ok(made(world, "cus", { object: "customer", livemode: false, ...params }));
    case "POST /v1/checkout/sessions":
      return createSession(world, params);
    case "GET /v1/checkout/sessions/{id}":
      return thing === undefined ? missing("checkout.session", id) : ok(thing);
    case "POST /v1/checkout/sessions/{id}/expire":
      return expire(thing, id);
    case "POST /v1/billing_portal/sessions":
      return createPortal(world, params);
    default:
      return errorOf(404, "invalid_request_error", { message: `Unrecognized request URL (${endpoint})` });
  }
}

/** References are ids unless they are asked for whole (docs.stripe.com/api/expanding_objects). */
function expanded(world: World, thing: Thing, { expand }: Form): Thing {
  const names = typeof expand === "object" ? Object.values(expand) : [];
  const whole = names.map((name) => [name, world.things.get(String(thing[String(name)])) ?? thing[String(name)]]);
  return { ...thing, ...Object.fromEntries(whole) };
}

/** Newest first, by cursor (docs.stripe.com/api/pagination). Canceled ones only when all are asked for. */
function listOf(world: World, object: string, { status, limit = "10", starting_after, expand }: Form): Answer {
  const all = [...world.things.values()]
    .filter((each) => each.object === object && (status === "all" || each.status !== "canceled"))
    .sort((a, b) => Number(b.created) - Number(a.created) || (a.id < b.id ? 1 : -1));
  const from = starting_after === undefined ? 0 : all.findIndex(({ id }) => id === starting_after) + 1;
  if (starting_after !== undefined && from === 0) return missing(object, String(starting_after));
  const names =
    typeof expand === "object" ? Object.values(expand).map((name) => String(name).replace(/^data\./, "")) : [];
  const data = all
    .slice(from, from + Number(limit))
    .map((each) => expanded(world, each, { expand: Object.fromEntries(names.entries()) }));
  const has_more = from + data.length < all.length;
  return { status: 200, body: { object: "list", data, has_more, url: `/v1/${object}s` } };
}

function paymentsOf({ payments }: World, { payment }: Form): object {
  const intent = typeof payment === "object" ? String(payment.payment_intent) : "";
  const invoice = payments.get(intent);
  const own = {
    object: "invoice_payment",
    payment: { type: "payment_intent", payment_intent: intent },
    status: "paid",
  };
  const data = invoice === undefined ? [] : [{ id: `inpay_${token()}`, invoice, ...own }];
  return { object: "list", data, has_more: false, url: "/v1/invoice_payments" };
}

function createSession(world: World, params: Form): Answer {
  const { customer, mode, line_items, success_url } = params;
  if (mode !== "subscription" || typeof line_items !== "object" || success_url === undefined) {
    return errorOf(400, "invalid_request_error", {
      code: "parameter_missing",
      message: "Missing required param.",
      param: "line_items",
    });
  }
  if (!world.things.has(String(customer))) return missing("customer", String(customer), "customer");
  const id = `cs_test_${token()}`;
  const expires_at = Math.floor(Date.now() / 1_000) + 86_400;
  const more = { object: "checkout.session", status: "open", payment_status: "unpaid", expires_at, livemode: false };
  const session = { ...params, ...more, id, url: `https://checkout.stripe.com/c/pay/${id}` };
  world.things.set(id, session);
  return { status: 200, body: session };
}

function expire(session: Thing | undefined, id: string): Answer {
  if (session === undefined) return missing("checkout.session", id);
  if (session.status !== "open") {
    const message = `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${session.status}\`.`;
    return errorOf(400, "invalid_request_error", { message });
  }
  session.status = "expired";
  return { status: 200, body: session };
}

function createPortal(world: World, { customer, return_url }: Form): Answer {
  if (!world.things.has(String(customer))) return missing("customer", String(customer), "customer");
  const id = `bps_${token()}`;
  const url = `https://billing.stripe.com/p/session/${id}`;
  return { status: 200, body: { id, object: "billing_portal.session", customer, return_url, url } };
}

function made(world: World, prefix: string, about: Record<string, unknown>): Thing {
  const thing = { ...about, id: `${prefix}_${token(14)}`, created: Math.floor(Date.now() / 1_000) };
  world.things.set(thing.id, thing);
  return thing;
}

/** `a[b][0]=c` as `{ a: { b: { 0: "c" } } }`. */
function formOf(text: string): Form {
  const form: Form = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const path = name.split(/[[\]]+/).filter((part) => part !== "");
    const last = path.pop() ?? "";
    let place = form;
    for (const part of path) {
      const next = place[part];
      const inner = typeof next === "object" ? next : {};
      place[part] = inner;
      place = inner;
    }
    place[last] = value;
  }
  return form;
}

function token(length = 24): string {
  return randomBytes(length).toString("base64url").replaceAll(/[-_]/g, "x").slice(0, length);
}
