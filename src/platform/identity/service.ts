import type { Clock } from "../../core/clock.ts";
import type { UserCtx } from "../../core/context.ts";
import type { Keyring } from "../../core/crypto.ts";
import type { Database } from "../../core/database.ts";
import type { Listener } from "../../core/listener.ts";
import type { Logger } from "../../core/logger.ts";
import type { Rates } from "../../core/rates.ts";
import type { Tx } from "../../core/tables.ts";
import type { Audit } from "../audit/index.ts";
import type { Events } from "../events/index.ts";
import { createFactors } from "../factors/index.ts";
import type { Messaging } from "../messaging/index.ts";
import type { Sessions } from "../sessions/index.ts";
import type { Workspaces } from "../workspaces/index.ts";
import { createAdmin } from "./admin.ts";
import { isCommonPassword } from "./common-passwords.ts";
import { createCredentials } from "./credentials.ts";
import { CredentialsChanged } from "./events.ts";
import { identitySubscribers } from "./jobs.ts";
import { createLater } from "./later.ts";
import { createMailedTokens } from "./mailed-tokens.ts";
import { createPasswords, type HashCost } from "./passwords.ts";
import { createProfile } from "./profile.ts";
import { createRegistration } from "./registration.ts";
import { checkPassword, type PasswordRule } from "./rules.ts";
import { createSignIn, type Failed, type SignedIn } from "./sign-in.ts";
import { beginCredentialChange, deleteOldTokens } from "./store.ts";
import { createThrottle, type ThrottleLimits } from "./throttle.ts";

export interface IdentityOptions {
  db: Pick<Database, "asSystem" | "systemStatement">;
  listener: Pick<Listener, "connected" | "onGap" | "on">;
  events: Pick<Events, "append">;
  workspaces: Workspaces;
  messaging: Pick<Messaging, "send" | "erase">;
  audit: Audit;
  sessions: Sessions;
  rates: Rates;
  clock: Clock;
  keyring: Keyring;
  logger: Pick<Logger, "warn" | "info">;
  settings: IdentitySettings;
}

export interface IdentitySettings {
  app_name: string;
  /** Where mailed links begin. */
  link_url: string;
  password_rule: PasswordRule;
  hashing: { concurrency: number; queue: number; cost: HashCost };
  throttle: ThrottleLimits;
  /** How long a sign-in or step-up counts as recent. */
  step_up_minutes: number;
  /** Whether registering signs in at once and tells of a known address. */
  signs_in: boolean;
  webauthn: { rp_id: string; origins: string[] };
}

export type Identity = ReturnType<typeof createIdentity>;

/** People: how they come, prove who they are, change what they prove it with, and go. */
export function createIdentity(options: IdentityOptions) {
  const { db, keyring, logger, events, workspaces, settings } = options;
  const mailedTokens = createMailedTokens(keyring);
  const passwords = createPasswords(settings.hashing);
  const throttle = createThrottle({ ...options, limits: settings.throttle });
  const later = createLater((error) => logger.warn({ err: error }, "what was to be done after an answer failed"));
  const checkNewPassword = (password: string) => checkPassword(password, settings.password_rule, isCommonPassword);
  const onChange = async (tx: Tx, { actor, request_id }: UserCtx, change: string) => {
    const workspace_id = await workspaces.personalOf(tx, actor.user_id);
    if (workspace_id === undefined) return;
    await events.append(tx, { workspace_id, request_id }, CredentialsChanged, { user_id: actor.user_id, change });
  };
  const factors = createFactors({ ...options, ...settings, beforeChange: beginCredentialChange, onChange });
  const stands = { ...options, ...settings, passwords, mailedTokens, throttle, factors, checkNewPassword };
  const onFailure = (who: Failed, what: string) =>
    later.run(() => noteFailure(options, who, what), 200 + Math.random() * 800);
  const followers: ((who: SignedIn, request_id: string) => Promise<void>)[] = [];
  const onSignedIn = (who: SignedIn, request_id: string) => {
    for (const follower of followers) later.run(() => follower(who, request_id));
  };
  const profile = createProfile(stands);
  const signIn = createSignIn({
    ...stands,
    allow_unverified: settings.signs_in,
    onFailure,
    onSignedIn,
  });
  const registration = createRegistration({ ...stands, enter: signIn.enter });
  const { forgetPerson } = profile;
  const credentials = createCredentials({ ...stands, mailLink: registration.mailLink, onFailure, forgetPerson });
  return {
    ...registration,
    ...signIn,
    ...credentials,
    ...profile,
    admin: createAdmin({ ...options, person: profile.person, mailLink: registration.mailLink, forgetPerson }),
    factors,
    /** Registers who is told, after the answer, of each person who signs in with a proved address. */
    onSignedIn: (follower: (who: SignedIn, request_id: string) => Promise<void>): void => {
      followers.push(follower);
    },
    /** Does work whose outcome the caller is not to learn, not even from the time that the answer takes. */
    later: later.run,
    /** Waits for that work. */
    settled: later.settled,
    /** What is due every hour: used tokens and challenges are forgotten. */
    maintain: async () => {
      await db.systemStatement("forget mailed tokens", deleteOldTokens);
      await factors.maintain();
    },
    subscribers: identitySubscribers({ ...stands, erase: profile.erase }),
  };
}

/** Logs a wrong proof, and records it where the account is known. */
async function noteFailure(
  { db, audit, logger }: Pick<IdentityOptions, "db" | "audit" | "logger">,
  { actor, request_id, ip }: Failed,
  what: string,
): Promise<void> {
  const action = `identity.${what}`;
  logger.info({ request_id, event: action, user_id: actor?.user_id, ip }, "a proof of identity failed");
  if (actor === undefined) return;
  const ctx: UserCtx = { actor, request_id, ...(ip === undefined ? {} : { ip }) };
  await db.asSystem("failed proof", (tx) => audit.recordOwn(tx, ctx, { action }));
}
