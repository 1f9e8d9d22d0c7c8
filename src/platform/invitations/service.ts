import { type Ctx, roleAtLeast, type UserCtx, userOf } from "../../core/context.ts";
import { hmac, type Keyring, sha256 } from "../../core/crypto.ts";
import type { Database } from "../../core/database.ts";
import { requestErrors } from "../../core/errors.ts";
import { newId } from "../../core/id.ts";
import { pageOf, readCursor } from "../../core/pages.ts";
import type { Audit } from "../audit/index.ts";
import { defineSubscriber, type Events, type Subscriber } from "../events/index.ts";
import { type Identity, normalizeEmail } from "../identity/index.ts";
import { invitation as invitationMail, type Messaging } from "../messaging/index.ts";
import type { Workspaces } from "../workspaces/index.ts";
import { invitationErrors } from "./errors.ts";
import { InvitationAccepted, Invited } from "./events.ts";
import type { Invitation, InvitationQuery, Joined, NewInvitation } from "./schema.ts";
import {
  acceptInvitation,
  findByToken,
  findInviterRole,
  findMailing,
  insertInvitation,
  listInvitations,
  revokeInvitation,
} from "./store.ts";

interface InvitationsOptions {
  db: Pick<Database, "inWorkspace" | "statement" | "asSystem" | "systemStatement">;
  events: Pick<Events, "append">;
  audit: Pick<Audit, "record">;
  workspaces: Pick<Workspaces, "addMember" | "get" | "requireTeam">;
  identity: Pick<Identity, "person">;
  messaging: Pick<Messaging, "send">;
  keyring: Keyring;
  /** Where mailed links begin. */
  link_url: string;
}

export type Invitations = ReturnType<typeof createInvitations>;

const days = 7;

/** Invitations to a workspace: bound to an address, for whoever has proved it. */
export function createInvitations(options: InvitationsOptions) {
  const { db, events, audit, workspaces, identity, messaging, link_url } = options;
  const tokenKey = options.keyring.derive("invitations:token");
  const tokenOf = (id: string) => hmac(tokenKey, id).toString("base64url");

  return {
    /**
     * Invites an address, whoever has it; the invitation before it to the same address ends. The answer tells nothing of accounts. Throws
     * `request.forbidden` for an admin's role from less than an admin.
     */
    invite: async (ctx: Ctx, { email, role }: NewInvitation): Promise<Invitation> => {
      const invited_by = userOf(ctx);
      if (invited_by === undefined) throw requestErrors.person_required();
      const email_normalized = normalizeEmail(email);
      const { workspace_id } = ctx;
      const id = newId();
      const row = { id, workspace_id, email: email.trim(), email_normalized, role, invited_by, days };
      return db.inWorkspace(ctx, async (tx) => {
        await workspaces.requireTeam(tx, ctx);
        const invitation = await insertInvitation(tx, { ...row, token_hash: sha256(tokenOf(id)) });
        await audit.record(tx, ctx, { action: "invitations.invited", target: `invitation:${id}`, details: { role } });
        await events.append(tx, ctx, Invited, { invitation_id: id });
        return invitation;
      });
    },

    /** The workspace's invitations, the newest first. */
    list: async (ctx: Ctx, { limit, cursor, status }: InvitationQuery) => {
      const after = readCursor(cursor);
      const isPending = status === "pending";
      return pageOf(
        await db.statement(ctx, (tx) => listInvitations(tx, ctx.workspace_id, isPending, after, limit)),
        limit,
      );
    },

    /** Throws `request.not_found` for one that is over. */
    revoke: (ctx: Ctx, id: string): Promise<void> =>
      db.inWorkspace(ctx, async (tx) => {
        if (!(await revokeInvitation(tx, ctx.workspace_id, id))) throw requestErrors.not_found();
        await audit.record(tx, ctx, { action: "invitations.revoked", target: `invitation:${id}` });
      }),

    /**
     * Makes the person a member: of any number at once one succeeds. Throws `invitations.not_yours` for another's address,
     * `invitations.email_unverified`, `invitations.over`, also when who invited may no longer, `invitations.already_member`,
     * `workspaces.quota_reached`.
     */
    accept: async (ctx: UserCtx, token: string): Promise<Joined> => {
      const { user_id } = ctx.actor;
      const found = await db.systemStatement("find invitation", (tx) => findByToken(tx, sha256(token)));
      if (found === undefined) throw requestErrors.not_found();
      const person = await identity.person(user_id);
      const address = person.email === null ? undefined : normalizeEmail(person.email);
      if (address !== found.email_normalized) throw invitationErrors.not_yours();
      if (person.email_verified_at === null) throw invitationErrors.email_unverified();
      if (found.status !== "pending") throw invitationErrors.over();
      const { id, workspace_id, role } = found;
      const scope: Ctx = { ...ctx, workspace_id, role };
      await db.inWorkspace(scope, async (tx) => {
        const inviter = await findInviterRole(tx, workspace_id, found.invited_by);
        if (inviter === undefined || !isRole(inviter) || !roleAtLeast(inviter, "admin")) throw invitationErrors.over();
        if (!(await acceptInvitation(tx, id, user_id))) throw invitationErrors.over();
        if (!(await workspaces.addMember(tx, scope, user_id, role))) throw invitationErrors.already_member();
        await audit.record(tx, scope, { action: "invitations.accepted", target: `invitation:${id}` });
        await events.append(tx, scope, InvitationAccepted, { invitation_id: id, user_id });
      });
      return { workspace_id, role };
    },

    subscribers: [
      defineSubscriber({
        name: "invitations.mail",
        event: Invited,
        max_retries: 7,
        backoff: (attempt) => 5 * 4 ** Math.min(attempt - 1, 6),
        handle: async (ctx, { invitation_id }, { event_id }) => {
          const found = await db.systemStatement("mail invitation", (tx) => findMailing(tx, invitation_id));
          if (found === undefined) return;
          const { name: workspace } = await workspaces.get(ctx);
          const { full_name: inviter } = await identity.person(found.invited_by);
          const url = `${link_url}/invitations/${tokenOf(invitation_id)}`;
          const mail = invitationMail({ workspace, inviter, url, days });
          await messaging.send({ to: found.email, workspace_id: ctx.workspace_id, ...mail, idempotency_key: event_id });
        },
      }),
    ] satisfies Subscriber[],
  };
}

function isRole(text: string): text is Ctx["role"] {
  return text === "owner" || text === "admin" || text === "member";
}
