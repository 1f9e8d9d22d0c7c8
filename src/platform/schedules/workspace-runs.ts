import type { Database } from "../../core/database.ts";
import type { Tx } from "../../core/tables.ts";
import { type Delivery, defineSubscriber, type Events, type Subscriber } from "../events/index.ts";
import type { Locks } from "../locks/index.ts";
import type { Occurrence, Schedule } from "./definition.ts";
import { type Due, dueEvent } from "./events.ts";
import { finishRun, lockRun, moveRun } from "./store.ts";

interface RunOptions {
  db: Pick<Database, "asSystem" | "systemStatement">;
  events: Pick<Events, "append">;
  locks: Pick<Locks, "withLock">;
  /** Ids of workspaces that are neither suspended nor deleted, behind `after` in their order. */
  activeWorkspaces: (tx: Tx, after: string | undefined, limit: number) => Promise<string[]>;
  activeAmong: (tx: Tx, workspace_ids: string[]) => Promise<Set<string>>;
}

/** Workspaces that have their events in one transaction. */
const page = 500;
/** The events of all workspaces are written within this, or the rest of them at the next try. */
const fanOutMs = 600_000;

/** What hears of a schedule's occurrences and runs its handler. */
export function subscribersOf(schedule: Schedule, options: RunOptions): Subscriber[] {
  return "handle" in schedule ? [once(schedule, options)] : inEach(schedule, options);
}

function once(schedule: Extract<Schedule, { handle: unknown }>, { db }: RunOptions): Subscriber {
  return defineSubscriber({
    ...retriesOf(schedule),
    name: schedule.name,
    event: dueEvent(schedule.name),
    handle: async (ctx, payload, delivery) => {
      const occurrence = occurrenceOf(payload);
      await schedule.handle(ctx, occurrence, delivery);
      await db.systemStatement("finish run", (tx) => finishRun(tx, schedule.name, occurrence.slot));
    },
  });
}

/** The first gives each workspace an event of its own; the second runs the handler there, under the workspace's lock. */
function inEach(
  schedule: Extract<Schedule, { handleWorkspace: unknown }>,
  { db, events, locks, activeWorkspaces, activeAmong }: RunOptions,
): Subscriber[] {
  const { name } = schedule;
  const event = dueEvent(name, "_in_workspace");

  /** One page, and how far the run is, in one transaction: a workspace has one event, whoever died meanwhile. True when there are more. */
  const givePage = (due: Due, request_id: string) =>
    db.asSystem("schedule in workspaces", async (tx) => {
      const slot = new Date(due.slot);
      const run = await lockRun(tx, name, slot);
      if (run === undefined) return false;
      const ids = await activeWorkspaces(tx, run.after ?? undefined, page);
      await Promise.all(ids.map((workspace_id) => events.append(tx, { workspace_id, request_id }, event, due)));
      const is_last = ids.length < page;
      await moveRun(tx, { schedule: name, slot }, { last: ids.at(-1), workspaces: ids.length, is_last });
      return !is_last;
    });

  return [
    defineSubscriber({
      name: `${name}_fan_out`,
      event: dueEvent(name),
      timeout_ms: fanOutMs,
      handle: async ({ request_id }, due, { signal }) => {
        while (await givePage(due, request_id)) signal.throwIfAborted();
      },
    }),
    defineSubscriber({
      ...retriesOf(schedule),
      name,
      event,
      handle: async (ctx, due, delivery) => {
        const { workspace_id } = ctx;
        const active = await db.systemStatement("active workspace", (tx) => activeAmong(tx, [workspace_id]));
        if (!active.has(workspace_id)) return;
        const run = { ...delivery, occurrence: occurrenceOf(due) };
        const answer = await locks.withLock({ workspace_id, name }, lockOf(schedule, delivery), (lock) =>
          schedule.handleWorkspace(ctx, { ...run, lock, signal: AbortSignal.any([delivery.signal, lock.signal]) }),
        );
        if (answer.busy) throw new Error(`Another run of ${name} has the workspace's lock`);
      },
    }),
  ];
}

/** Waits for the lock for up to half of the handler's time. */
function lockOf({ lock_seconds, timeout_ms }: { lock_seconds: number; timeout_ms?: number }, { signal }: Delivery) {
  return { ttl_seconds: lock_seconds, wait_ms: (timeout_ms ?? 30_000) / 2, signal };
}

function retriesOf({ max_retries, backoff, timeout_ms }: Schedule) {
  return {
    ...(max_retries === undefined ? {} : { max_retries }),
    ...(backoff === undefined ? {} : { backoff }),
    ...(timeout_ms === undefined ? {} : { timeout_ms }),
  };
}

function occurrenceOf({ schedule, slot, cause }: Due): Occurrence {
  return { schedule, slot: new Date(slot), cause };
}
