import type { HeldRow, Lane } from "./lanes.ts";
import { slotsPerWorkspace } from "./rules.ts";

/** Who may run now: so many handlers in the process, in a lane, in a workspace, and one of an ordered key. */
export interface Slots {
  /** The next row that may run, lanes and workspaces in turn; it holds its slot until `free`. */
  take(): HeldRow | undefined;
  free(row: HeldRow): void;
  running(): number;
}

export function createSlots(lanes: Lane[], concurrency: number): Slots {
  const perWorkspace = slotsPerWorkspace(concurrency);
  const byWorkspace = new Map<string, number>();
  let running = 0;
  let turn = 0;

  const mayRun = ({ workspace_id, lane, key }: HeldRow) =>
    (byWorkspace.get(workspace_id) ?? 0) < perWorkspace &&
    !(lane.subscriber.ordered && key !== null && lane.runningKeys.has(key));

  const nextOf = (lane: Lane | undefined): HeldRow | undefined =>
    lane === undefined || lane.running >= lane.slots || lane.queue.size() === 0 ? undefined : lane.queue.next(mayRun);

  const add = (row: HeldRow, by: 1 | -1) => {
    const { lane, workspace_id } = row;
    running += by;
    lane.running += by;
    const count = (byWorkspace.get(workspace_id) ?? 0) + by;
    if (count === 0) byWorkspace.delete(workspace_id);
    else byWorkspace.set(workspace_id, count);
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
  };
}
