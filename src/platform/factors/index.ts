export { PasskeyOptions, PasskeyResponse } from "./schema.ts";
export { createFactors, type Factors } from "./service.ts";
