export { parsePolicy } from "./policy.ts";
export { createSafety, type Safety } from "./service.ts";
