import type { UserCtx } from "../../core/context.ts";
import { hmac, type Keyring } from "../../core/crypto.ts";
import type { Database } from "../../core/database.ts";
import { requestErrors } from "../../core/errors.ts";
import { newId } from "../../core/id.ts";
import type { Tx } from "../../core/tables.ts";
import { factorErrors } from "./errors.ts";
import type { NewPasskey, Passkey, PasskeyOptions } from "./schema.ts";
import type { Proof } from "./second-factor.ts";
import {
  attemptChallenge,
  type ChallengePurpose,
  deletePasskey,
  findCredentialsVersion,
  findPasskey,
  insertChallenge,
  insertPasskey,
  listPasskeys,
  takeChallenge,
  usePasskey,
} from "./store.ts";
import type { WebAuthn } from "./webauthn.ts";

interface PasskeysOptions {
  db: Pick<Database, "asSystem" | "systemStatement">;
  keyring: Keyring;
  webauthn: WebAuthn;
  beforeChange: (tx: Tx, user_id: string) => Promise<void>;
  changed: (tx: Tx, ctx: UserCtx, change: string) => Promise<void>;
}

const maxPasskeys = 20;
const minutes = 5;

/** Passkeys (WebAuthn, level 3): asked for with user verification, so that one is two factors at once. */
export function createPasskeys({ db, keyring, webauthn, beforeChange, changed }: PasskeysOptions) {
  const challengeKey = keyring.derive("factors:webauthn-challenge");
  // Derived from the row's id, so that nothing of it is stored.
  const bytesOf = (id: string) => hmac(challengeKey, id);
  const begin = async (purpose: ChallengePurpose, user_id: string | null) => {
    const id = newId();
    await db.systemStatement("passkey challenge", (tx) =>
      insertChallenge(tx, { id, purpose, user_id, methods: [], minutes }),
    );
    return id;
  };
  const attempt = async (id: string, purpose: ChallengePurpose) => {
    const waiting = await db.systemStatement("passkey answer", (tx) => attemptChallenge(tx, id, purpose));
    if (waiting === undefined) throw factorErrors.challenge_over();
    return waiting;
  };

  return {
    /** What the browser needs to make a passkey. */
    registrationOptions: async (
      ctx: UserCtx,
      person: { name: string; display_name: string },
    ): Promise<PasskeyOptions> => {
      const { user_id } = ctx.actor;
      const exclude = await db.systemStatement("own passkeys", (tx) => listPasskeys(tx, user_id));
      const challenge_id = await begin("passkey_registration", user_id);
      const user = { id: user_id, ...person };
      const options = await webauthn.registrationOptions({ challenge: bytesOf(challenge_id), user, exclude });
      return { challenge_id, options };
    },

    /** Adds the passkey that the browser made; all other sessions end. Throws `factors.passkey_invalid`, `factors.challenge_over`. */
    register: async (ctx: UserCtx, { challenge_id, response, name }: NewPasskey): Promise<Passkey> => {
      const { user_id } = ctx.actor;
      const waiting = await attempt(challenge_id, "passkey_registration");
      if (waiting.user_id !== user_id) throw factorErrors.challenge_over();
      const made = await webauthn.verifyRegistration({ challenge: bytesOf(challenge_id), response });
      if (made === undefined) throw factorErrors.passkey_invalid();
      const id = newId();
      return db.asSystem("add passkey", async (tx) => {
        await beforeChange(tx, user_id);
        if (!(await takeChallenge(tx, challenge_id))) throw factorErrors.challenge_over();
        if (!(await insertPasskey(tx, { ...made, id, user_id, name }, maxPasskeys)))
          throw factorErrors.too_many_passkeys({ detail: "Or this passkey is in use already" });
        await changed(tx, ctx, "passkey_added");
        const added = (await listPasskeys(tx, user_id)).find((passkey) => passkey.id === id);
        if (added === undefined) throw new Error("The passkey was not kept");
        return shown(added);
      });
    },

    /** Throws `request.not_found`. All other sessions end. */
    remove: (ctx: UserCtx, id: string): Promise<void> =>
      db.asSystem("remove passkey", async (tx) => {
        await beforeChange(tx, ctx.actor.user_id);
        if (!(await deletePasskey(tx, ctx.actor.user_id, id))) throw requestErrors.not_found();
        await changed(tx, ctx, "passkey_removed");
      }),

    list: async (tx: Tx, user_id: string): Promise<Passkey[]> => (await listPasskeys(tx, user_id)).map(shown),

    /** What the browser needs to sign in: it names nobody, so nobody learns who has a passkey. */
    loginOptions: async (): Promise<PasskeyOptions> => {
      const challenge_id = await begin("passkey_login", null);
      const options = await webauthn.authenticationOptions({ challenge: bytesOf(challenge_id) });
      return { challenge_id, options };
    },

    /** The person who answered. Throws `factors.passkey_invalid`, `factors.challenge_over`. */
    login: async (challenge_id: string, response: unknown): Promise<Proof> => {
      await attempt(challenge_id, "passkey_login");
      const credential_id = webauthn.credentialIdOf(response);
      if (credential_id === undefined) throw factorErrors.passkey_invalid();
      const passkey = await db.systemStatement("find passkey", (tx) => findPasskey(tx, credential_id));
      if (passkey === undefined) throw factorErrors.passkey_invalid();
      const { user_id } = passkey;
      const proof = { challenge: bytesOf(challenge_id), response, passkey, user_id };
      const verified = await webauthn.verifyAuthentication(proof);
      if (verified === undefined || verified.is_cloned) throw factorErrors.passkey_invalid();
      const credentials_version = await db.asSystem("use passkey", async (tx) => {
        const version = await findCredentialsVersion(tx, user_id);
        if (!(await takeChallenge(tx, challenge_id))) throw factorErrors.challenge_over();
        if (!(await usePasskey(tx, passkey.id, passkey.counter, verified.counter)))
          throw factorErrors.passkey_invalid();
        return version;
      });
      return { user_id, methods: ["hwk", "user", "mfa"], credentials_version };
    },
  };
}

function shown({ id, name, backed_up, created_at, last_used_at }: Passkey): Passkey {
  return { id, name, backed_up, created_at, last_used_at };
}
