import type { RedisClient } from "../../core/redis.ts";

/**
 * What stands in front of PostgreSQL, so that those who come in vain do not ask it. It gives no token and no right: who passes still asks
 * PostgreSQL, so an emptied or split Redis lets several ask, and one is answered. Every call may throw.
 */
export interface LockFront {
  /** Undefined when the way is free, and then it is this holder's; else the milliseconds for which it is taken. */
  enter(name: string, holder: string, ttl_ms: number): Promise<number | undefined>;
  /** Keeps the way taken, also when Redis had forgotten it. Does nothing when it is somebody else's. */
  stay(name: string, holder: string, ttl_ms: number): Promise<void>;
  /** Frees the way, when it is this holder's. */
  leave(name: string, holder: string): Promise<void>;
}

const enter = `
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return -1 end
return redis.call('PTTL', KEYS[1])`;
const stay = `
local holder = redis.call('GET', KEYS[1])
if not holder or holder == ARGV[1] then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
return 1`;
const leave = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1`;

export function createLockFront(redis: RedisClient): LockFront {
  const key = (name: string) => `plinth:lock:${name}`;
  return {
    enter: async (name, holder, ttl_ms) => {
      const left = Number(await redis.eval(enter, 1, key(name), holder, ttl_ms));
      return left < 0 ? undefined : left;
    },
    stay: async (name, holder, ttl_ms) => {
      await redis.eval(stay, 1, key(name), holder, ttl_ms);
    },
    leave: async (name, holder) => {
      await redis.eval(leave, 1, key(name), holder);
    },
  };
}
