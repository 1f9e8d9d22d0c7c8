import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createStripe } from "./stripe.ts";
import { checkoutCompleted, signStripeEvent, stripeEvent, subscriptionEvent } from "./stripe-simulator.ts";

const secret = "whsec_FirstSecret";
const now = new Date("2026-03-01T12:00:00Z");
const stripe = createStripe({ secrets: [secret], clock: { now: () => now } });
const T = new Date("2026-04-01T12:00:00Z");

const event = subscriptionEvent("customer.subscription.updated", {
  price: "price_pro",
  subscription: "sub_1",
  customer: "cus_1",
  created: now,
  current_period_end: T,
  workspace_id: "0195f5a0-0000-7000-8000-000000000001",
});
const body = JSON.stringify(event);
const seconds = Math.floor(now.getTime() / 1_000);

function hmac(text: string, key = secret, timestamp: number = seconds): string {
  return createHmac("sha256", key).update(`${timestamp}.${text}`).digest("hex");
}

function open(text: string, signature: string | undefined, store = stripe) {
  return store.open(Buffer.from(text), signature);
}

const invalid = expect.objectContaining({ code: "billing.signature_invalid" });
const malformed = expect.objectContaining({ code: "billing.event_malformed" });

describe("S19: signatures", () => {
  test("a good one opens the event", () => {
    const { body: signed, signature } = signStripeEvent(event, secret, now);
    expect(open(signed, signature)).toMatchObject({ event_id: event.id, environment: "test", subject: "cus_1" });
    expect(open(body, `t=${seconds},v1=${hmac(body)}`)).toMatchObject({ event_id: event.id });
  });

  test.each([
    ["none", undefined],
    ["an empty one", ""],
    ["garbage", "garbage"],
    ["of another secret", `t=${seconds},v1=${hmac(body, "whsec_other")}`],
    ["of another body", `t=${seconds},v1=${hmac(`${body} `)}`],
    ["of another time", `t=${seconds - 1},v1=${hmac(body)}`],
    ["cut short", `t=${seconds},v1=${hmac(body).slice(0, -2)}`],
    ["without a time", `v1=${hmac(body)}`],
    ["without a scheme that is safe (v0 only)", `t=${seconds},v0=${hmac(body)}`],
    ["two headers, joined as HTTP joins them", `t=${seconds},v1=${hmac(body)}, t=${seconds},v1=${hmac(body)}`],
  ])("%s: refused", (_name, signature) => {
    expect(() => open(body, signature)).toThrow(invalid);
  });

  test("over the same JSON written anew: refused", () => {
    const { body: pretty, signature } = signStripeEvent(event, secret, now);
    expect(JSON.parse(pretty)).toEqual(JSON.parse(body));
    expect(() => open(body, signature)).toThrow(invalid);
  });

  test("300 seconds old is believed, 301 is not", () => {
    const signed = (age: number) => `t=${seconds - age},v1=${hmac(body, secret, seconds - age)}`;
    expect(open(body, signed(300)).event_id).toBe(event.id);
    expect(() => open(body, signed(301))).toThrow(invalid);
  });

  test("of several, one has to be good: while Stripe rotates the secret, or we do", () => {
    const two = `t=${seconds},v1=${hmac(body, "whsec_next")},v1=${hmac(body)}`;
    expect(open(body, two).event_id).toBe(event.id);
    const rotating = createStripe({ secrets: ["whsec_next", secret], clock: { now: () => now } });
    expect(open(body, `t=${seconds},v1=${hmac(body)}`, rotating).event_id).toBe(event.id);
    expect(open(body, `t=${seconds},v1=${hmac(body, "whsec_next")}`, rotating).event_id).toBe(event.id);
    expect(() => open(body, `t=${seconds},v1=${hmac(body, "whsec_third")}`, rotating)).toThrow(invalid);
  });

  test("no secret, no event", () => {
    const closed = createStripe({ secrets: [], clock: { now: () => now } });
    expect(() => open(body, `t=${seconds},v1=${hmac(body)}`, closed)).toThrow(invalid);
  });
});

describe("what is signed but no event", () => {
  test.each([
    ["no JSON", "not json"],
    ["a list", "[]"],
    ["another object", JSON.stringify({ ...event, object: "invoice" })],
    ["no id", JSON.stringify({ ...event, id: undefined })],
    ["an id with a NUL", JSON.stringify({ ...event, id: "evt_\u0000" })],
    ["no livemode", JSON.stringify({ ...event, livemode: null })],
    ["no object in it", JSON.stringify({ ...event, data: {} })],
  ])("%s: malformed", (_name, text) => {
    expect(() => open(text, `t=${seconds},v1=${hmac(text)}`)).toThrow(malformed);
  });

  test("bytes that are no UTF-8 are not taken for their replacement", () => {
    const bytes = Buffer.from([0x22, 0xff, 0x22]);
    const signature = createHmac("sha256", secret).update(`${seconds}.`).update(bytes).digest("hex");
    expect(() => stripe.open(bytes, `t=${seconds},v1=${signature}`)).toThrow();
  });
});

describe("reading", () => {
  const read = (wire: object) => stripe.read(JSON.stringify(wire)).content;
  const told = (wire: object) => {
    const content = read(wire);
    if (content.kind !== "subscription") throw new Error(`This is ${JSON.stringify(content)}`);
    return content.told;
  };

  test("S14: both shapes of the API give the same T", () => {
    const options = {
      price: "price_pro",
      subscription: "sub_1",
      created: now,
      current_period_end: T,
      event_id: "evt_1",
    };
    const basil = subscriptionEvent("customer.subscription.updated", { ...options, shape: "basil" });
    const acacia = subscriptionEvent("customer.subscription.updated", { ...options, shape: "acacia" });
    expect(basil.data.object).not.toHaveProperty("current_period_end");
    expect(acacia.data.object).toHaveProperty("current_period_end");
    expect(told(acacia)).toEqual(told(basil));
    expect(told(basil).items[0]?.current_period_end).toEqual(T);
  });

  test("S14: each item has its own period", () => {
    const soon = new Date("2026-03-08T12:00:00Z");
    const extras = [{ price: "price_extra", quantity: 4, current_period_end: soon }];
    const wire = subscriptionEvent("customer.subscription.updated", {
      price: "price_pro",
      created: now,
      current_period_end: T,
      extras,
    });
    expect(told(wire).items).toEqual([
      { price_id: "price_pro", quantity: 1, current_period_end: T },
      { price_id: "price_extra", quantity: 4, current_period_end: soon },
    ]);
  });

  test("of one second, the event named created is before the others", () => {
    const [created, updated] = ["created", "updated"].map((word) =>
      told(subscriptionEvent(`customer.subscription.${word}`, { price: "price_pro", created: now })),
    );
    expect(created?.state_at.getTime()).toBeLessThan(updated?.state_at.getTime() ?? 0);
    expect(Math.floor((updated?.state_at.getTime() ?? 0) / 1_000)).toBe(seconds);
  });

  test("deleted is the end, whatever the status says, and has a time", () => {
    const wire = subscriptionEvent("customer.subscription.deleted", {
      price: "price_pro",
      status: "active",
      created: now,
    });
    expect(told(wire)).toMatchObject({ status: "canceled", ended_at: now });
  });

  test.each([
    ["the flag", { cancel_at_period_end: true }, true],
    ["a date at the period's end, as flexible billing does it", { cancel_at: T }, true],
    ["a date far beyond", { cancel_at: new Date("2027-01-01T00:00:00Z") }, false],
    ["neither", {}, false],
  ])("the renewal is off by %s", (_name, options, expected) => {
    const wire = subscriptionEvent("customer.subscription.updated", {
      price: "price_pro",
      created: now,
      current_period_end: T,
      ...options,
    });
    expect(told(wire).cancel_at_period_end).toBe(expected);
  });

  test("an item without a quantity is one; a customer may be whole", () => {
    const wire = structuredClone(event) as unknown as {
      data: { object: { customer: unknown; items: { data: { quantity?: number }[] } } };
    };
    wire.data.object.customer = { id: "cus_whole", object: "customer" };
    for (const item of wire.data.object.items.data) delete item.quantity;
    expect(read(wire)).toMatchObject({ customer_id: "cus_whole", told: { items: [{ quantity: 1 }] } });
  });

  test("a checkout names its workspace by reference or by metadata, and never by anything that is no id", () => {
    const workspace_id = "0195f5a0-0000-7000-8000-00000000000a";
    const read_ = (options: object) => read(checkoutCompleted({ customer: "cus_1", ...options }));
    expect(read_({ workspace_id: workspace_id.toUpperCase() })).toEqual({
      kind: "customer",
      customer_id: "cus_1",
      workspace_id,
    });
    expect(read_({ metadata: { workspace_id } })).toMatchObject({ workspace_id });
    expect(read_({ workspace_id: "ada@example.com" })).toMatchObject({ workspace_id: undefined });
  });

  test("what we do not handle is of no concern, whatever it looks like", () => {
    expect(read(stripeEvent("invoice.payment_succeeded", { id: "in_1", object: "invoice" }))).toEqual({
      kind: "other",
    });
    expect(read(stripeEvent("a.type.of.tomorrow", { anything: [1] }))).toEqual({ kind: "other" });
  });

  test.each([
    ["an unknown status", { status: "hibernating" }],
    ["no items", { items: null }],
    ["a quantity below zero", { items: { data: [{ price: { id: "price_pro" }, quantity: -1 }] } }],
    ["a time that is none", { trial_end: "tomorrow" }],
  ])("%s is unreadable, with the place", (_name, change) => {
    const wire = { ...event, data: { object: { ...event.data.object, ...change } } };
    expect(read(wire)).toEqual({ kind: "unreadable", detail: expect.stringMatching(/^\/(status|items|trial_end)/) });
  });

  test("explicit nulls and unknown members are accepted", () => {
    const more = {
      trial_end: null,
      ended_at: null,
      cancel_at: null,
      metadata: null,
      member_of_tomorrow: { deep: true },
    };
    const wire = { ...event, data: { object: { ...event.data.object, ...more } }, member_of_tomorrow: 1 };
    expect(told(wire)).toMatchObject({ status: "active", trial_end: null });
  });
});
