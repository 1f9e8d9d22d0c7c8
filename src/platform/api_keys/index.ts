export { createApiKeys } from "./service.ts";
