import { timingSafeEqual } from "node:crypto";
import { hmac, type Keyring, sha256 } from "../../core/crypto.ts";
import { newId } from "../../core/id.ts";
import type { Tx } from "../../core/tables.ts";
import { lifetimes, type Purpose } from "./rules.ts";
import { countWrongCode, findLiveCode, insertToken, type Redeemed, redeemToken, takeToken } from "./store.ts";

/**
 * Tokens that are mailed: 256 bits, derived from the row's id and the installation's secret, so that the mail can be written later and the
 * database keeps only their SHA-256. One lives for each purpose, and each is redeemed once.
 */
export type MailedTokens = ReturnType<typeof createMailedTokens>;

export function createMailedTokens(keyring: Keyring) {
  const linkKey = keyring.derive("identity:link-token");
  const codeKey = keyring.derive("identity:mailed-code");
  const linkToken = (id: string) => hmac(linkKey, id).toString("base64url");
  const code = (id: string) => String(hmac(codeKey, id).readUIntBE(0, 6) % 1_000_000).padStart(6, "0");
  return {
    /** The token behind a mailed link. */
    linkToken,
    /** Six digits that stand for the link where a link cannot be followed. */
    code,

    /** Makes the one live token of this purpose; the one before it dies. Returns its id. */
    issue: async (
      tx: Tx,
      token: { user_id: string; purpose: Purpose; new_email?: string; new_email_normalized?: string },
    ): Promise<string> => {
      const id = newId();
      await insertToken(tx, { id, token_hash: sha256(linkToken(id)), minutes: lifetimes[token.purpose], ...token });
      return id;
    },

    /** Redeems a token: one statement, so that of any number at once one succeeds. */
    redeem: (tx: Tx, purpose: Purpose, token: string): Promise<Redeemed | undefined> =>
      redeemToken(tx, purpose, sha256(token)),

    /**
     * Redeems the live token of a person by its six digits. The try is counted, and committed, before the digits are looked at: five wrong
     * ones burn them, also when they come at once, and a new mail within their life does not refill the tries.
     */
    redeemCode: async (
      run: <R>(work: (tx: Tx) => Promise<R>) => Promise<R>,
      purpose: Purpose,
      user_id: string | undefined,
      digits: string,
    ): Promise<boolean> => {
      const live = user_id === undefined ? undefined : await run((tx) => findLiveCode(tx, user_id, purpose));
      const counted = live !== undefined && (await run((tx) => countWrongCode(tx, live.id)));
      const isRight = timingSafeEqual(Buffer.from(code(live?.id ?? "")), Buffer.from(digits.padEnd(6).slice(0, 6)));
      return live !== undefined && counted && isRight && run((tx) => takeToken(tx, live.id));
    },
  };
}
