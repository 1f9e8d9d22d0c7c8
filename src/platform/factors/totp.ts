import { Secret, TOTP } from "otpauth";

/** Seconds that a code is shown. */
const period = 30;

/** A new shared secret: 160 bits, in Base32 (RFC 4226, R6 recommends that length). */
export function newTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** The address that an authenticator app reads from a QR code. */
export function totpUrl(secret: string, issuer: string, label: string): string {
  return new TOTP({ issuer, label, secret: Secret.fromBase32(secret), period }).toString();
}

/**
 * The time step that the code belongs to (RFC 6238), one step early or late allowed for clocks that differ; undefined for a wrong code. The
 * caller takes a step once.
 */
export function totpStep(secret: string, code: string, now: Date): number | undefined {
  const timestamp = now.getTime();
  const delta = TOTP.validate({ token: code, secret: Secret.fromBase32(secret), period, timestamp, window: 1 });
  return delta === null ? undefined : TOTP.counter({ period, timestamp }) + delta;
}
