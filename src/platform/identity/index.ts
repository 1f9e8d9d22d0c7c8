export { createIdentity } from "./service.ts";
