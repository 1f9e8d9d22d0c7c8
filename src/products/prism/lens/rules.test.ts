import { expect, test } from "vitest";
import { actionMayComeFrom, dueKey, goalMayComeFrom, goalText, isDueKey, suggestionsOf } from "./rules.ts";

test("what may become what", () => {
  const goals = ["active", "paused", "achieved", "dropped"] as const;
  const isMove = (from: (typeof goals)[number], to: (typeof goals)[number]) => goalMayComeFrom(to).includes(from);
  expect(goals.map((from) => goals.map((to) => (isMove(from, to) ? 1 : 0)))).toEqual([
    [1, 1, 1, 1],
    [1, 1, 1, 1],
    [1, 0, 1, 0],
    [1, 0, 0, 1],
  ]);
  const actions = ["todo", "doing", "done", "skipped"] as const;
  expect(actions.map((from) => actions.map((to) => (actionMayComeFrom(to).includes(from) ? 1 : 0)))).toEqual([
    [1, 1, 1, 1],
    [1, 1, 1, 1],
    [1, 1, 1, 0],
    [1, 1, 0, 1],
  ]);
});

test("a place in the list of what is due is a day that there is, or the end", () => {
  expect(["2026-02-28", "infinity", dueKey(null)].map(isDueKey)).toEqual([true, true, true]);
  expect(["2026-02-30", "0000-01-01", "x", ""].map(isDueKey)).toEqual([false, false, false, false]);
});

test("what the model reads of a goal, and what is left of its suggestions", () => {
  const about = {
    id: "",
    status: "active" as const,
    position: 1,
    ended_at: null,
    created_at: new Date(),
    updated_at: new Date(),
  };
  expect(goalText({ ...about, title: "Run", why: null, target_date: "2027-01-01" }, [])).toBe(
    "Goal: Run\nBy: 2027-01-01",
  );
  const actions = [" Walk ", "walk", " ", "Run", "Rest"].map((title) => ({ title, due_in_days: null }));
  expect(suggestionsOf({ actions }, 1, ["RUN"]).map(({ title }) => title)).toEqual(["Walk"]);
  expect(suggestionsOf({ actions }, 9, ["RUN"]).map(({ title }) => title)).toEqual(["Walk", "Rest"]);
});
