import type { Actor, UserCtx } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { requestErrors } from "../../core/errors.ts";
import { newId } from "../../core/id.ts";
import { pageOf, readCursor } from "../../core/pages.ts";
import type { Tx } from "../../core/tables.ts";
import type { Audit } from "../audit/index.ts";
import type { Events } from "../events/index.ts";
import type { Device, Sessions } from "../sessions/index.ts";
import type { Workspaces } from "../workspaces/index.ts";
import { identityErrors } from "./errors.ts";
import { Impersonated } from "./events.ts";
import { meOf, type UserRow } from "./profile.ts";
import { normalizeEmail, type Purpose } from "./rules.ts";
import type { Impersonation, PlatformRole, User, UserQuery } from "./schema.ts";
import { findByEmail, findUser, hasAdmin, holdActive, listUsers, moveStatus, updateRole } from "./store.ts";

interface AdminOptions {
  db: Pick<Database, "asSystem" | "systemStatement">;
  events: Pick<Events, "append">;
  workspaces: Pick<Workspaces, "personalOf">;
  audit: Pick<Audit, "record">;
  sessions: Pick<Sessions, "start" | "issue" | "revokeAll" | "revokeImpersonations">;
  /** The account as it is now. */
  person: (user_id: string) => Promise<UserRow>;
  mailLink: (tx: Tx, user_id: string, purpose: Purpose, request_id: string) => Promise<void>;
  forgetPerson: (tx: Tx, user_id: string) => void;
}

/** What the platform's administrators do to accounts; each act stands in the person's own audit record. */
export function createAdmin({ db, events, workspaces, audit, sessions, person, mailLink, forgetPerson }: AdminOptions) {
  const record = async (
    tx: Tx,
    ctx: { actor: Actor; request_id: string; ip?: string },
    user_id: string,
    action: string,
    details: Record<string, unknown>,
  ) => {
    const workspace_id = await workspaces.personalOf(tx, user_id);
    if (workspace_id === undefined) throw requestErrors.not_found();
    await audit.record(tx, { ...ctx, workspace_id }, { action, target: `user:${user_id}`, details });
    return workspace_id;
  };
  const required = async (tx: Tx, user_id: string): Promise<User> => {
    const user = await findUser(tx, user_id);
    if (user === undefined) throw requestErrors.not_found();
    return userOf(user);
  };
  const setRole = (ctx: { actor: Actor; request_id: string }, user_id: string, role: PlatformRole): Promise<User> =>
    db.asSystem("change platform role", async (tx) => {
      await required(tx, user_id);
      await updateRole(tx, user_id, role);
      if (!(await hasAdmin(tx))) throw identityErrors.last_admin();
      if (role === "user") await sessions.revokeImpersonations(tx, user_id);
      forgetPerson(tx, user_id);
      await record(tx, ctx, user_id, "identity.role_changed", { role });
      return required(tx, user_id);
    });

  return {
    /** Throws `request.forbidden` unless the person is an administrator of the platform now. */
    requireAdmin: async (user_id: string): Promise<void> => {
      const { role, status } = await person(user_id);
      if (role !== "admin" || status !== "active") {
        throw requestErrors.forbidden({ detail: "This is for the platform's administrators" });
      }
    },

    listUsers: async ({ limit, cursor, email, search, status, role }: UserQuery) => {
      const after = readCursor(cursor);
      const email_normalized = email === undefined ? undefined : normalizeEmail(email);
      const rows = await db.systemStatement("list accounts", (tx) =>
        listUsers(tx, { email_normalized, search, status, role }, after, limit),
      );
      const page = pageOf(rows, limit);
      return { ...page, data: page.data.map(userOf) };
    },

    getUser: (user_id: string): Promise<User> => db.systemStatement("account", (tx) => required(tx, user_id)),

    /** Keeps a person out: every session ends, keys stop. Throws `request.not_found`, `identity.last_admin`. */
    suspend: (ctx: UserCtx, user_id: string, reason: string): Promise<User> =>
      db.asSystem("suspend account", async (tx) => {
        await required(tx, user_id);
        await moveStatus(tx, user_id, ["active"], "suspended");
        forgetPerson(tx, user_id);
        if (!(await hasAdmin(tx))) throw identityErrors.last_admin();
        await sessions.revokeAll(tx, user_id, "suspended");
        await record(tx, ctx, user_id, "identity.suspended", { reason });
        return required(tx, user_id);
      }),

    /** Lets a suspended person in again. */
    reinstate: (ctx: UserCtx, user_id: string, reason: string): Promise<User> =>
      db.asSystem("reinstate account", async (tx) => {
        await required(tx, user_id);
        await moveStatus(tx, user_id, ["suspended"], "active");
        forgetPerson(tx, user_id);
        await record(tx, ctx, user_id, "identity.reinstated", { reason });
        return required(tx, user_id);
      }),

    /** Signs a person out everywhere. */
    endSessions: (ctx: UserCtx, user_id: string, reason: string): Promise<void> =>
      db.asSystem("end a person's sessions", async (tx) => {
        await required(tx, user_id);
        await sessions.revokeAll(tx, user_id, "administrator");
        await record(tx, ctx, user_id, "identity.sessions_revoked", { reason });
      }),

    /** Mails a person a link to set a new password: nobody else learns or chooses it. Throws `identity.no_address`. */
    mailPasswordReset: (ctx: UserCtx, user_id: string, reason: string): Promise<void> =>
      db.asSystem("mail a password reset", async (tx) => {
        const { email } = await required(tx, user_id);
        if (email === null) throw identityErrors.no_address();
        await mailLink(tx, user_id, "reset_password", ctx.request_id);
        await record(tx, ctx, user_id, "identity.password_reset_mailed", { reason });
      }),

    setRole,

    /** Makes the person with this address an administrator: how the first one comes about, from the command line. */
    promote: async (email: string): Promise<User> => {
      const found = await db.systemStatement("promote", (tx) => findByEmail(tx, normalizeEmail(email)));
      if (found === undefined) throw requestErrors.not_found({ detail: `Nobody has the address ${email}` });
      return setRole(
        { actor: { kind: "system", reason: "command line" }, request_id: "command-line" },
        found.id,
        "admin",
      );
    },

    /**
     * Begins a session in which the administrator acts as the person, for half an hour: marked in the token and in every audit entry, told to
     * the person, and kept from credentials. Throws `identity.not_impersonable` for administrators and closed accounts.
     */
    impersonate: async (ctx: UserCtx, user_id: string, reason: string, device: Device): Promise<Impersonation> => {
      const impersonator_id = ctx.actor.user_id;
      const session_id = await db.asSystem("impersonate", async (tx) => {
        await required(tx, user_id);
        const held = await holdActive(tx, user_id);
        if (held === undefined || held.role === "admin") throw identityErrors.not_impersonable();
        const impersonation = { impersonator_id, reason };
        const id = newId();
        await sessions.start(tx, { id, user_id, device, methods: [], transport: "bearer", impersonation });
        const workspace_id = await record(tx, ctx, user_id, "identity.impersonated", { reason, session_id: id });
        await events.append(tx, { workspace_id, request_id: ctx.request_id }, Impersonated, { user_id, reason });
        return id;
      });
      const { access_token, expires_in } = await sessions.issue(user_id, session_id, impersonator_id);
      return { access_token, token_type: "Bearer", expires_in, session_id };
    },
  };
}

function userOf(user: UserRow): User {
  return { ...meOf(user), status: user.status, deleted_at: user.deleted_at };
}
