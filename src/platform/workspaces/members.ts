import { type Ctx, type Role, roleAtLeast, userOf } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { requestErrors } from "../../core/errors.ts";
import type { Tx } from "../../core/tables.ts";
import type { Audit } from "../audit/index.ts";
import type { Events } from "../events/index.ts";
import { workspaceErrors } from "./errors.ts";
import { MemberAdded, MemberRemoved } from "./events.ts";
import type { createQuotas } from "./quotas.ts";
import {
  deleteMember,
  findMemberRole,
  findWorkspace,
  hasOtherOwner,
  insertMember,
  lockWorkspace,
  updateMemberRole,
} from "./store.ts";

interface MembersOptions {
  db: Pick<Database, "inWorkspace">;
  events: Pick<Events, "append">;
  audit: Pick<Audit, "record">;
  quotas: Pick<ReturnType<typeof createQuotas>, "requireRoom">;
  forget: (user_id: string) => void;
}

/** Who belongs to a workspace and as what. Every change waits for the others of the same workspace, and then looks anew. */
export function createMembers({ db, events, audit, quotas, forget }: MembersOptions) {
  /** The role of whoever acts, as it is under the lock: a demotion meanwhile counts. */
  const actingRole = async (tx: Tx, ctx: Ctx): Promise<Role> => {
    const user_id = userOf(ctx);
    if (user_id === undefined) return "owner";
    const role = await findMemberRole(tx, ctx.workspace_id, user_id);
    if (role === undefined) throw requestErrors.not_found();
    return role;
  };
  const requireOtherOwner = async (tx: Tx, ctx: Ctx, user_id: string) => {
    if (!(await hasOtherOwner(tx, ctx.workspace_id, user_id))) throw workspaceErrors.last_owner();
  };
  const lock = async (tx: Tx, { workspace_id }: Ctx) => {
    if (!(await lockWorkspace(tx, workspace_id))) throw requestErrors.not_found();
  };
  const changed = (tx: Tx, ctx: Ctx, action: string, user_id: string, details: Record<string, unknown> = {}) => {
    tx.afterCommit(() => forget(user_id));
    return audit.record(tx, ctx, { action: `workspaces.${action}`, target: `user:${user_id}`, details });
  };

  const requireTeam = async (tx: Tx, { workspace_id }: Ctx) => {
    const workspace = await findWorkspace(tx, workspace_id);
    if (workspace === undefined) throw requestErrors.not_found();
    if (workspace.personal) throw workspaceErrors.personal();
    return workspace;
  };

  return {
    /** Throws `workspaces.personal` for a workspace that nobody else can belong to. */
    requireTeam,

    /**
     * Adds a person to the workspace, in the caller's transaction of it; false for one who belongs to it already. Throws
     * `workspaces.quota_reached` when it has as many members as it may, `workspaces.personal`.
     */
    addMember: async (tx: Tx, ctx: Ctx, user_id: string, role: Exclude<Role, "owner">): Promise<boolean> => {
      const { workspace_id } = ctx;
      await lock(tx, ctx);
      const workspace = await requireTeam(tx, ctx);
      if (workspace.status === "suspended") throw workspaceErrors.suspended();
      if ((await findMemberRole(tx, workspace_id, user_id)) !== undefined) return false;
      await quotas.requireRoom(tx, ctx, "members");
      if (!(await insertMember(tx, workspace_id, user_id, role))) return false;
      await changed(tx, ctx, "member_added", user_id, { role });
      await events.append(tx, ctx, MemberAdded, { user_id, role });
      return true;
    },

    /**
     * Ends a membership; everybody may end their own. Throws `request.forbidden` for a member who removes another,
     * `workspaces.owner_protected` for an admin who removes an owner, and `workspaces.last_owner`, also when two owners leave at once.
     */
    removeMember: async (ctx: Ctx, user_id: string): Promise<void> => {
      const isSelf = userOf(ctx) === user_id;
      await db.inWorkspace(ctx, async (tx) => {
        await lock(tx, ctx);
        const own = await actingRole(tx, ctx);
        if (!isSelf && !roleAtLeast(own, "admin")) throw requestErrors.forbidden();
        const role = await findMemberRole(tx, ctx.workspace_id, user_id);
        if (role === undefined) throw requestErrors.not_found();
        if (role === "owner" && own !== "owner") throw workspaceErrors.owner_protected();
        if (role === "owner") await requireOtherOwner(tx, ctx, user_id);
        await deleteMember(tx, ctx.workspace_id, user_id);
        await changed(tx, ctx, "member_removed", user_id);
        await events.append(tx, ctx, MemberRemoved, { user_id, removed_by: userOf(ctx) ?? null });
      });
    },

    /**
     * Gives a member another role. Throws `workspaces.owner_protected` when an admin makes or changes an owner, `workspaces.last_owner`,
     * also when two owners demote each other at once.
     */
    changeRole: (ctx: Ctx, user_id: string, role: Role): Promise<void> =>
      db.inWorkspace(ctx, async (tx) => {
        await lock(tx, ctx);
        const own = await actingRole(tx, ctx);
        if (!roleAtLeast(own, "admin")) throw requestErrors.forbidden();
        const before = await findMemberRole(tx, ctx.workspace_id, user_id);
        if (before === undefined) throw requestErrors.not_found();
        if ((before === "owner" || role === "owner") && own !== "owner") throw workspaceErrors.owner_protected();
        if (before === "owner" && role !== "owner") await requireOtherOwner(tx, ctx, user_id);
        await updateMemberRole(tx, ctx.workspace_id, user_id, role);
        await changed(tx, ctx, "role_changed", user_id, { from: before, to: role });
      }),

    /** Hands the workspace over to another member; the former owner stays as an admin. Throws `workspaces.personal`. */
    transfer: (ctx: Ctx, user_id: string): Promise<void> =>
      db.inWorkspace(ctx, async (tx) => {
        await lock(tx, ctx);
        if ((await actingRole(tx, ctx)) !== "owner") throw workspaceErrors.owner_protected();
        await requireTeam(tx, ctx);
        if ((await findMemberRole(tx, ctx.workspace_id, user_id)) === undefined) throw requestErrors.not_found();
        const former = userOf(ctx);
        await updateMemberRole(tx, ctx.workspace_id, user_id, "owner");
        if (former !== undefined && former !== user_id) {
          await updateMemberRole(tx, ctx.workspace_id, former, "admin");
          tx.afterCommit(() => forget(former));
        }
        await changed(tx, ctx, "ownership_transferred", user_id, { from: former });
      }),
  };
}
