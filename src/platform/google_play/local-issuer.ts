import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";

/**
 * The issuer of simulated pushes: its key is derived from the installation's secret, so that the server and the command line
 * have it without a network, and nobody else has it. It is believed in development alone.
 */
export const localIssuer = {
  issuer: "https://plinth.invalid/google-play-simulator",
  audience: "plinth-development",
  email: "simulator@plinth.invalid",
  /** EdDSA (RFC 8037): a seed is a private key. Google signs with RS256. */
  algorithm: "EdDSA",
} as const;

/** What PKCS #8 puts before the seed of an Ed25519 key (RFC 8410, 7). */
const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex");

/** The key pair of a seed of 32 bytes. */
export function localKeys(seed: Buffer): { privateKey: KeyObject; publicKey: KeyObject } {
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: "der", type: "pkcs8" });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}
