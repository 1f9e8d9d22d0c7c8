import { randomBytes } from "node:crypto";
import { hmac } from "../../core/crypto.ts";

// Signatures by the Standard Webhooks convention (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md).

const prefix = "whsec_";

/** A new secret: `whsec_` and 32 random bytes in base64. */
export function newSecret(): string {
  return `${prefix}${randomBytes(32).toString("base64")}`;
}

/** The headers of a message: its id, the time of this try, and a signature by each secret, so that a receiver may have either. */
export function signedHeaders(message: {
  id: string;
  body: string;
  at: Date;
  secrets: string[];
}): Record<string, string> {
  const timestamp = Math.floor(message.at.getTime() / 1_000).toString();
  const signature = (secret: string) => {
    const key = Buffer.from(secret.slice(prefix.length), "base64");
    return `v1,${hmac(key, `${message.id}.${timestamp}.${message.body}`).toString("base64")}`;
  };
  return {
    "webhook-id": message.id,
    "webhook-timestamp": timestamp,
    "webhook-signature": message.secrets.map(signature).join(" "),
  };
}
