/** The mails that Plinth writes. Each takes the reader's `locale` (BCP 47); without it the installation's is used when it is sent. */
import { compose } from "./compose.ts";
import { cleanName, type Formats, type Price } from "./formats.ts";
import type { MailContent } from "./schema.ts";
import { en } from "./texts/en.ts";
import type { Change } from "./texts.ts";

/** A person, and the language to write in. */
interface Reader {
  full_name: string;
  locale?: string;
}

/** What was bought, for which workspace. */
interface Purchase extends Reader {
  workspace: string;
  product: string;
  plan: string;
}

/** A mail with a link that works once; `code` are six digits that stand for it. */
export function mailedLink(
  mail: Reader & {
    purpose: "verify_email" | "change_email" | "reset_password" | "magic_link" | "restore_account";
    url: string;
    minutes: number;
    code?: string;
  },
): MailContent {
  return compose(mail.purpose, mail.locale, (as) => ({
    full_name: as.name(mail.full_name),
    url: mail.url,
    code: mail.code ?? null,
    validity: as.duration(mail.minutes),
  }));
}

/** Tells a person of a change of how they sign in. An unknown change is told in general words. */
export function credentialsChanged({ full_name, change, locale }: Reader & { change: string }): MailContent {
  const known = isChange(change) ? change : "other";
  return compose("credentials_changed", locale, (as) => ({ full_name: as.name(full_name), change: as.change(known) }));
}

function isChange(change: string): change is Change {
  return Object.hasOwn(en.changes, change);
}

/** Tells the former address of an account that it has another now. */
export function emailChanged({ full_name, locale }: Reader): MailContent {
  return compose("email_changed", locale, (as) => ({ full_name: as.name(full_name) }));
}

/** Tells a person that an administrator acts in their name. */
export function impersonated({ full_name, reason, locale }: Reader & { reason: string }): MailContent {
  return compose("impersonated", locale, (as) => ({ full_name: as.name(full_name), reason: cleanName(reason, 500) }));
}

/** Tells a person that the account is closed, and until when it can be restored. */
export function accountClosed(mail: Reader & { url: string; days: number }): MailContent {
  return compose("account_closed", mail.locale, (as) => ({
    full_name: as.name(mail.full_name),
    url: mail.url,
    validity: as.duration(mail.days * 1_440),
  }));
}

/** Invites somebody to a workspace. */
export function invitation(mail: {
  workspace: string;
  inviter: string;
  url: string;
  days: number;
  locale?: string;
}): MailContent {
  return compose("invitation", mail.locale, (as) => ({
    workspace: as.name(mail.workspace),
    inviter: as.name(mail.inviter),
    url: mail.url,
    validity: as.duration(mail.days * 1_440),
  }));
}

/** Tells the owner of an account that somebody registered with their address. */
export function accountExists({ full_name, login_url, locale }: Reader & { login_url: string }): MailContent {
  return compose("account_exists", locale, (as) => ({ full_name: as.name(full_name), url: login_url }));
}

/** Greets a person whose account is ready. */
export function welcome(mail: Reader & { app_name: string; url: string }): MailContent {
  return compose("welcome", mail.locale, (as) => ({
    full_name: as.name(mail.full_name),
    product: as.name(mail.app_name),
    url: mail.url,
  }));
}

/** Tells of a subscription that began; `period_ends_at` is null when it runs for ever. */
export function subscriptionConfirmed(mail: Purchase & { price: Price; period_ends_at: Date | null }): MailContent {
  return compose("subscription_confirmed", mail.locale, paid(mail));
}

/** Tells of a subscription that was paid for another period. */
export function subscriptionRenewed(mail: Purchase & { price: Price; period_ends_at: Date | null }): MailContent {
  return compose("subscription_renewed", mail.locale, paid(mail));
}

/** Tells of a subscription that will not be renewed; `access_ends_at` is null when access has ended. */
export function subscriptionCanceled(mail: Purchase & { access_ends_at: Date | null }): MailContent {
  return compose("subscription_canceled", mail.locale, (as) => ({
    ...bought(mail, as),
    access_ends_at: as.date(mail.access_ends_at),
  }));
}

/** Tells of a payment that failed for the first, second or third time: a warning, an urgent one, and that access is suspended. */
export function paymentFailed(
  mail: Purchase & { attempt: 1 | 2 | 3; grace_ends_at: Date | null; url: string | null },
): MailContent {
  return compose(`payment_failed_${mail.attempt}`, mail.locale, (as) => ({
    ...bought(mail, as),
    grace_ends_at: as.date(mail.grace_ends_at),
    url: mail.url,
  }));
}

/** Tells that a payment that had failed arrived. */
export function paymentRecovered(mail: Purchase): MailContent {
  return compose("payment_recovered", mail.locale, (as) => bought(mail, as));
}

/** Tells that a trial ends soon. */
export function trialEnding(mail: Purchase & { trial_ends_at: Date; url: string | null }): MailContent {
  return compose("trial_ending", mail.locale, (as) => ({
    ...bought(mail, as),
    trial_ends_at: as.date(mail.trial_ends_at),
    url: mail.url,
  }));
}

/** Brings a licence key; the signed file goes with it as an attachment. */
export function licenseIssued(
  mail: Omit<Purchase, "workspace"> & { license_key: string; seats: number; expires_at: Date | null },
): MailContent {
  return compose("license_issued", mail.locale, (as) => ({ ...licensed(mail, as), code: mail.license_key }));
}

/** Tells that a licence holds for longer. */
export function licenseRenewed(
  mail: Omit<Purchase, "workspace"> & { seats: number; expires_at: Date | null },
): MailContent {
  return compose("license_renewed", mail.locale, (as) => licensed(mail, as));
}

/** Tells that a workspace pays for the same thing more than once. */
export function duplicatePurchase(mail: Purchase): MailContent {
  return compose("duplicate_purchase", mail.locale, (as) => bought(mail, as));
}

/** Tells that a webhook endpoint was turned off: it answered that it is gone, or nothing arrived for days. */
export function webhookDisabled(
  mail: Reader & { workspace: string; endpoint: string; reason: "gone" | "failing" },
): MailContent {
  return compose(`webhook_${mail.reason}`, mail.locale, (as) => ({
    full_name: as.name(mail.full_name),
    workspace: as.name(mail.workspace),
    endpoint: as.name(mail.endpoint),
  }));
}

const bought = (mail: Purchase, as: Formats) => ({
  full_name: as.name(mail.full_name),
  workspace: as.name(mail.workspace),
  product: as.name(mail.product),
  plan: as.name(mail.plan),
});

const paid = (mail: Purchase & { price: Price; period_ends_at: Date | null }) => (as: Formats) => ({
  ...bought(mail, as),
  price: as.price(mail.price),
  period_ends_at: as.date(mail.period_ends_at),
});

const licensed = (mail: Omit<Purchase, "workspace"> & { seats: number; expires_at: Date | null }, as: Formats) => ({
  full_name: as.name(mail.full_name),
  product: as.name(mail.product),
  plan: as.name(mail.plan),
  seats: as.count(mail.seats),
  expires_at: as.date(mail.expires_at),
});
