export { parseModels } from "./catalogue.ts";
export { createAiFromConfig } from "./configure.ts";
export { aiErrors } from "./errors.ts";
export type { Message, MeteredUsage } from "./schema.ts";
export type { Ai, Completion, CompletionInput } from "./service.ts";
