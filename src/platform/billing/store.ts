import { newId } from "../../core/id.ts";
import type { Position } from "../../core/pages.ts";
import { ownTables, sql, type Tx } from "../../core/tables.ts";
import type { Notification } from "./notification.ts";
import type { KnownSubscription, Offer } from "./rules.ts";
import type { Plan, PlanContent, Subscription, SubscriptionStatus } from "./schema.ts";

const tables = ownTables(
  "billing.plan_versions",
  "billing.plans",
  "billing.webhook_events",
  "billing.customers",
  "billing.subscriptions",
);

const now = sql<Date>`plinth.now()`;
/** For what is listed in pages, whose cursors have milliseconds. */
const nowInMilliseconds = sql<Date>`date_trunc('milliseconds', plinth.now())`;

// ---- the catalogue

/** Makes the processes that load the catalogue go one after the other. */
export async function lockCatalogue(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('billing.catalogue', 0))`.execute(tables(tx));
}

/** A plan with the version that it points at. */
export interface PlanRow {
  plan_id: string;
  product: string;
  plan_version_id: string;
  position: number;
  is_offered: boolean;
  version: number;
  content_hash: Buffer;
}

export async function listPlanRows(tx: Tx): Promise<PlanRow[]> {
  return tables(tx)
    .selectFrom("billing.plans as p")
    .innerJoin("billing.plan_versions as v", "v.id", "p.plan_version_id")
    .select(["p.plan_id", "p.product", "p.plan_version_id", "p.position", "v.version", "v.content_hash"])
    .select(sql<boolean>`p.withdrawn_at is null`.as("is_offered"))
    .execute();
}

export async function insertPlanVersion(
  tx: Tx,
  version: { plan_id: string; version: number; content: PlanContent; content_hash: Buffer },
): Promise<string> {
  const id = newId();
  const content = JSON.stringify(version.content);
  await tables(tx)
    .insertInto("billing.plan_versions")
    .values({ ...version, id, content, created_at: now })
    .execute();
  return id;
}

/** Points a plan at its version; one that is not offered is known to its subscribers and stands on no list. */
export async function upsertPlan(tx: Tx, plan: Omit<PlanRow, "version" | "content_hash">): Promise<void> {
  const { plan_id, product, plan_version_id, position, is_offered } = plan;
  const values = { product, plan_version_id, position };
  await tables(tx)
    .insertInto("billing.plans")
    .values({ plan_id, ...values, withdrawn_at: is_offered ? null : now, updated_at: now })
    .onConflict((conflict) =>
      conflict.column("plan_id").doUpdateSet({
        ...values,
        withdrawn_at: is_offered ? null : sql<Date>`coalesce(billing.plans.withdrawn_at, plinth.now())`,
        updated_at: now,
      }),
    )
    .execute();
}

function selectPlans(tx: Tx) {
  return tables(tx)
    .selectFrom("billing.plans as p")
    .innerJoin("billing.plan_versions as v", "v.id", "p.plan_version_id")
    .select(["p.plan_id", "p.plan_version_id", "p.withdrawn_at", "v.version", "v.content"]);
}

function planOf(row: {
  plan_id: string;
  plan_version_id: string;
  withdrawn_at: Date | null;
  version: number;
  content: unknown;
}): Plan {
  const { plan_id, content, ...rest } = row;
  const { stores, ...shown } = contentOf(content);
  return { id: plan_id, ...shown, ...rest };
}

/** What `plan_versions` holds is what `insertPlanVersion` wrote. */
function contentOf(content: unknown): PlanContent {
  return content as PlanContent;
}

/** The plans on offer, by product, then price, then their place in the file. */
export async function listPlans(tx: Tx, product: string | undefined): Promise<Plan[]> {
  const rows = await selectPlans(tx)
    .where("p.withdrawn_at", "is", null)
    .$if(product !== undefined, (query) => query.where("p.product", "=", product ?? ""))
    .orderBy("p.product")
    .orderBy(sql`(v.content #>> '{price,amount}')::bigint`)
    .orderBy("p.position")
    .execute();
  return rows.map(planOf);
}

export async function findPlan(tx: Tx, plan_id: string): Promise<Plan | undefined> {
  const row = await selectPlans(tx).where("p.plan_id", "=", plan_id).executeTakeFirst();
  return row === undefined ? undefined : planOf(row);
}

/**
 * What a store's prices buy: each the newest version of a plan that names it. A price that the catalogue names no more goes on
 * buying the last version that did.
 */
export async function findOffers(tx: Tx, source: string, price_ids: string[]): Promise<Map<string, Offer>> {
  const { rows } = await sql<{ price_id: string; plan_version_id: string; plan_id: string; content: PlanContent }>`
    select wanted.price_id, sold.plan_version_id, sold.plan_id, sold.content
    from unnest(${price_ids}::text[]) as wanted (price_id)
    cross join lateral (
      select v.id as plan_version_id, v.plan_id, v.content
      from billing.plan_versions v left join billing.plans p on p.plan_version_id = v.id
      where v.content -> 'stores' -> ${source} ? wanted.price_id
      order by (p.plan_id is not null and p.withdrawn_at is null) desc, v.created_at desc, v.id desc limit 1
    ) sold
  `.execute(tables(tx));
  return new Map(rows.map(({ price_id, ...offer }) => [price_id, offer]));
}

// ---- the inbox

type EventKey = Pick<Notification, "source" | "environment">;

/** Keeps a notification; undefined when it is here already. Waits for whoever is keeping the same one at this moment. */
export async function insertEvent(
  tx: Tx,
  { source, environment, event_id, event_type, subject, payload }: Notification,
  outcome: EventOutcome,
): Promise<string | undefined> {
  const row = await tables(tx)
    .insertInto("billing.webhook_events")
    .values({
      id: newId(),
      source,
      environment,
      event_id,
      event_type,
      subject,
      payload,
      received_at: now,
      ...settled(outcome),
    })
    .onConflict((conflict) => conflict.columns(["source", "environment", "event_id"]).doNothing())
    .returning("id")
    .executeTakeFirst();
  return row?.id;
}

/** What became of a notification. */
export interface EventOutcome {
  status: "received" | "applied" | "ignored" | "failed";
  reason: string | null;
}

function settled({ status, reason }: EventOutcome) {
  return { status, reason, processed_at: status === "received" ? null : now };
}

export async function settleEvent(tx: Tx, id: string, outcome: EventOutcome): Promise<void> {
  await tables(tx).updateTable("billing.webhook_events").set(settled(outcome)).where("id", "=", id).execute();
}

/** Makes everybody who has news of the same subject go one after the other; returns the time of this transaction. */
export async function lockSubject(tx: Tx, { source, environment }: EventKey, subject: string): Promise<Date> {
  const key = `billing.${source}.${environment}.${subject}`;
  const { now } = await tables(tx)
    .selectNoFrom([
      sql`pg_advisory_xact_lock(hashtextextended(${key}, 0))`.as("locked"),
      sql<Date>`plinth.now()`.as("now"),
    ])
    .executeTakeFirstOrThrow();
  return now;
}

/** The subject's notifications that were neither applied nor ignored. */
export async function listOpenEvents(tx: Tx, { source, environment }: EventKey, subject: string) {
  return tables(tx)
    .selectFrom("billing.webhook_events")
    .select(["id", "payload", "status", "reason"])
    .where("source", "=", source)
    .where("environment", "=", environment)
    .where("subject", "=", subject)
    .where("status", "in", ["received", "failed"])
    .execute();
}

// ---- customers

/** The workspace that pays: the one that is named, if there is such, else the one that the store's customer is known to be. */
export async function findOwner(
  tx: Tx,
  { source, environment }: EventKey,
  { customer_id, workspace_id }: { customer_id: string; workspace_id: string | undefined },
): Promise<string | undefined> {
  const { rows } = await sql<{ owner: string | null }>`
    select coalesce(
      (select named.id from (select ${workspace_id ?? null}::uuid as id) named where workspaces.exists(named.id)),
      (select c.workspace_id from billing.customers c
        where c.source = ${source} and c.environment = ${environment} and c.external_id = ${customer_id})
    ) as owner
  `.execute(tables(tx));
  return rows[0]?.owner ?? undefined;
}

/** Remembers which workspace a customer is, if there is such a workspace and nothing is known yet; whether it did. */
export async function linkCustomer(
  tx: Tx,
  { source, environment }: EventKey,
  customer_id: string,
  workspace_id: string,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into billing.customers (workspace_id, source, environment, external_id, created_at)
    select ${workspace_id}::uuid, ${source}, ${environment}, ${customer_id}, plinth.now()
    where workspaces.exists(${workspace_id}::uuid)
    on conflict do nothing
  `.execute(tables(tx));
  return numAffectedRows === 1n;
}

// ---- subscriptions

function selectSubscriptions(tx: Tx) {
  return tables(tx)
    .selectFrom("billing.subscriptions as s")
    .innerJoin("billing.plan_versions as v", "v.id", "s.plan_version_id")
    .select(["s.id", "v.plan_id", "s.plan_version_id", "s.status", "s.seats", "s.current_period_end", "s.trial_end"])
    .select(["s.cancel_at_period_end", "s.started_at", "s.ended_at"]);
}

export async function findSubscription(tx: Tx, { source, environment }: EventKey, external_id: string) {
  const row = await selectSubscriptions(tx)
    .select(["s.workspace_id", "s.price_id", "s.state_at", "v.content"])
    .where("s.source", "=", source)
    .where("s.environment", "=", environment)
    .where("s.external_id", "=", external_id)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { id, workspace_id, plan_version_id, plan_id, content, ...state } = row;
  const offer = { plan_version_id, plan_id, content: contentOf(content) };
  const known: KnownSubscription = { offer, state: { ...state, status: state.status as SubscriptionStatus } };
  return { id, workspace_id, ...known };
}

/** Writes the state of a subscription; returns its id. */
export async function upsertSubscription(
  tx: Tx,
  { source, environment }: EventKey,
  key: { workspace_id: string; external_id: string },
  { state, offer }: KnownSubscription,
): Promise<string> {
  const values = { ...state, product: offer.content.product, plan_version_id: offer.plan_version_id, updated_at: now };
  const { id } = await tables(tx)
    .insertInto("billing.subscriptions")
    .values({ id: newId(), source, environment, ...key, ...values, created_at: nowInMilliseconds })
    .onConflict((conflict) => conflict.columns(["source", "environment", "external_id"]).doUpdateSet(values))
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

/** A page's rows and one more, newest first. */
export async function listSubscriptions(
  tx: Tx,
  workspace_id: string,
  limit: number,
  after?: Position,
): Promise<Subscription[]> {
  const rows = await selectSubscriptions(tx)
    .select(["s.product", "s.source", "s.created_at", "s.updated_at"])
    .where("s.workspace_id", "=", workspace_id)
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(s.created_at, s.id) < (${after?.created_at ?? null}, ${after?.id ?? null})`),
    )
    .orderBy("s.created_at", "desc")
    .orderBy("s.id", "desc")
    .limit(limit + 1)
    .execute();
  return rows.map((row) => ({ ...row, status: row.status as SubscriptionStatus }));
}
