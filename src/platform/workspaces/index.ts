export { workspaceErrors } from "./errors.ts";
export { MemberRemoved } from "./events.ts";
export { workspaceRoutes } from "./routes.ts";
export { createWorkspaces, type Workspaces } from "./service.ts";
