import { createBatcher } from "../../core/batches.ts";
import { sqlState } from "../../core/database.ts";

/**
 * As `createBatcher`, where one item that PostgreSQL refuses (a workspace that is gone, a number out of range) does not fail the others of its batch:
 * then each is tried by itself.
 */
export function createTolerantBatcher<Item, Result>(
  run: (items: Item[]) => Promise<Result[]>,
): (item: Item) => Promise<Result> {
  type Settled = { value: Result } | { error: unknown };
  const alone = async (item: Item): Promise<Settled> => {
    try {
      const [value] = await run([item]);
      return { value: value as Result };
    } catch (error) {
      return { error };
    }
  };
  const settle = createBatcher(async (items: Item[]): Promise<Settled[]> => {
    try {
      return (await run(items)).map((value) => ({ value }));
    } catch (error) {
      if (items.length === 1 || !isAboutData(error)) return items.map(() => ({ error }));
    }
    const settled: Settled[] = [];
    for (const item of items) settled.push(await alone(item));
    return settled;
  });
  return async (item) => {
    const settled = await settle(item);
    if ("error" in settled) throw settled.error;
    return settled.value;
  };
}

/** Classes 22 (data exception) and 23 (integrity constraint violation) of the SQL standard. */
function isAboutData(error: unknown): boolean {
  return /^2[23]/.test(sqlState(error) ?? "");
}
