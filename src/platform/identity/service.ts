import type { Clock } from "../../core/clock.ts";
import type { Keyring } from "../../core/crypto.ts";
import type { Database } from "../../core/database.ts";
import type { Listener } from "../../core/listener.ts";
import type { Events } from "../events/index.ts";
import type { Messaging } from "../messaging/index.ts";
import type { Workspaces } from "../workspaces/index.ts";
import { identitySubscribers } from "./jobs.ts";
import { createSecretMaker } from "./one-time-secrets.ts";
import { createPasswords } from "./passwords.ts";
import { createRegistration } from "./registration.ts";
import { createSessions } from "./sessions.ts";
import { insertSigningKey, listSigningKeys } from "./store.ts";
import { createAccessTokens } from "./tokens.ts";

export interface IdentityOptions {
  db: Pick<Database, "asSystem" | "systemStatement">;
  listener: Pick<Listener, "connected" | "onGap" | "on">;
  events: Pick<Events, "append">;
  workspaces: Pick<Workspaces, "createPersonal" | "personalOf">;
  messaging: Pick<Messaging, "send">;
  clock: Clock;
  keyring: Keyring;
  /** Where clients reach the API: the issuer of tokens, and the start of every mailed link. */
  public_url: string;
  access_token_minutes: number;
  sessions: { idle_days: number; absolute_days: number; refresh_grace_seconds: number };
  hashing: { concurrency: number; queue: number };
}

export type Identity = ReturnType<typeof createIdentity>;

/** People, how they prove who they are, and their sessions. */
export function createIdentity(options: IdentityOptions) {
  const { db, clock, keyring, public_url } = options;
  const secrets = createSecretMaker(keyring);
  const passwords = createPasswords(options.hashing);
  const accessTokens = createAccessTokens({
    issuer: public_url,
    lifetime_minutes: options.access_token_minutes,
    clock,
    keyring,
    loadKeys: () => db.systemStatement("signing keys", listSigningKeys),
    saveKey: (key) => db.systemStatement("signing keys", (tx) => insertSigningKey(tx, key)),
  });
  const shared = { ...options, passwords, secrets, accessTokens };
  return {
    ...createRegistration(shared),
    ...createSessions({ ...shared, limits: options.sessions }),
    /** The public keys under which access tokens can be checked by anybody (RFC 7517). */
    jwks: accessTokens.jwks,
    subscribers: identitySubscribers(shared),
  };
}
