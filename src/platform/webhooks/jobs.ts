import type { Clock } from "../../core/clock.ts";
import type { Ctx } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import type { Metrics } from "../../core/metrics.ts";
import type { Tx } from "../../core/tables.ts";
import { defineSubscriber, type Events, everyEvent, type Subscriber } from "../events/index.ts";
import type { MailContent } from "../messaging/index.ts";
import { bodyOf } from "./deliveries.ts";
import {
  type DueDelivery,
  findDue,
  insertDeliveries,
  type Result,
  recordAttempt,
  restartLost,
  skipDelivery,
} from "./deliveries-store.ts";
import { DeliveryDue, EndpointDisabled, Ping, ReplayRequested } from "./events.ts";
import { deliverySlots, nextTry } from "./rules.ts";
import type { Outcome, Sender } from "./sender-port.ts";
import { signedHeaders } from "./signing.ts";
import { disableEndpoint, endpointsFor, findEndpoint, noteArrival, noteFailure } from "./store.ts";

/** What the mail about a disabled endpoint tells. */
export interface DisabledMail {
  full_name: string;
  locale?: string;
  workspace: string;
  /** The host of the endpoint: the rest of its address may hold what opens something. */
  endpoint: string;
  reason: "failing" | "gone";
}

/** Sends a mail to each owner of the workspace; the same key again is the same mails. */
export type MailOwners = (
  ctx: Ctx,
  build: (person: { full_name: string; locale?: string; workspace: string }) => MailContent,
  idempotency_key: string,
) => Promise<void>;

export interface JobsOptions {
  db: Pick<Database, "inWorkspace" | "statement">;
  events: Pick<Events, "append" | "appendAll">;
  clock: Clock;
  metrics: Pick<Metrics, "counter">;
  sender: Pick<Sender, "send">;
  openSecret: (sealed: Buffer) => string;
  publicTypes: () => ReadonlySet<string>;
  mailOwners: MailOwners;
  templates: { webhookDisabled(mail: DisabledMail): MailContent };
  /** Days of nothing but failures after which an endpoint is disabled. */
  failing_days: number;
  /** Deliveries to one endpoint at once, so that a slow one holds no other. */
  endpoint_concurrency: number;
  /** Handlers that run at once in a process, these among them. */
  worker_concurrency: number;
}

/** Deliveries that one step of a replay begins anew. */
const replayed = 200;

/** Fans events out to the endpoints that want them, tries what is due, and tells the owners of what was turned off. */
export function createJobs(options: JobsOptions): Subscriber[] {
  const { db, events, endpoint_concurrency, worker_concurrency } = options;
  const deliver = createDeliver(options);
  /** The next try of each. */
  const appendDue = (tx: Tx, ctx: Ctx, due: { id: string; endpoint_id: string; attempts: number }[]) =>
    events.appendAll(
      tx,
      ctx,
      due.map(({ id: delivery_id, endpoint_id, attempts }) => ({
        event: DeliveryDue,
        payload: { endpoint_id, delivery_id, attempt: attempts + 1 },
      })),
    );
  return [
    defineSubscriber({
      name: "webhooks.fan_out",
      event: everyEvent,
      wants: (event_type) => options.publicTypes().has(event_type),
      handleInTransaction: async (tx, ctx, { event_type, event_id, payload, created_at }) => {
        // A process of an older release may have published it, to whom it was public.
        if (!options.publicTypes().has(event_type)) return;
        const { workspace_id } = ctx;
        const body = bodyOf({ event_type, data: payload, at: new Date(created_at) });
        const rows = (await endpointsFor(tx, workspace_id, event_type)).map(({ id: endpoint_id, enabled }) => ({
          ...{ id: newId(), workspace_id, endpoint_id, event_id, event_type, body },
          status: enabled ? ("pending" as const) : ("skipped" as const),
        }));
        if (rows.length === 0) return;
        const due = (await insertDeliveries(tx, rows)).filter(({ status }) => status === "pending");
        await appendDue(tx, ctx, due);
      },
    }),
    defineSubscriber({
      name: "webhooks.deliver",
      event: DeliveryDue,
      key: ({ endpoint_id }) => endpoint_id,
      key_concurrency: endpoint_concurrency,
      concurrency: deliverySlots(worker_concurrency),
      timeout_ms: 60_000,
      handle: (ctx, { delivery_id, attempt }, { signal }) => deliver(ctx, delivery_id, attempt, signal),
    }),
    defineSubscriber({
      name: "webhooks.replay",
      event: ReplayRequested,
      handleInTransaction: async (tx, ctx, { after, ...request }) => {
        const { endpoint_id } = request;
        const rows = await restartLost(tx, { ...request, workspace_id: ctx.workspace_id }, after, replayed);
        await appendDue(
          tx,
          ctx,
          rows.map((row) => ({ ...row, endpoint_id })),
        );
        const last = rows.at(-1);
        if (rows.length < replayed || last === undefined) return;
        const reached = { created_at: last.created_at.toISOString(), id: last.id };
        await events.append(tx, ctx, ReplayRequested, { ...request, after: reached });
      },
    }),
    defineSubscriber({
      name: "webhooks.mail_disabled",
      event: EndpointDisabled,
      max_retries: 9,
      timeout_ms: 120_000,
      handle: async (ctx, { endpoint_id, reason }, { event_id }) => {
        const endpoint = await db.statement(ctx, (tx) => findEndpoint(tx, ctx.workspace_id, endpoint_id));
        if (endpoint === undefined) return;
        const about = { endpoint: new URL(endpoint.url).host, reason: reason === "gone" ? reason : "failing" } as const;
        await options.mailOwners(ctx, (person) => options.templates.webhookDisabled({ ...person, ...about }), event_id);
      },
    }),
  ];
}

/** Makes the try of a delivery that has this number, once, and records what came of it. */
function createDeliver(options: JobsOptions) {
  const { db, events, clock, sender, openSecret, failing_days } = options;
  const count = options.metrics.counter("plinth_webhooks_attempts_total", "Tries to deliver a webhook, by outcome", [
    "outcome",
  ]);

  const disable = async (tx: Tx, ctx: Ctx, id: string, why: Parameters<typeof disableEndpoint>[2]) => {
    if (!(await disableEndpoint(tx, { workspace_id: ctx.workspace_id, id }, why))) return;
    await events.append(tx, ctx, EndpointDisabled, { endpoint_id: id, reason: why.reason });
  };
  /** What a try says about its endpoint. A test says nothing. */
  const judge = async (tx: Tx, ctx: Ctx, due: DueDelivery, { status_code, error }: Outcome) => {
    const { endpoint_id, event_type } = due;
    if (event_type === Ping.type) return;
    if (error === null) return noteArrival(tx, ctx.workspace_id, endpoint_id);
    await noteFailure(tx, ctx.workspace_id, endpoint_id);
    if (status_code === 410) return disable(tx, ctx, endpoint_id, { reason: "gone" });
    await disable(tx, ctx, endpoint_id, { reason: "failing", days: failing_days });
  };
  const resultOf = (due: DueDelivery, outcome: Outcome): Result => {
    if (outcome.error === null) return { outcome, status: "delivered", next_in_seconds: null };
    const isOver = outcome.status_code === 410 || due.event_type === Ping.type;
    const next_in_seconds = isOver ? null : nextTry(due.tries + 1, outcome.retry_after, Math.random());
    return { outcome, status: next_in_seconds === null ? "failed" : "pending", next_in_seconds };
  };

  return async (ctx: Ctx, id: string, attempt: number, signal: AbortSignal): Promise<void> => {
    const { workspace_id } = ctx;
    const due = await db.statement(ctx, (tx) => findDue(tx, { workspace_id, id, attempt }));
    if (due === undefined) return;
    if (!due.enabled && due.event_type !== Ping.type) {
      return db.inWorkspace(ctx, (tx) => skipDelivery(tx, workspace_id, id));
    }
    const { url, body, event_id, endpoint_id } = due;
    const secrets = due.secrets.map(openSecret);
    const signature = signedHeaders({ id: event_id, body, at: clock.now(), secrets });
    const headers = { "content-type": "application/json", "user-agent": "plinth-webhooks", ...signature };
    const outcome = await sender.send({ url, headers, body }, signal);
    const result = resultOf(due, outcome);
    const { next_in_seconds } = result;
    await db.inWorkspace(ctx, async (tx) => {
      if (!(await recordAttempt(tx, { workspace_id, id, attempt, attempt_id: newId() }, result))) return;
      await judge(tx, ctx, due, outcome);
      if (next_in_seconds === null) return;
      const next = { endpoint_id, delivery_id: id, attempt: attempt + 1 };
      await events.append(tx, ctx, DeliveryDue, next, { delay_seconds: next_in_seconds });
    });
    count({ outcome: outcome.error === null ? "delivered" : outcome.status_code === null ? "unreachable" : "refused" });
  };
}
