export { licensingErrors } from "./errors.ts";
export type { LicenseMail } from "./mails.ts";
export type { License } from "./schema.ts";
export { createLicensing, type Licensing, type LicensingOptions } from "./service.ts";
