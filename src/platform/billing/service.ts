import type { Ctx } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import type { Logger } from "../../core/logger.ts";
import { pageOf, readCursor } from "../../core/pages.ts";
import type { PageQuery } from "../../core/schema.ts";
import type { Subscriber } from "../events/index.ts";
import type { Plans, Store as StoreName } from "../plans/index.ts";
import type { Apply } from "./apply.ts";
import type { Claims } from "./claims.ts";
import { billingErrors } from "./errors.ts";
import type { Inbox } from "./inbox.ts";
import {
  type EventFilter,
  type EventOutcome,
  findEvent,
  type KeptEvent,
  listEvents,
  listUnsettled,
  lockSubjects,
} from "./inbox-store.ts";
import type { ReconciliationService } from "./reconciliation.ts";
import type { Environment, Subscription } from "./schema.ts";
import { listOutdated, listSubscriptions, type SubscriptionFilter, setVersion } from "./store.ts";
import type { Store } from "./store-port.ts";

type List<T> = Promise<{ data: T[]; next_cursor: string | null }>;

/** What stores say was bought, what that grants, and how it is sold. */
export interface Billing {
  /** A page of the workspace's subscriptions, newest first. */
  listSubscriptions(ctx: Ctx, query: PageQuery & { product?: string }): List<Subscription>;
  /** The stores that are configured, by their names. */
  stores: ReadonlyMap<StoreName, Store>;
  inbox: Inbox;
  claims: Claims;
  reconciliation: ReconciliationService;
  admin: BillingAdmin;
  subscribers: Subscriber[];
}

/** For administrators of the platform and the command line. */
export interface BillingAdmin {
  /** A page of all subscriptions, newest first. */
  listSubscriptions(query: PageQuery & SubscriptionFilter): List<Awaited<ReturnType<typeof listSubscriptions>>[number]>;
  /** A page of the notifications, newest first. */
  listEvents(query: PageQuery & EventFilter): List<KeptEvent>;
  /** A notification with its body. Throws `billing.event_not_found`. */
  getEvent(id: string): Promise<KeptEvent>;
  /** Applies a notification again. Throws `billing.event_not_found`. */
  replay(id: string, request_id: string): Promise<EventOutcome>;
  /** Applies again all that waits or failed, the oldest first: how many there were, were applied, and could not even be tried. */
  replayOpen(request_id: string): Promise<{ seen: number; applied: number; failed: number }>;
  /** Moves the subscribers of a plan's older versions to its present one. Throws `plans.not_found`. */
  moveSubscribers(plan_id: string, request_id: string): Promise<number>;
}

interface BillingParts {
  db: Pick<Database, "statement" | "systemStatement" | "asSystem">;
  plans: Pick<Plans, "offer">;
  stores: ReadonlyMap<StoreName, Store>;
  environment: Environment;
  inbox: Inbox;
  apply: Apply;
  claims: Claims;
  reconciliation: ReconciliationService;
  subscribers: Subscriber[];
  logger: Pick<Logger, "warn">;
}

export function createBillingService(parts: BillingParts): Billing {
  const { db, inbox, apply, plans, logger } = parts;

  const move = async (
    row: { id: string; workspace_id: string; source: string; external_id: string },
    plan_id: string,
    request_id: string,
  ) =>
    db.asSystem("move a subscriber", async (tx) => {
      const { environment } = parts;
      const now = await lockSubjects(tx, [`${environment}.${row.external_id}`]);
      const offer = await plans.offer(tx, plan_id);
      await setVersion(tx, row.id, plan_id, offer.plan_version_id);
      const source = row.source as StoreName;
      await apply.refresh({ tx, now, request_id, source, environment }, { source, external_id: row.external_id });
    });

  const admin: BillingAdmin = {
    listSubscriptions: async ({ limit, cursor, ...filter }) =>
      pageOf(
        await db.systemStatement("list subscriptions", (tx) =>
          listSubscriptions(tx, filter, limit, readCursor(cursor)),
        ),
        limit,
      ),
    listEvents: async ({ limit, cursor, ...filter }) => {
      const rows = await db.systemStatement("list notifications", (tx) =>
        listEvents(tx, filter, limit, readCursor(cursor)),
      );
      return pageOf(
        rows.map((row) => ({ ...row, created_at: row.received_at })),
        limit,
      );
    },
    getEvent: async (id) => {
      const row = await db.systemStatement("a notification", (tx) => findEvent(tx, id));
      if (row === undefined) throw billingErrors.event_not_found();
      return row;
    },
    replay: inbox.replay,
    replayOpen: async (request_id) => {
      let seen = 0;
      let applied = 0;
      let failed = 0;
      let after: { created_at: Date; id: string } | undefined;
      for (;;) {
        const from = after;
        const rows = await db.systemStatement("replay notifications", (tx) => listUnsettled(tx, 100, from));
        for (const { id } of rows) {
          seen++;
          try {
            if ((await inbox.replay(id, request_id)).status === "applied") applied++;
          } catch (error) {
            logger.warn({ err: error, webhook_event_id: id }, "a notification could not be applied again; going on");
            failed++;
          }
        }
        const last = rows.at(-1);
        if (last === undefined) return { seen, applied, failed };
        after = { created_at: last.received_at, id: last.id };
      }
    },
    moveSubscribers: async (plan_id, request_id) => {
      const { plan_version_id } = await db.asSystem("move subscribers", (tx) => plans.offer(tx, plan_id));
      const rows = await db.systemStatement("move subscribers", (tx) => listOutdated(tx, plan_id, plan_version_id));
      for (const row of rows) await move(row, plan_id, request_id);
      return rows.length;
    },
  };

  return {
    ...parts,
    admin,
    listSubscriptions: async (ctx, { limit, cursor, product }) => {
      const after = readCursor(cursor);
      const filter = { workspace_id: ctx.workspace_id, product };
      const rows = await db.statement(ctx, (tx) => listSubscriptions(tx, filter, limit, after));
      const { data, next_cursor } = pageOf(rows, limit);
      return {
        data: data.map(({ workspace_id: _, external_id: __, environment: ___, ...shown }) => shown),
        next_cursor,
      };
    },
  };
}
