import { dictionary } from "@zxcvbn-ts/language-common";

/**
 * Passwords that are tried first, from leaks (the list of zxcvbn-ts, MIT): those that are long enough to be chosen at all. Kept in lower
 * case, because a capital first letter is tried next.
 */
const common = new Set(
  dictionary["passwords-common"].filter(({ length }) => length >= 6).map((password) => password.toLowerCase()),
);

/** Whether the password, or the password without the digits and marks around its word, is among the common ones. */
export function isCommonPassword(password: string): boolean {
  const lower = password.toLowerCase();
  const word = lower.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
  // A common word with a digit or a mark at its end is what cracking tools try after the list itself.
  return common.has(lower) || (word.length >= 6 && lower.length - word.length <= 2 && common.has(word));
}
