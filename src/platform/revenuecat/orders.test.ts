import fc from "fast-check";
import { afterAll, beforeAll, test } from "vitest";
import { type BillingStage, billingStage } from "../../../test/support/billing.ts";
import { day, endsTheSameInAnyOrder } from "../../../test/support/store-stories.ts";
import { createRevenueCat, simulateRevenueCat } from "./index.ts";

const authorization = "Bearer of-the-orders";
let t: BillingStage;
beforeAll(async () => {
  const store = createRevenueCat({ authorization: [authorization], environment: "test" });
  t = await billingStage({ stores: () => [store] });
});
afterAll(() => t.close());

const start = Date.now() - 100 * day;
const on = (days: number) => new Date(start + days * day);

/** What is told of one of two purchases; few moments, so that some are made in the same millisecond. */
const news = fc.record({
  type: fc.constantFrom(
    ...["RENEWAL", "RENEWAL", "CANCELLATION", "UNCANCELLATION", "BILLING_ISSUE", "EXPIRATION", "SUBSCRIPTION_EXTENDED"],
    ...[
      "SUBSCRIPTION_PAUSED",
      "PRODUCT_CHANGE",
      "REFUND_REVERSED",
      "TEMPORARY_ENTITLEMENT_GRANT",
      "NON_RENEWING_PURCHASE",
    ],
  ),
  reason: fc.constantFrom("UNSUBSCRIBE", "BILLING_ERROR", "CUSTOMER_SUPPORT"),
  purchase: fc.nat(1),
  moment: fc.nat(5),
  period: fc.nat(2),
  hasGrace: fc.boolean(),
  isMax: fc.boolean(),
  isKnown: fc.boolean(),
  isTrial: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
});
type News = typeof news extends fc.Arbitrary<infer T> ? T : never;

/** Bought by somebody, who may give it all to another one later; whoever tells names who has it then. */
const story = fc.record({ all: fc.array(news, { minLength: 1, maxLength: 5 }), transferred: fc.option(fc.nat(4)) });

const bought: Omit<News, "type" | "purchase"> = {
  ...{ reason: "UNSUBSCRIBE", moment: 0, period: 0, hasGrace: false, isMax: false, isKnown: true, isTrial: false },
};
const withPurchases = ({ all, transferred }: { all: News[]; transferred: number | null }) => {
  const purchases = [0, 1].map((purchase) => ({ ...bought, purchase, type: "INITIAL_PURCHASE" }));
  const transfer =
    transferred === null ? [] : [{ ...bought, purchase: 0, type: "TRANSFER", moment: transferred + 0.5 }];
  const isLater = (moment: number) => transferred !== null && moment > transferred;
  return [...purchases, ...transfer, ...all].map((each) => ({ ...each, owner: isLater(each.moment) ? 1 : 0 }));
};

test("R3, R7: any permutation and repetition of events ends in the same subscriptions, grants and plans", async () => {
  await endsTheSameInAnyOrder({
    stage: t,
    source: "revenuecat",
    persons: 2,
    story: story.map(withPurchases),
    make: ({ type, owner, moment, purchase, period, hasGrace, isMax, isKnown, isTrial, reason }, index, telling) => {
      const { word, members } = telling;
      const [from = "", to = ""] = members.map(({ workspace_id }) => workspace_id);
      const anonymous = `$RCAnonymousID:${word}`;
      const app_user_id = isKnown ? (owner === 0 ? from : to) : anonymous;
      const isUnnamed = type === "EXPIRATION" && isMax;
      return simulateRevenueCat(type, {
        ...{ authorization, event_id: `${word}-${index}`, at: on(18 * moment), app_user_id, reason },
        // Who is known was anonymous once: the first id stays.
        ...{ original_app_user_id: anonymous, aliases: isKnown ? [anonymous, app_user_id] : [anonymous] },
        ...{
          original_transaction_id: `2000-${word}-${purchase}`,
          transaction_id: `2000-${word}-${purchase}-${period}`,
        },
        ...{ product_id: isMax ? "monthly_max" : "monthly_pro", period_type: isTrial ? "TRIAL" : "NORMAL" },
        ...(type === "TEMPORARY_ENTITLEMENT_GRANT" && { transaction_id: `2000-${word}-${purchase}` }),
        entitlement_ids: isUnnamed ? null : [isMax ? "max_access" : "pro_access"],
        purchased_at: on(35 * period),
        expires_at: on(35 * period + 35),
        grace_expires_at: hasGrace ? on(35 * period + 50) : null,
        transferred_from: [anonymous, from],
        transferred_to: [to],
      });
    },
  });
});
