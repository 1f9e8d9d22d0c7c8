import Type, { type Static } from "typebox";
import { Closed, Id, Page, PageQuery, Timestamp } from "../../core/schema.ts";

export const AuditEntry = Closed({
  id: Id,
  actor_kind: Type.Enum(["user", "api_key", "system"]),
  actor_id: Type.Union([Id, Type.Null()], { description: "The person or the key; null for the platform" }),
  impersonator_id: Type.Union([Id, Type.Null()], { description: "The administrator who acted as the person" }),
  action: Type.String({ description: "What was done, for example `workspaces.member_removed`" }),
  target: Type.Union([Type.String(), Type.Null()], { description: "To what, as `<kind>:<id>`" }),
  details: Type.Unsafe<Record<string, unknown>>({ type: "object", additionalProperties: true }),
  ip_address: Type.Union([Type.String(), Type.Null()]),
  request_id: Type.String(),
  created_at: Timestamp,
});
export const AuditEntries = Page(AuditEntry);
export type AuditEntry = Static<typeof AuditEntry>;

export const AuditQuery = Closed({
  ...PageQuery.properties,
  action: Type.Optional(Type.String({ maxLength: 100, description: "Only this action" })),
  actor_id: Type.Optional(Id),
});
export type AuditQuery = Static<typeof AuditQuery>;

export const AuditParams = Closed({ workspace_id: Id });
