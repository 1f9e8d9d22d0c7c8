import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import { requestErrors } from "../errors.ts";
import type { RedisClient } from "../redis.ts";
import type { RateLimit } from "./route.ts";

/** Counts calls against rates. */
export interface RateLimiter {
  /**
   * Counts one call of the client; returns the headers to answer with (IETF draft-ietf-httpapi-ratelimit-headers).
   * Throws `request.rate_limited` with `Retry-After` when the allowance of the window is used up.
   */
  take(rate: RateLimit, client: string): Promise<Record<string, string>>;
}

/** With Redis one count for all processes, and each process's own while Redis is away; without it, each process's own. */
export function createRateLimiter(redis?: RedisClient): RateLimiter {
  const limiters = new Map<string, RateLimiterAbstract>();
  const limiterOf = (rate: RateLimit) => {
    const known = limiters.get(rate.name);
    if (known !== undefined) return known;
    const own = { points: rate.limit, duration: rate.window_seconds, keyPrefix: `plinth:rate:${rate.name}` };
    const memory = new RateLimiterMemory(own);
    const limiter =
      redis === undefined ? memory : new RateLimiterRedis({ ...own, storeClient: redis, insuranceLimiter: memory });
    limiters.set(rate.name, limiter);
    return limiter;
  };
  return {
    take: async (rate, client) => {
      const policy = `"${rate.name}";q=${rate.limit};w=${rate.window_seconds}`;
      try {
        const left = await limiterOf(rate).consume(subnet(client));
        const resets = Math.ceil(left.msBeforeNext / 1_000);
        return { "ratelimit-policy": policy, ratelimit: `"${rate.name}";r=${left.remainingPoints};t=${resets}` };
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        throw requestErrors.rate_limited({ retry_after: refusal.msBeforeNext / 1_000 });
      }
    },
  };
}

/** IPv6 clients are counted by their /64, which is what one household or server has (RFC 6177). */
function subnet(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip);
  if (mapped?.[1] !== undefined) return mapped[1];
  if (!ip.includes(":")) return ip;
  const [head = "", tail] = ip.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  return [...left, ...Array<string>(zeros).fill("0"), ...right].slice(0, 4).join(":");
}
