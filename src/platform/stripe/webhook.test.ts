import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { signStripeEvent, stripeEvent, subscriptionEvent } from "./simulator.ts";
import { createStripeWebhook } from "./webhook.ts";

const secret = "whsec_FirstSecret";
const now = new Date("2026-03-01T12:00:00Z");
const stripe = createStripeWebhook({ secrets: [secret], clock: { now: () => now } });
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

function open(text: string | Buffer, signature: string | undefined, store = stripe) {
  return store.open({
    raw_body: Buffer.from(text),
    header: (name) => (name === "stripe-signature" ? signature : undefined),
  });
}

const invalid = expect.objectContaining({ code: "billing.signature_invalid" });
const malformed = expect.objectContaining({ code: "billing.event_malformed" });

describe("S19: signatures", () => {
  test("a good one opens the event", async () => {
    const { body: signed, signature } = signStripeEvent(event, secret, now);
    await expect(open(signed, signature)).resolves.toMatchObject({
      event_id: event.id,
      environment: "test",
      subject: "cus_1",
    });
    await expect(open(body, `t=${seconds},v1=${hmac(body)}`)).resolves.toMatchObject({ event_id: event.id });
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
  ])("%s: refused", async (_name, signature) => {
    await expect(open(body, signature)).rejects.toEqual(invalid);
  });

  test("over the same JSON written anew: refused", async () => {
    const { body: pretty, signature } = signStripeEvent(event, secret, now);
    expect(JSON.parse(pretty)).toEqual(JSON.parse(body));
    await expect(open(body, signature)).rejects.toEqual(invalid);
  });

  test("300 seconds old is believed, 301 is not", async () => {
    const signed = (age: number) => `t=${seconds - age},v1=${hmac(body, secret, seconds - age)}`;
    await expect(open(body, signed(300))).resolves.toMatchObject({ event_id: event.id });
    await expect(open(body, signed(301))).rejects.toEqual(invalid);
  });

  test("of several, one has to be good: while Stripe rotates the secret, or we do", async () => {
    const two = `t=${seconds},v1=${hmac(body, "whsec_next")},v1=${hmac(body)}`;
    await expect(open(body, two)).resolves.toMatchObject({ event_id: event.id });
    const rotating = createStripeWebhook({ secrets: ["whsec_next", secret], clock: { now: () => now } });
    await expect(open(body, `t=${seconds},v1=${hmac(body)}`, rotating)).resolves.toMatchObject({ event_id: event.id });
    await expect(open(body, `t=${seconds},v1=${hmac(body, "whsec_next")}`, rotating)).resolves.toMatchObject({
      event_id: event.id,
    });
    await expect(open(body, `t=${seconds},v1=${hmac(body, "whsec_third")}`, rotating)).rejects.toEqual(invalid);
  });

  test("no secret, no event", async () => {
    const closed = createStripeWebhook({ secrets: [], clock: { now: () => now } });
    await expect(open(body, `t=${seconds},v1=${hmac(body)}`, closed)).rejects.toEqual(invalid);
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
  ])("%s: malformed", async (_name, text) => {
    await expect(open(text, `t=${seconds},v1=${hmac(text)}`)).rejects.toEqual(malformed);
  });

  test("bytes that are no UTF-8 are not taken for their replacement", async () => {
    const bytes = Buffer.from([0x22, 0xff, 0x22]);
    const signature = createHmac("sha256", secret).update(`${seconds}.`).update(bytes).digest("hex");
    await expect(open(bytes, `t=${seconds},v1=${signature}`)).rejects.toEqual(invalid);
  });
});

describe("reading", () => {
  const read = (wire: object) => stripe.read(JSON.stringify(wire)).contents[0];
  const told = (wire: object) => {
    const content = read(wire);
    if (content?.kind !== "subscription") throw new Error(`This is ${JSON.stringify(content)}`);
    return content.told;
  };

  test("S14: both shapes of the API give the same T", () => {
    const options = {
      price: "price_pro",
      subscription: "sub_1",
      created: now,
      current_period_end: T,
      event_id: "evt_1",
      customer: "cus_1",
      latest_invoice: "in_1",
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
      { price_id: "price_pro", quantity: 1, current_period_start: now, current_period_end: T },
      { price_id: "price_extra", quantity: 4, current_period_start: now, current_period_end: soon },
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
    const item = { price: { id: "price_pro" }, current_period_end: seconds };
    const object = { ...event.data.object, customer: { id: "cus_whole", object: "customer" }, items: { data: [item] } };
    const content = read({ ...event, data: { object } });
    expect(content).toMatchObject({ buyer: { customer: "cus_whole" }, told: { items: [{ quantity: 1 }] } });
  });

  test("what we do not handle is of no concern, whatever it looks like", () => {
    for (const type of ["entitlements.active_entitlement_summary.updated", "a.type.of.tomorrow", "customer.updated"]) {
      expect(stripe.read(JSON.stringify(stripeEvent(type, { anything: [1] })))).toMatchObject({
        contents: [],
        subject: null,
      });
    }
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
