import type { RedisClient } from "../../core/redis.ts";

/**
 * What is known to be spent at least in budgets that refused a call, in pico-USD by the budget's key. It saves the trip to PostgreSQL for calls that would be
 * refused there, and admits nobody: what is not in it is asked there. It may forget at any time, and what it holds stays true for the day.
 */
export interface SpentMemory {
  /** Never throws: what cannot be read is not known. In the order of the keys. */
  read(keys: string[]): Promise<(number | undefined)[]>;
  /** Never throws, and nobody waits for it. */
  remember(key: string, spent_pico_usd: string): void;
}

/** So long a budget is remembered, in seconds. */
const kept_seconds = 60;
const mostKept = 10_000;

/** In this process. */
export function spentInProcess(now: () => number = () => performance.now()): SpentMemory {
  const known = new Map<string, { spent: number; until: number }>();
  return {
    read: async (keys) =>
      keys.map((key) => {
        const entry = known.get(key);
        return entry === undefined || entry.until <= now() ? undefined : entry.spent;
      }),
    remember: (key, spent_pico_usd) => {
      if (known.size >= mostKept) known.clear();
      known.set(key, { spent: Number(spent_pico_usd), until: now() + kept_seconds * 1_000 });
    },
  };
}

/** While Redis fails it is not asked for so long, in milliseconds: nobody waits for it call after call. */
const rest_ms = 5_000;

/** For all processes, in Redis. */
export function spentInRedis(
  redis: Pick<RedisClient, "mget" | "set">,
  now: () => number = () => performance.now(),
): SpentMemory {
  let rests_until = Number.NEGATIVE_INFINITY;
  const keyOf = (key: string) => `plinth:ai_spent:${key}`;
  const rest = () => {
    rests_until = now() + rest_ms;
  };
  return {
    read: async (keys) => {
      if (now() < rests_until) return [];
      const found = await redis.mget(keys.map(keyOf)).catch(rest);
      return (found ?? []).map((text) => (text !== null && /^\d{1,30}$/.test(text) ? Number(text) : undefined));
    },
    remember: (key, spent_pico_usd) => {
      if (now() >= rests_until) redis.set(keyOf(key), spent_pico_usd, "EX", kept_seconds).catch(rest);
    },
  };
}
