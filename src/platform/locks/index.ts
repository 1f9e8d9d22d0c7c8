export { createLocks, type Lock, type Locks } from "./service.ts";
