import { describe, expect, test } from "vitest";
import { createRevenueCat, revenueCatEvent, revenueCatEventTypes, simulateRevenueCat } from "./index.ts";

const authorization = "Bearer first-value-of-the-header";
const store = createRevenueCat({ authorization: [authorization, "second-value"], environment: "live" });
const at = new Date("2026-03-01T12:00:00.123Z");
const event = simulateRevenueCat("INITIAL_PURCHASE", { authorization, at, event_id: "E-1", app_user_id: "ada" });

function open(body: string | Buffer, header: string | undefined = authorization) {
  const headers: Record<string, string | undefined> = { authorization: header };
  return store.open({ raw_body: Buffer.from(body), header: (name) => headers[name.toLowerCase()] });
}

describe("the Authorization header", () => {
  test.each([authorization, "second-value"])("opens with any of the values set (%s)", async (value) => {
    expect(await open(event.body, value)).toMatchObject({
      source: "revenuecat",
      event_id: "E-1",
      event_type: "INITIAL_PURCHASE",
      created_at: at,
      payload: event.body,
    });
  });

  test.each([
    ["none", ""],
    ["another", "Bearer another"],
    ["the value without its scheme", authorization.slice("Bearer ".length)],
    ["a piece of it", authorization.slice(0, -1)],
    ["with something after it", `${authorization} `],
    ["in other letters", authorization.toUpperCase()],
    ["both, joined", `${authorization}, second-value`],
  ])("%s: refused, before the body is looked at", async (_name, value) => {
    await expect(open(event.body, value)).rejects.toMatchObject({ code: "billing.sender_unknown" });
    await expect(open("{", value)).rejects.toMatchObject({ code: "billing.sender_unknown" });
  });

  test("a request without the header at all is refused", async () => {
    const delivery = { raw_body: Buffer.from(event.body), header: () => undefined };
    await expect(store.open(delivery)).rejects.toMatchObject({
      code: "billing.sender_unknown",
      kind: "unauthenticated",
    });
  });

  test("without a value there is no such store, so that an empty header opens nothing", () => {
    for (const none of [[], [""]]) {
      expect(() => createRevenueCat({ authorization: none, environment: "live" })).toThrow("Authorization");
    }
  });
});

describe("the body", () => {
  test.each([
    ["no JSON", "{"],
    ["no UTF-8", Buffer.from([0x7b, 0xff, 0x7d])],
    ["no object", "[]"],
    ["without an event", '{"api_version":"1.0"}'],
    ["without an id", JSON.stringify({ event: { type: "RENEWAL", event_timestamp_ms: 1 } })],
    ["without a type", JSON.stringify({ event: { id: "1", event_timestamp_ms: 1 } })],
    ["without a time", JSON.stringify({ event: { id: "1", type: "RENEWAL" } })],
    ["C8: with a time in text", JSON.stringify({ event: { id: "1", type: "RENEWAL", event_timestamp_ms: "1" } })],
    [
      "C8: with a time that no calendar has",
      JSON.stringify({ event: { id: "1", type: "TEST", event_timestamp_ms: 9e18 } }),
    ],
  ])("%s: malformed", async (_name, body) => {
    await expect(open(body)).rejects.toMatchObject({ code: "billing.event_malformed" });
  });

  test("is read again without the header", async () => {
    expect(store.read(event.body)).toEqual(await open(event.body));
  });

  test.each([
    { expiration_at_ms: "1659331174000" },
    { aliases: "ada" },
    { app_user_id: "" },
    { product_id: "a\u0000b" },
    { entitlement_ids: [null] },
  ])("of another form than promised is kept, and said to be unreadable: %j", async (more) => {
    const { contents } = await open(JSON.stringify(revenueCatEvent("RENEWAL", { more })));
    expect(contents).toEqual([{ kind: "unreadable", detail: expect.stringContaining(Object.keys(more)[0] ?? "") }]);
  });

  test.each([
    ["no transaction", { transaction_id: null, original_transaction_id: null }],
    ["no app user", { app_user_id: null, original_app_user_id: null, aliases: null }],
    ["no product", { product_id: null, entitlement_ids: null, entitlement_id: null }],
  ])("that names %s says so", async (what, more) => {
    const { contents } = await open(JSON.stringify(revenueCatEvent("RENEWAL", { more })));
    expect(contents).toEqual([{ kind: "unreadable", detail: `RENEWAL names ${what}` }]);
  });
});

test("every type that can be simulated is one that is read", () => {
  expect(store.known_types).toEqual(expect.arrayContaining(revenueCatEventTypes));
  expect(() => revenueCatEvent("constructor")).toThrow("INITIAL_PURCHASE");
});
