import type { Ctx, UserCtx } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import { pageOf, readCursor } from "../../core/pages.ts";
import type { Tx } from "../../core/tables.ts";
import type { AuditEntry, AuditQuery } from "./schema.ts";
import { insertEntry, listEntries } from "./store.ts";

/** What was done, to what, and the facts of it: never a secret. */
export interface AuditFact {
  /** `<module>.<what_was_done>`, as events are named. */
  action: string;
  /** `<kind>:<id>` */
  target?: string;
  details?: Record<string, unknown>;
}

/** Who acted, where, and on which request. */
export type AuditCtx = Pick<Ctx, "workspace_id" | "actor" | "request_id" | "ip">;

/** The record of who did what. */
export interface Audit {
  /** Records the fact in the caller's transaction: it stands if, and only if, what it tells of happened. */
  record(tx: Tx, ctx: AuditCtx, fact: AuditFact): Promise<void>;
  /** As `record`, of what a person does to the own account: it stands in the personal workspace. `tx` is the platform's. */
  recordOwn(tx: Tx, ctx: UserCtx, fact: AuditFact): Promise<void>;
  /** The workspace's entries, the newest first. */
  list(ctx: Ctx, query: AuditQuery): Promise<{ data: AuditEntry[]; next_cursor: string | null }>;
}

export function createAudit({ db }: { db: Pick<Database, "statement"> }): Audit {
  const entryOf = ({ actor, request_id, ip }: Omit<AuditCtx, "workspace_id">, fact: AuditFact) => ({
    id: newId(),
    actor_kind: actor.kind,
    actor_id: actor.kind === "system" ? null : actor.kind === "user" ? actor.user_id : actor.key_id,
    impersonator_id: actor.kind === "user" ? (actor.impersonator_id ?? null) : null,
    action: fact.action,
    target: fact.target ?? null,
    details: actor.kind === "system" ? { ...fact.details, reason: actor.reason } : (fact.details ?? {}),
    ip_address: ip ?? null,
    request_id,
  });
  return {
    record: (tx, ctx, fact) => insertEntry(tx, { workspace_id: ctx.workspace_id }, entryOf(ctx, fact)),
    recordOwn: (tx, ctx, fact) => insertEntry(tx, { personal_of: ctx.actor.user_id }, entryOf(ctx, fact)),
    list: async (ctx, { limit, cursor, action, actor_id }) => {
      const after = readCursor(cursor);
      return pageOf(
        await db.statement(ctx, (tx) => listEntries(tx, ctx.workspace_id, { action, actor_id }, after, limit)),
        limit,
      );
    },
  };
}
