import type { Position } from "../../core/pages.ts";
import { ownTables, sql, type Tx } from "../../core/tables.ts";
import type { Endpoint } from "./schema.ts";

const tables = ownTables("webhooks.endpoints");

const now = sql<Date>`plinth.now()`;
const toTheMillisecond = sql<Date>`date_trunc('milliseconds', plinth.now())`;
const columns = [
  ...([
    "id",
    "url",
    "description",
    "event_types",
    "enabled",
    "disabled_reason",
    "disabled_at",
    "failing_since",
  ] as const),
  ...(["previous_secret_until", "created_at", "updated_at"] as const),
] as const;

/** `disabled_reason` holds what the column's check allows. */
const typed = <Row extends { disabled_reason: string | null }>(row: Row) => ({
  ...row,
  disabled_reason: row.disabled_reason as Endpoint["disabled_reason"],
});

/** Endpoints of a workspace are made one after the other, so that their number holds. */
export async function lockEndpoints(tx: Tx, workspace_id: string): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`webhooks:${workspace_id}`}, 0))`.execute(tables(tx));
  const { count } = await tables(tx)
    .selectFrom("webhooks.endpoints")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("workspace_id", "=", workspace_id)
    .executeTakeFirstOrThrow();
  return count;
}

export interface NewEndpointRow {
  id: string;
  workspace_id: string;
  url: string;
  description: string | null;
  event_types: string[];
  enabled: boolean;
  secret_sealed: Buffer;
}

export async function insertEndpoint(tx: Tx, row: NewEndpointRow): Promise<Endpoint> {
  const off = row.enabled ? {} : { disabled_reason: "manual", disabled_at: now };
  const inserted = await tables(tx)
    .insertInto("webhooks.endpoints")
    .values({ ...row, ...off, created_at: toTheMillisecond, updated_at: now })
    .returning(columns)
    .executeTakeFirstOrThrow();
  return typed(inserted);
}

export async function findEndpoint(tx: Tx, workspace_id: string, id: string): Promise<Endpoint | undefined> {
  const row = await tables(tx)
    .selectFrom("webhooks.endpoints")
    .select(columns)
    .where("workspace_id", "=", workspace_id)
    .where("id", "=", id)
    .executeTakeFirst();
  return row === undefined ? undefined : typed(row);
}

export async function listEndpoints(
  tx: Tx,
  workspace_id: string,
  after: Position | undefined,
  limit: number,
): Promise<Endpoint[]> {
  const rows = await tables(tx)
    .selectFrom("webhooks.endpoints")
    .select(columns)
    .where("workspace_id", "=", workspace_id)
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(created_at, id) < (${after?.created_at}, ${after?.id})`),
    )
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return rows.map(typed);
}

/** Changes what is given. One that is turned on begins anew; one that was off already keeps why. */
export async function updateEndpoint(
  tx: Tx,
  at: { workspace_id: string; id: string },
  { enabled, ...change }: { url?: string; description?: string | null; event_types?: string[]; enabled?: boolean },
): Promise<Endpoint | undefined> {
  const on = { enabled: true, disabled_reason: null, disabled_at: null, failing_since: null };
  const off = {
    enabled: false,
    disabled_reason: sql<string>`coalesce(disabled_reason, 'manual')`,
    disabled_at: sql<Date>`coalesce(disabled_at, plinth.now())`,
  };
  const row = await tables(tx)
    .updateTable("webhooks.endpoints")
    .set({ ...change, ...(enabled === undefined ? {} : enabled ? on : off), updated_at: now })
    .where("workspace_id", "=", at.workspace_id)
    .where("id", "=", at.id)
    .returning(columns)
    .executeTakeFirst();
  return row === undefined ? undefined : typed(row);
}

/** Another secret; the present one signs along for the overlap. */
export async function replaceSecret(
  tx: Tx,
  at: { workspace_id: string; id: string },
  secret: { sealed: Buffer; overlap_hours: number },
): Promise<Endpoint | undefined> {
  const overlaps = secret.overlap_hours > 0;
  const row = await tables(tx)
    .updateTable("webhooks.endpoints")
    .set((eb) => ({
      secret_sealed: secret.sealed,
      previous_secret_sealed: overlaps ? eb.ref("secret_sealed") : null,
      previous_secret_until: overlaps
        ? sql<Date>`plinth.now() + make_interval(hours => ${secret.overlap_hours})`
        : null,
      updated_at: now,
    }))
    .where("workspace_id", "=", at.workspace_id)
    .where("id", "=", at.id)
    .returning(columns)
    .executeTakeFirst();
  return row === undefined ? undefined : typed(row);
}

export async function deleteEndpoint(tx: Tx, workspace_id: string, id: string): Promise<boolean> {
  const { numDeletedRows } = await tables(tx)
    .deleteFrom("webhooks.endpoints")
    .where("workspace_id", "=", workspace_id)
    .where("id", "=", id)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** The workspace's endpoints that want events of the type, disabled ones among them. */
export async function endpointsFor(tx: Tx, workspace_id: string, event_type: string) {
  return tables(tx)
    .selectFrom("webhooks.endpoints")
    .select(["id", "enabled"])
    .where("workspace_id", "=", workspace_id)
    .where(sql<boolean>`event_types && ${["*", event_type]}::text[]`)
    .execute();
}

/** What arrived ends a time of failures. Writes nothing while there is none, so that deliveries do not wait for each other. */
export async function noteArrival(tx: Tx, workspace_id: string, id: string): Promise<void> {
  await tables(tx)
    .updateTable("webhooks.endpoints")
    .set({ failing_since: null })
    .where("workspace_id", "=", workspace_id)
    .where("id", "=", id)
    .where("failing_since", "is not", null)
    .execute();
}

/** Notes the first failure since something arrived. */
export async function noteFailure(tx: Tx, workspace_id: string, id: string): Promise<void> {
  await tables(tx)
    .updateTable("webhooks.endpoints")
    .set({ failing_since: now })
    .where("workspace_id", "=", workspace_id)
    .where("id", "=", id)
    .where("failing_since", "is", null)
    .execute();
}

/** Turns an endpoint off that answered that it is gone, or has only failed for so many days; whether it was this that turned it off. */
export async function disableEndpoint(
  tx: Tx,
  at: { workspace_id: string; id: string },
  why: { reason: "gone" } | { reason: "failing"; days: number },
): Promise<boolean> {
  const { numUpdatedRows } = await tables(tx)
    .updateTable("webhooks.endpoints")
    .set({ enabled: false, disabled_reason: why.reason, disabled_at: now, updated_at: now })
    .where("workspace_id", "=", at.workspace_id)
    .where("id", "=", at.id)
    .where("enabled", "=", true)
    .$if(why.reason === "failing", (query) =>
      query.where(
        sql<boolean>`failing_since <= plinth.now() - make_interval(days => ${why.reason === "failing" ? why.days : 0})`,
      ),
    )
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Forgets secrets whose overlap is over. */
export async function forgetOldSecrets(tx: Tx): Promise<void> {
  await tables(tx)
    .updateTable("webhooks.endpoints")
    .set({ previous_secret_sealed: null, previous_secret_until: null })
    .where("previous_secret_until", "<", now)
    .execute();
}
