import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { makeMember } from "../../../test/support/factories.ts";
import { caller, type SeatNode, type SeatStage, seatStage, type TestLicense } from "../../../test/support/seats.ts";
import { session, sql } from "../../core/tables.ts";

let t: SeatStage;
let node: SeatNode;
let license: TestLicense;
beforeAll(async () => {
  t = await seatStage();
  node = await t.node();
});
afterAll(() => t.close());
beforeEach(async () => {
  license = await t.license({ max_seats: 2 });
  // Noon, so that nothing below crosses midnight unless it is meant to.
  const now = t.clock.now();
  t.clock.advance(86_400_000 - (now.getTime() % 86_400_000) + 12 * 3_600_000);
});

const acquire = async (hardware_id: string) =>
  (await node.seats.acquire(caller(), { license_key: license.key, hardware_id })).seat.session_id;
const minutes = (count: number) => t.clock.advance(count * 60_000);
const usage = (days = 3) => node.seats.usage(license.owner, license.id, days);
const today = (offset = 0) => new Date(t.clock.now().getTime() + offset * 86_400_000).toISOString().slice(0, 10);

test("counts sessions, their mean duration, the most seats held at once, and the refusals, by day", async () => {
  const a = await acquire("a");
  minutes(2);
  const b = await acquire("b");
  for (const machine of ["c", "d"])
    await expect(acquire(machine)).rejects.toMatchObject({ code: "licensing.seats_exhausted" });
  minutes(2);
  await node.seats.release(a);
  minutes(2);
  await node.seats.release(b);
  const answer = await usage();
  expect(answer.days.map(({ day }) => day)).toEqual([today(-2), today(-1), today()]);
  expect(answer.days[2]).toMatchObject({ sessions: 2, peak_seats: 2, denials: 2 });
  expect(answer.days[2]?.mean_duration_seconds).toBeGreaterThanOrEqual(240);
  expect(answer.days[2]?.mean_duration_seconds).toBeLessThan(300);
  expect(answer.days[1]).toEqual({
    day: today(-1),
    sessions: 0,
    mean_duration_seconds: null,
    peak_seats: 0,
    denials: 0,
  });
  expect(answer).toMatchObject({ sessions: 2, peak_seats: 2, denials: 2 });
});

test("the peak counts who holds seats at one instant: a seat handed on counts once", async () => {
  for (const machine of ["a", "b", "c"]) {
    const session = await acquire(machine);
    minutes(1);
    await node.seats.release(session);
  }
  expect(await usage()).toMatchObject({ sessions: 3, peak_seats: 1 });
});

test("a session over midnight belongs to the day on which it began, and is held on both", async () => {
  t.clock.advance(12 * 3_600_000 - 120_000);
  const session = await acquire("a");
  const day = today();
  minutes(4);
  expect(today()).not.toBe(day);
  expect((await usage(2)).days.map(({ sessions, peak_seats }) => [sessions, peak_seats])).toEqual([
    [1, 1],
    [0, 1],
  ]);
  await node.seats.release(session);
  expect((await usage(1)).days).toMatchObject([{ day: today(), sessions: 0, peak_seats: 1 }]);
});

test("a lease that ran out ends when it did, marked or not", async () => {
  await acquire("a");
  minutes(60);
  const seconds = async () => Math.round((await usage()).mean_duration_seconds ?? 0);
  expect(await seconds()).toBe(360);
  await node.seats.maintain();
  expect(await seconds()).toBe(360);
});

test("is told to the licence's own workspace alone", async () => {
  await acquire("a");
  const stranger = await makeMember(t);
  for (const id of [license.id, crypto.randomUUID()]) {
    await expect(node.seats.usage(stranger, id, 3)).rejects.toMatchObject({ code: "licensing.license_not_found" });
  }
  const tables = ["arbiters", "sessions", "daily"];
  await node.seats.maintain();
  for (const table of tables) {
    const seen = await t.db.inWorkspace(stranger, (tx) =>
      sql`select * from ${sql.table(`seats.${table}`)}`.execute(tx[session]),
    );
    expect(seen.rows).toEqual([]);
  }
});

test("refusals are written down at the end too, and those of a licence that is gone are forgotten", async () => {
  const other = await t.node();
  const refuse = (machine: string) =>
    other.seats.acquire(caller(), { license_key: license.key, hardware_id: machine }).catch(() => undefined);
  await Promise.all([acquire("a"), acquire("b")]);
  await refuse("c");
  await other.seats.stop();
  expect((await usage()).denials).toBe(1);
  await refuse("d");
  await t.sql("delete from licensing.licenses where id = $1", [license.id]);
  await other.seats.stop();
  expect(other.lines).toEqual([]);
});
