import { randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";

/** An API key as a program bears it: `pk_<environment>_<id>_<secret>_<checksum>`. */
export interface KeyText {
  id: string;
  environment: string;
  secret: string;
}

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Base 62, padded: letters and digits, so that a double click selects the whole key. */
function base62(bytes: Uint8Array, length: number): string {
  let value = BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
  let text = "";
  for (; value > 0n; value /= 62n) text = `${alphabet[Number(value % 62n)]}${text}`;
  return text.padStart(length, "0");
}

function checksumOf(text: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return base62(bytes, 6);
}

/** 256 random bits. */
export function newSecret(): string {
  return base62(randomBytes(32), 43);
}

/** Puts a key together. The checksum tells a key that was cut off from one that never was, without asking anybody. */
export function writeKey({ id, environment, secret }: KeyText): string {
  const body = `pk_${environment}_${base62(Buffer.from(id.replaceAll("-", ""), "hex"), 22)}_${secret}`;
  return `${body}_${checksumOf(body)}`;
}

/** Takes a key apart; undefined for a text that is no key or was damaged. */
export function readKey(text: string): KeyText | undefined {
  const match = /^(pk_(live|test)_([0-9A-Za-z]{22})_([0-9A-Za-z]{43}))_([0-9A-Za-z]{6})$/.exec(text);
  const [, body = "", environment = "", id = "", secret = "", checksum] = match ?? [];
  if (match === null || checksumOf(body) !== checksum) return undefined;
  let value = 0n;
  for (const digit of id) value = value * 62n + BigInt(alphabet.indexOf(digit));
  const hex = value.toString(16).padStart(32, "0");
  if (hex.length > 32) return undefined;
  return { id: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"), environment, secret };
}

/** Whether the text means to be an API key. */
export function looksLikeKey(text: string): boolean {
  return text.startsWith("pk_");
}
