import { ownTables, sql, type Tx } from "../../core/tables.ts";
import type { Store } from "../plans/index.ts";
import { type Facts, noFacts } from "./access-rules.ts";
import type { Environment } from "./schema.ts";
import type { CheckoutContent, PaymentContent, ReversalContent, TransferContent } from "./store-port.ts";

const tables = ownTables(
  "billing.payments",
  "billing.payment_attempts",
  "billing.reversals",
  "billing.checkout_reports",
  "billing.transfers",
);

/** A subscription as its store knows it. */
export interface SubscriptionKey {
  source: Store;
  environment: Environment;
  external_id: string;
}

/** Keeps a payment, or a try that failed; whether anything is new. Both stay: which of them counts is no matter of order. */
export async function keepPayment(
  tx: Tx,
  { environment }: { environment: Environment },
  payment: PaymentContent & { subscription_id: string },
): Promise<void> {
  const { store: source, external_id, subscription_id, is_first, is_renewal, amount, currency, charge_ids } = payment;
  const paid_at = payment.status === "paid" ? payment.at : null;
  await sql`
    insert into billing.payments as p
      (source, environment, external_id, subscription_id, is_first, is_renewal, paid_at, amount, currency, charge_ids, created_at)
    values (${source}, ${environment}, ${external_id}, ${subscription_id}, ${is_first}, ${is_renewal}, ${paid_at}, ${amount}, ${currency},
      ${charge_ids}, plinth.now())
    on conflict (source, environment, external_id) do update
      set paid_at = least(p.paid_at, excluded.paid_at),
          amount = case when excluded.paid_at is null then p.amount else excluded.amount end,
          charge_ids = (select coalesce(array_agg(distinct id order by id), '{}') from unnest(p.charge_ids || excluded.charge_ids) id)
  `.execute(tables(tx));
  if (payment.status === "paid") return;
  const { attempt, at: failed_at } = payment;
  await tables(tx)
    .insertInto("billing.payment_attempts")
    .values({ source, environment, payment_id: external_id, attempt, failed_at })
    .onConflict((conflict) =>
      conflict
        .columns(["source", "environment", "payment_id", "attempt"])
        .doUpdateSet({ failed_at: sql<Date>`least(billing.payment_attempts.failed_at, excluded.failed_at)` }),
    )
    .execute();
}

/** Keeps a reversal, unless a later state of it is known; of the same instant a decision beats what is open. */
export async function keepReversal(
  tx: Tx,
  { environment }: { environment: Environment },
  {
    store: source,
    external_id,
    reason,
    state,
    scope,
    subscription_id,
    transaction_id,
    charge_ids,
    at,
    state_at,
  }: ReversalContent,
): Promise<void> {
  await sql`
    insert into billing.reversals as r
      (source, environment, external_id, reason, state, scope, subscription_id, transaction_id, charge_ids, at, state_at, created_at)
    values (${source}, ${environment}, ${external_id}, ${reason}, ${state}, ${scope}, ${subscription_id}, ${transaction_id}, ${charge_ids},
      ${at}, ${state_at}, plinth.now())
    on conflict (source, environment, external_id) do update
      set reason = excluded.reason, state = excluded.state, scope = excluded.scope, at = excluded.at, state_at = excluded.state_at,
          subscription_id = coalesce(excluded.subscription_id, r.subscription_id),
          transaction_id = coalesce(excluded.transaction_id, r.transaction_id), charge_ids = excluded.charge_ids
      where (excluded.state_at, array_position(array['open', 'final', 'undone'], excluded.state))
          > (r.state_at, array_position(array['open', 'final', 'undone'], r.state))
  `.execute(tables(tx));
}

/** The subscriptions whose charges these are. */
export async function findSubscriptionsOfCharges(
  tx: Tx,
  { source, environment }: Pick<SubscriptionKey, "source" | "environment">,
  charge_ids: string[],
): Promise<string[]> {
  const { rows } = await sql<{ subscription_id: string }>`
    select distinct subscription_id from billing.payments
    where source = ${source} and environment = ${environment} and charge_ids && ${charge_ids}::text[]`.execute(
    tables(tx),
  );
  return rows.map(({ subscription_id }) => subscription_id);
}

/** Keeps what is told of a checkout: a decision beats unpaid, whenever it comes. */
export async function keepCheckout(
  tx: Tx,
  { source, environment }: Pick<SubscriptionKey, "source" | "environment">,
  { external_id, buyer, subscription_id, status }: CheckoutContent,
  email_normalized: string | null,
): Promise<void> {
  await sql`
    insert into billing.checkout_reports as c
      (source, environment, external_id, customer_id, subscription_id, status, email_normalized, created_at)
    values (${source}, ${environment}, ${external_id}, ${buyer.customer}, ${subscription_id}, ${status}, ${email_normalized}, plinth.now())
    on conflict (source, environment, external_id) do update
      set status = case when array_position(array['unpaid', 'expired', 'failed', 'paid'], excluded.status)
                           > array_position(array['unpaid', 'expired', 'failed', 'paid'], c.status) then excluded.status else c.status end,
          subscription_id = coalesce(excluded.subscription_id, c.subscription_id),
          email_normalized = coalesce(excluded.email_normalized, c.email_normalized)
  `.execute(tables(tx));
}

/** The customers who bought with this address, by their stores. */
export async function findCustomersByEmail(tx: Tx, email_normalized: string) {
  const rows = await tables(tx)
    .selectFrom("billing.checkout_reports")
    .select(["source", "environment", "customer_id"])
    .distinct()
    .where("email_normalized", "=", email_normalized)
    .where("status", "!=", "expired")
    .execute();
  return rows.map((row) => ({ ...row, source: row.source as Store, environment: row.environment as Environment }));
}

export async function keepTransfer(
  tx: Tx,
  { source, environment }: Pick<SubscriptionKey, "source" | "environment">,
  { at }: TransferContent,
  between: { from_workspace_id: string; to_workspace_id: string },
): Promise<void> {
  await tables(tx)
    .insertInto("billing.transfers")
    .values({ source, environment, ...between, at })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/**
 * Whose a purchase is by now that was the workspace's at a time: followed over any number of transfers. What a broker says was transferred is
 * followed for the stores of phones too, which do not tell of it.
 */
export async function followTransfers(
  tx: Tx,
  { source, environment }: Pick<SubscriptionKey, "source" | "environment">,
  workspace_id: string,
  since: Date,
): Promise<string> {
  const { rows } = await sql<{ owner: string }>`
    with recursive moved as (
      select ${workspace_id}::uuid as owner, ${since}::timestamptz as at, 0 as steps
      union all
      select t.to_workspace_id, t.at, moved.steps + 1
      from moved join lateral (
        select * from billing.transfers t
        where (t.source = ${source} or ${source} in ('app_store', 'google_play')) and t.environment = ${environment} and t.from_workspace_id = moved.owner and t.at >= moved.at
        order by t.at limit 1) t on moved.steps < 20 and t.to_workspace_id <> moved.owner
    )
    select owner from moved order by steps desc limit 1`.execute(tables(tx));
  return rows[0]?.owner ?? workspace_id;
}

interface FactRow {
  failures: { payment_id: string; attempt: number; failed_at: string; is_renewal: boolean }[];
  last_paid_at: Date | null;
  last_period_paid_at: Date | null;
  reversals: (Omit<Facts["reversals"][number], "at"> & { at: string })[];
  is_checkout_open: boolean;
}

/** All that is known of a subscription beside its state, but what took its place. */
export async function findFacts(tx: Tx, { source, environment, external_id }: SubscriptionKey): Promise<Facts> {
  const { rows } = await sql<FactRow>`
    with own as (
      select * from billing.payments p
      where p.source = ${source} and p.environment = ${environment} and p.subscription_id = ${external_id}
    )
    select
      coalesce((select jsonb_agg(jsonb_build_object(
          'payment_id', p.external_id, 'attempt', a.attempt, 'failed_at', a.failed_at, 'is_renewal', p.is_renewal))
        from own p join billing.payment_attempts a
          on a.source = p.source and a.environment = p.environment and a.payment_id = p.external_id
        where p.paid_at is null and not p.is_first), '[]') as failures,
      (select max(p.paid_at) from own p) as last_paid_at,
      (select max(p.paid_at) from own p where p.is_first or p.is_renewal) as last_period_paid_at,
      coalesce((select jsonb_agg(jsonb_build_object('reason', r.reason, 'state', r.state, 'scope', r.scope, 'at', r.at,
          'transaction_ids', array_remove(array_append(
            (select coalesce(array_agg(p.external_id), '{}') from own p where p.charge_ids && r.charge_ids), r.transaction_id), null)))
        from (
          select * from billing.reversals n
          where n.source = ${source} and n.environment = ${environment} and n.subscription_id = ${external_id}
          union
          select * from billing.reversals c
          where c.source = ${source} and c.environment = ${environment}
            and c.charge_ids && array(select unnest(p.charge_ids) from own p)
        ) r), '[]') as reversals,
      exists (select from billing.checkout_reports c
        where c.source = ${source} and c.environment = ${environment} and c.subscription_id = ${external_id}
          and c.status in ('unpaid', 'failed'))
        and not exists (select from own p where p.paid_at is not null) as is_checkout_open
  `.execute(tables(tx));
  const [row] = rows;
  if (row === undefined) return noFacts;
  return {
    ...noFacts,
    failures: row.failures.map((failure) => ({ ...failure, failed_at: new Date(failure.failed_at) })),
    last_paid_at: row.last_paid_at,
    last_period_paid_at: row.last_period_paid_at,
    reversals: row.reversals.map((reversal) => ({ ...reversal, at: new Date(reversal.at) })),
    is_checkout_open: row.is_checkout_open,
  };
}
