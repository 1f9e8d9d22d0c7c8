import type { Clock } from "../../core/clock.ts";
import type { UserCtx } from "../../core/context.ts";
import { sha256 } from "../../core/crypto.ts";
import type { Database } from "../../core/database.ts";
import { requestErrors } from "../../core/errors.ts";
import { newId } from "../../core/id.ts";
import type { Listener } from "../../core/listener.ts";
import { createLiveCache } from "../../core/live-cache.ts";
import type { Events } from "../events/index.ts";
import type { Workspaces } from "../workspaces/index.ts";
import { identityErrors } from "./errors.ts";
import { RefreshReused } from "./events.ts";
import type { SecretMaker } from "./one-time-secrets.ts";
import type { Passwords } from "./passwords.ts";
import { judgeSpentToken, normalizeEmail } from "./rules.ts";
import type { Credentials, Device, Me, Tokens } from "./schema.ts";
import { findByEmail, findPrincipal, insertSession, lockSession, revokeSession, rotateSession } from "./store.ts";
import type { AccessTokens } from "./tokens.ts";

interface SessionsOptions {
  db: Pick<Database, "asSystem" | "systemStatement">;
  listener: Pick<Listener, "connected" | "onGap" | "on">;
  events: Pick<Events, "append">;
  workspaces: Pick<Workspaces, "personalOf">;
  passwords: Passwords;
  secrets: SecretMaker;
  accessTokens: AccessTokens;
  clock: Clock;
  limits: { idle_days: number; absolute_days: number; refresh_grace_seconds: number };
}

export function createSessions(options: SessionsOptions) {
  const { db, listener, events, workspaces, passwords, secrets, accessTokens, clock, limits } = options;
  type Principal = NonNullable<Awaited<ReturnType<typeof findPrincipal>>>;
  const principals = createLiveCache<Principal>({
    listener,
    tags: ({ id, session_id }) => [`user:${id}`, `session:${session_id}`],
  });
  listener.on("plinth_changes", (tag) => principals.forget(tag));

  const tokensOf = async (user_id: string, session_id: string, generation: number): Promise<Tokens> => {
    const { token, expires_in } = await accessTokens.issue({ user_id, session_id, token_id: newId() });
    const refresh_token = secrets.refreshToken(session_id, generation);
    return { access_token: token, token_type: "Bearer", expires_in, refresh_token, session_id };
  };

  const principalOf = (session_id: string): Promise<Principal> =>
    principals.get(session_id, async () => {
      const found = await db.systemStatement("authenticate", (tx) => findPrincipal(tx, session_id));
      if (found === undefined) throw requestErrors.unauthenticated();
      return found;
    });

  /** Decides about a token that is not the live one; undefined means that the session ended because of it. */
  const judgeSpent = (request_id: string, session_id: string, generation: number) =>
    db.asSystem("spent refresh token", async (tx) => {
      const session = await lockSession(tx, session_id);
      if (session === undefined) throw identityErrors.refresh_invalid();
      const verdict = judgeSpentToken(session, generation, session.now, limits.refresh_grace_seconds);
      if (verdict === "over") throw identityErrors.refresh_invalid();
      if (verdict === "replay") return session;
      await revokeSession(tx, session_id, "refresh_reused");
      const workspace_id = await workspaces.personalOf(tx, session.user_id);
      if (workspace_id !== undefined) {
        await events.append(tx, { workspace_id, request_id }, RefreshReused, { user_id: session.user_id, session_id });
      }
      return undefined;
    });

  return {
    /**
     * Signs in with a password. An unknown address, a wrong password and a suspended account get the same answer in the same time:
     * `identity.invalid_credentials`. Throws `identity.email_unverified` to whoever knows the password.
     */
    login: async ({ email, password }: Credentials, device: Device): Promise<Tokens> => {
      const email_normalized = normalizeEmail(email);
      const user = await db.systemStatement("login", (tx) => findByEmail(tx, email_normalized));
      const matches = await passwords.verify(password, user?.hash ?? undefined);
      if (user === undefined || !matches || user.status !== "active") throw identityErrors.invalid_credentials();
      if (user.email_verified_at === null) throw identityErrors.email_unverified();
      const id = newId();
      const refresh_token_hash = sha256(secrets.refreshToken(id, 0));
      const { idle_days, absolute_days } = limits;
      await db.systemStatement("login", (tx) =>
        insertSession(tx, { id, user_id: user.id, refresh_token_hash, idle_days, absolute_days, ...device }),
      );
      return tokensOf(user.id, id, 0);
    },

    /**
     * Exchanges a refresh token for the next pair. Throws `identity.refresh_invalid` for a token that is damaged, made up or of a session
     * that is over, and `identity.refresh_reused`, ending the session, for one that was spent before.
     */
    refresh: async (request_id: string, refresh_token: string): Promise<Tokens> => {
      const named = secrets.readRefreshToken(refresh_token);
      if (named === undefined) throw identityErrors.refresh_invalid();
      const { session_id, generation } = named;
      const swap = {
        session_id,
        generation,
        token_hash: sha256(refresh_token),
        next_hash: sha256(secrets.refreshToken(session_id, generation + 1)),
        idle_days: limits.idle_days,
      };
      const rotated = await db.systemStatement("refresh", (tx) => rotateSession(tx, swap));
      if (rotated !== undefined) return tokensOf(rotated.user_id, session_id, generation + 1);
      const session = await judgeSpent(request_id, session_id, generation);
      if (session !== undefined) return tokensOf(session.user_id, session_id, session.generation);
      principals.forget(`session:${session_id}`);
      throw identityErrors.refresh_reused();
    },

    /** Ends the session of the caller; its access tokens are refused from the next request on. */
    logout: async (ctx: UserCtx): Promise<void> => {
      const { session_id } = ctx.actor;
      await db.systemStatement("logout", (tx) => revokeSession(tx, session_id, "logout"));
      principals.forget(`session:${session_id}`);
    },

    /** The person behind an access token, while the session lives. Throws `request.unauthenticated`. */
    authenticate: async (access_token: string): Promise<UserCtx["actor"]> => {
      const claims = await accessTokens.check(access_token);
      if (claims === undefined) throw requestErrors.unauthenticated();
      const principal = await principalOf(claims.session_id);
      if (clock.now() >= principal.expires_at) throw requestErrors.unauthenticated();
      return { kind: "user", user_id: principal.id, session_id: principal.session_id };
    },

    me: async (ctx: UserCtx): Promise<Me> => {
      const { id, email, full_name, email_verified_at, created_at } = await principalOf(ctx.actor.session_id);
      return { id, email, full_name, email_verified: email_verified_at !== null, created_at };
    },
  };
}
