export { parseModels } from "./catalogue.ts";
export { createAiFromConfig } from "./configure.ts";
export type { Ai } from "./service.ts";
