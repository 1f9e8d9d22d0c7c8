import type { Ctx } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import { pageOf, readCursor } from "../../core/pages.ts";
import type { PageQuery } from "../../core/schema.ts";
import type { Tx } from "../../core/tables.ts";
import type { Audit } from "../audit/index.ts";
import { isPublicAddress, literalAddress } from "./addresses.ts";
import { webhookErrors } from "./errors.ts";
import { unknownTypes, urlFault } from "./rules.ts";
import type { Endpoint, EndpointChange, NewEndpoint, ShownEndpoint } from "./schema.ts";
import { newSecret } from "./signing.ts";
import {
  deleteEndpoint,
  findEndpoint,
  insertEndpoint,
  listEndpoints,
  lockEndpoints,
  replaceSecret,
  updateEndpoint,
} from "./store.ts";

interface EndpointsOptions {
  db: Pick<Database, "inWorkspace" | "statement">;
  audit: Pick<Audit, "record">;
  /** Seals a secret for the table. */
  sealSecret: (secret: string) => Buffer;
  /** Types that may be wanted. */
  publicTypes: () => ReadonlySet<string>;
  https_only: boolean;
  allow_private: boolean;
}

/** Endpoints that a workspace may have. */
const mostEndpoints = 50;

/** The addresses that a workspace's events are sent to. */
export function createEndpoints({ db, audit, sealSecret, publicTypes, https_only, allow_private }: EndpointsOptions) {
  const checkUrl = (url: string | undefined) => {
    if (url === undefined) return;
    const fault = urlFault(url, { https_only }) ?? privateFault(url, allow_private);
    if (fault !== undefined) throw webhookErrors.url_forbidden({ errors: [{ pointer: "/url", detail: fault }] });
  };
  const checkTypes = (types: string[] | undefined) => {
    const unknown = unknownTypes(types ?? [], publicTypes());
    if (unknown.length === 0) return;
    const detail = `has unknown types: ${unknown.join(", ")}; GET /v1/webhook-event-types lists them`;
    throw webhookErrors.unknown_event_type({ errors: [{ pointer: "/event_types", detail }] });
  };
  const record = (tx: Tx, ctx: Ctx, action: string, id: string, details: Record<string, unknown> = {}) =>
    audit.record(tx, ctx, { action: `webhooks.${action}`, target: `webhook_endpoint:${id}`, details });

  return {
    /** The workspace's endpoints, the newest first. */
    list: async (ctx: Ctx, { limit, cursor }: PageQuery) => {
      const after = readCursor(cursor);
      return pageOf(await db.statement(ctx, (tx) => listEndpoints(tx, ctx.workspace_id, after, limit)), limit);
    },

    /** Throws `webhooks.endpoint_not_found`. */
    get: async (ctx: Ctx, id: string): Promise<Endpoint> =>
      required(await db.statement(ctx, (tx) => findEndpoint(tx, ctx.workspace_id, id))),

    /**
     * Makes an endpoint; its secret is in this answer and nowhere else. Throws `webhooks.url_forbidden`, `webhooks.unknown_event_type`,
     * `webhooks.endpoints_exhausted`.
     */
    create: async (ctx: Ctx, input: NewEndpoint): Promise<ShownEndpoint> => {
      checkUrl(input.url);
      checkTypes(input.event_types);
      const secret = newSecret();
      const { url, event_types, description = null, enabled = true } = input;
      const row = { id: newId(), workspace_id: ctx.workspace_id, secret_sealed: sealSecret(secret) };
      const endpoint = await db.inWorkspace(ctx, async (tx) => {
        if ((await lockEndpoints(tx, ctx.workspace_id)) >= mostEndpoints) {
          throw webhookErrors.endpoints_exhausted({ extensions: { limit: mostEndpoints } });
        }
        await record(tx, ctx, "endpoint_created", row.id, { host: hostOf(url), event_types });
        return insertEndpoint(tx, { ...row, url, event_types, description, enabled });
      });
      return { ...endpoint, secret };
    },

    /** Changes what is given. Throws `webhooks.endpoint_not_found`, `webhooks.url_forbidden`, `webhooks.unknown_event_type`. */
    update: async (ctx: Ctx, id: string, change: EndpointChange): Promise<Endpoint> => {
      checkUrl(change.url);
      checkTypes(change.event_types);
      return db.inWorkspace(ctx, async (tx) => {
        const endpoint = required(await updateEndpoint(tx, { workspace_id: ctx.workspace_id, id }, change));
        const { url, description: _, ...details } = change;
        await record(tx, ctx, "endpoint_changed", id, {
          ...details,
          ...(url === undefined ? {} : { host: hostOf(url) }),
        });
        return endpoint;
      });
    },

    /** Gives the endpoint another secret; the one before signs along for the overlap. Throws `webhooks.endpoint_not_found`. */
    rotateSecret: async (ctx: Ctx, id: string, overlap_hours: number): Promise<ShownEndpoint> => {
      const secret = newSecret();
      const at = { workspace_id: ctx.workspace_id, id };
      const endpoint = await db.inWorkspace(ctx, async (tx) => {
        const replaced = required(await replaceSecret(tx, at, { sealed: sealSecret(secret), overlap_hours }));
        await record(tx, ctx, "secret_rotated", id, { overlap_hours });
        return replaced;
      });
      return { ...endpoint, secret };
    },

    /** Removes it with all that was sent to it. Throws `webhooks.endpoint_not_found`. */
    delete: (ctx: Ctx, id: string): Promise<void> =>
      db.inWorkspace(ctx, async (tx) => {
        if (!(await deleteEndpoint(tx, ctx.workspace_id, id))) throw webhookErrors.endpoint_not_found();
        await record(tx, ctx, "endpoint_deleted", id);
      }),
  };
}

function required(endpoint: Endpoint | undefined): Endpoint {
  if (endpoint === undefined) throw webhookErrors.endpoint_not_found();
  return endpoint;
}

/** A literal address is told at once what a name is told when it is connected to. */
function privateFault(url: string, allow_private: boolean): string | undefined {
  const literal = literalAddress(new URL(url).hostname);
  if (literal === undefined || allow_private || isPublicAddress(literal)) return undefined;
  return "leads into a private network";
}

/** Of an address what may stand in a record: the rest may hold what opens something. */
function hostOf(url: string): string {
  return new URL(url).host;
}
