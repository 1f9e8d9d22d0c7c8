import { rowsAhead, slotsPerWorkspace } from "./rules.ts";
import type { ClaimedRow } from "./store.ts";
import type { Subscriber } from "./subscriber.ts";

/** A row that this process holds. */
export interface HeldRow extends ClaimedRow {
  lane: Lane;
  /** On the process's own steady clock, in milliseconds: when its lease was last known to begin. */
  leased_at: number;
  /** Whether it finds out for its subscriber if the dependency is back. */
  is_probe: boolean;
  /** Whether it runs alone, since its holders died again and again. */
  is_alone: boolean;
  /** Gives its handler up for the reason; set while it runs. */
  stop: ((reason: Error) => void) | undefined;
}

/** Rows in groups that take turns: one of each, then the next of each. */
export interface Turns {
  add(row: HeldRow): void;
  /** Takes the next row that may run now. */
  next(mayRun: (row: HeldRow) => boolean): HeldRow | undefined;
  size(): number;
  /** The groups that have rows. */
  groups(): string[];
  /** How many rows each workspace has. */
  byWorkspace(): Map<string, number>;
  /** Takes all rows, or those of one group, out. */
  clear(group?: string): HeldRow[];
}

export function createTurns(groupOf: (row: HeldRow) => string): Turns {
  const groups = new Map<string, { rows: HeldRow[]; next: number }>();
  let size = 0;
  const take = (name: string, group: { rows: HeldRow[]; next: number }): HeldRow | undefined => {
    const row = group.rows[group.next++];
    size--;
    if (group.next >= group.rows.length) groups.delete(name);
    else if (groups.size > 1) {
      // To the end of the round.
      groups.delete(name);
      groups.set(name, group);
    }
    return row;
  };
  return {
    add: (row) => {
      const name = groupOf(row);
      const group = groups.get(name);
      if (group === undefined) groups.set(name, { rows: [row], next: 0 });
      else group.rows.push(row);
      size++;
    },
    next: (mayRun) => {
      for (const [name, group] of groups) {
        const row = group.rows[group.next];
        if (row !== undefined && mayRun(row)) return take(name, group);
      }
      return undefined;
    },
    size: () => size,
    groups: () => [...groups.keys()],
    byWorkspace: () => {
      const counts = new Map<string, number>();
      for (const { rows, next } of groups.values())
        for (const { workspace_id } of rows.slice(next)) counts.set(workspace_id, (counts.get(workspace_id) ?? 0) + 1);
      return counts;
    },
    clear: (only) => {
      const cleared: HeldRow[] = [];
      for (const [name, { rows, next }] of groups) {
        if (only !== undefined && name !== only) continue;
        groups.delete(name);
        cleared.push(...rows.slice(next));
      }
      size -= cleared.length;
      return cleared;
    },
  };
}

/** What a worker knows of one subscriber: what it holds for it, and how it claims more. */
export interface Lane {
  subscriber: Subscriber;
  /** Handlers of it at once in this process. */
  slots: number;
  isKeyed: boolean;
  queue: Turns;
  running: number;
  /** Of the slots, those that one workspace may hold. */
  perWorkspace: number;
  /** Keys of an ordered subscriber whose handler runs. */
  runningKeys: Set<string>;
  /** Whether there is more than was claimed, so that workspaces take turns. */
  isBacklogged: boolean;
  /** Nothing that was due before it (seconds since 1970, the database's) is looked for, but by the thorough claims. */
  since: number;
  /** Where the round over workspaces or keys goes on. */
  cursor: string;
  /** Whether something claimable may stand before the cursor, so that another round over the keys follows this one. */
  goesRoundAgain: boolean;
  /** Whether something was published for it since it was last asked for. */
  isWoken: boolean;
  isPaused: boolean;
  /** Handlers that ended since the last claim, and when that was: the pace. */
  ended: number;
  paced_at: number;
  ahead: number;
}

export const firstWorkspace = "00000000-0000-0000-0000-000000000000";

export function createLane(subscriber: Subscriber, concurrency: number): Lane {
  const isKeyed = subscriber.key !== undefined;
  const slots = Math.min(concurrency, subscriber.concurrency ?? concurrency);
  return {
    subscriber,
    slots,
    isKeyed,
    queue: createTurns(subscriber.ordered ? ({ key, id }) => key ?? String(id) : ({ workspace_id }) => workspace_id),
    running: 0,
    perWorkspace: slotsPerWorkspace(slots),
    runningKeys: new Set(),
    isBacklogged: false,
    since: 0,
    cursor: isKeyed ? "" : firstWorkspace,
    goesRoundAgain: false,
    isWoken: true,
    isPaused: false,
    ended: 0,
    paced_at: performance.now(),
    ahead: rowsAhead(slots, 0),
  };
}

/** Rows that the lane should hold ready, by its pace since it was last asked. */
export function paceLane(lane: Lane): void {
  const now = performance.now();
  const seconds = (now - lane.paced_at) / 1_000;
  // Handlers that began together end together: a shorter time says nothing, unless nothing is left to run.
  if (seconds < (lane.queue.size() === 0 ? 0.002 : 0.05)) return;
  const wanted = rowsAhead(lane.slots, lane.ended / seconds);
  lane.ahead = Math.min(wanted, lane.ahead * 4);
  lane.ended = 0;
  lane.paced_at = now;
}
