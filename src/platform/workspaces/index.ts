export { MemberRemoved } from "./events.ts";
export { createWorkspaces, type Workspaces } from "./service.ts";
