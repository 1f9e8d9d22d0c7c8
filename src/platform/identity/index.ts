export { identityErrors } from "./errors.ts";
export { EmailVerified, RefreshReused, RegisteredAgain, VerificationRequested } from "./events.ts";
export { identityRoutes } from "./routes.ts";
export { createIdentity, type Identity } from "./service.ts";
