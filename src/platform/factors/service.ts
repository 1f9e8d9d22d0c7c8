import type { UserCtx } from "../../core/context.ts";
import { createPasskeys } from "./passkeys.ts";
import type { FactorList } from "./schema.ts";
import { createSecondFactor, type SecondFactorOptions } from "./second-factor.ts";
import { countRecoveryCodes, deleteOldChallenges } from "./store.ts";
import { createWebAuthn } from "./webauthn.ts";

interface FactorsOptions extends SecondFactorOptions {
  /** The domain that passkeys belong to, and the origins of the pages that may use them. */
  webauthn: { rp_id: string; origins: string[] };
}

export type Factors = ReturnType<typeof createFactors>;

/** What a person has beside a password: an authenticator app, recovery codes, passkeys. */
export function createFactors(options: FactorsOptions) {
  const { db, keyring } = options;
  const secondFactor = createSecondFactor(options);
  const webauthn = createWebAuthn({ ...options.webauthn, rp_name: options.app_name });
  const passkeys = createPasskeys({
    db,
    keyring,
    webauthn,
    beforeChange: options.beforeChange,
    changed: secondFactor.changed,
  });
  return {
    secondFactor,
    passkeys,

    /** What the person has. */
    list: (ctx: UserCtx): Promise<FactorList> =>
      db.asSystem("own factors", async (tx) => ({
        totp: await secondFactor.isRequired(tx, ctx.actor.user_id),
        recovery_codes_left: await countRecoveryCodes(tx, ctx.actor.user_id),
        passkeys: await passkeys.list(tx, ctx.actor.user_id),
      })),

    /** What is due every hour: challenges that nobody answered are forgotten. */
    maintain: () => db.systemStatement("forget challenges", deleteOldChallenges),
  };
}
