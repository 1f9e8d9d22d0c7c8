import { ownTables, sql, type Tx } from "../../core/tables.ts";
import type { SessionState } from "./rules.ts";
import type { Device } from "./schema.ts";
import type { StoredKey } from "./tokens.ts";

const tables = ownTables(
  "identity.users",
  "identity.passwords",
  "identity.sessions",
  "identity.one_time_tokens",
  "identity.signing_keys",
);

const now = sql<Date>`plinth.now()`;

export interface NewUser {
  id: string;
  email: string;
  email_normalized: string;
  full_name: string;
  password_hash: string;
}

/** Inserts a person; undefined when the address has an account. */
export async function insertUser(tx: Tx, { password_hash, ...user }: NewUser): Promise<string | undefined> {
  const row = await tables(tx)
    .insertInto("identity.users")
    .values({ ...user, created_at: now, updated_at: now })
    .onConflict((conflict) => conflict.column("email_normalized").doNothing())
    .returning("id")
    .executeTakeFirst();
  if (row !== undefined) await upsertPassword(tx, user.id, password_hash);
  return row?.id;
}

/** Locks the person with this address, so that two registrations with it wait for each other. */
export async function lockUserByEmail(tx: Tx, email_normalized: string) {
  return tables(tx)
    .selectFrom("identity.users")
    .select(["id", "email_verified_at"])
    .where("email_normalized", "=", email_normalized)
    .forUpdate()
    .executeTakeFirstOrThrow();
}

/** Gives an address that nobody has proved yet to whoever registered with it last. */
export async function replaceUnverified(
  tx: Tx,
  id: string,
  { full_name, email, password_hash }: NewUser,
): Promise<void> {
  await tables(tx)
    .updateTable("identity.users")
    .set({ full_name, email, updated_at: now })
    .where("id", "=", id)
    .execute();
  await upsertPassword(tx, id, password_hash);
}

async function upsertPassword(tx: Tx, user_id: string, hash: string): Promise<void> {
  await tables(tx)
    .insertInto("identity.passwords")
    .values({ user_id, hash, updated_at: now })
    .onConflict((conflict) => conflict.column("user_id").doUpdateSet({ hash, updated_at: now }))
    .execute();
}

export async function findByEmail(tx: Tx, email_normalized: string) {
  return tables(tx)
    .selectFrom("identity.users as u")
    .leftJoin("identity.passwords as p", "p.user_id", "u.id")
    .select(["u.id", "u.status", "u.email_verified_at", "p.hash"])
    .where("u.email_normalized", "=", email_normalized)
    .executeTakeFirst();
}

/** Makes the one live token of this purpose; the one before it dies. */
export async function insertVerification(
  tx: Tx,
  token: { id: string; user_id: string; token_hash: Buffer; hours: number },
) {
  const { hours, ...row } = token;
  await tables(tx)
    .updateTable("identity.one_time_tokens")
    .set({ used_at: now })
    .where("user_id", "=", token.user_id)
    .where("purpose", "=", "verify_email")
    .where("used_at", "is", null)
    .execute();
  await tables(tx)
    .insertInto("identity.one_time_tokens")
    .values((eb) => ({
      ...row,
      purpose: "verify_email",
      email_normalized: eb.selectFrom("identity.users").select("email_normalized").where("id", "=", token.user_id),
      expires_at: sql<Date>`plinth.now() + make_interval(hours => ${hours})`,
    }))
    .execute();
}

/** Redeems a token: one statement, so that of any number at once one succeeds. Returns whose it was. */
export async function redeemVerification(tx: Tx, token_hash: Buffer): Promise<string | undefined> {
  const { rows } = await sql<{ user_id: string }>`
    update identity.one_time_tokens t set used_at = plinth.now() from identity.users u
    where t.token_hash = ${token_hash} and t.purpose = 'verify_email' and t.used_at is null and plinth.now() < t.expires_at
      and u.id = t.user_id and u.email_normalized = t.email_normalized
    returning t.user_id`.execute(tables(tx));
  return rows[0]?.user_id;
}

export async function setVerified(tx: Tx, user_id: string): Promise<void> {
  await tables(tx)
    .updateTable("identity.users")
    .set({ email_verified_at: sql<Date>`coalesce(email_verified_at, plinth.now())`, updated_at: now })
    .where("id", "=", user_id)
    .execute();
}

/** Whom to write to about a token that still lives. */
export async function findLiveVerification(tx: Tx, token_id: string) {
  return tables(tx)
    .selectFrom("identity.one_time_tokens as t")
    .innerJoin("identity.users as u", "u.id", "t.user_id")
    .select(["u.email", "u.full_name"])
    .where("t.id", "=", token_id)
    .where("t.used_at", "is", null)
    .where("t.expires_at", ">", now)
    .executeTakeFirst();
}

export async function findAddressee(tx: Tx, user_id: string) {
  return tables(tx)
    .selectFrom("identity.users")
    .select(["email", "full_name"])
    .where("id", "=", user_id)
    .executeTakeFirst();
}

export interface NewSession extends Device {
  id: string;
  user_id: string;
  refresh_token_hash: Buffer;
  idle_days: number;
  absolute_days: number;
}

export async function insertSession(tx: Tx, { idle_days, absolute_days, ...session }: NewSession): Promise<void> {
  await tables(tx)
    .insertInto("identity.sessions")
    .values({
      ...session,
      created_at: now,
      last_seen_at: now,
      rotated_at: now,
      idle_expires_at: sql<Date>`plinth.now() + make_interval(days => ${Math.min(idle_days, absolute_days)})`,
      expires_at: sql<Date>`plinth.now() + make_interval(days => ${absolute_days})`,
    })
    .execute();
}

/** Exchanges the live token of a generation for the next: a compare-and-swap, so that of any number at once one succeeds. */
export async function rotateSession(
  tx: Tx,
  swap: { session_id: string; generation: number; token_hash: Buffer; next_hash: Buffer; idle_days: number },
) {
  return tables(tx)
    .updateTable("identity.sessions")
    .set({
      generation: swap.generation + 1,
      refresh_token_hash: swap.next_hash,
      rotated_at: now,
      last_seen_at: now,
      idle_expires_at: sql<Date>`least(expires_at, plinth.now() + make_interval(days => ${swap.idle_days}))`,
    })
    .where("id", "=", swap.session_id)
    .where("generation", "=", swap.generation)
    .where("refresh_token_hash", "=", swap.token_hash)
    .where("revoked_at", "is", null)
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
    .selectFrom("identity.sessions")
    .select(["user_id", "generation", "rotated_at", "revoked_at", "idle_expires_at", "expires_at", now.as("now")])
    .where("id", "=", id)
    .forUpdate()
    .executeTakeFirst();
}

export async function revokeSession(tx: Tx, id: string, reason: string): Promise<void> {
  await tables(tx)
    .updateTable("identity.sessions")
    .set({ revoked_at: now, revoked_reason: reason })
    .where("id", "=", id)
    .where("revoked_at", "is", null)
    .execute();
}

/** A session that lives, of a person who may sign in. */
export async function findPrincipal(tx: Tx, session_id: string) {
  return tables(tx)
    .selectFrom("identity.sessions as s")
    .innerJoin("identity.users as u", "u.id", "s.user_id")
    .select([
      "s.id as session_id",
      "s.expires_at",
      "u.id",
      "u.email",
      "u.full_name",
      "u.email_verified_at",
      "u.created_at",
    ])
    .where("s.id", "=", session_id)
    .where("s.revoked_at", "is", null)
    .where("s.expires_at", ">", now)
    .where("u.status", "=", "active")
    .executeTakeFirst();
}

export async function listSigningKeys(tx: Tx): Promise<StoredKey[]> {
  const rows = await tables(tx)
    .selectFrom("identity.signing_keys")
    .select(["kid", "public_jwk", "private_jwk_sealed"])
    .where("retired_at", "is", null)
    .orderBy("created_at")
    .orderBy("kid")
    .execute();
  return rows.map((row) => ({ ...row, public_jwk: row.public_jwk as StoredKey["public_jwk"] }));
}

export async function insertSigningKey(tx: Tx, key: StoredKey): Promise<void> {
  await tables(tx)
    .insertInto("identity.signing_keys")
    .values({ ...key, public_jwk: JSON.stringify(key.public_jwk) })
    .execute();
}
