import Type, { type Static } from "typebox";
import { Closed, Id, Page, Timestamp } from "../../core/schema.ts";

export const Role = Type.Enum(["member", "admin", "owner"]);

const Name = Type.String({ minLength: 1, maxLength: 200, pattern: "\\S" });

export const Workspace = Closed({
  id: Id,
  name: Type.String(),
  slug: Type.String({ description: "Unique; for addresses that people read" }),
  personal: Type.Boolean({ description: "Whether it is somebody's personal workspace" }),
  time_zone: Type.String({ description: "IANA name; days and weeks of limits begin by it" }),
  created_at: Timestamp,
});
export type Workspace = Static<typeof Workspace>;

export const OwnWorkspace = Closed({ ...Workspace.properties, role: Role });
export const OwnWorkspaces = Page(OwnWorkspace);

export const NewWorkspace = Closed({ name: Name, time_zone: Type.Optional(Type.String({ maxLength: 64 })) });
export type NewWorkspace = Static<typeof NewWorkspace>;

export const WorkspaceChange = Closed({ name: Name });

export const Member = Closed({ user_id: Id, role: Role, created_at: Timestamp });
export const Members = Page(Member);

export const WorkspaceParams = Closed({ workspace_id: Id });
export const MemberParams = Closed({ workspace_id: Id, user_id: Id });
