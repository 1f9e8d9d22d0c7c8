import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  type FakeGooglePlay,
  type FakePushOptions,
  startFakeGooglePlay,
} from "../../../test/support/fake-google-play.ts";
import { adjustableClock, systemClock } from "../../core/clock.ts";
import type { Content, ReversalContent } from "../billing/index.ts";
import { createGooglePlay, type GooglePlay, type GooglePlayOptions } from "./index.ts";
import { subscriptionPurchase } from "./simulator.ts";

const known = (token: string) =>
  ({ external_id: token, customer: token, store: "google_play", transaction_id: null, price_id: "pro" }) as const;
let fake: FakeGooglePlay;
let store: GooglePlay;
const storeWith = (more: Partial<GooglePlayOptions> = {}) =>
  createGooglePlay({
    package_names: [fake.package_name],
    push: fake.push,
    api: fake.api,
    environment: "live",
    clock: systemClock,
    ...more,
  });
beforeAll(async () => {
  fake = await startFakeGooglePlay();
  store = storeWith();
});
afterAll(() => fake.close());
afterEach(() => fake.fail(undefined));

const observed_at = new Date("2026-11-21T12:00:00Z");
const T = new Date("2026-12-20T10:00:00Z");
const isReversal = (content: Content): content is ReversalContent => content.kind === "reversal";

describe("the API", () => {
  const fetchOf = async (push: FakePushOptions, from = store) =>
    from.fetch?.(await from.open(await fake.send(push)), observed_at);

  test.each([404, 410])("G18: a token that Google knows no more (%i) changes nothing", async (status) => {
    fake.forget("token-old", status);
    for (const type of ["SUBSCRIPTION_EXPIRED", "SUBSCRIPTION_REVOKED"]) {
      expect(await fetchOf({ type, purchase_token: "token-old" })).toEqual({ contents: [] });
    }
    expect(await store.current?.(known("token-old"), observed_at)).toEqual([]);
  });

  test("a token that is none (400) changes nothing", async () => {
    expect(await fetchOf({ purchase_token: "never-bought" })).toEqual({ contents: [] });
  });

  test.each(["down", "error", "quota", "forbidden", "garbage", "redirect"] as const)(
    "G20: trouble (%s) is told as such, and never as a state",
    async (mode) => {
      fake.put("token-1", subscriptionPurchase());
      for (const endpoint of ["/purchases/", "/token"]) {
        const fresh = storeWith();
        fake.fail(mode, endpoint);
        await expect(fetchOf({}, fresh)).rejects.toMatchObject({ code: "billing.store_unreachable" });
        fake.fail(undefined);
        expect((await fetchOf({}, fresh))?.contents).toHaveLength(1);
      }
    },
  );

  test("a token goes into the address whole", async () => {
    await fetchOf({ purchase_token: "a/b?c:acknowledge" });
    expect(fake.requests.at(-1)).toContain("/tokens/a%2Fb%3Fc%3Aacknowledge");
  });

  test("one access token serves many at once, and is renewed before it runs out", async () => {
    const asked = () => fake.requests.filter((request) => request === "POST /token").length;
    const clock = adjustableClock();
    const fresh = storeWith({ clock });
    const before = asked();
    fake.put("token-1", subscriptionPurchase());
    const current = () => fresh.current?.(known("token-1"), observed_at);
    await Promise.all(Array.from({ length: 10 }, current));
    expect(asked() - before).toBe(1);
    clock.advance(3_500_000);
    await current();
    expect(asked() - before).toBe(1);
    clock.advance(60_000);
    await current();
    expect(asked() - before).toBe(2);
  });

  test("an access token that was withdrawn is replaced at once", async () => {
    const fresh = storeWith();
    fake.put("token-1", subscriptionPurchase());
    await fetchOf({}, fresh);
    fake.revokeAccess();
    expect((await fetchOf({}, fresh))?.contents).toHaveLength(1);
  });

  test("without credentials nothing is fetched and nothing reconciled", async () => {
    const without = storeWith({ api: undefined });
    expect(await fetchOf({}, without)).toBeUndefined();
    expect([without.current, without.page, without.api]).toEqual([undefined, undefined, undefined]);
  });

  test("a claim is fetched like a notification", async () => {
    fake.put("token-1", subscriptionPurchase({ is_test: false }));
    const claim = store.claim({ package_name: fake.package_name, purchase_token: "token-1" });
    const answer = await store.fetch?.(claim, observed_at);
    expect(answer).toMatchObject({ environment: "live", contents: [{ told: { external_id: "token-1" } }] });
  });
});

describe("reconciliation", () => {
  test("the present state is found in whichever app it was bought", async () => {
    const both = storeWith({ package_names: ["com.example.first", fake.package_name] });
    fake.put("token-of-second", subscriptionPurchase({ price_id: "pro:monthly", expires_at: T }));
    const contents = await both.current?.(known("token-of-second"), observed_at);
    expect(contents).toMatchObject([{ told: { external_id: "token-of-second", state_at: observed_at } }]);
  });

  test("G15: voids that were missed are listed, in pages, for every app", async () => {
    const at = Date.now() - 86_400_000;
    const voided = (n: number) => ({
      kind: "androidpublisher#voidedPurchase",
      purchaseToken: `token-${n}`,
      orderId: `GPA.${n}`,
      voidedTimeMillis: String(at + n),
      purchaseTimeMillis: "1",
      voidedSource: 2,
      voidedReason: 7,
    });
    fake.addVoided(...[1, 2, 3, 4, 5].map(voided));
    fake.pageSize(2);
    const both = storeWith({ package_names: [fake.package_name, "com.example.second"] });
    const contents: Content[] = [];
    let pages = 0;
    for (let cursor: string | null = null; ; pages++) {
      const page: Awaited<ReturnType<NonNullable<typeof both.page>>> | undefined = await both.page?.(
        cursor,
        new Date(),
      );
      contents.push(...(page?.contents ?? []));
      cursor = page?.next ?? null;
      if (cursor === null || pages > 10) break;
    }
    expect(pages).toBe(5);
    const orders = contents.filter(isReversal).map(({ transaction_id }) => transaction_id);
    expect(orders).toEqual([1, 2, 3, 4, 5, 1, 2, 3, 4, 5].map((n) => `GPA.${n}`));
    expect(contents[1]).toMatchObject({ external_id: "void:GPA.2", subscription_id: "token-2", at: new Date(at + 2) });
  });

  test("G15: an empty list is the end", async () => {
    const other = await startFakeGooglePlay();
    const quiet = storeWith({ api: other.api });
    expect(await quiet.page?.(null, new Date())).toEqual({ contents: [], next: null });
    await other.close();
  });
});
