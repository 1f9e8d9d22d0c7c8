import { timingSafeEqual } from "node:crypto";
import { hmac, type Keyring } from "../../core/crypto.ts";
import type { Database } from "../../core/database.ts";
import { PlinthError } from "../../core/errors.ts";
import { type Rate, type Rates, subnet } from "../../core/rates.ts";
import type { Sessions } from "../sessions/index.ts";

/** Wrong sign-ins that are borne, for a client address, for an address at one account, and for an account from everywhere. */
export interface ThrottleLimits {
  address: number;
  address_account: number;
  account: number;
}

export interface SignInAttempt {
  email_normalized: string;
  user_id: string | undefined;
  ip: string;
  device_token: string | undefined;
  /** Whether the device bears a session of the account already. */
  is_known?: boolean;
}

interface ThrottleOptions {
  rates: Rates;
  keyring: Keyring;
  db: Pick<Database, "systemStatement">;
  sessions: Pick<Sessions, "hasSessionFrom">;
  limits: ThrottleLimits;
}

/** Nobody, so that the look for a session of an unknown account takes as long as for a known one. */
const nobody = "00000000-0000-7000-8000-000000000000";

/**
 * Slows guessing down without locking anybody out of their own account: when an account has had too many wrong sign-ins from everywhere,
 * only devices that it has signed in on before go on, with an allowance of their own (OWASP's "device cookies"); other ways in stay open.
 */
export function createThrottle({ rates, keyring, db, sessions, limits }: ThrottleOptions) {
  const deviceKey = keyring.derive("identity:device-token");
  const accountKey = keyring.derive("identity:throttle");
  const rate = (name: string, limit: number, minutes: number): Rate => ({ name, limit, window_seconds: minutes * 60 });
  const byAddress = rate("login_address", limits.address, 15);
  const byPair = rate("login_address_account", limits.address_account, 15);
  const byAccount = rate("login_account", limits.account, 60);
  const byKnownDevice = rate("login_known_device", limits.address_account, 15);
  const deviceToken = (user_id: string) => `dt_${user_id}.${hmac(deviceKey, user_id).toString("base64url")}`;

  const isKnownDevice = async ({ user_id, ip, device_token, is_known }: SignInAttempt): Promise<boolean> => {
    if (is_known === true) return true;
    const knows = await db.systemStatement("known device", (tx) =>
      sessions.hasSessionFrom(tx, user_id ?? nobody, subnet(ip)),
    );
    const own = Buffer.from(deviceToken(user_id ?? nobody));
    const given = Buffer.from(device_token ?? "");
    const bears = user_id !== undefined && given.length === own.length && timingSafeEqual(given, own);
    return knows || bears;
  };

  const take = async (attempt: SignInAttempt): Promise<[Rate, string][]> => {
    const client = subnet(attempt.ip);
    const account = hmac(accountKey, attempt.email_normalized).toString("base64url");
    const taken: [Rate, string][] = [
      [byAddress, client],
      [byPair, `${client} ${account}`],
    ];
    for (const [each, subject] of taken) await rates.take(each, subject);
    try {
      await rates.take(byAccount, account);
      return [...taken, [byAccount, account]];
    } catch (error) {
      if (!(error instanceof PlinthError) || !(await isKnownDevice(attempt))) throw error;
      await rates.take(byKnownDevice, account);
      return [...taken, [byKnownDevice, account]];
    }
  };

  return {
    /** What a device keeps to be known again. */
    deviceToken,

    /**
     * Looks at a proof of who somebody is: counts the attempt before, so that many at once share the allowance, and takes the count back when it was
     * right or could not be looked at. Throws `request.rate_limited`. Unknown accounts are counted like known ones.
     */
    guard: async (attempt: SignInAttempt, isRight: () => Promise<boolean>): Promise<boolean> => {
      const taken = await take(attempt);
      const giveBack = async () => {
        for (const [each, subject] of taken) await rates.giveBack(each, subject);
      };
      try {
        const result = await isRight();
        if (result) await giveBack();
        return result;
      } catch (error) {
        await giveBack();
        throw error;
      }
    },
  };
}
