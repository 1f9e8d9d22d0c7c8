export type { Fees } from "./rules.ts";
export { type Analytics, createAnalytics } from "./service.ts";
