import { randomBytes } from "node:crypto";

/** A licence key as people read it: prefix, and five groups of four, `CODITECT-7Q2M-….` */
export interface LicenseKeyText {
  prefix: string;
  /** 19 random characters (95 bits) and the check character. */
  body: string;
}

/** Crockford's base 32 (crockford.com/base32): no I, L, O and U. A character's place is its value. */
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const bodyLength = 20;
/** Longest text that is looked at. */
const longest = 100;

/** Twice the value in GF(32), over x⁵ + x² + 1, of which 2 is a primitive element (its powers are distinct for 31 places). */
function double(value: number): number {
  return (value << 1) ^ (value & 16 ? 0b100101 : 0);
}

/** Σ value·2^place, the last character at place 0. */
function weighted(body: string): number {
  let sum = 0;
  for (const character of body) sum = double(sum) ^ alphabet.indexOf(character);
  return sum;
}

/**
 * The check character over the others: it makes the weighted sum 0. As no weight is 0, every single wrong character is caught; as no two are
 * alike, every swap of two different characters is, neighbours or not. Of other damage it lets 1 of 32 pass.
 */
export function checkCharacter(random: string): string {
  return alphabet.charAt(double(weighted(random)));
}

/** 95 random bits and their check character. */
export function newKeyBody(): string {
  const random = [...randomBytes(bodyLength - 1)].map((byte) => alphabet.charAt(byte & 31)).join("");
  return `${random}${checkCharacter(random)}`;
}

/** The key as it is shown. */
export function writeKey({ prefix, body }: LicenseKeyText): string {
  return [prefix, ...(body.match(/.{4}/g) ?? [])].join("-");
}

/** The key as it is shown to whoever may not see it. */
export function maskedKey({ prefix, last4 }: { prefix: string; last4: string }): string {
  return [prefix, "****", "****", "****", "****", last4].join("-");
}

/** The text with the letters that people take for digits read as these. */
function readAlike(text: string): string {
  return text.replaceAll("O", "0").replaceAll(/[IL]/g, "1");
}

/**
 * Reads what somebody typed: in any case, with spaces and dashes anywhere or nowhere, O for 0, I and L for 1. Returns the key's one
 * canonical spelling, by which it is hashed; undefined for what is no key or has a wrong check character, without asking anybody.
 */
export function readKey(text: string): string | undefined {
  if (text.length > longest) return undefined;
  const compact = text.toUpperCase().replaceAll(/[\s\p{Pd}\u2212_\u200b]/gu, "");
  const prefix = compact.slice(0, -bodyLength);
  const body = readAlike(compact.slice(-bodyLength));
  if (!/^[A-Z][A-Z0-9]{1,15}$/.test(readable(prefix)) || !/^[0-9A-HJKMNP-TV-Z]{20}$/.test(body)) return undefined;
  return weighted(body) === 0 ? canonicalKey({ prefix, body }) : undefined;
}

/** The spelling by which a key is hashed: its prefix too is read alike, whichever of O and 0 somebody typed. */
export function canonicalKey({ prefix, body }: LicenseKeyText): string {
  return `${readAlike(prefix)}-${body}`;
}

/** A prefix begins with a letter: a digit that stands there was meant as one. */
function readable(prefix: string): string {
  return prefix.replace(/^0/, "O").replace(/^1/, "I");
}
