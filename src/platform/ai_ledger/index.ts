export type * from "./port.ts";
export { createAiLedger } from "./service.ts";
