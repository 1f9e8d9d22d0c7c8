import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { type LockNode, ledger, lockNode, startChild } from "../../../test/support/locks.ts";
import { eventually, startRedis, type TestRedis } from "../../../test/support/seats.ts";
import { session, sql } from "../../core/tables.ts";
import type { Lock } from "./index.ts";

const given = inject("redis");

let t: TestDatabase;
let server: TestRedis | undefined;
let name: string;
let number = 0;
const nodes: LockNode[] = [];
beforeAll(async () => {
  t = await testDatabase();
  await t.sql(ledger);
  if (!("missing" in given)) server = await startRedis();
});
afterAll(async () => {
  await server?.stop();
  await t.close();
});
beforeEach(() => {
  name = `lock ${++number}`;
});
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.close();
});

const start = async (redis_url?: string): Promise<LockNode> => {
  const node = await lockNode({ app_url: t.app_url, system_url: t.system_url, clock: t.clock, redis_url });
  nodes.push(node);
  return node;
};
const tokenOf = async (node: LockNode, of = name, wait_ms = 0) => {
  const answer = await node.locks.withLock(of, { ttl_seconds: 30, wait_ms }, async ({ token }) => token);
  return answer.busy ? "busy" : answer.result;
};
/** Holds the lock until it is told to end. */
function hold(node: LockNode, ttl_seconds = 30) {
  let end = (_: string) => {};
  const ended = new Promise<string>((resolve) => {
    end = resolve;
  });
  let answer: Promise<unknown> = Promise.resolve();
  const lock = new Promise<Lock>((resolve, reject) => {
    answer = node.locks.withLock(name, { ttl_seconds }, async (held) => {
      resolve(held);
      return ended;
    });
    answer.catch(reject);
  });
  return {
    lock,
    end: async () => {
      end("done");
      return answer;
    },
  };
}
const entries = () => t.sql<{ who: string; token: number }>("select who, token::int from ledger.entries order by id");
/** The lease is over by the database's clock, as if its time had passed. */
const runOut = () => t.sql("update locks.locks set expires_at = clock_timestamp() - interval '1 second'");

describe.each([
  ["on PostgreSQL alone", () => undefined],
  [`with Redis in front${"missing" in given ? ` (skipped: ${given.missing})` : ""}`, () => server?.url],
])("a lock %s", (title, redis_url) => {
  const skipped = title.includes("skipped");

  test.skipIf(skipped)(
    "runs the work, gives its result, and is free again; each holder has a greater token",
    async () => {
      const [a, b] = [await start(redis_url()), await start(redis_url())];
      const tokens = [await tokenOf(a), await tokenOf(b), await tokenOf(a)];
      expect(tokens).toEqual([...tokens].sort((x, y) => Number(x) - Number(y)));
      expect(new Set(tokens).size).toBe(3);
      await expect(
        a.locks.withLock(name, { ttl_seconds: 30 }, () => Promise.reject(new Error("it broke"))),
      ).rejects.toThrow("it broke");
      expect(await tokenOf(b)).toBeGreaterThan(Number(tokens[2]));
    },
  );

  test.skipIf(skipped)("answers that it is busy, with the time for which it is at most", async () => {
    const [a, b] = [await start(redis_url()), await start(redis_url())];
    const holder = hold(a);
    await holder.lock;
    const answer = await b.locks.withLock(name, { ttl_seconds: 30 }, async () => "never");
    expect(answer).toEqual({ busy: true, retry_after_ms: expect.any(Number) });
    expect(answer.busy && answer.retry_after_ms > 0 && answer.retry_after_ms <= 30_000).toBe(true);
    expect(await holder.end()).toEqual({ busy: false, result: "done" });
    expect(await b.counted('asked_total{outcome="busy"}')).toBe(1);
  });

  test.skipIf(skipped)("of 40 that ask at once one has it at a time, and those that wait get it", async () => {
    const all = await Promise.all(Array.from({ length: 3 }, () => start(redis_url())));
    let [inside, most] = [0, 0];
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) => {
        const node = all[n % 3] as LockNode;
        return node.locks.withLock(name, { ttl_seconds: 30, wait_ms: 50_000 }, async ({ token }) => {
          most = Math.max(most, ++inside);
          await node.write({ token, check: async () => {} }, name);
          inside--;
          return token;
        });
      }),
    );
    expect(most).toBe(1);
    const written = (await entries()).filter(({ who }) => who === name).map(({ token }) => token);
    expect(written).toEqual([...written].sort((a, b) => a - b));
    expect(new Set(answers.map((answer) => (answer.busy ? "busy" : answer.result))).size).toBe(40);
  });

  test.skipIf(skipped)("is kept no longer than its length by work that was given up and hangs", async () => {
    const [a, b] = [await start(redis_url()), await start(redis_url())];
    const controller = new AbortController();
    const lock = await new Promise<Lock>((resolve) => {
      void a.locks.withLock(name, { ttl_seconds: 2, signal: controller.signal }, (held) => {
        resolve(held);
        return new Promise(() => {});
      });
    });
    controller.abort();
    expect(await tokenOf(b)).toBe("busy");
    expect(await tokenOf(b, name, 10_000)).toBeGreaterThan(lock.token);
    await expect(a.write(lock, "a")).rejects.toMatchObject({ code: "locks.fenced" });
    expect(lock.signal.aborted).toBe(true);
  });

  test.skipIf(skipped)("is kept by its heartbeat for as long as the work takes", async () => {
    const [a, b] = [await start(redis_url()), await start(redis_url())];
    const holder = hold(a, 3);
    const { signal, token } = await holder.lock;
    const ends = async () => {
      const [row] = await t.sql<{ ends: Date }>("select expires_at as ends from locks.locks where name = $1", [name]);
      return row?.ends.getTime() ?? 0;
    };
    const began = await ends();
    await eventually(async () => (await ends()) > began + 3_000);
    expect([signal.aborted, await tokenOf(b)]).toEqual([false, "busy"]);
    await holder.end();
    expect(await tokenOf(b, name, 30_000)).toBeGreaterThan(token);
  });

  test.skipIf(skipped)("of one workspace is not that of another, nor one of the platform", async () => {
    const node = await start(redis_url());
    const inWorkspace = (workspace_id: string, work: () => Promise<unknown>) =>
      node.locks.withLock({ workspace_id, name }, { ttl_seconds: 30 }, work);
    const nested = await inWorkspace("a", () => inWorkspace("b", () => tokenOf(node)));
    expect(nested).toEqual({ busy: false, result: { busy: false, result: expect.any(Number) } });
    expect(await inWorkspace("a", () => inWorkspace("a", async () => "never"))).toMatchObject({
      result: { busy: true },
    });
    expect(await t.sql("select count(*)::int from locks.locks where name = $1", [`workspace:a:${name}`])).toEqual([
      { count: 1 },
    ]);
    await expect(tokenOf(node, "workspace:a:x")).rejects.toThrow(TypeError);
  });
});

describe("the fence", () => {
  test("16: refuses whoever was taken over, in the transaction that would have written, and says so in the log", async () => {
    const [a, b] = [await start(), await start()];
    const holder = hold(a);
    const old = await holder.lock;
    await a.write(old, "first");
    await runOut();
    await b.locks.withLock(name, { ttl_seconds: 30 }, async (lock) => {
      expect(lock.token).toBeGreaterThan(old.token);
      await expect(a.write(old, "late")).rejects.toMatchObject({ code: "locks.fenced" });
      await b.write(lock, "second");
    });
    await expect(a.write(old, "later")).rejects.toMatchObject({ code: "locks.fenced" });
    expect((await entries()).map(({ who }) => who).slice(-2)).toEqual(["first", "second"]);
    expect(a.lines).toContainEqual(
      expect.objectContaining({ msg: expect.stringMatching(/^fenced/), lock: name, fence: old.token }),
    );
    expect(await a.counted("fenced_total")).toBe(2);
    await holder.end();
  });

  test("refuses work that goes on behind the lock's end", async () => {
    const node = await start();
    let kept: Lock | undefined;
    await node.locks.withLock(name, { ttl_seconds: 30 }, async (lock) => {
      kept = lock;
    });
    await expect(node.write(kept as Lock, "stray")).rejects.toMatchObject({ code: "locks.fenced" });
  });

  test("makes a takeover wait for a transaction that has checked, and lets the heartbeat pass it", async () => {
    const [a, b] = [await start(), await start()];
    const holder = hold(a, 3);
    const lock = await holder.lock;
    const order: string[] = [];
    let next: Promise<unknown> = Promise.resolve();
    const expiry = async () =>
      (
        await t.sql<{ at: Date }>("select expires_at as at from locks.locks where name = $1", [name])
      )[0]?.at.getTime() ?? 0;
    await a.db.asSystem("test", async (tx) => {
      await lock.check(tx);
      const before = await expiry();
      await eventually(async () => (await expiry()) > before);
      await a.db.systemStatement("test", (other) =>
        sql`update locks.locks set expires_at = clock_timestamp() - interval '1 second', holder = gen_random_uuid() where name = ${name}`.execute(
          other[session],
        ),
      );
      next = b.locks
        .withLock(name, { ttl_seconds: 30, wait_ms: 30_000 }, async (taken) => taken.check)
        .then(() => order.push("taken over"));
      await eventually(async () => (await t.sql("select from pg_locks where not granted")).length > 0);
      order.push("committing");
    });
    await next;
    expect(order).toEqual(["committing", "taken over"]);
    await holder.end();
  });

  test("aborts the signal of a holder that was taken over", async () => {
    const [a, b] = [await start(), await start()];
    const holder = hold(a, 0.6);
    const { signal } = await holder.lock;
    await t.sql("update locks.locks set expires_at = clock_timestamp() - interval '1 second' where name = $1", [name]);
    await b.locks.withLock(name, { ttl_seconds: 30, wait_ms: 30_000 }, async () => {
      await eventually(async () => signal.aborted);
    });
    expect(signal.reason).toMatchObject({ code: "locks.fenced" });
    await holder.end();
    expect(await a.counted("lost_total")).toBe(1);
  });

  test.each([
    ["alone", false],
    ["with Redis killed and emptied meanwhile", true],
  ])("16: a process stopped beyond its time does no harm when it wakes, %s", async (_, withRedis) => {
    const redis_url = withRedis ? server?.url : undefined;
    const urls = { app_url: t.app_url, system_url: t.system_url, redis_url };
    const child = startChild(new URL("../../../test/support/lock-holder.ts", import.meta.url), {
      ...urls,
      name,
      ttl_seconds: 1,
    });
    const own = await start(redis_url);
    try {
      const { token } = (await child.next()) as { token: number };
      child.freeze();
      if (withRedis) await server?.restart();
      const answer = await own.locks.withLock(name, { ttl_seconds: 30, wait_ms: 50_000 }, async (lock) => {
        expect(lock.token).toBeGreaterThan(token);
        child.tell("write");
        child.thaw();
        const told = await child.next();
        await own.write(lock, "second");
        return told;
      });
      expect(answer).toEqual({
        busy: false,
        result: { busy: false, result: { written: "locks.fenced", aborted: true }, fenced: true },
      });
      expect((await entries()).at(-1)).toMatchObject({ who: "second" });
      expect((await entries()).filter(({ who }) => who === "child")).toEqual([]);
    } finally {
      await child.kill();
    }
  });
});

describe("the token", () => {
  test("never goes back: not after a release, a pruned row, or a prune that is asked for too early", async () => {
    const node = await start();
    const first = Number(await tokenOf(node));
    await node.locks.maintain();
    expect(await t.sql("select token::int from locks.locks where name = $1", [name])).toEqual([{ token: first }]);
    t.clock.advance(8 * 86_400_000);
    await node.locks.maintain();
    expect(await t.sql("select from locks.locks where name = $1", [name])).toEqual([]);
    expect(await tokenOf(node)).toBeGreaterThan(first);
  });

  test.skipIf(server === undefined && "missing" in given)(
    "is one that counts, however often Redis is emptied: of those that it lets pass PostgreSQL answers one",
    async () => {
      const all = await Promise.all(Array.from({ length: 4 }, () => start(server?.url)));
      const flusher = await start(server?.url);
      expect(await tokenOf(flusher, "another")).toBeGreaterThan(0);
      let isOver = false;
      const flushing = (async () => {
        while (!isOver) {
          await t.sql("select 1");
          await all[0]?.redis?.flushall();
        }
      })();
      let [inside, most] = [0, 0];
      const tokens = await Promise.all(
        Array.from({ length: 40 }, (_, n) =>
          (all[n % 4] as LockNode).locks.withLock(name, { ttl_seconds: 30, wait_ms: 50_000 }, async ({ token }) => {
            most = Math.max(most, ++inside);
            await t.sql("select pg_sleep(0.001)");
            inside--;
            return token;
          }),
        ),
      );
      isOver = true;
      await flushing;
      expect(most).toBe(1);
      expect(new Set(tokens.map((answer) => (answer.busy ? "busy" : answer.result))).size).toBe(40);
    },
  );
});

test("a Redis that is gone costs nothing but its help", async () => {
  const node = await start();
  const own = "missing" in given ? undefined : await startRedis();
  const helped = await start(own?.url);
  await own?.stop();
  expect([await tokenOf(helped), await tokenOf(node)]).toEqual([expect.any(Number), expect.any(Number)]);
});
