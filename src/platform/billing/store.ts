import { newId } from "../../core/id.ts";
import type { Position } from "../../core/pages.ts";
import { ownTables, sql, type Tx } from "../../core/tables.ts";
import type { Offer, Store } from "../plans/index.ts";
import { type Access, lastEnd } from "./access-rules.ts";
import type { CustomerKey } from "./customers-store.ts";
import type { SubscriptionKey } from "./facts-store.ts";
import type { KnownSubscription } from "./rules.ts";
import type { Environment, Subscription, SubscriptionStatus } from "./schema.ts";
import { revivePaid, type StoredItem, type StoredState, stored, withOffers } from "./stored-state.ts";

const tables = ownTables("billing.subscriptions", "billing.notices");

const now = sql<Date>`plinth.now()`;
/** For what is listed in pages, whose cursors have milliseconds. */
const nowInMilliseconds = sql<Date>`date_trunc('milliseconds', plinth.now())`;

/** Looks up plan versions; the door of plans. */
export type VersionsOf = (tx: Tx, ids: string[]) => Promise<Map<string, Offer>>;

/** A known subscription with where it stands. */
export interface SubscriptionRow extends SubscriptionKey {
  id: string;
  workspace_id: string;
  customer_id: string | null;
  alias: string | null;
  /** The broker that told of it, where the store did not. */
  told_by: string | null;
  product: string;
  is_duplicate: boolean;
  standing: Access["standing"];
  known: KnownSubscription;
}

const stateColumns = [
  ...(["status", "transaction_id", "supersedes", "trial_end", "cancel_at_period_end", "pending_price_id"] as const),
  ...(["started_at", "ended_at", "state_at", "is_final", "items"] as const),
] as const;

function selectRows(tx: Tx) {
  return tables(tx)
    .selectFrom("billing.subscriptions")
    .select([
      "id",
      "workspace_id",
      "source",
      "environment",
      "external_id",
      "customer_id",
      "alias",
      "told_by",
      "product",
    ])
    .select(["is_duplicate", "standing", "paid"])
    .select(stateColumns);
}

async function rowsOf(
  tx: Tx,
  versionsOf: VersionsOf,
  found: Awaited<ReturnType<ReturnType<typeof selectRows>["execute"]>>,
): Promise<SubscriptionRow[]> {
  const states = found.map((row) => ({ state: storedState(row), paid: revivePaid(row.paid) }));
  const ids = states
    .flatMap(({ state, paid }) => [...state.items, ...(paid?.items ?? [])])
    .map((item) => item.plan_version_id);
  const versions = await versionsOf(tx, [...new Set(ids)]);
  return found.map((row, index) => {
    const { id, workspace_id, source, environment, external_id, customer_id, alias, told_by, product } = row;
    const { state, paid } = states[index] ?? { state: undefined, paid: null };
    if (state === undefined) throw new Error("A row was lost");
    return {
      ...{ id, workspace_id, external_id, customer_id, alias, told_by, product },
      is_duplicate: row.is_duplicate,
      source: source as Store,
      environment: environment as Environment,
      standing: row.standing as Access["standing"],
      known: { state: withOffers(state, versions), paid: paid === null ? null : withOffers(paid, versions) },
    };
  });
}

function storedState(row: Awaited<ReturnType<ReturnType<typeof selectRows>["executeTakeFirstOrThrow"]>>): StoredState {
  const { transaction_id, supersedes, trial_end, cancel_at_period_end, pending_price_id } = row;
  const { started_at, ended_at, state_at, is_final } = row;
  return {
    ...{ transaction_id, supersedes, trial_end, cancel_at_period_end, pending_price_id },
    ...{ started_at, ended_at, state_at, is_final },
    status: row.status as SubscriptionStatus,
    items: row.items as unknown as StoredItem[],
  };
}

/**
 * The subscription, by its own id or by the other that the same purchase is told by; its row locked, so that whoever writes it next has
 * read what this transaction leaves.
 */
export async function findSubscription(
  tx: Tx,
  versionsOf: VersionsOf,
  { source, environment, external_id }: SubscriptionKey,
  alias: string | null,
): Promise<SubscriptionRow | undefined> {
  const found = await selectRows(tx)
    .where("source", "=", source)
    .where("environment", "=", environment)
    .where((eb) => eb.or([eb("external_id", "=", external_id), ...(alias === null ? [] : [eb("alias", "=", alias)])]))
    .orderBy(sql`external_id = ${external_id}`, "desc")
    .limit(1)
    .forUpdate()
    .execute();
  return (await rowsOf(tx, versionsOf, found))[0];
}

export async function listSubscriptionsOf(
  tx: Tx,
  versionsOf: VersionsOf,
  workspace_id: string,
): Promise<SubscriptionRow[]> {
  const found = await selectRows(tx).where("workspace_id", "=", workspace_id).orderBy("id").forUpdate().execute();
  return rowsOf(tx, versionsOf, found);
}

/** Whoever took the subscription's place. */
export async function findSuperseding(
  tx: Tx,
  { source, environment, external_id }: SubscriptionKey,
): Promise<{ started_at: Date } | undefined> {
  return tables(tx)
    .selectFrom("billing.subscriptions")
    .select("started_at")
    .where("source", "=", source)
    .where("environment", "=", environment)
    .where("supersedes", "=", external_id)
    .where("status", "not in", ["incomplete", "incomplete_expired"])
    .orderBy("started_at")
    .limit(1)
    .executeTakeFirst();
}

/** The ids of the purchases that took this one's place. */
export async function listReplacing(tx: Tx, { source, environment, external_id }: SubscriptionKey): Promise<string[]> {
  const rows = await tables(tx)
    .selectFrom("billing.subscriptions")
    .select("external_id")
    .where("source", "=", source)
    .where("environment", "=", environment)
    .where("supersedes", "=", external_id)
    .orderBy("external_id")
    .execute();
  return rows.map((row) => row.external_id);
}

/** Writes what is known of a subscription and what follows from it; returns its id. */
export async function writeSubscription(
  tx: Tx,
  key: SubscriptionKey & {
    id: string | undefined;
    workspace_id: string;
    customer_id: string | null;
    alias: string | null;
    told_by: string | null;
  },
  { state, paid }: KnownSubscription,
  pending_plan_id: string | null,
  access: Access,
): Promise<string> {
  const [best] = state.items;
  if (best === undefined) throw new Error("A subscription is for something");
  const { items, ...rest } = stored(state);
  const values = {
    ...rest,
    items: JSON.stringify(items),
    paid: paid === null ? null : JSON.stringify(stored(paid)),
    product: best.offer.content.product,
    plan_id: best.offer.plan_id,
    plan_version_id: best.offer.plan_version_id,
    price_id: best.price_id,
    seats: best.quantity * best.offer.content.seats,
    current_period_end: best.current_period_end,
    pending_plan_id,
    standing: access.standing,
    standing_reason: access.reason,
    grace_ends_at: access.grace_ends_at,
    access_starts_at: access.items[0]?.starts_at ?? null,
    access_ends_at: lastEnd(access) ?? null,
    external_id: key.external_id,
    alias: key.alias,
    customer_id: key.customer_id,
    told_by: key.told_by,
    updated_at: now,
  };
  if (key.id !== undefined) {
    await tables(tx).updateTable("billing.subscriptions").set(values).where("id", "=", key.id).execute();
    return key.id;
  }
  const id = newId();
  const { workspace_id, source, environment } = key;
  await tables(tx)
    .insertInto("billing.subscriptions")
    .values({ ...values, id, workspace_id, source, environment, created_at: nowInMilliseconds })
    .execute();
  return id;
}

/** Gives a subscription to another workspace. */
export async function moveSubscription(tx: Tx, id: string, workspace_id: string): Promise<void> {
  await tables(tx)
    .updateTable("billing.subscriptions")
    .set({ workspace_id, updated_at: now })
    .where("id", "=", id)
    .execute();
}

/**
 * Marks which of the workspace's Stripe subscriptions to a product that are running are one too many: all but the first begun; one that is over is
 * no duplicate any more. Returns those that were not marked before.
 */
export async function markDuplicates(
  tx: Tx,
  { workspace_id, product, environment }: { workspace_id: string; product: string; environment: Environment },
): Promise<{ id: string; external_id: string }[]> {
  const { rows } = await sql<{ id: string; external_id: string; is_duplicate: boolean }>`
    update billing.subscriptions s set is_duplicate = ranked.is_duplicate
    from (
      select id, is_running and row_number() over (partition by is_running order by started_at, external_id) > 1 as is_duplicate
      from (select id, started_at, external_id, standing in ('good', 'grace') and access_ends_at > plinth.now() as is_running
        from billing.subscriptions
        where workspace_id = ${workspace_id} and product = ${product} and environment = ${environment} and source = 'stripe') own
    ) ranked
    where s.id = ranked.id and s.workspace_id = ${workspace_id} and s.is_duplicate <> ranked.is_duplicate
    returning s.id, s.external_id, s.is_duplicate`.execute(tables(tx));
  return rows.filter(({ is_duplicate }) => is_duplicate);
}

/** Another store's subscription to the same product that gives the workspace access now, as this one does; undefined when either does not. */
export async function findPaidElsewhere(
  tx: Tx,
  id: string,
): Promise<{ id: string; source: string; external_id: string } | undefined> {
  const { rows } = await sql<{ id: string; source: string; external_id: string }>`
    select other.id, other.source, other.external_id
    from billing.subscriptions own join billing.subscriptions other
      on other.workspace_id = own.workspace_id and other.product = own.product and other.environment = own.environment
        and other.source <> own.source
    where own.id = ${id}
      and own.standing in ('good', 'grace') and coalesce(own.access_ends_at, 'infinity') > ${now}
      and other.standing in ('good', 'grace') and coalesce(other.access_ends_at, 'infinity') > ${now}
    order by other.id limit 1`.execute(tables(tx));
  return rows[0];
}

/** Whether any of the workspace's subscriptions is suspended for a payment that failed. */
export async function owesPayment(tx: Tx, workspace_id: string, environment: Environment): Promise<boolean> {
  const row = await tables(tx)
    .selectFrom("billing.subscriptions")
    .select("id")
    .where("workspace_id", "=", workspace_id)
    .where("environment", "=", environment)
    .where("standing", "=", "suspended")
    .where("standing_reason", "=", "payment_failed")
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** A time that was given to a failed payment is over when it is, whoever has noticed. */
const standingNow = sql<Subscription["standing"]>`
  case when standing in ('good', 'grace') and access_ends_at <= plinth.now() then 'ended' else standing end`;

const shown = [
  ...(["id", "product", "plan_id", "plan_version_id", "source", "status", "standing_reason"] as const),
  ...(["grace_ends_at", "access_ends_at", "is_duplicate", "seats", "current_period_end", "trial_end"] as const),
  ...(["cancel_at_period_end", "pending_plan_id", "started_at", "ended_at", "created_at", "updated_at"] as const),
] as const;

export interface SubscriptionFilter {
  workspace_id?: string | undefined;
  product?: string | undefined;
  source?: string | undefined;
  status?: string | undefined;
  external_id?: string | undefined;
  is_duplicate?: boolean | undefined;
}

/** Whom the store knows the workspace as that has what runs, the newest of it. */
export async function findSubscribedCustomer(
  tx: Tx,
  { source, environment }: Pick<SubscriptionKey, "source" | "environment">,
  workspace_id: string,
): Promise<string | undefined> {
  const row = await tables(tx)
    .selectFrom("billing.subscriptions")
    .select("customer_id")
    .where("workspace_id", "=", workspace_id)
    .where("source", "=", source)
    .where("environment", "=", environment)
    .where("is_final", "=", false)
    .where("customer_id", "is not", null)
    .orderBy("created_at", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.customer_id ?? undefined;
}

/** A page's rows and one more, newest first. */
export async function listSubscriptions(
  tx: Tx,
  filter: SubscriptionFilter,
  limit: number,
  after?: Position,
): Promise<(Subscription & { workspace_id: string; external_id: string; environment: Environment })[]> {
  let query = tables(tx)
    .selectFrom("billing.subscriptions")
    .select(shown)
    .select(standingNow.as("standing"))
    .select(["workspace_id", "external_id", "environment"])
    .$if(after !== undefined, (q) =>
      q.where(sql<boolean>`(created_at, id) < (${after?.created_at ?? null}, ${after?.id ?? null})`),
    );
  for (const name of ["workspace_id", "product", "source", "status", "external_id", "is_duplicate"] as const) {
    const wanted = filter[name];
    if (wanted !== undefined) query = query.where(name, "=", wanted);
  }
  const rows = await query
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return rows.map(({ status, environment, ...row }) => ({
    ...row,
    status: status as SubscriptionStatus,
    environment: environment as Environment,
  }));
}

/** A known subscription, as its store is asked about it. */
export interface ReconciledRow {
  id: string;
  store: Store;
  external_id: string;
  customer_id: string | null;
  transaction_id: string | null;
  price_id: string;
}

/**
 * Known subscriptions that a source tells of, as their store or as a broker, and that are not over for ever, by their ids from the position on: for
 * reconciliation. What never ends is left out: it is in no store's list of subscriptions.
 */
export async function listForReconciliation(
  tx: Tx,
  { source, environment }: CustomerKey,
  { after, since, limit }: { after: string | null; since: Date; limit: number },
): Promise<ReconciledRow[]> {
  const rows = await tables(tx)
    .selectFrom("billing.subscriptions")
    .select(["id", "source", "external_id", "customer_id", "transaction_id", "price_id"])
    .where((eb) => eb(eb.fn.coalesce("told_by", "source"), "=", source))
    .where("environment", "=", environment)
    .where("is_final", "=", false)
    // What the store listed in this run was compared already.
    .where("updated_at", "<", since)
    .where((eb) => eb.not(eb.and([eb("standing", "=", "good"), eb("access_ends_at", "is", null)])))
    .$if(after !== null, (query) => query.where("id", ">", after ?? ""))
    .orderBy("id")
    .limit(limit)
    .execute();
  return rows.map(({ source: store, ...row }) => ({ ...row, store: store as Store }));
}

// ---- notices

/** Notes that people are told of something now; false when they were told before. */
export async function insertNotice(
  tx: Tx,
  notice: { workspace_id: string; subscription_id: string; kind: string; about: string },
): Promise<boolean> {
  const row = await tables(tx)
    .insertInto("billing.notices")
    .values({ ...notice, created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .returning("kind")
    .executeTakeFirst();
  return row !== undefined;
}

// ---- plan versions

/** Subscriptions that have an older version of the plan. */
export async function listOutdated(tx: Tx, plan_id: string, plan_version_id: string) {
  return tables(tx)
    .selectFrom("billing.subscriptions")
    .select(["id", "workspace_id", "source", "external_id"])
    .where("plan_id", "=", plan_id)
    .where("plan_version_id", "!=", plan_version_id)
    .where("is_final", "=", false)
    .orderBy("id")
    .execute();
}

/** Makes everything of the plan that the subscription is for be of this version. */
export async function setVersion(tx: Tx, id: string, plan_id: string, plan_version_id: string): Promise<void> {
  await sql`
    update billing.subscriptions s
    set plan_version_id = ${plan_version_id},
        items = billing.with_version(s.items, ${plan_id}, ${plan_version_id}),
        paid = case when s.paid is null then null
          else jsonb_set(s.paid, '{items}', billing.with_version(s.paid -> 'items', ${plan_id}, ${plan_version_id})) end
    where s.id = ${id}`.execute(tables(tx));
}
