import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isTimeZone, nextAfterSet, nextSlot, type PersonalState, planPersonal, slotOn } from "./personal-rules.ts";

const all = [1, 2, 3, 4, 5, 6, 7];
const time = (local_time: string, time_zone: string, days = all) => ({ local_time, time_zone, days });
const on = (date: string, local_time: string, zone: string) =>
  slotOn(Temporal.PlainDate.from(date), time(local_time, zone))?.at.toISOString().slice(0, 16);

describe("15: a time of day on a day", () => {
  test.each([
    ["as it is", "2026-06-01", "07:00", "Europe/Vienna", "2026-06-01T05:00"],
    ["left out: the first instant behind the gap", "2026-03-29", "02:30", "Europe/Vienna", "2026-03-29T01:00"],
    ["the gap's beginning: its end", "2026-03-29", "02:00", "Europe/Vienna", "2026-03-29T01:00"],
    ["twice: the first", "2026-11-01", "01:30", "America/New_York", "2026-11-01T05:30"],
    ["twice: the first, in Vienna", "2026-10-25", "02:30", "Europe/Vienna", "2026-10-25T00:30"],
    ["midnight left out", "2026-09-06", "00:30", "America/Santiago", "2026-09-06T04:00"],
    ["a gap of half an hour", "2026-10-04", "02:15", "Australia/Lord_Howe", "2026-10-03T15:30"],
    ["a gap up to midnight: the next day's first instant", "2024-03-30", "23:10", "America/Nuuk", "2024-03-31T01:00"],
    ["UTC+14", "2026-11-21", "07:00", "Pacific/Kiritimati", "2026-11-20T17:00"],
    ["UTC-11", "2026-11-21", "07:00", "Pacific/Pago_Pago", "2026-11-21T18:00"],
    ["a day that the zone left out", "2011-12-30", "07:00", "Pacific/Apia", undefined],
  ])("%s", (_, date, local_time, zone, wanted) => {
    expect(on(date, local_time, zone)).toBe(wanted);
  });
});

describe("15: the next occurrence", () => {
  test("is on one of the days, and behind the day that is done", () => {
    const monday = time("07:00", "Europe/Vienna", [1]);
    expect(nextSlot(monday, new Date("2026-11-21T10:00Z")).local_date).toBe("2026-11-23");
    expect(nextSlot(monday, new Date("2026-11-21T10:00Z"), "2026-11-23").local_date).toBe("2026-11-30");
  });

  test("passes over a day that the zone left out", () => {
    const { local_date } = nextSlot(time("07:00", "Pacific/Apia"), new Date("2011-12-29T20:00Z"));
    expect(local_date).toBe("2011-12-31");
  });

  test("property: each local day of a year has one occurrence in every zone, in the order of the days", () => {
    const zones = Intl.supportedValuesOf("timeZone");
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 1_439 }),
        fc.integer({ min: 2015, max: 2029 }),
        (zone, minute, year) => {
          const text = `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
          const dates: string[] = [];
          let at = new Date(`${year}-01-01T12:00Z`);
          for (let n = 0; n < 366; n++) {
            const slot = nextSlot(time(text, zone), at);
            expect(slot.at > at).toBe(true);
            const there = Temporal.Instant.fromEpochMilliseconds(slot.at.getTime()).toZonedDateTimeISO(zone);
            // A time that the zone left out at a day's end comes with the next day's first instant.
            const isLeftOut = there.toPlainTime().toString({ smallestUnit: "minute" }) !== text;
            const days = isLeftOut ? [there, there.subtract({ nanoseconds: 1 })] : [there];
            expect(days.map((day) => day.toPlainDate().toString())).toContain(slot.local_date);
            dates.push(slot.local_date);
            at = slot.at;
          }
          const first = Temporal.PlainDate.from(dates[0] ?? "");
          expect(dates).toEqual(dates.map((_, n) => first.add({ days: n }).toString()));
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe("15: what becomes of a row that is due", () => {
  const row = (change: Partial<PersonalState> = {}): PersonalState => ({
    ...time("07:00", "Europe/Vienna"),
    max_lateness_seconds: 21_600,
    next_run_at: new Date("2026-11-18T06:00Z"),
    last_local_date: "2026-11-17",
    ...change,
  });
  const plan = (now: string, change?: Partial<PersonalState>) => {
    const { run, next_run_at } = planPersonal(row(change), new Date(now));
    return [run?.local_date, next_run_at.toISOString().slice(0, 16)];
  };

  test("in time: that day", () => expect(plan("2026-11-18T06:00:01Z")).toEqual(["2026-11-18", "2026-11-19T06:00"]));
  test("a little late: that day", () => expect(plan("2026-11-18T11:59Z")).toEqual(["2026-11-18", "2026-11-19T06:00"]));
  test("too late: skipped", () => expect(plan("2026-11-18T12:01Z")).toEqual([undefined, "2026-11-19T06:00"]));
  test("no limit: however late", () =>
    expect(plan("2026-11-18T23:30Z", { max_lateness_seconds: null })).toEqual(["2026-11-18", "2026-11-19T06:00"]));
  test("days later: the last alone", () =>
    expect(plan("2026-11-21T07:00Z")).toEqual(["2026-11-21", "2026-11-22T06:00"]));
  test("a day that is done is not done again", () =>
    expect(plan("2026-11-18T07:00Z", { last_local_date: "2026-11-18" })).toEqual([undefined, "2026-11-19T06:00"]));
  test("by the day where a zone's rules were changed and the row's instant is no slot", () =>
    expect(plan("2026-11-18T07:00Z", { next_run_at: new Date("2026-11-18T06:30Z") })).toEqual([
      "2026-11-18",
      "2026-11-19T06:00",
    ]));
});

describe("15: a person who changes the time", () => {
  const vienna = time("07:00", "Europe/Vienna");
  const known = (next: string, created = "2026-11-01T00:00Z") => ({
    ...vienna,
    next_run_at: new Date(next),
    created_at: new Date(created),
  });
  const next = (wanted: typeof vienna, now: string, row?: ReturnType<typeof known>, done?: string) =>
    nextAfterSet(wanted, new Date(now), row, done).toISOString().slice(0, 16);

  test("sets it first: from now on", () => expect(next(vienna, "2026-11-21T10:00Z")).toBe("2026-11-22T06:00"));
  test("sets it again after the day was done, and removed it: not today", () =>
    expect(next(time("20:00", "Europe/Vienna"), "2026-11-21T10:00Z", undefined, "2026-11-21")).toBe(
      "2026-11-22T19:00",
    ));
  test("sets the same: nothing changes, not even for one that is due", () =>
    expect(next(vienna, "2026-11-21T07:00Z", known("2026-11-21T06:00Z"))).toBe("2026-11-21T06:00"));
  test("to a later time on a day that is done: tomorrow", () =>
    expect(next(time("20:00", "Europe/Vienna"), "2026-11-21T10:00Z", known("2026-11-22T06:00Z"), "2026-11-21")).toBe(
      "2026-11-22T19:00",
    ));
  test("west, the day done: the next day there", () =>
    expect(
      next(time("07:00", "America/Los_Angeles"), "2026-11-21T09:00Z", known("2026-11-22T06:00Z"), "2026-11-21"),
    ).toBe("2026-11-22T15:00"));
  test("east, the day not done, its time passed there: that day, late", () =>
    expect(next(time("07:00", "Pacific/Auckland"), "2026-11-21T05:00Z", known("2026-11-21T06:00Z"), "2026-11-20")).toBe(
      "2026-11-20T18:00",
    ));
  test("to another zone when the time passed there before it was first set: not for that", () =>
    expect(
      next(time("07:00", "Europe/London"), "2026-11-21T10:05Z", known("2026-11-22T06:00Z", "2026-11-21T10:00Z")),
    ).toBe("2026-11-22T07:00"));
  test("over the date line, the day done: never twice the same day", () => {
    const there = next(
      time("07:00", "Pacific/Pago_Pago"),
      "2026-11-20T18:00Z",
      known("2026-11-22T17:00Z"),
      "2026-11-21",
    );
    expect(there).toBe("2026-11-22T18:00");
  });
});

test("zones are known by their names alone", () => {
  expect(["Europe/Vienna", "UTC", "Pacific/Kiritimati"].map(isTimeZone)).toEqual([true, true, true]);
  expect(["+02:00", "Mars/Olympus", "", "-11:00"].map(isTimeZone)).toEqual([false, false, false, false]);
});
