export { createInvitations } from "./service.ts";
