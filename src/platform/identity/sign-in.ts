import type { UserCtx } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { PlinthError } from "../../core/errors.ts";
import { newId } from "../../core/id.ts";
import type { Tx } from "../../core/tables.ts";
import type { Audit } from "../audit/index.ts";
import type { Events } from "../events/index.ts";
import type { Factors } from "../factors/index.ts";
import type { Device, Sessions, Tokens, Transport } from "../sessions/index.ts";
import type { Workspaces } from "../workspaces/index.ts";
import { identityErrors } from "./errors.ts";
import { RefreshReused } from "./events.ts";
import type { MailedTokens } from "./mailed-tokens.ts";
import type { Passwords } from "./passwords.ts";
import { meOf } from "./profile.ts";
import { normalizeEmail } from "./rules.ts";
import type { CodeSignIn, Credentials, Me, PasskeyLogin, SecondFactorAnswer, StepUp } from "./schema.ts";
import {
  beginCredentialChange,
  deletePassword,
  findByEmail,
  findCredentialsVersion,
  findPassword,
  findUser,
  holdActive,
  rehashPassword,
  setVerified,
} from "./store.ts";
import type { createThrottle } from "./throttle.ts";

/** What a client says of itself when it signs in. */
export interface Client extends Device {
  transport: Transport;
  request_id: string;
}

/** Who failed to prove who they are: nobody that we know, or somebody. */
export type Failed = Pick<UserCtx, "request_id" | "ip"> & { actor?: UserCtx["actor"] };

/** A person who is in, or who still owes a second factor. */
export type SignInResult =
  | {
      status: "signed_in";
      tokens: Tokens;
      user: Me;
      workspace: { id: string; name: string; slug: string };
      device_token: string;
    }
  | { status: "second_factor_required"; mfa_token: string; expires_in: number; methods: ("totp" | "recovery_code")[] };

export interface SignInOptions {
  db: Pick<Database, "asSystem" | "systemStatement">;
  events: Pick<Events, "append">;
  workspaces: Pick<Workspaces, "personalOf" | "personal">;
  audit: Pick<Audit, "recordOwn">;
  sessions: Sessions;
  factors: Factors;
  passwords: Passwords;
  mailedTokens: MailedTokens;
  throttle: ReturnType<typeof createThrottle>;
  /** Whether a person whose address is not proved yet may sign in. */
  allow_unverified: boolean;
  /** Told of a failed sign-in, for the record. */
  onFailure: (who: Failed, what: string) => void;
  /** Told of everybody who is in, after that is committed. */
  onSignedIn: (who: SignedIn, request_id: string) => void;
}

/** A person who signed in, with an address that is proved. */
export interface SignedIn {
  user_id: string;
  email: string;
  workspace_id: string;
}

/** Every way in, and what keeps a session going. */
export function createSignIn(options: SignInOptions) {
  const { db, events, workspaces, audit, sessions, factors, passwords, mailedTokens, throttle } = options;

  /**
   * The last step of every way in: begins the session of a person who may, or asks for the second factor. Refuses whoever proved themselves by
   * credentials that have changed since (`credentials_version`, where they are ours).
   */
  const enter = async (
    user_id: string,
    methods: string[],
    client: Client,
    credentials_version?: number,
  ): Promise<SignInResult> => {
    const { transport, request_id, ...device } = client;
    const entered = await db.asSystem("sign in", async (tx) => {
      // Sent at once, answered in this order: the person is held before anything else is read.
      const [user, isOwed, workspace] = await Promise.all([
        holdActive(tx, user_id),
        methods.includes("mfa") ? false : factors.secondFactor.isRequired(tx, user_id),
        workspaces.personal(tx, user_id),
      ]);
      const isCurrent = credentials_version === undefined || user?.credentials_version === credentials_version;
      if (user === undefined || workspace === undefined || !isCurrent) throw identityErrors.invalid_credentials();
      if (isOwed) return { challenge: await factors.secondFactor.challenge(tx, user_id, methods) };
      const session_id = newId();
      const ctx: UserCtx = { actor: { kind: "user", user_id, session_id }, request_id, ip: device.ip_address };
      const target = `session:${session_id}`;
      await Promise.all([
        sessions.start(tx, { id: session_id, user_id, device, methods, transport }),
        audit.recordOwn(tx, ctx, { action: "identity.signed_in", target, details: { methods } }),
      ]);
      return { challenge: undefined, session_id, user: meOf(user), workspace };
    });
    if (entered.challenge !== undefined) return { status: "second_factor_required", ...entered.challenge };
    const { session_id, user, workspace } = entered;
    if (user.email !== null && user.email_verified) {
      options.onSignedIn({ user_id, email: user.email, workspace_id: workspace.id }, request_id);
    }
    const tokens = await sessions.issue(user_id, session_id);
    return { status: "signed_in", tokens, user, workspace, device_token: throttle.deviceToken(user_id) };
  };

  /**
   * Notes that whoever reads the mails of this address is here. Was it not proved before, then a password that somebody set with it is nobody's:
   * it goes, with all that was begun by it.
   */
  const proveByMail = async (tx: Tx, user_id: string): Promise<void> => {
    const user = await holdActive(tx, user_id);
    if (user !== undefined && user.email_verified_at === null) {
      await beginCredentialChange(tx, user_id);
      await deletePassword(tx, user_id);
      await sessions.revokeAll(tx, user_id, "address_proved");
    }
    await setVerified(tx, user_id);
  };
  const rehash = async (user_id: string, password: string, stored: string) => {
    const hash = await passwords.hash(password);
    await db.systemStatement("rehash password", (tx) => rehashPassword(tx, user_id, stored, hash));
  };

  /** Checks what a signed-in person shows of what the account has; returns how it was proved. */
  const prove = async (ctx: UserCtx, given: StepUp, email: string | null): Promise<string[]> => {
    const { user_id } = ctx.actor;
    if (given.passkey !== undefined) {
      const { challenge_id, response } = given.passkey;
      const proof = await factors.passkeys.login(challenge_id, response);
      if (proof.user_id !== user_id) throw identityErrors.wrong_password();
      return proof.methods;
    }
    const { stored, isOwed } = await db.asSystem("own factors", async (tx) => ({
      stored: await findPassword(tx, user_id),
      isOwed: await factors.secondFactor.isRequired(tx, user_id),
    }));
    const first =
      stored === undefined ? await proveByCode(user_id, given) : await proveByPassword(ctx, given, stored, email);
    if (!isOwed) return [first];
    if (given.code === undefined && given.recovery_code === undefined) {
      throw identityErrors.proof_missing({
        errors: [{ pointer: "/code", detail: "is required: you have an authenticator app" }],
      });
    }
    return [first, await factors.secondFactor.prove(user_id, given), "mfa"];
  };
  const proveByPassword = async (ctx: UserCtx, { password }: StepUp, stored: string, email: string | null) => {
    if (password === undefined) {
      throw identityErrors.proof_missing({
        errors: [{ pointer: "/password", detail: "is required: you have a password" }],
      });
    }
    const ip = ctx.ip ?? "";
    const { user_id } = ctx.actor;
    const attempt = { email_normalized: email ?? user_id, user_id, ip, device_token: undefined, is_known: true };
    if (!(await throttle.guard(attempt, () => passwords.verify(password, stored))))
      throw identityErrors.wrong_password();
    return "pwd";
  };
  const proveByCode = async (user_id: string, { mailed_code }: StepUp) => {
    const run = <R>(work: (tx: Tx) => Promise<R>) => db.systemStatement("mailed code", work);
    if (!(await mailedTokens.redeemCode(run, "magic_link", user_id, mailed_code ?? "")))
      throw identityErrors.code_invalid();
    return "otp";
  };

  return {
    enter,

    /**
     * Signs in with a password. An unknown address, a wrong password, an account without one and a suspended one get the same answer in the
     * same time: `identity.invalid_credentials`. Throws `identity.email_unverified` to whoever knows the password.
     */
    login: async (credentials: Credentials, client: Client): Promise<SignInResult> => {
      const { email, password, device_token } = credentials;
      const email_normalized = normalizeEmail(email);
      const user = await db.systemStatement("login", (tx) => findByEmail(tx, email_normalized));
      const user_id = user?.id;
      const attempt = { email_normalized, user_id, ip: client.ip_address, device_token };
      const isRight = await throttle.guard(attempt, async () => {
        const matches = await passwords.verify(password, user?.hash ?? undefined);
        return matches && user?.status === "active";
      });
      if (user === undefined || !isRight) {
        options.onFailure(failedOf(user_id, client), "sign_in_failed");
        throw identityErrors.invalid_credentials();
      }
      if (user.email_verified_at === null && !options.allow_unverified) throw identityErrors.email_unverified();
      if (user.hash !== null && passwords.isOutdated(user.hash)) await rehash(user.id, password, user.hash);
      return enter(user.id, ["pwd"], client, user.credentials_version);
    },

    /** Signs in by the mailed link, which also proves the address. Throws `identity.token_invalid`. */
    followMagicLink: async (token: string, client: Client): Promise<SignInResult> => {
      const { user_id, version } = await db.asSystem("magic link", async (tx) => {
        const redeemed = await mailedTokens.redeem(tx, "magic_link", token);
        if (redeemed === undefined) throw identityErrors.token_invalid();
        await proveByMail(tx, redeemed.user_id);
        return { user_id: redeemed.user_id, version: await findCredentialsVersion(tx, redeemed.user_id) };
      });
      return enter(user_id, ["otp"], client, version);
    },

    /** Signs in by the mailed six digits. Throws `identity.code_invalid`; five wrong ones burn them. */
    enterCode: async ({ email, code }: CodeSignIn, client: Client): Promise<SignInResult> => {
      const email_normalized = normalizeEmail(email);
      const user = await db.systemStatement("mailed code", (tx) => findByEmail(tx, email_normalized));
      const run = <R>(work: (tx: Tx) => Promise<R>) => db.systemStatement("mailed code", work);
      const isRight = await mailedTokens.redeemCode(run, "magic_link", user?.id, code);
      if (!isRight || user === undefined) {
        options.onFailure(failedOf(user?.id, client), "sign_in_failed");
        throw identityErrors.code_invalid();
      }
      const version = await db.asSystem("mailed code", async (tx) => {
        await proveByMail(tx, user.id);
        return findCredentialsVersion(tx, user.id);
      });
      return enter(user.id, ["otp"], client, version);
    },

    /** Signs in with a passkey, which is two factors at once. */
    loginWithPasskey: async ({ challenge_id, response }: PasskeyLogin, client: Client): Promise<SignInResult> => {
      const { user_id, methods, credentials_version } = await factors.passkeys.login(challenge_id, response);
      return enter(user_id, methods, client, credentials_version);
    },

    /** Shows the second factor that a sign-in waits for. */
    answerSecondFactor: async (answer: SecondFactorAnswer, client: Client): Promise<SignInResult> => {
      const onWrong = (user_id: string) => options.onFailure(failedOf(user_id, client), "second_factor_failed");
      const proof = await factors.secondFactor.answer(answer.mfa_token, answer, onWrong);
      return enter(proof.user_id, proof.methods, client, proof.credentials_version);
    },

    /**
     * Exchanges a refresh token for the next pair. Throws `identity.refresh_invalid` for a token that is damaged, made up or of a session
     * that is over, and `identity.refresh_reused`, ending the session and telling the person, for one that was spent before.
     */
    refresh: async (request_id: string, refresh_token: string): Promise<Tokens> => {
      const refreshed = await sessions.refresh(refresh_token, async (tx, session) => {
        const workspace_id = await workspaces.personalOf(tx, session.user_id);
        if (workspace_id === undefined) return;
        await events.append(tx, { workspace_id, request_id }, RefreshReused, session);
        const { user_id, session_id } = session;
        const ctx: UserCtx = { actor: { kind: "user", user_id, session_id }, request_id };
        await audit.recordOwn(tx, ctx, { action: "identity.refresh_reused", target: `session:${session_id}` });
      });
      if (refreshed.outcome === "invalid") throw identityErrors.refresh_invalid();
      if (refreshed.outcome === "reused") throw identityErrors.refresh_reused();
      return refreshed.tokens;
    },

    /**
     * Proves anew who a signed-in person is: by a passkey, or by the password (a mailed code without one), with a code of the authenticator
     * app where there is one. Throws `identity.wrong_password`, `identity.proof_missing`, `identity.code_invalid`, `factors.…`.
     */
    stepUp: async (ctx: UserCtx, given: StepUp): Promise<void> => {
      sessions.ownSession(ctx);
      const user = await db.systemStatement("step up", (tx) => findUser(tx, ctx.actor.user_id));
      const methods = await prove(ctx, given, user?.email_normalized ?? null).catch((error) => {
        if (error instanceof PlinthError && error.kind === "forbidden") options.onFailure(ctx, "step_up_failed");
        throw error;
      });
      await db.asSystem("step up", async (tx) => {
        await sessions.confirm(tx, ctx, methods);
        await audit.recordOwn(tx, ctx, { action: "identity.stepped_up", details: { methods } });
      });
    },
  };
}

function failedOf(user_id: string | undefined, { request_id, ip_address: ip }: Client): Failed {
  return user_id === undefined
    ? { request_id, ip }
    : { request_id, ip, actor: { kind: "user", user_id, session_id: null } };
}
