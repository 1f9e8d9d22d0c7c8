import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createKeyLookup } from "./key-lookup.ts";

const license = { license_id: "l", workspace_id: "w", product: "p" };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

test("asks once for however many ask at the same time, and not again for half a minute", async () => {
  const find = vi.fn(async () => license);
  const lookUp = createKeyLookup(find);
  expect(await Promise.all([lookUp("k", "r"), lookUp("k", "r")])).toEqual([license, license]);
  vi.advanceTimersByTime(29_999);
  await lookUp("k", "r");
  expect(find).toHaveBeenCalledTimes(1);
});

test("a key that was replaced opens nothing after half a minute", async () => {
  const found: (typeof license | undefined)[] = [license, undefined];
  const lookUp = createKeyLookup(async () => found.shift());
  expect(await lookUp("old", "r")).toEqual(license);
  vi.advanceTimersByTime(30_000);
  expect(await lookUp("old", "r")).toBeUndefined();
});

test("remembers neither that there was no such key nor that the question failed", async () => {
  const answers = [async () => undefined, () => Promise.reject(new Error("away")), async () => license];
  const lookUp = createKeyLookup(async () => answers.shift()?.());
  expect(await lookUp("k", "r")).toBeUndefined();
  await expect(lookUp("k", "r")).rejects.toThrow("away");
  expect(await lookUp("k", "r")).toEqual(license);
});

test("keeps the 5,000 that were asked for last", async () => {
  const find = vi.fn(async () => license);
  const lookUp = createKeyLookup(find);
  for (let n = 0; n <= 5_000; n++) await lookUp(`k${n}`, "r");
  await lookUp("k5000", "r");
  expect(find).toHaveBeenCalledTimes(5_001);
  await lookUp("k0", "r");
  expect(find).toHaveBeenCalledTimes(5_002);
});
