export type { ErrorReports } from "./sentry.ts";
export { createErrorReports, createTracing } from "./service.ts";
