import type { Clock } from "../../core/clock.ts";
import type { UserCtx } from "../../core/context.ts";
import { sha256 } from "../../core/crypto.ts";
import { type Database, sqlState } from "../../core/database.ts";
import { requestErrors } from "../../core/errors.ts";
import type { Rates } from "../../core/rates.ts";
import type { Tx } from "../../core/tables.ts";
import type { Audit } from "../audit/index.ts";
import type { Events } from "../events/index.ts";
import type { Factors } from "../factors/index.ts";
import type { Sessions } from "../sessions/index.ts";
import type { Workspaces } from "../workspaces/index.ts";
import { identityErrors } from "./errors.ts";
import { CredentialsChanged, EmailChanged, LinkRequested } from "./events.ts";
import type { MailedTokens } from "./mailed-tokens.ts";
import type { Passwords } from "./passwords.ts";
import { normalizeEmail, type Purpose } from "./rules.ts";
import type { PasswordChange } from "./schema.ts";
import {
  beginCredentialChange,
  findByEmail,
  findPassword,
  findUser,
  killTokens,
  setVerified,
  updateEmail,
  upsertPassword,
} from "./store.ts";
import type { createThrottle } from "./throttle.ts";

interface CredentialsOptions {
  db: Pick<Database, "asSystem" | "systemStatement">;
  events: Pick<Events, "append">;
  workspaces: Pick<Workspaces, "personalOf">;
  audit: Pick<Audit, "recordOwn">;
  sessions: Pick<Sessions, "revokeAll">;
  factors: Factors;
  passwords: Passwords;
  mailedTokens: MailedTokens;
  throttle: ReturnType<typeof createThrottle>;
  clock: Clock;
  rates: Rates;
  /** How long a sign-in counts as recent. */
  step_up_minutes: number;
  checkNewPassword: (password: string) => void;
  mailLink: (tx: Tx, user_id: string, purpose: Purpose, request_id: string) => Promise<void>;
  /** Told of a wrong proof, for the record. */
  onFailure: (who: UserCtx, what: string) => void;
  forgetPerson: (tx: Tx, user_id: string) => void;
}

/** Mails that one account may be sent on request, wherever they are asked for; beyond it the newest link that came stays good. */
const mailRate = { name: "mail_account", limit: 20, window_seconds: 3_600 };

/** Passwords and addresses: reset, changed, and what ends because of it. */
export function createCredentials(options: CredentialsOptions) {
  const { db, events, workspaces, audit, sessions, factors, passwords, mailedTokens, throttle, clock, rates } = options;

  const ownPlace = async (tx: Tx, { actor, request_id }: UserCtx) => {
    const workspace_id = await workspaces.personalOf(tx, actor.user_id);
    if (workspace_id === undefined) throw new Error(`The person ${actor.user_id} has no personal workspace`);
    return { workspace_id, request_id };
  };
  /** Tells the person of a change of credentials. */
  const announce = async (tx: Tx, ctx: UserCtx, change: string): Promise<void> => {
    const { user_id } = ctx.actor;
    await events.append(tx, await ownPlace(tx, ctx), CredentialsChanged, { user_id, change });
  };
  /** What every new password brings: other sessions, mailed tokens and half-done sign-ins end, and the person is told. */
  const setPassword = async (tx: Tx, ctx: UserCtx, hash: string, action: string) => {
    const { user_id, session_id } = ctx.actor;
    await beginCredentialChange(tx, user_id);
    await upsertPassword(tx, user_id, hash);
    await killTokens(tx, user_id);
    await sessions.revokeAll(tx, user_id, "password_changed", session_id);
    await factors.secondFactor.endChallenges(tx, user_id);
    await audit.recordOwn(tx, ctx, { action, target: `user:${user_id}` });
    await announce(tx, ctx, "password_changed");
  };
  /** Who has no password yet shows that they are who they are by having signed in, or stepped up, a short while ago. */
  const requireRecent = ({ actor }: UserCtx) => {
    const age = clock.now().getTime() - (actor.authenticated_at?.getTime() ?? 0);
    if (age > options.step_up_minutes * 60_000) throw requestErrors.step_up_required();
  };
  const requireCurrent = async (ctx: UserCtx, current: string | undefined): Promise<void> => {
    const { user_id } = ctx.actor;
    const stored = await db.systemStatement("own password", (tx) => findPassword(tx, user_id));
    if (stored === undefined) return requireRecent(ctx);
    const user = await db.systemStatement("own account", (tx) => findUser(tx, user_id));
    const email_normalized = user?.email_normalized ?? user_id;
    const attempt = { email_normalized, user_id, ip: ctx.ip ?? "", device_token: undefined, is_known: true };
    const isRight = await throttle.guard(
      attempt,
      async () => current !== undefined && passwords.verify(current, stored),
    );
    if (isRight) return;
    options.onFailure(ctx, "password_change_failed");
    throw identityErrors.wrong_password();
  };

  return {
    announce,

    /** Mails a link to the address, if it has an account that may be mailed one: to set a new password, or to sign in. */
    mailLinkTo: async (
      email_normalized: string,
      purpose: "reset_password" | "magic_link",
      request_id: string,
    ): Promise<void> => {
      await rates.take(mailRate, sha256(email_normalized).toString("base64url"));
      await db.asSystem("mail a link", async (tx) => {
        const user = await findByEmail(tx, email_normalized);
        if (user?.status === "active") await options.mailLink(tx, user.id, purpose, request_id);
      });
    },

    /**
     * Sets a new password by the mailed token: every session ends, and nobody is signed in by it. The mail proves the address too. Throws
     * `identity.token_invalid`, `request.invalid` for a weak password, which leaves the token as it was.
     */
    resetPassword: async (
      request_id: string,
      ip: string | undefined,
      token: string,
      password: string,
    ): Promise<void> => {
      options.checkNewPassword(password);
      const hash = await passwords.hash(password);
      await db.asSystem("reset password", async (tx) => {
        const redeemed = await mailedTokens.redeem(tx, "reset_password", token);
        if (redeemed === undefined) throw identityErrors.token_invalid();
        const { user_id } = redeemed;
        const ctx: UserCtx = {
          request_id,
          actor: { kind: "user", user_id, session_id: null },
          ...(ip === undefined ? {} : { ip }),
        };
        await setVerified(tx, user_id);
        await setPassword(tx, ctx, hash, "identity.password_reset");
      });
    },

    /** Changes the password of whoever knows the present one; all other sessions end. Throws `identity.wrong_password`. */
    changePassword: async (ctx: UserCtx, { current_password, password }: PasswordChange): Promise<void> => {
      options.checkNewPassword(password);
      await requireCurrent(ctx, current_password);
      const hash = await passwords.hash(password);
      await db.asSystem("change password", (tx) => setPassword(tx, ctx, hash, "identity.password_changed"));
    },

    /** Mails a link to the new address; nothing changes until it is followed. The answer tells nothing of other accounts. */
    requestEmailChange: async (
      ctx: UserCtx,
      email: string,
    ): Promise<{ email: string; status: "verification_sent" }> => {
      const new_email_normalized = normalizeEmail(email);
      const new_email = email.trim();
      const { user_id } = ctx.actor;
      await db.asSystem("request e-mail change", async (tx) => {
        const address = { new_email, new_email_normalized };
        const token_id = await mailedTokens.issue(tx, { user_id, purpose: "change_email", ...address });
        await audit.recordOwn(tx, ctx, { action: "identity.email_change_requested", target: `user:${user_id}` });
        await events.append(tx, await ownPlace(tx, ctx), LinkRequested, { user_id, token_id });
      });
      return { email: new_email, status: "verification_sent" };
    },

    /**
     * Makes the proved new address the account's; the old one is told. Throws `identity.token_invalid`, also when somebody else has the
     * address by now.
     */
    changeEmail: async (request_id: string, token: string): Promise<void> => {
      await db
        .asSystem("change e-mail", async (tx) => {
          const redeemed = await mailedTokens.redeem(tx, "change_email", token);
          if (redeemed === undefined) throw identityErrors.token_invalid();
          const { user_id, new_email, new_email_normalized, id: token_id } = redeemed;
          if (new_email === null || new_email_normalized === null) throw identityErrors.token_invalid();
          await beginCredentialChange(tx, user_id);
          await updateEmail(tx, user_id, new_email, new_email_normalized);
          await killTokens(tx, user_id);
          options.forgetPerson(tx, user_id);
          const ctx: UserCtx = { request_id, actor: { kind: "user", user_id, session_id: null } };
          await audit.recordOwn(tx, ctx, { action: "identity.email_changed", target: `user:${user_id}` });
          await events.append(tx, await ownPlace(tx, ctx), EmailChanged, { user_id, token_id });
        })
        .catch((error) => {
          throw sqlState(error) === "23505" ? identityErrors.token_invalid({ cause: error }) : error;
        });
    },
  };
}
