import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  caller,
  eventually,
  type SeatNode,
  type SeatStage,
  seatStage,
  startRedis,
  type TestLicense,
  type TestRedis,
} from "../../../test/support/seats.ts";

let t: SeatStage;
let server: TestRedis;
let node: SeatNode;
let license: TestLicense;
beforeAll(async () => {
  [t, server] = await Promise.all([seatStage(), startRedis()]);
  node = await t.node();
});
afterAll(async () => {
  await t.close();
  await server.stop();
});
beforeEach(async () => {
  license = await t.license({ max_seats: 1 });
});

const acquire = ({ seats }: SeatNode, { key }: TestLicense, hardware_id: string) =>
  seats.acquire(caller(), { license_key: key, hardware_id });
const lost = { code: "licensing.seat_lost" };
const full = { code: "licensing.seats_exhausted" };

describe("the end of a lease", () => {
  test("8: at `expires_at` itself it is over, an instant before it is not", async () => {
    const at = "2026-11-21T12:00:00.000000Z";
    const [boundary] = await t.sql(
      `select seats.is_live($1, $1::timestamptz - interval '1 microsecond') as before, seats.is_live($1, $1) as at_it`,
      [at],
    );
    expect(boundary).toEqual({ before: true, at_it: false });
  });

  test("7: a heartbeat after it never revives the seat, nor does it touch whoever has it now", async () => {
    const { seat } = await acquire(node, license, "a");
    t.clock.advance(359_000);
    await expect(acquire(node, license, "b")).rejects.toMatchObject(full);
    t.clock.advance(1_001);
    await expect(node.seats.heartbeat(caller(), seat.session_id)).rejects.toMatchObject(lost);
    const next = await acquire(node, license, "b");
    await expect(node.seats.heartbeat(caller(), seat.session_id)).rejects.toMatchObject(lost);
    await node.seats.release(seat.session_id);
    expect((await t.live(license)).map(({ id }) => id)).toEqual([next.seat.session_id]);
    const [row] = await t.sql("select status, ended_at = expires_at as at_its_end from seats.sessions where id = $1", [
      seat.session_id,
    ]);
    expect(row).toEqual({ status: "expired", at_its_end: true });
  });

  test("7: heartbeats and the acquires that wait for the end race: whoever has the seat is one", async () => {
    const nodes = await Promise.all([1, 2].map(() => t.node({ pool_size: 4, ttl_seconds: 0.3 })));
    const [one, two] = nodes;
    if (one === undefined || two === undefined) throw new Error("There are no nodes");
    const watch = t.sample(license);
    let takeovers = 0;
    let session = (await acquire(one, license, "m0")).seat.session_id;
    await eventually(async () => {
      const [beat, taken] = await Promise.allSettled([
        one.seats.heartbeat(caller(), session),
        acquire(two, license, `m${takeovers}-${Math.random()}`),
      ]);
      // Once the seat is taken over, the old session's heartbeat is refused, whatever it was told in the race.
      if (taken.status === "fulfilled") {
        await expect(one.seats.heartbeat(caller(), session)).rejects.toMatchObject(lost);
        session = taken.value.seat.session_id;
        takeovers++;
      } else if (beat.status === "fulfilled") {
        // Lets it run out, in PostgreSQL's time.
        await eventually(async () => (await t.live(license)).length === 0);
      }
      return takeovers >= 5;
    });
    expect((await watch.stop()).most).toBe(1);
  });

  test("1: heartbeats as late as the answers allow, with every retry, keep the seat for hours", async () => {
    const { seat } = await acquire(node, license, "a");
    let { next_heartbeat_in } = seat;
    for (let beat = 0; beat < 15; beat++) {
      // Its own time, and the worst of four tries of 5 s, 2, 6 and 18 s apart.
      t.clock.advance((next_heartbeat_in + 46) * 1_000);
      ({ next_heartbeat_in } = await node.seats.heartbeat(caller(), seat.session_id));
    }
    expect((await t.live(license)).map(({ id }) => id)).toEqual([seat.session_id]);
  });

  test("8: a machine whose lease ran out gets a new session, and the old one's release is late", async () => {
    const old = await acquire(node, license, "a");
    t.clock.advance(360_001);
    const fresh = await acquire(node, license, "a");
    expect([fresh.is_new, fresh.seat.session_id === old.seat.session_id]).toEqual([true, false]);
    await node.seats.release(old.seat.session_id);
    expect((await t.live(license)).length).toBe(1);
  });

  test("8: on Redis too a seat is taken over after the end of the lease, not before, and the late heartbeat is refused", async () => {
    const quick = await t.node({ redis_url: server.url, ttl_seconds: 0.5 });
    const { seat } = await acquire(quick, license, "a");
    const [{ ends_at } = { ends_at: new Date(0) }] = await t.sql<{ ends_at: Date }>(
      "select expires_at as ends_at from seats.sessions where id = $1",
      [seat.session_id],
    );
    const watch = t.sample(license);
    let tries = 0;
    // Each try is another machine, so that no rate of a machine stands in the way.
    await eventually(() =>
      acquire(quick, license, `b${tries++}`).then(
        () => true,
        () => false,
      ),
    );
    const [{ began_at } = { began_at: new Date(0) }] = await t.sql<{ began_at: Date }>(
      "select started_at as began_at from seats.sessions where license_id = $1 order by started_at desc limit 1",
      [license.id],
    );
    expect(began_at.getTime()).toBeGreaterThanOrEqual(ends_at.getTime());
    expect((await watch.stop()).most).toBe(1);
    await expect(quick.seats.heartbeat(caller(), seat.session_id)).rejects.toMatchObject(lost);
  });

  test("12: the node's own clock has no say in it", async () => {
    const { seat } = await acquire(node, license, "a");
    const real = Date.now;
    Date.now = () => real() + 3_600_000;
    try {
      await expect(acquire(node, license, "b")).rejects.toMatchObject(full);
      expect((await node.seats.heartbeat(caller(), seat.session_id)).lease_expires_in).toBeLessThanOrEqual(360);
    } finally {
      Date.now = real;
    }
  });

  test("maintaining marks what is over, for the history", async () => {
    const { seat } = await acquire(node, license, "a");
    const status = async () =>
      (await t.sql<{ status: string }>("select status from seats.sessions where id = $1", [seat.session_id]))[0]
        ?.status;
    await node.seats.maintain();
    expect(await status()).toBe("active");
    t.clock.advance(360_001);
    await node.seats.maintain();
    expect(await status()).toBe("expired");
  });
});

describe.each(["postgres", "redis"])("11: a licence whose terms are to be looked at afresh, on %s", (backend) => {
  const nodeThat = (refresh: (calls: number) => Promise<unknown>) => {
    let calls = 0;
    const own = { refresh: async () => void (await refresh(++calls)) };
    return t.node(backend === "redis" ? { ...own, redis_url: server.url } : own);
  };

  test("is refreshed before an acquire and before a heartbeat, once for each boundary", async () => {
    const due = await t.license({ max_seats: 2, valid_for: "-1 second" });
    let calls = 0;
    const fresh = await nodeThat((call) => {
      calls = call;
      return t.sql("update licensing.licenses set valid_until = now() + interval '30 days' where id = $1", [due.id]);
    });
    const { seat } = await acquire(fresh, due, "a");
    await acquire(fresh, due, "b");
    expect(calls).toBe(1);
    expect((await t.live(due)).map(({ backend: by }) => by)).toEqual([backend, backend]);
    await t.sql("update seats.arbiters set valid_until = now() - interval '1 second' where license_id = $1", [due.id]);
    expect((await fresh.seats.heartbeat(caller(), seat.session_id)).current_seats_used).toBe(2);
    await fresh.seats.heartbeat(caller(), seat.session_id);
    expect(calls).toBe(2);
  });

  test("that has run out without anybody saying so ends its sessions at the next heartbeat, and gives no seat", async () => {
    const due = await t.license({ max_seats: 2 });
    const fresh = await nodeThat(async () => {});
    const { seat } = await acquire(fresh, due, "a");
    const over = "update licensing.licenses set expires_at = now() - interval '1 second' where id = $1";
    await t.sql(over, [due.id]);
    await t.sql("update seats.arbiters set license_expires_at = now() - interval '1 second' where license_id = $1", [
      due.id,
    ]);
    const inactive = { code: "licensing.license_inactive", occurrence: { extensions: { license_status: "expired" } } };
    await expect(fresh.seats.heartbeat(caller(), seat.session_id)).rejects.toMatchObject(inactive);
    expect(await t.live(due)).toEqual([]);
    await expect(acquire(fresh, due, "b")).rejects.toMatchObject(inactive);
  });

  test("gives seats when licensing has looked and its row holds no longer than now", async () => {
    const due = await t.license({ max_seats: 2, valid_for: "-1 second" });
    const fresh = await nodeThat(async () => {});
    const { seat } = await acquire(fresh, due, "a");
    expect((await fresh.seats.heartbeat(caller(), seat.session_id)).session_id).toBe(seat.session_id);
  });
});
