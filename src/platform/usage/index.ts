export { usageErrors } from "./errors.ts";
export { usageRoutes } from "./routes.ts";
export { type Consumed, createUsage, type Usage } from "./service.ts";
