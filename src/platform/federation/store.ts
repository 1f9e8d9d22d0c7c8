import { ownTables, sql, type Tx } from "../../core/tables.ts";
import type { KnownProfile, LinkedIdentity } from "./schema.ts";

const tables = ownTables("federation.identities", "federation.flows");

const now = sql<Date>`plinth.now()`;

/** Who of us a person at another issuer is, while that one may sign in; undefined for somebody never seen. */
export async function findIdentity(tx: Tx, issuer: string, subject: string) {
  return tables(tx)
    .selectFrom("federation.identities")
    .select(["id", "user_id", sql<boolean>`identity.is_active(user_id)`.as("is_active")])
    .where("issuer", "=", issuer)
    .where("subject", "=", subject)
    .executeTakeFirst();
}

export interface NewIdentity {
  id: string;
  user_id: string;
  provider: string;
  issuer: string;
  subject: string;
  email: string | null;
  email_verified: boolean;
}

/** Adds an identity; false when it belongs to somebody already. */
export async function insertIdentity(tx: Tx, identity: NewIdentity): Promise<boolean> {
  const row = await tables(tx)
    .insertInto("federation.identities")
    .values({ ...identity, created_at: now, last_used_at: now })
    .onConflict((conflict) => conflict.columns(["issuer", "subject"]).doNothing())
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

/** Makes those who are first to see the same person wait for each other. */
export async function lockSubject(tx: Tx, issuer: string, subject: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${issuer} ${subject}`}, 0))`.execute(tables(tx));
}

/** Notes that an identity was used, at most once an hour. */
export async function touchIdentity(tx: Tx, id: string): Promise<void> {
  await tables(tx)
    .updateTable("federation.identities")
    .set({ last_used_at: now })
    .where("id", "=", id)
    .where("last_used_at", "<", sql<Date>`plinth.now() - interval '1 hour'`)
    .execute();
}

export async function listIdentities(tx: Tx, user_id: string): Promise<LinkedIdentity[]> {
  return tables(tx)
    .selectFrom("federation.identities")
    .select(["id", "provider", "issuer", "email", "created_at", "last_used_at"])
    .where("user_id", "=", user_id)
    .orderBy("created_at")
    .execute();
}

export async function deleteIdentity(tx: Tx, user_id: string, id: string): Promise<boolean> {
  const result = await tables(tx)
    .deleteFrom("federation.identities")
    .where("id", "=", id)
    .where("user_id", "=", user_id)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export async function insertFlow(
  tx: Tx,
  flow: { id: string; provider: string; return_to: string; minutes: number },
): Promise<void> {
  const { minutes, ...row } = flow;
  await tables(tx)
    .insertInto("federation.flows")
    .values({ ...row, created_at: now, expires_at: sql<Date>`plinth.now() + make_interval(mins => ${minutes})` })
    .execute();
}

/** A flow that waits for its browser. */
export async function findStartedFlow(tx: Tx, id: string, provider: string) {
  return tables(tx)
    .selectFrom("federation.flows")
    .select("return_to")
    .where("id", "=", id)
    .where("provider", "=", provider)
    .where("status", "=", "started")
    .where("expires_at", ">", now)
    .executeTakeFirst();
}

/** Keeps what the provider said: once. */
export async function returnFlow(tx: Tx, id: string, profile: KnownProfile): Promise<boolean> {
  const row = await tables(tx)
    .updateTable("federation.flows")
    .set({ status: "returned", profile: JSON.stringify(profile) })
    .where("id", "=", id)
    .where("status", "=", "started")
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

/** What the provider said in a flow that is not finished; the row is held until the transaction ends. */
export async function lockReturnedFlow(tx: Tx, id: string) {
  const row = await tables(tx)
    .selectFrom("federation.flows")
    .select(["provider", "profile"])
    .where("id", "=", id)
    .where("status", "=", "returned")
    .where("expires_at", ">", now)
    .forUpdate()
    .executeTakeFirst();
  return row === undefined ? undefined : { provider: row.provider, profile: row.profile as unknown as KnownProfile };
}

/** Ends a flow and forgets what it learned. */
export async function finishFlow(tx: Tx, id: string): Promise<void> {
  await tables(tx)
    .updateTable("federation.flows")
    .set({ status: "done", profile: null })
    .where("id", "=", id)
    .execute();
}

export async function deleteOldFlows(tx: Tx): Promise<void> {
  await tables(tx)
    .deleteFrom("federation.flows")
    .where("expires_at", "<", sql<Date>`plinth.now() - interval '1 day'`)
    .execute();
}
