import { expect, test } from "vitest";
import { createBatcher } from "./batches.ts";

/** A batcher whose trips are let go by hand. */
function held() {
  const trips: { items: number[]; go: (error?: Error) => void }[] = [];
  const ask = createBatcher<number, number>(
    (items) =>
      new Promise((resolve, reject) => {
        trips.push({
          items,
          go: (error) => (error === undefined ? resolve(items.map((n) => n * 2)) : reject(error)),
        });
      }),
    { largest: 3 },
  );
  return { ask, trips };
}

test("what is asked at the same time goes together, what comes meanwhile goes next, and everybody gets their own answer", async () => {
  const { ask, trips } = held();
  const first = Promise.all([ask(1), ask(2)]);
  await Promise.resolve();
  const second = Promise.all([ask(3), ask(4), ask(5), ask(6)]);
  trips[0]?.go();
  expect(await first).toEqual([2, 4]);
  await Promise.resolve();
  trips[1]?.go();
  await new Promise(setImmediate);
  trips[2]?.go();
  expect(await second).toEqual([6, 8, 10, 12]);
  expect(trips.map(({ items }) => items)).toEqual([[1, 2], [3, 4, 5], [6]]);
});

test("an error is everybody's in its batch and nobody's in the next", async () => {
  const { ask, trips } = held();
  const lost = Promise.allSettled([ask(1), ask(2)]);
  await Promise.resolve();
  const next = ask(3);
  trips[0]?.go(new Error("gone"));
  expect((await lost).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  await new Promise(setImmediate);
  trips[1]?.go();
  expect(await next).toBe(6);
});

test("an answer too few is an error, not somebody else's answer", async () => {
  const ask = createBatcher<number, number>(async (items) => items.slice(1));
  const asked = await Promise.allSettled([ask(1), ask(2)]);
  expect(asked.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
});
