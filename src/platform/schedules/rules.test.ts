import { describe, expect, test } from "vitest";
import { type MissedPolicy, planRuns } from "./rules.ts";

/** Every hour at its beginning. */
const hour = 3_600_000;
const hourly = {
  next: (after: Date) => new Date((Math.floor(after.getTime() / hour) + 1) * hour),
  last: (from: Date, until: Date) => {
    const last = new Date(Math.floor(until.getTime() / hour) * hour);
    return last >= from ? last : undefined;
  },
};
const at = (time: string) => new Date(`2026-11-21T${time}Z`);

function plan(missed: MissedPolicy, due: string, now: string, max_lateness_seconds: number | null = null) {
  const { runs, skipped, next_run_at } = planRuns(
    { missed, max_lateness_seconds, next_run_at: at(due) },
    at(now),
    hourly,
  );
  return {
    runs: runs.map(({ slot, cause }) => `${slot.toISOString().slice(11, 16)} ${cause}`),
    skipped,
    next: next_run_at?.toISOString().slice(11, 16),
  };
}

describe("14: what is published", () => {
  test.each<[string, MissedPolicy, string, string, number | null, string[], number, string]>([
    ["in time, whatever the policy", "skip", "08:00", "08:00:01", null, ["08:00 due"], 0, "09:00"],
    ["in time, all", "run_all", "08:00", "08:00:01", null, ["08:00 due"], 0, "09:00"],
    ["skip: nothing that is more than a minute late", "skip", "05:00", "08:30", null, [], 1, "09:00"],
    [
      "skip: what is in time after others that were missed",
      "skip",
      "05:00",
      "08:00:10",
      null,
      ["08:00 due"],
      1,
      "09:00",
    ],
    ["run_once: the last of those missed", "run_once", "05:00", "08:30", null, ["08:00 missed"], 1, "09:00"],
    ["run_once: not if that is too late", "run_once", "05:00", "08:30", 600, [], 1, "09:00"],
    [
      "run_all: each, the oldest first",
      "run_all",
      "05:00",
      "08:00:10",
      null,
      ["05:00 missed", "06:00 missed", "07:00 missed", "08:00 due"],
      0,
      "09:00",
    ],
    [
      "run_all: none that is too late",
      "run_all",
      "05:00",
      "08:30",
      7_200,
      ["07:00 missed", "08:00 missed"],
      1,
      "09:00",
    ],
  ])("%s", (_, missed, due, now, limit, runs, skipped, next) => {
    expect(plan(missed, due, now, limit)).toEqual({ runs, skipped, next });
  });

  test("run_all of very many: so many at a go, and the rest is due still", () => {
    const due = new Date("2025-11-21T00:00Z");
    const first = planRuns({ missed: "run_all", max_lateness_seconds: null, next_run_at: due }, at("08:30"), hourly);
    expect(first.runs.length).toBe(200);
    expect(first.next_run_at).toEqual(new Date(due.getTime() + 200 * hour));
  });

  test("a cron that has no time any more is due never again", () => {
    const over = { next: () => undefined, last: (from: Date) => from };
    const { runs, next_run_at } = planRuns(
      { missed: "run_once", max_lateness_seconds: null, next_run_at: at("08:00") },
      at("08:00"),
      over,
    );
    expect([runs.length, next_run_at]).toEqual([1, undefined]);
  });
});
