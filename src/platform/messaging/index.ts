export type { Attachment, Mail, MailContent } from "./schema.ts";
export { createMessagingFromConfig, type Messaging } from "./service.ts";
export {
  accountClosed,
  accountExists,
  credentialsChanged,
  duplicatePurchase,
  emailChanged,
  impersonated,
  invitation,
  licenseIssued,
  licenseRenewed,
  mailedLink,
  paymentFailed,
  paymentRecovered,
  subscriptionCanceled,
  subscriptionConfirmed,
  subscriptionRenewed,
  trialEnding,
  webhookDisabled,
  welcome,
} from "./templates.ts";
