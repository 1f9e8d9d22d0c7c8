import type { Ctx } from "../../core/context.ts";
import { sha256 } from "../../core/crypto.ts";
import type { Database } from "../../core/database.ts";
import { requestErrors } from "../../core/errors.ts";
import { NoContent, type Route, route } from "../../core/http/route.ts";
import { instantOf } from "../entitlements/index.ts";
import type { Consumed, ConsumedItem, Item } from "./charges.ts";
import type { UsageCredits } from "./credits.ts";
import type { Settlement } from "./reservations.ts";
import {
  ConfirmBody,
  ConsumeAnswer,
  ConsumeBody,
  Credit,
  CreditParams,
  Credits,
  DailyQuery,
  DailyUsage,
  EntitlementsList,
  EntitlementsQuery,
  NewCredits,
  RefundBody,
  Refunded,
  ReleaseBody,
  ReserveAnswer,
  ReserveBody,
  SettleAnswer,
} from "./schema.ts";
import type { Usage } from "./service.ts";

interface Parts {
  db: Pick<Database, "inWorkspace">;
  usage: Usage;
  credits: UsageCredits;
}

const chargeErrors = ["usage.limit_reached", "entitlements.missing", "entitlements.unknown_product"];
const settleErrors = ["usage.reservation_not_found", "usage.reservation_settled"];

export function usageRoutes(parts: Parts): Route[] {
  return [
    entitlementsRoute(parts),
    consumeRoute(parts),
    reserveRoute(parts),
    confirmRoute(parts),
    releaseRoute(parts),
    refundRoute(parts),
    dailyRoute(parts),
    ...creditRoutes(parts.credits),
  ];
}

function entitlementsRoute({ usage }: Parts): Route {
  return route({
    method: "GET",
    path: "/v1/billing/entitlements",
    summary: "What the workspace may do, and what it has used",
    description:
      "One entry for each product, with the plan, its features, and for limits what is used and when it resets. The answer has an `ETag`; with that in `If-None-Match` it is 304 while nothing of it changed.",
    auth: "workspace",
    query: EntitlementsQuery,
    responses: { 200: EntitlementsList, 304: NoContent },
    errors: ["entitlements.unknown_product"],
    handler: async ({ ctx, query, header }) => {
      const body = { data: await usage.entitlements(ctx, query.product) };
      const etag = etagOf(body);
      const headers = { etag, "cache-control": "private, no-cache" };
      return isKnown(header("if-none-match"), etag)
        ? { status: 304, body: null, headers }
        : { status: 200, body, headers };
    },
  });
}

/** A strong tag over all that is shown, led by the versions, so that one may be told from the other at a glance. */
function etagOf(body: { data: { version: number }[] }): string {
  const versions = body.data.map(({ version }) => version).join(".");
  const shown = JSON.stringify(body, (_key, value: unknown) => sortedMembers(value));
  return `"v${versions}-${sha256(shown).toString("base64url").slice(0, 22)}"`;
}

/** An object with its members by name: in which order they came does not show, as the serializer has its own. */
function sortedMembers(value: unknown): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether If-None-Match (RFC 9110, 13.1.2) names the tag. */
function isKnown(condition: string | undefined, etag: string): boolean {
  if (condition === undefined) return false;
  return condition.split(",").some((each) => ["*", etag].includes(each.trim().replace(/^W\//, "")));
}

function consumeRoute({ db, usage }: Parts): Route {
  return route({
    method: "POST",
    path: "/v1/usage/consume",
    summary: "Count units of one feature, or of several",
    description:
      "All or nothing. The same key again answers as the first call did, for ever, and counts nothing; for something else it is a conflict.",
    auth: "workspace",
    body: ConsumeBody,
    responses: { 200: ConsumeAnswer },
    errors: [...chargeErrors, "usage.idempotency_conflict", "usage.in_future", "usage.too_old"],
    handler: async ({ ctx, body, header }) => {
      const idempotency_key = keyOf(body, header);
      const items = itemsOf(body);
      const answers = await consumeItems({ db, usage }, ctx, items, idempotency_key, body.occurred_at);
      return { status: 200, body: { ...first(answers), replayed: first(answers).replayed, items: answers } };
    },
  });
}

/** One feature goes the short way: one round trip to the database. */
async function consumeItems(
  { db, usage }: Pick<Parts, "db" | "usage">,
  ctx: Ctx,
  items: Item[],
  idempotency_key: string,
  occurred_at: string | undefined,
): Promise<ConsumedItem[]> {
  const [item] = items;
  if (item === undefined || items.length > 1) {
    if (occurred_at !== undefined) throw invalid("/occurred_at", "goes with one feature");
    return db.inWorkspace(ctx, (tx) => usage.consumeAll(tx, ctx, items, { idempotency_key }));
  }
  const { feature, amount = 1 } = item;
  const time = occurred_at === undefined ? {} : { occurred_at: instantOf(occurred_at) };
  const consumed: Consumed = await usage.consumeNow(ctx, feature, { amount, idempotency_key, ...time });
  return [{ feature, amount, ...consumed }];
}

function reserveRoute({ db, usage }: Parts): Route {
  return route({
    method: "POST",
    path: "/v1/usage/reserve",
    summary: "Hold units of one feature, or of several, for work whose size is not known yet",
    description: "They count as used at once, and come back when they are released, or not settled in time.",
    auth: "workspace",
    body: ReserveBody,
    responses: { 201: ReserveAnswer },
    errors: [...chargeErrors, "usage.idempotency_conflict"],
    handler: async ({ ctx, body, header }) => {
      const { expires_in_seconds = 300 } = body;
      const options = { idempotency_key: keyOf(body, header), expires_in_seconds };
      const items = itemsOf(body);
      const reservation = await db.inWorkspace(ctx, (tx) => usage.reserve(tx, ctx, items, options));
      return { status: 201, body: { ...first(reservation.items), ...reservation } };
    },
  });
}

function confirmRoute({ db, usage }: Parts): Route {
  return route({
    method: "POST",
    path: "/v1/usage/confirm",
    summary: "Count what was held",
    description:
      "Less than was held gives the rest back; more takes more, as far as there is room, and the answer tells how far. Counted in the window in which it was held, also when the plan is over by now.",
    auth: "workspace",
    body: ConfirmBody,
    responses: { 200: SettleAnswer },
    errors: [...settleErrors, "usage.reservation_expired"],
    handler: async ({ ctx, body }) => {
      const settlement = await db.inWorkspace(ctx, async (tx) => {
        const held = await usage.held(tx, ctx, body.reservation_id);
        return usage.confirm(tx, ctx, body.reservation_id, amountsOf(body, held));
      });
      return { status: 200, body: settledBody(settlement) };
    },
  });
}

function releaseRoute({ db, usage }: Parts): Route {
  return route({
    method: "POST",
    path: "/v1/usage/release",
    summary: "Give back what was held",
    description: "Again, or after it is over: no effect.",
    auth: "workspace",
    body: ReleaseBody,
    responses: { 200: SettleAnswer },
    errors: settleErrors,
    handler: async ({ ctx, body }) => {
      const settlement = await db.inWorkspace(ctx, (tx) => usage.release(tx, ctx, body.reservation_id));
      return { status: 200, body: settledBody(settlement) };
    },
  });
}

function refundRoute({ db, usage }: Parts): Route {
  return route({
    method: "POST",
    path: "/v1/usage/refund",
    summary: "Give back units whose work failed",
    description:
      "For the failures that are listed alone. In each window three refunds pass; after those, all of them together come to at most a fifth of the limit. Refunding again has no effect.",
    auth: "workspace",
    role: "admin",
    body: RefundBody,
    responses: { 200: Refunded },
    errors: [
      "usage.nothing_to_give_back",
      "usage.reservation_open",
      "usage.refund_conflict",
      "usage.refunds_exhausted",
    ],
    handler: async ({ ctx, body }) => ({
      status: 200,
      body: { refunded: await db.inWorkspace(ctx, (tx) => usage.refund(tx, ctx, body)) },
    }),
  });
}

function dailyRoute({ usage }: Parts): Route {
  return route({
    method: "GET",
    path: "/v1/usage/daily",
    summary: "What was used on each day",
    description:
      "Days of the workspace's time zone, both ends included, at most 366 days apart. A day without use is left out.",
    auth: "workspace",
    query: DailyQuery,
    responses: { 200: DailyUsage },
    handler: async ({ ctx, query }) => ({ status: 200, body: { data: await usage.daily(ctx, query) } }),
  });
}

function creditRoutes(credits: UsageCredits): Route[] {
  const path = "/v1/admin/workspaces/{workspace_id}/credits";
  return [
    route({
      method: "GET",
      path,
      summary: "Credits of a workspace, the newest first",
      auth: "admin",
      params: CreditParams,
      responses: { 200: Credits },
      errors: ["entitlements.workspace_not_found"],
      handler: async ({ params }) => ({ status: 200, body: { data: await credits.list(params.workspace_id) } }),
    }),
    route({
      method: "POST",
      path,
      summary: "Give a workspace units beyond what its plan has",
      description: "Used when a window has nothing left, those that end first before the others.",
      auth: "admin",
      idempotent: true,
      params: CreditParams,
      body: NewCredits,
      responses: { 201: Credit },
      errors: ["entitlements.workspace_not_found", "entitlements.unknown_product", "entitlements.period_invalid"],
      handler: async ({ ctx, params, body }) => ({
        status: 201,
        body: await credits.give(ctx, params.workspace_id, body),
      }),
    }),
  ];
}

/** The key of the body, or else of the header. */
function keyOf(body: { idempotency_key?: string }, header: (name: string) => string | undefined): string {
  const key = body.idempotency_key ?? header("idempotency-key");
  if (key === undefined || key === "")
    throw invalid("/idempotency_key", "is needed, here or in the header Idempotency-Key");
  if (key.length > 255) throw invalid("/idempotency_key", "has more than 255 characters");
  return key;
}

/** The features of a call: `feature` with its amount, or `items`. */
function itemsOf({ feature, amount, items }: ConsumeBody | ReserveBody): Item[] {
  if ((feature === undefined) === (items === undefined)) throw invalid("/feature", "is needed, or items in its place");
  if (feature !== undefined) return [{ feature, ...(amount !== undefined && { amount }) }];
  if (amount !== undefined) throw invalid("/amount", "goes with feature; items have their own");
  const named = (items ?? []).map((item) => item.feature);
  if (new Set(named).size < named.length) throw invalid("/items", "names a feature twice");
  return items ?? [];
}

/** What is confirmed of each held feature that is named. */
function amountsOf({ amount, items }: ConfirmBody, held: string[]): Record<string, number> {
  if (amount !== undefined) {
    const [feature] = held;
    if (feature === undefined || held.length > 1) throw invalid("/amount", "goes with one feature; use items");
    if (items !== undefined) throw invalid("/items", "goes without amount");
    return { [feature]: amount };
  }
  const unknown = items?.find(({ feature }) => !held.includes(feature));
  if (unknown !== undefined) throw invalid("/items", `names ${unknown.feature}, which is not held`);
  return Object.fromEntries((items ?? []).map((item) => [item.feature, item.amount]));
}

function settledBody(settlement: Settlement) {
  return { ...first(settlement.items), ...settlement };
}

function first<T>(items: T[]): T {
  const [item] = items;
  if (item === undefined) throw new Error("An answer without features");
  return item;
}

function invalid(pointer: string, detail: string) {
  return requestErrors.invalid({ errors: [{ pointer, detail }] });
}
