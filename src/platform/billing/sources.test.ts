import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BillingStage, billingStage } from "../../../test/support/billing.ts";
import { storiesOn } from "../../../test/support/billing-story.ts";
import { newId } from "../../core/id.ts";
import type { SubscriptionContent, ToldSubscription } from "./index.ts";

const day = 86_400;
let t: BillingStage;
let workspace_id: string;
let name: string;
let T: Date;
const { begin, second, wait, told, snapshot, subscriptionRow } = storiesOn(() => t);

beforeAll(async () => {
  t = await billingStage();
});
afterAll(() => t.close());
beforeEach(async () => {
  ({ workspace_id, name, T } = await begin());
});

/** What the App Store says of a purchase, as its module puts it. */
async function apple(n: number, price_id: string, end: Date, more: Partial<ToldSubscription> = {}): Promise<void> {
  const content: SubscriptionContent = {
    kind: "subscription",
    buyer: { candidates: [workspace_id], customer: `apple_${name}` },
    told: {
      ...{ store: "app_store", external_id: `apple_${name}`, alias: null, status: "active", transaction_id: null },
      items: [{ price_id, quantity: 1, current_period_start: second(0), current_period_end: end }],
      ...{ supersedes: null, trial_end: null, cancel_at_period_end: false, pending_price_id: null },
      ...{ started_at: second(0), ended_at: null, state_at: second(n), is_final: false },
      ...more,
    },
  };
  const about = {
    source: "app_store",
    environment: "test",
    event_type: "DID_RENEW",
    created_at: second(n),
    payload: "{}",
  } as const;
  const notification = { ...about, event_id: newId(), subject: `apple_${name}`, contents: [content] };
  await t.billing.inbox.take(notification, notification.contents, "test");
}
const sources = async () => {
  const ctx = { workspace_id, actor: { kind: "system", reason: "test" }, request_id: "test" } as const;
  const found = await t.db.inWorkspace(ctx, (tx) => t.entitlements.get(tx, ctx, "prism"));
  return found.sources.map(({ source }) => source);
};

describe("bought in two stores", () => {
  test("M1: the plan lasts as long as the longer, and the end of one does not end the other", async () => {
    await t.send(told("created", 0));
    await apple(1, "app.pro", second(60 * day));
    expect((await snapshot()).plan_id).toBe("prism.pro");
    expect((await sources()).toSorted()).toEqual([`app_store:apple_${name}`, "default", `stripe:sub_${name}`]);
    await t.send(told("deleted", 60));
    expect(await snapshot()).toMatchObject({ plan_id: "prism.pro", standing: "good", valid_until: second(60 * day) });
  });

  test("M1: each to its own end", async () => {
    await t.send(told("created", 0));
    await apple(1, "app.pro", second(60 * day));
    expect((await snapshot()).valid_until).toEqual(T);
    wait(30 * day + 60);
    expect(await snapshot()).toMatchObject({ plan_id: "prism.pro", valid_until: second(60 * day) });
    wait(60 * day);
    expect((await snapshot()).plan_id).toBe("prism.free");
  });

  test("M2: the highest counts, not the newest", async () => {
    await apple(1, "app.max", T);
    await t.send(told("created", 60));
    expect((await snapshot()).plan_id).toBe("prism.max");
    await apple(120, "app.max", T, { status: "expired", ended_at: second(120) });
    expect((await snapshot()).plan_id).toBe("prism.pro");
  });

  test("a dispute at Stripe takes Stripe's alone; dunning is no matter of Apple's", async () => {
    await apple(1, "app.pro", T);
    await t.send(
      told("created", 0, { price: "price_max" }),
      told("updated", 60, { price: "price_max", status: "unpaid" }),
    );
    expect(await snapshot()).toMatchObject({ plan_id: "prism.pro", standing: "good" });
    expect(await subscriptionRow(`apple_${name}`)).toMatchObject({ standing: "good", is_duplicate: false });
  });
});

test("M7: what was given for nothing outlasts a paid subscription that is over", async () => {
  const offer = await t.db.asSystem("test", (tx) => t.plans.offer(tx, "prism.max"));
  const { rank, features, seats, product } = offer.content;
  const gift = {
    workspace_id,
    product,
    source: "gift:1",
    plan_id: "prism.max",
    plan_version_id: offer.plan_version_id,
    rank,
    features,
    seats,
  };
  const running = { ...gift, standing: "good", reason: null, starts_at: second(0), ends_at: second(10 * day) } as const;
  await t.db.asSystem("test", (tx) => t.entitlements.grant(tx, { workspace_id, request_id: "test" }, running));
  await t.send(told("created", 0), told("deleted", 60));
  expect(await snapshot()).toMatchObject({ plan_id: "prism.max", valid_until: second(10 * day) });
});
