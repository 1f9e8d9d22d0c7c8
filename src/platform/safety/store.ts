import { ownTables, sql, type Tx } from "../../core/tables.ts";

const tables = ownTables("safety.safety_events");

export interface NewSafetyEvent {
  id: string;
  workspace_id: string;
  user_id: string | null;
  feature: string;
  status: "caution" | "crisis";
  categories: string[];
  rule_ids: string[];
  policy_version: string;
  locale: string;
  content_hash: Buffer;
  request_id: string;
}

export async function insertSafetyEvent(tx: Tx, event: NewSafetyEvent): Promise<void> {
  await tables(tx)
    .insertInto("safety.safety_events")
    .values({ ...event, created_at: sql<Date>`plinth.now()` })
    .execute();
}
