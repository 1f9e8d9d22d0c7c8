import { ownTables, sql, type Tx } from "../../core/tables.ts";

const tables = ownTables("ai.ai_usage_events");

/** One attempt on the wire as it is entered. */
export interface NewUsageEvent {
  id: string;
  workspace_id: string;
  user_id: string | null;
  call_id: string;
  attempt: number;
  feature: string;
  provider: string;
  model: string;
  outcome: "ok" | "error" | "timeout" | "aborted";
  error_code: string | null;
  input_tokens: number;
  cached_input_tokens: number;
  output_tokens: number;
  estimated: boolean;
  cost_pico_usd: number;
  latency_ms: number;
  request_id: string;
}

export async function insertUsageEvent(tx: Tx, event: NewUsageEvent): Promise<void> {
  await tables(tx)
    .insertInto("ai.ai_usage_events")
    .values({ ...event, created_at: sql<Date>`plinth.now()` })
    .execute();
}
