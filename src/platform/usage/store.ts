import { ownTables, sql, type Tx } from "../../core/tables.ts";
import type { Feature } from "../entitlements/index.ts";
import type { Credit } from "./schema.ts";

const tables = ownTables(
  "usage.usage_counters",
  "usage.usage_logs",
  "usage.workspace_daily_usage",
  "usage.idempotency_keys",
  "usage.reservations",
  "usage.credits",
  "usage.overages",
);

type Refusal = "conflict" | "limit_reached" | "missing" | "stale" | "in_future" | "too_old";

/** What came of taking from one feature. */
export interface Consumption {
  outcome: "ok" | "replayed" | Refusal;
  limit_value: number | null;
  /** With what is reserved. */
  used: number;
  resets_at: Date | null;
  over: number;
  from_credits: number;
  over_limit: boolean;
}

export interface ConsumeInput {
  workspace_id: string;
  user_id: string | null;
  product: string;
  feature: string;
  amount: number;
  idempotency_key: string;
  log_id: string;
  occurred_at: Date | null;
}

/** The whole of a consumption in one call: limit, counter, key, log and daily aggregate. */
export async function consume(tx: Tx, input: ConsumeInput): Promise<Consumption> {
  const { rows } = await sql<Consumption>`
    select * from usage.consume(${input.workspace_id}, ${input.user_id}, ${input.product}, ${input.feature}, ${input.amount},
      ${input.idempotency_key}, ${input.log_id}, ${input.occurred_at})`.execute(tables(tx));
  const [row] = rows;
  if (row === undefined) throw new Error("usage.consume did not answer");
  return row;
}

/** Several features that are taken or held in one call, in the order in which every call locks. */
export interface ChargeInput {
  workspace_id: string;
  user_id: string | null;
  kind: "consume" | "reserve";
  items: { product: string; name: string; amount: number; log_id: string }[];
  idempotency_key: string;
  reservation_id: string | null;
  seconds: number;
}

/** What came of one feature of such a call; alone where it refuses. */
export interface Charged extends Consumption {
  product: string;
  feature: string;
  amount: number;
  reservation_id: string | null;
  expires_at: Date | null;
}

export async function charge(tx: Tx, { items, ...input }: ChargeInput): Promise<Charged[]> {
  const { rows } = await sql<Charged>`
    select * from usage.charge(${input.workspace_id}, ${input.user_id}, ${input.kind}, ${items.map(({ product }) => product)},
      ${items.map(({ name }) => name)}, ${items.map(({ amount }) => amount)}, ${input.idempotency_key},
      ${items.map(({ log_id }) => log_id)}, ${input.reservation_id}, ${input.seconds})`.execute(tables(tx));
  return rows;
}

/** What came of one held feature. */
export interface Settled {
  outcome: "ok" | "replayed" | "settled" | "expired" | "stale";
  product: string;
  feature: string;
  held: number;
  confirmed: number;
  limit_value: number | null;
  used: number;
  resets_at: Date | null;
  over: number;
  from_credits: number;
}

export interface SettleInput {
  workspace_id: string;
  reservation_id: string;
  is_release: boolean;
  /** For each item in order; null: as held. */
  amounts: (number | null)[];
  log_ids: string[];
}

export async function settle(tx: Tx, input: SettleInput): Promise<Settled[]> {
  const { rows } = await sql<Settled>`
    select * from usage.settle(${input.workspace_id}, ${input.reservation_id}, ${input.is_release}, ${input.amounts}::bigint[],
      ${input.log_ids})`.execute(tables(tx));
  return rows;
}

/** The features that a reservation holds, in order; empty where there is none. */
export async function listHeld(tx: Tx, workspace_id: string, id: string) {
  return tables(tx)
    .selectFrom("usage.reservations")
    .select(["product", "feature"])
    .where("workspace_id", "=", workspace_id)
    .where("id", "=", id)
    .orderBy("item")
    .execute();
}

export interface RefundInput {
  workspace_id: string;
  idempotency_key: string;
  /** Null: all. */
  amount: number | null;
  reason: string;
  log_ids: string[];
  /** Refunds of a window that always pass, and the part of the limit that all may come to after those; null: no cap. */
  cap: { free: number; share: number } | null;
}

export type RefundOutcome = "ok" | "already" | "unknown" | "held" | "conflict" | "capped";

export async function refund(tx: Tx, input: RefundInput): Promise<RefundOutcome> {
  const { rows } = await sql<{ outcome: RefundOutcome }>`
    select * from usage.refund(${input.workspace_id}, ${input.idempotency_key}, ${input.amount}, ${input.reason}, ${input.log_ids},
      ${input.cap?.free ?? null}, ${input.cap?.share ?? null})`.execute(tables(tx));
  return rows[0]?.outcome ?? "unknown";
}

/** A counter that runs now. */
export interface Counter {
  product: string;
  feature: string;
  subject_id: string;
  lifetime: boolean;
  used: number;
  /** What reservations hold that are not over, whether or not anybody noticed those that are. */
  held: number;
  overage: number;
  window_end: Date | null;
}

/** The counters of a workspace and of one member that run now. */
export async function listCounters(tx: Tx, workspace_id: string, user_id: string | undefined): Promise<Counter[]> {
  const subjects = user_id === undefined ? [workspace_id] : [workspace_id, user_id];
  const { rows } = await sql<Counter>`
    select c.product, c.feature, c.subject_id, c.lifetime, c.used, c.window_end, coalesce(o.amount, 0) as overage,
      case when c.next_expiry <= plinth.now() then (
        select coalesce(sum(r.amount - r.from_credits), 0)::bigint from usage.reservations r
        where r.workspace_id = c.workspace_id and r.product = c.product and r.feature = c.feature and r.subject_id = c.subject_id
          and r.lifetime = c.lifetime and r.window_start = c.window_start and r.status = 'open' and r.expires_at > plinth.now())
      else c.held end as held
    from usage.usage_counters c
    left join usage.overages o on o.workspace_id = c.workspace_id and o.product = c.product and o.feature = c.feature
      and o.subject_id = c.subject_id and o.window_start = c.window_start
    where c.workspace_id = ${workspace_id} and c.subject_id = any(${subjects})
      and (c.window_end is null or c.window_end > plinth.now())`.execute(tables(tx));
  return rows;
}

/** When the window that runs now ends, for each feature of the list by its place; null for ever. */
export async function windowEnds(tx: Tx, workspace_id: string, features: Feature[]): Promise<(Date | null)[]> {
  if (features.length === 0) return [];
  const { rows } = await sql<{ window_end: Date | null }>`
    select o.window_end
    from workspaces.workspaces w, jsonb_array_elements(${JSON.stringify(features)}::jsonb) with ordinality f (feature, n)
    left join lateral usage.window_for(f.feature, plinth.now(), w.time_zone) o on f.feature ->> 'kind' = 'limit'
    where w.id = ${workspace_id} order by f.n`.execute(tables(tx));
  return rows.map(({ window_end }) => window_end);
}

/** What is left of credits, by product and feature. */
export async function sumCredits(tx: Tx, workspace_id: string) {
  return tables(tx)
    .selectFrom("usage.credits")
    .select(["product", "feature", sql<number>`sum(remaining)::bigint`.as("remaining")])
    .where("workspace_id", "=", workspace_id)
    .where("remaining", ">", 0)
    .where((eb) => eb.or([eb("expires_at", "is", null), eb("expires_at", ">", sql<Date>`plinth.now()`)]))
    .groupBy(["product", "feature"])
    .execute();
}

export type NewCredit = Pick<Credit, "id" | "amount" | "expires_at" | "reason" | "created_by"> & {
  workspace_id: string;
  product: string;
  name: string;
};

const creditColumns = [
  "id",
  "product",
  "feature",
  "amount",
  "remaining",
  "expires_at",
  "reason",
  "created_by",
  "created_at",
] as const;

/** Writes credits; undefined when they would be over before they begin, or there is no such workspace. */
export async function insertCredit(tx: Tx, { name, ...row }: NewCredit): Promise<Credit | undefined> {
  const { rows } = await sql<Omit<Credit, "feature"> & { product: string; feature: string }>`
    insert into usage.credits (id, workspace_id, product, feature, amount, remaining, expires_at, reason, created_by, created_at)
    select ${row.id}, ${row.workspace_id}, ${row.product}, ${name}, ${row.amount}, ${row.amount}, ${row.expires_at}, ${row.reason},
      ${row.created_by}, date_trunc('milliseconds', plinth.now())
    where coalesce(${row.expires_at}::timestamptz > plinth.now(), true)
    returning ${sql.join(creditColumns.map((column) => sql.ref(column)))}`.execute(tables(tx));
  return rows.map(toCredit)[0];
}

/** The credits of a workspace, the newest first, those that are used up or over too. */
export async function listCredits(tx: Tx, workspace_id: string): Promise<Credit[]> {
  const rows = await tables(tx)
    .selectFrom("usage.credits")
    .select(creditColumns)
    .where("workspace_id", "=", workspace_id)
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(1_000)
    .execute();
  return rows.map(toCredit);
}

function toCredit<Row extends { product: string; feature: string }>({ product, feature, ...row }: Row) {
  return { ...row, feature: `${product}.${feature}` };
}

/** Whether there is such a workspace. */
export async function workspaceExists(tx: Tx, workspace_id: string): Promise<boolean> {
  const { rows } = await sql<{ exists: boolean }>`select workspaces.exists(${workspace_id})`.execute(tables(tx));
  return rows[0]?.exists === true;
}

/** What was used on each day of a range, the first and the last included. */
export async function listDaily(
  tx: Tx,
  workspace_id: string,
  { from, to }: { from: string; to: string },
  only: { product: string; name: string } | undefined,
) {
  return tables(tx)
    .selectFrom("usage.workspace_daily_usage")
    .select(["day", "product", "feature", "used"])
    .where("workspace_id", "=", workspace_id)
    .where("day", ">=", from)
    .where("day", "<=", to)
    .$if(only !== undefined, (query) =>
      query.where("product", "=", only?.product ?? "").where("feature", "=", only?.name ?? ""),
    )
    .orderBy("day")
    .orderBy("product")
    .orderBy("feature")
    .execute();
}

/** Gives back what is over on one counter; whether there was one. */
export async function expireNext(tx: Tx): Promise<boolean> {
  const { rows } = await sql<{ expire_next: boolean }>`select usage.expire_next()`.execute(tables(tx));
  return rows[0]?.expire_next === true;
}

/** Makes the log's partitions of this month and the next two. */
export async function makePartitions(tx: Tx): Promise<void> {
  await sql`select usage.make_log_partitions()`.execute(tables(tx));
}
