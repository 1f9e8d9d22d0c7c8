import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createFixedWindows } from "./fixed-windows.ts";

describe("a window", () => {
  test("C1: begins with the first call and is over at its end, to the instant", () => {
    const windows = createFixedWindows(1_000);
    expect(windows.add("a", 1, 250)).toEqual({ count: 1, ends_at: 1_250 });
    expect(windows.add("a", 1, 1_249.999)).toEqual({ count: 2, ends_at: 1_250 });
    expect(windows.add("a", 1, 1_250)).toEqual({ count: 1, ends_at: 2_250 });
  });

  test("is each subject's own", () => {
    const windows = createFixedWindows(1_000);
    windows.add("a", 1, 0);
    expect(windows.add("b", 1, 900)).toEqual({ count: 1, ends_at: 1_900 });
    expect(windows.add("a", 1, 999).count).toBe(2);
    expect(windows.add("a", 1, 1_000).count).toBe(1);
    expect(windows.add("b", 1, 1_899).count).toBe(2);
  });

  test("may begin below nothing, when something is given back first", () => {
    const windows = createFixedWindows(1_000);
    windows.add("a", -1, 0);
    expect(windows.add("a", 1, 1).count).toBe(0);
  });

  test("of any calls at any time: counts what one Map without end would", () => {
    const calls = fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.integer({ min: 0, max: 1_500 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(calls, (steps) => {
        const windows = createFixedWindows(1_000);
        const plain = new Map<string, { count: number; ends_at: number }>();
        let now = 0;
        for (const [subject, passed] of steps) {
          now += passed;
          const known = plain.get(subject);
          const next =
            known !== undefined && now < known.ends_at
              ? { ...known, count: known.count + 1 }
              : { count: 1, ends_at: now + 1_000 };
          plain.set(subject, next);
          expect(windows.add(subject, 1, now)).toEqual(next);
        }
      }),
    );
  });
});

describe("its memory", () => {
  test("holds the subjects of two windows at most, however many come", () => {
    const windows = createFixedWindows(1_000);
    let most = 0;
    for (let i = 0; i < 200_000; i++) {
      windows.add(`subject-${i}`, 1, i);
      most = Math.max(most, windows.size());
    }
    expect(most).toBeLessThanOrEqual(2_000);
    windows.add("much later", 1, 1_000_000);
    expect(windows.size()).toBe(1);
  });

  test("has an upper bound within one window too; who began longest ago is forgotten first", () => {
    const windows = createFixedWindows(1_000, 100);
    windows.add("first", 1, 0);
    for (let i = 1; i < 200; i++) {
      windows.add(`subject-${i}`, 1, 0);
      expect(windows.size()).toBeLessThanOrEqual(200);
    }
    expect(windows.add("first", 1, 0).count).toBe(2);
    for (let i = 200; i < 10_000; i++) windows.add(`subject-${i}`, 1, 1);
    expect(windows.size()).toBeLessThanOrEqual(200);
    expect(windows.add("subject-9999", 1, 1).count).toBe(2);
    expect(windows.add("first", 1, 1).count).toBe(1);
  });

  test("known subjects need no more of it", () => {
    const windows = createFixedWindows(1_000, 100);
    for (let i = 0; i < 10_000; i++) windows.add(`subject-${i % 50}`, 1, i / 100);
    expect(windows.size()).toBe(50);
  });
});
