export { createFederation, readFederationSettings } from "./service.ts";
