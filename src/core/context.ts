/** The roles of a workspace, weakest first. */
export const roles = ["member", "admin", "owner"] as const;
export type Role = (typeof roles)[number];

/** Whether a role may do what the other role may do. */
export function roleAtLeast(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}

/** The weaker of two roles. */
export function weakerRole(a: Role, b: Role): Role {
  return roleAtLeast(a, b) ? b : a;
}

/** A signed-in person. */
export interface UserActor {
  kind: "user";
  user_id: string;
  /** Null for a token of a foreign issuer, whose session is not ours. */
  session_id: string | null;
  /** When the person last proved who they are; routes that ask for recent proof compare it. */
  authenticated_at?: Date;
  /** The administrator who acts as this person. */
  impersonator_id?: string;
}

/** A program with an API key, in the name of whoever made the key. */
export interface ApiKeyActor {
  kind: "api_key";
  key_id: string;
  /** Who made the key. */
  user_id: string;
  workspace_id: string;
  /** What the key may do, for example `prism:write`. */
  scopes: readonly string[];
  /** Calls that it may make in a minute. */
  rate_per_minute: number;
  /** The most that the key may do in the workspace; never more than its maker may. */
  role: Role;
}

/** Who acts: a person, a program with a key, or the platform itself for the reason given. */
export type Actor = UserActor | ApiKeyActor | { kind: "system"; reason: string };

/** What every use case is told first: in which workspace, who acts, and which request this belongs to. */
export interface Ctx {
  workspace_id: string;
  actor: Actor;
  request_id: string;
  /** The actor's role in the workspace; the platform itself acts as owner. */
  role: Role;
  /** The client's address, where a client asks. */
  ip?: string;
}

/** A person's context before any workspace is chosen. */
export interface UserCtx {
  actor: UserActor;
  request_id: string;
  ip?: string;
}

/** The id of the person who acts, or in whose name a key acts; undefined when the platform acts. */
export function userOf(ctx: Pick<Ctx, "actor">): string | undefined {
  return ctx.actor.kind === "system" ? undefined : ctx.actor.user_id;
}

/** The context of work that the platform does in a workspace, for example an event's handler. */
export function systemCtx(workspace_id: string, reason: string, request_id: string): Ctx {
  return { workspace_id, actor: { kind: "system", reason }, request_id, role: "owner" };
}

/** Stands where a workspace is asked for and there is none: what the platform does for itself. No workspace has this id. */
export const noWorkspace = "00000000-0000-0000-0000-000000000000";
