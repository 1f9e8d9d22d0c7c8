import Type from "typebox";
import { defineEvent } from "../events/index.ts";

export const MemberAdded = defineEvent(
  "workspaces.member_added",
  "A person belongs to a workspace",
  Type.Object({ user_id: Type.String(), role: Type.String() }),
  { public: true },
);

export const MemberRemoved = defineEvent(
  "workspaces.member_removed",
  "A person no longer belongs to a workspace",
  Type.Object({ user_id: Type.String(), removed_by: Type.Union([Type.String(), Type.Null()]) }),
  { public: true },
);

export const WorkspaceDeleted = defineEvent(
  "workspaces.deleted",
  "A workspace was deleted; it is erased after 30 days",
  Type.Object({}),
);

export const WorkspaceErasureDue = defineEvent(
  "workspaces.erasure_due",
  "The time for which a deleted workspace is kept is over",
  Type.Object({ deleted_at: Type.String() }),
);
