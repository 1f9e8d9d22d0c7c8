/**
 * Makes one trip out of what many ask for at the same time. What is asked while a batch is on its way waits for the next one, so a lone
 * request is not held up, and under load the number of trips does not grow with the requests. `run` answers in the order of the items; when it
 * throws, everybody in that batch gets the error.
 */
export function createBatcher<Item, Result>(
  run: (items: Item[]) => Promise<Result[]>,
  { largest = 500 }: { largest?: number } = {},
): (item: Item) => Promise<Result> {
  interface Waiting {
    item: Item;
    resolve: (result: Result) => void;
    reject: (error: unknown) => void;
  }
  let waiting: Waiting[] = [];
  let isRunning = false;
  const runAll = async () => {
    // What else is asked in this turn of the event loop comes along.
    await undefined;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, largest);
      waiting = waiting.slice(largest);
      try {
        const results = await run(batch.map(({ item }) => item));
        if (results.length !== batch.length) throw new Error("A batch answered another number of items than it got");
        for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    isRunning = false;
  };
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (isRunning) return;
      isRunning = true;
      void runAll();
    });
}
