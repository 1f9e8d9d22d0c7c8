import { ownTables, sql, type Tx } from "../../core/tables.ts";

const tables = ownTables("usage.usage_counters", "usage.usage_logs", "usage.workspace_daily_usage");

export interface Consumption {
  outcome: "ok" | "replayed" | "conflict" | "limit_reached" | "missing" | "stale";
  limit_value: number | null;
  used: number;
  resets_at: Date | null;
}

export interface ConsumeInput {
  workspace_id: string;
  user_id: string | null;
  product: string;
  feature: string;
  amount: number;
  idempotency_key: string;
  log_id: string;
}

/** The whole of a consumption in one call: limit, counter, log and daily aggregate. */
export async function consume(tx: Tx, input: ConsumeInput): Promise<Consumption> {
  const { rows } = await sql<Consumption>`
    select * from usage.consume(${input.workspace_id}, ${input.user_id}, ${input.product}, ${input.feature}, ${input.amount},
      ${input.idempotency_key}, ${input.log_id})`.execute(tables(tx));
  const [row] = rows;
  if (row === undefined) throw new Error("usage.consume did not answer");
  return row;
}

export async function giveBack(tx: Tx, input: Pick<ConsumeInput, "workspace_id" | "idempotency_key" | "log_id">) {
  const { rows } = await sql<{ outcome: "ok" | "already" | "unknown" }>`
    select * from usage.give_back(${input.workspace_id}, ${input.idempotency_key}, ${input.log_id})`.execute(
    tables(tx),
  );
  return rows[0]?.outcome;
}

/** The counters of a workspace and of one member that run now. */
export async function listCounters(tx: Tx, workspace_id: string, user_id: string | undefined) {
  return tables(tx)
    .selectFrom("usage.usage_counters")
    .select(["product", "feature", "subject_id", "used", "window_end"])
    .where("workspace_id", "=", workspace_id)
    .where("subject_id", "in", user_id === undefined ? [workspace_id] : [workspace_id, user_id])
    .where((eb) => eb.or([eb("window_end", "is", null), eb("window_end", ">", sql<Date>`plinth.now()`)]))
    .execute();
}
