export { createWorkspaces, type Workspaces } from "./service.ts";
