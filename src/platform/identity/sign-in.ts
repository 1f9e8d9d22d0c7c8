import type { UserCtx } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
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
import { findByEmail, findPassword, findUser, holdActive, rehashPassword, setVerified } from "./store.ts";
import type { createThrottle } from "./throttle.ts";

/** What a client says of itself when it signs in. */
export interface Client extends Device {
  transport: Transport;
  request_id: string;
}

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
  onFailure: (failure: { user_id: string | undefined; client: Client }) => void;
}

/** Every way in, and what keeps a session going. */
export function createSignIn(options: SignInOptions) {
  const { db, events, workspaces, audit, sessions, factors, passwords, mailedTokens, throttle } = options;

  /** The last step of every way in: begins the session of a person who may, or asks for the second factor. */
  const enter = async (user_id: string, methods: string[], client: Client): Promise<SignInResult> => {
    const { transport, request_id, ...device } = client;
    const entered = await db.asSystem("sign in", async (tx) => {
      // Sent at once, answered in this order: the person is held before anything else is read.
      const [held, isOwed, user, workspace] = await Promise.all([
        holdActive(tx, user_id),
        methods.includes("mfa") ? false : factors.secondFactor.isRequired(tx, user_id),
        findUser(tx, user_id),
        workspaces.personal(tx, user_id),
      ]);
      if (held === undefined || user === undefined || workspace === undefined)
        throw identityErrors.invalid_credentials();
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
    const tokens = await sessions.issue(user_id, session_id);
    return { status: "signed_in", tokens, user, workspace, device_token: throttle.deviceToken(user_id) };
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
      stored === undefined ? await proveByMail(user_id, given) : await proveByPassword(ctx, given, stored, email);
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
    const giveBack = await throttle.admit({ email_normalized: email ?? user_id, user_id, ip, device_token: undefined });
    if (!(await passwords.verify(password, stored))) throw identityErrors.wrong_password();
    await giveBack();
    return "pwd";
  };
  const proveByMail = async (user_id: string, { mailed_code }: StepUp) => {
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
      const giveBack = await throttle.admit({ email_normalized, user_id, ip: client.ip_address, device_token });
      const matches = await passwords.verify(password, user?.hash ?? undefined);
      if (user === undefined || !matches || user.status !== "active") {
        options.onFailure({ user_id, client });
        throw identityErrors.invalid_credentials();
      }
      await giveBack();
      if (user.email_verified_at === null && !options.allow_unverified) throw identityErrors.email_unverified();
      if (user.hash !== null && passwords.isOutdated(user.hash)) await rehash(user.id, password, user.hash);
      return enter(user.id, ["pwd"], client);
    },

    /** Signs in by the mailed link, which also proves the address. Throws `identity.token_invalid`. */
    followMagicLink: async (token: string, client: Client): Promise<SignInResult> => {
      const user_id = await db.asSystem("magic link", async (tx) => {
        const redeemed = await mailedTokens.redeem(tx, "magic_link", token);
        if (redeemed === undefined) throw identityErrors.token_invalid();
        await setVerified(tx, redeemed.user_id);
        return redeemed.user_id;
      });
      return enter(user_id, ["otp"], client);
    },

    /** Signs in by the mailed six digits. Throws `identity.code_invalid`; five wrong ones burn them. */
    enterCode: async ({ email, code }: CodeSignIn, client: Client): Promise<SignInResult> => {
      const email_normalized = normalizeEmail(email);
      const user = await db.systemStatement("mailed code", (tx) => findByEmail(tx, email_normalized));
      const run = <R>(work: (tx: Tx) => Promise<R>) => db.systemStatement("mailed code", work);
      const isRight = await mailedTokens.redeemCode(run, "magic_link", user?.id, code);
      if (!isRight || user === undefined) throw identityErrors.code_invalid();
      await db.systemStatement("mailed code", (tx) => setVerified(tx, user.id));
      return enter(user.id, ["otp"], client);
    },

    /** Signs in with a passkey, which is two factors at once. */
    loginWithPasskey: async ({ challenge_id, response }: PasskeyLogin, client: Client): Promise<SignInResult> => {
      const { user_id, methods } = await factors.passkeys.login(challenge_id, response);
      return enter(user_id, methods, client);
    },

    /** Shows the second factor that a sign-in waits for. */
    answerSecondFactor: async (answer: SecondFactorAnswer, client: Client): Promise<SignInResult> => {
      const { user_id, methods } = await factors.secondFactor.answer(answer.mfa_token, answer);
      return enter(user_id, methods, client);
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
      const user = await db.systemStatement("step up", (tx) => findUser(tx, ctx.actor.user_id));
      const methods = await prove(ctx, given, user?.email_normalized ?? null);
      await db.asSystem("step up", async (tx) => {
        await sessions.confirm(tx, ctx, methods);
        await audit.recordOwn(tx, ctx, { action: "identity.stepped_up", details: { methods } });
      });
    },
  };
}
