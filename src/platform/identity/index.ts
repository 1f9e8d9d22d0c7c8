export { Registered } from "./events.ts";
export { normalizeEmail } from "./rules.ts";
export { SecondFactorNeeded, SignedIn } from "./schema.ts";
export { createIdentity, type Identity, type IdentitySettings } from "./service.ts";
export type { Client, SignInResult } from "./sign-in.ts";
