import type { UserCtx } from "../../core/context.ts";
import type { Keyring } from "../../core/crypto.ts";
import type { Database } from "../../core/database.ts";
import { requestErrors } from "../../core/errors.ts";
import type { Audit } from "../audit/index.ts";
import { licensingErrors } from "./errors.ts";
import { type KeyPolicy, retirementOf, rotationDue, signingKeyOf } from "./rules.ts";
import type { LicenseSigningKey } from "./schema.ts";
import { generateKeys, type KeyPair, sealKeys } from "./signing.ts";
import { insertSigningKey, listSigningKeys, lockSigningKeys, retireSigningKeys, type StoredKey } from "./store.ts";

interface SigningKeysOptions {
  db: Pick<Database, "asSystem" | "systemStatement">;
  keyring: Keyring;
  audit: Pick<Audit, "recordOwn">;
  policy: KeyPolicy;
  /** Makes a key pair of 4,096 bits. Default: a new one. */
  generate?: () => Promise<KeyPair>;
  onError: (error: unknown) => void;
}

/** Seconds after which a file is worth asking for again while the first key is being made. */
const keyTakes = 5;

/** The life of the keys that sign licence files: published, signing, verifying, retired. */
export function createSigningKeys(options: SigningKeysOptions) {
  const { db, keyring, audit, policy, onError, generate = generateKeys } = options;
  let making: Promise<StoredKey> | undefined;

  const list = () => db.systemStatement("license signing keys", listSigningKeys);
  /** Makes a key outside of the transaction, and adds it unless somebody else's is there by then. */
  const add = async (lead_minutes: number, isDue: (held: Held) => boolean): Promise<Held> => {
    const made = await sealKeys(await generate(), keyring);
    return db.asSystem("license signing key", async (tx) => {
      await lockSigningKeys(tx);
      if (isDue(await listSigningKeys(tx))) await insertSigningKey(tx, made, lead_minutes);
      return listSigningKeys(tx);
    });
  };
  const record = (ctx: UserCtx, action: string, details: Record<string, unknown> = {}) =>
    db.asSystem("record license signing keys", (tx) => audit.recordOwn(tx, ctx, { action, details }));
  const makeFirst = async (): Promise<StoredKey> => {
    const held = await add(0, ({ keys }) => keys.length === 0);
    const key = signing(held);
    if (key === undefined) throw new Error("There is no signing key for licences");
    return key;
  };
  /** The key that signs, the first one made in the background by one of any number of callers. */
  const current = async (): Promise<StoredKey> => {
    const key = signing(await list());
    if (key !== undefined) return key;
    making ??= makeFirst().finally(() => {
      making = undefined;
    });
    return making;
  };

  return {
    current,

    /** The key that signs, for whoever cannot wait: throws `licensing.file_pending` while the first one is being made. */
    currentNow: async (): Promise<StoredKey> => {
      const key = signing(await list());
      if (key !== undefined) return key;
      void current().catch(onError);
      throw licensingErrors.file_pending({ retry_after: keyTakes });
    },

    /** The public keys, those that do not sign yet included (RFC 7517). */
    jwks: async () => ({ keys: (await list()).keys.map(({ public_jwk }) => public_jwk) }),

    /** Does what is due: makes the first key and the next, retires those whose last file has run out. Any number of processes may call it. */
    maintain: async (): Promise<void> => {
      await current();
      const { keys, now } = await list();
      const due = rotationDue(keys, now, policy);
      if (due.create) await add(policy.lead_minutes, (held) => rotationDue(held.keys, held.now, policy).create);
      if (due.retire.length > 0) {
        await db.systemStatement("retire license signing keys", (tx) => retireSigningKeys(tx, due.retire));
      }
    },

    /** Publishes the next key; it signs after the lead, and the present one is published until the last file that it signed has run out. */
    rotate: async (ctx: UserCtx): Promise<void> => {
      await current();
      await add(policy.lead_minutes, () => true);
      await record(ctx, "licensing.signing_key_published");
    },

    /**
     * Takes a key off the list at once, for one that is no longer secret: every file that it signed is refused by whoever looks at the keys.
     * Another signs from then on, and files are signed afresh when they are asked for. Throws `request.not_found`.
     */
    revoke: async (ctx: UserCtx, kid: string): Promise<void> => {
      const held = await list();
      if (signing(held)?.kid === kid) await add(0, (present) => signing(present)?.kid === kid);
      const count = await db.systemStatement("revoke license signing key", (tx) => retireSigningKeys(tx, [kid]));
      if (count === 0) throw requestErrors.not_found();
      await record(ctx, "licensing.signing_key_revoked", { kid });
    },

    list: async (): Promise<LicenseSigningKey[]> => {
      const held = await list();
      const signs = signing(held);
      return held.keys.map((key) => ({
        kid: key.kid,
        stage: key === signs ? "signing" : key.active_from > held.now ? "published" : "verifying",
        created_at: key.created_at,
        active_from: key.active_from,
        retires_at: retirementOf(key, held.keys, policy.file_ttl) ?? null,
      }));
    },
  };
}

type Held = Awaited<ReturnType<typeof listSigningKeys>>;

/**
 * The key that signs. A transaction that waited for another process's first key has an earlier now than that: then it is the first key all
 * the same.
 */
function signing({ keys, now }: Held): StoredKey | undefined {
  return signingKeyOf(keys, now) ?? keys[0];
}

export type SigningKeys = ReturnType<typeof createSigningKeys>;
