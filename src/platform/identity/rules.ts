import { domainToASCII } from "node:url";
import { type FieldError, requestErrors } from "../../core/errors.ts";

/** What a mailed token is for, and how many minutes it lives. */
export const lifetimes = {
  verify_email: 24 * 60,
  change_email: 24 * 60,
  reset_password: 60,
  magic_link: 10,
  restore_account: 30 * 24 * 60,
} as const;
export type Purpose = keyof typeof lifetimes;

/**
 * An address in the form under which it is unique: trimmed, in NFKC (full-width forms and the Kelvin sign become what they look like to
 * every mail server), lower-case, the domain in its ASCII form (IDNA). Letters that merely look alike stay distinct.
 * Throws `request.invalid` for what is no single address.
 */
export function normalizeEmail(email: string, pointer = "/email"): string {
  const [, local, domain] = /^([^\s@,;<>()"[\]\\]+)@([^\s@,;<>()"[\]\\]+)$/u.exec(email.trim().normalize("NFKC")) ?? [];
  const ascii = domainToASCII(domain ?? "");
  if (local === undefined || ascii === "" || !ascii.includes(".")) {
    throw requestErrors.invalid({ errors: [{ pointer, detail: "must be an e-mail address such as ada@example.com" }] });
  }
  return `${local.toLowerCase()}@${ascii}`;
}

/** What a new password has to be: with upper case, lower case and a digit (`composition`), or long enough alone (`length`). */
export type PasswordRule = "composition" | "length";

/** Throws `request.invalid` for a password that is too short, too simple by the rule, holds a NUL, or is a common one. */
export function checkPassword(
  password: string,
  rule: PasswordRule,
  isCommon: (password: string) => boolean,
  pointer = "/password",
): void {
  const composed = rule === "composition";
  const wants = [
    { missing: [...password].length < 8, detail: "must have at least 8 characters" },
    { missing: composed && !/\p{Lu}/u.test(password), detail: "must have an upper-case letter" },
    { missing: composed && !/\p{Ll}/u.test(password), detail: "must have a lower-case letter" },
    { missing: composed && !/\p{Nd}/u.test(password), detail: "must have a digit" },
    { missing: password.includes("\0"), detail: "must not contain a NUL character" },
    { missing: isCommon(password), detail: "is among the passwords that are tried first; choose another" },
  ];
  const errors: FieldError[] = wants.filter(({ missing }) => missing).map(({ detail }) => ({ pointer, detail }));
  if (errors.length > 0) throw requestErrors.invalid({ detail: "Choose a stronger password", errors });
}

/** The time zone under its canonical IANA name. Throws `request.invalid` for a name that is none. */
export function checkTimeZone(name: string): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    const detail = "must be an IANA time zone such as Europe/Berlin";
    throw requestErrors.invalid({ errors: [{ pointer: "/time_zone", detail }] });
  }
}

/** The locale in its canonical form (BCP 47). Throws `request.invalid` for what is none. */
export function checkLocale(tag: string): string {
  try {
    const [locale] = Intl.getCanonicalLocales(tag);
    if (locale !== undefined) return locale;
  } catch {
    // Told below.
  }
  throw requestErrors.invalid({
    errors: [{ pointer: "/locale", detail: "must be a language tag such as en or pt-BR (BCP 47)" }],
  });
}
