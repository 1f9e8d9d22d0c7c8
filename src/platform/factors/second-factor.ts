import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../core/clock.ts";
import type { UserCtx } from "../../core/context.ts";
import { hmac, type Keyring, open, seal } from "../../core/crypto.ts";
import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import type { Rates } from "../../core/rates.ts";
import type { Tx } from "../../core/tables.ts";
import type { Audit } from "../audit/index.ts";
import type { Sessions } from "../sessions/index.ts";
import { factorErrors } from "./errors.ts";
import type { Enrolment, SecondFactor } from "./schema.ts";
import {
  attemptChallenge,
  deleteAuthenticator,
  endChallenges,
  findAuthenticator,
  findCredentialsVersion,
  insertChallenge,
  replaceRecoveryCodes,
  takeChallenge,
  takeRecoveryCode,
  takeStep,
  upsertAuthenticator,
} from "./store.ts";
import { newTotpSecret, totpStep, totpUrl } from "./totp.ts";

export interface SecondFactorOptions {
  db: Pick<Database, "asSystem" | "systemStatement">;
  audit: Pick<Audit, "recordOwn">;
  sessions: Pick<Sessions, "revokeAll">;
  rates: Rates;
  clock: Clock;
  keyring: Keyring;
  /** Shown by authenticator apps beside the account. */
  app_name: string;
  /** Begins every change of a person's factors, as its transaction's first step. */
  beforeChange: (tx: Tx, user_id: string) => Promise<void>;
  /** Told of every change of a person's factors, in its transaction. */
  onChange: (tx: Tx, ctx: UserCtx, change: string) => Promise<void>;
}

/** Who proved themselves, how (RFC 8176), and in which state of their credentials. */
export interface Proof {
  user_id: string;
  methods: string[];
  credentials_version: number;
}

/** Wrong codes of a person, over all attempts to sign in. */
const codeRate = { name: "second_factor", limit: 10, window_seconds: 900 };
const challengeMinutes = 10;
const codeCount = 10;

/** The authenticator app (RFC 6238), its recovery codes, and sign-ins that wait for one of them. */
export function createSecondFactor(options: SecondFactorOptions) {
  const { db, audit, sessions, rates, clock, keyring } = options;
  const secretKey = keyring.derive("factors:totp");
  const codeKey = keyring.derive("factors:recovery-code");
  const tokenKey = keyring.derive("factors:mfa-token");
  const hashOf = (code: string) => hmac(codeKey, code.toUpperCase().replaceAll(/[^0-9A-Z]/g, ""));
  const tokenOf = (id: string) => `mfa_${id}.${hmac(tokenKey, id).toString("base64url")}`;

  const readToken = (token: string): string => {
    const [, id = "", mac = ""] = /^mfa_([0-9a-f-]{36})\.([\w-]{43})$/.exec(token) ?? [];
    const given = Buffer.from(mac, "base64url");
    const own = hmac(tokenKey, id);
    if (given.length !== own.length || !timingSafeEqual(given, own)) throw factorErrors.challenge_over();
    return id;
  };
  const newRecoveryCodes = async (tx: Tx, user_id: string): Promise<string[]> => {
    const codes = Array.from({ length: codeCount }, newRecoveryCode);
    await replaceRecoveryCodes(tx, user_id, codes.map(hashOf));
    return codes;
  };
  const takeCode = async (tx: Tx, user_id: string, code: string, first: boolean): Promise<boolean> => {
    const found = await findAuthenticator(tx, user_id);
    if (found === undefined) return false;
    const step = totpStep(open(secretKey, found.secret_sealed), code, clock.now());
    return step !== undefined && takeStep(tx, user_id, step, first);
  };
  const takeFactor = async (tx: Tx, user_id: string, given: SecondFactor): Promise<string | undefined> => {
    if (given.code !== undefined) return (await takeCode(tx, user_id, given.code, false)) ? "otp" : undefined;
    const { recovery_code } = given;
    if (recovery_code === undefined) return undefined;
    return (await takeRecoveryCode(tx, user_id, hashOf(recovery_code))) ? "recovery_code" : undefined;
  };
  const counted = async <T>(user_id: string, work: () => Promise<T | undefined>): Promise<T> => {
    await rates.take(codeRate, user_id);
    const result = await work();
    if (result === undefined) throw factorErrors.code_invalid();
    await rates.giveBack(codeRate, user_id);
    return result;
  };
  const changed = async (tx: Tx, ctx: UserCtx, change: string) => {
    const { user_id, session_id } = ctx.actor;
    await sessions.revokeAll(tx, user_id, "mfa_changed", session_id);
    await endChallenges(tx, user_id);
    await audit.recordOwn(tx, ctx, { action: `identity.${change}` });
    await options.onChange(tx, ctx, change);
  };

  return {
    /** Begins to set up an authenticator app: nothing counts until a first code is shown. Throws `factors.already_enabled`. */
    enrol: async (ctx: UserCtx, label: string): Promise<Enrolment> => {
      const secret = newTotpSecret();
      const sealed = seal(secretKey, secret);
      const isKept = await db.systemStatement("enrol", (tx) => upsertAuthenticator(tx, ctx.actor.user_id, sealed));
      if (!isKept) throw factorErrors.already_enabled();
      return { secret, otpauth_url: totpUrl(secret, options.app_name, label) };
    },

    /** Sets the app up by its first code; all other sessions end. Returns the recovery codes, this once. */
    confirm: (ctx: UserCtx, code: string): Promise<string[]> =>
      counted(ctx.actor.user_id, () =>
        db.asSystem("confirm second factor", async (tx) => {
          await options.beforeChange(tx, ctx.actor.user_id);
          if (!(await takeCode(tx, ctx.actor.user_id, code, true))) return undefined;
          const codes = await newRecoveryCodes(tx, ctx.actor.user_id);
          await changed(tx, ctx, "second_factor_enabled");
          return codes;
        }),
      ),

    /** Removes the app and its recovery codes; all other sessions end. Throws `factors.not_enabled`. */
    remove: (ctx: UserCtx): Promise<void> =>
      db.asSystem("remove second factor", async (tx) => {
        await options.beforeChange(tx, ctx.actor.user_id);
        if (!(await deleteAuthenticator(tx, ctx.actor.user_id))) throw factorErrors.not_enabled();
        await changed(tx, ctx, "second_factor_removed");
      }),

    /** Replaces the recovery codes. Throws `factors.not_enabled`. */
    renewRecoveryCodes: (ctx: UserCtx): Promise<string[]> =>
      db.asSystem("renew recovery codes", async (tx) => {
        const { user_id } = ctx.actor;
        await options.beforeChange(tx, user_id);
        if ((await findAuthenticator(tx, user_id))?.confirmed_at == null) throw factorErrors.not_enabled();
        // Codes before challenges, as a sign-in takes them: so that the two wait for each other and never both.
        const codes = await newRecoveryCodes(tx, user_id);
        await changed(tx, ctx, "recovery_codes_renewed");
        return codes;
      }),

    /** Whether a password alone does not sign this person in. */
    isRequired: async (tx: Tx, user_id: string): Promise<boolean> =>
      (await findAuthenticator(tx, user_id))?.confirmed_at != null,

    /** Makes a sign-in wait for the second factor. */
    challenge: async (tx: Tx, user_id: string, methods: string[]) => {
      const id = newId();
      await insertChallenge(tx, { id, purpose: "second_factor", user_id, methods, minutes: challengeMinutes });
      const ways = ["totp" as const, "recovery_code" as const];
      return { mfa_token: tokenOf(id), expires_in: challengeMinutes * 60, methods: ways };
    },

    /**
     * Answers it: who signs in, and how they proved it. Five wrong answers end the challenge. Throws `factors.challenge_over`,
     * `factors.code_invalid`, `request.rate_limited`.
     */
    answer: async (mfa_token: string, given: SecondFactor, onWrong: (user_id: string) => void): Promise<Proof> => {
      const id = readToken(mfa_token);
      const waiting = await db.systemStatement("second factor", (tx) => attemptChallenge(tx, id, "second_factor"));
      if (waiting === undefined || waiting.user_id === null) throw factorErrors.challenge_over();
      const { user_id, methods } = waiting;
      const { method, credentials_version } = await counted(user_id, () =>
        db.asSystem("second factor", async (tx) => {
          const credentials_version = await findCredentialsVersion(tx, user_id);
          const method = await takeFactor(tx, user_id, given);
          if (method === undefined) {
            onWrong(user_id);
            return undefined;
          }
          if (!(await takeChallenge(tx, id))) throw factorErrors.challenge_over();
          return { method, credentials_version };
        }),
      );
      return { user_id, methods: [...methods, method, "mfa"], credentials_version };
    },

    /** Proves the second factor of a signed-in person. Throws `factors.code_invalid`, `request.rate_limited`. */
    prove: (user_id: string, given: SecondFactor): Promise<string> =>
      counted(user_id, () => db.asSystem("prove second factor", (tx) => takeFactor(tx, user_id, given))),

    /** Ends what waits for an answer: the credentials have changed. */
    endChallenges,
    changed,
  };
}

/** Ten characters of 32: 50 bits, which the hash's key keeps from being tried out by whoever reads the table. */
function newRecoveryCode(): string {
  const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const text = [...randomBytes(10)].map((byte) => alphabet[byte % 32]).join("");
  return `${text.slice(0, 5)}-${text.slice(5)}`;
}
