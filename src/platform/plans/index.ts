export { parseCatalogue } from "./catalogue.ts";
export { planErrors } from "./errors.ts";
export { type Store, stores } from "./schema.ts";
export { createPlans, type Offer, type Plans } from "./service.ts";
