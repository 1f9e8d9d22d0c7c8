/** The roles of a workspace, weakest first. */
export const roles = ["member", "admin", "owner"] as const;
export type Role = (typeof roles)[number];

/** Whether a role may do what the other role may do. */
export function roleAtLeast(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}

/** Who acts: a signed-in person, or the platform itself for the reason given. */
export type Actor = { kind: "user"; user_id: string; session_id: string } | { kind: "system"; reason: string };

/** What every use case is told first: in which workspace, who acts, and which request this belongs to. */
export interface Ctx {
  workspace_id: string;
  actor: Actor;
  request_id: string;
  /** The actor's role in the workspace; the platform itself acts as owner. */
  role: Role;
}

/** A person's context before any workspace is chosen. */
export interface UserCtx {
  actor: Extract<Actor, { kind: "user" }>;
  request_id: string;
}

/** The id of the person who acts; undefined when the platform acts. */
export function userOf(ctx: Ctx): string | undefined {
  return ctx.actor.kind === "user" ? ctx.actor.user_id : undefined;
}

/** The context of work that the platform does in a workspace, for example an event's handler. */
export function systemCtx(workspace_id: string, reason: string, request_id: string): Ctx {
  return { workspace_id, actor: { kind: "system", reason }, request_id, role: "owner" };
}
