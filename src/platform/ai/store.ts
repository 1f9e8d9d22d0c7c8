import { ownTables, sql, type Tx } from "../../core/tables.ts";

const tables = ownTables("ai.workspace_settings", "ai.idempotent_calls", "ai.cached_completions");

const now = sql<Date>`plinth.now()`;
const later = (seconds: number) => sql<Date>`plinth.now() + make_interval(secs => ${seconds})`;

export async function findSettings(tx: Tx): Promise<{ log_content: boolean; updated_at: Date } | undefined> {
  return tables(tx).selectFrom("ai.workspace_settings").select(["log_content", "updated_at"]).executeTakeFirst();
}

export async function putSettings(
  tx: Tx,
  row: { workspace_id: string; log_content: boolean },
): Promise<{ log_content: boolean; updated_at: Date }> {
  return tables(tx)
    .insertInto("ai.workspace_settings")
    .values({ ...row, updated_at: now })
    .onConflict((conflict) =>
      conflict.column("workspace_id").doUpdateSet({ log_content: row.log_content, updated_at: now }),
    )
    .returning(["log_content", "updated_at"])
    .executeTakeFirstOrThrow();
}

/**
 * Takes the key for a call; false when another call has it. A key is free again when its call was not heard of for its lease, or after
 * a day.
 */
export async function claimCall(
  tx: Tx,
  call: { workspace_id: string; key: string; claim_id: string; fingerprint: Buffer; lease_seconds: number },
): Promise<boolean> {
  const { lease_seconds, ...row } = call;
  const { claim_id, fingerprint } = call;
  const fresh = { claim_id, fingerprint, answer: null, locked_until: later(lease_seconds), created_at: now };
  const claimed = await tables(tx)
    .insertInto("ai.idempotent_calls")
    .values({ ...row, ...fresh })
    .onConflict((conflict) =>
      conflict
        .columns(["workspace_id", "key"])
        .doUpdateSet(fresh)
        .where((or) =>
          or.or([
            or("ai.idempotent_calls.created_at", "<", sql<Date>`plinth.now() - interval '1 day'`),
            or.and([
              or("ai.idempotent_calls.answer", "is", null),
              or("ai.idempotent_calls.locked_until", "<", now),
              or("ai.idempotent_calls.fingerprint", "=", call.fingerprint),
            ]),
          ]),
        ),
    )
    .returning("key")
    .executeTakeFirst();
  return claimed !== undefined;
}

export async function findCall(
  tx: Tx,
  key: string,
): Promise<{ fingerprint: Buffer; answer: Buffer | null } | undefined> {
  return tables(tx)
    .selectFrom("ai.idempotent_calls")
    .select(["fingerprint", "answer"])
    .where("key", "=", key)
    .executeTakeFirst();
}

/** Keeps the first answer of a key, where the claim still holds it. */
export async function answerCall(tx: Tx, claim: { key: string; claim_id: string }, answer: Buffer): Promise<void> {
  await tables(tx)
    .updateTable("ai.idempotent_calls")
    .set({ answer })
    .where("key", "=", claim.key)
    .where("claim_id", "=", claim.claim_id)
    .where("answer", "is", null)
    .execute();
}

/** Gives the key of a call that failed back, where the claim still holds it. */
export async function freeCall(tx: Tx, { key, claim_id }: { key: string; claim_id: string }): Promise<void> {
  await tables(tx)
    .deleteFrom("ai.idempotent_calls")
    .where("key", "=", key)
    .where("claim_id", "=", claim_id)
    .where("answer", "is", null)
    .execute();
}

export async function findCached(tx: Tx, key: Buffer): Promise<Buffer | undefined> {
  const row = await tables(tx)
    .selectFrom("ai.cached_completions")
    .select("answer")
    .where("key", "=", key)
    .where("expires_at", ">", now)
    .executeTakeFirst();
  return row?.answer;
}

export async function putCached(
  tx: Tx,
  row: { workspace_id: string; key: Buffer; answer: Buffer; ttl_seconds: number },
): Promise<void> {
  const { ttl_seconds, ...kept } = row;
  const fresh = { answer: row.answer, created_at: now, expires_at: later(ttl_seconds) };
  await tables(tx)
    .insertInto("ai.cached_completions")
    .values({ ...kept, ...fresh })
    .onConflict((conflict) => conflict.columns(["workspace_id", "key"]).doUpdateSet(fresh))
    .execute();
}

/** Deletes first answers that are older than a day and cached ones that have expired; returns how many. */
export async function prune(tx: Tx): Promise<number> {
  const calls = await tables(tx)
    .deleteFrom("ai.idempotent_calls")
    .where("created_at", "<", sql<Date>`plinth.now() - interval '1 day'`)
    .executeTakeFirst();
  const cached = await tables(tx).deleteFrom("ai.cached_completions").where("expires_at", "<=", now).executeTakeFirst();
  return Number(calls.numDeletedRows + cached.numDeletedRows);
}
