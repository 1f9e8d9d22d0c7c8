import { hmac, type Keyring, open, seal } from "../../core/crypto.ts";
import { normaliseAddress } from "./rules.ts";

/** Addresses as they are kept: found by a keyed hash, shown from ciphertext, and never in plain text. */
export interface Addresses {
  hash(email: string): Buffer;
  seal(email: string): Buffer;
  /** Null for what was erased. */
  open(sealed: Buffer | null): string | null;
}

export function createAddresses(keyring: Keyring): Addresses {
  const hashKey = keyring.derive("messaging.address_hash");
  const sealKey = keyring.derive("messaging.address");
  return {
    hash: (email) => hmac(hashKey, normaliseAddress(email)),
    seal: (email) => seal(sealKey, email),
    open: (sealed) => (sealed === null ? null : open(sealKey, sealed)),
  };
}
