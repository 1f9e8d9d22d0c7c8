import type { Position } from "../../core/pages.ts";
import { olderThan, ownTables, sql, type Tx } from "../../core/tables.ts";
import type { ApiKey } from "./schema.ts";

const tables = ownTables("api_keys.keys");

const now = sql<Date>`plinth.now()`;

const columns = [
  "id",
  "name",
  "last4",
  "environment",
  "scopes",
  "role",
  "allowed_addresses",
  "rate_per_minute",
  "created_by",
  "created_at",
  "expires_at",
  "last_used_at",
  "rotated_at",
  "previous_expires_at",
  "revoked_at",
] as const;

type KeyRow = Omit<ApiKey, "prefix">;
const typed = <R extends { environment: string; role: string }>(row: R) => ({
  ...row,
  environment: row.environment as ApiKey["environment"],
  role: row.role as ApiKey["role"],
});

export interface NewKeyRow {
  id: string;
  workspace_id: string;
  name: string;
  environment: string;
  secret_hash: Buffer;
  last4: string;
  scopes: string[];
  role: string;
  allowed_addresses: string[];
  rate_per_minute: number | null;
  created_by: string;
  expires_at: Date | null;
}

export async function insertKey(tx: Tx, key: NewKeyRow): Promise<KeyRow> {
  return typed(
    await tables(tx)
      .insertInto("api_keys.keys")
      .values({ ...key, created_at: sql<Date>`date_trunc('milliseconds', plinth.now())` })
      .returning(columns)
      .executeTakeFirstOrThrow(),
  );
}

/** Makes those who add keys to a workspace wait for each other, so that its quota holds. */
export async function lockKeys(tx: Tx, workspace_id: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`api_keys:${workspace_id}`}, 0))`.execute(tables(tx));
}

/** Keys that are good. */
export async function countKeys(tx: Tx, workspace_id: string): Promise<number> {
  const { live } = await tables(tx)
    .selectFrom("api_keys.keys")
    .select((eb) => eb.fn.countAll<number>().as("live"))
    .where("workspace_id", "=", workspace_id)
    .where("revoked_at", "is", null)
    .where(sql<boolean>`(expires_at is null or expires_at > plinth.now())`)
    .executeTakeFirstOrThrow();
  return live;
}

export async function listKeys(
  tx: Tx,
  workspace_id: string,
  after: Position | undefined,
  limit: number,
): Promise<KeyRow[]> {
  const rows = await tables(tx)
    .selectFrom("api_keys.keys")
    .select(columns)
    .where("workspace_id", "=", workspace_id)
    .where(olderThan(after))
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return rows.map(typed);
}

export async function findKey(tx: Tx, workspace_id: string, id: string): Promise<KeyRow | undefined> {
  const row = await tables(tx)
    .selectFrom("api_keys.keys")
    .select(columns)
    .where("workspace_id", "=", workspace_id)
    .where("id", "=", id)
    .executeTakeFirst();
  return row === undefined ? undefined : typed(row);
}

export interface KeyChange {
  name?: string;
  scopes?: string[];
  allowed_addresses?: string[];
  rate_per_minute?: number | null;
}

/** Changes a key that is not revoked; undefined when there is none. */
export async function updateKey(tx: Tx, workspace_id: string, id: string, change: KeyChange) {
  const row = await tables(tx)
    .updateTable("api_keys.keys")
    .set({ ...change, updated_at: now })
    .where("workspace_id", "=", workspace_id)
    .where("id", "=", id)
    .where("revoked_at", "is", null)
    .returning(columns)
    .executeTakeFirst();
  return row === undefined ? undefined : typed(row);
}

/** Gives a key another secret; the present one stays good for the overlap. One statement, so that nothing is lost between two. */
export async function rotateKey(
  tx: Tx,
  key: { workspace_id: string; id: string; secret_hash: Buffer; last4: string; overlap_hours: number },
): Promise<KeyRow | undefined> {
  const { workspace_id, id, secret_hash, last4, overlap_hours } = key;
  const overlaps = overlap_hours > 0;
  const row = await tables(tx)
    .updateTable("api_keys.keys")
    .set((eb) => ({
      previous_secret_hash: overlaps ? eb.ref("secret_hash") : null,
      previous_expires_at: overlaps ? sql<Date>`plinth.now() + make_interval(hours => ${overlap_hours})` : null,
      secret_hash,
      last4,
      rotated_at: now,
      updated_at: now,
    }))
    .where("workspace_id", "=", workspace_id)
    .where("id", "=", id)
    .where("revoked_at", "is", null)
    .returning(columns)
    .executeTakeFirst();
  return row === undefined ? undefined : typed(row);
}

/** Ends a key for good; false when there is none that is good. */
export async function revokeKey(tx: Tx, workspace_id: string, id: string): Promise<boolean> {
  const row = await tables(tx)
    .updateTable("api_keys.keys")
    .set({ revoked_at: now, previous_secret_hash: null, previous_expires_at: null, updated_at: now })
    .where("workspace_id", "=", workspace_id)
    .where("id", "=", id)
    .where("revoked_at", "is", null)
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

/** A key that is not revoked, with what is checked of it at every call; its maker may sign in. */
export async function findLiveKey(tx: Tx, id: string) {
  const row = await tables(tx)
    .selectFrom("api_keys.keys")
    .select(["id", "workspace_id", "environment", "secret_hash", "previous_secret_hash", "previous_expires_at"])
    .select(["scopes", "role", "allowed_addresses", "rate_per_minute", "created_by", "expires_at"])
    .where("id", "=", id)
    .where("revoked_at", "is", null)
    .where(sql<boolean>`identity.is_active(created_by)`)
    .executeTakeFirst();
  return row === undefined ? undefined : typed(row);
}

/** Notes that a key was used, at most once a minute. */
export async function touchKey(tx: Tx, id: string): Promise<void> {
  await tables(tx)
    .updateTable("api_keys.keys")
    .set({ last_used_at: sql<Date>`date_trunc('minute', plinth.now())` })
    .where("id", "=", id)
    .where(sql<boolean>`(last_used_at is null or last_used_at < plinth.now() - interval '1 minute')`)
    .execute();
}
