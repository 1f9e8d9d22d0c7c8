import type { Clock } from "../../core/clock.ts";
import type { UserCtx } from "../../core/context.ts";
import type { Keyring } from "../../core/crypto.ts";
import type { Database } from "../../core/database.ts";
import { requestErrors } from "../../core/errors.ts";
import type { Audit } from "../audit/index.ts";
import { createSigningKey, type StoredKey } from "./access-tokens.ts";
import { type RotationPolicy, retirementOf, rotationDue, signingKeyOf } from "./rules.ts";
import type { SigningKey } from "./schema.ts";
import { insertSigningKey, listSigningKeys, lockSigningKeys, retireSigningKeys } from "./store.ts";

interface SigningKeysOptions {
  db: Pick<Database, "asSystem" | "systemStatement">;
  clock: Clock;
  keyring: Keyring;
  audit: Pick<Audit, "recordOwn">;
  policy: RotationPolicy;
}

/** The life of the keys that sign access tokens: published, signing, verifying, retired. */
export function createSigningKeys({ db, clock, keyring, audit, policy }: SigningKeysOptions) {
  const keysOrFirst = async (): Promise<StoredKey[]> => {
    const stored = await db.systemStatement("signing keys", listSigningKeys);
    if (signingKeyOf(stored, clock.now()) !== undefined) return stored;
    const made = await createSigningKey(keyring);
    return db.asSystem("first signing key", async (tx) => {
      await lockSigningKeys(tx);
      const others = await listSigningKeys(tx);
      if (signingKeyOf(others, clock.now()) !== undefined) return others;
      await insertSigningKey(tx, made, 0);
      return listSigningKeys(tx);
    });
  };
  const add = async (lead_minutes: number, isDue: (keys: StoredKey[]) => boolean) => {
    const made = await createSigningKey(keyring);
    await db.asSystem("signing key", async (tx) => {
      await lockSigningKeys(tx);
      if (isDue(await listSigningKeys(tx))) await insertSigningKey(tx, made, lead_minutes);
    });
  };

  const record = (ctx: UserCtx, action: string, details: Record<string, unknown> = {}) =>
    db.asSystem("record signing keys", (tx) => audit.recordOwn(tx, ctx, { action, details }));

  return {
    load: keysOrFirst,

    /** Does what is due: publishes the next key, retires those whose last token is over. Any number of processes may call it. */
    maintain: async (): Promise<void> => {
      const due = rotationDue(await keysOrFirst(), clock.now(), policy);
      if (due.create) await add(policy.lead_minutes, (keys) => rotationDue(keys, clock.now(), policy).create);
      if (due.retire.length > 0)
        await db.systemStatement("retire signing keys", (tx) => retireSigningKeys(tx, due.retire));
    },

    /** Publishes the next key now; it signs after the lead. */
    rotate: async (ctx: UserCtx): Promise<void> => {
      await add(policy.lead_minutes, () => true);
      await record(ctx, "identity.signing_key_published");
    },

    /** Takes a key out of use at once: every token that it signed is refused. Throws `request.not_found`. */
    revoke: async (ctx: UserCtx, kid: string): Promise<void> => {
      const count = await db.systemStatement("revoke signing key", (tx) => retireSigningKeys(tx, [kid]));
      if (count === 0) throw requestErrors.not_found();
      await keysOrFirst();
      await record(ctx, "identity.signing_key_revoked", { kid });
    },

    list: async (): Promise<SigningKey[]> => {
      const keys = await keysOrFirst();
      const now = clock.now();
      const signing = signingKeyOf(keys, now);
      return keys.map((key) => ({
        kid: key.kid,
        stage: key === signing ? "signing" : key.active_from > now ? "published" : "verifying",
        created_at: key.created_at,
        active_from: key.active_from,
        retires_at: retirementOf(key, keys, policy.access_token_minutes) ?? null,
      }));
    },
  };
}
