import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeMember } from "../../../test/support/factories.ts";
import { ledger, startChild } from "../../../test/support/locks.ts";
import { hourly, minutely, type ScheduleNode, scheduleNode, standingClock } from "../../../test/support/schedules.ts";
import { eventually } from "../../../test/support/seats.ts";
import { noWorkspace, systemCtx } from "../../core/context.ts";
import { defineSchedule, forEachWorkspace, type Occurrence, type Schedule, type WorkspaceRun } from "./index.ts";

let t: Awaited<ReturnType<typeof standingClock>>;
let nodes: ScheduleNode[] = [];
beforeEach(async () => {
  t = await standingClock("2026-11-20T10:00:30Z");
});
afterEach(async () => {
  await Promise.all(nodes.map((node) => node.close()));
  nodes = [];
  await t.close();
});

const node = async (...schedules: Schedule[]) => {
  const made = await scheduleNode(t, schedules);
  nodes.push(made);
  return made;
};
const outbox = (subscriber: string) =>
  t.sql<{ workspace_id: string; event_type: string; payload: Record<string, string> }>(
    "select workspace_id, event_type, payload from events.outbox where subscriber = $1 order by payload ->> 'slot', workspace_id",
    [subscriber],
  );
const slotsOf = async (schedule: string) => (await outbox(schedule)).map(({ payload }) => payload.slot?.slice(11, 16));
const rowOf = async (name: string) => {
  const [row] = await t.sql<{ next: string; paused_at: Date | null; cron: string }>(
    `select to_char(next_run_at at time zone 'UTC', 'MM-DD HH24:MI') as next, paused_at, cron from schedules.schedules where name = $1`,
    [name],
  );
  return row;
};
const due = () =>
  eventually(
    async () =>
      (await t.sql("select from schedules.schedules where next_run_at <= plinth.now() and paused_at is null"))
        .length === 0 && (await t.sql("select from schedules.schedules")).length > 0,
  );
const delivery = () => ({
  event_id: "test",
  idempotency_key: "test",
  attempt: 1,
  signal: new AbortController().signal,
});

describe("a schedule", () => {
  test("publishes an event for each of its times, which tells the time, the schedule and why", async () => {
    const { schedules } = await node(hourly);
    schedules.start();
    await due();
    expect(await rowOf("test.hourly")).toMatchObject({ next: "11-20 11:00" });
    await t.setClock("2026-11-20T11:00:00Z");
    await due();
    expect(await outbox("test.hourly")).toEqual([
      {
        workspace_id: noWorkspace,
        event_type: "test.hourly_due",
        payload: { schedule: "test.hourly", slot: "2026-11-20T11:00:00.000Z", cause: "due" },
      },
    ]);
    expect(await rowOf("test.hourly")).toMatchObject({ next: "11-20 12:00" });
  });

  test.each([
    ["skip", []],
    ["run_once", ["15:00"]],
    ["run_all", ["11:00", "12:00", "13:00", "14:00", "15:00"]],
  ] as const)("14: whose scheduler was dead for hours goes by its policy: %s", async (missed, wanted) => {
    const schedule = { ...hourly, missed };
    const first = await node(schedule);
    first.schedules.start();
    await due();
    await first.schedules.stop();
    await t.setClock("2026-11-20T15:30:00Z");
    const second = await node(schedule);
    second.schedules.start();
    await due();
    expect(await slotsOf("test.hourly")).toEqual(wanted);
    expect((await outbox("test.hourly")).every(({ payload }) => payload.cause === "missed")).toBe(true);
    expect(second.lines.some(({ msg }) => String(msg).includes("skipped"))).toBe(missed !== "run_all");
  });

  test("hands its handler the occurrence, and is done when that is", async () => {
    const seen: [Occurrence, string][] = [];
    const schedule = defineSchedule({
      name: "test.report",
      cron: "0 * * * *",
      handle: async ({ workspace_id }, occurrence) => void seen.push([occurrence, workspace_id]),
    });
    const { schedules, subscriber } = await node(schedule);
    schedules.start();
    await due();
    await t.setClock("2026-11-20T11:00:00Z");
    await due();
    const [row] = await outbox("test.report");
    expect((await schedules.admin.get("test.report")).last_run).toMatchObject({ cause: "due", finished_at: null });
    await subscriber("test.report").handle?.(systemCtx(noWorkspace, "test", "test"), row?.payload, delivery());
    const slot = new Date("2026-11-20T11:00:00Z");
    expect(seen).toEqual([[{ schedule: "test.report", slot, cause: "due" }, noWorkspace]]);
    expect((await schedules.admin.get("test.report")).last_run).toMatchObject({ slot, finished_at: expect.any(Date) });
  });

  test("whose cron was changed follows the new one, at once; one that was not stays due", async () => {
    const first = await node(hourly, minutely);
    first.schedules.start();
    await due();
    await first.schedules.stop();
    await t.setClock("2026-11-20T10:59:50Z");
    const second = await node({ ...hourly, cron: "30 * * * *" });
    second.schedules.start();
    await eventually(async () => (await rowOf("test.hourly"))?.cron === "30 * * * *");
    expect([await rowOf("test.hourly"), await rowOf("test.minutely")]).toMatchObject([
      { next: "11-20 11:30" },
      { next: "11-20 10:01" },
    ]);
  });

  test.each<[string, () => Schedule, RegExp]>([
    [
      "a name of no module",
      () => defineSchedule({ ...hourly, name: "Report", handle: async () => {} }),
      /name is <module>/,
    ],
    ["no cron", () => defineSchedule({ ...hourly, cron: "hourly", handle: async () => {} }), /is no schedule/],
    [
      "a day that never comes",
      () => defineSchedule({ ...hourly, cron: "0 0 31 2 *", handle: async () => {} }),
      /never comes/,
    ],
    [
      "no zone",
      () => defineSchedule({ ...hourly, time_zone: "Vienna", handle: async () => {} }),
      /Vienna is no schedule/,
    ],
  ])("is refused with %s", (_, define, message) => {
    expect(define).toThrow(message);
  });

  test("has a name of its own", async () => {
    await expect(node(hourly, hourly)).rejects.toThrow("There are two schedules named test.hourly");
  });
});

describe("an operator", () => {
  test("pauses and resumes: what fell into the pause is not made up for", async () => {
    const { schedules } = await node(hourly);
    const { admin } = schedules;
    schedules.start();
    await due();
    expect(await admin.pause("test.hourly")).toMatchObject({ state: "paused", next_run_at: null });
    await t.setClock("2026-11-20T13:30:00Z");
    const other = await node(hourly);
    other.schedules.start();
    await admin.pause("test.hourly");
    expect(await admin.resume("test.hourly")).toMatchObject({
      state: "active",
      next_run_at: new Date("2026-11-20T14:00:00Z"),
      last_run: null,
    });
    await t.setClock("2026-11-20T14:00:01Z");
    await due();
    expect(await slotsOf("test.hourly")).toEqual(["14:00"]);
    await expect(admin.pause("test.none")).rejects.toMatchObject({ code: "schedules.not_found" });
    await expect(admin.resume("test.none")).rejects.toMatchObject({ code: "schedules.not_found" });
  });

  test("runs one now, beside its times, also while it is paused", async () => {
    const { schedules } = await node(hourly);
    schedules.start();
    await due();
    await schedules.admin.pause("test.hourly");
    const run = await schedules.admin.run("test.hourly");
    expect(run).toMatchObject({ cause: "manual", slot: new Date("2026-11-20T10:00:30Z") });
    expect((await outbox("test.hourly")).map(({ payload }) => payload.cause)).toEqual(["manual"]);
    const { data, next_cursor } = await schedules.admin.runs("test.hourly", { limit: 10 });
    expect([data, next_cursor]).toEqual([[expect.objectContaining({ cause: "manual" })], null]);
    await expect(schedules.admin.run("test.none")).rejects.toMatchObject({ code: "schedules.not_found" });
  });

  test("sees them all with their next and last times, the runs in pages, and what no product has any more", async () => {
    const first = await node(minutely, hourly);
    first.schedules.start();
    await due();
    await t.setClock("2026-11-20T10:05:00Z");
    await due();
    await first.schedules.stop();
    const { schedules } = await node(minutely);
    const [gone, kept] = await schedules.admin.list();
    expect(gone).toMatchObject({ name: "test.hourly", state: "unknown", last_run: null });
    expect(kept).toMatchObject({
      name: "test.minutely",
      state: "active",
      next_run_at: new Date("2026-11-20T10:06:00Z"),
      last_run: { slot: new Date("2026-11-20T10:05:00Z") },
    });
    const page = await schedules.admin.runs("test.minutely", { limit: 3 });
    const rest = await schedules.admin.runs("test.minutely", { limit: 3, cursor: page.next_cursor ?? "" });
    expect([...page.data, ...rest.data].map(({ slot }) => slot.getUTCMinutes())).toEqual([5, 4, 3, 2, 1]);
    expect(rest.next_cursor).toBeNull();
    await expect(schedules.admin.run("test.hourly")).rejects.toMatchObject({ code: "schedules.not_found" });
    await expect(schedules.admin.runs("test.minutely", { limit: 3, cursor: "?" })).rejects.toMatchObject({
      code: "request.invalid",
    });
  });

  test("is told by a metric when no scheduler runs", async () => {
    const { schedules, metrics } = await node(hourly);
    schedules.start();
    await due();
    await schedules.stop();
    await t.setClock("2026-11-20T12:00:00Z");
    expect((await metrics.page()).body).toContain('plinth_schedules_overdue_seconds{kind="schedule"} 3600');
  });
});

describe("forEachWorkspace", () => {
  const digest = (handle: (workspace_id: string, run: WorkspaceRun) => Promise<void> = async () => {}) =>
    forEachWorkspace({ name: "test.digest", cron: "0 7 * * 1", time_zone: "Europe/Vienna" }, (ctx, run) =>
      handle(ctx.workspace_id, run),
    );
  const payload = { schedule: "test.digest", slot: "2026-11-23T06:00:00.000Z", cause: "due" };
  const fanOut = async (made: ScheduleNode) => {
    const [row] = await outbox("test.digest_fan_out");
    const ctx = systemCtx(noWorkspace, "test", "test");
    return made.subscriber("test.digest_fan_out").handle?.(ctx, row?.payload, delivery());
  };
  const dueOnMonday = async (made: ScheduleNode) => {
    made.schedules.start();
    await due();
    await t.setClock("2026-11-23T06:00:00Z");
    await due();
  };

  test("gives every workspace that is active one event, however often and wherever that is begun", async () => {
    // More than two pages.
    await t.sql(`insert into workspaces.workspaces (id, name, slug)
      select gen_random_uuid(), 'w', 'w' || n from generate_series(1, 1203) n`);
    await t.sql("update workspaces.workspaces set status = 'suspended', suspended_reason = 'x' where slug = 'w1'");
    await t.sql("update workspaces.workspaces set deleted_at = now() where slug = 'w2'");
    const [a, b] = [await node(digest()), await node(digest())];
    await dueOnMonday(a);
    await Promise.all([fanOut(a), fanOut(b), fanOut(a)]);
    const rows = await outbox("test.digest");
    const active = await t.sql<{ id: string }>(
      "select id from workspaces.workspaces where status = 'active' and deleted_at is null order by id",
    );
    expect(rows.map(({ workspace_id }) => workspace_id)).toEqual(active.map(({ id }) => id));
    expect(rows[0]).toMatchObject({ event_type: "test.digest_due_in_workspace", payload });
    const { last_run } = await a.schedules.admin.get("test.digest");
    expect(last_run).toMatchObject({ workspaces: 1_201, finished_at: expect.any(Date) });
  });

  test("a run that broke off goes on where it was", async () => {
    await t.sql(`insert into workspaces.workspaces (id, name, slug)
      select gen_random_uuid(), 'w', 'w' || n from generate_series(1, 700) n`);
    const made = await node(digest());
    await dueOnMonday(made);
    const ended = { ...delivery(), signal: AbortSignal.abort(new Error("the process ends")) };
    const ctx = systemCtx(noWorkspace, "test", "test");
    await expect(made.subscriber("test.digest_fan_out").handle?.(ctx, payload, ended)).rejects.toThrow(
      "the process ends",
    );
    expect((await outbox("test.digest")).length).toBe(500);
    await fanOut(made);
    expect(new Set((await outbox("test.digest")).map(({ workspace_id }) => workspace_id)).size).toBe(700);
    expect((await outbox("test.digest")).length).toBe(700);
  });

  test("runs the handler under the workspace's lock; a second run of the same workspace waits, another's does not", async () => {
    const [ada, bob] = [await makeMember(t), await makeMember(t)];
    const tokens: number[] = [];
    let [inside, most] = [0, 0];
    const [bobIsIn, both] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const made = await node(
      digest(async (workspace_id, { lock, occurrence, signal }) => {
        expect([occurrence.slot, signal.aborted]).toEqual([new Date(payload.slot), false]);
        most = Math.max(most, ++inside);
        if (inside === 2) both.resolve();
        if (workspace_id === bob.workspace_id) {
          bobIsIn.resolve();
          await both.promise;
        }
        tokens.push(lock.token);
        inside--;
      }),
    );
    const handle = (workspace_id: string) =>
      made.subscriber("test.digest").handle?.(systemCtx(workspace_id, "test", "test"), payload, delivery());
    const bobs = handle(bob.workspace_id);
    await Promise.race([bobIsIn.promise, bobs]);
    await Promise.all([bobs, handle(ada.workspace_id), handle(ada.workspace_id), handle(ada.workspace_id)]);
    expect([most, new Set(tokens).size]).toEqual([2, 4]);
  });

  test("leaves out a workspace that was suspended since its event was written", async () => {
    const ada = await makeMember(t);
    await t.sql("update workspaces.workspaces set status = 'suspended', suspended_reason = 'x'");
    const seen: string[] = [];
    const made = await node(digest(async (workspace_id) => void seen.push(workspace_id)));
    await made.subscriber("test.digest").handle?.(systemCtx(ada.workspace_id, "test", "test"), payload, delivery());
    expect(seen).toEqual([]);
  });

  test("16: a holder stopped beyond its time does no harm when it wakes: its writes are refused", async () => {
    await t.sql(ledger);
    const { workspace_id } = await makeMember(t);
    const { app_url, system_url } = t;
    const task = { app_url, system_url, workspace_id, due: payload };
    const first = startChild(new URL("../../../test/support/workspace-run.ts", import.meta.url), {
      ...task,
      who: "first",
    });
    await first.next();
    first.freeze();
    const second = startChild(new URL("../../../test/support/workspace-run.ts", import.meta.url), {
      ...task,
      who: "second",
    });
    try {
      await second.next();
      first.tell("write");
      first.thaw();
      expect(await first.next()).toEqual({ outcome: "locks.fenced" });
      second.tell("write");
      expect(await second.next()).toEqual({ outcome: "written" });
      expect(await t.sql("select who from ledger.entries")).toEqual([{ who: "second" }]);
    } finally {
      await Promise.all([first.kill(), second.kill()]);
    }
  });
});
