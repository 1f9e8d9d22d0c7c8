import { describe, expect, test } from "vitest";
import { lastSlot, nextSlot } from "./cron.ts";

/** The times of the cron behind `from`, in UTC to the minute. */
function times(cron: string, time_zone: string, from: string, count: number): (string | undefined)[] {
  const found: (string | undefined)[] = [];
  let at: Date | undefined = new Date(from);
  for (let n = 0; n < count && at !== undefined; n++) {
    at = nextSlot(cron, time_zone, at);
    found.push(at?.toISOString().slice(5, 16));
  }
  return found;
}

describe("15: a cron where the clock is changed", () => {
  test.each([
    [
      "02:30 left out in Vienna: at 03:00 summer time, once",
      "30 2 * * *",
      "Europe/Vienna",
      "2026-03-28T02:00Z",
      ["03-29T01:00", "03-30T00:30"],
    ],
    [
      "02:00 left out: the same instant",
      "0 2 * * *",
      "Europe/Vienna",
      "2026-03-28T02:00Z",
      ["03-29T01:00", "03-30T00:00"],
    ],
    [
      "midnight left out in Chile",
      "0 0 * * *",
      "America/Santiago",
      "2026-09-05T05:00Z",
      ["09-06T04:00", "09-07T03:00"],
    ],
    [
      "half an hour left out on Lord Howe",
      "15 2 * * *",
      "Australia/Lord_Howe",
      "2026-10-03T00:00Z",
      ["10-03T15:30", "10-04T15:15"],
    ],
    [
      "01:30 twice in New York: the first, once",
      "30 1 * * *",
      "America/New_York",
      "2026-10-31T06:00Z",
      ["11-01T05:30", "11-02T06:30"],
    ],
    [
      "02:30 twice in Vienna: the first, once",
      "30 2 * * *",
      "Europe/Vienna",
      "2026-10-24T01:00Z",
      ["10-25T00:30", "10-26T01:30"],
    ],
    [
      "every quarter goes on through the hour that is twice",
      "*/15 * * * *",
      "America/New_York",
      "2026-11-01T05:30Z",
      ["11-01T05:45", "11-01T06:00", "11-01T06:15"],
    ],
    [
      "every quarter goes on over the hour that is left out",
      "*/15 * * * *",
      "Europe/Vienna",
      "2026-03-29T00:30Z",
      ["03-29T00:45", "03-29T01:00", "03-29T01:15"],
    ],
    ["UTC+14", "0 7 * * *", "Pacific/Kiritimati", "2026-11-20T18:00Z", ["11-21T17:00", "11-22T17:00"]],
    ["UTC-11", "0 7 * * *", "Pacific/Pago_Pago", "2026-11-20T18:30Z", ["11-21T18:00", "11-22T18:00"]],
  ])("%s", (_, cron, time_zone, from, wanted) => {
    expect(times(cron, time_zone, from, wanted.length)).toEqual(wanted);
  });
});

test.each([
  ["last day of the month", "0 12 L * *", ["01-31T12:00", "02-28T12:00", "03-31T12:00"]],
  ["a leap day", "0 0 29 2 *", ["02-29T00:00", "02-29T00:00"]],
  ["Fridays and the 13th", "0 0 13 * 5", ["01-30T00:00", "02-06T00:00", "02-13T00:00"]],
])("%s", (_, cron, wanted) => {
  expect(times(cron, "UTC", "2026-01-23T07:00Z", wanted.length)).toEqual(wanted);
});

test("a cron that never comes has no time, and one that is none says why", () => {
  expect(nextSlot("0 0 30 2 *", "UTC", new Date())).toBeUndefined();
  for (const cron of ["* * * *", "* * * * * *", "61 * * * *", "@daily please", ""]) {
    expect(() => nextSlot(cron, "UTC", new Date())).toThrow(TypeError);
  }
  expect(() => nextSlot("* * * * *", "Mars/Olympus", new Date())).toThrow(/Mars\/Olympus is no schedule/);
});

test("the last time in a span is found near its end, however long it is", () => {
  const [from, until] = [new Date("2020-01-01T00:00Z"), new Date("2026-11-21T10:00:30Z")];
  const last = (cron: string) => lastSlot(cron, "UTC", from, until)?.toISOString();
  expect(last("* * * * *")).toBe("2026-11-21T10:00:00.000Z");
  expect(last("0 7 * * 1")).toBe("2026-11-16T07:00:00.000Z");
  expect(last("0 0 29 2 *")).toBe("2024-02-29T00:00:00.000Z");
  expect(lastSlot("0 7 * * 1", "UTC", new Date("2026-11-17T00:00Z"), until)).toBeUndefined();
  expect(lastSlot("0 10 * * *", "UTC", new Date("2026-11-21T10:00Z"), until)?.toISOString()).toBe(
    "2026-11-21T10:00:00.000Z",
  );
});
