import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  type FakeGooglePlay,
  type FakePushOptions,
  type FakeTampering,
  startFakeGooglePlay,
} from "../../../test/support/fake-google-play.ts";
import { adjustableClock, systemClock } from "../../core/clock.ts";
import { createGooglePlay, type GooglePlayOptions } from "./index.ts";
import { developerNotification, pushEnvelope } from "./simulator.ts";

let fake: FakeGooglePlay;
beforeAll(async () => {
  fake = await startFakeGooglePlay();
});
afterAll(() => fake.close());
afterEach(() => fake.fail(undefined));

const storeWith = (more: Partial<GooglePlayOptions> = {}) =>
  createGooglePlay({
    package_names: [fake.package_name],
    push: fake.push,
    api: undefined,
    environment: "live",
    clock: systemClock,
    ...more,
  });
const open = async (options?: FakePushOptions, store = storeWith()) => store.open(await fake.send(options));
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "taken",
    (error) => error.code as string,
  );
/** Opens a body that Google's own token comes with. */
const openBody = async (raw_body: Buffer | string) => {
  const push = await fake.send();
  return storeWith().open({ ...push, raw_body: Buffer.from(raw_body) });
};

describe("G1: who sends", () => {
  test("a push with Google's token is taken", async () => {
    const at = new Date("2026-11-20T10:00:00.123Z");
    const push = await fake.send();
    const body = await fake.send({ message_id: "136969346945", at });
    const notification = await storeWith().open({ ...push, raw_body: body.raw_body });
    expect(notification).toEqual({
      source: "google_play",
      environment: "live",
      event_id: "136969346945",
      event_type: "SUBSCRIPTION_PURCHASED",
      created_at: at,
      subject: "token-1",
      payload: body.raw_body.toString(),
      contents: [],
    });
  });

  test.each<FakeTampering>([
    "wrong_aud",
    "wrong_iss",
    "wrong_email",
    "unverified_email",
    "no_email",
    "wrong_key",
    "unknown_kid",
    "none",
    "hs256",
    "expired",
  ])("%s is refused", async (tamper) => {
    expect(await codeOf(open({ tamper }))).toBe("billing.sender_unknown");
  });

  test.each([
    ["no header", undefined],
    ["an empty one", ""],
    ["another scheme", "Basic abc"],
    ["no JWT", "Bearer abc"],
    ["three empty parts", "Bearer .."],
    ["far too long", `Bearer ${"a".repeat(20_000)}.b.c`],
  ])("%s is refused", async (_name, authorization) => {
    const { raw_body } = await fake.send();
    expect(await codeOf(storeWith().open({ raw_body, header: () => authorization }))).toBe("billing.sender_unknown");
  });

  test("a token that was changed after it was signed is refused", async () => {
    const { raw_body, headers } = await fake.send();
    const [head, , signature] = (headers.authorization ?? "").split(".");
    const other = Buffer.from(JSON.stringify({ iss: "https://accounts.google.com", exp: 9e9, iat: 1 }));
    const authorization = [head, other.toString("base64url"), signature].join(".");
    expect(await codeOf(storeWith().open({ raw_body, header: () => authorization }))).toBe("billing.sender_unknown");
  });

  test("a token that runs out between two deliveries is refused the second time", async () => {
    const clock = adjustableClock();
    const store = storeWith({ clock });
    const push = await fake.send();
    expect(await codeOf(store.open(push))).toBe("taken");
    clock.advance(3_600_000 + 61_000);
    expect(await codeOf(store.open(push))).toBe("billing.sender_unknown");
  });

  test("without push settings nobody is believed", async () => {
    expect(await codeOf(open({}, storeWith({ push: undefined })))).toBe("billing.sender_unknown");
  });

  test.each(["down", "error", "garbage", "redirect"] as const)(
    "Google's keys out of reach (%s) is no refusal: 503",
    async (mode) => {
      fake.fail(mode, "/oauth2/v3/certs");
      const clock = adjustableClock();
      const store = storeWith({ clock });
      expect(await codeOf(open({}, store))).toBe("billing.store_unreachable");
      fake.fail(undefined);
      clock.advance(2_000);
      expect(await codeOf(open({}, store))).toBe("taken");
    },
  );

  test("the keys are fetched once, whatever is sent; a flood while they are away is not passed on", async () => {
    const asked = () => fake.requests.filter((request) => request.endsWith("/certs")).length;
    const store = storeWith();
    const before = asked();
    await Promise.all(Array.from({ length: 10 }, () => open({}, store)));
    for (const tamper of ["none", "hs256", "wrong_iss", "unknown_kid", "unknown_kid"] as const) {
      expect(await codeOf(open({ tamper }, store))).toBe("billing.sender_unknown");
    }
    expect(asked() - before).toBe(1);
    fake.fail("error", "/certs");
    // A clock that stands: all of it happens within the pause.
    const now = new Date();
    const cold = storeWith({ clock: { now: () => now } });
    expect(await codeOf(open({}, cold))).toBe("billing.store_unreachable");
    const failed = asked();
    for (let n = 0; n < 5; n++) expect(await codeOf(open({}, cold))).toBe("billing.store_unreachable");
    expect(asked()).toBe(failed);
  });

  test("settings that cannot work are refused at once", () => {
    const push = { ...fake.push, jwks_url: "http://keys.example/certs" };
    expect(() => storeWith({ push })).toThrow(/https/);
    expect(() => storeWith({ api: { ...fake.api, base_url: "http://api.example" } })).toThrow(/https/);
    expect(() => storeWith({ api: { ...fake.api, private_key: "secret words" } })).toThrow(/^(?!.*secret words).*PEM/s);
  });
});

describe("what is said", () => {
  test("G1: an unknown package is taken and about nobody, also where it would be a void", async () => {
    for (const type of ["SUBSCRIPTION_PURCHASED", "VOIDED_PURCHASE"]) {
      const notification = await open({ type, package_name: "com.example.other" });
      expect(notification).toMatchObject({ subject: null, contents: [] });
      expect(await storeWith({ api: fake.api }).fetch?.(notification, new Date())).toBeUndefined();
    }
  });

  const withData = (data: object) =>
    open({ notification: { version: "1.0", packageName: fake.package_name, ...data } });

  test("G19, C8: eventTimeMillis is a text; a number is understood too", async () => {
    for (const eventTimeMillis of ["1763632800123", 1_763_632_800_123]) {
      const { created_at } = await withData({ eventTimeMillis, testNotification: { version: "1.0" } });
      expect(created_at).toEqual(new Date("2025-11-20T10:00:00.123Z"));
    }
  });

  test.each([
    ["TEST", { testNotification: { version: "1.0" } }],
    [
      "ONE_TIME_PRODUCT",
      { oneTimeProductNotification: { version: "1.0", notificationType: 1, purchaseToken: "t", sku: "s" } },
    ],
    ["UNKNOWN", { somethingOfTomorrow: { purchaseToken: "t" } }],
    ["TEST", { testNotification: {}, subscriptionNotification: null, voidedPurchaseNotification: null }],
  ])("G19: %s is taken, and about no subscription", async (event_type, data) => {
    const notification = await withData({ eventTimeMillis: "1763632800000", ...data });
    expect(notification).toMatchObject({ event_type, subject: null, contents: [] });
    expect(await storeWith({ api: fake.api }).fetch?.(notification, new Date())).toBeUndefined();
  });

  test("G19: the unknown type 99 is taken", async () => {
    const subscriptionNotification = { version: "1.0", notificationType: 99, purchaseToken: "token-99" };
    const notification = await withData({ eventTimeMillis: "1763632800000", subscriptionNotification });
    expect(notification).toMatchObject({ event_type: "SUBSCRIPTION_99", subject: "token-99", contents: [] });
  });

  test("every number has its own name, and every name is known", async () => {
    const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 17, 18, 19, 20, 22];
    const names = new Set<string>();
    for (const notificationType of numbers) {
      const subscriptionNotification = { version: "1.0", notificationType, purchaseToken: "t" };
      names.add((await withData({ eventTimeMillis: "1763632800000", subscriptionNotification })).event_type);
    }
    expect(names.size).toBe(numbers.length);
    expect([...names].filter((name) => !storeWith().known_types.includes(name))).toEqual([]);
    expect([...names].slice(4, 6)).toEqual(["SUBSCRIPTION_ON_HOLD", "SUBSCRIPTION_IN_GRACE_PERIOD"]);
  });

  test("G14: a void of a subscription stays: it names the order, and needs no fetch", async () => {
    const at = new Date("2026-11-20T10:00:00Z");
    const notification = developerNotification({
      type: "VOIDED_PURCHASE",
      package_name: fake.package_name,
      purchase_token: "token-1",
      order_id: "GPA.1..2",
      at,
    });
    const { contents, subject } = await open({ notification });
    expect(subject).toBe("token-1");
    expect(contents).toEqual([
      {
        kind: "reversal",
        buyer: { candidates: [], customer: "token-1" },
        store: "google_play",
        external_id: "void:GPA.1..2",
        reason: "revoked",
        state: "final",
        scope: "transaction",
        subscription_id: "token-1",
        transaction_id: "GPA.1..2",
        charge_ids: [],
        at,
        state_at: at,
      },
    ]);
  });

  test.each([
    ["refundType 2, a part of a quantity", { productType: 1, refundType: 2 }],
    ["productType 2, a one-time product", { productType: 2, refundType: 1 }],
  ])("G14: %s changes nothing", async (_name, more) => {
    const voidedPurchaseNotification = { purchaseToken: "token-1", orderId: "GPA.1", ...more };
    const notification = await withData({ eventTimeMillis: "1763632800000", voidedPurchaseNotification });
    expect(notification).toMatchObject({ event_type: "VOIDED_PURCHASE", subject: null, contents: [] });
  });

  test("what was kept reads as it was opened, long after its token ran out", async () => {
    for (const type of ["SUBSCRIPTION_RENEWED", "VOIDED_PURCHASE"]) {
      const opened = await open({ type });
      expect(storeWith().read(opened.payload)).toEqual(opened);
    }
  });
});

describe("what is malformed is refused with 400, and never with a 500", () => {
  const data = (value: unknown) =>
    JSON.stringify({ message: { messageId: "1", data: Buffer.from(JSON.stringify(value)).toString("base64") } });
  const about = { packageName: "com.example.app", eventTimeMillis: "1" };
  test.each([
    ["nothing", ""],
    ["no JSON", "{"],
    ["no UTF-8", Buffer.from([0xff, 0xfe, 0x7b])],
    ["no message", "{}"],
    ["a list", "[]"],
    ["no data", JSON.stringify({ message: { messageId: "1" } })],
    ["data that is no base64", JSON.stringify({ message: { messageId: "1", data: "🦢" } })],
    ["data that is no JSON", JSON.stringify({ message: { messageId: "1", data: "aGVsbG8=" } })],
    ["no id", JSON.stringify({ message: { data: "e30=" } })],
    ["no package", data({ eventTimeMillis: "1" })],
    ["no time", data({ packageName: "com.example.app" })],
    ["a time that is none", data({ ...about, eventTimeMillis: "tomorrow" })],
    ["a time out of range", data({ ...about, eventTimeMillis: "999999999999999" })],
    ["no token", data({ ...about, subscriptionNotification: { notificationType: 4 } })],
    [
      "a token with a break",
      data({ ...about, subscriptionNotification: { notificationType: 4, purchaseToken: "a\nb" } }),
    ],
    ["a void without an order", data({ ...about, voidedPurchaseNotification: { purchaseToken: "t", productType: 1 } })],
  ])("%s", async (_name, body) => {
    expect(await codeOf(openBody(body))).toBe("billing.event_malformed");
  });

  test("the reason names the place", async () => {
    await expect(openBody(data({ ...about, subscriptionNotification: { notificationType: 4 } }))).rejects.toThrow(
      /message\/data\/subscriptionNotification/,
    );
  });

  test("a claim can come over the wire from nobody", async () => {
    const claim = storeWith().claim({ package_name: fake.package_name, purchase_token: "token-1" });
    expect(await codeOf(openBody(claim.payload))).toBe("billing.event_malformed");
  });
});

describe("a claim", () => {
  test("is a notification about the purchase, and reads again as itself", () => {
    const store = storeWith();
    const claim = store.claim({ package_name: fake.package_name, purchase_token: "token-1" });
    expect(claim).toMatchObject({ event_type: "CLAIM", subject: "token-1", contents: [], environment: "live" });
    expect(store.read(claim.payload)).toEqual(claim);
    expect(store.known_types).toContain("CLAIM");
  });

  test("of another app is refused, naming the field", () => {
    expect(() => storeWith().claim({ package_name: "com.example.other", purchase_token: "t" })).toThrow(
      expect.objectContaining({ code: "request.invalid" }),
    );
  });
});

test("pushes as the simulator writes them are what Pub/Sub sends", () => {
  const body = pushEnvelope({ notification: { a: 1 }, message_id: "7", at: new Date(0) });
  expect(JSON.parse(body).message).toMatchObject({ messageId: "7", publishTime: "1970-01-01T00:00:00.000Z" });
});
