import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeMember } from "../../../test/support/factories.ts";
import { limited, type Member, outcome, type UsageStage, usageStage } from "../../../test/support/usage.ts";

const hour = 3_600_000;
const day = 24 * hour;
let t: UsageStage;
let ada: Member;
beforeAll(async () => {
  t = await usageStage({ pool_size: 5 });
});
afterAll(() => t.close());
beforeEach(async () => {
  ada = await makeMember(t);
  await t.plan(limited(5));
});

interface Window {
  window_start: Date;
  window_end: Date;
}
interface Rules {
  week_starts?: string;
  anchor?: string;
}
async function windowOf(
  window: string,
  at: string,
  zone: string,
  { week_starts, anchor }: Rules = {},
): Promise<Window> {
  const [row] = await t.sql<Window>("select * from usage.window_of($1, $2, $3, $4, $5)", [
    window,
    at,
    zone,
    week_starts ?? "monday",
    anchor ?? null,
  ]);
  if (row === undefined) throw new Error("No window");
  return row;
}
const from = (start: string, end: string) => ({ window_start: new Date(start), window_end: new Date(end) });
const hours = ({ window_start, window_end }: Window) => (window_end.getTime() - window_start.getTime()) / hour;

/** Moves to just after the end of the window that runs. */
async function toNextWindow<R>(ctx: Member, work: () => Promise<R>, more = 1_000): Promise<R> {
  const [row] = await t.sql<{ window_end: Date }>(
    "select window_end from usage.usage_counters where workspace_id = $1 and not lifetime",
    [ctx.workspace_id],
  );
  return t.later((row?.window_end.getTime() ?? 0) - t.clock.now().getTime() + more, work);
}
const moveTo = (zone: string) =>
  t.sql("update workspaces.workspaces set time_zone = $1 where id = $2", [zone, ada.workspace_id]);

describe("a window", () => {
  test("C4: a day has 23 and 25 hours when the clocks change, and may begin where a midnight comes twice or never", async () => {
    expect(hours(await windowOf("day", "2026-03-29T12:00:00Z", "Europe/Berlin"))).toBe(23);
    expect(hours(await windowOf("day", "2026-10-25T12:00:00Z", "Europe/Berlin"))).toBe(25);
    // Cuba puts the clocks back from one to midnight: the day before has both of these hours.
    const before = await windowOf("day", "2026-11-01T04:30:00Z", "America/Havana");
    expect(before).toEqual(from("2026-10-31T04:00:00Z", "2026-11-01T05:00:00Z"));
    // Egypt puts them forward at midnight: the day begins at one.
    const skipped = await windowOf("day", "2026-04-24T10:00:00Z", "Africa/Cairo");
    expect(skipped).toEqual(from("2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"));
  });

  test("C4: a week begins on Monday, or where the plan says, and has its odd hour too", async () => {
    expect(await windowOf("week", "2026-03-27T12:00:00Z", "Europe/Berlin")).toEqual(
      from("2026-03-22T23:00:00Z", "2026-03-29T22:00:00Z"),
    );
    const sunday = await windowOf("week", "2026-11-21T12:00:00Z", "UTC", { week_starts: "sunday" });
    expect(sunday).toEqual(from("2026-11-15T00:00:00Z", "2026-11-22T00:00:00Z"));
    const saturday = await windowOf("week", "2026-11-21T00:00:00Z", "UTC", { week_starts: "saturday" });
    expect(saturday).toEqual(from("2026-11-21T00:00:00Z", "2026-11-28T00:00:00Z"));
  });

  test("C4: in Samoa the day that never was leaves no gap, and in Kiritimati the day begins first", async () => {
    const last = await windowOf("day", "2011-12-29T20:00:00Z", "Pacific/Apia");
    expect(last).toEqual(from("2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z"));
    const next = await windowOf("day", "2011-12-30T10:00:00Z", "Pacific/Apia");
    expect(next).toEqual(from("2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"));
    expect(await windowOf("day", "2026-11-21T10:00:00Z", "Pacific/Kiritimati")).toEqual(
      from("2026-11-21T10:00:00Z", "2026-11-22T10:00:00Z"),
    );
  });

  test("C7: months from the 31st end on the last day of shorter months and do not drift", async () => {
    const anchor = "2026-01-31T09:00:00Z";
    const starts: string[] = [];
    let at = anchor;
    for (let n = 0; n < 14; n++) {
      const { window_start, window_end } = await windowOf("month", at, "UTC", { anchor });
      starts.push(window_start.toISOString().slice(0, 13));
      at = window_end.toISOString();
    }
    expect(starts.map((start) => start.slice(5))).toEqual([
      ...["01-31T09", "02-28T09", "03-31T09", "04-30T09", "05-31T09", "06-30T09", "07-31T09"],
      ...["08-31T09", "09-30T09", "10-31T09", "11-30T09", "12-31T09", "01-31T09", "02-28T09"],
    ]);
    const leap = await windowOf("month", "2028-02-29T09:00:00Z", "UTC", { anchor });
    expect(leap).toEqual(from("2028-02-29T09:00:00Z", "2028-03-31T09:00:00Z"));
    expect(await windowOf("month", "2025-12-31T08:59:59Z", "UTC", { anchor })).toEqual(
      from("2025-11-30T09:00:00Z", "2025-12-31T09:00:00Z"),
    );
  });

  test("C1, C4: around any instant, in any zone: contains it, half-open, and the next begins where it ends", async () => {
    const zones = [
      "UTC",
      "Europe/Berlin",
      "America/Havana",
      "Africa/Cairo",
      "Pacific/Apia",
      "Pacific/Kiritimati",
      "America/St_Johns",
      "Australia/Lord_Howe",
      "Asia/Kathmandu",
      "Atlantic/Azores",
    ];
    const instant = fc.integer({ min: Date.UTC(2005, 0, 1) / 1_000, max: Date.UTC(2035, 0, 1) / 1_000 });
    await fc.assert(
      fc.asyncProperty(
        instant,
        fc.constantFrom(...zones),
        fc.constantFrom("day", "week", "month"),
        fc.constantFrom("monday", "sunday", "saturday"),
        fc.option(instant),
        async (seconds, zone, window, week_starts, anchored) => {
          const at = new Date(seconds * 1_000);
          const anchor = anchored === null ? {} : { anchor: new Date(anchored * 1_000).toISOString() };
          const rules = { week_starts, ...anchor };
          const { window_start, window_end } = await windowOf(window, at.toISOString(), zone, rules);
          expect(window_start <= at && at < window_end).toBe(true);
          expect((await windowOf(window, window_end.toISOString(), zone, rules)).window_start).toEqual(window_end);
          const last = new Date(window_end.getTime() - 1).toISOString();
          expect(await windowOf(window, last, zone, rules)).toEqual({ window_start, window_end });
          expect(await windowOf(window, window_start.toISOString(), zone, rules)).toEqual({ window_start, window_end });
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("a change", () => {
  test("C5: of the zone refills nothing: the running window ends when it would have, the next is of the new zone", async () => {
    const { resets_at } = await t.take(ada, { amount: 5 });
    await moveTo("Asia/Tokyo");
    const refusal = await t.take(ada).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: "usage.limit_reached", occurrence: { extensions: { resets_at } } });
    await toNextWindow(ada, async () => {
      const next = await t.take(ada);
      expect(next).toMatchObject({ used: 1, remaining: 4 });
      // Midnight in Tokyo, which never changes its clocks.
      expect(next.resets_at?.toISOString()).toMatch(/T15:00:00\.000Z$/);
    });
  });

  test("C5: of the zone, each time to where it is soon midnight, never gives more than two windows a day", async () => {
    const zones = Array.from({ length: 26 }, (_, n) => (n < 14 ? `Etc/GMT-${n + 1}` : `Etc/GMT+${n - 13}`));
    let given = 0;
    let at = t.clock.now().getTime();
    const end = at + 4 * day;
    while (at < end) {
      const next = new Date(at + 60_000).toISOString();
      const [soonest] = await t.sql<{ zone: string }>(
        "select zone from unnest($1::text[]) zone, usage.window_of('day', $2, zone) order by window_end limit 1",
        [zones, next],
      );
      await moveTo(soonest?.zone ?? "UTC");
      await t.later(at - t.clock.now().getTime(), () => t.take(ada, { amount: 5 }));
      given++;
      const [row] = await t.sql<{ window_end: Date }>(
        "select window_end from usage.usage_counters where workspace_id = $1",
        [ada.workspace_id],
      );
      at = (row?.window_end.getTime() ?? end) + 1_000;
    }
    expect(given).toBeGreaterThanOrEqual(4);
    expect(given).toBeLessThanOrEqual(9);
  });

  test("C6: of the plan keeps what was used, also when the window becomes another", async () => {
    await t.take(ada, { amount: 5 });
    await t.plan(limited(8, { window: "month" }));
    expect(await t.take(ada)).toMatchObject({ used: 6, remaining: 2 });
    await t.plan(limited(2, { window: "week" }));
    expect(await outcome(t.take(ada))).toBe("usage.limit_reached");
    await toNextWindow(ada, async () => expect(await t.take(ada)).toMatchObject({ used: 1, remaining: 1 }));
  });

  test("C6: between a limit for ever and one by the day: each keeps its own count", async () => {
    await t.plan(limited(3, { window: "none" }));
    expect(await t.take(ada, { amount: 3 })).toMatchObject({ remaining: 0, resets_at: null });
    await t.plan(limited(5));
    expect(await t.take(ada, { amount: 5 })).toMatchObject({ remaining: 0 });
    await toNextWindow(ada, async () => expect(await t.take(ada)).toMatchObject({ used: 1 }));
    await t.plan(limited(3, { window: "none" }));
    expect(await outcome(t.take(ada))).toBe("usage.limit_reached");
    await t.later(400 * day, async () => expect(await outcome(t.take(ada))).toBe("usage.limit_reached"));
  });

  test("C7: months that run from the subscription reset on its day", async () => {
    const anchor_at = new Date(t.clock.now().getTime() - 3 * day).toISOString();
    await t.plan(limited(5, { window: "month", anchor: "subscription", anchor_at }));
    const { resets_at } = await t.take(ada);
    const [row] = await t.sql<{ end: Date }>(
      "select (($1::timestamptz at time zone 'UTC') + '1 month') at time zone 'UTC' as end",
      [anchor_at],
    );
    expect(resets_at).toEqual(row?.end);
  });

  test("C1: at the end of the window to the instant a new one runs", async () => {
    await t.take(ada, { amount: 5 });
    await toNextWindow(ada, async () => expect(await outcome(t.take(ada))).toBe("ok"), 5);
  });
});

describe("what happened before", () => {
  const rows = () =>
    t.sql("select day::text, used::int from usage.workspace_daily_usage where workspace_id = $1 order by day", [
      ada.workspace_id,
    ]);
  const ago = (ms: number) => new Date(t.clock.now().getTime() - ms);
  const dayOf = (date: Date) => date.toISOString().slice(0, 10);

  test("U13: counts for its own day in reports, and touches no limit", async () => {
    await t.take(ada, { amount: 5 });
    const occurred_at = ago(3 * day);
    expect(await t.take(ada, { amount: 4, occurred_at })).toMatchObject({ used: 5, remaining: 0 });
    expect(await rows()).toEqual([
      { day: dayOf(occurred_at), used: 4 },
      { day: dayOf(t.clock.now()), used: 5 },
    ]);
    expect(await outcome(t.take(ada))).toBe("usage.limit_reached");
  });

  test("U13: within the running window it counts like any other", async () => {
    await t.plan(limited(5, { window: "none" }));
    expect(await t.take(ada, { amount: 4, occurred_at: ago(3 * day) })).toMatchObject({ used: 4 });
    expect(await outcome(t.take(ada, { amount: 2, occurred_at: ago(3 * day) }))).toBe("usage.limit_reached");
  });

  test("U13: is refused when it is more than 35 days ago, or more than 5 minutes ahead", async () => {
    expect(await outcome(t.take(ada, { occurred_at: ago(35 * day + hour) }))).toBe("usage.too_old");
    expect(await outcome(t.take(ada, { occurred_at: ago(-6 * 60_000) }))).toBe("usage.in_future");
    expect(await rows()).toEqual([]);
    expect(await outcome(t.take(ada, { occurred_at: ago(35 * day - hour) }))).toBe("ok");
    expect(await outcome(t.take(ada, { occurred_at: ago(-4 * 60_000) }))).toBe("ok");
  });

  test("U12, U13: given back, it leaves the running window alone", async () => {
    await t.take(ada, { amount: 2 });
    await t.take(ada, { amount: 4, occurred_at: ago(2 * day), idempotency_key: "late" });
    await t.db.inWorkspace(ada, (tx) => t.usage.giveBack(tx, ada, "late"));
    expect(await t.take(ada)).toMatchObject({ used: 3 });
    expect((await rows()).map((row) => row.used)).toEqual([0, 3]);
  });
});
