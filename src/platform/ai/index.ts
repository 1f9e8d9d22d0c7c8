export { parseModels } from "./catalogue.ts";
export { createAiFromConfig } from "./configure.ts";
export type { AttemptTrace } from "./metering.ts";
export type {
  Ai,
  Completion,
  CompletionEvent,
  CompletionInput,
  CompletionStream,
} from "./port.ts";
export { type Prompt, type Prompts, readPrompts } from "./prompts.ts";
