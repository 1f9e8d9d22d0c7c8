export { createMessagingFromConfig, type Messaging } from "./service.ts";
export {
  accountClosed,
  accountExists,
  credentialsChanged,
  emailChanged,
  impersonated,
  invitation,
  type MailContent,
  mailedLink,
} from "./templates.ts";
