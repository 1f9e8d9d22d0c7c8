import fc from "fast-check";
import { expect, test } from "vitest";
import { isToldOf, nextHeartbeatIn, readSeatCursor, writeSeatCursor } from "./rules.ts";

test("1: the next heartbeat is 270 to 300 s away, and leaves every retry within the lease of 360 s", () => {
  expect([nextHeartbeatIn(360, 0), nextHeartbeatIn(360, 0.999_999)]).toEqual([300, 271]);
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
      const seconds = nextHeartbeatIn(360, random);
      expect(seconds).toBeGreaterThanOrEqual(270);
      expect(seconds + 46).toBeLessThan(360);
    }),
  );
});

test("1: it is no less than a second away, however short the lease", () => {
  expect(nextHeartbeatIn(0.5, 0.9)).toBe(1);
});

test("15: is told of once", () => {
  expect([0, 1, 2, 3, 4].filter(isToldOf)).toEqual([2]);
});

test("a cursor is read as it was written, and nothing else is", () => {
  for (const seat of [1, 50, 999_999_999]) expect(readSeatCursor(writeSeatCursor(seat))).toBe(seat);
  for (const text of [
    "",
    "seat:1",
    Buffer.from("seat:-1").toString("base64url"),
    Buffer.from("seat:1 or").toString("base64url"),
  ]) {
    expect(readSeatCursor(text)).toBeUndefined();
  }
});
