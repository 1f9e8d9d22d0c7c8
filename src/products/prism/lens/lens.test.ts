import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type PrismApp, type PrismPerson, prismApp } from "../../../../test/support/prism.ts";

let plinth: PrismApp;
let ada: PrismPerson;
beforeAll(async () => {
  plinth = await prismApp();
});
afterAll(() => plinth.close());
beforeEach(async () => {
  plinth.model.reset();
  ada = await plinth.person("free");
});

const newGoal = async (title: string, more: object = {}): Promise<string> =>
  (await ada.call("POST", "/lens/goals", { title, ...more })).body.id;
const newAction = async (goal_id: string, title: string, more: object = {}): Promise<string> =>
  (await ada.call("POST", "/lens/actions", { goal_id, title, ...more })).body.id;
const titles = async (path: string): Promise<string[]> =>
  (await ada.call("GET", path)).body.data.map(({ title }: { title: string }) => title);

describe("goals", () => {
  test("are set, shown, changed and deleted with their actions", async () => {
    const made = await ada.call("POST", "/lens/goals", { title: "Run", why: "Air", target_date: "2027-03-01" });
    expect(made).toMatchObject({
      status: 201,
      body: { title: "Run", why: "Air", target_date: "2027-03-01", status: "active", position: 1, ended_at: null },
    });
    const { id } = made.body;
    const action = await newAction(id, "Buy shoes");
    const changed = await ada.call("PATCH", `/lens/goals/${id}`, { why: null, target_date: null, title: "Walk" });
    expect(changed.body).toMatchObject({ title: "Walk", why: null, target_date: null });
    expect((await ada.call("GET", `/lens/goals/${id}`)).body).toEqual(changed.body);
    expect((await ada.call("DELETE", `/lens/goals/${id}`)).status).toBe(204);
    for (const gone of [`/lens/goals/${id}`, `/lens/actions/${action}`])
      expect((await ada.call("GET", gone)).status).toBe(404);
    for (const bad of [
      { title: " " },
      { title: "x", target_date: "2027-02-30" },
      { title: "x", target_date: "0000-01-01" },
    ])
      expect((await ada.call("POST", "/lens/goals", bad)).status).toBe(422);
  });

  test("stand in the person's order, page by page, and move; twenty added at once have twenty places", async () => {
    await Promise.all(Array.from({ length: 20 }, (_, n) => newGoal(`at once ${n}`)));
    const positions = (await ada.call("GET", "/lens/goals?limit=100")).body.data.map(
      ({ position }: { position: number }) => position,
    );
    expect(positions).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    ada = await plinth.person("free");
    const [a = "", , c = ""] = [await newGoal("a"), await newGoal("b"), await newGoal("c")];
    expect((await ada.call("PATCH", `/lens/goals/${c}`, { position: 1 })).body.position).toBe(1);
    expect(await titles("/lens/goals")).toEqual(["c", "a", "b"]);
    expect((await ada.call("PATCH", `/lens/goals/${a}`, { position: 1000 })).body.position).toBe(3);
    const seen: string[] = [];
    let cursor = "";
    do {
      const { body } = await ada.call("GET", `/lens/goals?limit=1${cursor === "" ? "" : `&cursor=${cursor}`}`);
      seen.push(...body.data.map(({ title }: { title: string }) => title));
      cursor = body.next_cursor ?? "";
    } while (cursor !== "");
    expect(seen).toEqual(["c", "b", "a"]);
    await ada.call("PATCH", `/lens/goals/${c}`, { status: "paused" });
    expect(await titles("/lens/goals?status=paused")).toEqual(["c"]);
    expect((await ada.call("GET", "/lens/goals?cursor=bm9uZQ")).status).toBe(422);
  });

  test("go from status to status by the rules; of two ends at once one holds", async () => {
    const id = await newGoal("Run");
    const move = (status: string) => ada.call("PATCH", `/lens/goals/${id}`, { status });
    const ends = await Promise.all([move("achieved"), move("dropped")]);
    expect(ends.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(ends.find(({ status }) => status === 409)?.body.code).toBe("prism.status_conflict");
    const ended = (await ada.call("GET", `/lens/goals/${id}`)).body;
    expect(Date.parse(ended.ended_at)).toBeGreaterThan(0);
    expect((await move("paused")).body.code).toBe("prism.status_conflict");
    const closed = await ada.call("POST", "/lens/actions", { goal_id: id, title: "x" });
    expect([closed.status, closed.body.code]).toEqual([409, "prism.goal_ended"]);
    expect((await move("active")).body).toMatchObject({ status: "active", ended_at: null });
  });

  test("have actions suggested; nothing is stored before one is taken", async () => {
    const id = await newGoal("Run", { why: "Air" });
    await newAction(id, "Buy shoes");
    const output = {
      actions: [
        { title: "buy shoes", due_in_days: 1 },
        { title: "Run 10 minutes", due_in_days: 2 },
        { title: "Ask Grace along", due_in_days: null },
      ],
    };
    plinth.model.script({ output });
    const { status, body } = await ada.call("POST", `/lens/goals/${id}/suggestions`, { count: 2, locale: "de" });
    expect([status, body]).toEqual([200, { data: output.actions.slice(1), notice: null }]);
    const [call] = plinth.model.calls;
    expect(call).toMatchObject({ feature: "prism.suggestions", prompt: "lens_suggestions.v1" });
    expect(call?.messages.at(-1)?.content).toBe("Goal: Run\nWhy: Air\nActions so far:\n- Buy shoes");
    expect(await titles("/lens/actions")).toEqual(["Buy shoes"]);
    const taken = { goal_id: id, title: "Run 10 minutes", source: "suggested" };
    expect((await ada.call("POST", "/lens/actions", taken)).body).toMatchObject({
      source: "suggested",
      status: "todo",
    });
  });

  test.each(["So\nkill yourself tonight", "Kill yourself", "Rest.\tKill yourself tonight"])(
    "have nothing suggested that does not pass, wherever its JSON has an escape: %j",
    async (title) => {
      const id = await newGoal("Run");
      const fine = { title: "Walk", due_in_days: null };
      plinth.model.script({ output: { actions: [fine, { title, due_in_days: null }, fine] } });
      const { body } = await ada.call("POST", `/lens/goals/${id}/suggestions`, {});
      expect(body).toMatchObject({ data: [], notice: { safety: { status: "withheld" } } });
    },
  );

  test("whose words tell of a crisis have help suggested, and no model is asked", async () => {
    const id = await newGoal("I want to kill myself");
    const { body } = await ada.call("POST", `/lens/goals/${id}/suggestions`, {});
    expect(body).toMatchObject({ data: [], notice: { safety: { status: "crisis" } } });
    expect(plinth.model.calls.length).toBe(0);
  });
});

describe("actions", () => {
  test("are added, changed, done, taken up again and deleted", async () => {
    const goal = await newGoal("Run");
    const id = await newAction(goal, "Buy shoes", { due_date: "2026-12-01" });
    const patch = async (body: object) => (await ada.call("PATCH", `/lens/actions/${id}`, body)).body;
    const done = await patch({ status: "done" });
    expect(done).toMatchObject({ status: "done", due_date: "2026-12-01", source: "own" });
    expect(Date.parse(done.completed_at)).toBeGreaterThan(0);
    expect((await patch({ status: "done" })).completed_at).toBe(done.completed_at);
    expect((await patch({ status: "skipped" })).code).toBe("prism.status_conflict");
    expect(await patch({ status: "doing", due_date: null })).toMatchObject({ completed_at: null, due_date: null });
    expect((await ada.call("DELETE", `/lens/actions/${id}`)).status).toBe(204);
    expect((await ada.call("GET", `/lens/actions/${id}`)).status).toBe(404);
    const nowhere = await ada.call("POST", "/lens/actions", { goal_id: id, title: "x" });
    expect([nowhere.status, nowhere.body.errors[0].pointer]).toEqual([422, "/goal_id"]);
  });

  test("are listed by what is due next, filtered, and overdue by the person's day", async () => {
    const [run, rest] = [await newGoal("Run"), await newGoal("Rest")];
    const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
    await newAction(run, "some day");
    await newAction(run, "next week", { due_date: day(7) });
    const late = await newAction(run, "last week", { due_date: day(-7) });
    await newAction(rest, "long ago", { due_date: day(-30) });
    expect(await titles("/lens/actions")).toEqual(["long ago", "last week", "next week", "some day"]);
    const seen: string[] = [];
    let cursor = "";
    do {
      const { body } = await ada.call(
        "GET",
        `/lens/actions?order=due&limit=1${cursor === "" ? "" : `&cursor=${cursor}`}`,
      );
      seen.push(...body.data.map(({ title }: { title: string }) => title));
      cursor = body.next_cursor ?? "";
    } while (cursor !== "");
    expect(seen).toEqual(["long ago", "last week", "next week", "some day"]);
    expect(await titles("/lens/actions?overdue=true&time_zone=Pacific/Auckland")).toEqual(["long ago", "last week"]);
    expect(await titles("/lens/actions?overdue=false")).toEqual(["next week", "some day"]);
    await ada.call("PATCH", `/lens/actions/${late}`, { status: "done" });
    expect(await titles("/lens/actions?overdue=true")).toEqual(["long ago"]);
    expect(await titles(`/lens/actions?goal_id=${run}&status=todo&due_before=${day(8)}`)).toEqual(["next week"]);
    for (const bad of ["time_zone=Mars/Olympus", "time_zone=%2B01:00", "cursor=x", "order=due&cursor=x"])
      expect((await ada.call("GET", `/lens/actions?${bad}`)).status).toBe(422);
  });
});
