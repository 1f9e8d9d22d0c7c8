import fc from "fast-check";
import { afterAll, beforeAll, test } from "vitest";
import { type BillingStage, billingStage } from "../../../test/support/billing.ts";
import { type FakeGooglePlay, startFakeGooglePlay } from "../../../test/support/fake-google-play.ts";
import { day, endsTheSameInAnyOrder, type Telling } from "../../../test/support/store-stories.ts";
import { subscriptionPurchase } from "./simulator.ts";
import { createGooglePlay } from "./webhook.ts";

let t: BillingStage;
let fake: FakeGooglePlay;
beforeAll(async () => {
  fake = await startFakeGooglePlay();
  const { package_name, push, api } = fake;
  const settings = { package_names: [package_name], push, api, environment: "test" as const };
  t = await billingStage({ stores: ({ clock }) => [createGooglePlay({ ...settings, clock })] });
});
afterAll(async () => {
  await t.close();
  await fake.close();
});

const start = Date.now() - 100 * day;
const on = (days: number) => new Date(start + days * day);

/** What happens to one of three purchases, of which each replaces the one before it. */
const news = fc.record({
  purchase: fc.nat(2),
  state: fc.constantFrom("ACTIVE", "ACTIVE", "CANCELED", "IN_GRACE_PERIOD", "ON_HOLD", "PAUSED", "EXPIRED"),
  type: fc.constantFrom("SUBSCRIPTION_PURCHASED", "SUBSCRIPTION_RENEWED", "SUBSCRIPTION_EXPIRED", "VOIDED_PURCHASE"),
  period: fc.nat(2),
  /** Of which period the order is declared void, if that is the type. */
  voided: fc.nat(2),
  price_id: fc.constantFrom("app.pro:monthly", "app.max"),
});
type News = typeof news extends fc.Arbitrary<infer T> ? T : never;

const story = fc.record({
  all: fc.array(news, { minLength: 1, maxLength: 5 }),
  owners: fc.array(fc.option(fc.nat(1)), { minLength: 3, maxLength: 3 }),
});

const tokenOf = ({ word }: Telling, purchase: number) => `token-${word}-${purchase}`;
const orderOf = ({ word }: Telling, purchase: number, period: number) => `GPA.${word}-${purchase}..${period}`;

function purchaseOf({ purchase, state, period, price_id, owner }: News & { owner: number | null }, telling: Telling) {
  const account_id = owner === null ? undefined : telling.members[owner]?.workspace_id;
  const replaced = purchase === 0 ? {} : { linked_purchase_token: tokenOf(telling, purchase - 1) };
  return subscriptionPurchase({
    ...{ price_id, state, started_at: on(10 * purchase), expires_at: on(50 * (period + 1) + purchase) },
    ...{ order_id: orderOf(telling, purchase, period), ...replaced },
    ...(account_id !== undefined && { account_id }),
  });
}

test("G11, G14: any permutation and repetition of notifications ends in the same subscriptions, grants and plans", async () => {
  await endsTheSameInAnyOrder({
    stage: t,
    source: "google_play",
    persons: 2,
    // Once a purchase is there its owner stays what it was.
    story: story.map(({ all, owners }) => all.map((each) => ({ ...each, owner: owners[each.purchase] ?? null }))),
    happen: (each, _index, telling) => fake.put(tokenOf(telling, each.purchase), purchaseOf(each, telling)),
    make: async ({ type, purchase, voided }, index, telling) => {
      const order_id = orderOf(telling, purchase, voided);
      const message_id = `${telling.word}-${index}`;
      const about = { type, purchase_token: tokenOf(telling, purchase), order_id, message_id, at: on(60 + index) };
      const { raw_body } = await fake.send(about);
      const { headers } = await fake.send();
      return { body: raw_body, headers };
    },
  });
});
