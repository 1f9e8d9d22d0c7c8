import { domainToASCII } from "node:url";
import { requestErrors } from "../../core/errors.ts";

/**
 * An address in the form under which it is unique: trimmed, in NFKC (full-width forms and the Kelvin sign become what they look like to
 * every mail server), lower-case, the domain in its ASCII form (IDNA). Letters that merely look alike stay distinct.
 * Throws `request.invalid` for what is no single address.
 */
export function normalizeEmail(email: string): string {
  const [, local, domain] = /^([^\s@,;<>()"[\]\\]+)@([^\s@,;<>()"[\]\\]+)$/u.exec(email.trim().normalize("NFKC")) ?? [];
  const ascii = domainToASCII(domain ?? "");
  if (local === undefined || ascii === "" || !ascii.includes(".")) {
    throw requestErrors.invalid({
      errors: [{ pointer: "/email", detail: "must be an e-mail address such as ada@example.com" }],
    });
  }
  return `${local.toLowerCase()}@${ascii}`;
}

/** Throws `request.invalid` unless the password has 8 characters, an upper-case letter, a lower-case letter and a digit. */
export function checkPassword(password: string): void {
  const wants = [
    { missing: [...password].length < 8, detail: "must have at least 8 characters" },
    { missing: !/\p{Lu}/u.test(password), detail: "must have an upper-case letter" },
    { missing: !/\p{Ll}/u.test(password), detail: "must have a lower-case letter" },
    { missing: !/\p{Nd}/u.test(password), detail: "must have a digit" },
  ];
  const errors = wants.filter(({ missing }) => missing).map(({ detail }) => ({ pointer: "/password", detail }));
  if (errors.length > 0) throw requestErrors.invalid({ detail: "Choose a stronger password", errors });
}

/** A session as the decision about a refresh needs it. */
export interface SessionState {
  generation: number;
  rotated_at: Date;
  revoked_at: Date | null;
  idle_expires_at: Date;
  expires_at: Date;
}

/**
 * What a refresh token of a generation is worth that is not the live one (the live one was already exchanged by a compare-and-swap):
 * - `replay`: the parent of the live token, within the grace and before its child was used: the answer was lost, or two
 *   tabs refreshed at once; it gets the same child (RFC 9700, 4.14.2 leaves the remedy to the server).
 * - `reuse`: an older token, or the parent too late: somebody else may hold it; the session ends.
 * - `over`: the session has ended, or the token is not of this session's past.
 */
export function judgeSpentToken(
  session: SessionState,
  generation: number,
  now: Date,
  grace_seconds: number,
): "replay" | "reuse" | "over" {
  if (session.revoked_at !== null || now >= session.expires_at || now >= session.idle_expires_at) return "over";
  if (generation >= session.generation) return "over";
  const age = now.getTime() - session.rotated_at.getTime();
  return generation === session.generation - 1 && age < grace_seconds * 1_000 ? "replay" : "reuse";
}
