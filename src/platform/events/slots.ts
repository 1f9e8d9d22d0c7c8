import type { HeldRow, Lane } from "./lanes.ts";
import { slotsPerWorkspace } from "./rules.ts";

/** Who may run now: so many handlers in the process, in a lane, of a workspace in either, and one of an ordered key. */
export interface Slots {
  /** The next row that may run, lanes and workspaces in turn; it holds its slot until `free`. */
  take(): HeldRow | undefined;
  free(row: HeldRow): void;
  running(): number;
  /** Handlers of the lane that each workspace may still begin; one that is not named has nothing running, and may begin `lane.perWorkspace`. */
  left(lane: Lane): Map<string, number>;
}

export function createSlots(lanes: Lane[], concurrency: number): Slots {
  const perWorkspace = slotsPerWorkspace(concurrency);
  const byWorkspace = new Map<string, number>();
  /** The same in each lane that has fewer slots than the process; in the others the process's own count says enough. */
  const inLane = new Map(
    lanes.filter(({ slots }) => slots < concurrency).map((lane) => [lane, new Map<string, number>()]),
  );
  let running = 0;
  let turn = 0;

  const leftOf = (lane: Lane, workspace_id: string): number =>
    Math.min(
      perWorkspace - (byWorkspace.get(workspace_id) ?? 0),
      lane.perWorkspace - (inLane.get(lane)?.get(workspace_id) ?? 0),
    );

  const mayRun = ({ workspace_id, lane, key }: HeldRow) =>
    leftOf(lane, workspace_id) > 0 && !(lane.subscriber.ordered && key !== null && lane.runningKeys.has(key));

  const nextOf = (lane: Lane | undefined): HeldRow | undefined =>
    lane === undefined || lane.running >= lane.slots || lane.queue.size() === 0 ? undefined : lane.queue.next(mayRun);

  const add = (row: HeldRow, by: 1 | -1) => {
    const { lane, workspace_id } = row;
    running += by;
    lane.running += by;
    count(byWorkspace, workspace_id, by);
    const own = inLane.get(lane);
    if (own !== undefined) count(own, workspace_id, by);
  };

  return {
    take: () => {
      if (running >= concurrency) return undefined;
      for (let n = 0; n < lanes.length; n++) {
        const place = (turn + n) % lanes.length;
        const row = nextOf(lanes[place]);
        if (row === undefined) continue;
        turn = place + 1;
        add(row, 1);
        if (row.lane.subscriber.ordered && row.key !== null) row.lane.runningKeys.add(row.key);
        return row;
      }
      return undefined;
    },
    free: (row) => {
      add(row, -1);
      row.lane.ended++;
    },
    running: () => running,
    left: (lane) => new Map([...byWorkspace.keys()].map((workspace_id) => [workspace_id, leftOf(lane, workspace_id)])),
  };
}

function count(counts: Map<string, number>, name: string, by: 1 | -1): void {
  const counted = (counts.get(name) ?? 0) + by;
  if (counted === 0) counts.delete(name);
  else counts.set(name, counted);
}
