import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import type { Tx } from "../../core/tables.ts";
import type { Audit } from "../audit/index.ts";
import type { Events } from "../events/index.ts";
import type { Workspaces } from "../workspaces/index.ts";
import { identityErrors } from "./errors.ts";
import { EmailVerified, LinkRequested, Registered, RegisteredAgain } from "./events.ts";
import type { MailedTokens } from "./mailed-tokens.ts";
import { createPace } from "./pace.ts";
import type { Passwords } from "./passwords.ts";
import { checkTimeZone, normalizeEmail, type Purpose } from "./rules.ts";
import type { Registration, VerificationSent } from "./schema.ts";
import type { Client, SignInResult } from "./sign-in.ts";
import {
  findByEmail,
  insertUser,
  lockUserByEmail,
  type NewUser,
  replaceUnverified,
  setVerified,
  upsertPassword,
} from "./store.ts";

interface RegistrationOptions {
  db: Pick<Database, "asSystem" | "systemStatement">;
  events: Pick<Events, "append">;
  workspaces: Pick<Workspaces, "createPersonal" | "personalOf">;
  audit: Pick<Audit, "recordOwn">;
  passwords: Passwords;
  mailedTokens: MailedTokens;
  checkNewPassword: (password: string) => void;
  /** Signs in whoever registers, and tells of a known address: simpler, but it tells strangers who has an account. */
  signs_in: boolean;
  enter: (user_id: string, methods: string[], client: Client) => Promise<SignInResult>;
}

/** A person as another provider knows them. */
export interface ForeignPerson {
  email: string | null;
  email_verified: boolean;
  full_name: string;
}

export function createRegistration(options: RegistrationOptions) {
  const { db, events, workspaces, audit, passwords, mailedTokens } = options;
  const pace = createPace(5);

  const placeOf = async (tx: Tx, user_id: string, request_id: string) => {
    const workspace_id = await workspaces.personalOf(tx, user_id);
    if (workspace_id === undefined) throw new Error(`The person ${user_id} has no personal workspace`);
    return { workspace_id, request_id };
  };
  /** Makes a mailed token and asks for its mail, in the caller's transaction. */
  const mailLink = async (tx: Tx, user_id: string, purpose: Purpose, request_id: string): Promise<void> => {
    const token_id = await mailedTokens.issue(tx, { user_id, purpose });
    await events.append(tx, await placeOf(tx, user_id, request_id), LinkRequested, { user_id, token_id });
  };
  const knownAddress = async (
    tx: Tx,
    user: NewUser & { email_normalized: string },
    hash: string,
    request_id: string,
  ) => {
    const known = await lockUserByEmail(tx, user.email_normalized);
    if (options.signs_in) throw identityErrors.email_taken();
    if (known.email_verified_at !== null) {
      return events.append(tx, await placeOf(tx, known.id, request_id), RegisteredAgain, { user_id: known.id });
    }
    await replaceUnverified(tx, known.id, user);
    await upsertPassword(tx, known.id, hash);
    await mailLink(tx, known.id, "verify_email", request_id);
  };
  const newPerson = async (
    tx: Tx,
    user: NewUser,
    workspace: { name: string; time_zone?: string },
    request_id: string,
  ) => {
    const user_id = user.id;
    const workspace_id = await workspaces.createPersonal(tx, { user_id, ...workspace });
    const ctx = { request_id, actor: { kind: "user" as const, user_id, session_id: null } };
    await audit.recordOwn(tx, ctx, { action: "identity.registered", target: `user:${user_id}` });
    await events.append(tx, { workspace_id, request_id }, Registered, { user_id });
  };

  return {
    mailLink,

    /**
     * Makes a person with a personal workspace and mails a verification link. For an address that has an account the answer is
     * the same, and its owner is told by mail; an address that nobody proved yet goes to whoever registers with it last.
     * Where the installation signs in at once, the answer is a session, and a known address throws `identity.email_taken`.
     * Throws `request.invalid` for a bad address or password, `identity.hashing_busy`.
     */
    register: async (input: Registration, client: Client): Promise<VerificationSent | SignInResult> => {
      const { request_id } = client;
      const email_normalized = normalizeEmail(input.email);
      options.checkNewPassword(input.password);
      const time_zone = input.time_zone === undefined ? {} : { time_zone: checkTimeZone(input.time_zone) };
      const hash = await passwords.hash(input.password);
      const { full_name } = input;
      const user = { id: newId(), email: input.email.trim(), email_normalized, full_name };
      const began = performance.now();
      const isNew = await db.asSystem("register", async (tx) => {
        if (!(await insertUser(tx, user))) {
          await knownAddress(tx, user, hash, request_id);
          return false;
        }
        const workspace = { name: input.company_name ?? full_name, ...time_zone };
        await Promise.all([upsertPassword(tx, user.id, hash), newPerson(tx, user, workspace, request_id)]);
        await mailLink(tx, user.id, "verify_email", request_id);
        return true;
      });
      if (isNew) pace.record(performance.now() - began);
      else await pace.keep(began);
      if (options.signs_in) return options.enter(user.id, ["pwd"], client);
      return { email: user.email, status: "verification_sent" };
    },

    /**
     * Makes a person whom another provider vouches for, in the caller's transaction; returns the id. The address becomes one to sign in
     * with only when the provider has proved it and nobody has it: undefined when somebody has, so that the two are linked or kept apart
     * by the person and never by us.
     */
    registerForeign: async (tx: Tx, person: ForeignPerson, request_id: string, keep_apart: boolean) => {
      const isOwn = person.email !== null && person.email_verified && !keep_apart;
      const email_normalized = isOwn ? normalizedOrNull(person.email ?? "") : null;
      const { full_name, email } = person;
      const user = { id: newId(), email, email_normalized, full_name };
      if (!(await insertUser(tx, user, person.email_verified))) return undefined;
      await newPerson(tx, user, { name: full_name }, request_id);
      return user.id;
    },

    /** Mails another verification link, if there is an account that wants one. */
    resendVerification: async (email_normalized: string, request_id: string): Promise<void> => {
      await db.asSystem("resend verification", async (tx) => {
        const user = await findByEmail(tx, email_normalized);
        if (user?.status !== "active" || user.email_verified_at !== null) return;
        await mailLink(tx, user.id, "verify_email", request_id);
      });
    },

    /** Redeems a mailed token, once. Throws `identity.token_invalid` for one that is used, over, replaced or made up. */
    verifyEmail: (request_id: string, token: string): Promise<{ status: "verified" }> =>
      db.asSystem("verify e-mail", async (tx) => {
        const redeemed = await mailedTokens.redeem(tx, "verify_email", token);
        if (redeemed === undefined) throw identityErrors.token_invalid();
        const { user_id } = redeemed;
        await setVerified(tx, user_id);
        await events.append(tx, await placeOf(tx, user_id, request_id), EmailVerified, { user_id });
        const ctx = { request_id, actor: { kind: "user" as const, user_id, session_id: null } };
        await audit.recordOwn(tx, ctx, { action: "identity.email_verified", target: `user:${user_id}` });
        return { status: "verified" };
      }),
  };
}

/** What another provider calls an address need not be one by our rules; then nobody signs in with it here. */
function normalizedOrNull(email: string): string | null {
  try {
    return normalizeEmail(email);
  } catch {
    return null;
  }
}
