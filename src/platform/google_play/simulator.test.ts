import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FakeGooglePlay, startFakeGooglePlay } from "../../../test/support/fake-google-play.ts";
import { systemClock } from "../../core/clock.ts";
import { createKeyring } from "../../core/crypto.ts";
import { createGooglePlay, type GooglePlayOptions, googlePlayEvents, simulateGooglePlay } from "./index.ts";
import { subscriptionPurchase } from "./simulator.ts";

const purpose = "google play simulator";
const seed = createKeyring("the installation's secret, long enough").derive(purpose);
const observed_at = new Date();
const workspace_id = "0195f5a0-0000-7000-8000-00000000000a";

let fake: FakeGooglePlay;
beforeAll(async () => {
  fake = await startFakeGooglePlay();
});
afterAll(() => fake.close());

const storeWith = (more: Partial<GooglePlayOptions> = {}) =>
  createGooglePlay({
    package_names: [fake.package_name],
    push: undefined,
    api: undefined,
    environment: "test",
    simulation: { seed, node_env: "development" },
    clock: systemClock,
    ...more,
  });
const simulated = async (type: string, more: object = {}) => {
  const about = { seed, package_name: fake.package_name, purchase_token: "simulated-1" };
  const { body, headers } = await simulateGooglePlay(type, { ...about, ...more });
  return { raw_body: Buffer.from(body), header: (name: string) => headers[name] };
};
const refused = (code: string) => expect.objectContaining({ code });

describe("in development", () => {
  test("a simulated purchase goes the whole way, without a network", async () => {
    const store = storeWith();
    const purchase = { price_id: "pro:monthly", account_id: workspace_id };
    const notification = await store.open(await simulated("SUBSCRIPTION_PURCHASED", { purchase }));
    expect(await store.fetch?.(notification, observed_at)).toMatchObject({
      environment: "test",
      contents: [
        {
          kind: "subscription",
          buyer: { candidates: [workspace_id] },
          told: { external_id: "simulated-1", status: "active", items: [{ price_id: "pro:monthly" }] },
        },
      ],
    });
  });

  test.each([
    ["SUBSCRIPTION_CANCELED", ["active"]],
    ["SUBSCRIPTION_IN_GRACE_PERIOD", ["in_grace"]],
    ["SUBSCRIPTION_ON_HOLD", ["on_hold"]],
    ["SUBSCRIPTION_PAUSED", ["paused"]],
    ["SUBSCRIPTION_EXPIRED", ["expired"]],
    ["SUBSCRIPTION_REVOKED", ["expired", "reversal"]],
    ["SUBSCRIPTION_PENDING_PURCHASE_CANCELED", ["incomplete_expired"]],
    ["VOIDED_PURCHASE", ["active", "reversal"]],
  ])("%s tells %j", async (type, expected) => {
    const store = storeWith();
    const answer = await store.fetch?.(await store.open(await simulated(type)), observed_at);
    expect(answer?.contents.map((each) => (each.kind === "subscription" ? each.told.status : each.kind))).toEqual(
      expected,
    );
  });

  test("a later void names the order of the purchase", async () => {
    const store = storeWith();
    const [bought, voided] = await Promise.all(
      ["SUBSCRIPTION_PURCHASED", "VOIDED_PURCHASE"].map(async (type) => {
        const { contents } = (await store.fetch?.(await store.open(await simulated(type)), observed_at)) ?? {};
        return contents ?? [];
      }),
    );
    const reversal = voided?.find(({ kind }) => kind === "reversal");
    expect(bought).toMatchObject([
      { told: { transaction_id: reversal?.kind === "reversal" && reversal.transaction_id } },
    ]);
  });

  test("every event can be simulated, and each time it is another notification", async () => {
    const store = storeWith();
    const ids = new Set<string>();
    for (const type of [...googlePlayEvents, ...googlePlayEvents]) {
      const { event_id, event_type } = await store.open(await simulated(type));
      expect(event_type).toBe(type);
      ids.add(event_id);
    }
    expect(ids.size).toBe(googlePlayEvents.length * 2);
    await expect(
      simulateGooglePlay("SUBSCRIPTION_HIBERNATED", { seed, package_name: "a", purchase_token: "b" }),
    ).rejects.toThrow(/Known are SUBSCRIPTION_PURCHASED/);
  });

  test("another secret's issuer is refused, and so is a token that is too old", async () => {
    const other = createKeyring("another installation's secret").derive(purpose);
    const store = storeWith();
    await expect(store.open(await simulated("TEST", { seed: other }))).rejects.toEqual(
      refused("billing.sender_unknown"),
    );
    const now = new Date(Date.now() - 2 * 3_600_000);
    await expect(store.open(await simulated("TEST", { now }))).rejects.toEqual(refused("billing.sender_unknown"));
  });

  test("a purchase within Google's own push is refused: only the local issuer writes them", async () => {
    const store = storeWith({ push: fake.push });
    const text = JSON.stringify(subscriptionPurchase());
    const attributes = { simulated_purchase: Buffer.from(text).toString("base64") };
    await expect(store.open(await fake.send({ attributes }))).rejects.toEqual(refused("billing.event_malformed"));
    expect((await store.open(await fake.send())).subject).toBe("token-1");
  });
});

describe("where it counts", () => {
  test("production refuses what the local issuer signed, and reads no purchase out of a message", async () => {
    const kept = await storeWith().open(await simulated("SUBSCRIPTION_PURCHASED"));
    for (const push of [undefined, fake.push]) {
      const production = storeWith({ push, simulation: { seed, node_env: "production" } });
      await expect(production.open(await simulated("SUBSCRIPTION_PURCHASED"))).rejects.toEqual(
        refused("billing.sender_unknown"),
      );
      // Also not out of what a development server had kept.
      expect(await production.fetch?.(kept, observed_at)).toBeUndefined();
    }
  });

  test("without the setting it is refused too", async () => {
    const store = storeWith({ simulation: undefined });
    await expect(store.open(await simulated("TEST"))).rejects.toEqual(refused("billing.sender_unknown"));
  });

  test("with credentials for the API nothing but the API is believed", async () => {
    const kept = await storeWith().open(await simulated("SUBSCRIPTION_PURCHASED"));
    const connected = storeWith({ api: fake.api });
    await expect(connected.open(await simulated("SUBSCRIPTION_PURCHASED"))).rejects.toEqual(
      refused("billing.sender_unknown"),
    );
    fake.forget("simulated-1");
    expect(await connected.fetch?.(kept, observed_at)).toEqual({ contents: [] });
  });
});
