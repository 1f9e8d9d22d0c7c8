import { createHash } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, test } from "vitest";
import { type BillingStage, billingStage } from "../../../test/support/billing.ts";
import { day, endsTheSameInAnyOrder } from "../../../test/support/store-stories.ts";
import { appStoreNotification } from "./simulator.ts";
import { appStoreTrust } from "./trust.ts";
import { createAppStore } from "./webhook.ts";

let t: BillingStage;
beforeAll(async () => {
  const settings = { bundle_id: "com.example.plinth", environment: "test", ...appStoreTrust("test") } as const;
  t = await billingStage({ stores: ({ clock }) => [createAppStore({ ...settings, clock })] });
});
afterAll(() => t.close());

const start = Date.now() - 100 * day;
const on = (days: number) => new Date(start + days * day);

const news = fc.record({
  type: fc.constantFrom(
    ...["SUBSCRIBED/INITIAL_BUY", "DID_RENEW", "DID_RENEW/BILLING_RECOVERY", "DID_FAIL_TO_RENEW"],
    ...["DID_FAIL_TO_RENEW/GRACE_PERIOD", "GRACE_PERIOD_EXPIRED", "EXPIRED/VOLUNTARY", "EXPIRED/BILLING_RETRY"],
    ...["DID_CHANGE_RENEWAL_STATUS/AUTO_RENEW_DISABLED", "DID_CHANGE_RENEWAL_PREF/DOWNGRADE", "RENEWAL_EXTENDED"],
    ...["REFUND", "REFUND", "REFUND_REVERSED", "REVOKE", "CONSUMPTION_REQUEST"],
  ),
  // Few moments and periods, so that many are signed in the same millisecond, or are about the same transaction.
  moment: fc.nat(5),
  period: fc.nat(2),
  product_id: fc.constantFrom("app.pro", "app.max"),
  isUpgraded: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  isTrial: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
  hasToken: fc.boolean(),
});

test("A18: any permutation and repetition of notifications ends in the same subscription, grants and plan", async () => {
  const story = fc.array(news, { minLength: 2, maxLength: 6 }).map((all) => {
    const first = { ...all[0], type: "SUBSCRIBED/INITIAL_BUY", moment: 0, period: 0, product_id: "app.pro" };
    return [{ ...first, isUpgraded: false, isTrial: false, hasToken: true }, ...all];
  });
  await endsTheSameInAnyOrder({
    stage: t,
    source: "app_store",
    story,
    make: ({ type, moment, period, product_id, isUpgraded, isTrial, hasToken }, index, { word, members: [member] }) =>
      appStoreNotification({
        type,
        product_id,
        notification_id: uuidOf(`${word} ${index}`),
        original_transaction_id: `2000-${word}`,
        transaction_id: `2000-${word}-${period}`,
        signed_at: on(20 * moment),
        purchased_at: on(50 * period),
        original_purchased_at: on(0),
        expires_at: on(50 * period + 50),
        revoked_at: type.startsWith("RE") && type !== "REFUND_REVERSED" ? on(20 * moment) : undefined,
        is_upgraded: isUpgraded,
        is_trial: isTrial,
        app_account_token: hasToken ? member?.workspace_id : undefined,
      }),
  });
});

function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}
