import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { connectRedis } from "../../../test/support/seat-node.ts";
import { eventually, startRedis, type TestRedis } from "../../../test/support/seats.ts";
import type { RedisClient } from "../../core/redis.ts";
import { createSeatsOnRedis, type SeatsOnRedis } from "./redis.ts";

let server: TestRedis;
let client: RedisClient;
let seats: SeatsOnRedis;
let license_id: string;
beforeAll(async () => {
  server = await startRedis();
  client = await connectRedis(server.url);
  seats = createSeatsOnRedis(client, { fresh_ms: 600_000 });
});
afterAll(async () => {
  client.disconnect();
  await server.stop();
});
beforeEach(() => {
  license_id = crypto.randomUUID();
});

const machine = (hardware_id: string) => ({ hardware_id, instance_id: "" });
const reserve = (hardware_id: string, session_id = `session of ${hardware_id}`, ttl_ms = 360_000) =>
  seats.reserve({ license_id, session_id, ttl_ms, ...machine(hardware_id) });
const held = (hardware_id: string, seat: number, session_id = `session of ${hardware_id}`) => ({
  license_id,
  seat,
  session_id,
  ...machine(hardware_id),
});
const install = (epoch: number, max_seats: number, ...live: ReturnType<typeof held>[]) =>
  seats.install(license_id, { epoch, max_seats, live: live.map((each) => ({ ...each, left_ms: 360_000 })) });

test("3: knows nothing of a licence until it is filled, and then only free numbers are offered", async () => {
  expect(await reserve("a")).toEqual({ kind: "empty" });
  await install(7, 4, held("x", 2), held("y", 4));
  expect(await reserve("a")).toMatchObject({ kind: "reserved", epoch: 7, seat: 1, used: 3, max_seats: 4 });
  expect(await reserve("b")).toMatchObject({ kind: "reserved", seat: 3, used: 4 });
  expect(await reserve("c")).toMatchObject({ kind: "full", epoch: 7, used: 4, max_seats: 4, is_fresh: true });
  expect(await reserve("y")).toMatchObject({ kind: "reserved", seat: 4, session_id: "session of y", used: 4 });
});

test("16: a machine that asks again has the session that it has", async () => {
  await install(1, 2);
  await reserve("a", "first");
  expect(await reserve("a", "second")).toMatchObject({ seat: 1, session_id: "first", used: 1 });
});

test("4: what is filled in late, under an older or the same epoch, changes nothing; nor is a newer one cleared", async () => {
  expect(await install(5, 1, held("x", 1))).toBe(true);
  expect([await install(4, 9), await install(5, 9)]).toEqual([false, false]);
  await seats.clear(license_id, 4);
  expect(await reserve("a")).toMatchObject({ kind: "full", epoch: 5 });
  await seats.clear(license_id, 5);
  expect(await reserve("a")).toEqual({ kind: "empty" });
});

test("8: a late extension or release of an old session touches nobody's seat", async () => {
  await install(1, 1, held("x", 1, "new"));
  const score = () => client.zscore(`plinth:seats:{${license_id}}`, "1");
  const before = await score();
  await seats.free(held("x", 1, "old"));
  await seats.free(held("other", 1, "new"));
  await seats.extend(held("x", 1, "old"), 900_000);
  expect(await score()).toBe(before);
  await seats.extend(held("x", 1, "new"), 900_000);
  expect(Number(await score())).toBeGreaterThan(Number(before));
  await seats.free(held("x", 1, "new"));
  expect(await reserve("a")).toMatchObject({ kind: "reserved", seat: 1 });
});

test("7: an extension brings no seat back that Redis does not have", async () => {
  await install(1, 2);
  await seats.extend(held("x", 2, "lost"), 900_000);
  expect(await client.zrange(`plinth:seats:{${license_id}}`, "0", "-1")).toEqual(["epoch"]);
});

test("10: with fewer seats than are held nobody gets one until fewer are; numbers beyond the limit are not given again", async () => {
  await install(2, 2, held("a", 1), held("b", 3), held("c", 4));
  expect(await reserve("d")).toMatchObject({ kind: "full", used: 3, max_seats: 2 });
  await seats.free(held("b", 3));
  expect(await reserve("d")).toMatchObject({ kind: "full", used: 2 });
  await seats.free(held("c", 4));
  expect(await reserve("d")).toMatchObject({ kind: "reserved", seat: 2, used: 2 });
  expect(await reserve("e")).toMatchObject({ kind: "full", used: 2 });
});

test("12: a seat whose time is up by Redis' own clock is offered, and the machine that had it starts anew", async () => {
  await install(1, 1);
  await reserve("a", "first", -900);
  await eventually(async () => (await reserve("b", "next", 60_000)).kind === "reserved");
  expect(await reserve("a", "second")).toMatchObject({ kind: "full", used: 1, earliest_expiry: expect.any(Date) });
  expect(
    (await client.hkeys(`plinth:seats:{${license_id}}:holders`)).filter((key) => key.startsWith("m:")).length,
  ).toBe(1);
});

test("a refusal is fresh for so long after it was filled", async () => {
  const stale = createSeatsOnRedis(client, { fresh_ms: 0 });
  await stale.install(license_id, { epoch: 1, max_seats: 0, live: [] });
  expect(await reserve("a")).toMatchObject({ kind: "full", is_fresh: false, used: 0, earliest_expiry: null });
});

test("2: of 200 that ask at once as many have a seat as there are, each another", async () => {
  await install(1, 50);
  const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => reserve(`m${n}`)));
  const numbers = answers.flatMap((answer) => (answer.kind === "reserved" ? [answer.seat] : []));
  expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
});
