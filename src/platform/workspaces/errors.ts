import { defineErrors } from "../../core/errors.ts";

export const workspaceErrors = defineErrors("workspaces", {
  last_owner: { kind: "conflict", title: "A workspace keeps at least one owner" },
  owner_protected: { kind: "forbidden", title: "Only an owner may do this to an owner, or make one" },
  suspended: { kind: "forbidden", title: "The workspace is suspended: it can be read, and nothing in it changed" },
  personal: { kind: "conflict", title: "This cannot be done with a personal workspace" },
  slug_taken: { kind: "conflict", title: "Another workspace has this slug" },
  quota_reached: { kind: "limit_reached", title: "The workspace has as many of these as its plan allows" },
});
