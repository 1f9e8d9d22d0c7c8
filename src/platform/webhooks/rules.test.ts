import { expect, test } from "vitest";
import { deliverySlots, excerpt, mostTries, nextTry, retryAfter, unknownTypes, urlFault } from "./rules.ts";

test("the schedule is the one that Standard Webhooks recommends: ten tries", () => {
  const schedule = Array.from({ length: mostTries }, (_, tries) => nextTry(tries + 1, null, 0));
  expect(schedule).toEqual([5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400, null]);
});

test("a try comes up to a tenth later, and no sooner than the endpoint asked for, up to a day", () => {
  expect(nextTry(2, null, 0.999)).toBeCloseTo(330, 0);
  expect(nextTry(1, 120, 0)).toBe(120);
  expect(nextTry(3, 120, 0)).toBe(1_800);
  expect(nextTry(1, 10_000_000, 0)).toBe(86_400);
  expect(nextTry(10, 60, 0)).toBeNull();
});

test.each([
  ["https://hooks.example.com/in?a=1", true, undefined],
  ["http://hooks.example.com", true, "has to begin with https://"],
  ["http://hooks.example.com", false, undefined],
  ["ftp://hooks.example.com", false, "has to begin with https:// or http://"],
  ["file:///etc/passwd", false, "has to begin with https:// or http://"],
  ["https://ada:pass@hooks.example.com", true, "must not hold a name or a password"],
  ["https://hooks.example.com/#here", true, "must not have a fragment"],
  ["hooks.example.com", true, "is not an address"],
])("%s (TLS only: %s): %s", (url, https_only, fault) => {
  expect(urlFault(url, { https_only })).toBe(fault);
});

test("Retry-After is read as seconds and as a date", () => {
  const now = new Date("2026-11-21T10:00:00Z");
  expect(retryAfter("30", now)).toBe(30);
  expect(retryAfter("Sat, 21 Nov 2026 10:01:00 GMT", now)).toBe(60);
  expect(retryAfter("Sat, 21 Nov 2026 09:00:00 GMT", now)).toBe(0);
  expect(retryAfter("soon", now)).toBeNull();
  expect(retryAfter(undefined, now)).toBeNull();
});

test("what is kept of an answer is a kilobyte of text that can be stored", () => {
  expect(excerpt(Buffer.from("a\u0000b"))).toBe("ab");
  expect(excerpt(Buffer.alloc(5_000, "x"))).toHaveLength(1_024);
  expect(excerpt(Buffer.from([0xff, 0xfe, 0x41])).isWellFormed()).toBe(true);
});

test("types that nobody publishes are named", () => {
  expect(unknownTypes(["*", "billing.payment_failed", "x.y"], new Set(["billing.payment_failed"]))).toEqual(["x.y"]);
});

test("9: deliveries leave half of the handlers to everything else, however many there are", () => {
  expect([1, 2, 3, 10, 1_000].map(deliverySlots)).toEqual([1, 1, 2, 5, 500]);
});
