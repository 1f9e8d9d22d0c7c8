import type { Ctx } from "../../core/context.ts";
import { type Keyring, open, seal } from "../../core/crypto.ts";
import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import { aiErrors } from "./errors.ts";
import { fingerprint } from "./fingerprint.ts";
import type { Completion } from "./port.ts";
import { answerCall, claimCall, findCall, freeCall } from "./store.ts";

/** A key that was taken for a call. Once another call has taken it since, because this one outlived its lease, both do nothing. */
export interface Claim {
  /** Keeps the answer for a day. */
  keep(answer: Completion): Promise<void>;
  /** The call failed: the key is free again. */
  free(): Promise<void>;
}

export interface IdempotentCalls {
  /**
   * Takes the key, or answers with what the same call was answered first. Throws `ai.idempotency_conflict` when the key came with something else
   * or its answer cannot be read any more, `ai.in_progress` while the first call runs.
   */
  claim(
    ctx: Ctx,
    call: { key: string; asked: unknown; lease_seconds: number },
  ): Promise<{ claim: Claim } | { answer: Completion }>;
}

/** First answers under a key, kept sealed in the workspace. */
export function createIdempotentCalls(
  db: Pick<Database, "statement">,
  keyring: Keyring,
  onError: (error: unknown) => void,
): IdempotentCalls {
  const sealKey = keyring.derive("ai:idempotent_calls");
  const hashKey = keyring.derive("ai:idempotent_calls:fingerprint");
  const claimOf = (ctx: Ctx, taken: { key: string; claim_id: string }): Claim => ({
    keep: (answer) => db.statement(ctx, (tx) => answerCall(tx, taken, seal(sealKey, JSON.stringify(answer)))),
    free: () => db.statement(ctx, (tx) => freeCall(tx, taken)),
  });
  const read = (answer: Buffer): Completion => {
    try {
      return JSON.parse(open(sealKey, answer));
    } catch (error) {
      onError(error);
      // It was paid for under this key, so the key does not pay again.
      throw aiErrors.idempotency_conflict({
        detail: "The first answer under this key cannot be read any more: ask again with another key",
        cause: error,
      });
    }
  };
  return {
    claim: async (ctx, { key, asked, lease_seconds }) => {
      if (key.length < 1 || key.length > 255) {
        throw aiErrors.invalid_request({ detail: "An idempotency key has 1 to 255 characters" });
      }
      const print = fingerprint(hashKey, asked);
      const row = { workspace_id: ctx.workspace_id, key, claim_id: newId(), fingerprint: print, lease_seconds };
      if (await db.statement(ctx, (tx) => claimCall(tx, row))) return { claim: claimOf(ctx, row) };
      const known = await db.statement(ctx, (tx) => findCall(tx, key));
      if (known !== undefined && !known.fingerprint.equals(print)) throw aiErrors.idempotency_conflict();
      if (known?.answer == null) throw aiErrors.in_progress({ retry_after: 1 });
      return { answer: read(known.answer) };
    },
  };
}
