import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PrismApp, type PrismPerson, prismApp } from "../../../../test/support/prism.ts";
import { periodsOf, rangeOf } from "./rules.ts";

let plinth: PrismApp;
let ada: PrismPerson;
beforeAll(async () => {
  plinth = await prismApp();
  ada = await plinth.person();
});
afterAll(() => plinth.close());

const spectrum = (query: string, person = ada) => person.call("GET", `/spectrum?${query}`);
/** Puts what was made now to another time. */
const dated = (table: string, id: string, at: string, column = "created_at") =>
  plinth.sql(`update prism.${table} set ${column} = $1 where id = $2`, [at, id]);
const fragment = async (theme: string, mood: string, at: string) => {
  const { body } = await ada.call("POST", "/mirror/fragments", { text: `${theme} ${mood} ${at}`, theme, mood });
  await dated("mirror_fragments", body.id, at);
};

describe("the spectrum", () => {
  test("is for plans that have it: 403 names them", async () => {
    for (const plan of ["free", "prism"] as const) {
      const answer = await spectrum("", await plinth.person(plan));
      expect(answer).toMatchObject({
        status: 403,
        body: { code: "entitlements.missing", feature: "prism.spectrum", plans: ["prism.prism_plus"] },
      });
    }
  });

  test("tells themes, moods and progress by the day or week of a time zone", async () => {
    // In Vienna the clocks go forward on 2026-03-29: that day has 23 hours.
    await fragment("rest", "tired", "2026-03-28T22:59:59Z");
    await fragment("rest", "calm", "2026-03-28T23:00:00Z");
    await fragment("work", "tired", "2026-03-29T21:59:59Z");
    await fragment("work", "angry", "2026-03-29T22:00:00Z");
    await fragment("elsewhere", "calm", "2026-05-01T00:00:00Z");
    const turn = (await ada.call("POST", "/turns", { question: "Why?" })).body.id;
    await dated("turns", turn, "2026-03-29T10:00:00Z");
    const goal = (await ada.call("POST", "/lens/goals", { title: "Rest" })).body.id;
    const action = (await ada.call("POST", "/lens/actions", { goal_id: goal, title: "Nap" })).body.id;
    await ada.call("PATCH", `/lens/actions/${action}`, { status: "done" });
    await ada.call("PATCH", `/lens/goals/${goal}`, { status: "achieved" });
    await dated("lens_actions", action, "2026-03-30T10:00:00Z", "completed_at");
    await dated("lens_goals", goal, "2026-03-30T11:00:00Z", "ended_at");

    const days = await spectrum("from=2026-03-28&to=2026-03-30&time_zone=Europe/Vienna");
    expect(days.status).toBe(200);
    expect(days.body).toMatchObject({
      granularity: "day",
      time_zone: "Europe/Vienna",
      totals: {
        turns: 1,
        fragments: 4,
        actions_done: 1,
        goals_achieved: 1,
        goals_set: 0,
        actions_added: 0,
        sessions: 0,
      },
      themes: [
        { theme: "rest", count: 2, moods: { calm: 1, tired: 1 } },
        { theme: "work", count: 2, moods: { angry: 1, tired: 1 } },
      ],
      moods: [
        { mood: "tired", count: 2 },
        { mood: "angry", count: 1 },
        { mood: "calm", count: 1 },
      ],
      periods: [
        { starts_on: "2026-03-28", fragments: 1, turns: 0, moods: { tired: 1 }, themes: { rest: 1 } },
        { starts_on: "2026-03-29", fragments: 2, turns: 1, moods: { calm: 1, tired: 1 }, themes: { rest: 1, work: 1 } },
        { starts_on: "2026-03-30", fragments: 1, actions_done: 1, goals_achieved: 1, moods: { angry: 1 } },
      ],
    });
    const weeks = (await spectrum("from=2026-03-28&to=2026-03-30&granularity=week")).body.periods;
    expect(
      weeks.map(({ starts_on, fragments }: { starts_on: string; fragments: number }) => [starts_on, fragments]),
    ).toEqual([
      ["2026-03-23", 4],
      ["2026-03-30", 0],
    ]);
    const months = (await spectrum("from=2026-03-01&to=2026-05-31&granularity=month")).body.periods;
    expect(months.map(({ fragments }: { fragments: number }) => fragments)).toEqual([4, 0, 1]);
    expect((await spectrum("from=2026-03-28&to=2026-03-30", await plinth.person())).body.totals.fragments).toBe(0);
  });

  test.each([
    ["from=2026-03-02&to=2026-03-01", "/to"],
    ["from=2026-01-01&to=2027-03-01", "/to"],
    ["from=2026-02-30&to=2026-03-01", "/from"],
    ["from=0000-01-01&to=0000-01-02", "/from"],
    ["from=2026-03-01&to=2026-03-02&time_zone=Mars/Olympus", "/time_zone"],
    ["from=2026-03-01&to=2026-03-02&granularity=hour", "/granularity"],
  ])("refuses %s by the field", async (query, pointer) => {
    const { status, body } = await spectrum(query);
    expect([status, body.errors?.[0]?.pointer]).toEqual([422, pointer]);
  });
});

test.each([
  [{}, "UTC", "2026-10-23", "2026-11-21"],
  [{}, "Pacific/Kiritimati", "2026-10-24", "2026-11-22"],
  [{ to: "2026-03-30" }, "UTC", "2026-03-01", "2026-03-30"],
  [{ from: "2026-11-01" }, "UTC", "2026-11-01", "2026-11-21"],
])("what %j leaves out is the thirty days to today in %s", (query, time_zone, from, to) => {
  expect(rangeOf(query, time_zone, new Date("2026-11-21T15:00Z"))).toMatchObject({ from, to });
});

test("periods are calendar days, whole weeks from Monday, whole months", () => {
  const range = { from: "2026-12-31", to: "2027-01-04", time_zone: "UTC" };
  expect(periodsOf({ ...range, granularity: "day" }).length).toBe(5);
  expect(periodsOf({ ...range, granularity: "week" })).toEqual(["2026-12-28", "2027-01-04"]);
  expect(periodsOf({ ...range, granularity: "month" })).toEqual(["2026-12-01", "2027-01-01"]);
});

test("the limits tell what the plan gives and what is left, for the person", async () => {
  const free = await plinth.person("free");
  await free.session();
  await free.call("POST", "/turns", { question: "Why?" });
  const { body } = await free.call("GET", "/limits");
  expect(body).toMatchObject({
    plan_id: "prism.free",
    limits: {
      turns_per_day: { limit: 3, used: 1, remaining: 2, window: "day" },
      mirror_sessions_per_week: { limit: 1, used: 1, remaining: 0, window: "week" },
    },
    features: { spectrum: false },
  });
  expect(Date.parse(body.limits.turns_per_day.resets_at)).toBeGreaterThan(Date.now());
  const plus = (await ada.call("GET", "/limits")).body;
  expect(plus).toMatchObject({
    limits: { mirror_sessions_per_week: { limit: null, remaining: null } },
    features: { spectrum: true },
  });
});
