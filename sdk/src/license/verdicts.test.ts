import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { problem } from "../../test/license-server.ts";
import { createLicenseWorld, key, type LicenseWorld } from "../../test/license-world.ts";
import type { LicenseClient } from "./index.ts";

let world: LicenseWorld;
beforeEach(async () => {
  world = await createLicenseWorld();
});
afterEach(() => world.close());

const started = async (options: Parameters<LicenseWorld["client"]>[0] = {}) => {
  const client = world.client(options);
  expect(await client.start()).toBe("ACTIVE");
  return client;
};
const seats = (max_seats: number) => world.server.licenses.set(key, { product: "prism", max_seats, status: "active" });
const license = (status: string, reason?: string) =>
  world.server.licenses.set(key, { product: "prism", max_seats: 1, status, ...(reason !== undefined && { reason }) });

describe("9: the two meanings of 429", () => {
  test("9: all seats taken is a verdict, with its numbers, and nobody hammers", async () => {
    world.server.take(key, "another");
    const client = world.client();
    expect(await client.start()).toBe("ERROR");
    expect(client.problem).toMatchObject({
      code: "licensing.seats_exhausted",
      status: 429,
      current_seats_used: 1,
      max_seats: 1,
      earliest_expiry: "2026-01-01T00:06:00.000Z",
    });
    await world.advance(3_600);
    expect(world.server.requests.length).toBe(1);
    expect(await client.start()).toBe("ACTIVE");
  });

  test("9: all seats taken is asked again as often as the program wishes, but not more often than every 10 s", async () => {
    world.server.take(key, "another");
    const client = world.client({ retry_when_full_seconds: 1 });
    expect(await client.start()).toBe("ERROR");
    await world.advance(359);
    expect(world.server.requests.length).toBe(1 + 35);
    await world.advance(1);
    expect(client.state).toBe("ACTIVE");
  });

  test("9: too many requests are waited out, and the seat is kept", async () => {
    const client = await started();
    world.server.script.push({ ...problem(429, "request.rate_limited"), headers: { "retry-after": "25" } });
    await world.advance(324);
    expect([client.state, client.problem?.code, world.server.requests.length]).toEqual([
      "DEGRADED",
      "request.rate_limited",
      2,
    ]);
    await world.advance(1);
    expect([client.state, world.server.requests.length]).toEqual(["ACTIVE", 3]);
  });

  test("9: a server that asks for a year of patience is asked again after 5 minutes", async () => {
    const client = world.client();
    world.server.script.push({ ...problem(429, "request.rate_limited"), headers: { "retry-after": "31536000" } });
    expect(await client.start()).toBe("ERROR");
    expect(client.problem?.code).toBe("request.rate_limited");
    await world.advance(299);
    expect(world.server.requests.length).toBe(1);
    await world.advance(1);
    expect(client.state).toBe("ACTIVE");
  });
});

describe("9: a server that is too busy for a heartbeat", () => {
  test("9: prolongs no grace by it", async () => {
    const client = await started();
    const busy = { ...problem(429, "request.rate_limited"), headers: { "retry-after": "280" } };
    for (let i = 0; i < 20; i += 1) world.server.script.push(busy);
    await world.advance(301);
    expect(client.state).toBe("OFFLINE_GRACE");
    await world.advance(1_498);
    expect(client.licensed).toBe(true);
    await world.advance(1);
    expect([client.state, client.licensed]).toEqual(["ERROR", false]);
  });
});

describe("11: a licence that is suspended during a session", () => {
  test("11: is told at the next heartbeat, and works again within 5 minutes of the payment", async () => {
    const client = await started();
    license("suspended", "payment_overdue");
    await world.advance(300);
    expect([client.state, client.licensed]).toEqual(["SUSPENDED", false]);
    expect(client.problem).toMatchObject({ code: "licensing.license_inactive", reason: "payment_overdue" });
    await world.advance(3_000);
    expect(client.state).toBe("SUSPENDED");
    license("active");
    await world.advance(300);
    expect([client.state, client.problem]).toEqual(["ACTIVE", undefined]);
  });

  test("11: stays so while the network is away, and gets no grace from it", async () => {
    const client = await started();
    license("revoked", "refunded");
    await world.advance(300);
    await world.cut("refused");
    await world.advance(1_000);
    expect([client.state, client.licensed, client.offline_overlap_seconds]).toEqual(["SUSPENDED", false, 0]);
  });

  test("11: is told at a start as well", async () => {
    license("expired", "ended");
    const client = world.client();
    expect(await client.start()).toBe("SUSPENDED");
    expect(client.problem?.reason).toBe("ended");
  });
});

describe("a refusal", () => {
  test("of a key that does not exist is final", async () => {
    const client = world.client({ license_key: "PRISM-XXXXX-XXXXX-XXXXX-XXXXX" });
    expect(await client.start()).toBe("ERROR");
    expect(client.problem).toMatchObject({ code: "licensing.key_invalid", status: 404 });
    await world.advance(3_600);
    expect([world.server.requests.length, world.pendingTimers()]).toEqual([1, 0]);
  });

  test("of a malformed request is final", async () => {
    world.server.script.push(problem(422, "request.invalid", { detail: "hardware_id is too short" }));
    const client = world.client({ hardware_id: "x" });
    expect(await client.start()).toBe("ERROR");
    expect(client.problem).toMatchObject({ code: "request.invalid", detail: "hardware_id is too short" });
    expect(world.pendingTimers()).toBe(0);
  });

  test("comes from a machine without an id, too, and a later start asks for the id again", async () => {
    const provider = vi.fn().mockRejectedValueOnce(new Error("no id")).mockResolvedValue("machine-9");
    const client = world.client({ hardware_id: provider });
    expect(await client.start()).toBe("ERROR");
    expect(client.problem).toMatchObject({ code: "client.hardware_id_unavailable", detail: "no id" });
    expect(world.server.requests).toEqual([]);
    expect(await client.start()).toBe("ACTIVE");
    await client.stop();
    await client.start();
    expect(provider).toHaveBeenCalledTimes(2);
    expect(world.server.bodies.at(-1)?.hardware_id).toBe("machine-9");
  });
});

describe("14: a seat that was granted again while its holder was cut off", () => {
  test("14: is SEAT_LOST on reconnection, and the overlap is counted", async () => {
    const client = await started();
    await world.cut("silent");
    await world.advance(960);
    expect([client.state, client.offline_overlap_seconds]).toEqual(["OFFLINE_GRACE", 600]);
    expect(world.server.take(key, "another").status).toBe(201);
    await world.heal();
    await world.advance(300);
    expect([client.state, client.licensed, client.session]).toEqual(["SEAT_LOST", false, undefined]);
    expect(client.problem).toMatchObject({ code: "licensing.seats_exhausted", current_seats_used: 1, max_seats: 1 });
    expect(client.log.slice(-4)).toEqual([
      "OFFLINE_GRACE>DEGRADED",
      "!licensing.seat_lost",
      "DEGRADED>SEAT_LOST",
      "!licensing.seats_exhausted",
    ]);
    const overlap = client.offline_overlap_seconds;
    expect(overlap).toBe(1_256 - 360);
    await world.advance(1_000);
    expect(client.offline_overlap_seconds).toBe(overlap);
    expect(world.server.live(key)).toEqual([]);
    expect(await client.start()).toBe("ACTIVE");
  });

  test("14: overlaps add up over cuts, and end with the grace", async () => {
    const client = await started();
    await world.cut("refused");
    await world.advance(1_800);
    expect([client.state, client.offline_overlap_seconds]).toEqual(["ERROR", 1_440]);
    await world.advance(600);
    expect(client.offline_overlap_seconds).toBe(1_440);
    await world.heal();
    expect(await client.start()).toBe("ACTIVE");
    await world.cut("refused");
    await world.advance(400);
    expect(client.offline_overlap_seconds).toBe(1_480);
  });

  test("14: strict: the work ends with the lease, to the second, and goes on with the next one", async () => {
    const client = await started({ strict: true });
    await world.cut("silent");
    await world.advance(359);
    expect([client.state, client.licensed, client.grace_remaining_seconds]).toEqual(["OFFLINE_GRACE", true, 1]);
    await world.advance(1);
    expect([client.state, client.licensed]).toEqual(["ERROR", false]);
    expect(client.log.at(-1)).toBe("OFFLINE_GRACE>ERROR");
    expect([client.problem?.code, client.offline_overlap_seconds]).toEqual(["client.lease_over", 0]);
    await world.heal();
    await world.advance(300);
    expect([client.state, client.offline_overlap_seconds]).toEqual(["ACTIVE", 0]);
  });

  test("14: a program that was busy past its lease has overlapped; with strict, it had no licence", async () => {
    const [lax, strict] = [await started(), await started({ strict: true })];
    await world.cut("refused");
    world.block(500);
    expect([lax.offline_overlap_seconds, lax.state]).toEqual([140, "DEGRADED"]);
    expect([strict.offline_overlap_seconds, strict.state]).toEqual([0, "ERROR"]);
  });

  test("14: strict: a lost seat is no seat, not even while a new one is asked for", async () => {
    const client = await started({ strict: true });
    world.server.script.push(problem(410, "licensing.seat_lost"));
    await world.advance(300);
    expect(client.log.slice(2)).toEqual(["ACTIVE>SEAT_LOST", "!licensing.seat_lost", "SEAT_LOST>ACTIVE"]);
  });

  test("14: with a wish to wait, the lost seat comes back when another is free", async () => {
    const client = await started({ retry_when_full_seconds: 60 });
    await world.cut("refused");
    await world.advance(500);
    world.server.take(key, "another");
    await world.heal();
    await world.advance(200);
    expect(client.state).toBe("SEAT_LOST");
    await world.advance(300);
    expect(client.state).toBe("ACTIVE");
  });
});

describe("15: two processes of one machine", () => {
  test("15: share a seat, and the end of one costs the other no more than a new session", async () => {
    const [one, other] = [await started(), await started()];
    expect(other.session?.session_id).toBe(one.session?.session_id);
    await one.stop();
    expect(world.server.live(key)).toEqual([]);
    await world.advance(300);
    expect([other.state, world.server.live(key).length]).toEqual(["ACTIVE", 1]);
  });

  test("15: take one seat each with instance ids", async () => {
    seats(2);
    const clients: LicenseClient[] = [];
    for (const instance_id of ["a", "b", "c"]) clients.push(world.client({ instance_id }));
    const states: string[] = [];
    for (const client of clients) states.push(await client.start());
    expect(states).toEqual(["ACTIVE", "ACTIVE", "ERROR"]);
    expect(world.server.live(key).map(({ instance_id }) => instance_id)).toEqual(["a", "b"]);
  });
});

describe("16: an answer that is lost", () => {
  test("16: to an acquire: the try that follows is given the same session", async () => {
    await world.cut("answers_lost");
    const client = world.client();
    const start = client.start();
    await vi.waitFor(() => expect(client.log).toContain("!client.unreachable"), { timeout: 20_000 });
    const [taken] = world.server.live(key);
    await world.heal();
    await world.advance(2);
    expect([await start, client.session?.session_id]).toEqual(["ACTIVE", taken?.session_id]);
    expect(world.server.live(key).length).toBe(1);
  });

  test("16: to an acquire, and the program stops: the stop is not held up for longer than 2 s", async () => {
    await world.cut("silent");
    const client = world.client();
    const start = client.start();
    await world.quiet();
    const stop = client.stop();
    await world.advance(2);
    await stop;
    expect([await start, world.seconds(), world.pendingTimers()]).toEqual(["RELEASED", 2, 0]);
  });

  test("16: to a heartbeat: it costs nothing", async () => {
    const client = await started();
    const { session_id } = client.session ?? {};
    await world.cut("answers_lost");
    await world.advance(300);
    expect(client.state).toBe("DEGRADED");
    await world.heal();
    await world.advance(10);
    expect([client.state, client.session?.session_id]).toEqual(["ACTIVE", session_id]);
  });
});
