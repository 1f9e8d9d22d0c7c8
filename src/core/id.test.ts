import { expect, test } from "vitest";
import { isId, newId } from "./id.ts";

test("ids of one process are in the order in which they were made, however many in a millisecond", () => {
  const ids = Array.from({ length: 50_000 }, newId);
  expect(ids.every(isId)).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(ids);
});

test("they are UUIDs of version 7 and tell when they were made", () => {
  const before = Date.now();
  const id = newId();
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const made = Number.parseInt(id.slice(0, 13).replace("-", ""), 16);
  // A burst before this may have used up its milliseconds.
  expect(made).toBeGreaterThanOrEqual(before - 1);
  expect(made).toBeLessThan(Date.now() + 1_000);
});
