import type { House } from "./compose.ts";
import { languages } from "./compose.ts";
import { messagingErrors } from "./errors.ts";
import type { MailContent } from "./schema.ts";
import * as templates from "./templates.ts";
import type { TemplateName } from "./texts.ts";

/** Every template, to be looked at. */
export interface Previews {
  /** Their names, and the languages that they are written in. */
  list(): { templates: string[]; locales: string[] };
  /** A template with sample data. Throws `messaging.template_not_found`. */
  get(template: string, locale: string): MailContent;
}

const url = "https://app.example.com/example";
const at = new Date(Date.UTC(2027, 0, 31, 9, 30));
const person = { full_name: "Ada Lovelace" };
const purchase = { ...person, workspace: "Analytical Engines", product: "Prism", plan: "Pro" };
const paid = { ...purchase, price: { amount: 1_999, currency: "USD", interval: "month" }, period_ends_at: at };
const endpoint = { endpoint: "hooks.example.com" };
const license = { ...person, product: "Coditect", plan: "Team", seats: 5, expires_at: at };

const link =
  (purpose: Parameters<typeof templates.mailedLink>[0]["purpose"], minutes: number, code?: string) =>
  (locale: string) =>
    templates.mailedLink({ ...person, purpose, url, minutes, locale, ...(code === undefined ? {} : { code }) });
const failed = (attempt: 1 | 2 | 3) => (locale: string) =>
  templates.paymentFailed({ ...purchase, attempt, grace_ends_at: at, url, locale });

const samples: Record<TemplateName, (locale: string) => MailContent> = {
  verify_email: link("verify_email", 1_440),
  change_email: link("change_email", 1_440),
  reset_password: link("reset_password", 60),
  magic_link: link("magic_link", 15, "493027"),
  restore_account: link("restore_account", 43_200),
  account_exists: (locale) => templates.accountExists({ ...person, login_url: url, locale }),
  account_closed: (locale) => templates.accountClosed({ ...person, url, days: 30, locale }),
  credentials_changed: (locale) => templates.credentialsChanged({ ...person, change: "passkey_added", locale }),
  email_changed: (locale) => templates.emailChanged({ ...person, locale }),
  impersonated: (locale) => templates.impersonated({ ...person, reason: "Ticket 42", locale }),
  invitation: (locale) =>
    templates.invitation({ workspace: "Analytical Engines", inviter: "Charles Babbage", url, days: 7, locale }),
  welcome: (locale) => templates.welcome({ ...person, app_name: "Prism", url, locale }),
  subscription_confirmed: (locale) => templates.subscriptionConfirmed({ ...paid, locale }),
  subscription_renewed: (locale) => templates.subscriptionRenewed({ ...paid, locale }),
  subscription_canceled: (locale) => templates.subscriptionCanceled({ ...purchase, access_ends_at: at, locale }),
  payment_failed_1: failed(1),
  payment_failed_2: failed(2),
  payment_failed_3: failed(3),
  payment_recovered: (locale) => templates.paymentRecovered({ ...purchase, locale }),
  trial_ending: (locale) => templates.trialEnding({ ...purchase, trial_ends_at: at, url, locale }),
  license_issued: (locale) => templates.licenseIssued({ ...license, license_key: "CODI-7K2M-9QXP-4TBN-W3HD", locale }),
  license_renewed: (locale) => templates.licenseRenewed({ ...license, locale }),
  duplicate_purchase: (locale) => templates.duplicatePurchase({ ...purchase, locale }),
  webhook_gone: (locale) => templates.webhookDisabled({ ...purchase, ...endpoint, reason: "gone", locale }),
  webhook_failing: (locale) => templates.webhookDisabled({ ...purchase, ...endpoint, reason: "failing", locale }),
};

export function createPreviews(house: House): Previews {
  return {
    list: () => ({ templates: Object.keys(samples), locales: Object.keys(languages) }),
    get: (template, locale) => {
      const sample = Object.entries(samples).find(([name]) => name === template)?.[1];
      if (sample === undefined) throw messagingErrors.template_not_found();
      const content = sample(locale);
      return content.render?.(house) ?? content;
    },
  };
}
