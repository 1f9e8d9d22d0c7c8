import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
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
let license: TestLicense;
beforeAll(async () => {
  t = await seatStage();
});
afterAll(() => t.close());
beforeEach(async () => {
  server = await startRedis();
  license = await t.license({ max_seats: 50 });
});
afterEach(async () => {
  server.thaw();
  await server.stop();
});

const machines = 1_000;
const fourNodes = (options: object = {}) => Promise.all([1, 2, 3, 4].map(() => t.node({ pool_size: 8, ...options })));
const acquire = ({ seats }: SeatNode, hardware_id: string, { key } = license) =>
  seats.acquire(caller(), { license_key: key, hardware_id });

/** All the machines at once, over the nodes in turn; `disturb` is called when a third of them has been answered. */
async function storm(nodes: SeatNode[], disturb?: () => Promise<unknown>) {
  const watch = t.sample(license);
  const answers: Record<string, number> = {};
  let [answered, disturbance]: [number, Promise<unknown> | undefined] = [0, undefined];
  const one = async (n: number) => {
    const node = nodes[n % nodes.length];
    if (node === undefined) throw new Error("There is no node");
    const told = await acquire(node, `m${n}`).then(
      () => "seat",
      (error) => error.code ?? String(error),
    );
    answers[told] = (answers[told] ?? 0) + 1;
    if (++answered === machines / 3 - ((machines / 3) % 1)) disturbance = disturb?.();
  };
  await Promise.all(Array.from({ length: machines }, (_, n) => one(n)));
  await disturbance;
  return { answers, ...(await watch.stop()) };
}

async function expectFifty(storms: Awaited<ReturnType<typeof storm>>) {
  expect(storms.answers).toEqual({ seat: 50, "licensing.seats_exhausted": machines - 50 });
  expect(storms.most).toBe(50);
  expect(storms.looks).toBeGreaterThan(5);
  const live = await t.live(license);
  expect(new Set(live.map(({ seat }) => seat)).size).toBe(50);
  expect(new Set(live.map(({ hardware_id }) => hardware_id)).size).toBe(50);
  const [all] = await t.sql("select count(*)::int as sessions from seats.sessions where license_id = $1", [license.id]);
  expect(all).toEqual({ sessions: 50 });
}

describe("2: 1,000 machines race for 50 seats over four nodes: exactly 50 have one, never 51 at any instant", () => {
  test("on PostgreSQL", async () => {
    await expectFifty(await storm(await fourNodes()));
    expect(await t.arbiter(license)).toEqual({ backend: "postgres", epoch: 1 });
  });

  test("on Redis, which answers nearly all of the refused alone", async () => {
    const nodes = await fourNodes({ redis_url: server.url, fresh_seconds: 600 });
    await expectFifty(await storm(nodes));
    expect((await t.arbiter(license))?.backend).toBe("redis");
    const onRedis = await Promise.all(
      nodes.map((node) => node.counted("acquires_total", { backend: "redis", outcome: "denied" })),
    );
    expect(onRedis.reduce((sum, count) => sum + count)).toBeGreaterThan(900);
  });

  test("3: with Redis emptied in its midst, again and again", async () => {
    const nodes = await fourNodes({ redis_url: server.url });
    const result = await storm(nodes, async () => {
      for (let n = 0; n < 5; n++) await nodes[0]?.redis?.flushall();
    });
    await expectFifty(result);
  });

  test("3: with Redis killed in its midst and back empty", async () => {
    const nodes = await fourNodes({ redis_url: server.url });
    await expectFifty(await storm(nodes, () => server.restart()));
  });

  test("3: with Redis killed in its midst and not back", async () => {
    const nodes = await fourNodes({ redis_url: server.url });
    await expectFifty(await storm(nodes, () => server.kill()));
  });

  test("4: with two of the nodes on Redis and two without it", async () => {
    const nodes = [...(await fourNodes({ redis_url: server.url })).slice(0, 2), ...(await fourNodes()).slice(0, 2)];
    await expectFifty(await storm(nodes));
  });

  test("in processes of their own", async () => {
    const watch = t.sample(license);
    const processes = [0, 1, 2, 3].map((process_index) => {
      const own = Array.from({ length: machines / 4 }, (_, n) => `m${n * 4 + process_index}`);
      const { app_url, system_url } = t;
      const task = { app_url, system_url, redis_url: server.url, key: license.key, machines: own };
      return fork(
        fileURLToPath(new URL("../../../test/support/seat-process.ts", import.meta.url)),
        [JSON.stringify(task)],
        {
          execArgv: ["--conditions=plinth-source"],
          stdio: ["ignore", "ignore", "inherit", "ipc"],
        },
      );
    });
    const next = (child: (typeof processes)[number]) =>
      new Promise<unknown>((resolve, reject) => {
        child.once("message", resolve);
        child.once("exit", (code) => reject(new Error(`A process ended with ${code}`)));
      });
    await Promise.all(processes.map(next));
    const told = processes.map(next);
    for (const child of processes) child.send("go");
    const answers: Record<string, number> = {};
    for (const each of (await Promise.all(told)).flat()) answers[String(each)] = (answers[String(each)] ?? 0) + 1;
    await expectFifty({ answers, ...(await watch.stop()) });
  });
});

describe("Redis that is not what it was", () => {
  const fill = async (node: SeatNode, count: number) => {
    const held = [];
    for (let n = 0; n < count; n++) held.push((await acquire(node, `first${n}`)).seat.session_id);
    return held;
  };
  const full = { code: "licensing.seats_exhausted" };
  beforeEach(async () => {
    license = await t.license({ max_seats: 3 });
  });

  test("3: empty: every seat that is held stays held, and the copy is rebuilt under a new epoch", async () => {
    const node = await t.node({ redis_url: server.url });
    const held = await fill(node, 2);
    const before = await t.arbiter(license);
    await node.redis?.flushall();
    expect((await acquire(node, "third")).seat.current_seats_used).toBe(3);
    await expect(acquire(node, "fourth")).rejects.toMatchObject(full);
    const after = await t.arbiter(license);
    expect([after?.backend, (after?.epoch ?? 0) > (before?.epoch ?? 0)]).toEqual(["redis", true]);
    for (const session of held) await node.seats.heartbeat(caller(), session);
    expect((await acquire(node, "first0")).seat.session_id).toBe(held[0]);
  });

  test.each([
    ["the set", "plinth:seats:{id}"],
    ["the holders", "plinth:seats:{id}:holders"],
  ])("3: %s alone evicted: no seat is given twice", async (_, key) => {
    const node = await t.node({ redis_url: server.url });
    const held = await fill(node, 3);
    await node.redis?.del(key.replace("id", license.id));
    await expect(acquire(node, "fourth")).rejects.toMatchObject(full);
    expect((await acquire(node, "first1")).seat.session_id).toBe(held[1]);
  });

  test("6: a promoted replica without the last writes: the record refuses the seats that it offers, and mends it", async () => {
    const node = await t.node({ redis_url: server.url });
    await fill(node, 3);
    const key = `plinth:seats:{${license.id}}`;
    const before = await t.arbiter(license);
    // Two acknowledged acquires that the replica never heard of.
    await node.redis?.zadd(key, 0, "2", 0, "3");
    await expect(acquire(node, "fourth")).rejects.toMatchObject(full);
    expect((await t.live(license)).length).toBe(3);
    expect(await node.counted("rebuilds_total", { outcome: "rebuilt" })).toBe(2);
    expect((await t.arbiter(license))?.epoch).toBe((before?.epoch ?? 0) + 1);
    expect(await node.redis?.zscore(key, "2")).not.toBe("0");
  });

  test("6: the record refuses: what Redis had reserved is free again", async () => {
    const node = await t.node({ redis_url: server.url });
    await fill(node, 1);
    await t.sql("alter table seats.sessions add constraint broken check (hardware_id <> 'unlucky')");
    try {
      await expect(acquire(node, "unlucky")).rejects.toThrow("broken");
    } finally {
      await t.sql("alter table seats.sessions drop constraint broken");
    }
    expect((await acquire(node, "second")).seat.current_seats_used).toBe(2);
    expect((await acquire(node, "third")).seat.current_seats_used).toBe(3);
  });

  test("4: one node without Redis: the licence is PostgreSQL's at once, and what the other has from Redis is refused", async () => {
    const [sees, blind] = await Promise.all([t.node({ redis_url: server.url }), t.node()]);
    await fill(sees, 1);
    expect((await t.arbiter(license))?.backend).toBe("redis");
    await acquire(blind, "b1");
    const flipped = await t.arbiter(license);
    expect(flipped?.backend).toBe("postgres");
    // Redis still has the old epoch and believes two seats free; there is one.
    const answers = await Promise.allSettled([acquire(sees, "s1"), acquire(sees, "s2"), acquire(blind, "b2")]);
    expect(answers.filter(({ status }) => status === "fulfilled").length).toBe(1);
    const live = await t.live(license);
    expect(live.length).toBe(3);
    expect(live.filter(({ backend }) => backend === "redis").length).toBe(1);
    expect((await t.arbiter(license))?.backend).toBe("postgres");
  });

  test.each([
    ["revoked", { status: "revoked" }, 0, "licensing.license_inactive"],
    ["left with fewer seats", { max_seats: 1 }, 1, "licensing.seats_exhausted"],
  ])(
    "4: a licence that is %s by a node without Redis: what Redis still grants is refused",
    async (...[, change, left, code]) => {
      const [sees, blind] = await Promise.all([t.node({ redis_url: server.url, fresh_seconds: 600 }), t.node()]);
      await fill(sees, 1);
      await t.change(blind, license, change);
      await expect(acquire(sees, "late")).rejects.toMatchObject({ code });
      const more = await Promise.allSettled([1, 2, 3].map((n) => acquire(sees, `late${n}`)));
      expect(more.filter(({ status }) => status === "fulfilled")).toEqual([]);
      expect((await t.live(license)).length).toBe(left);
    },
  );

  test("4: a grant on its way while the licence is flipped is either counted or refused", async () => {
    for (let round = 0; round < 10; round++) {
      const one = await t.license({ max_seats: 1 });
      const [sees, blind] = await Promise.all([t.node({ redis_url: server.url }), t.node()]);
      const first = await acquire(sees, "warm", one);
      await sees.seats.release(first.seat.session_id);
      const watch = t.sample(one);
      const both = await Promise.allSettled([acquire(sees, "a", one), acquire(blind, "b", one)]);
      expect(both.filter(({ status }) => status === "fulfilled").length).toBe(1);
      expect((await watch.stop()).most).toBe(1);
    }
  });

  test("5: back from PostgreSQL: Redis gives seats again only under a new epoch, with every session that was granted meanwhile", async () => {
    const node = await t.node({ redis_url: server.url, hold_seconds: 0.2, pause_ms: 50 });
    const held = await fill(node, 1);
    await server.kill();
    const meanwhile = await acquire(node, "meanwhile");
    expect(await t.arbiter(license)).toMatchObject({ backend: "postgres" });
    await node.seats.heartbeat(caller(), held[0] ?? "");
    await server.start();
    let tries = 0;
    await eventually(async () => {
      // The last seat, again and again, until it is Redis that gives it.
      const { seat } = await acquire(node, `last${tries++}`);
      const { backend } = (await t.live(license)).find(({ id }) => id === seat.session_id) ?? {};
      if (backend !== "redis") await node.seats.release(seat.session_id);
      return backend === "redis";
    });
    expect((await t.arbiter(license))?.backend).toBe("redis");
    await expect(acquire(node, "fourth")).rejects.toMatchObject(full);
    expect((await acquire(node, "meanwhile")).seat.session_id).toBe(meanwhile.seat.session_id);
    expect((await acquire(node, "first0")).seat.session_id).toBe(held[0]);
  });

  test("frozen: seats come from PostgreSQL, none too many, and those held are kept", async () => {
    const node = await t.node({ redis_url: server.url });
    const held = await fill(node, 2);
    server.freeze();
    expect((await acquire(node, "third")).seat.current_seats_used).toBe(3);
    await expect(acquire(node, "fourth")).rejects.toMatchObject(full);
    await node.seats.heartbeat(caller(), held[0] ?? "");
    await node.seats.release(held[1] ?? "");
    expect((await acquire(node, "fifth")).seat.current_seats_used).toBe(3);
    expect((await t.live(license)).length).toBe(3);
  });

  test("3: with its memory full (noeviction) it takes nothing, and PostgreSQL gives the seats", async () => {
    const node = await t.node({ redis_url: server.url });
    await fill(node, 2);
    await node.redis?.config("SET", "maxmemory", "1");
    expect((await acquire(node, "third")).seat.current_seats_used).toBe(3);
    await expect(acquire(node, "fourth")).rejects.toMatchObject(full);
    expect((await t.arbiter(license))?.backend).toBe("postgres");
    expect(await node.counted("redis_errors_total")).toBeGreaterThan(0);
  });

  test("10: a change that Redis never heard of: its old terms grant nothing, and refuse no longer than they are fresh", async () => {
    const [node, blind] = await Promise.all([t.node({ redis_url: server.url, fresh_seconds: 0.1 }), t.node()]);
    await fill(node, 3);
    await t.change(blind, license, { max_seats: 4 });
    let tries = 0;
    await eventually(() =>
      acquire(node, `more${tries++}`).then(
        () => true,
        () => false,
      ),
    );
    expect((await t.live(license)).length).toBe(4);
    await t.change(blind, license, { status: "revoked" });
    await expect(acquire(node, "again")).rejects.toMatchObject({ code: "licensing.license_inactive" });
    expect(await t.live(license)).toEqual([]);
  });

  test("18: after a restart it knows no script, and is told it again", async () => {
    const node = await t.node({ redis_url: server.url });
    await fill(node, 1);
    await node.redis?.script("FLUSH");
    expect((await acquire(node, "second")).seat.current_seats_used).toBe(2);
    expect(await node.counted("redis_errors_total")).toBe(0);
    expect((await t.arbiter(license))?.backend).toBe("redis");
  });

  test("17: each licence has two keys of its own under one hash tag, and both are gone when nobody asks for a day", async () => {
    const node = await t.node({ redis_url: server.url });
    await fill(node, 2);
    const other = await t.license();
    await acquire(node, "a", other);
    const keys = (await node.redis?.keys("*")) ?? [];
    const own = [license, other].flatMap(({ id }) => [`plinth:seats:{${id}}`, `plinth:seats:{${id}}:holders`]);
    expect(keys.sort()).toEqual(own.sort());
    for (const key of keys) {
      const left = (await node.redis?.pttl(key)) ?? 0;
      expect([left > 86_000_000, left <= 86_400_000]).toEqual([true, true]);
    }
  });
});
