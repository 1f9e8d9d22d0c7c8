import { ownTables, sql, type Tx } from "../../core/tables.ts";
import type { ChurnLine, LicenseLine, MrrLine } from "./rules.ts";
import type { ActiveSubscriptions, SignUps } from "./schema.ts";

const tables = ownTables(
  "analytics.paid_terms",
  "analytics.subscription_states",
  "analytics.mrr",
  "analytics.arr",
  "analytics.active_subscriptions",
  "analytics.churn",
  "analytics.sign_ups",
  "analytics.license_utilisation",
  "analytics.paid_spans",
  "analytics.sign_up_days",
  "analytics.recordings",
);

/** What is looked at; `product` undefined: all of them. */
export interface Scope {
  environment: "live" | "test";
  product: string | undefined;
}

// PostgreSQL knows of no column of a view that it is never null; those of the views below are not.

/** Makes what the transaction reads be of one moment. Its first statement. */
export async function readAtOneMoment(tx: Tx): Promise<void> {
  await sql`set transaction isolation level repeatable read, read only`.execute(tables(tx));
}

const ofScope = ({ environment, product }: Scope) =>
  sql`environment = ${environment} and (${product ?? null}::text is null or product = ${product ?? null})`;

export async function listMrr(tx: Tx, scope: Scope): Promise<MrrLine[]> {
  const { rows } = await sql<MrrLine>`
    select product, currency, source, twelfths, past_due_twelfths, charges_twelfths
    from analytics.mrr where ${ofScope(scope)} order by currency, product, source`.execute(tables(tx));
  return rows;
}

export async function listArr(tx: Tx, scope: Scope) {
  const { rows } = await sql<{ product: string; currency: string; arr_minor: number; past_due_minor: number }>`
    select product, currency, arr_minor, past_due_minor from analytics.arr where ${ofScope(scope)}
    order by currency, product`.execute(tables(tx));
  return rows;
}

export async function listActive(tx: Tx, scope: Scope): Promise<ActiveSubscriptions["data"]> {
  const { rows } = await sql<ActiveSubscriptions["data"][number]>`
    select product, plan_id, source, standing, is_trial, subscriptions, seats
    from analytics.active_subscriptions where ${ofScope(scope)}
    order by product, plan_id, source, standing, is_trial`.execute(tables(tx));
  return rows;
}

/** Months that have a day from `from` to `to`. */
export async function listChurn(
  tx: Tx,
  scope: Scope,
  { from, to }: { from: string; to: string },
): Promise<ChurnLine[]> {
  const { rows } = await sql<ChurnLine>`
    select month, is_complete, currency, customers_at_start, customers_lost, twelfths_at_start, twelfths_lost
    from analytics.churn
    where ${ofScope(scope)} and month between date_trunc('month', ${from}::date)::date and ${to}::date
    order by month, currency, product`.execute(tables(tx));
  return rows;
}

export async function listSignUps(tx: Tx, { from, to }: { from: string; to: string }): Promise<SignUps["days"]> {
  const { rows } = await sql<SignUps["days"][number]>`
    select day, sign_ups, verified from analytics.sign_ups
    where day between ${from}::date and ${to}::date order by day`.execute(tables(tx));
  return rows;
}

export async function listUtilisation(tx: Tx, product: string | undefined): Promise<LicenseLine[]> {
  const { rows } = await sql<LicenseLine>`
    select product, licenses, seats, seats_in_use, activated from analytics.license_utilisation
    where ${product ?? null}::text is null or product = ${product ?? null} order by product`.execute(tables(tx));
  return rows;
}

export async function findMoment(tx: Tx): Promise<{ as_of: Date; recorded_at: Date | null }> {
  const { rows } = await sql<{ as_of: Date; recorded_at: Date | null }>`
    select plinth.now() as as_of, (select recorded_at from analytics.recordings) as recorded_at`.execute(tables(tx));
  return rows[0] ?? { as_of: new Date(), recorded_at: null };
}

// ---- the history of what is paid for

/** Whether this transaction is the one that records now. */
export async function lockRecording(tx: Tx): Promise<boolean> {
  const { rows } = await sql<{ is_mine: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended('analytics.recording', 0)) as is_mine`.execute(tables(tx));
  return rows[0]?.is_mine === true;
}

/** A purchase that is another workspace's now always was: accounts that become one are one customer. */
export async function moveSpans(tx: Tx): Promise<void> {
  await sql`
    update analytics.paid_spans p set workspace_id = s.workspace_id from analytics.subscription_states s
    where s.subscription_id = p.subscription_id and s.workspace_id <> p.workspace_id`.execute(tables(tx));
}

/** When what a known subscription is paid for changed: when its store made the state, at the earliest when it was last looked at. */
const changedAt = sql<Date>`least(plinth.now(), greatest((select recorded_at from analytics.recordings), state_at))`;

/**
 * Ends the spans of what is paid for no more, or for another price: with the time that was paid, with the change, or now where the
 * subscription is gone.
 */
export async function closeSpans(tx: Tx): Promise<void> {
  await sql`
    update analytics.paid_spans p
    set ends_at = greatest(p.starts_at, least(plinth.now(), case
      when told.pays_until is not null and not told.is_paying then told.pays_until
      when told.access_ends_at <= plinth.now() then told.access_ends_at
      else told.changed_at end))
    from (
      select o.id, t.is_paying, t.pays_until, s.access_ends_at, ${changedAt} as changed_at
      from analytics.paid_spans o
      left join analytics.subscription_states s on s.subscription_id = o.subscription_id
      left join (select subscription_id, price_id, product, currency, yearly_minor, is_paying, pays_until from analytics.paid_terms) t
        on t.subscription_id = o.subscription_id and t.price_id = o.price_id
      where o.ends_at is null and (t.is_paying and t.yearly_minor = o.yearly_minor and t.product = o.product
        and t.currency = o.currency) is not true
    ) told
    where p.id = told.id`.execute(tables(tx));
}

/** Goes on with a span that ended less than a day ago: news of a renewal comes later than the end of the period before. */
export async function reopenSpans(tx: Tx): Promise<void> {
  await sql`
    update analytics.paid_spans p set ends_at = null
    from (
      select distinct on (t.subscription_id, t.price_id) last.id, last.ends_at, ${changedAt} as changed_at,
        last.product = t.product and last.currency = t.currency and last.yearly_minor = t.yearly_minor as is_same
      from analytics.paid_terms t
      join analytics.paid_spans last on last.subscription_id = t.subscription_id and last.price_id = t.price_id
      where t.is_paying
      order by t.subscription_id, t.price_id, last.ends_at desc nulls first, last.starts_at desc
    ) same
    where p.id = same.id and same.is_same and same.ends_at > same.changed_at - interval '1 day'`.execute(tables(tx));
}

/**
 * The subscriptions that have spans, and the prices whose span is open. Materialized, so that it is read once before anything is written: an
 * insert that looks into its own table row by row reads over all that it has written.
 */
const known = sql`known as materialized (
  select subscription_id, array_agg(price_id) filter (where ends_at is null) as open_prices
  from analytics.paid_spans group by subscription_id
)`;

/**
 * Begins the spans of what is paid for and has none: with the first day that is paid where the subscription was not known before, otherwise
 * with the change.
 */
export async function openSpans(tx: Tx): Promise<void> {
  await sql`
    with ${known}
    insert into analytics.paid_spans
      (workspace_id, subscription_id, price_id, environment, product, currency, yearly_minor, starts_at, created_at)
    select t.workspace_id, t.subscription_id, t.price_id, t.environment, t.product, t.currency, t.yearly_minor,
      case when k.subscription_id is not null or t.created_at <= (select recorded_at from analytics.recordings)
        then greatest(t.pays_from, ${changedAt}) else t.pays_from end, plinth.now()
    from analytics.paid_terms t left join known k on k.subscription_id = t.subscription_id
    where t.is_paying and (t.price_id = any(k.open_prices)) is not true
    on conflict do nothing`.execute(tables(tx));
}

/** Notes what was paid for and is over already when it is first looked at. */
export async function insertPastSpans(tx: Tx): Promise<void> {
  await sql`
    with ${known}
    insert into analytics.paid_spans
      (workspace_id, subscription_id, price_id, environment, product, currency, yearly_minor, starts_at, ends_at, created_at)
    select t.workspace_id, t.subscription_id, t.price_id, t.environment, t.product, t.currency, t.yearly_minor, t.pays_from,
      t.pays_until, plinth.now()
    from analytics.paid_terms t left join known k on k.subscription_id = t.subscription_id
    where k.subscription_id is null and t.pays_from < t.pays_until and t.pays_until <= plinth.now()`.execute(
    tables(tx),
  );
}

/** Keeps the highest count of each day's sign-ups, before accounts are erased. */
export async function recordSignUps(tx: Tx): Promise<void> {
  await sql`
    insert into analytics.sign_up_days as d (day, sign_ups, verified)
    select day, sign_ups, verified from analytics.sign_ups
    on conflict (day) do update set sign_ups = excluded.sign_ups, verified = excluded.verified
    where (d.sign_ups, d.verified) is distinct from (excluded.sign_ups, excluded.verified)`.execute(tables(tx));
}

export async function setRecorded(tx: Tx): Promise<void> {
  await sql`
    insert into analytics.recordings as r (recorded_at) values (plinth.now())
    on conflict (is_only) do update set recorded_at = greatest(r.recorded_at, excluded.recorded_at)`.execute(
    tables(tx),
  );
}
