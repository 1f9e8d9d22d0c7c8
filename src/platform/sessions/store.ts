import type { Position } from "../../core/pages.ts";
import { olderThan, ownTables, sql, type Tx } from "../../core/tables.ts";
import type { StoredKey } from "./access-tokens.ts";
import type { SessionState } from "./rules.ts";
import type { Device, Session, Transport } from "./schema.ts";

const tables = ownTables("sessions.sessions", "sessions.signing_keys");

const now = sql<Date>`plinth.now()`;
const inSeconds = (seconds: number) => sql<Date>`plinth.now() + make_interval(secs => ${seconds})`;

export interface NewSession extends Device {
  id: string;
  user_id: string;
  refresh_token_hash: Buffer;
  methods: string[];
  transport: Transport;
  client_network: string;
  impersonator_id?: string;
  impersonation_reason?: string;
  idle_seconds: number;
  absolute_seconds: number;
}

export async function insertSession(tx: Tx, session: NewSession): Promise<void> {
  const { idle_seconds, absolute_seconds, ...row } = session;
  await tables(tx)
    .insertInto("sessions.sessions")
    .values({
      ...row,
      created_at: sql<Date>`date_trunc('milliseconds', plinth.now())`,
      last_seen_at: now,
      rotated_at: now,
      authenticated_at: now,
      idle_expires_at: inSeconds(Math.min(idle_seconds, absolute_seconds)),
      expires_at: inSeconds(absolute_seconds),
    })
    .execute();
}

/** Exchanges the live token of a generation for the next: a compare-and-swap, so that of any number at once one succeeds. */
export async function rotateSession(
  tx: Tx,
  swap: { session_id: string; generation: number; token_hash: Buffer; next_hash: Buffer; idle_seconds: number },
) {
  return tables(tx)
    .updateTable("sessions.sessions")
    .set({
      generation: swap.generation + 1,
      refresh_token_hash: swap.next_hash,
      rotated_at: now,
      last_seen_at: now,
      idle_expires_at: sql<Date>`least(expires_at, ${inSeconds(swap.idle_seconds)})`,
    })
    .where("id", "=", swap.session_id)
    .where("generation", "=", swap.generation)
    .where("refresh_token_hash", "=", swap.token_hash)
    .where("revoked_at", "is", null)
    .where("impersonator_id", "is", null)
    .where("idle_expires_at", ">", now)
    .where("expires_at", ">", now)
    .returning("user_id")
    .executeTakeFirst();
}

/** Locks a session for the decision about a spent token; with the time of this transaction. */
export async function lockSession(
  tx: Tx,
  id: string,
): Promise<(SessionState & { user_id: string; now: Date }) | undefined> {
  return tables(tx)
    .selectFrom("sessions.sessions")
    .select(["user_id", "generation", "rotated_at", "revoked_at", "idle_expires_at", "expires_at", now.as("now")])
    .where("id", "=", id)
    .forUpdate()
    .executeTakeFirst();
}

/** Ends a person's session. Returns whether there was one that lived. */
export async function revokeSession(tx: Tx, user_id: string, id: string, reason: string): Promise<boolean> {
  const row = await tables(tx)
    .updateTable("sessions.sessions")
    .set({ revoked_at: now, revoked_reason: reason })
    .where("id", "=", id)
    .where("user_id", "=", user_id)
    .where("revoked_at", "is", null)
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

/** Ends every session of a person, and those in which the person acts as others, but the one given; returns those that lived. */
export async function revokeSessions(
  tx: Tx,
  user_id: string,
  reason: string,
  except: string | undefined,
): Promise<string[]> {
  const rows = await tables(tx)
    .updateTable("sessions.sessions")
    .set({ revoked_at: now, revoked_reason: reason })
    .where((eb) => eb.or([eb("user_id", "=", user_id), eb("impersonator_id", "=", user_id)]))
    .where("revoked_at", "is", null)
    .$if(except !== undefined, (query) => query.where("id", "!=", except ?? ""))
    .returning("id")
    .execute();
  return rows.map(({ id }) => id);
}

/** Ends the sessions in which an administrator acts as others. */
export async function revokeActing(tx: Tx, impersonator_id: string): Promise<string[]> {
  const rows = await tables(tx)
    .updateTable("sessions.sessions")
    .set({ revoked_at: now, revoked_reason: "administrator_no_longer" })
    .where("impersonator_id", "=", impersonator_id)
    .where("revoked_at", "is", null)
    .returning("id")
    .execute();
  return rows.map(({ id }) => id);
}

/** Notes that the person has proved anew who they are. */
export async function confirmSession(tx: Tx, id: string, methods: string[]): Promise<void> {
  await tables(tx)
    .updateTable("sessions.sessions")
    .set({ authenticated_at: now, methods })
    .where("id", "=", id)
    .where("revoked_at", "is", null)
    .execute();
}

/** A session that lives, of a person who may sign in. */
export async function findSession(tx: Tx, id: string) {
  return tables(tx)
    .selectFrom("sessions.sessions")
    .select(["id", "user_id", "expires_at", "authenticated_at", "impersonator_id"])
    .where("id", "=", id)
    .where("revoked_at", "is", null)
    .where("expires_at", ">", now)
    .where(sql<boolean>`identity.is_active(user_id)`)
    .executeTakeFirst();
}

export async function listSessions(
  tx: Tx,
  user_id: string,
  after: Position | undefined,
  limit: number,
): Promise<Omit<Session, "current">[]> {
  const rows = await tables(tx)
    .selectFrom("sessions.sessions")
    .select(["id", "ip_address", "user_agent", "device_label", "transport", "methods", "created_at", "last_seen_at"])
    .select(["expires_at", sql<boolean>`impersonator_id is not null`.as("impersonated")])
    .where("user_id", "=", user_id)
    .where("revoked_at", "is", null)
    .where("idle_expires_at", ">", now)
    .where(olderThan(after))
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return rows.map((row) => ({ ...row, transport: row.transport as Transport }));
}

/** Whether the person has had a session from this client network within the last 90 days. */
export async function hasSessionFrom(tx: Tx, user_id: string, client_network: string): Promise<boolean> {
  const row = await tables(tx)
    .selectFrom("sessions.sessions")
    .select("id")
    .where("user_id", "=", user_id)
    .where("client_network", "=", client_network)
    .where("impersonator_id", "is", null)
    .where("created_at", ">", sql<Date>`plinth.now() - interval '90 days'`)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Makes processes that look after the keys wait for each other, until the transaction ends. */
export async function lockSigningKeys(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('sessions.signing_keys', 0))`.execute(tables(tx));
}

/** Every key that is not retired, the oldest first. */
export async function listSigningKeys(tx: Tx): Promise<StoredKey[]> {
  const rows = await tables(tx)
    .selectFrom("sessions.signing_keys")
    .select(["kid", "public_jwk", "private_jwk_sealed", "created_at", "active_from"])
    .where("retired_at", "is", null)
    .orderBy("active_from")
    .orderBy("kid")
    .execute();
  return rows.map((row) => ({ ...row, public_jwk: row.public_jwk as StoredKey["public_jwk"] }));
}

export async function insertSigningKey(
  tx: Tx,
  key: Pick<StoredKey, "kid" | "public_jwk" | "private_jwk_sealed">,
  lead_minutes: number,
): Promise<void> {
  await tables(tx)
    .insertInto("sessions.signing_keys")
    .values({
      ...key,
      public_jwk: JSON.stringify(key.public_jwk),
      created_at: now,
      active_from: inSeconds(lead_minutes * 60),
    })
    .execute();
}

/** Takes keys out of use and forgets their private parts. Returns how many there were. */
export async function retireSigningKeys(tx: Tx, kids: string[]): Promise<number> {
  const result = await tables(tx)
    .updateTable("sessions.signing_keys")
    .set({ retired_at: now, private_jwk_sealed: Buffer.alloc(0) })
    .where("kid", "in", kids)
    .where("retired_at", "is", null)
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

/** Forgets sessions that ended long ago. */
export async function deleteEndedSessions(tx: Tx): Promise<void> {
  await tables(tx)
    .deleteFrom("sessions.sessions")
    .where((eb) => eb.fn.coalesce("revoked_at", "expires_at"), "<", sql<Date>`plinth.now() - interval '90 days'`)
    .execute();
}
