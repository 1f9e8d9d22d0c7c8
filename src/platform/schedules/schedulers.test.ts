import { existsSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeMember } from "../../../test/support/factories.ts";
import { type Child, startChild } from "../../../test/support/locks.ts";
import { hourly, minutely, scheduleNode, standingClock } from "../../../test/support/schedules.ts";
import { eventually } from "../../../test/support/seats.ts";

// Real processes, as many as a deployment may have, killed at random: whatever becomes of them, an occurrence has one event.

const faketime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

let t: Awaited<ReturnType<typeof standingClock>>;
let random: () => number;
const running: Child[] = [];
beforeAll(async () => {
  t = await standingClock("2026-03-27T10:00:00Z");
}, 60_000);
afterAll(async () => {
  await Promise.all(running.map((child) => child.kill()));
  await t.close();
});
beforeEach(() => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`seed ${seed} (SEED=${seed} runs the same again)`);
  random = numbersFrom(seed);
});

/** Two of three have a clock of their own that is hours wrong, where the machine can do that. */
async function startScheduler(): Promise<void> {
  const { app_url, system_url } = t;
  const ahead = ["+2h", "-2h", "+0"][Math.floor(random() * 3)] ?? "+0";
  const wrong: Record<string, string> = existsSync(faketime)
    ? { LD_PRELOAD: faketime, FAKETIME: ahead, FAKETIME_DONT_FAKE_MONOTONIC: "1" }
    : {};
  const child = startChild(
    new URL("../../../test/support/scheduler-process.ts", import.meta.url),
    { app_url, system_url },
    wrong,
  );
  running.push(child);
  await child.next();
}

async function killOne(): Promise<void> {
  const [child] = running.splice(Math.floor(random() * running.length), 1);
  await child?.kill();
}

const nothingDue = async () =>
  (
    await t.sql(
      `select from schedules.schedules where next_run_at <= plinth.now() and paused_at is null
       union all select from schedules.personal where next_run_at <= plinth.now()`,
    )
  ).length === 0;
const minutes = (n: number) => n * 60_000;

describe("14: ten schedulers at once, killed at random", () => {
  test("each occurrence of a cron has one event, and none is missed, also over a time when all were dead", async () => {
    await Promise.all(Array.from({ length: 10 }, startScheduler));
    let now = new Date("2026-03-27T10:00:00Z").getTime();
    await eventually(async () => (await t.sql("select from schedules.schedules")).length === 2);
    const began = now;
    for (let hop = 0; hop < 25; hop++) {
      now += minutes(1 + Math.floor(random() * 4));
      const dies = random() < 0.3 ? [killOne(), startScheduler()] : [];
      await Promise.all([t.setClock(new Date(now)), ...dies]);
      await eventually(nothingDue, 60_000);
    }
    while (running.length > 0) await killOne();
    now += minutes(90);
    await t.setClock(new Date(now));
    await Promise.all(Array.from({ length: 3 }, startScheduler));
    await eventually(nothingDue, 60_000);

    for (const [schedule, step] of [
      [minutely.name, minutes(1)],
      [hourly.name, minutes(60)],
    ] as const) {
      const slots = Array.from({ length: Math.floor((now - began) / step) }, (_, n) =>
        new Date(began + (n + 1) * step).toISOString(),
      );
      const events = await t.sql<{ slot: string }>(
        "select payload ->> 'slot' as slot from events.outbox where subscriber = $1 order by 1",
        [schedule],
      );
      expect(events.map(({ slot }) => slot)).toEqual(slots);
      const runs = await t.sql("select slot from schedules.runs where schedule = $1", [schedule]);
      expect(runs.length).toBe(slots.length);
    }
  }, 240_000);

  test("15: each person has one event for each local day, over the changes of the clock", async () => {
    const zones = [
      "Europe/Vienna",
      "America/New_York",
      "Pacific/Kiritimati",
      "Pacific/Pago_Pago",
      "Asia/Kathmandu",
      "Australia/Lord_Howe",
    ];
    const node = await scheduleNode(t, []);
    const people: string[] = [];
    for (let n = 0; n < 60; n++) {
      const person = await makeMember(t);
      people.push(person.user_id);
      const local_time = `${String(n % 24).padStart(2, "0")}:30`;
      const time_zone = zones[n % zones.length] ?? "UTC";
      await t.db.inWorkspace(person, (tx) =>
        node.schedules.setPersonal(tx, person, {
          user_id: person.user_id,
          kind: "test.check_in",
          local_time,
          time_zone,
        }),
      );
    }
    await node.close();
    while (running.length < 10) await startScheduler();
    const [clock] = await t.sql<{ at: Date }>("select at from plinth.test_clock");
    let now = clock?.at.getTime() ?? 0;
    // Over the night of 29 March, when Vienna's clocks are changed.
    const end = new Date("2026-04-01T12:00:00Z").getTime();
    while (now < end) {
      now += minutes(30 + Math.floor(random() * 270));
      const dies = random() < 0.2 ? [killOne(), startScheduler()] : [];
      await Promise.all([t.setClock(new Date(now)), ...dies]);
      await eventually(nothingDue, 60_000);
    }
    const told = await t.sql<{ user_id: string; dates: string[] }>(
      `select payload ->> 'user_id' as user_id, array_agg(payload ->> 'local_date' order by payload ->> 'local_date') as dates
       from events.outbox where subscriber = 'test.personal' group by 1`,
    );
    expect(told.map(({ user_id }) => user_id).sort()).toEqual([...people].sort());
    for (const { dates } of told) {
      const first = Temporal.PlainDate.from(dates[0] ?? "");
      expect(dates).toEqual(dates.map((_, n) => first.add({ days: n }).toString()));
      expect(dates.length).toBeGreaterThanOrEqual(4);
    }
  }, 240_000);
});

/** Numbers in [0, 1) that a seed gives again (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
