import { isIPv6 } from "node:net";
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import { type PlinthError, requestErrors } from "./errors.ts";
import { createFixedWindows, type FixedWindows } from "./fixed-windows.ts";
import type { RedisClient } from "./redis.ts";

/** So many calls in each window, for each subject. */
export interface Rate {
  /** Calls under the same name share one allowance. */
  name: string;
  limit: number;
  window_seconds: number;
}

/** What is left of an allowance. */
export interface Allowance {
  remaining: number;
  /** Seconds until the window ends. */
  resets_in: number;
}

/** Counts calls against rates. */
export interface Rates {
  /** Counts one call of the subject. Throws `request.rate_limited` with `Retry-After` when the window's allowance is used up. */
  take(rate: Rate, subject: string): Promise<Allowance>;
  /** Takes back a call that turned out not to count, such as a login that succeeded. */
  giveBack(rate: Rate, subject: string): Promise<void>;
}

interface RatesOptions {
  redis?: RedisClient | undefined;
  /** Told of every refusal. */
  onRefused?: (rate: Rate, subject: string) => void;
  /** Milliseconds of a clock that never goes back, for the windows of this process. Default: `performance.now`. */
  now?: () => number;
}

/** With Redis one count for all processes, and each process's own while Redis is away; without it, each process's own. */
export function createRates({ redis, onRefused, now = () => performance.now() }: RatesOptions = {}): Rates {
  const refused = (rate: Rate, subject: string, milliseconds: number) => {
    onRefused?.(rate, subject);
    return requestErrors.rate_limited({ retry_after: milliseconds / 1_000 });
  };
  // In whole milliseconds: the sums of fractions would round some windows up by a second.
  return redis === undefined ? ratesOfProcess(() => Math.floor(now()), refused) : ratesOnRedis(redis, refused);
}

type Refused = (rate: Rate, subject: string, milliseconds: number) => PlinthError;

/** Every request is counted, some of them against four rates: nothing here waits, and its promises are settled when they are made. */
function ratesOfProcess(now: () => number, refused: Refused): Rates {
  const named = new Map<string, Map<number, FixedWindows>>();
  const windowsOf = ({ name, window_seconds }: Rate): FixedWindows => {
    const known = named.get(name)?.get(window_seconds);
    if (known !== undefined) return known;
    const windows = createFixedWindows(window_seconds * 1_000);
    named.set(name, (named.get(name) ?? new Map<number, FixedWindows>()).set(window_seconds, windows));
    return windows;
  };
  return {
    take: (rate, subject) => {
      const at = now();
      const { count, ends_at } = windowsOf(rate).add(subject, 1, at);
      if (count > rate.limit) return Promise.reject(refused(rate, subject, ends_at - at));
      return Promise.resolve({ remaining: rate.limit - count, resets_in: Math.ceil((ends_at - at) / 1_000) });
    },
    giveBack: (rate, subject) => {
      windowsOf(rate).add(subject, -1, now());
      return Promise.resolve();
    },
  };
}

function ratesOnRedis(storeClient: RedisClient, refused: Refused): Rates {
  const limiters = new Map<string, RateLimiterAbstract>();
  const limiterOf = ({ name, limit, window_seconds }: Rate) => {
    const id = `${name}:${limit}:${window_seconds}`;
    const known = limiters.get(id);
    if (known !== undefined) return known;
    const own = { points: limit, duration: window_seconds, keyPrefix: `plinth:rate:${name}` };
    const limiter = new RateLimiterRedis({ ...own, storeClient, insuranceLimiter: new RateLimiterMemory(own) });
    limiters.set(id, limiter);
    return limiter;
  };
  return {
    take: async (rate, subject) => {
      try {
        const left = await limiterOf(rate).consume(subject);
        return { remaining: left.remainingPoints, resets_in: Math.ceil(left.msBeforeNext / 1_000) };
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        throw refused(rate, subject, refusal.msBeforeNext);
      }
    },
    giveBack: async (rate, subject) => {
      await limiterOf(rate).reward(subject, 1);
    },
  };
}

/** The client behind an address: an IPv6 network of 64 bits is one, which is what a household or a server has (RFC 6177). */
export function subnet(ip: string): string {
  if (!ip.includes(":")) return ip;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip);
  if (mapped?.[1] !== undefined) return mapped[1];
  if (!isIPv6(ip)) return ip;
  const [head = "", tail] = ip.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  return [...left, ...Array<string>(zeros).fill("0"), ...right].slice(0, 4).join(":");
}
