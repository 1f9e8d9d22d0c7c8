import { timingSafeEqual } from "node:crypto";
import { hmac, type Keyring } from "../../core/crypto.ts";
import { requestErrors } from "../../core/errors.ts";
import { isId } from "../../core/id.ts";

/**
 * The secrets of a sign-in at another provider, all derived from the flow's id, so that none is stored. Who began the flow keeps `token`; the browser
 * that went through it brings `code` back; only both together finish it. So nobody can be made to finish another's sign-in, nor can
 * another finish theirs (RFC 9700, 4.7), without a cookie that would have to survive the way.
 */
export function createFlowSecrets(keyring: Keyring) {
  const key = keyring.derive("federation:flow");
  const derived = (use: string, id: string) => hmac(key, `${use}|${id}`).toString("base64url");
  const write = (use: string, id: string) => `${id}.${derived(use, id)}`;
  const read = (use: string, text: string): string | undefined => {
    const [id = "", mac = "", ...rest] = text.split(".");
    const [given, own] = [Buffer.from(mac), Buffer.from(derived(use, id))];
    const isOwn = rest.length === 0 && isId(id) && given.length === own.length && timingSafeEqual(given, own);
    return isOwn ? id : undefined;
  };
  return {
    state: (id: string) => write("state", id),
    readState: (text: string) => read("state", text),
    token: (id: string) => write("token", id),
    code: (id: string) => derived("code", id),
    code_verifier: (id: string) => derived("verifier", id),
    nonce: (id: string) => derived("nonce", id),
    /** The flow that both halves belong to. */
    readProof: ({ flow_token, code }: { flow_token: string; code: string }): string | undefined => {
      const id = read("token", flow_token);
      const [given, own] = [Buffer.from(code), Buffer.from(derived("code", id ?? ""))];
      return id !== undefined && given.length === own.length && timingSafeEqual(given, own) ? id : undefined;
    },
  };
}

/** The address to return to, if it is of one of the origins. Throws `request.bad` for any other, and for what a browser would read as one. */
export function checkReturnTo(text: string, origins: readonly string[]): string {
  const url = /^https?:\/\/[^/\\@\s]+(?:[/?][^\\\s]*)?$/.test(text) ? URL.parse(text) : null;
  if (url === null || url.hash !== "" || !origins.includes(url.origin)) {
    throw requestErrors.bad({
      detail: "return_to is an address of this product: https, of an origin in CORS_ORIGINS, without fragment",
    });
  }
  return url.toString();
}
