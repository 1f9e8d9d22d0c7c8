import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { aiStage, ask, down, refusal } from "../../../test/support/ai-gateway.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { startRedis, type TestRedis } from "../../../test/support/seats.ts";
import { createRedis, type RedisClient } from "../../core/redis.ts";
import { type Circuits, defaultBreaker, localCircuits } from "./breaker.ts";
import { redisCircuits } from "./redis.ts";
import type { RetryPolicy } from "./rules.ts";

const stage = await aiStage();
const { t, fake, second, gateway, expectOneToOne } = stage;
const ctx = await makeMember(t);
const server: TestRedis = await startRedis();
const clients: RedisClient[] = [];
const connect = async () => {
  const redis = createRedis({ url: server.url, onError: () => {} });
  clients.push(redis);
  await new Promise((resolve) => redis.once("ready", resolve));
  return redis;
};
const redis = await connect();

beforeEach(() => {
  fake.reset();
  second.reset();
});
afterAll(async () => {
  for (const client of clients) client.disconnect();
  await server.stop();
  await stage.close();
});

const once: RetryPolicy = { max_attempts: 1, first_delay_ms: 1, longest_delay_ms: 1, longest_retry_after_ms: 20_000 };

describe("AI 15: the circuit of a model", () => {
  test("after five failures nothing is sent, and the call fails at once or goes to the next model", async () => {
    const { ai, ledger, metrics } = gateway({ retry: once });
    fake.otherwise(down);
    for (let n = 0; n < 5; n++) await refusal(ask(ai, ctx));
    let fastest_ms = Number.POSITIVE_INFINITY;
    for (let n = 0; n < 20; n++) {
      const began = performance.now();
      expect(await refusal(ask(ai, ctx))).toMatchObject({
        code: "ai.provider_unavailable",
        occurrence: { retry_after: 2 },
      });
      fastest_ms = Math.min(fastest_ms, performance.now() - began);
    }
    // Of twenty, on a machine that may be busy with something else.
    expect(fastest_ms).toBeLessThan(5);
    expect(fake.calls).toHaveLength(5);
    // What is refused at the gate costs the ledger nothing either.
    expect(ledger.reservations).toHaveLength(5);
    expect(await ask(ai, ctx, { feature: "prism.two" })).toMatchObject({ provider: "second" });
    expect(fake.calls).toHaveLength(5);
    expect((await metrics.page()).body).toContain('plinth_ai_circuit_state{provider="first",model="priced"} 2');
    expectOneToOne(ledger, fake, second);
  });

  test("after the pause exactly one of 50 calls at once goes out; its success closes, its failure opens again", async () => {
    const { ai, advance, ledger } = gateway({ retry: once });
    fake.otherwise(down);
    for (let n = 0; n < 5; n++) await refusal(ask(ai, ctx));
    const storm = async () => {
      advance(2_001);
      const hold = Promise.withResolvers<void>();
      const before = fake.calls.length;
      fake.script({ after: hold.promise, ...(before === 5 ? down : {}) });
      const calls = Array.from({ length: 50 }, () =>
        ask(ai, ctx).then(
          () => "ok",
          () => "refused",
        ),
      );
      await fake.arrival(before + 1);
      hold.resolve();
      const outcomes = await Promise.all(calls);
      expect(fake.calls).toHaveLength(before + 1);
      return outcomes.filter((outcome) => outcome === "ok").length;
    };
    expect(await storm()).toBe(0);
    expect(await refusal(ask(ai, ctx))).toMatchObject({ code: "ai.provider_unavailable" });
    expect(fake.calls).toHaveLength(6);
    expect(await storm()).toBe(1);
    fake.otherwise({});
    await ask(ai, ctx);
    expect(fake.calls).toHaveLength(8);
    expectOneToOne(ledger, fake);
  });

  test("callers who leave never count, and a probe whose caller left makes room for another", async () => {
    const { ai, advance } = gateway({ retry: once });
    const abandon = async () => {
      const leave = new AbortController();
      const before = fake.calls.length;
      fake.script({ fault: "hang" });
      const call = refusal(ask(ai, ctx, { signal: leave.signal }));
      await fake.arrival(before + 1);
      leave.abort(new Error("left"));
      await call;
    };
    for (let n = 0; n < 7; n++) await abandon();
    await ask(ai, ctx);
    for (let n = 0; n < 5; n++) {
      fake.script(down);
      await refusal(ask(ai, ctx));
    }
    advance(2_001);
    await abandon();
    await ask(ai, ctx);
    await ask(ai, ctx);
  });

  test("two processes share it through Redis; an emptied, frozen or dead one leaves each its own", async () => {
    const breaker = { failures: 5, window_ms: 60_000, half_open_after_ms: 60_000 };
    const name = { retry: once, yaml: sharedYaml, breaker };
    const [a, b] = [
      gateway({ ...name, redis, timer: undefined }),
      gateway({ ...name, redis: await connect(), timer: undefined }),
    ];
    fake.otherwise(down);
    for (const { ai } of [a, b, a, b, a]) await refusal(ask(ai, ctx));
    for (const { ai } of [a, b, b])
      expect(await refusal(ask(ai, ctx))).toMatchObject({ code: "ai.provider_unavailable" });
    expect(fake.calls).toHaveLength(5);
    expect((await b.metrics.page()).body).toContain('plinth_ai_circuit_state{provider="first",model="shared"} 2');

    await server.restart();
    await expect.poll(() => redis.status).toBe("ready");
    fake.otherwise({});
    await ask(a.ai, ctx);

    fake.otherwise(down);
    server.freeze();
    const before = fake.calls.length;
    // Each counts for itself now; a has heard of three failures of its own, and of a success since.
    for (let n = 0; n < 7; n++) await refusal(ask(a.ai, ctx));
    server.thaw();
    expect(fake.calls.length - before).toBe(5);
  });
});

const sharedYaml = `models:
  shared: { provider: first, prices: { input: 1, cached_input: 1, output: 1 } }
features:
  default: { model: shared, temperature: 0, max_output_tokens: 10, timeout_ms: 5000 }
`;

/** Circuits whose time is the test's, and those of Redis, whose time is its own: the same rules, so shorter times. */
const kinds: Record<string, () => { circuits: Circuits; pass(milliseconds: number): Promise<void> }> = {
  "in the process": () => {
    let now = 0;
    return {
      circuits: localCircuits({ now: () => now }, defaultBreaker),
      pass: async (milliseconds) => {
        now += milliseconds;
      },
    };
  },
  "in Redis": () => ({
    circuits: redisCircuits(redis, defaultBreaker),
    // Redis takes its time from the machine: the circuit's own times are moved back instead.
    pass: async (milliseconds) => {
      for (const key of await redis.keys("plinth:ai:circuit:*")) {
        const kept = await redis.hgetall(key);
        for (const field of ["open_until", "probe_until", "paused_until"]) {
          if (kept[field]) await redis.hset(key, field, Number(kept[field]) - milliseconds);
        }
        const failed = (kept.failed ?? "").split(",").filter((at) => at !== "");
        await redis.hset(key, "failed", failed.map((at) => Number(at) - milliseconds).join(","));
      }
    },
  }),
};

describe.each(Object.entries(kinds))("circuits %s", (kind, make) => {
  const begin = async () => {
    await redis.flushall();
    const { circuits, pass } = make();
    const enter = (name = kind) => circuits.enter(name, 5_000);
    const go = async (health: Parameters<Circuits["settle"]>[2], name = kind) => {
      const entry = await enter(name);
      if (entry.kind !== "go") throw new Error(`The circuit is ${entry.kind}`);
      return circuits.settle(name, entry.pass, health);
    };
    return { circuits, pass, enter, go };
  };
  const failure = { kind: "failure" } as const;

  test("open by failures in the window alone, not by a success between them, refusals or leavers", async () => {
    const { go, pass } = await begin();
    for (let n = 0; n < 4; n++) expect(await go(failure)).toBe("closed");
    await pass(10_001);
    expect(await go(failure)).toBe("closed");
    for (let n = 0; n < 3; n++) await go(failure);
    await go({ kind: "success" });
    for (let n = 0; n < 4; n++) await go(failure);
    for (let n = 0; n < 9; n++) await go({ kind: n % 2 === 0 ? "refused" : "left" });
    expect(await go(failure)).toBe("open");
  });

  test("half-open: one probe under 50 at once, another when it was not heard of for its lease", async () => {
    const { enter, go, pass, circuits } = await begin();
    for (let n = 0; n < 5; n++) await go(failure);
    expect(await enter()).toMatchObject({ kind: "open" });
    await pass(2_001);
    const storm = async () =>
      (await Promise.all(Array.from({ length: 50 }, () => enter()))).filter(({ kind }) => kind === "go");
    const [probe, ...others] = await storm();
    expect(others).toEqual([]);
    expect(await storm()).toEqual([]);
    await pass(5_001);
    expect(await storm()).toHaveLength(1);
    if (probe?.kind !== "go") throw new Error("There was no probe");
    expect(await circuits.settle(kind, probe.pass, { kind: "refused" })).toBe("closed");
    expect(await enter()).toMatchObject({ kind: "go", pass: { is_probe: false } });
  });

  test("news of before the circuit turned is worth nothing", async () => {
    const { enter, go, pass, circuits } = await begin();
    const old = await enter();
    for (let n = 0; n < 5; n++) await go(failure);
    await pass(2_001);
    if (old.kind !== "go") throw new Error("The circuit was closed");
    expect(await circuits.settle(kind, old.pass, { kind: "success" })).toBe("half_open");
    expect(await circuits.settle(kind, old.pass, failure)).toBe("half_open");
    expect(await go({ kind: "success" })).toBe("closed");
  });

  test("a pause is for its model alone, and ends", async () => {
    const { enter, go, pass } = await begin();
    await go({ kind: "paused", ms: 700 });
    const paused = await enter();
    expect(paused).toMatchObject({ kind: "paused" });
    expect(await enter("another")).toMatchObject({ kind: "go" });
    await pass(701);
    expect(await enter()).toMatchObject({ kind: "go" });
  });
});
