import { generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { CompactSign, type CryptoKey, calculateJwkThumbprint, exportJWK, importPKCS8 } from "jose";
import { type Keyring, open, seal } from "../../core/crypto.ts";
import type { LicenseFile } from "./schema.ts";
import type { StoredKey } from "./store.ts";

/** RSASSA-PSS with SHA-256 (RFC 7518, 3.5), over keys of 4,096 bits. */
const algorithm = "PS256";
/** Says what the file is, so that nothing else that is signed can pass for one (RFC 8725, 3.11). */
const type = "license+jws";

export interface KeyPair {
  publicKey: KeyObject;
  privateKey: KeyObject;
}

/** Makes a key pair in the thread pool: it takes a second or several, none of the event loop's. */
export function generateKeys(): Promise<KeyPair> {
  return promisify(generateKeyPair)("rsa", { modulusLength: 4_096 });
}

/** A signing key to store: its public part named by its thumbprint (RFC 7638), its private part sealed. */
export async function sealKeys(
  { publicKey, privateKey }: KeyPair,
  keyring: Keyring,
): Promise<Pick<StoredKey, "kid" | "public_jwk" | "private_sealed">> {
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return {
    kid,
    public_jwk: { ...jwk, kid, alg: algorithm, use: "sig" },
    private_sealed: seal(keyring.derive("license signing key"), pem),
  };
}

/** Signs files; keys that were opened are kept, as many as there are. */
export function createSigner(keyring: Keyring) {
  const sealKey = keyring.derive("license signing key");
  const opened = new Map<string, Promise<CryptoKey>>();
  const keyOf = ({ kid, private_sealed }: StoredKey): Promise<CryptoKey> => {
    const known = opened.get(kid);
    if (known !== undefined) return known;
    if (opened.size > 10) opened.clear();
    const key = importPKCS8(open(sealKey, private_sealed), algorithm);
    opened.set(kid, key);
    return key;
  };
  return {
    /** A JWS in compact form over exactly these bytes. It takes 4 ms and more of a thread, none of the event loop's. */
    sign: async (content: LicenseFile, key: StoredKey): Promise<string> =>
      new CompactSign(Buffer.from(JSON.stringify(content)))
        .setProtectedHeader({ alg: algorithm, typ: type, kid: key.kid })
        .sign(await keyOf(key)),
  };
}
