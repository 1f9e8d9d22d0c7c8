import { type Ctx, type Role, roleAtLeast, type UserCtx, userOf } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { requestErrors } from "../../core/errors.ts";
import { newId } from "../../core/id.ts";
import type { Listener } from "../../core/listener.ts";
import { createLiveCache } from "../../core/live-cache.ts";
import { pageOf, readCursor } from "../../core/pages.ts";
import type { PageQuery } from "../../core/schema.ts";
import type { Tx } from "../../core/tables.ts";
import type { Events } from "../events/index.ts";
import { workspaceErrors } from "./errors.ts";
import { MemberRemoved } from "./events.ts";
import { checkTimeZone, slugOf } from "./rules.ts";
import type { NewWorkspace, Workspace } from "./schema.ts";
import {
  countOwners,
  deleteMember,
  findMemberRole,
  findPersonalId,
  findPlace,
  findWorkspace,
  insertWorkspace,
  listMembers,
  listOwn,
  lockWorkspace,
  updateName,
} from "./store.ts";

/** A person's place in a workspace. */
export type Place = Pick<Ctx, "workspace_id" | "role">;

export type Workspaces = ReturnType<typeof createWorkspaces>;

interface WorkspacesOptions {
  db: Pick<Database, "inWorkspace" | "statement" | "systemStatement">;
  listener: Pick<Listener, "connected" | "onGap" | "on">;
  events: Pick<Events, "append">;
}

/** Tenants and their members. */
export function createWorkspaces({ db, listener, events }: WorkspacesOptions) {
  const places = createLiveCache<Place & { user_id: string }>({
    listener,
    tags: ({ user_id }) => [`member:${user_id}`],
  });
  listener.on("plinth_changes", (tag) => places.forget(tag));

  return {
    /** Makes a person's own workspace, in the transaction that makes the person. Returns its id. */
    createPersonal: async (tx: Tx, owner: { user_id: string; name: string; time_zone?: string }): Promise<string> => {
      const workspace = newRow({
        name: owner.name,
        ...(owner.time_zone === undefined ? {} : { time_zone: owner.time_zone }),
      });
      await insertWorkspace(tx, { ...workspace, personal_of: owner.user_id }, owner.user_id);
      return workspace.id;
    },

    /** The id of a person's own workspace. */
    personalOf: findPersonalId,

    /**
     * The person's place in the workspace, or in the personal one. Always as it is now: a removed member has none at the next
     * request. Throws `request.not_found` for a stranger, exactly as for a workspace that does not exist.
     */
    enter: async (user_id: string, workspace_id: string | undefined): Promise<Place> => {
      const place = await places.get(`${user_id}:${workspace_id ?? ""}`, async () => {
        const found = await db.systemStatement("enter workspace", (tx) => findPlace(tx, user_id, workspace_id));
        if (found === undefined) throw requestErrors.not_found();
        return { ...found, user_id };
      });
      return { workspace_id: place.workspace_id, role: place.role };
    },

    /** The workspaces that a person belongs to, the oldest first. */
    list: async (ctx: UserCtx, { limit, cursor }: PageQuery) => {
      const after = readCursor(cursor);
      const rows = await db.systemStatement("own workspaces", (tx) => listOwn(tx, ctx.actor.user_id, after, limit));
      return pageOf(rows, limit);
    },

    /** Makes a workspace of a team; the person owns it. */
    create: async (ctx: UserCtx, input: NewWorkspace): Promise<Workspace & { role: Role }> => {
      const row = newRow(input);
      const created = await db.inWorkspace({ workspace_id: row.id, actor: ctx.actor }, async (tx) => {
        await insertWorkspace(tx, row, ctx.actor.user_id);
        return findWorkspace(tx, row.id);
      });
      places.forget(`member:${ctx.actor.user_id}`);
      return { ...required(created), role: "owner" };
    },

    get: async (ctx: Ctx): Promise<Workspace & { role: Role }> => ({
      ...required(await db.statement(ctx, (tx) => findWorkspace(tx, ctx.workspace_id))),
      role: ctx.role,
    }),

    rename: (ctx: Ctx, name: string): Promise<Workspace & { role: Role }> =>
      db.inWorkspace(ctx, async (tx) => {
        await updateName(tx, ctx.workspace_id, name);
        return { ...required(await findWorkspace(tx, ctx.workspace_id)), role: ctx.role };
      }),

    listMembers: async (ctx: Ctx, { limit, cursor }: PageQuery) => {
      const after = readCursor(cursor);
      const rows = await db.statement(ctx, (tx) => listMembers(tx, ctx.workspace_id, after, limit));
      return pageOf(rows, limit);
    },

    /**
     * Ends a membership; everybody may end their own. Throws `request.forbidden` for a member who removes another,
     * `workspaces.owner_protected` for an admin who removes an owner, and `workspaces.last_owner`, also when two owners leave at once.
     */
    removeMember: async (ctx: Ctx, user_id: string): Promise<void> => {
      const isSelf = userOf(ctx) === user_id;
      if (!isSelf && !roleAtLeast(ctx.role, "admin")) throw requestErrors.forbidden();
      await db.inWorkspace(ctx, async (tx) => {
        await lockWorkspace(tx, ctx.workspace_id);
        const role = await findMemberRole(tx, ctx.workspace_id, user_id);
        if (role === undefined) throw requestErrors.not_found();
        if (role === "owner" && ctx.role !== "owner") throw workspaceErrors.owner_protected();
        if (role === "owner" && (await countOwners(tx, ctx.workspace_id)) === 1) throw workspaceErrors.last_owner();
        await deleteMember(tx, ctx.workspace_id, user_id);
        await events.append(tx, ctx, MemberRemoved, { user_id, removed_by: userOf(ctx) ?? null });
      });
      places.forget(`member:${user_id}`);
    },
  };
}

function newRow({ name, time_zone }: NewWorkspace) {
  const id = newId();
  const zone = time_zone === undefined ? "UTC" : checkTimeZone(time_zone);
  return { id, name, slug: slugOf(name, id.slice(-12)), time_zone: zone, personal_of: null };
}

function required<T>(found: T | undefined): T {
  if (found === undefined) throw requestErrors.not_found();
  return found;
}
