import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  caller,
  type SeatNode,
  type SeatStage,
  seatStage,
  startRedis,
  type TestLicense,
  type TestRedis,
} from "../../../test/support/seats.ts";

let t: SeatStage;
let server: TestRedis;
beforeAll(async () => {
  [t, server] = await Promise.all([seatStage(), startRedis()]);
});
afterAll(async () => {
  await t.close();
  await server.stop();
});

const acquire = ({ seats }: SeatNode, { key }: TestLicense, hardware_id: string, more: object = {}) =>
  seats.acquire(caller(), { license_key: key, hardware_id, ...more });
const lostSeat = { code: "licensing.seat_lost" };

describe.each(["postgres", "redis"])("seats on %s", (backend) => {
  let node: SeatNode;
  beforeAll(async () => {
    node = await t.node(backend === "redis" ? { redis_url: server.url } : {});
  });

  test("gives so many seats as there are, and tells the refused how it stands", async () => {
    const license = await t.license({ max_seats: 3 });
    for (const [n, machine] of ["a", "b", "c"].entries()) {
      const { is_new, seat } = await acquire(node, license, machine);
      expect(is_new).toBe(true);
      expect(seat).toMatchObject({ current_seats_used: n + 1, max_seats: 3 });
      expect(seat.lease_expires_in).toBeGreaterThan(355);
      expect(seat.lease_expires_in).toBeLessThanOrEqual(360);
      expect(seat.session_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    }
    const now = Date.now();
    const refused = await acquire(node, license, "d").catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: "licensing.seats_exhausted",
      kind: "limit_reached",
      occurrence: { extensions: { current_seats_used: 3, max_seats: 3, earliest_expiry: expect.any(Date) } },
    });
    const { occurrence } = refused as { occurrence: { extensions: { earliest_expiry: Date }; retry_after?: number } };
    expect(occurrence.retry_after).toBeUndefined();
    expect(Math.abs(occurrence.extensions.earliest_expiry.getTime() - now - 360_000)).toBeLessThan(30_000);
    expect((await t.live(license)).map(({ seat, backend: by }) => [seat, by])).toEqual(
      [1, 2, 3].map((n) => [n, backend]),
    );
    expect((await t.arbiter(license))?.backend).toBe(backend);
  });

  test("16: an acquire whose answer was lost is answered with the same session, also when all seats are taken", async () => {
    const license = await t.license({ max_seats: 2 });
    const first = await acquire(node, license, "a");
    await acquire(node, license, "b");
    const again = await Promise.all([1, 2, 3].map(() => acquire(node, license, "a")));
    for (const { is_new, seat } of again) {
      expect(is_new).toBe(false);
      expect(seat).toMatchObject({ session_id: first.seat.session_id, current_seats_used: 2 });
    }
    expect((await t.live(license)).length).toBe(2);
  });

  test("16: of one machine that asks many times at once there is one session", async () => {
    const license = await t.license({ max_seats: 5 });
    const answers = await Promise.all(Array.from({ length: 8 }, () => acquire(node, license, "a")));
    expect(new Set(answers.map(({ seat }) => seat.session_id)).size).toBe(1);
    expect(answers.filter(({ is_new }) => is_new).length).toBe(1);
    expect((await t.live(license)).length).toBe(1);
  });

  test("15: each instance on a machine has a seat of its own", async () => {
    const license = await t.license({ max_seats: 2 });
    const one = await acquire(node, license, "a", { instance_id: "1" });
    const two = await acquire(node, license, "a", { instance_id: "2" });
    expect(two.seat.session_id).not.toBe(one.seat.session_id);
    await expect(acquire(node, license, "a")).rejects.toMatchObject({ code: "licensing.seats_exhausted" });
  });

  test("a heartbeat extends the lease, within the time that the answer gives", async () => {
    const license = await t.license();
    const { seat } = await acquire(node, license, "a");
    const ends = "select expires_at from seats.sessions where id = $1";
    const [before] = await t.sql<{ expires_at: Date }>(ends, [seat.session_id]);
    const answer = await node.seats.heartbeat(caller(), seat.session_id);
    const [after] = await t.sql<{ expires_at: Date }>(ends, [seat.session_id]);
    expect(after?.expires_at.getTime()).toBeGreaterThan(before?.expires_at.getTime() ?? Number.NaN);
    expect(answer).toMatchObject({ session_id: seat.session_id, current_seats_used: 1, max_seats: 3 });
    expect(answer.next_heartbeat_in).toBeGreaterThanOrEqual(270);
    expect(answer.next_heartbeat_in).toBeLessThanOrEqual(300);
  });

  test("a released seat is free at once, twice is once, and its heartbeat comes too late", async () => {
    const license = await t.license({ max_seats: 1 });
    const { seat } = await acquire(node, license, "a");
    await expect(acquire(node, license, "b")).rejects.toMatchObject({ code: "licensing.seats_exhausted" });
    await node.seats.release(seat.session_id);
    await node.seats.release(seat.session_id);
    await expect(node.seats.heartbeat(caller(), seat.session_id)).rejects.toMatchObject(lostSeat);
    const next = await acquire(node, license, "b");
    expect(next.seat.current_seats_used).toBe(1);
    const [row] = await t.sql(
      "select status, end_reason, ended_at is not null as is_over from seats.sessions where id = $1",
      [seat.session_id],
    );
    expect(row).toEqual({ status: "released", end_reason: "released", is_over: true });
  });

  test("8: a late release of an old session does not free the new seat of the same machine", async () => {
    const license = await t.license({ max_seats: 1 });
    const old = await acquire(node, license, "a");
    await node.seats.release(old.seat.session_id);
    const fresh = await acquire(node, license, "a");
    expect(fresh.seat.session_id).not.toBe(old.seat.session_id);
    await node.seats.release(old.seat.session_id);
    await expect(acquire(node, license, "b")).rejects.toMatchObject({ code: "licensing.seats_exhausted" });
    await node.seats.heartbeat(caller(), fresh.seat.session_id);
    await expect(node.seats.heartbeat(caller(), old.seat.session_id)).rejects.toMatchObject(lostSeat);
  });

  test("8: releases, acquires and heartbeats of one machine in any order leave one seat at most", async () => {
    const license = await t.license({ max_seats: 1 });
    const watch = t.sample(license);
    let session = (await acquire(node, license, "a")).seat.session_id;
    for (let round = 0; round < 4; round++) {
      const [, , taken] = await Promise.allSettled([
        node.seats.release(session),
        node.seats.heartbeat(caller(), session),
        acquire(node, license, `m${round}`),
        node.seats.release(session),
      ]);
      const live = await t.live(license);
      expect(live.length).toBe(taken.status === "fulfilled" ? 1 : 0);
      session = (taken.status === "fulfilled" ? taken.value : await acquire(node, license, `n${round}`)).seat
        .session_id;
    }
    expect((await watch.stop()).most).toBe(1);
  });

  test("10: fewer seats take none from anybody; there are new ones below the limit, and more are there at once", async () => {
    const license = await t.license({ max_seats: 4 });
    const held = [];
    for (const machine of ["a", "b", "c", "d"]) held.push((await acquire(node, license, machine)).seat.session_id);
    await t.change(node, license, { max_seats: 2 });
    expect((await t.live(license)).length).toBe(4);
    for (const session of held) await node.seats.heartbeat(caller(), session);
    const exhausted = { occurrence: { extensions: { current_seats_used: 4, max_seats: 2 } } };
    await expect(acquire(node, license, "e")).rejects.toMatchObject(exhausted);
    await node.seats.release(held[0] ?? "");
    await node.seats.release(held[1] ?? "");
    await expect(acquire(node, license, "f")).rejects.toMatchObject({ code: "licensing.seats_exhausted" });
    await node.seats.release(held[2] ?? "");
    expect((await acquire(node, license, "g")).seat).toMatchObject({ current_seats_used: 2, max_seats: 2 });
    await expect(acquire(node, license, "h")).rejects.toMatchObject({ code: "licensing.seats_exhausted" });
    await t.change(node, license, { max_seats: 3 });
    expect((await acquire(node, license, "i")).seat).toMatchObject({ current_seats_used: 3, max_seats: 3 });
  });

  test("11: a suspended licence ends its sessions, says so to their heartbeats, and gives no seat until it is back", async () => {
    const license = await t.license();
    const { seat } = await acquire(node, license, "a");
    await t.change(node, license, { status: "suspended" });
    const inactive = {
      code: "licensing.license_inactive",
      occurrence: { extensions: { license_status: "suspended", reason: "suspended" } },
    };
    await expect(node.seats.heartbeat(caller(), seat.session_id)).rejects.toMatchObject(inactive);
    await expect(acquire(node, license, "a")).rejects.toMatchObject(inactive);
    expect(await t.live(license)).toEqual([]);
    const [row] = await t.sql("select status, end_reason from seats.sessions where id = $1", [seat.session_id]);
    expect(row).toEqual({ status: "ended", end_reason: "license_suspended" });
    await t.change(node, license, { status: "active" });
    await expect(node.seats.heartbeat(caller(), seat.session_id)).rejects.toMatchObject(lostSeat);
    expect((await acquire(node, license, "a")).is_new).toBe(true);
  });

  test("11: of the seats that are given while the licence is revoked none outlives it", async () => {
    for (let round = 0; round < 5; round++) {
      const license = await t.license({ max_seats: 20 });
      await acquire(node, license, "warm");
      await Promise.allSettled([
        ...Array.from({ length: 10 }, (_, n) => acquire(node, license, `m${n}`)),
        t.change(node, license, { status: "revoked" }),
        ...Array.from({ length: 5 }, (_, n) => acquire(node, license, `n${n}`)),
      ]);
      expect(await t.live(license)).toEqual([]);
    }
  });

  test("11: a change that rolls back ends nothing", async () => {
    const license = await t.license();
    const { seat } = await acquire(node, license, "a");
    const change = t.db.inWorkspace(license.owner, async (tx) => {
      await node.seats.onLicenseChanged(tx, license.owner, { id: license.id, status: "revoked", max_seats: 3 });
      throw new Error("no");
    });
    await expect(change).rejects.toThrow("no");
    expect((await node.seats.heartbeat(caller(), seat.session_id)).session_id).toBe(seat.session_id);
    expect((await acquire(node, license, "b")).is_new).toBe(true);
  });

  test("9: the rate of a machine is not the fullness of a licence: 10 acquires and 20 heartbeats a minute, other machines untouched", async () => {
    const license = await t.license({ max_seats: 1 });
    const { seat } = await acquire(node, license, "a");
    const acquires = await Promise.allSettled(Array.from({ length: 12 }, () => acquire(node, license, "a")));
    const limited = acquires.filter(({ status }) => status === "rejected");
    expect(limited.length).toBe(3);
    expect(limited[0]).toMatchObject({
      reason: { code: "request.rate_limited", occurrence: { retry_after: expect.any(Number) } },
    });
    await expect(acquire(node, license, "b")).rejects.toMatchObject({ code: "licensing.seats_exhausted" });
    const beats = Array.from({ length: 22 }, () => node.seats.heartbeat(caller(), seat.session_id));
    const refused = (await Promise.allSettled(beats)).filter(({ status }) => status === "rejected");
    expect(refused.length).toBe(2);
    expect(refused[0]).toMatchObject({ reason: { code: "request.rate_limited" } });
  });

  test("knows no seat of a key or a session that there is none of", async () => {
    const nobody = crypto.randomUUID();
    const unknown = { code: "licensing.session_not_found" };
    await expect(node.seats.acquire(caller(), { license_key: nobody, hardware_id: "a" })).rejects.toMatchObject({
      code: "licensing.license_not_found",
    });
    await expect(node.seats.heartbeat(caller(), nobody)).rejects.toMatchObject(unknown);
    await expect(node.seats.release(nobody)).rejects.toMatchObject(unknown);
  });

  test("a licence without seats gives none", async () => {
    const license = await t.license({ max_seats: 0 });
    await expect(acquire(node, license, "a")).rejects.toMatchObject({
      occurrence: { extensions: { current_seats_used: 0, max_seats: 0, earliest_expiry: null } },
    });
  });

  test("lists who holds a seat, page by page, and no session's id", async () => {
    const license = await t.license({ max_seats: 5 });
    for (const machine of ["a", "b", "c"]) await acquire(node, license, machine, { name: `PC ${machine}` });
    const first = await node.seats.list(caller(), license.key, { limit: 2 });
    expect(first.data.map(({ seat, name }) => [seat, name])).toEqual([
      [1, "PC a"],
      [2, "PC b"],
    ]);
    const second = await node.seats.list(caller(), license.key, { limit: 2, cursor: first.next_cursor ?? "" });
    expect([second.data.map(({ hardware_id }) => hardware_id), second.next_cursor]).toEqual([["c"], null]);
    const ids = (await t.live(license)).map(({ id }) => id);
    const told = JSON.stringify([first, second]) + Buffer.from(first.next_cursor ?? "", "base64url").toString();
    expect(ids.filter((id) => told.includes(id))).toEqual([]);
    await expect(node.seats.list(caller(), license.key, { limit: 2, cursor: "x" })).rejects.toMatchObject({
      code: "request.invalid",
    });
  });

  test("15: tells once of a seat whose heartbeats come from two addresses in turn, not of one that moved", async () => {
    const license = await t.license();
    const { seat } = await acquire(node, license, "clone");
    const mover = await acquire(node, license, "mover");
    const beat = (session_id: string, ip: string) => node.seats.heartbeat(caller(ip), session_id);
    const told = () => node.lines.filter(({ license_id }) => license_id === license.id);
    for (const ip of ["192.0.2.1", "192.0.2.2", "192.0.2.2", "192.0.2.3"]) await beat(mover.seat.session_id, ip);
    for (const ip of ["192.0.2.1", "192.0.2.9", "192.0.2.1"]) await beat(seat.session_id, ip);
    expect(told()).toEqual([]);
    const before = await node.counted("alternating_addresses_total");
    for (const ip of ["192.0.2.9", "192.0.2.9", "192.0.2.1", "192.0.2.9"]) await beat(seat.session_id, ip);
    expect(told()).toMatchObject([{ level: "warn", hardware_id: "clone" }]);
    expect(await node.counted("alternating_addresses_total")).toBe(before + 1);
  });
});
