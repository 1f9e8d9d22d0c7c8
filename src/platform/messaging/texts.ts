/** What mails say, in one language. Words in braces are filled in; what mentions one that has no value is left out. */
export interface Texts {
  /** Before the first sentence; `greeting_unnamed` where no name is known. */
  greeting: string;
  greeting_unnamed: string;
  /** Under every mail. */
  footer: string;
  /** Between a button and the address behind it. */
  button_fallback: string;
  /** A price that comes again, by its interval. */
  price: Record<Interval, string>;
  /** What happened to how somebody signs in. */
  changes: Record<Change, string>;
  templates: Record<TemplateName, TemplateText>;
}

export interface TemplateText {
  subject: string;
  blocks: Block[];
}

/** A sentence or two; a button that leads to `{url}`; a code or key, `{code}`, under its label; or a table of facts. */
export type Block = string | { button: string } | { code: string } | { facts: [label: string, value: string][] };

export type Interval = "day" | "week" | "month" | "year" | "none";

export type Change =
  | "password_changed"
  | "second_factor_enabled"
  | "second_factor_removed"
  | "recovery_codes_renewed"
  | "passkey_added"
  | "passkey_removed"
  | "identity_linked"
  | "identity_unlinked"
  | "refresh_reused"
  | "other";

/** Mails about an account and its safety: they go to whoever has unsubscribed too. */
export const essentialTemplates = [
  "verify_email",
  "change_email",
  "reset_password",
  "magic_link",
  "restore_account",
  "account_exists",
  "account_closed",
  "credentials_changed",
  "email_changed",
  "impersonated",
] as const;

export const templateNames = [
  ...essentialTemplates,
  "invitation",
  "welcome",
  "subscription_confirmed",
  "subscription_renewed",
  "subscription_canceled",
  "payment_failed_1",
  "payment_failed_2",
  "payment_failed_3",
  "payment_recovered",
  "trial_ending",
  "license_issued",
  "license_renewed",
  "duplicate_purchase",
  "webhook_gone",
  "webhook_failing",
] as const;

export type TemplateName = (typeof templateNames)[number];
