import type { UserCtx } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { requestErrors } from "../../core/errors.ts";
import type { Listener } from "../../core/listener.ts";
import { createLiveCache } from "../../core/live-cache.ts";
import type { Tx } from "../../core/tables.ts";
import type { Audit } from "../audit/index.ts";
import type { Events } from "../events/index.ts";
import type { Messaging } from "../messaging/index.ts";
import type { Sessions } from "../sessions/index.ts";
import type { Workspaces } from "../workspaces/index.ts";
import { identityErrors } from "./errors.ts";
import { AccountDeleted, AccountErased, ErasureDue } from "./events.ts";
import type { MailedTokens } from "./mailed-tokens.ts";
import { checkLocale, checkTimeZone } from "./rules.ts";
import type { AccountDeletion, Me, ProfileChange } from "./schema.ts";
import { eraseUser, findAddressees, findCards, findUser, hasAdmin, moveStatus, updateProfile } from "./store.ts";

interface ProfileOptions {
  db: Pick<Database, "asSystem" | "systemStatement">;
  listener: Pick<Listener, "connected" | "onGap" | "on">;
  events: Pick<Events, "append">;
  workspaces: Pick<Workspaces, "personalOf" | "solelyOwned" | "eraseLonely">;
  audit: Pick<Audit, "recordOwn">;
  sessions: Pick<Sessions, "revokeAll">;
  mailedTokens: MailedTokens;
  messaging: Pick<Messaging, "erase">;
}

export type UserRow = NonNullable<Awaited<ReturnType<typeof findUser>>>;

/**
 * Removes what somebody else keeps of a person, in every workspace, in the transaction that erases the account: if it throws, nothing is
 * erased, and it is tried again.
 */
export type Eraser = (tx: Tx, place: { workspace_id: string; request_id: string }, user_id: string) => Promise<void>;

/** Days in which a deleted account can be restored. */
export const restorableDays = 30;

/** A person's own account: what it shows, and its end. */
export function createProfile(options: ProfileOptions) {
  const { db, listener, events, workspaces, audit, sessions, mailedTokens, messaging } = options;
  const erasers: Eraser[] = [];
  const people = createLiveCache<UserRow>({ listener, tags: ({ id }) => [`user:${id}`] });
  listener.on("plinth_changes", people.forget);

  const person = (user_id: string): Promise<UserRow> =>
    people.get(user_id, async () => {
      const found = await db.systemStatement("own account", (tx) => findUser(tx, user_id));
      if (found === undefined) throw requestErrors.unauthenticated();
      return found;
    });
  const placeOf = async (tx: Tx, user_id: string, request_id: string) => {
    const workspace_id = await workspaces.personalOf(tx, user_id);
    if (workspace_id === undefined) throw new Error(`The person ${user_id} has no personal workspace`);
    return { workspace_id, request_id };
  };

  return {
    /** The account as it is now. */
    person,

    /** Forgets what is remembered of an account, once the transaction that changed it commits. */
    forgetPerson: (tx: Tx, user_id: string): void => tx.afterCommit(() => people.forget(`user:${user_id}`)),

    /** How people are shown to others of their workspace. */
    cards: async (ids: string[]) => {
      const rows =
        ids.length === 0 ? [] : await db.systemStatement("people of a workspace", (tx) => findCards(tx, ids));
      return new Map(rows.map(({ id, ...card }) => [id, card]));
    },

    /** How people are written to, in the caller's transaction, in the order of the ids. */
    addressees: async (tx: Tx, ids: string[]) => {
      const rows = ids.length === 0 ? [] : await findAddressees(tx, ids);
      return ids.flatMap((id) => rows.find(({ user_id }) => user_id === id) ?? []);
    },

    /** The person of the request, and who acts in their name, if anybody. */
    me: async (ctx: UserCtx): Promise<Me & { impersonated_by?: string }> => {
      const me = meOf(await person(ctx.actor.user_id));
      return ctx.actor.impersonator_id === undefined ? me : { ...me, impersonated_by: ctx.actor.impersonator_id };
    },

    /** Changes what the account shows. Throws `request.invalid` for an unknown time zone or locale. */
    updateProfile: async (ctx: UserCtx, change: ProfileChange): Promise<Me> => {
      const { user_id } = ctx.actor;
      const checked = { ...change };
      if (typeof change.time_zone === "string") checked.time_zone = checkTimeZone(change.time_zone);
      if (typeof change.locale === "string") checked.locale = checkLocale(change.locale);
      const user = await db.asSystem("update profile", async (tx) => {
        await updateProfile(tx, user_id, checked);
        const fields = Object.keys(change);
        await audit.recordOwn(tx, ctx, {
          action: "identity.profile_updated",
          target: `user:${user_id}`,
          details: { fields },
        });
        return findUser(tx, user_id);
      });
      people.forget(`user:${user_id}`);
      if (user === undefined) throw requestErrors.unauthenticated();
      return meOf(user);
    },

    /**
     * Closes the account: every session ends, and in 30 days it is erased, unless the mailed link restores it. Throws
     * `identity.owns_workspaces` while others would be left in a workspace without an owner.
     */
    deleteAccount: async (ctx: UserCtx): Promise<AccountDeletion> => {
      const { user_id } = ctx.actor;
      const deleted_at = await db.asSystem("delete account", async (tx) => {
        const owned = await workspaces.solelyOwned(tx, user_id);
        if (owned.length > 0) throw identityErrors.owns_workspaces({ extensions: { workspace_ids: owned } });
        const moved = await moveStatus(tx, user_id, ["active"], "deleted");
        if (moved?.deleted_at == null) throw requestErrors.unauthenticated();
        if (moved.role === "admin" && !(await hasAdmin(tx))) throw identityErrors.last_admin();
        const place = await placeOf(tx, user_id, ctx.request_id);
        await sessions.revokeAll(tx, user_id, "account_deleted");
        await audit.recordOwn(tx, ctx, { action: "identity.account_deleted", target: `user:${user_id}` });
        const token_id = await mailedTokens.issue(tx, { user_id, purpose: "restore_account" });
        await events.append(tx, place, AccountDeleted, { user_id, token_id });
        const due = { user_id, deleted_at: moved.deleted_at.toISOString() };
        await events.append(tx, place, ErasureDue, due, { delay_seconds: restorableDays * 86_400 });
        return moved.deleted_at;
      });
      return { status: "deleted", erased_at: new Date(deleted_at.getTime() + restorableDays * 86_400_000) };
    },

    /** Reopens a deleted account by the mailed token; then the person signs in as before. Throws `identity.token_invalid`. */
    restoreAccount: async (request_id: string, token: string): Promise<void> => {
      await db.asSystem("restore account", async (tx) => {
        const redeemed = await mailedTokens.redeem(tx, "restore_account", token);
        if (redeemed === undefined) throw identityErrors.token_invalid();
        const { user_id } = redeemed;
        if ((await moveStatus(tx, user_id, ["deleted"], "active")) === undefined) throw identityErrors.token_invalid();
        const ctx: UserCtx = { request_id, actor: { kind: "user", user_id, session_id: null } };
        await audit.recordOwn(tx, ctx, { action: "identity.account_restored", target: `user:${user_id}` });
      });
    },

    /** Registers who has something of people to remove when an account is erased. */
    onErase: (eraser: Eraser): void => {
      erasers.push(eraser);
    },

    /** Erases an account that was deleted then and not restored since, with the personal workspace and all that is in it. */
    erase: async (user_id: string, deleted_at: Date, request_id: string): Promise<void> => {
      await db.asSystem("erase account", async (tx) => {
        const workspace_id = await workspaces.personalOf(tx, user_id);
        const user = await findUser(tx, user_id);
        if (user?.deleted_at?.getTime() !== deleted_at.getTime() || workspace_id === undefined) return;
        for (const eraser of erasers) await eraser(tx, { workspace_id, request_id }, user_id);
        await workspaces.eraseLonely(tx, user_id);
        if (user.email !== null) await messaging.erase(tx, { address: user.email, user_id });
        await eraseUser(tx, user_id, deleted_at);
        await events.append(tx, { workspace_id, request_id }, AccountErased, { user_id });
      });
    },
  };
}

/** The account as its owner sees it. */
export function meOf(user: UserRow): Me {
  const { id, email, full_name, display_name, locale, time_zone, avatar_url, role, created_at } = user;
  const shown = { id, email, full_name, display_name, locale, time_zone, avatar_url, role, created_at };
  return { ...shown, email_verified: user.email_verified_at !== null };
}
