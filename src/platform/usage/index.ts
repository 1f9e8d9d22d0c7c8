export type { Item } from "./charges.ts";
export { createUsageCredits, type UsageCredits } from "./credits.ts";
export { type ConsumeOptions, createUsage, type Usage } from "./service.ts";
