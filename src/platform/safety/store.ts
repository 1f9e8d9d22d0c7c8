import type { Position } from "../../core/pages.ts";
import { olderThan, ownTables, sql, type Tx } from "../../core/tables.ts";
import type { Direction, ReferralLine, SafetyEvent, SafetyEventQuery } from "./schema.ts";

const tables = ownTables("safety.safety_events", "safety.referral_days");

export interface NewSafetyEvent {
  id: string;
  workspace_id: string;
  user_id: string | null;
  feature: string;
  direction: Direction;
  status: "caution" | "crisis";
  categories: string[];
  rule_ids: string[];
  policy_version: string;
  locale: string;
  content_hash: Buffer;
  request_id: string;
  /** What was written, sealed, and for how many days it is kept; only with consent. */
  kept?: { text_sealed: Buffer; days: number };
}

/** A trigger counts the referral of a crisis in the same transaction. */
export async function insertSafetyEvent(tx: Tx, { kept, ...event }: NewSafetyEvent): Promise<void> {
  await tables(tx)
    .insertInto("safety.safety_events")
    .values({
      ...event,
      created_at: sql<Date>`date_trunc('milliseconds', plinth.now())`,
      text_sealed: kept?.text_sealed ?? null,
      text_kept_until:
        kept === undefined ? null : sql<Date>`plinth.now() + make_interval(days => ${kept.days}::integer)`,
    })
    .execute();
}

/** Events of a workspace, the newest first. Neither who it was nor what was written. */
export async function listSafetyEvents(
  tx: Tx,
  workspace_id: string,
  { status, direction, category, feature, from, to, limit }: SafetyEventQuery,
  after: Position | undefined,
): Promise<SafetyEvent[]> {
  const rows = await tables(tx)
    .selectFrom("safety.safety_events")
    .select(["id", "feature", "direction", "status", "categories", "rule_ids", "policy_version", "locale"])
    .select(["request_id", "created_at"])
    .where("workspace_id", "=", workspace_id)
    .$if(status !== undefined, (query) => query.where("status", "=", status ?? ""))
    .$if(direction !== undefined, (query) => query.where("direction", "=", direction ?? ""))
    .$if(category !== undefined, (query) => query.where(sql<boolean>`${category} = any(categories)`))
    .$if(feature !== undefined, (query) => query.where("feature", "=", feature ?? ""))
    .$if(from !== undefined, (query) => query.where("created_at", ">=", new Date(from ?? 0)))
    .$if(to !== undefined, (query) => query.where("created_at", "<", new Date(to ?? 0)))
    .where(olderThan(after))
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return rows.map((row) => ({
    ...row,
    direction: row.direction as Direction,
    status: row.status as SafetyEvent["status"],
  }));
}

/** The sealed text of an event, while it is kept. */
export async function findKeptText(tx: Tx, workspace_id: string, id: string): Promise<Buffer | undefined> {
  const row = await tables(tx)
    .selectFrom("safety.safety_events")
    .select("text_sealed")
    .where("workspace_id", "=", workspace_id)
    .where("id", "=", id)
    .where("text_kept_until", ">", sql<Date>`plinth.now()`)
    .executeTakeFirst();
  return row?.text_sealed ?? undefined;
}

/** Referrals of a calendar year (UTC) by month, category and country. */
export async function listReferrals(tx: Tx, year: number): Promise<ReferralLine[]> {
  const { rows } = await sql<ReferralLine>`
    select to_char(day, 'YYYY-MM') as month, category, country, sum(referrals)::bigint as referrals
    from safety.referral_days
    where day >= make_date(${year}::integer, 1, 1) and day < make_date(${year}::integer + 1, 1, 1)
    group by 1, 2, 3 order by 1, 2, 3`.execute(tables(tx));
  return rows;
}

/** Forgets the texts whose time is over. */
export async function forgetTexts(tx: Tx): Promise<void> {
  await tables(tx)
    .updateTable("safety.safety_events")
    .set({ text_sealed: null, text_kept_until: null })
    .where("text_kept_until", "<=", sql<Date>`plinth.now()`)
    .execute();
}

/** Takes a person and what they wrote out of their events, in every workspace that the transaction sees; the events stay. */
export async function forgetPerson(tx: Tx, user_id: string): Promise<void> {
  await tables(tx)
    .updateTable("safety.safety_events")
    .set({ user_id: null, text_sealed: null, text_kept_until: null })
    .where("user_id", "=", user_id)
    .execute();
}

/** Deletes the events that are older than so many days; the counts stay. */
export async function deleteOldEvents(tx: Tx, days: number): Promise<void> {
  await tables(tx)
    .deleteFrom("safety.safety_events")
    .where("created_at", "<", sql<Date>`plinth.now() - make_interval(days => ${days}::integer)`)
    .execute();
}
