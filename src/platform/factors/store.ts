import { ownTables, sql, type Tx } from "../../core/tables.ts";
import type { Passkey } from "./schema.ts";
import type { StoredPasskey } from "./webauthn.ts";

const tables = ownTables("factors.authenticators", "factors.recovery_codes", "factors.passkeys", "factors.challenges");

const now = sql<Date>`plinth.now()`;

/** Keeps a secret until the person has shown a first code; returns false when one is in use already. */
export async function upsertAuthenticator(tx: Tx, user_id: string, secret_sealed: Buffer): Promise<boolean> {
  const row = await tables(tx)
    .insertInto("factors.authenticators")
    .values({ user_id, secret_sealed, created_at: now })
    .onConflict((conflict) =>
      conflict
        .column("user_id")
        .doUpdateSet({ secret_sealed, created_at: now })
        .where("factors.authenticators.confirmed_at", "is", null),
    )
    .returning("user_id")
    .executeTakeFirst();
  return row !== undefined;
}

export async function findAuthenticator(tx: Tx, user_id: string) {
  return tables(tx)
    .selectFrom("factors.authenticators")
    .select(["secret_sealed", "confirmed_at"])
    .where("user_id", "=", user_id)
    .executeTakeFirst();
}

/** Takes a code's time step: one statement, so that of any number at once one succeeds. `first` confirms the app. */
export async function takeStep(tx: Tx, user_id: string, step: number, first: boolean): Promise<boolean> {
  const row = await tables(tx)
    .updateTable("factors.authenticators")
    .set({ last_step: step, ...(first ? { confirmed_at: now } : {}) })
    .where("user_id", "=", user_id)
    .where("last_step", "<", step)
    .where("confirmed_at", first ? "is" : "is not", null)
    .returning("user_id")
    .executeTakeFirst();
  return row !== undefined;
}

export async function deleteAuthenticator(tx: Tx, user_id: string): Promise<boolean> {
  await tables(tx).deleteFrom("factors.recovery_codes").where("user_id", "=", user_id).execute();
  const result = await tables(tx)
    .deleteFrom("factors.authenticators")
    .where("user_id", "=", user_id)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export async function replaceRecoveryCodes(tx: Tx, user_id: string, hashes: Buffer[]): Promise<void> {
  await tables(tx).deleteFrom("factors.recovery_codes").where("user_id", "=", user_id).execute();
  await tables(tx)
    .insertInto("factors.recovery_codes")
    .values(hashes.map((code_hash) => ({ code_hash, user_id, created_at: now })))
    .execute();
}

/** Takes a recovery code: of any number at once one succeeds. */
export async function takeRecoveryCode(tx: Tx, user_id: string, code_hash: Buffer): Promise<boolean> {
  const row = await tables(tx)
    .updateTable("factors.recovery_codes")
    .set({ used_at: now })
    .where("code_hash", "=", code_hash)
    .where("user_id", "=", user_id)
    .where("used_at", "is", null)
    .returning("user_id")
    .executeTakeFirst();
  return row !== undefined;
}

export async function countRecoveryCodes(tx: Tx, user_id: string): Promise<number> {
  const { left } = await tables(tx)
    .selectFrom("factors.recovery_codes")
    .select((eb) => eb.fn.countAll<number>().as("left"))
    .where("user_id", "=", user_id)
    .where("used_at", "is", null)
    .executeTakeFirstOrThrow();
  return left;
}

/** Adds a passkey while the person has fewer than `max`; false when there are as many, or it is known. */
export async function insertPasskey(
  tx: Tx,
  passkey: StoredPasskey & { id: string; user_id: string; name: string },
  max: number,
): Promise<boolean> {
  // Registrations of one person wait for each other, so that the count holds.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`factors.passkeys:${passkey.user_id}`}, 0))`.execute(
    tables(tx),
  );
  const { had } = await tables(tx)
    .selectFrom("factors.passkeys")
    .select((eb) => eb.fn.countAll<number>().as("had"))
    .where("user_id", "=", passkey.user_id)
    .executeTakeFirstOrThrow();
  if (had >= max) return false;
  const row = await tables(tx)
    .insertInto("factors.passkeys")
    .values({ ...passkey, created_at: now })
    .onConflict((conflict) => conflict.column("credential_id").doNothing())
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

export async function listPasskeys(tx: Tx, user_id: string): Promise<(Passkey & StoredPasskey)[]> {
  return tables(tx)
    .selectFrom("factors.passkeys")
    .select(["id", "name", "backed_up", "created_at", "last_used_at"])
    .select(["credential_id", "public_key", "counter", "transports", "aaguid"])
    .where("user_id", "=", user_id)
    .orderBy("created_at")
    .execute();
}

export async function findPasskey(tx: Tx, credential_id: Buffer) {
  return tables(tx)
    .selectFrom("factors.passkeys")
    .select(["id", "user_id", "credential_id", "public_key", "counter", "transports", "backed_up", "aaguid"])
    .where("credential_id", "=", credential_id)
    .executeTakeFirst();
}

/** Notes a use, unless another with the same counter came first. */
export async function usePasskey(tx: Tx, id: string, before: number, counter: number): Promise<boolean> {
  const row = await tables(tx)
    .updateTable("factors.passkeys")
    .set({ counter, last_used_at: now })
    .where("id", "=", id)
    .where("counter", "=", before)
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

export async function deletePasskey(tx: Tx, user_id: string, id: string): Promise<boolean> {
  const result = await tables(tx)
    .deleteFrom("factors.passkeys")
    .where("id", "=", id)
    .where("user_id", "=", user_id)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export type ChallengePurpose = "second_factor" | "passkey_registration" | "passkey_login";

export async function insertChallenge(
  tx: Tx,
  challenge: { id: string; purpose: ChallengePurpose; user_id: string | null; methods: string[]; minutes: number },
): Promise<void> {
  const { minutes, ...row } = challenge;
  await tables(tx)
    .insertInto("factors.challenges")
    .values({ ...row, created_at: now, expires_at: sql<Date>`plinth.now() + make_interval(mins => ${minutes})` })
    .execute();
}

/**
 * Counts an attempt at a challenge before it is looked at, so that any number at once have five together. Undefined when it is over.
 */
export async function attemptChallenge(tx: Tx, id: string, purpose: ChallengePurpose) {
  return tables(tx)
    .updateTable("factors.challenges")
    .set((eb) => ({ wrong_answers: eb("wrong_answers", "+", 1) }))
    .where("id", "=", id)
    .where("purpose", "=", purpose)
    .where("used_at", "is", null)
    .where("wrong_answers", "<", 5)
    .where("expires_at", ">", now)
    .returning(["user_id", "methods"])
    .executeTakeFirst();
}

/** Takes a challenge whose answer was right: of any number at once one succeeds. */
export async function takeChallenge(tx: Tx, id: string): Promise<boolean> {
  const row = await tables(tx)
    .updateTable("factors.challenges")
    .set({ used_at: now })
    .where("id", "=", id)
    .where("used_at", "is", null)
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

/** Which state of a person's credentials holds: through identity's door. */
export async function findCredentialsVersion(tx: Tx, user_id: string): Promise<number> {
  const { rows } = await sql<{ version: number }>`select identity.credentials_version(${user_id}) as version`.execute(
    tables(tx),
  );
  return rows[0]?.version ?? -1;
}

/** Ends what waits for an answer of a person whose credentials have changed. */
export async function endChallenges(tx: Tx, user_id: string): Promise<void> {
  await tables(tx)
    .updateTable("factors.challenges")
    .set({ used_at: now })
    .where("user_id", "=", user_id)
    .where("used_at", "is", null)
    .execute();
}

export async function deleteOldChallenges(tx: Tx): Promise<void> {
  await tables(tx)
    .deleteFrom("factors.challenges")
    .where("expires_at", "<", sql<Date>`plinth.now() - interval '1 day'`)
    .execute();
}
