export { safetyErrors } from "./errors.ts";
export { parsePolicy } from "./policy.ts";
export { createSafety, type Safety } from "./service.ts";
