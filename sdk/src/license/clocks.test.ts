import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createLicenseWorld, key, type LicenseWorld } from "../../test/license-world.ts";
import { createLicenseClient, type LicenseState } from "./index.ts";

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
const hour = 3_600;

describe("12: a laptop that slept for two hours", () => {
  test("12: asks within 15 s of waking, and goes on with a new seat", async () => {
    const client = await started();
    await world.advance(100);
    world.sleep(2 * hour);
    await world.advance(15);
    expect(client.log.slice(2)).toEqual(["ACTIVE>DEGRADED", "!licensing.seat_lost", "DEGRADED>ACTIVE"]);
    expect(client.offline_overlap_seconds).toBe(0);
    expect(world.server.live(key).length).toBe(1);
  });

  test("12: finds its seat taken", async () => {
    const client = await started();
    world.sleep(2 * hour);
    world.server.take(key, "another");
    expect(client.lease_remaining_seconds).toBe(0);
    await world.quiet();
    expect(client.state).toBe("SEAT_LOST");
  });

  test("12: whose network is not back yet is given one series of tries, and then nothing", async () => {
    const client = await started();
    world.sleep(2 * hour);
    await world.cut("refused");
    expect(client.state).toBe("DEGRADED");
    await world.advance(41);
    expect([client.state, client.problem?.code]).toEqual(["ERROR", "client.grace_over"]);
  });

  test("12: strict: has no seat the moment it wakes, before any timer", async () => {
    const client = await started({ strict: true });
    world.sleep(2 * hour);
    expect([client.licensed, client.state, client.problem?.code]).toEqual([false, "ERROR", "client.lease_over"]);
    await world.quiet();
    expect(client.state).toBe("ACTIVE");
  });

  test("12: and fell asleep while offline is past its grace", async () => {
    const client = await started();
    await world.cut("refused");
    await world.advance(600);
    expect(client.state).toBe("OFFLINE_GRACE");
    world.sleep(hour);
    expect([client.state, client.licensed]).toEqual(["ERROR", false]);
    expect(client.offline_overlap_seconds).toBe(240);
  });
});

describe("12: a wall clock that is set", () => {
  test("12: an hour back stretches neither lease nor grace", async () => {
    const client = await started();
    await world.cut("refused");
    world.setWall(-hour);
    await world.advance(100);
    expect(client.lease_remaining_seconds).toBe(260);
    await world.advance(1_700);
    expect(client.state).toBe("ERROR");
  });

  test("12: an hour ahead costs one heartbeat, and no seat", async () => {
    const client = await started();
    const { session_id } = client.session ?? {};
    world.setWall(hour);
    await world.advance(15);
    expect([client.state, client.session?.session_id, client.lease_remaining_seconds]).toEqual([
      "ACTIVE",
      session_id,
      360,
    ]);
    expect(world.server.requests.length).toBe(2);
    await world.advance(299);
    expect(world.server.requests.length).toBe(2);
  });

  test("12: to and fro, again and again, changes no seat", async () => {
    const client = await started({ strict: true });
    for (const step of [hour, -2 * hour, hour, -60, 60]) {
      world.setWall(step);
      await world.advance(400);
      expect(client.state).toBe("ACTIVE");
    }
    expect(world.server.requests.filter((request) => request.includes("acquire")).length).toBe(1);
  });
});

describe("a lease", () => {
  test("counts from the request, not from an answer that was long under way", async () => {
    let answer: (() => void) | undefined;
    const slow = async (url: string, init: RequestInit) => {
      const response = await fetch(url, init);
      if (answer !== undefined) return response;
      const text = await response.text();
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return new Response(text, response);
    };
    const client = world.client({ fetch: slow });
    const start = client.start();
    await vi.waitFor(() => expect(answer).toBeDefined(), { timeout: 20_000 });
    await world.advance(4);
    answer?.();
    expect([await start, client.lease_remaining_seconds]).toEqual(["ACTIVE", 356]);
    await client.stop();
  });
});

describe("nothing in the background ever fails", () => {
  test("when listeners throw: the others are called, and the seat is kept", async () => {
    const thrown: unknown[] = [];
    const states: LicenseState[] = [];
    const client = world.client({
      onListenerError: (error) => {
        thrown.push(error);
        throw new Error("and here");
      },
      onState: () => {
        throw new Error("at once");
      },
    });
    client.on("state", async () => {
      throw new Error("later");
    });
    const stopListening = client.on("state", ({ to }) => void states.push(to));
    expect(await client.start()).toBe("ACTIVE");
    await world.cut("refused");
    await world.advance(400);
    stopListening();
    await world.heal();
    await world.advance(300);
    expect(client.state).toBe("ACTIVE");
    expect(states).toEqual(["STARTING", "ACTIVE", "DEGRADED", "OFFLINE_GRACE"]);
    expect(thrown.length).toBe(2 * 6);
  });

  test("when a listener stops the client in the middle of an answer", async () => {
    const client = world.client();
    client.on("state", ({ to }) => (to === "ACTIVE" ? client.stop() : undefined));
    expect(await client.start()).toBe("RELEASED");
    await world.quiet();
    expect([client.state, world.server.live(key), world.pendingTimers()]).toEqual(["RELEASED", [], 0]);
  });

  test("when a listener stops the client before it has asked for anything", async () => {
    const before = process.listenerCount("SIGTERM");
    const client = world.client({ release_on_exit: true });
    client.on("state", ({ to }) => (to === "STARTING" ? client.stop() : undefined));
    expect(await client.start()).toBe("RELEASED");
    expect([process.listenerCount("SIGTERM"), world.server.requests, world.pendingTimers()]).toEqual([before, [], 0]);
  });

  test("when the transport throws instead of rejecting, or answers with nonsense", async () => {
    let calls = 0;
    const broken = (): Promise<Response> => {
      calls += 1;
      if (calls % 2 === 0) return Promise.resolve({} as Response);
      throw new Error("broken");
    };
    const client = world.client({ fetch: broken });
    const start = client.start();
    await world.advance(60);
    expect([await start, client.problem?.code]).toEqual(["ERROR", "client.unreachable"]);
    await client.stop();
  });

  test("when a timer cannot be set: it is an ERROR that is told", async () => {
    const timers = {
      set: () => {
        throw new Error("no timers");
      },
      clear: () => {},
    };
    const client = world.client({ timers });
    expect(await client.start()).toBe("ERROR");
    expect(client.problem).toEqual({ code: "client.defect", detail: "no timers" });
    expect(await client.start()).toBe("ERROR");
  });

  test("when the address is none: this is told at once", () => {
    expect(() => createLicenseClient({ base_url: "nonsense", license_key: key, hardware_id: "x" })).toThrow(TypeError);
  });
});

test("with the system's own clock, timers and transport, a seat is taken and given back", async () => {
  const marks: number[] = [];
  const client = createLicenseClient({
    base_url: `${world.url}/`,
    license_key: key,
    hardware_id: () => "machine-1",
    release_on_exit: false,
    high_water_mark: { write: (time) => void marks.push(time) },
  });
  expect(await client.start()).toBe("ACTIVE");
  expect(client.lease_remaining_seconds).toBeGreaterThan(0);
  expect(marks).toEqual([Date.parse("2026-01-01T00:00:00Z")]);
  await client.stop();
  expect(world.server.live(key)).toEqual([]);
});
