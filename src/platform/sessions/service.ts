import type { Clock } from "../../core/clock.ts";
import type { UserActor, UserCtx } from "../../core/context.ts";
import { type Keyring, sha256 } from "../../core/crypto.ts";
import type { Database } from "../../core/database.ts";
import { requestErrors } from "../../core/errors.ts";
import { newId } from "../../core/id.ts";
import type { Listener } from "../../core/listener.ts";
import { createLiveCache } from "../../core/live-cache.ts";
import { pageOf, readCursor } from "../../core/pages.ts";
import { subnet } from "../../core/rates.ts";
import type { PageQuery } from "../../core/schema.ts";
import type { Tx } from "../../core/tables.ts";
import type { Audit } from "../audit/index.ts";
import { createAccessTokens } from "./access-tokens.ts";
import { sessionErrors } from "./errors.ts";
import { createRefreshTokens } from "./refresh-tokens.ts";
import { judgeSpentToken } from "./rules.ts";
import type { Device, Tokens, Transport } from "./schema.ts";
import { createSigningKeys } from "./signing-keys.ts";
import {
  confirmSession,
  deleteEndedSessions,
  findSession,
  hasSessionFrom,
  insertSession,
  listSessions,
  lockSession,
  revokeActing,
  revokeSession,
  revokeSessions,
  rotateSession,
} from "./store.ts";

interface SessionsOptions {
  db: Pick<Database, "asSystem" | "systemStatement">;
  listener: Pick<Listener, "connected" | "onGap" | "on">;
  audit: Pick<Audit, "recordOwn">;
  clock: Clock;
  keyring: Keyring;
  /** The issuer of access tokens. */
  public_url: string;
  access_token_minutes: number;
  sessions: { idle_days: number; absolute_days: number; refresh_grace_seconds: number };
  signing_keys: { signs_days: number; lead_minutes: number };
}

/** How a session begins. */
export interface Beginning {
  /** The session's id, new. */
  id: string;
  user_id: string;
  device: Device;
  /** How the person proved who they are (RFC 8176). */
  methods: string[];
  transport: Transport;
  /** The administrator who acts as the person; such a session lasts half an hour and is not refreshed. */
  impersonation?: { impersonator_id: string; reason: string };
}

/** What became of a refresh. `reused`: the session was ended, because somebody else may hold its tokens. */
export type Refreshed = { outcome: "rotated"; tokens: Tokens } | { outcome: "invalid" } | { outcome: "reused" };

export type Sessions = ReturnType<typeof createSessions>;

const day = 86_400;
const impersonationSeconds = 30 * 60;

/** Sessions of people: begun by whoever has proved who somebody is, kept by two tokens, ended by anybody who may. */
export function createSessions(options: SessionsOptions) {
  const { db, listener, audit, clock, keyring, access_token_minutes } = options;
  const limits = options.sessions;
  const idle_seconds = limits.idle_days * day;
  const refreshTokens = createRefreshTokens(keyring);
  // A key verifies as long as anything that it signed lives.
  const longest = Math.max(access_token_minutes, impersonationSeconds / 60);
  const policy = { ...options.signing_keys, access_token_minutes: longest };
  const signingKeys = createSigningKeys({ ...options, policy });
  const accessTokens = createAccessTokens({
    issuer: options.public_url,
    lifetime_minutes: access_token_minutes,
    clock,
    keyring,
    loadKeys: signingKeys.load,
    isListening: listener.connected,
  });
  type Live = NonNullable<Awaited<ReturnType<typeof findSession>>>;
  const live = createLiveCache<Live>({ listener, tags: ({ id, user_id }) => [`session:${id}`, `user:${user_id}`] });
  listener.on("plinth_changes", (tag) => {
    live.forget(tag);
    if (tag.startsWith("signing_key:")) accessTokens.forget();
  });
  listener.onGap(accessTokens.forget);

  const forget = (ids: string[]) => {
    for (const id of ids) live.forget(`session:${id}`);
  };
  const tokensOf = async (
    session: { user_id: string; session_id: string; generation: number },
    impersonator_id?: string,
  ): Promise<Tokens> => {
    const lifetime_seconds = impersonator_id === undefined ? undefined : impersonationSeconds;
    const claims = { ...session, token_id: newId(), impersonator_id, lifetime_seconds };
    const { token, expires_in } = await accessTokens.issue(claims);
    const { session_id, generation } = session;
    const refresh_token = refreshTokens.make(session_id, generation);
    return { access_token: token, token_type: "Bearer", expires_in, refresh_token, session_id };
  };
  const ownSession = (ctx: UserCtx): string => {
    if (ctx.actor.session_id === null) throw sessionErrors.foreign_session();
    return ctx.actor.session_id;
  };

  /** Decides about a token that is not the live one. */
  const judgeSpent = (
    named: { session_id: string; generation: number },
    onReuse: (tx: Tx, session: { user_id: string; session_id: string }) => Promise<void>,
  ) =>
    db.asSystem("spent refresh token", async (tx) => {
      const session = await lockSession(tx, named.session_id);
      if (session === undefined) return "over" as const;
      const verdict = judgeSpentToken(session, named.generation, session.now, limits.refresh_grace_seconds);
      if (verdict === "replay") return session;
      if (verdict === "over") return verdict;
      await revokeSession(tx, session.user_id, named.session_id, "refresh_reused");
      await onReuse(tx, { user_id: session.user_id, session_id: named.session_id });
      return verdict;
    });

  return {
    /** Begins a session, in the transaction that made sure of the person; `issue` then makes its tokens. */
    start: async (tx: Tx, beginning: Beginning): Promise<void> => {
      const { id, user_id, device, methods, transport, impersonation } = beginning;
      const refresh_token_hash = sha256(refreshTokens.make(id, 0));
      const absolute_seconds = impersonation === undefined ? limits.absolute_days * day : impersonationSeconds;
      const acting =
        impersonation === undefined
          ? {}
          : { impersonator_id: impersonation.impersonator_id, impersonation_reason: impersonation.reason };
      const client_network = subnet(device.ip_address);
      const row = { id, user_id, refresh_token_hash, methods, transport, client_network, ...device, ...acting };
      await insertSession(tx, { ...row, idle_seconds, absolute_seconds });
    },

    /** The first pair of tokens of a session that has begun. */
    issue: (user_id: string, session_id: string, impersonator_id?: string): Promise<Tokens> =>
      tokensOf({ user_id, session_id, generation: 0 }, impersonator_id),

    /**
     * Exchanges a refresh token for the next pair. `onReuse` runs in the transaction that ends a session because of a token that was spent
     * before. A failure on our side leaves the token as good as it was.
     */
    refresh: async (
      refresh_token: string,
      onReuse: (tx: Tx, session: { user_id: string; session_id: string }) => Promise<void>,
    ): Promise<Refreshed> => {
      const named = refreshTokens.read(refresh_token);
      if (named === undefined) return { outcome: "invalid" };
      const { session_id, generation } = named;
      const next_hash = sha256(refreshTokens.make(session_id, generation + 1));
      const swap = { session_id, generation, token_hash: sha256(refresh_token), next_hash, idle_seconds };
      // Whatever keeps a new token from being signed shows before the old one is spent.
      await accessTokens.ready();
      const rotated = await db.systemStatement("refresh", (tx) => rotateSession(tx, swap));
      if (rotated !== undefined) {
        const tokens = await tokensOf({ ...rotated, session_id, generation: generation + 1 });
        return { outcome: "rotated", tokens };
      }
      const verdict = await judgeSpent(named, onReuse);
      if (verdict === "over") return { outcome: "invalid" };
      if (verdict !== "reuse") return { outcome: "rotated", tokens: await tokensOf({ ...verdict, session_id }) };
      forget([session_id]);
      return { outcome: "reused" };
    },

    /** The person behind an access token, while the session lives. Throws `request.unauthenticated`. */
    authenticate: async (access_token: string): Promise<UserActor> => {
      const claims = await accessTokens.check(access_token);
      if (claims === undefined) throw requestErrors.unauthenticated();
      const session = await live.get(claims.session_id, async () => {
        const found = await db.systemStatement("authenticate", (tx) => findSession(tx, claims.session_id));
        if (found === undefined) throw requestErrors.unauthenticated();
        return found;
      });
      const isLive = clock.now() < session.expires_at && session.user_id === claims.user_id;
      if (!isLive) throw requestErrors.unauthenticated();
      const { user_id, id, authenticated_at, impersonator_id } = session;
      const actor: UserActor = { kind: "user", user_id, session_id: id, authenticated_at };
      return impersonator_id === null ? actor : { ...actor, impersonator_id };
    },

    /** The caller's session. Throws `sessions.foreign_session` when another provider keeps it. */
    ownSession,

    /** The person's live sessions, the newest first. */
    list: async (ctx: UserCtx, { limit, cursor }: PageQuery) => {
      const after = readCursor(cursor);
      const { user_id, session_id } = ctx.actor;
      const rows = await db.systemStatement("own sessions", (tx) => listSessions(tx, user_id, after, limit));
      const page = pageOf(rows, limit);
      return { ...page, data: page.data.map((session) => ({ ...session, current: session.id === session_id })) };
    },

    /** Ends one of the person's sessions. Throws `request.not_found` for anybody else's, as for none. */
    revoke: async (ctx: UserCtx, session_id: string): Promise<void> => {
      await db.asSystem("end session", async (tx) => {
        const { user_id } = ctx.actor;
        if (!(await revokeSession(tx, user_id, session_id, "revoked"))) throw requestErrors.not_found();
        await audit.recordOwn(tx, ctx, { action: "identity.session_revoked", target: `session:${session_id}` });
      });
      forget([session_id]);
    },

    /** Ends the session of the caller; its access tokens are refused from the next request on. */
    logout: async (ctx: UserCtx): Promise<void> => {
      const session_id = ownSession(ctx);
      await db.asSystem("logout", async (tx) => {
        await revokeSession(tx, ctx.actor.user_id, session_id, "logout");
        await audit.recordOwn(tx, ctx, { action: "identity.logged_out", target: `session:${session_id}` });
      });
      forget([session_id]);
    },

    /** Ends every session of the person, or every other. Returns how many. */
    logoutAll: async (ctx: UserCtx, keep_current: boolean): Promise<number> => {
      const except = keep_current ? ownSession(ctx) : undefined;
      const ended = await db.asSystem("logout all", async (tx) => {
        const ids = await revokeSessions(tx, ctx.actor.user_id, "logout_all", except);
        await audit.recordOwn(tx, ctx, { action: "identity.sessions_revoked", details: { count: ids.length } });
        return ids;
      });
      forget(ended);
      return ended.length;
    },

    /** Ends every session of a person but one, in the caller's transaction: credentials have changed, or the account's state. */
    revokeAll: async (tx: Tx, user_id: string, reason: string, except?: string | null): Promise<void> => {
      const ended = await revokeSessions(tx, user_id, reason, except ?? undefined);
      tx.afterCommit(() => forget(ended));
    },

    /** Ends, in the caller's transaction, every session in which an administrator acts as somebody else. */
    revokeImpersonations: async (tx: Tx, impersonator_id: string): Promise<void> => {
      const ended = await revokeActing(tx, impersonator_id);
      tx.afterCommit(() => forget(ended));
    },

    /** Notes in the caller's transaction that the person of this session has just proved who they are. */
    confirm: async (tx: Tx, ctx: UserCtx, methods: string[]): Promise<void> => {
      const session_id = ownSession(ctx);
      await confirmSession(tx, session_id, methods);
      tx.afterCommit(() => forget([session_id]));
    },

    /** Whether the person has signed in from this address before. */
    hasSessionFrom,

    /** Seconds that a browser keeps the refresh cookie. */
    refresh_seconds: idle_seconds,
    jwks: accessTokens.jwks,
    signingKeys,

    /** What is due every hour: keys are rotated, sessions that ended long ago forgotten. */
    maintain: async (): Promise<void> => {
      await signingKeys.maintain();
      await db.systemStatement("forget ended sessions", deleteEndedSessions);
    },
  };
}
