import type { Position } from "../../core/pages.ts";
import { olderThan, ownTables, sql, type Tx } from "../../core/tables.ts";
import type { Purpose } from "./rules.ts";
import type { PlatformRole, ProfileChange, UserStatus } from "./schema.ts";

const tables = ownTables("identity.users", "identity.passwords", "identity.one_time_tokens");

const now = sql<Date>`plinth.now()`;
const atMillisecond = sql<Date>`date_trunc('milliseconds', plinth.now())`;

export interface NewUser {
  id: string;
  email: string | null;
  email_normalized: string | null;
  full_name: string;
}

/** Inserts a person; false when the address has an account. */
export async function insertUser(tx: Tx, user: NewUser, isVerified = false): Promise<boolean> {
  const row = await tables(tx)
    .insertInto("identity.users")
    .values({
      ...user,
      email_verified_at: isVerified ? now : null,
      created_at: atMillisecond,
      updated_at: now,
    })
    .onConflict((conflict) => conflict.column("email_normalized").doNothing())
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

/** Locks the person with this address, so that two registrations with it wait for each other. */
export async function lockUserByEmail(tx: Tx, email_normalized: string) {
  return tables(tx)
    .selectFrom("identity.users")
    .select(["id", "email_verified_at", "status"])
    .where("email_normalized", "=", email_normalized)
    .forUpdate()
    .executeTakeFirstOrThrow();
}

/** Gives an address that nobody has proved yet to whoever registered with it last. */
export async function replaceUnverified(tx: Tx, id: string, { full_name, email }: NewUser): Promise<void> {
  await tables(tx)
    .updateTable("identity.users")
    .set({ full_name, email, updated_at: now })
    .where("id", "=", id)
    .execute();
}

export async function upsertPassword(tx: Tx, user_id: string, hash: string): Promise<void> {
  await tables(tx)
    .insertInto("identity.passwords")
    .values({ user_id, hash, updated_at: now })
    .onConflict((conflict) => conflict.column("user_id").doUpdateSet({ hash, updated_at: now }))
    .execute();
}

/**
 * Begins a change of a person's credentials: whoever proved themselves by the old ones and begins a session at this moment is waited for, and
 * then found; whoever comes later is refused.
 */
export async function beginCredentialChange(tx: Tx, user_id: string): Promise<void> {
  await tables(tx)
    .updateTable("identity.users")
    .set((eb) => ({ credentials_version: eb("credentials_version", "+", 1), updated_at: now }))
    .where("id", "=", user_id)
    .execute();
}

/** Which state of the credentials holds. */
export async function findCredentialsVersion(tx: Tx, user_id: string): Promise<number | undefined> {
  const row = await tables(tx)
    .selectFrom("identity.users")
    .select("credentials_version")
    .where("id", "=", user_id)
    .executeTakeFirst();
  return row?.credentials_version;
}

/** Replaces a hash by one of the same password with today's parameters, unless the password was changed meanwhile. */
export async function rehashPassword(tx: Tx, user_id: string, before: string, hash: string): Promise<void> {
  await tables(tx)
    .updateTable("identity.passwords")
    .set({ hash, updated_at: now })
    .where("user_id", "=", user_id)
    .where("hash", "=", before)
    .execute();
}

export async function deletePassword(tx: Tx, user_id: string): Promise<void> {
  await tables(tx).deleteFrom("identity.passwords").where("user_id", "=", user_id).execute();
}

export async function findPassword(tx: Tx, user_id: string): Promise<string | undefined> {
  const row = await tables(tx)
    .selectFrom("identity.passwords")
    .select("hash")
    .where("user_id", "=", user_id)
    .executeTakeFirst();
  return row?.hash;
}

export async function findByEmail(tx: Tx, email_normalized: string) {
  return tables(tx)
    .selectFrom("identity.users as u")
    .leftJoin("identity.passwords as p", "p.user_id", "u.id")
    .select(["u.id", "u.status", "u.email_verified_at", "u.credentials_version", "p.hash"])
    .where("u.email_normalized", "=", email_normalized)
    .executeTakeFirst();
}

const columns = [
  "id",
  "email",
  "email_normalized",
  "email_verified_at",
  "full_name",
  "display_name",
  "locale",
  "time_zone",
  "avatar_url",
  "role",
  "status",
  "created_at",
  "deleted_at",
  "credentials_version",
] as const;

function typed<R extends { role: string; status: string }>(row: R) {
  return { ...row, role: row.role as PlatformRole, status: row.status as UserStatus };
}

export async function findUser(tx: Tx, id: string) {
  const row = await tables(tx).selectFrom("identity.users").select(columns).where("id", "=", id).executeTakeFirst();
  return row === undefined ? undefined : typed(row);
}

export async function findCards(tx: Tx, ids: string[]) {
  return tables(tx)
    .selectFrom("identity.users")
    .select(["id", "email", "avatar_url", sql<string>`coalesce(display_name, full_name)`.as("full_name")])
    .where("id", "in", ids)
    .execute();
}

export async function findAddressees(tx: Tx, ids: string[]) {
  return tables(tx)
    .selectFrom("identity.users")
    .select(["id as user_id", "email", "locale", sql<string>`coalesce(display_name, full_name)`.as("full_name")])
    .where("id", "in", ids)
    .execute();
}

/** A person who may sign in, held so until the transaction ends: a suspension waits, and then finds what was begun meanwhile. */
export async function holdActive(tx: Tx, id: string) {
  const row = await tables(tx)
    .selectFrom("identity.users")
    .select(columns)
    .where("id", "=", id)
    .where("status", "=", "active")
    .forShare()
    .executeTakeFirst();
  return row === undefined ? undefined : typed(row);
}

export interface UserFilter {
  email_normalized?: string | undefined;
  /** A part of the address or of the name. */
  search?: string | undefined;
  status?: UserStatus | undefined;
  role?: PlatformRole | undefined;
}

/** What people are searched by: the expression of the index users_searched. */
const searched = sql`lower(coalesce(email_normalized, '') || ' ' || full_name || ' ' || coalesce(display_name, ''))`;

function contains(part: string) {
  const pattern = `%${part.replaceAll(/[\\%_]/g, "\\$&")}%`;
  return sql<boolean>`${searched} like lower(${pattern})`;
}

export async function listUsers(tx: Tx, filter: UserFilter, after: Position | undefined, limit: number) {
  const rows = await tables(tx)
    .selectFrom("identity.users")
    .select(columns)
    .$if(filter.email_normalized !== undefined, (query) =>
      query.where("email_normalized", "=", filter.email_normalized ?? ""),
    )
    .$if(filter.search !== undefined, (query) => query.where(contains(filter.search ?? "")))
    .$if(filter.status !== undefined, (query) => query.where("status", "=", filter.status ?? ""))
    .$if(filter.role !== undefined, (query) => query.where("role", "=", filter.role ?? ""))
    .where(olderThan(after))
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return rows.map(typed);
}

export async function updateProfile(tx: Tx, id: string, change: ProfileChange): Promise<void> {
  await tables(tx)
    .updateTable("identity.users")
    .set({ ...change, updated_at: now })
    .where("id", "=", id)
    .execute();
}

/** Moves an account to another state; undefined when it was in none of the former. */
export async function moveStatus(tx: Tx, id: string, from: UserStatus[], to: UserStatus) {
  const row = await tables(tx)
    .updateTable("identity.users")
    .set({ status: to, deleted_at: to === "deleted" ? atMillisecond : null, updated_at: now })
    .where("id", "=", id)
    .where("status", "in", from)
    .returning(["id", "deleted_at", "role"])
    .executeTakeFirst();
  return row;
}

export async function updateRole(tx: Tx, id: string, role: PlatformRole): Promise<void> {
  await tables(tx).updateTable("identity.users").set({ role, updated_at: now }).where("id", "=", id).execute();
}

/** Whether, after a change in this transaction, an administrator is left; changes at the same time wait for each other here. */
export async function hasAdmin(tx: Tx): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtextextended('identity.admins', 0))`.execute(tables(tx));
  const row = await tables(tx)
    .selectFrom("identity.users")
    .select("id")
    .where("role", "=", "admin")
    .where("status", "=", "active")
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export async function setVerified(tx: Tx, user_id: string): Promise<void> {
  await tables(tx)
    .updateTable("identity.users")
    .set({ email_verified_at: sql<Date>`coalesce(email_verified_at, plinth.now())`, updated_at: now })
    .where("id", "=", user_id)
    .execute();
}

/** Gives the person another, proved address. A unique violation tells that it has an account. */
export async function updateEmail(tx: Tx, user_id: string, email: string, email_normalized: string): Promise<void> {
  await tables(tx)
    .updateTable("identity.users")
    .set({ email, email_normalized, email_verified_at: now, updated_at: now })
    .where("id", "=", user_id)
    .execute();
}

/** Erases a person who was deleted then and was not restored since; false when there is none such. */
export async function eraseUser(tx: Tx, id: string, deleted_at: Date): Promise<boolean> {
  const result = await tables(tx)
    .deleteFrom("identity.users")
    .where("id", "=", id)
    .where("status", "=", "deleted")
    .where("deleted_at", "=", deleted_at)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export interface NewToken {
  id: string;
  user_id: string;
  purpose: Purpose;
  token_hash: Buffer;
  minutes: number;
  new_email?: string;
  new_email_normalized?: string;
}

export async function insertToken(tx: Tx, { minutes, ...token }: NewToken): Promise<void> {
  const { user_id, purpose } = token;
  await sql`select pg_advisory_xact_lock(hashtextextended(${`token:${user_id}:${purpose}`}, 0))`.execute(tables(tx));
  await killTokens(tx, user_id, purpose);
  await tables(tx)
    .insertInto("identity.one_time_tokens")
    .values((eb) => ({
      ...token,
      email_normalized: sql<string>`coalesce(${eb.selectFrom("identity.users").select("email_normalized").where("id", "=", user_id)}, '')`,
      email: eb.selectFrom("identity.users").select("email").where("id", "=", user_id),
      // A new mail does not refill the tries at its digits.
      wrong_codes: sql<number>`coalesce((select max(t.wrong_codes) from identity.one_time_tokens t
        where t.user_id = ${user_id} and t.purpose = ${purpose} and t.created_at > plinth.now() - interval '15 minutes'), 0)`,
      created_at: now,
      expires_at: sql<Date>`plinth.now() + make_interval(mins => ${minutes})`,
    }))
    .execute();
}

/** Kills the live tokens of a person, of one purpose or of all: the address or the password has changed, or a newer one is made. */
export async function killTokens(tx: Tx, user_id: string, purpose?: Purpose): Promise<void> {
  await tables(tx)
    .updateTable("identity.one_time_tokens")
    .set({ used_at: now })
    .where("user_id", "=", user_id)
    .where("used_at", "is", null)
    .$if(purpose !== undefined, (query) => query.where("purpose", "=", purpose ?? ""))
    .execute();
}

export interface Redeemed {
  id: string;
  user_id: string;
  new_email: string | null;
  new_email_normalized: string | null;
}

/**
 * Redeems a token: one statement, so that of any number at once one succeeds. It is bound to the address that it was made for, and to an
 * account that is open, or, to restore one, deleted.
 */
export async function redeemToken(tx: Tx, purpose: Purpose, token_hash: Buffer): Promise<Redeemed | undefined> {
  const { rows } = await sql<Redeemed>`
    update identity.one_time_tokens t set used_at = plinth.now() from identity.users u
    where t.token_hash = ${token_hash} and t.purpose = ${purpose} and t.used_at is null and plinth.now() < t.expires_at
      and u.id = t.user_id and coalesce(u.email_normalized, '') = t.email_normalized
      and u.status = case t.purpose when 'restore_account' then 'deleted' else 'active' end
    returning t.id, t.user_id, t.new_email, t.new_email_normalized`.execute(tables(tx));
  return rows[0];
}

export async function findLiveCode(tx: Tx, user_id: string, purpose: Purpose): Promise<{ id: string } | undefined> {
  return tables(tx)
    .selectFrom("identity.one_time_tokens")
    .select("id")
    .where("user_id", "=", user_id)
    .where("purpose", "=", purpose)
    .where("used_at", "is", null)
    .where("expires_at", ">", now)
    .executeTakeFirst();
}

/** Counts a try at a token's digits; false when five were wrong. */
export async function countWrongCode(tx: Tx, id: string): Promise<boolean> {
  const row = await tables(tx)
    .updateTable("identity.one_time_tokens")
    .set((eb) => ({ wrong_codes: eb("wrong_codes", "+", 1) }))
    .where("id", "=", id)
    .where("wrong_codes", "<", 5)
    .where("used_at", "is", null)
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

/** Takes a live token by its id: of any number at once one succeeds. */
export async function takeToken(tx: Tx, id: string): Promise<boolean> {
  const row = await tables(tx)
    .updateTable("identity.one_time_tokens")
    .set({ used_at: now, wrong_codes: 0 })
    .where("id", "=", id)
    .where("used_at", "is", null)
    .where("expires_at", ">", now)
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

/** A token that still lives, and whom to write to about it: its new address where it proves one. */
export async function findMailing(tx: Tx, token_id: string) {
  return tables(tx)
    .selectFrom("identity.one_time_tokens as t")
    .innerJoin("identity.users as u", "u.id", "t.user_id")
    .select([
      "t.purpose",
      "t.user_id",
      "u.full_name",
      "u.locale",
      sql<string | null>`coalesce(t.new_email, u.email)`.as("to"),
    ])
    .where("t.id", "=", token_id)
    .where("t.used_at", "is", null)
    .where("t.expires_at", ">", now)
    .executeTakeFirst();
}

/** The address that a person had when the token was made. */
export async function findFormerAddress(tx: Tx, token_id: string): Promise<string | undefined> {
  const row = await tables(tx)
    .selectFrom("identity.one_time_tokens")
    .select("email")
    .where("id", "=", token_id)
    .executeTakeFirst();
  return row?.email ?? undefined;
}

export async function deleteOldTokens(tx: Tx): Promise<void> {
  await tables(tx)
    .deleteFrom("identity.one_time_tokens")
    .where("expires_at", "<", sql<Date>`plinth.now() - interval '7 days'`)
    .execute();
}
