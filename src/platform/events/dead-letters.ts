import type { Database } from "../../core/database.ts";
import { requestErrors } from "../../core/errors.ts";
import { newId } from "../../core/id.ts";
import { pageOf, readCursor } from "../../core/pages.ts";
import type { PageQuery } from "../../core/schema.ts";
import { deadLetterErrors } from "./dead-letters-errors.ts";
import type {
  DeadLetterAction,
  DeadLetterDetail,
  DeadLetterFilter,
  DeadLetterJob,
  DeadLetterQuery,
  JobInput,
  Preview,
} from "./dead-letters-schema.ts";
import {
  advanceJob,
  claimJob,
  countLetters,
  deleteFinishedJobs,
  deleteResolved,
  findJob,
  findLetter,
  insertJob,
  type LetterPosition,
  listJobs,
  listLetters,
  resolveBatch,
  resolveLetter,
} from "./dead-letters-store.ts";
import type { EventsInternals } from "./service.ts";

interface DeadLettersOptions {
  db: Pick<Database, "asSystem" | "systemStatement">;
  events: Pick<EventsInternals, "subscribers" | "wake">;
  onError: (error: unknown) => void;
  /** Resolved letters are kept so many days. */
  retention_days: number;
  /** Letters that one transaction takes. Default 1,000. */
  batch?: number;
  /** A job that has not been heard of for so long is taken over. Default 60. */
  lease_seconds?: number;
}

/** What failed for good: to look at, to try again, to give up. For administrators of the platform. */
export type DeadLetters = ReturnType<typeof createDeadLetters>;

export function createDeadLetters(options: DeadLettersOptions) {
  const { db, events, onError, retention_days, batch = 1_000, lease_seconds = 60 } = options;
  const running = new Set<Promise<unknown>>();
  let isEnding = false;

  /** A replay leaves what nobody would handle where it is. */
  const subscribersFor = (action: DeadLetterAction) =>
    action === "replay" ? [...events.subscribers().keys()] : undefined;

  const preview = async (action: DeadLetterAction, filter: DeadLetterFilter, until?: string): Promise<Preview> => {
    const rows = await db.systemStatement("dead letter preview", (tx) => countLetters(tx, filter, until));
    const known = subscribersFor(action);
    const groups = rows.flatMap(({ subscriber, ...group }) => (subscriber === null ? [] : [{ subscriber, ...group }]));
    const taken = groups.filter(({ subscriber }) => known === undefined || known.includes(subscriber));
    const sum = (list: typeof groups) => list.reduce((total, { count }) => total + count, 0);
    const times = (list: Date[]) => list.map((time) => time.getTime());
    return {
      count: sum(taken),
      by_subscriber: taken.map(({ subscriber, count }) => ({ subscriber, count })),
      without_subscriber: sum(groups) - sum(taken),
      oldest_failed_at: taken.length === 0 ? null : new Date(Math.min(...times(taken.map(({ oldest }) => oldest)))),
      newest_failed_at: taken.length === 0 ? null : new Date(Math.max(...times(taken.map(({ newest }) => newest)))),
      until: rows[0]?.until ?? new Date(0),
    };
  };

  const step = (job: DeadLetterJob, after: LetterPosition | undefined) =>
    db.asSystem("dead letter job", async (tx) => {
      const resolution = { action: job.action, by: job.requested_by, reason: job.reason ?? undefined };
      const subscribers = subscribersFor(job.action);
      const { taken, last, woken } = await resolveBatch(tx, job, { after, limit: batch, subscribers }, resolution);
      const is_over = taken < batch;
      return { job: await advanceJob(tx, job.id, { taken, is_over, lease_seconds }), last, subscribers: woken };
    });

  /** Works on a job that this process holds until it is over, or the process ends: then another goes on. */
  const work = async (begun: DeadLetterJob, onProgress?: (job: DeadLetterJob) => void): Promise<DeadLetterJob> => {
    let job = begun;
    let after: LetterPosition | undefined;
    while (job.state === "running" && !isEnding) {
      const next = await step(job, after);
      // Whoever took it over has finished it.
      if (next.job === undefined) return getJob(job.id);
      job = next.job;
      after = next.last;
      if (job.action === "replay") events.wake(next.subscribers);
      onProgress?.(job);
    }
    return job;
  };
  const inBackground = (work: Promise<unknown>) => {
    const tracked: Promise<unknown> = work.catch(onError).finally(() => running.delete(tracked));
    running.add(tracked);
  };

  const begin = async (by: string, action: DeadLetterAction, input: JobInput): Promise<DeadLetterJob> => {
    const { count: matching } = await preview(action, input.filter, input.until);
    if (matching > input.count) {
      throw deadLetterErrors.preview_outdated({ detail: `There are ${matching} now`, extensions: { count: matching } });
    }
    const { filter, until, reason = null } = input;
    const job = { id: newId(), action, filter, until, reason, requested_by: by, matching, lease_seconds };
    return db.systemStatement("dead letter job", (tx) => insertJob(tx, job));
  };
  const getJob = async (id: string): Promise<DeadLetterJob> => {
    const job = await db.systemStatement("dead letter job", (tx) => findJob(tx, id));
    if (job === undefined) throw deadLetterErrors.job_not_found();
    return job;
  };

  const get = async (id: number): Promise<DeadLetterDetail> => {
    const letter = await db.systemStatement("dead letter", (tx) => findLetter(tx, id));
    if (letter === undefined) throw deadLetterErrors.dead_letter_not_found();
    return letter;
  };
  const resolveOne = async (id: number, action: DeadLetterAction, by: string, reason?: string) => {
    const { subscriber } = await get(id);
    if (subscribersFor(action)?.includes(subscriber) === false) throw deadLetterErrors.dead_letter_orphaned();
    const done = await db.systemStatement(`dead letter ${action}`, (tx) =>
      resolveLetter(tx, id, { action, by, reason }),
    );
    if (!done) throw deadLetterErrors.dead_letter_resolved();
    if (action === "replay") events.wake([subscriber]);
    return get(id);
  };

  return {
    /** Dead letters that fit, the last failure first. */
    list: async ({ limit, cursor, state, ...filter }: DeadLetterQuery) => {
      const after = readPosition(cursor);
      const rows = await db.systemStatement("dead letters", (tx) =>
        listLetters(tx, { ...filter, state }, after, limit),
      );
      const data = rows.slice(0, limit);
      const last = data.at(-1);
      const next_cursor = rows.length <= limit || last === undefined ? null : writePosition(last);
      return { data: data.map(({ position: _, ...letter }) => letter), next_cursor };
    },

    /** A dead letter with its payload and what failed before. Throws `events.dead_letter_not_found`. */
    get,

    /**
     * Puts it back into the outbox: the same event id, a new budget of tries. If it fails again it is the same letter, dead again. One that was
     * discarded may be replayed too. Throws `events.dead_letter_not_found`, `events.dead_letter_resolved`, `events.dead_letter_orphaned`.
     */
    replay: (id: number, by: string, reason?: string) => resolveOne(id, "replay", by, reason),

    /** Gives it up; it stays as history for a while. Throws `events.dead_letter_not_found`, `events.dead_letter_resolved`. */
    discard: (id: number, by: string, reason: string) => resolveOne(id, "discard", by, reason),

    /** What an action would take; `count` and `until` confirm it. */
    preview: (action: DeadLetterAction, filter: DeadLetterFilter) => preview(action, filter),

    /** Begins what a preview told, and goes on in the background. Throws `events.preview_outdated` when there are more by now. */
    begin: async (by: string, action: DeadLetterAction, input: JobInput): Promise<DeadLetterJob> => {
      const job = await begin(by, action, input);
      inBackground(work(job));
      return job;
    },

    /** As `begin`, until it is over, telling how far it is. */
    run: async (by: string, action: DeadLetterAction, input: JobInput, onProgress: (job: DeadLetterJob) => void) =>
      work(await begin(by, action, input), onProgress),

    /** How far a job is. Throws `events.job_not_found`. */
    getJob,

    listJobs: async ({ limit, cursor }: PageQuery) => {
      const after = readCursor(cursor);
      return pageOf(await db.systemStatement("dead letter jobs", (tx) => listJobs(tx, after, limit)), limit);
    },

    /** Goes on with jobs that a process left behind; for the minutely schedule. */
    resume: async (): Promise<void> => {
      for (;;) {
        const job = isEnding
          ? undefined
          : await db.systemStatement("dead letter job", (tx) => claimJob(tx, lease_seconds));
        if (job === undefined) return;
        await work(job);
      }
    },

    /** Removes resolved letters and finished jobs whose time is over. What is dead stays until somebody resolves it. */
    maintain: async (): Promise<void> => {
      let removed = batch;
      while (removed === batch && !isEnding) {
        removed = await db.systemStatement("dead letter retention", (tx) => deleteResolved(tx, retention_days, batch));
      }
      await db.systemStatement("dead letter retention", (tx) => deleteFinishedJobs(tx, retention_days));
    },

    /** Lets the batches end that are on their way. */
    stop: async (): Promise<void> => {
      isEnding = true;
      await Promise.allSettled(running);
    },
  };
}

function writePosition({ position, id }: { position: string; id: number }): string {
  return Buffer.from(`${position}|${id}`).toString("base64url");
}

/** Reads a cursor that `list` gave out; throws `request.invalid` for anything else. */
function readPosition(cursor: string | undefined): LetterPosition | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, "base64url").toString("utf8");
  const [, at, id] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)\|(\d{1,15})$/.exec(text) ?? [];
  if (at === undefined || id === undefined || Number.isNaN(Date.parse(at))) {
    throw requestErrors.invalid({
      errors: [{ pointer: "/cursor", detail: "is not a cursor that this list gave out" }],
    });
  }
  return { at, id: Number(id) };
}
