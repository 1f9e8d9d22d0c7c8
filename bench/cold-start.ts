import { startPlinth } from "../test/journeys/plinth.ts";
import { inTurn, ms, type Row } from "./measure.ts";

/** From the command to the first line that says ready, on an empty machine: database made, migrations applied, plans loaded. */
export async function measureColdStart(): Promise<Row[]> {
  const { first } = await inTurn(5, {
    first: async () => {
      const began = performance.now();
      const plinth = await startPlinth({});
      const took = performance.now() - began;
      await plinth.stop();
      return took;
    },
  });
  return [
    {
      name: "cold start on an empty folder, to ready",
      ours: ms(first),
      peer: "limit 5,000 ms",
      ratio: (5_000 / first).toFixed(2),
      goal: `≤ 5 s: ${first <= 5_000 ? "met" : "missed"}`,
    },
  ];
}
