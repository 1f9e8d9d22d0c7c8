import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from "node:crypto";

/** Keys derived from the one secret of the installation, each bound to its purpose (HKDF-SHA-256, RFC 5869). */
export interface Keyring {
  /** 32 bytes for this purpose; the same purpose gives the same key. */
  derive(purpose: string): Buffer;
}

/** A keyring over `PLINTH_SECRET`. */
export function createKeyring(secret: string): Keyring {
  return { derive: (purpose) => Buffer.from(hkdfSync("sha256", secret, "plinth", purpose, 32)) };
}

export function sha256(data: string | Uint8Array): Buffer {
  return createHash("sha256").update(data).digest();
}

export function hmac(key: Uint8Array, message: string): Buffer {
  return createHmac("sha256", key).update(message).digest();
}

/** Encrypts with AES-256-GCM; the result is nonce (12 bytes), tag (16 bytes), ciphertext. */
export function seal(key: Uint8Array, plaintext: string): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const ciphertext = Buffer.concat([cipher.update(plaintext, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]);
}

/** Opens what `seal` made; throws when the key is another or a bit was changed. */
export function open(key: Uint8Array, sealed: Uint8Array): string {
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12));
  decipher.setAuthTag(sealed.subarray(12, 28));
  return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString("utf8");
}
