import { createHash } from "node:crypto";
import { Redis } from "ioredis";

/** Floating seats as a textbook has them: one sorted set for each licence, one script, one connection, nothing on any disk. */
export interface BareSeats {
  acquire(license: string, machine: string): Promise<boolean>;
  heartbeat(license: string, machine: string): Promise<boolean>;
  close(): Promise<void>;
}

const ttl_ms = 360_000;

const clock = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;
const acquire = `${clock}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
return 1`;
const heartbeat = `${clock}
local held = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not held or tonumber(held) <= now then return 0 end
redis.call('ZADD', KEYS[1], 'XX', now + ARGV[3], ARGV[1])
return 1`;

export async function bareSeats(url: string, max_seats: number): Promise<BareSeats> {
  const redis = new Redis(url);
  const load = async (script: string) => {
    await redis.script("LOAD", script);
    const sha = createHash("sha1").update(script).digest("hex");
    return async (license: string, machine: string) =>
      (await redis.evalsha(sha, 1, `bare:${license}`, machine, max_seats, ttl_ms)) === 1;
  };
  return {
    acquire: await load(acquire),
    heartbeat: await load(heartbeat),
    close: async () => void (await redis.quit()),
  };
}
