import type { Clock } from "../../core/clock.ts";
import type { ApiKeyActor, Ctx, Role, UserActor, UserCtx } from "../../core/context.ts";
import { weakerRole } from "../../core/context.ts";
import { type Database, sqlState } from "../../core/database.ts";
import { requestErrors } from "../../core/errors.ts";
import { newId } from "../../core/id.ts";
import type { Listener } from "../../core/listener.ts";
import { createLiveCache } from "../../core/live-cache.ts";
import { pageOf, readCursor } from "../../core/pages.ts";
import type { PageQuery } from "../../core/schema.ts";
import type { Tx } from "../../core/tables.ts";
import type { Audit } from "../audit/index.ts";
import type { Entitlements } from "../entitlements/index.ts";
import { defineSubscriber, type Events, type Subscriber } from "../events/index.ts";
import { workspaceErrors } from "./errors.ts";
import { WorkspaceDeleted, WorkspaceErasureDue } from "./events.ts";
import { createMembers } from "./members.ts";
import { createQuotas } from "./quotas.ts";
import { checkTimeZone, type Quota, slugOf } from "./rules.ts";
import type { NewWorkspace, Workspace, WorkspaceChange } from "./schema.ts";
import {
  activeAmong,
  countMembers,
  eraseLonely,
  eraseWorkspace,
  findPersonal,
  findPlace,
  findWorkspace,
  insertWorkspace,
  listActive,
  listMembers,
  listOwn,
  listOwners,
  listSolelyOwned,
  lockOwned,
  lockWorkspace,
  markDeleted,
  updateBillingStatus,
  updateSuspension,
  updateWorkspace,
} from "./store.ts";

/** An actor's place in a workspace. */
export type Place = Pick<Ctx, "workspace_id" | "role">;

export type Workspaces = ReturnType<typeof createWorkspaces>;

interface WorkspacesOptions {
  db: Pick<Database, "inWorkspace" | "statement" | "asSystem" | "systemStatement">;
  listener: Pick<Listener, "connected" | "onGap" | "on">;
  events: Pick<Events, "append">;
  audit: Pick<Audit, "record">;
  entitlements: Pick<Entitlements, "highest">;
  clock: Clock;
  /** Quotas of workspaces whose plans say nothing of them. */
  quota_defaults: Record<Quota, number>;
}

/** Days for which a deleted workspace is kept. */
const keptDays = 30;

/** Tenants and their members. */
export function createWorkspaces(options: WorkspacesOptions) {
  const { db, listener, events, audit } = options;
  const places = createLiveCache<Place & { user_id: string; is_suspended: boolean }>({
    listener,
    tags: ({ user_id, workspace_id }) => [`member:${user_id}`, `workspace:${workspace_id}`],
  });
  listener.on("plinth_changes", places.forget);
  const forget = (user_id: string) => places.forget(`member:${user_id}`);
  const quotas = createQuotas({ ...options, defaults: options.quota_defaults });
  quotas.count("members", countMembers);

  const placeOf = (user_id: string, workspace_id: string | undefined) =>
    places.get(`${user_id}:${workspace_id ?? ""}`, async () => {
      const found = await db.systemStatement("enter workspace", (tx) => findPlace(tx, user_id, workspace_id));
      if (found === undefined) throw requestErrors.not_found();
      return { ...found, user_id };
    });
  const own = async (tx: Tx, ctx: Ctx): Promise<Workspace & { role: Role }> => ({
    ...required(await findWorkspace(tx, ctx.workspace_id)),
    role: ctx.role,
  });
  /** What an administrator of the platform does to a workspace. */
  const setSuspension = (ctx: UserCtx, workspace_id: string, reason: string | null, details: object) =>
    db.asSystem("suspend workspace", async (tx) => {
      if (!(await lockWorkspace(tx, workspace_id))) throw requestErrors.not_found();
      await updateSuspension(tx, workspace_id, reason);
      const action = reason === null ? "workspaces.reinstated" : "workspaces.suspended";
      await audit.record(tx, { ...ctx, workspace_id }, { action, details: { ...details } });
      tx.afterCommit(() => places.forget(`workspace:${workspace_id}`));
      return required(await findWorkspace(tx, workspace_id));
    });

  return {
    ...createMembers({ ...options, quotas, forget }),
    quotas,

    /** Makes a person's own workspace, in the transaction that makes the person. Returns its id. */
    createPersonal: async (tx: Tx, owner: { user_id: string; name: string; time_zone?: string }): Promise<string> => {
      const { name, time_zone } = owner;
      const workspace = newRow(time_zone === undefined ? { name } : { name, time_zone });
      await insertWorkspace(tx, { ...workspace, personal_of: owner.user_id }, owner.user_id);
      return workspace.id;
    },

    /** The id of a person's own workspace. */
    personalOf: async (tx: Tx, user_id: string): Promise<string | undefined> => (await findPersonal(tx, user_id))?.id,

    /** A person's own workspace. */
    personal: findPersonal,

    /** Teams that others belong to and nobody else owns; nobody else closes an account in them or leaves them meanwhile. */
    solelyOwned: async (tx: Tx, user_id: string): Promise<string[]> => {
      await lockOwned(tx, user_id);
      return listSolelyOwned(tx, user_id);
    },

    /** Erases a person's teams that nobody else belongs to. */
    eraseLonely,

    /**
     * The actor's place in the workspace, or in the personal one. Always as it is now: a removed member has none at the next
     * request, and a key has at most the place of whoever made it. Throws `request.not_found` for a stranger, exactly as for a workspace that
     * does not exist, and `workspaces.suspended` for a change in a suspended one.
     */
    enter: async (
      actor: UserActor | ApiKeyActor,
      workspace_id: string | undefined,
      wants: { change: boolean },
    ): Promise<Place> => {
      const place = await placeOf(actor.user_id, workspace_id).catch((error) => {
        // A key whose maker has gone is no key: nothing is told of the workspace.
        throw actor.kind === "api_key" ? requestErrors.unauthenticated({ cause: error }) : error;
      });
      if (place.is_suspended && wants.change) throw workspaceErrors.suspended();
      const role = actor.kind === "api_key" ? weakerRole(place.role, actor.role) : place.role;
      return { workspace_id: place.workspace_id, role };
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
      const scope: Ctx = { ...ctx, workspace_id: row.id, role: "owner" };
      const created = await db.inWorkspace(scope, async (tx) => {
        await insertWorkspace(tx, row, ctx.actor.user_id);
        await audit.record(tx, scope, { action: "workspaces.created", target: `workspace:${row.id}` });
        return own(tx, scope);
      });
      forget(ctx.actor.user_id);
      return created;
    },

    get: (ctx: Ctx): Promise<Workspace & { role: Role }> => db.statement(ctx, (tx) => own(tx, ctx)),

    /** Changes name, slug or time zone. Throws `workspaces.slug_taken`. */
    update: async (ctx: Ctx, change: WorkspaceChange): Promise<Workspace & { role: Role }> => {
      const zone = change.time_zone === undefined ? {} : { time_zone: checkTimeZone(change.time_zone) };
      return db
        .inWorkspace(ctx, async (tx) => {
          await updateWorkspace(tx, ctx.workspace_id, { ...change, ...zone });
          await audit.record(tx, ctx, { action: "workspaces.updated", details: { fields: Object.keys(change) } });
          return own(tx, ctx);
        })
        .catch((error) => {
          throw sqlState(error) === "23505" ? workspaceErrors.slug_taken({ cause: error }) : error;
        });
    },

    /** Deletes a team's workspace: nobody enters it from now on, and in 30 days it is erased. Throws `workspaces.personal`. */
    delete: (ctx: Ctx): Promise<{ status: "deleted"; erased_at: Date }> =>
      db.inWorkspace(ctx, async (tx) => {
        const deleted_at = await markDeleted(tx, ctx.workspace_id);
        if (deleted_at === undefined) throw workspaceErrors.personal();
        await audit.record(tx, ctx, { action: "workspaces.deleted" });
        await events.append(tx, ctx, WorkspaceDeleted, {});
        const due = { deleted_at: deleted_at.toISOString() };
        await events.append(tx, ctx, WorkspaceErasureDue, due, { delay_seconds: keptDays * 86_400 });
        tx.afterCommit(() => places.forget(`workspace:${ctx.workspace_id}`));
        return { status: "deleted", erased_at: new Date(deleted_at.getTime() + keptDays * 86_400_000) };
      }),

    listMembers: async (ctx: Ctx, { limit, cursor }: PageQuery) => {
      const after = readCursor(cursor);
      const rows = await db.statement(ctx, (tx) => listMembers(tx, ctx.workspace_id, after, limit));
      return pageOf(rows, limit);
    },

    /** Ids of workspaces that are neither suspended nor deleted, page by page; and of given ones those that are. */
    listActive,
    activeAmong,

    /** The owners of a workspace, in the caller's transaction; who was one first comes first. */
    owners: listOwners,

    /** What the workspace is called, in the caller's transaction. */
    nameOf: async (tx: Tx, workspace_id: string): Promise<string> =>
      required(await findWorkspace(tx, workspace_id)).name,

    /** Notes whether the workspace owes a payment, in the transaction that learned it. */
    setBillingStatus: updateBillingStatus,

    /** Lets a workspace be read only, for a reason that its members see. */
    suspend: (ctx: UserCtx, workspace_id: string, reason: string): Promise<Workspace> =>
      setSuspension(ctx, workspace_id, reason, { reason }),

    /** Ends a suspension. */
    reinstate: (ctx: UserCtx, workspace_id: string, reason: string): Promise<Workspace> =>
      setSuspension(ctx, workspace_id, null, { reason }),

    subscribers: [
      defineSubscriber({
        name: "workspaces.erase",
        event: WorkspaceErasureDue,
        handle: ({ workspace_id }, { deleted_at }) =>
          db.systemStatement("erase workspace", (tx) => eraseWorkspace(tx, workspace_id, new Date(deleted_at))),
      }),
    ] satisfies Subscriber[],
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
