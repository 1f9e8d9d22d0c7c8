import type { Ctx } from "../../core/context.ts";
import { type Database, sqlState } from "../../core/database.ts";
import { requestErrors } from "../../core/errors.ts";
import type { Metrics } from "../../core/metrics.ts";
import type { Tx } from "../../core/tables.ts";
import type { Events } from "../events/index.ts";
import { scheduleErrors } from "./errors.ts";
import { PersonalDue } from "./events.ts";
import { isTimeZone, nextAfterSet, planPersonal } from "./personal-rules.ts";
import {
  claimPersonal,
  type DuePersonal,
  deletePersonal,
  insertOccurrences,
  listPersonal,
  lockPersonal,
  movePersonal,
  occurrenceKey,
  putPersonal,
} from "./personal-store.ts";
import type { PersonalInput, PersonalSchedule } from "./schema.ts";

/** What products open: times of day at which people want something. */
export interface PersonalDoor {
  /**
   * Sets one time of a person (one for each kind and slot) in the caller's transaction. From then on `schedules.personal_due` comes on each of
   * the days at that local time, at most once for a local day, wherever the person goes. A new time counts from now on; who goes to
   * another zone keeps the day. Throws `request.invalid` for a time or zone that is none, `schedules.user_unknown` for a stranger.
   */
  setPersonal(tx: Tx, ctx: Pick<Ctx, "workspace_id">, input: PersonalInput): Promise<PersonalSchedule>;
  /** Removes a person's times of this kind, or the one of this slot; returns how many there were. */
  removePersonal(
    tx: Tx,
    ctx: Pick<Ctx, "workspace_id">,
    which: { user_id: string; kind: string; slot?: string },
  ): Promise<number>;
  /** A person's times in this workspace, by kind and time of day. */
  listPersonal(tx: Tx, ctx: Pick<Ctx, "workspace_id">, which: { user_id: string }): Promise<PersonalSchedule[]>;
}

interface PersonalOptions {
  db: Pick<Database, "asSystem">;
  events: Pick<Events, "append">;
  /** Of these workspaces those that are neither suspended nor deleted. */
  activeAmong: (tx: Tx, workspace_ids: string[]) => Promise<Set<string>>;
  metrics: Metrics;
}

/** Rows that are taken at once. */
const batch = 500;
const everyDay = [1, 2, 3, 4, 5, 6, 7];
const sixHours = 21_600;

export function createPersonal({ db, events, activeAmong, metrics }: PersonalOptions) {
  const counted = metrics.counter(
    "plinth_schedules_personal_total",
    "People's times that came, by what became of them",
    ["outcome"],
  );

  const publish = async (tx: Tx, row: DuePersonal, run: { local_date: string; at: Date }) => {
    const { user_id, kind, slot, payload, workspace_id } = row;
    const request_id = occurrenceKey({ ...row, local_date: run.local_date });
    const told = { kind, user_id, slot, local_date: run.local_date, scheduled_for: run.at.toISOString(), payload };
    await events.append(tx, { workspace_id, request_id }, PersonalDue, told);
  };

  /** Publishes what is due of one batch; returns how many rows that were. */
  const runBatch = () =>
    db.asSystem("personal schedules", async (tx) => {
      const rows = await claimPersonal(tx, batch);
      if (rows.length === 0) return 0;
      const active = await activeAmong(tx, [...new Set(rows.map(({ workspace_id }) => workspace_id))]);
      const plans = rows.map((row) => {
        const { run, next_run_at } = planPersonal(row, row.now);
        return { row, next_run_at, run: active.has(row.workspace_id) ? run : undefined };
      });
      const due = plans.flatMap(({ row, run }) => (run === undefined ? [] : [{ row, run }]));
      const fresh = await insertOccurrences(
        tx,
        due.map(({ row, run }) => ({ ...row, local_date: run.local_date })),
      );
      const isFresh = ({ row, run }: (typeof due)[number]) =>
        fresh.has(`${row.workspace_id}:${occurrenceKey({ ...row, local_date: run.local_date })}`);
      const published = due.filter(isFresh);
      // Sent one behind the other without waiting: one round trip for the batch.
      await Promise.all(published.map(({ row, run }) => publish(tx, row, run)));
      const moved = plans.map(({ row, run, next_run_at }) => ({
        ...row,
        next_run_at,
        local_date: run?.local_date ?? null,
      }));
      await movePersonal(tx, moved);
      counted({ outcome: "published" }, published.length);
      counted({ outcome: "skipped" }, rows.length - published.length);
      return rows.length;
    });

  return {
    setPersonal: async (tx, { workspace_id }, input) => {
      const wanted = completed(input);
      const { now, done, known } = await lockPersonal(tx, workspace_id, wanted);
      const next_run_at = nextAfterSet(wanted, now, known, done);
      const row = { ...wanted, next_run_at, last_local_date: done ?? null };
      await putPersonal(tx, workspace_id, row).catch((error) => {
        throw sqlState(error) === "23503" ? scheduleErrors.user_unknown({ cause: error }) : error;
      });
      return row;
    },
    removePersonal: (tx, { workspace_id }, which) => deletePersonal(tx, workspace_id, which),
    listPersonal: (tx, { workspace_id }, { user_id }) => listPersonal(tx, workspace_id, user_id),

    /** Publishes everything that is due, batch by batch, until nothing is or the signal says so. */
    runDue: async (signal: AbortSignal) => {
      while (!signal.aborted && (await runBatch()) === batch);
    },
  } satisfies PersonalDoor & { runDue(signal: AbortSignal): Promise<void> };
}

function completed(input: PersonalInput): Required<PersonalInput> {
  const { days = everyDay, slot = "daily", payload = {}, max_lateness_seconds = sixHours } = input;
  const refuse = (pointer: string, detail: string) => requestErrors.invalid({ errors: [{ pointer, detail }] });
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(input.local_time))
    throw refuse("/local_time", "is a time of day such as 07:00");
  if (!isTimeZone(input.time_zone)) throw refuse("/time_zone", "is not the IANA name of a time zone");
  if (days.length === 0 || days.some((day) => !everyDay.includes(day))) {
    throw refuse("/days", "are days of the week from 1 (Monday) to 7, at least one");
  }
  return { ...input, days: [...new Set(days)].sort(), slot, payload, max_lateness_seconds };
}
