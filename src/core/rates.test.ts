import { afterAll, describe, expect, inject, test } from "vitest";
import { createRates, type Rates, subnet } from "./rates.ts";
import { createRedis, type RedisClient } from "./redis.ts";

const redis = inject("redis");
const clients: RedisClient[] = [];
afterAll(() => {
  for (const client of clients) client.disconnect();
});

async function connect(url: string): Promise<RedisClient> {
  const client = createRedis({ url, onError: () => {} });
  clients.push(client);
  await new Promise<void>((resolve) => client.once("ready", () => resolve()));
  return client;
}

const rate = (name: string) => ({ name, limit: 10, window_seconds: 600 });
const calls = async (limiters: Rates[], name: string, clientOf: (i: number) => string) => {
  const all = Array.from({ length: 100 }, (_, i) =>
    limiters[i % limiters.length]?.take(rate(name), subnet(clientOf(i))),
  );
  return (await Promise.allSettled(all)).filter(({ status }) => status === "fulfilled").length;
};

describe("a rate", () => {
  test("L3: 100 at once at a limit of 10: exactly 10 pass, the others are told when to come back", async () => {
    const limiter = createRates();
    expect(await calls([limiter], "one", () => "192.0.2.1")).toBe(10);
    await expect(limiter.take(rate("one"), "192.0.2.1")).rejects.toMatchObject({
      code: "request.rate_limited",
      occurrence: { retry_after: expect.any(Number) },
    });
    expect(await limiter.take(rate("one"), "192.0.2.2")).toEqual({ remaining: 9, resets_in: expect.any(Number) });
  });

  test("what is given back may be taken again, and the refused are told", async () => {
    const refused: string[] = [];
    const limiter = createRates({ onRefused: ({ name }, subject) => refused.push(`${name} ${subject}`) });
    expect(await calls([limiter], "back", () => "a")).toBe(10);
    expect(refused.length).toBe(90);
    expect(refused[0]).toBe("back a");
    await limiter.giveBack(rate("back"), "b");
    expect(await calls([limiter], "back", () => "b")).toBe(11);
  });

  test("C1: is used up until its window ends, and whole again at that instant", async () => {
    let at = 5_000;
    const limiter = createRates({ now: () => at });
    const two = { name: "edge", limit: 2, window_seconds: 10 };
    expect(await limiter.take(two, "a")).toEqual({ remaining: 1, resets_in: 10 });
    at = 14_998.5;
    expect(await limiter.take(two, "a")).toEqual({ remaining: 0, resets_in: 1 });
    at = 14_999;
    await expect(limiter.take(two, "a")).rejects.toMatchObject({ occurrence: { retry_after: 0.001 } });
    at = 15_000;
    expect(await limiter.take(two, "a")).toEqual({ remaining: 1, resets_in: 10 });
  });

  test("tells a new window's whole length, at whatever fraction of a millisecond it begins", async () => {
    let at = 0;
    const limiter = createRates({ now: () => at });
    for (let i = 0; i < 1_000; i++) {
      at += 0.1 + i / 7;
      expect(await limiter.take({ name: "fraction", limit: 2, window_seconds: 60 }, `${i}`)).toEqual({
        remaining: 1,
        resets_in: 60,
      });
    }
  });

  test("is one allowance for its name and window, also where its limit changes in between", async () => {
    const limiter = createRates();
    const of = (limit: number, window_seconds = 600) => ({ name: "quota", limit, window_seconds });
    for (let i = 0; i < 3; i++) await limiter.take(of(3), "a");
    await expect(limiter.take(of(3), "a")).rejects.toMatchObject({ code: "request.rate_limited" });
    expect(await limiter.take(of(10), "a")).toMatchObject({ remaining: 5 });
    expect(await limiter.take(of(3, 60), "a")).toMatchObject({ remaining: 2 });
    expect(await limiter.take({ ...of(3), name: "other" }, "a")).toMatchObject({ remaining: 2 });
  });

  test("L1: counts an IPv6 network as one client, and a mapped IPv4 address as itself", async () => {
    const limiter = createRates();
    expect(await calls([limiter], "six", (i) => `2001:db8:1:2:${i.toString(16)}::1`)).toBe(10);
    expect(await calls([limiter], "short", (i) => `2001:db8::${i.toString(16)}`)).toBe(10);
    expect(await calls([limiter], "mapped", (i) => (i % 2 === 0 ? "::ffff:192.0.2.9" : "192.0.2.9"))).toBe(10);
    expect(await calls([limiter], "many", (i) => `2001:db8:1:${i.toString(16)}::1`)).toBe(100);
  });
});

describe.skipIf("missing" in redis)(
  `a rate on Redis${"missing" in redis ? ` (skipped: ${redis.missing})` : ""}`,
  () => {
    const url = "url" in redis ? redis.url : "";

    test("L3: is one count for several processes: exactly 10 of 100 pass over four", async () => {
      const limiters = await Promise.all([1, 2, 3, 4].map(async () => createRates({ redis: await connect(url) })));
      expect(await calls(limiters, `shared-${process.pid}`, () => "192.0.2.1")).toBe(10);
    });

    test("goes on counting in the process while Redis is away", async () => {
      const client = await connect(url);
      const limiter = createRates({ redis: client });
      client.disconnect();
      expect(await calls([limiter], "away", () => "192.0.2.1")).toBe(10);
    });
  },
);
