import { Redis } from "ioredis";

export type RedisClient = Redis;

interface RedisOptions {
  url: string;
  onError: (error: Error) => void;
}

/**
 * Connects to Redis, reconnecting for ever. A command fails fast while Redis is away (no queue), so that whoever uses it
 * falls back at once: nothing that money or limits depend on lives there.
 */
export function createRedis({ url, onError }: RedisOptions): RedisClient {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    connectTimeout: 2_000,
    commandTimeout: 1_000,
    retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, 2_000),
  });
  redis.on("error", onError);
  return redis;
}
