import { sha256 } from "../../core/crypto.ts";
import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import type { Tx } from "../../core/tables.ts";
import type { Events } from "../events/index.ts";
import type { Workspaces } from "../workspaces/index.ts";
import { identityErrors } from "./errors.ts";
import { EmailVerified, RegisteredAgain, VerificationRequested } from "./events.ts";
import type { SecretMaker } from "./one-time-secrets.ts";
import type { Passwords } from "./passwords.ts";
import { checkPassword, normalizeEmail } from "./rules.ts";
import type { Registered, Registration, Verified } from "./schema.ts";
import {
  insertUser,
  insertVerification,
  lockUserByEmail,
  type NewUser,
  redeemVerification,
  replaceUnverified,
  setVerified,
} from "./store.ts";

/** Hours that a mailed verification link lives. */
export const verificationHours = 24;

interface RegistrationOptions {
  db: Pick<Database, "asSystem">;
  events: Pick<Events, "append">;
  workspaces: Pick<Workspaces, "createPersonal" | "personalOf">;
  passwords: Passwords;
  secrets: SecretMaker;
}

export function createRegistration({ db, events, workspaces, passwords, secrets }: RegistrationOptions) {
  const requestVerification = async (tx: Tx, ctx: { workspace_id: string; request_id: string }, user_id: string) => {
    const id = newId();
    await insertVerification(tx, { id, user_id, token_hash: sha256(secrets.linkToken(id)), hours: verificationHours });
    await events.append(tx, ctx, VerificationRequested, { user_id, token_id: id });
  };
  const knownAddress = async (tx: Tx, user: NewUser, request_id: string) => {
    const known = await lockUserByEmail(tx, user.email_normalized);
    const workspace_id = await workspaces.personalOf(tx, known.id);
    if (workspace_id === undefined) throw new Error(`The person ${known.id} has no personal workspace`);
    const ctx = { workspace_id, request_id };
    if (known.email_verified_at !== null) return events.append(tx, ctx, RegisteredAgain, { user_id: known.id });
    await replaceUnverified(tx, known.id, user);
    await requestVerification(tx, ctx, known.id);
  };

  return {
    /**
     * Makes a person with a personal workspace and mails a verification link. For an address that has an account the answer is
     * the same, and its owner is told by mail; an address that nobody proved yet goes to whoever registers with it last.
     * Throws `request.invalid` for a bad address or password, `identity.hashing_busy`.
     */
    register: async (request_id: string, input: Registration): Promise<Registered> => {
      const email_normalized = normalizeEmail(input.email);
      checkPassword(input.password);
      const { full_name, time_zone } = input;
      const password_hash = await passwords.hash(input.password);
      const user = { id: newId(), email: input.email.trim(), email_normalized, full_name, password_hash };
      await db.asSystem("register", async (tx) => {
        if ((await insertUser(tx, user)) === undefined) return knownAddress(tx, user, request_id);
        const owner = { user_id: user.id, name: input.company_name ?? full_name };
        const workspace_id = await workspaces.createPersonal(
          tx,
          time_zone === undefined ? owner : { ...owner, time_zone },
        );
        await requestVerification(tx, { workspace_id, request_id }, user.id);
      });
      return { email: user.email, status: "verification_sent" };
    },

    /** Redeems a mailed token, once. Throws `identity.token_invalid` for one that is used, over, replaced or made up. */
    verifyEmail: (request_id: string, token: string): Promise<Verified> =>
      db.asSystem("verify e-mail", async (tx) => {
        const user_id = await redeemVerification(tx, sha256(token));
        if (user_id === undefined) throw identityErrors.token_invalid();
        await setVerified(tx, user_id);
        const workspace_id = await workspaces.personalOf(tx, user_id);
        if (workspace_id !== undefined)
          await events.append(tx, { workspace_id, request_id }, EmailVerified, { user_id });
        return { status: "verified" };
      }),
  };
}
