import { afterEach, beforeEach, describe, expect, test } from "vitest";
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
const minutes = (n: number) => n * 60;
/** Runs a start whose tries need time to go by. */
const startOver = async (client: LicenseClient, seconds: number) => {
  const state = client.start();
  await world.advance(seconds);
  return state;
};

describe("a seat", () => {
  test("is taken, renewed when the server says, and given back", async () => {
    const client = world.client({ name: "laptop" });
    expect([client.state, client.licensed, client.session]).toEqual(["RELEASED", false, undefined]);
    expect(world.server.requests).toEqual([]);
    expect(await client.start()).toBe("ACTIVE");
    expect(client.session).toMatchObject({
      current_seats_used: 1,
      max_seats: 1,
      server_time: "2026-01-01T00:00:00.000Z",
    });
    expect(world.server.bodies[0]).toEqual({ license_key: key, hardware_id: "machine-1", name: "laptop" });
    await world.advance(299);
    expect(client.lease_remaining_seconds).toBe(61);
    expect(world.server.requests.length).toBe(1);
    await world.advance(1);
    expect([client.lease_remaining_seconds, world.server.requests[1]]).toEqual([
      360,
      "POST /v1/licenses/sessions/{id}/heartbeat 200",
    ]);
    await world.advance(minutes(60));
    expect(world.server.requests.length).toBe(14);
    await client.stop();
    expect(world.server.live(key)).toEqual([]);
    expect(client.log).toEqual(["RELEASED>STARTING", "STARTING>ACTIVE", "ACTIVE>RELEASED"]);
    expect([client.session, client.licensed, world.pendingTimers()]).toEqual([undefined, false, 0]);
    await world.advance(minutes(20));
    expect(world.server.requests.at(-1)).toBe("DELETE /v1/licenses/sessions/{id} 204");
  });

  test("is asked for once, however often the start is", async () => {
    const client = world.client();
    expect(await Promise.all([client.start(), client.start(), client.start()])).toEqual(["ACTIVE", "ACTIVE", "ACTIVE"]);
    expect(await client.start()).toBe("ACTIVE");
    expect(world.server.requests.length).toBe(1);
  });

  test("can be taken anew after a stop, and a stop in the middle of a start gives back what the start takes", async () => {
    const client = world.client();
    const start = client.start();
    const stop = client.stop();
    expect(await start).toBe("RELEASED");
    await stop;
    expect([client.state, world.server.live(key)]).toEqual(["RELEASED", []]);
    expect(world.server.requests).toEqual(["POST /v1/licenses/acquire 201", "DELETE /v1/licenses/sessions/{id} 204"]);
    expect(await client.start()).toBe("ACTIVE");
    const again = client.stop();
    expect(await client.start()).toBe("ACTIVE");
    await again;
    expect(world.server.live(key).length).toBe(1);
  });

  test("is given back within 2 s even when the network is silent", async () => {
    const client = await started();
    await world.cut("silent");
    let over = false;
    const stop = client.stop().then(() => {
      over = true;
    });
    await world.advance(1.9);
    expect([over, client.state]).toEqual([false, "RELEASED"]);
    await world.advance(0.1);
    await stop;
    expect(world.pendingTimers()).toBe(0);
  });

  test("can be asked about without being taken", async () => {
    const client = world.client();
    expect(await client.validate({ product: "prism" })).toMatchObject({
      ok: true,
      data: { valid: true, code: "valid" },
    });
    expect(await client.validate({ product: "swan" })).toMatchObject({ ok: true, data: { code: "product_mismatch" } });
    expect(await client.activate()).toMatchObject({ ok: true, data: { hardware_id: "machine-1" } });
    expect(world.server.live(key)).toEqual([]);
    await world.cut("refused");
    expect(await client.validate()).toMatchObject({ ok: false, problem: { code: "client.unreachable" } });
  });
});

describe("1: the slack of a heartbeat", () => {
  test("1: with every try timing out, the last of four begins and ends before the lease does", async () => {
    const client = await started();
    const tries: number[] = [];
    client.on("problem", () => void tries.push(world.seconds()));
    await world.cut("silent");
    await world.advance(359);
    expect(tries).toEqual([305, 312, 323, 346]);
    expect(client.lease_remaining_seconds).toBe(1);
    expect(client.log.slice(2)).toEqual([
      "ACTIVE>DEGRADED",
      "!client.unreachable",
      "!client.unreachable",
      "!client.unreachable",
      "DEGRADED>OFFLINE_GRACE",
      "!client.unreachable",
    ]);
  });

  test.each(["refused", "reset", "silent"] as const)("1: a network that is %s for 40 s costs no seat", async (mode) => {
    const client = await started();
    const { session_id } = client.session ?? {};
    await world.advance(299);
    await world.cut(mode);
    await world.advance(40);
    expect([client.state, client.licensed]).toEqual(["DEGRADED", true]);
    await world.heal();
    await world.advance(10);
    expect([client.state, client.session?.session_id, client.problem]).toEqual(["ACTIVE", session_id, undefined]);
    expect(client.offline_overlap_seconds).toBe(0);
  });

  test("1: a lease that is shorter than its heartbeat is renewed in time all the same", async () => {
    world.server.script.push({
      status: 201,
      body: {
        session_id: "s",
        lease_expires_in: 120,
        next_heartbeat_in: 115,
        current_seats_used: 1,
        max_seats: 1,
        server_time: "2026-01-01T00:00:00Z",
      },
    });
    await started();
    await world.advance(73);
    expect(world.server.requests.length).toBe(1);
    await world.advance(1);
    expect(world.server.requests[1]).toContain("heartbeat");
  });

  test("1: the 30 s of jitter are only ever taken from a pause, and a series is never longer for it", async () => {
    const client = await started({ random: () => 0.999 });
    await world.cut("refused");
    const tries: number[] = [];
    client.on("problem", () => void tries.push(world.seconds()));
    await world.advance(700);
    expect(tries.slice(0, 4)).toEqual([300, 307, 318, 341]);
    expect(tries[4]).toBeGreaterThan(341 + 270);
    expect(tries[4]).toBeLessThan(341 + 271);
  });
});

describe("a server that cannot be reached", () => {
  test("is tried four times at a start, and every 5 minutes afterwards", async () => {
    await world.cut("refused");
    const client = world.client();
    expect(await startOver(client, 26)).toBe("ERROR");
    expect([client.licensed, client.problem?.code]).toEqual([false, "client.unreachable"]);
    expect(client.log).toEqual([
      "RELEASED>STARTING",
      "!client.unreachable",
      "!client.unreachable",
      "!client.unreachable",
      "STARTING>ERROR",
      "!client.unreachable",
    ]);
    await world.heal();
    await world.advance(minutes(5));
    expect(client.state).toBe("ACTIVE");
  });

  test("is worked without for 30 minutes from its last answer, tried every 5, and then no more", async () => {
    const client = await started();
    const changes: unknown[] = [];
    client.on(
      "state",
      ({ to, grace_ends_in, problem: why }) => void changes.push([world.seconds(), to, grace_ends_in, why?.code]),
    );
    const tries: number[] = [];
    client.on("problem", () => void tries.push(world.seconds()));
    await world.cut("refused");
    await world.advance(minutes(30) - 1);
    expect([client.state, client.licensed, client.grace_remaining_seconds]).toEqual(["OFFLINE_GRACE", true, 1]);
    await world.advance(1);
    expect([client.state, client.licensed, client.grace_remaining_seconds]).toEqual(["ERROR", false, 0]);
    expect(changes).toEqual([
      [300, "DEGRADED", undefined, "client.unreachable"],
      [341, "OFFLINE_GRACE", 30 * 60 - 341, "client.unreachable"],
      [1800, "ERROR", undefined, "client.grace_over"],
    ]);
    expect(tries).toEqual([300, 307, 318, 341, 641, 941, 1241, 1541]);
    await world.heal();
    await world.advance(minutes(5));
    expect([client.state, client.problem]).toEqual(["ACTIVE", undefined]);
    expect(world.server.live(key).length).toBe(1);
  });

  test("is tried at once when the program asks for it", async () => {
    const client = await started();
    await world.cut("reset");
    await world.advance(minutes(20));
    await world.heal();
    expect(await client.start()).toBe("ACTIVE");
  });

  test.each([
    ["a hotel's page", { status: 200, text: "<h1>Welcome! Room number?</h1>" }],
    ["a proxy's refusal", { status: 403, text: "<h1>Blocked by policy</h1>" }],
    ["a page that is not found", { status: 404, text: "" }],
    ["a gateway's 410", { status: 410, text: "gone" }],
    ["a redirection", { status: 307, headers: { location: "http://elsewhere.example/" } }],
    ["a grant without a session", { status: 200, body: { lease_expires_in: 360, next_heartbeat_in: 300 } }],
    ["a lease of no length", { status: 200, body: { session_id: "s", lease_expires_in: 0, next_heartbeat_in: -1 } }],
    ["half an answer", { status: 200, text: '{"session_id": "' }],
    ["an answer that is no object", { status: 200, text: "null" }],
    ["a defect of the server", problem(500, "request.internal")],
  ])("is not mistaken for %s", async (_, reply) => {
    const client = await started();
    world.server.script.push(reply);
    await world.advance(300);
    expect([client.state, client.licensed]).toEqual(["DEGRADED", true]);
    await world.advance(8);
    expect(client.state).toBe("ACTIVE");
  });
});

test("a key goes to the address that it is meant for, and is not sent on", async () => {
  world.server.script.push({ status: 307, headers: { location: `${world.url}/elsewhere` } });
  const client = world.client();
  const start = client.start();
  await world.advance(2);
  expect(await start).toBe("ACTIVE");
  expect(world.server.requests).toEqual(["POST /v1/licenses/acquire 307", "POST /v1/licenses/acquire 201"]);
});

describe("7: a heartbeat that comes too late", () => {
  test("7: revives nothing; the client takes a new seat", async () => {
    const client = await started();
    const { session_id } = client.session ?? {};
    await world.cut("refused");
    await world.advance(400);
    await world.heal();
    await world.advance(300);
    expect(client.state).toBe("ACTIVE");
    expect(client.session?.session_id).not.toBe(session_id);
    expect(world.server.requests.slice(-2)).toEqual([
      "POST /v1/licenses/sessions/{id}/heartbeat 410",
      "POST /v1/licenses/acquire 201",
    ]);
    expect(client.log.slice(-3)).toEqual(["OFFLINE_GRACE>DEGRADED", "!licensing.seat_lost", "DEGRADED>ACTIVE"]);
  });

  test("7: for a session that the server does not know is as good as lost", async () => {
    const client = await started();
    world.server.script.push(problem(404, "licensing.session_not_found"));
    await world.advance(300);
    expect([client.state, world.server.requests.at(-1)]).toEqual(["ACTIVE", "POST /v1/licenses/acquire 200"]);
  });

  test("7: never asks faster than once a second, whatever the server says", async () => {
    const client = await started();
    world.server.script.push({ ...problem(410, "licensing.seat_lost") });
    for (let i = 0; i < 20; i += 1) {
      const session = { session_id: `s${i}`, current_seats_used: 1, max_seats: 1, server_time: "2026-01-01T00:00:00Z" };
      world.server.script.push({
        status: 201,
        body: { ...session, lease_expires_in: 0.001, next_heartbeat_in: 0.001 },
      });
    }
    await world.advance(310);
    expect(world.server.requests.length).toBeLessThan(15);
    expect(client.licensed).toBe(true);
  });
});
