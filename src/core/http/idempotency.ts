import { type Keyring, open, seal } from "../crypto.ts";
import type { Database } from "../database.ts";
import { requestErrors } from "../errors.ts";
import { ownTables, sql } from "../tables.ts";

const tables = ownTables("plinth.idempotency_keys");

/** An answer as it is kept: the status and the body. A stream is told once and not kept. */
export interface KeptReply {
  status: number;
  body: unknown;
}

/** Makes a request that is sent again get its first answer. */
export interface Idempotency {
  /**
   * Runs the work, or returns the answer that the same request got before. Throws `request.idempotency_conflict` when the key came
   * with another request, `request.idempotency_in_progress` while the first one runs. When the work throws, nothing is
   * kept and the key is free again.
   */
  run<R extends object>(
    request: { scope: string; key: string; fingerprint: Buffer },
    work: () => Promise<KeptReply | R>,
  ): Promise<KeptReply | R>;
  /** Deletes answers older than a day; returns how many. */
  purge(): Promise<number>;
}

/** Longer than any handler runs; after it, the key of a request that died is free again. */
const lease = sql<Date>`now() + interval '5 minutes'`;

/** Answers are kept sealed: the first answer to "make an API key" bears the key. */
export function createIdempotency(db: Pick<Database, "systemStatement">, keyring: Keyring): Idempotency {
  const sealKey = keyring.derive("http:idempotency");
  const claim = (scope: string, key: string, fingerprint: Buffer) =>
    db.systemStatement("idempotency", (tx) =>
      tables(tx)
        .insertInto("plinth.idempotency_keys")
        .values({ scope, key, fingerprint, locked_until: lease })
        .onConflict((conflict) =>
          conflict
            .columns(["scope", "key"])
            .doUpdateSet({ locked_until: lease })
            .where("plinth.idempotency_keys.status_code", "is", null)
            .where("plinth.idempotency_keys.fingerprint", "=", fingerprint)
            .where("plinth.idempotency_keys.locked_until", "<", sql<Date>`now()`),
        )
        .returning("key")
        .executeTakeFirst(),
    );
  const find = (scope: string, key: string) =>
    db.systemStatement("idempotency", (tx) =>
      tables(tx)
        .selectFrom("plinth.idempotency_keys")
        .select(["fingerprint", "status_code", "body"])
        .where("scope", "=", scope)
        .where("key", "=", key)
        .executeTakeFirst(),
    );
  const keep = (scope: string, key: string, { status, body }: KeptReply) =>
    db.systemStatement("idempotency", (tx) =>
      tables(tx)
        .updateTable("plinth.idempotency_keys")
        .set({ status_code: status, body: JSON.stringify(seal(sealKey, JSON.stringify(body)).toString("base64")) })
        .where("scope", "=", scope)
        .where("key", "=", key)
        .execute(),
    );
  const free = (scope: string, key: string) =>
    db.systemStatement("idempotency", (tx) =>
      tables(tx)
        .deleteFrom("plinth.idempotency_keys")
        .where("scope", "=", scope)
        .where("key", "=", key)
        .where("status_code", "is", null)
        .execute(),
    );

  return {
    run: async ({ scope, key, fingerprint }, work) => {
      if ((await claim(scope, key, fingerprint)) === undefined) {
        const kept = await find(scope, key);
        if (kept !== undefined && !kept.fingerprint.equals(fingerprint)) throw requestErrors.idempotency_conflict();
        if (kept?.status_code == null) throw requestErrors.idempotency_in_progress({ retry_after: 1 });
        return { status: kept.status_code, body: JSON.parse(open(sealKey, Buffer.from(String(kept.body), "base64"))) };
      }
      const reply = await work().catch(async (error) => {
        await free(scope, key);
        throw error;
      });
      await ("body" in reply ? keep(scope, key, reply as KeptReply) : free(scope, key));
      return reply;
    },
    purge: async () => {
      const result = await db.systemStatement("idempotency purge", (tx) =>
        tables(tx)
          .deleteFrom("plinth.idempotency_keys")
          .where("created_at", "<", sql<Date>`now() - interval '1 day'`)
          .executeTakeFirst(),
      );
      return Number(result.numDeletedRows);
    },
  };
}
