import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeMember } from "../../../test/support/factories.ts";
import { type ScheduleNode, scheduleNode, standingClock } from "../../../test/support/schedules.ts";
import { eventually } from "../../../test/support/seats.ts";
import type { PersonalInput } from "./index.ts";

let t: Awaited<ReturnType<typeof standingClock>>;
let node: ScheduleNode;
let ada: Awaited<ReturnType<typeof makeMember>>;
beforeEach(async () => {
  t = await standingClock("2026-11-20T10:00:00Z");
  node = await scheduleNode(t, []);
  ada = await makeMember(t);
});
afterEach(async () => {
  await node.close();
  await t.close();
});

const set = (input: Partial<PersonalInput> = {}, who = ada) =>
  t.db.inWorkspace(who, (tx) =>
    node.schedules.setPersonal(tx, who, {
      ...{ user_id: who.user_id, kind: "prism.check_in", local_time: "07:00", time_zone: "Europe/Vienna" },
      ...input,
    }),
  );
const list = (who = ada) =>
  t.db.inWorkspace(who, (tx) => node.schedules.listPersonal(tx, who, { user_id: ada.user_id }));
const remove = (which: { kind: string; slot?: string }) =>
  t.db.inWorkspace(ada, (tx) => node.schedules.removePersonal(tx, ada, { user_id: ada.user_id, ...which }));
const told = () =>
  t.sql<{ workspace_id: string; payload: Record<string, unknown> }>(
    "select workspace_id, payload from events.outbox where subscriber = 'test.personal' order by id",
  );
const dates = async () => (await told()).map(({ payload }) => payload.local_date);
const runUntil = async (at: string) => {
  await t.setClock(at);
  node.schedules.start();
  await eventually(
    async () => (await t.sql("select from schedules.personal where next_run_at <= plinth.now()")).length === 0,
  );
};

describe("a person's time", () => {
  test("is published at that local time with what was given, and is due again the next day", async () => {
    const { next_run_at } = await set({ payload: { question: "How did you sleep?" } });
    expect(next_run_at).toEqual(new Date("2026-11-21T06:00:00Z"));
    await runUntil("2026-11-21T06:00:00Z");
    expect(await told()).toEqual([
      {
        workspace_id: ada.workspace_id,
        payload: {
          kind: "prism.check_in",
          user_id: ada.user_id,
          slot: "daily",
          local_date: "2026-11-21",
          scheduled_for: "2026-11-21T06:00:00.000Z",
          payload: { question: "How did you sleep?" },
        },
      },
    ]);
    expect(await list()).toEqual([
      {
        ...{
          user_id: ada.user_id,
          kind: "prism.check_in",
          slot: "daily",
          local_time: "07:00",
          time_zone: "Europe/Vienna",
        },
        ...{ days: [1, 2, 3, 4, 5, 6, 7], max_lateness_seconds: 21_600, payload: { question: "How did you sleep?" } },
        ...{ next_run_at: new Date("2026-11-22T06:00:00Z"), last_local_date: "2026-11-21" },
      },
    ]);
    expect(await t.sql("select key from schedules.occurrences")).toEqual([
      { key: `prism.check_in:${ada.user_id}:2026-11-21:daily` },
    ]);
  });

  test("15: too late by its limit is skipped, and comes the next day", async () => {
    await set({ max_lateness_seconds: 3_600 });
    await set({ slot: "evening", max_lateness_seconds: null });
    await runUntil("2026-11-21T09:30:00Z");
    expect((await told()).map(({ payload }) => payload.slot)).toEqual(["evening"]);
    await runUntil("2026-11-22T06:30:00Z");
    expect((await told()).map(({ payload }) => [payload.slot, payload.local_date]).sort()).toEqual([
      ["daily", "2026-11-22"],
      ["evening", "2026-11-21"],
      ["evening", "2026-11-22"],
    ]);
  });

  test("15: no local day has two: not by a new time, another zone, a removal, nor an older row", async () => {
    await set();
    await runUntil("2026-11-21T06:00:00Z");
    await set({ local_time: "09:00" });
    await set({ local_time: "09:00", time_zone: "America/Los_Angeles" });
    expect(await remove({ kind: "prism.check_in" })).toBe(1);
    await set({ local_time: "09:30", time_zone: "America/Los_Angeles" });
    await runUntil("2026-11-21T18:00:00Z");
    // As if a copy of the row had been put back.
    await t.sql("update schedules.personal set next_run_at = plinth.now(), last_local_date = null");
    await runUntil("2026-11-21T18:00:01Z");
    expect(await dates()).toEqual(["2026-11-21"]);
    await runUntil("2026-11-22T17:30:00Z");
    expect(await dates()).toEqual(["2026-11-21", "2026-11-22"]);
  });

  test("15: a person who flies east before the day's time has it late there, if that is not too late", async () => {
    await set({ time_zone: "America/New_York" });
    await runUntil("2026-11-20T12:30:00Z");
    await set({ time_zone: "Europe/Vienna" });
    expect((await list())[0]?.next_run_at).toEqual(new Date("2026-11-21T06:00:00Z"));
    await t.setClock("2026-11-21T10:00:00Z");
    await set({ time_zone: "Europe/Kyiv" });
    await runUntil("2026-11-21T10:00:01Z");
    expect(await dates()).toEqual(["2026-11-20", "2026-11-21"]);
  });

  test("on some days of the week, and for several times a day", async () => {
    expect((await set({ days: [7, 7, 3] })).next_run_at).toEqual(new Date("2026-11-22T06:00:00Z"));
    await set({ slot: "evening", local_time: "19:00", days: [1] });
    expect((await list()).map(({ slot, days }) => [slot, days])).toEqual([
      ["daily", [3, 7]],
      ["evening", [1]],
    ]);
    expect(await remove({ kind: "prism.check_in", slot: "evening" })).toBe(1);
    expect(await remove({ kind: "prism.check_in", slot: "evening" })).toBe(0);
    expect((await list()).length).toBe(1);
  });

  test.each<[Partial<PersonalInput>, string]>([
    [{ local_time: "24:00" }, "/local_time"],
    [{ local_time: "7 am" }, "/local_time"],
    [{ time_zone: "Mars/Olympus" }, "/time_zone"],
    [{ days: [] }, "/days"],
    [{ days: [8] }, "/days"],
  ])("is refused: %j", async (input, pointer) => {
    await expect(set(input)).rejects.toMatchObject({
      code: "request.invalid",
      occurrence: { errors: [{ pointer, detail: expect.any(String) }] },
    });
  });

  test("is of members alone, is seen in its workspace alone, and is gone with the membership", async () => {
    const bob = await makeMember(t);
    await expect(set({ user_id: bob.user_id })).rejects.toMatchObject({ code: "schedules.user_unknown" });
    await set();
    expect(await list(bob)).toEqual([]);
    await t.sql("delete from workspaces.members where user_id = $1", [ada.user_id]);
    expect(await t.sql("select from schedules.personal")).toEqual([]);
  });

  test("is not published in a workspace that is suspended, and is again when it is not any more", async () => {
    await set();
    await t.sql("update workspaces.workspaces set status = 'suspended', suspended_reason = 'x'");
    await runUntil("2026-11-21T06:00:00Z");
    await t.sql("update workspaces.workspaces set status = 'active', suspended_reason = null");
    await runUntil("2026-11-22T06:00:00Z");
    expect(await dates()).toEqual(["2026-11-22"]);
  });

  test("100,000 of them: several schedulers take what is due by the index, each once", async () => {
    await t.sql(
      `insert into identity.users (id, email, email_normalized, full_name) select gen_random_uuid(), n || '@x.example', n || '@x.example', 'x'
       from generate_series(1, 100000) n`,
    );
    await t.sql(
      "insert into workspaces.members (workspace_id, user_id, role) select $1, id, 'member' from identity.users on conflict do nothing",
      [ada.workspace_id],
    );
    await t.sql(
      `insert into schedules.personal (workspace_id, user_id, kind, slot, local_time, time_zone, days, payload, next_run_at, created_at, updated_at)
       select $1, id, 'prism.check_in', 'daily', '07:00', 'Europe/Vienna', '{1,2,3,4,5,6,7}', '{}',
         case when row_number() over () <= 4000 then timestamptz '2026-11-21T06:00Z' else '2026-11-22T06:00Z' end, now(), now()
       from identity.users`,
      [ada.workspace_id],
    );
    await t.sql("analyze schedules.personal");
    const others = await Promise.all([scheduleNode(t, []), scheduleNode(t, [])]);
    for (const { schedules } of others) schedules.start();
    await runUntil("2026-11-21T06:00:00Z");
    for (const other of others) await other.close();
    const [counts] = await t.sql(
      `select count(*)::int as events, count(distinct payload ->> 'user_id')::int as people from events.outbox where subscriber = 'test.personal'`,
    );
    expect(counts).toEqual({ events: 4_000, people: 4_000 });
    await eventually(async () => {
      const [read] = await t.sql<{ by_index: number; whole: number }>(
        "select idx_scan::int as by_index, seq_tup_read::int as whole from pg_stat_user_tables where relid = 'schedules.personal'::regclass",
      );
      // Once whole, for the statistics; what looks for due rows never reads it so.
      return read !== undefined && read.by_index > 10 && read.whole <= 100_001;
    });
  });
});
