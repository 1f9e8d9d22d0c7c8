import type { Clock } from "../../core/clock.ts";
import type { Ctx } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import { pageOf, readCursor } from "../../core/pages.ts";
import type { Tx } from "../../core/tables.ts";
import type { Events } from "../events/index.ts";
import {
  countLost,
  type DeliveryAt,
  findDelivery,
  insertDeliveries,
  listAttempts,
  listDeliveries,
  restartDelivery,
} from "./deliveries-store.ts";
import { webhookErrors } from "./errors.ts";
import { DeliveryDue, Ping, ReplayRequested } from "./events.ts";
import type { Delivery, DeliveryDetail, DeliveryQuery, ReplayInput } from "./schema.ts";
import { findEndpoint } from "./store.ts";

interface DeliveriesOptions {
  db: Pick<Database, "inWorkspace" | "statement">;
  events: Pick<Events, "append">;
  clock: Clock;
}

/** Tries that are shown of a delivery. */
const shownTries = 100;

/** What was sent to the endpoints, and sending it again. */
export function createDeliveries({ db, events, clock }: DeliveriesOptions) {
  const requireEndpoint = async (tx: Tx, ctx: Ctx, id: string, needs: { enabled: boolean }) => {
    const endpoint = await findEndpoint(tx, ctx.workspace_id, id);
    if (endpoint === undefined) throw webhookErrors.endpoint_not_found();
    if (needs.enabled && !endpoint.enabled) throw webhookErrors.endpoint_disabled();
  };
  const get = async (tx: Tx, at: DeliveryAt): Promise<DeliveryDetail> => {
    const delivery = await findDelivery(tx, at);
    if (delivery === undefined) throw webhookErrors.delivery_not_found();
    return { ...delivery, tries: await listAttempts(tx, at.workspace_id, at.id, shownTries) };
  };
  const atOf = (ctx: Ctx, endpoint_id: string, id: string) => ({ workspace_id: ctx.workspace_id, endpoint_id, id });

  return {
    /** What was sent to an endpoint, the newest first. Throws `webhooks.endpoint_not_found`. */
    list: async (ctx: Ctx, endpoint_id: string, { limit, cursor, ...wanted }: DeliveryQuery) => {
      const after = readCursor(cursor);
      const { status, event_type, event_id, created_from, created_to } = wanted;
      const filter = { status, event_type, event_id, created_from, created_to, endpoint_id };
      const rows = await db.inWorkspace(ctx, async (tx) => {
        await requireEndpoint(tx, ctx, endpoint_id, { enabled: false });
        return listDeliveries(tx, { ...filter, workspace_id: ctx.workspace_id }, after, limit);
      });
      return pageOf(rows, limit);
    },

    /** A delivery with its tries. Throws `webhooks.delivery_not_found`. */
    get: (ctx: Ctx, endpoint_id: string, id: string): Promise<DeliveryDetail> =>
      db.inWorkspace(ctx, (tx) => get(tx, atOf(ctx, endpoint_id, id))),

    /** Sends a test to the endpoint, once, whether or not it is enabled. Throws `webhooks.endpoint_not_found`. */
    ping: (ctx: Ctx, endpoint_id: string): Promise<Delivery> =>
      db.inWorkspace(ctx, async (tx) => {
        await requireEndpoint(tx, ctx, endpoint_id, { enabled: false });
        const event = { event_type: Ping.type, data: { endpoint_id }, at: clock.now() };
        const row = { id: newId(), workspace_id: ctx.workspace_id, endpoint_id, event_id: newId() };
        const about = { event_type: Ping.type, body: bodyOf(event), status: "pending" as const };
        const [delivery] = await insertDeliveries(tx, [{ ...row, ...about }]);
        if (delivery === undefined) throw new Error("A new id is known already");
        await events.append(tx, ctx, DeliveryDue, { endpoint_id, delivery_id: delivery.id, attempt: 1 });
        return delivery;
      }),

    /**
     * Sends a delivery again, with the same id and a new schedule of tries. Throws `webhooks.delivery_not_found`, `webhooks.delivery_pending`,
     * `webhooks.endpoint_disabled`.
     */
    replay: (ctx: Ctx, endpoint_id: string, id: string): Promise<DeliveryDetail> =>
      db.inWorkspace(ctx, async (tx) => {
        const at = atOf(ctx, endpoint_id, id);
        await get(tx, at);
        await requireEndpoint(tx, ctx, endpoint_id, { enabled: true });
        const attempt = await restartDelivery(tx, at);
        if (attempt === undefined) throw webhookErrors.delivery_pending();
        await events.append(tx, ctx, DeliveryDue, { endpoint_id, delivery_id: id, attempt });
        return get(tx, at);
      }),

    /**
     * Sends again what failed or was skipped since a time, in the background, the oldest first. Throws `webhooks.endpoint_not_found`,
     * `webhooks.endpoint_disabled`.
     */
    replayLost: (ctx: Ctx, endpoint_id: string, input: ReplayInput): Promise<{ matching: number }> =>
      db.inWorkspace(ctx, async (tx) => {
        await requireEndpoint(tx, ctx, endpoint_id, { enabled: true });
        const { since, until = clock.now().toISOString() } = input;
        const matching = await countLost(tx, { workspace_id: ctx.workspace_id, endpoint_id, since, until });
        if (matching > 0) await events.append(tx, ctx, ReplayRequested, { endpoint_id, since, until, after: null });
        return { matching };
      }),
  };
}

/** What is sent: `{ type, timestamp, data }`, as Standard Webhooks has it. */
export function bodyOf(event: { event_type: string; data: unknown; at: Date }): string {
  return JSON.stringify({ type: event.event_type, timestamp: event.at.toISOString(), data: event.data });
}
