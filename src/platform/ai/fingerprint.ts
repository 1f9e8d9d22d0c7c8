import { hmac } from "../../core/crypto.ts";

/** A keyed hash of what was asked: the same for the same members in whatever order, and it tells nothing to who has not the key. */
export function fingerprint(key: Uint8Array, asked: unknown): Buffer {
  return hmac(key, JSON.stringify(asked, sorted));
}

function sorted(_name: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
