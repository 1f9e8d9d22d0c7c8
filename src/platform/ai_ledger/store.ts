import type { Position } from "../../core/pages.ts";
import { olderThan, ownTables, sql, type Tx } from "../../core/tables.ts";
import type { BudgetLimits, BudgetScope, LedgerEntry } from "./port.ts";

const tables = ownTables(
  "ai_ledger.ai_usage_events",
  "ai_ledger.usage_days",
  "ai_ledger.spending",
  "ai_ledger.feature_spending",
  "ai_ledger.reservations",
);

/** A call that asks for room, as `ai_ledger.reserve` takes it. */
export interface Asked {
  workspace_id: string;
  user_id: string | null;
  feature: string;
  call_id: string;
  amount: number;
  /** Seconds. */
  ttl: number;
  limits: BudgetLimits;
}

/** A budget without room for the n-th call (from 1). Amounts are whole pico-USD as decimals. */
export interface Refused {
  n: number;
  scope: BudgetScope;
  subject: string;
  limit: string;
  spent: string;
  reserved: string;
  /** Whether nobody was told so far. */
  is_new: boolean;
}

export async function reserve(tx: Tx, asked: Asked[]): Promise<{ day: string; refused: Refused[] }> {
  const { rows } = await sql<{ answer: { day: string; refused: Refused[] } }>`
    select ai_ledger.reserve(${JSON.stringify(asked)}::jsonb) as answer`.execute(tables(tx));
  const [row] = rows;
  if (row === undefined) throw new Error("ai_ledger.reserve did not answer");
  return row.answer;
}

/** Sets more aside for a call that has a reservation; the budget that has no room for it, when one has none. */
export async function extend(tx: Tx, asked: Omit<Asked, "ttl">): Promise<Omit<Refused, "n"> | undefined> {
  const { rows } = await sql<{ refused: Omit<Refused, "n"> | null }>`
    select ai_ledger.extend(${JSON.stringify(asked)}::jsonb) as refused`.execute(tables(tx));
  return rows[0]?.refused ?? undefined;
}

/** An attempt as `ai_ledger.record` takes it. */
export interface Entered extends LedgerEntry {
  id: string;
  workspace_id: string;
  user_id: string | null;
  request_id: string;
  settles: { day: string; total: number } | null;
}

/** A budget of a day. */
export interface BudgetKey {
  /** Left out for a feature's budget over all workspaces. */
  workspace_id?: string;
  day: string;
  scope: BudgetScope;
  subject: string;
}

/** Enters the attempts; answers the budgets that have come to the warning and were not announced. */
export async function record(tx: Tx, entries: Entered[]): Promise<BudgetKey[]> {
  const { rows } = await sql<{ warned: BudgetKey[] }>`
    select ai_ledger.record(${JSON.stringify(entries)}::jsonb) as warned`.execute(tables(tx));
  return rows[0]?.warned ?? [];
}

export async function release(tx: Tx, calls: { workspace_id: string; call_id: string }[]): Promise<void> {
  await sql`select ai_ledger.release(${JSON.stringify(calls)}::jsonb)`.execute(tables(tx));
}

/** Releases reservations whose time is over; how many. */
export async function reap(tx: Tx, most: number): Promise<number> {
  const { rows } = await sql<{ reaped: number }>`select ai_ledger.reap(${most}) as reaped`.execute(tables(tx));
  return rows[0]?.reaped ?? 0;
}

/** Deletes what was kept of reservations that were released so many days ago. */
export async function deleteReleased(tx: Tx, days: number): Promise<void> {
  await tables(tx)
    .deleteFrom("ai_ledger.reservations")
    .where("released_at", "<", sql<Date>`plinth.now() - make_interval(days => ${days})`)
    .execute();
}

/** What stands in a budget. Amounts are whole pico-USD as decimals. */
export interface Standing {
  limit_pico_usd: string | null;
  spent_pico_usd: string;
  reserved_pico_usd: string;
}

/** Notes that a budget was announced; what stands in it, or undefined when it had been before. */
export async function announce(
  tx: Tx,
  what: "warned_at" | "exhausted_at",
  key: BudgetKey,
): Promise<Standing | undefined> {
  const now = sql<Date>`plinth.now()`;
  if (key.workspace_id === undefined) {
    return tables(tx)
      .updateTable("ai_ledger.feature_spending")
      .set({ [what]: now })
      .where("day", "=", key.day)
      .where("feature", "=", key.subject)
      .where(what, "is", null)
      .returning(["limit_pico_usd", "spent_pico_usd", "reserved_pico_usd"])
      .executeTakeFirst();
  }
  return tables(tx)
    .updateTable("ai_ledger.spending")
    .set({ [what]: now })
    .where("workspace_id", "=", key.workspace_id)
    .where("day", "=", key.day)
    .where("scope", "=", key.scope)
    .where("subject", "=", key.subject)
    .where(what, "is", null)
    .returning(["limit_pico_usd", "spent_pico_usd", "reserved_pico_usd"])
    .executeTakeFirst();
}

/** Features' budgets of today, and how many reservations are open. For the metrics. */
export async function listFeatureBudgets(tx: Tx) {
  const { rows } = await sql<Standing & { feature: string }>`
    select feature, limit_pico_usd, spent_pico_usd, reserved_pico_usd from ai_ledger.feature_spending
    where day = (plinth.now() at time zone 'UTC')::date and limit_pico_usd is not null order by feature`.execute(
    tables(tx),
  );
  return rows;
}

export async function countOpenReservations(tx: Tx): Promise<number> {
  const { open } = await tables(tx)
    .selectFrom("ai_ledger.reservations")
    .select((select) => select.fn.countAll<number>().as("open"))
    .where("released_at", "is", null)
    .executeTakeFirstOrThrow();
  return open;
}

/** A workspace's budgets of a day; of persons only the one given. */
export async function listBudgets(
  tx: Tx,
  { workspace_id, day, user_id }: { workspace_id: string; day: string; user_id: string | undefined },
) {
  return tables(tx)
    .selectFrom("ai_ledger.spending")
    .select(["scope", "subject", "limit_pico_usd", "spent_pico_usd", "reserved_pico_usd", "warned_at", "exhausted_at"])
    .where("workspace_id", "=", workspace_id)
    .where("day", "=", day)
    .where((where) => where.or([where("scope", "<>", "user"), where("subject", "=", user_id ?? "")]))
    .orderBy("scope")
    .orderBy("subject")
    .execute();
}

export type Grouping = "day" | "feature" | "model" | "provider";
const groupings: readonly Grouping[] = ["day", "feature", "model", "provider"];

/** Days from and to (both included), and what they are narrowed to. */
export interface UsageRange {
  from: string;
  to: string;
  feature?: string;
  model?: string;
}

/** What was used, as it is summed. */
const sums = sql`sum(calls)::bigint as calls, sum(attempts)::bigint as attempts, sum(failed_attempts)::bigint as failed_attempts,
  sum(estimated_attempts)::bigint as estimated_attempts, sum(input_tokens)::bigint as input_tokens,
  sum(cached_input_tokens)::bigint as cached_input_tokens, sum(cache_write_tokens)::bigint as cache_write_tokens,
  sum(output_tokens)::bigint as output_tokens, sum(reasoning_tokens)::bigint as reasoning_tokens, sum(images)::bigint as images,
  sum(audio_ms)::bigint as audio_ms, sum(cost_pico_usd) as cost_pico_usd`;

export interface UsageSums {
  day?: string;
  feature?: string;
  model?: string;
  provider?: string;
  calls: number;
  attempts: number;
  failed_attempts: number;
  estimated_attempts: number;
  input_tokens: number;
  cached_input_tokens: number;
  cache_write_tokens: number;
  output_tokens: number;
  reasoning_tokens: number;
  images: number;
  audio_ms: number;
  cost_pico_usd: string;
}

/**
 * Daily usage in groups, of one workspace or of all of them; a page of it in the order of the groups, the newest day first, beginning behind `after`, the
 * group's values in their order.
 */
export async function listUsage(
  tx: Tx,
  options: UsageRange & { workspace_id?: string; by: Grouping[]; limit: number; after: string[] | undefined },
): Promise<UsageSums[]> {
  const by = groupings.filter((grouping) => options.by.includes(grouping));
  const columns = sql.join(by.map((name) => sql.ref(name)));
  // The day counts backwards, so that one comparison of rows finds the page.
  const position = sql.join(by.map((name) => (name === "day" ? sql`(date '9999-12-31' - day)` : sql.ref(name))));
  const start =
    options.after === undefined
      ? sql`true`
      : sql`(${position}) > (${sql.join(by.map((name, i) => (name === "day" ? sql`(date '9999-12-31' - ${options.after?.[i]}::date)` : sql`${options.after?.[i]}`)))})`;
  const { rows } = await sql<UsageSums>`
    select ${columns}, ${sums} from ai_ledger.usage_days
    where day between ${options.from}::date and ${options.to}::date
      and (${options.workspace_id ?? null}::uuid is null or workspace_id = ${options.workspace_id ?? null})
      and (${options.feature ?? null}::text is null or feature = ${options.feature ?? null})
      and (${options.model ?? null}::text is null or model = ${options.model ?? null})
      and ${start}
    group by ${columns} order by ${position} limit ${options.limit + 1}`.execute(tables(tx));
  return rows;
}

/** The sums of the whole range. */
export async function sumUsage(
  tx: Tx,
  options: UsageRange & { workspace_id?: string },
): Promise<UsageSums | undefined> {
  const { rows } = await sql<UsageSums>`
    select ${sums} from ai_ledger.usage_days
    where day between ${options.from}::date and ${options.to}::date
      and (${options.workspace_id ?? null}::uuid is null or workspace_id = ${options.workspace_id ?? null})
      and (${options.feature ?? null}::text is null or feature = ${options.feature ?? null})
      and (${options.model ?? null}::text is null or model = ${options.model ?? null})
    having count(*) > 0`.execute(tables(tx));
  return rows[0];
}

/** What a list of attempts is narrowed to. */
export interface EventFilter {
  call_id?: string;
  user_id?: string;
  feature?: string;
  model?: string;
  outcome?: LedgerEntry["outcome"];
  day?: string;
}

/** Attempts of a workspace, the newest first; one more than the limit where there are more. */
export async function listEvents(
  tx: Tx,
  workspace_id: string,
  { limit, after, ...filter }: EventFilter & { limit: number; after: Position | undefined },
) {
  let query = tables(tx)
    .selectFrom("ai_ledger.ai_usage_events")
    .selectAll()
    .where("workspace_id", "=", workspace_id)
    .where(olderThan(after));
  for (const name of ["call_id", "user_id", "feature", "model", "outcome", "day"] as const) {
    const value = filter[name];
    if (value !== undefined) query = query.where(name, "=", value);
  }
  return query
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
}
