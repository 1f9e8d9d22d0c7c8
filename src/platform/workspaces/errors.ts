import { defineErrors } from "../../core/errors.ts";

export const workspaceErrors = defineErrors("workspaces", {
  last_owner: { kind: "conflict", title: "A workspace keeps at least one owner" },
  owner_protected: { kind: "forbidden", title: "Only an owner may do this to an owner" },
});
