import Type from "typebox";
import { defineEvent } from "../events/index.ts";

export const MemberRemoved = defineEvent(
  "workspaces.member_removed",
  "A person no longer belongs to a workspace",
  Type.Object({ user_id: Type.String(), removed_by: Type.Union([Type.String(), Type.Null()]) }),
);
