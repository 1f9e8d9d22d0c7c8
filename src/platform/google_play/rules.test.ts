import { describe, expect, test } from "vitest";
import { readPurchase } from "./mapping.ts";
import { deadlineOf, decide } from "./rules.ts";
import type { SubscriptionPurchase } from "./schema.ts";
import { type SimulatedPurchase, subscriptionPurchase } from "./simulator.ts";

const day = 86_400_000;
const started_at = new Date("2026-11-20T10:00:00Z");
const seen_at = new Date("2026-11-21T10:00:00Z");
const later = (milliseconds: number) => new Date(started_at.getTime() + milliseconds);
function purchase(options: SimulatedPurchase): SubscriptionPurchase {
  const read = readPurchase(subscriptionPurchase({ started_at, ...options }));
  if (typeof read === "string") throw new Error(read);
  return read;
}

describe("the deadline", () => {
  test("G2: three days from the purchase on; somebody should look at 48 h", () => {
    expect(deadlineOf(purchase({}), seen_at)).toEqual({ acknowledge_by: later(3 * day), alert_at: later(2 * day) });
  });

  test.each([
    ["a day", day, day / 2],
    ["six days", 6 * day, 3 * day],
    ["a week", 7 * day, 3 * day],
    ["a month", 30 * day, 3 * day],
  ])("G4: a prepaid plan of %s", (_name, lasts, allowed) => {
    const deadline = deadlineOf(purchase({ prepaid: true, expires_at: later(lasts) }), seen_at);
    expect(deadline).toEqual({ acknowledge_by: later(allowed), alert_at: later((allowed * 2) / 3) });
  });

  test("G4: a renewing plan of less than a week has three days", () => {
    expect(deadlineOf(purchase({ expires_at: later(2 * day) }), seen_at).acknowledge_by).toEqual(later(3 * day));
  });

  test("G4: a top-up counts from when it was seen, not from the first purchase's start", () => {
    const topUp = purchase({ prepaid: true, linked_purchase_token: "token-0", expires_at: later(60 * day) });
    expect(deadlineOf(topUp, later(30 * day)).acknowledge_by).toEqual(later(33 * day));
  });

  test("what has no start yet counts from when it was seen", () => {
    for (const unknown of [undefined, purchase({ state: "PENDING" })]) {
      expect(deadlineOf(unknown, seen_at).acknowledge_by).toEqual(new Date(seen_at.getTime() + 3 * day));
    }
  });
});

describe("the verdict", () => {
  const by = later(3 * day);
  const [early, late, over] = [later(day), later(3 * day), later(4 * day + 1)];
  test.each([
    ["G2", { state: "ACTIVE" }, "acknowledge", "acknowledge", "failed"],
    ["G2", { state: "IN_GRACE_PERIOD" }, "acknowledge", "acknowledge", "failed"],
    ["G8", { state: "CANCELED" }, "acknowledge", "acknowledge", "failed"],
    ["G3", { state: "PENDING" }, "wait", "wait", "wait"],
    ["G3", { state: "PENDING_PURCHASE_CANCELED" }, "not_needed", "failed", "failed"],
    ["G6", { state: "ON_HOLD" }, "wait", "wait", "failed"],
    ["G7", { state: "PAUSED" }, "wait", "wait", "failed"],
    ["", { state: "SOMETHING_OF_TOMORROW" }, "wait", "wait", "failed"],
    ["G2", { state: "EXPIRED" }, "not_needed", "failed", "failed"],
    ["G4", { state: "ACTIVE", acknowledged: true }, "done", "done", "done"],
    ["", { state: "EXPIRED", acknowledged: true }, "done", "done", "done"],
  ])("%s %j: in time %s, at the deadline %s, a day later %s", (_number, options, ...verdicts) => {
    const kinds = [early, late, over].map((now) => decide(purchase(options), by, now).kind);
    expect(kinds).toEqual(verdicts);
  });

  test("the item that is owned is acknowledged, not the one that comes later", () => {
    const lineItems = [{ productId: "later" }, { productId: "now", expiryTime: "2026-12-20T10:00:00Z" }];
    expect(decide(purchase({ more: { lineItems } }), by, early)).toEqual({ kind: "acknowledge", product_id: "now" });
  });

  test("G18: what Google does not know is asked for again until its time is over", () => {
    expect([early, late, over].map((now) => decide(undefined, by, now).kind)).toEqual(["wait", "wait", "failed"]);
  });
});
