import { createHash } from "node:crypto";
import type { RedisClient } from "../../core/redis.ts";
import type { BreakerSettings, CircuitState, Circuits, Entry } from "./breaker.ts";

// One hash for a circuit: generation, failed (times of failures, separated by commas), open_until, probe_until, paused_until; times in milliseconds of
// Redis' own clock. The rules are those of localCircuits, word for word.

const begin = `
local c = redis.call('HMGET', KEYS[1], 'generation', 'failed', 'open_until', 'probe_until', 'paused_until')
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local generation, failed, open_until = tonumber(c[1] or '0'), c[2] or '', tonumber(c[3] or '')
local probe_until, paused_until = tonumber(c[4] or '0'), tonumber(c[5] or '0')
local function text(n) return string.format('%.0f', n) end
`;

/** ARGV: milliseconds that a probe may take, milliseconds to keep the key. */
const enter = `${begin}
if paused_until > now then return {'paused', text(paused_until - now)} end
local has_failures = failed == '' and 0 or 1
if not open_until then return {'go', text(generation), 0, has_failures} end
local closed_until = math.max(open_until, probe_until)
if closed_until > now then return {'open', text(closed_until - now)} end
redis.call('HSET', KEYS[1], 'probe_until', text(now + tonumber(ARGV[1])))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {'go', text(generation), 1, has_failures}`;

/** ARGV: health, generation, whether it is the probe, milliseconds of a pause; failures, window, half-open after, milliseconds to keep the key. */
const settle = `${begin}
local health, is_news, is_probe = ARGV[1], tonumber(ARGV[2]) == generation, ARGV[3] == '1'
local function turn(opens_at)
  redis.call('HSET', KEYS[1], 'generation', text(generation + 1), 'failed', '', 'probe_until', '0')
  if opens_at then redis.call('HSET', KEYS[1], 'open_until', text(opens_at)) else redis.call('HDEL', KEYS[1], 'open_until') end
  open_until = opens_at
end
if health == 'paused' then
  redis.call('HSET', KEYS[1], 'paused_until', text(math.max(paused_until, now + tonumber(ARGV[4]))))
end
if is_news and health == 'failure' then
  local kept, count = text(now), 1
  for at in string.gmatch(failed, '%d+') do
    if tonumber(at) > now - tonumber(ARGV[6]) then kept, count = kept .. ',' .. at, count + 1 end
  end
  if is_probe or count >= tonumber(ARGV[5]) then turn(now + tonumber(ARGV[7])) else redis.call('HSET', KEYS[1], 'failed', kept) end
elseif is_news and is_probe and health == 'left' then
  redis.call('HSET', KEYS[1], 'probe_until', '0')
elseif is_news and is_probe then
  turn(nil)
elseif is_news and health == 'success' then
  redis.call('HSET', KEYS[1], 'failed', '')
end
redis.call('PEXPIRE', KEYS[1], ARGV[8])
if not open_until then return 'closed' end
return open_until > now and 'open' or 'half_open'`;

/** A circuit that nobody asks for leaves Redis after an hour. */
const kept_ms = 3_600_000;

/** The circuits of all processes, in Redis. Every call may throw: whoever calls it goes on without. */
export function redisCircuits(redis: RedisClient, settings: BreakerSettings): Circuits {
  const run = async (script: string, circuit: string, args: (string | number)[]): Promise<unknown> => {
    const key = `plinth:ai:circuit:{${circuit}}`;
    try {
      return await redis.evalsha(shas.get(script) ?? "", 1, key, ...args);
    } catch (error) {
      // After a restart Redis knows no script.
      if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
      return redis.eval(script, 1, key, ...args);
    }
  };
  return {
    enter: async (circuit, lease_ms) => readEntry(await run(enter, circuit, [Math.ceil(lease_ms), kept_ms])),
    settle: async (circuit, pass, health) => {
      const told = [health.kind, pass.generation, pass.is_probe ? 1 : 0, health.kind === "paused" ? health.ms : 0];
      const { failures, window_ms, half_open_after_ms } = settings;
      return readState(await run(settle, circuit, [...told, failures, window_ms, half_open_after_ms, kept_ms]));
    },
  };
}

const shas = new Map([enter, settle].map((script) => [script, createHash("sha1").update(script).digest("hex")]));

function readEntry(answer: unknown): Entry {
  if (!Array.isArray(answer)) throw new Error("Redis answered for a circuit with something else");
  const [kind, number, is_probe, has_failures] = answer.map(String);
  if (kind === "open" || kind === "paused") return { kind, retry_ms: Number(number) };
  if (kind !== "go") throw new Error(`Redis answered for a circuit with ${kind}`);
  return {
    kind,
    pass: { generation: Number(number), is_probe: is_probe === "1", has_failures: has_failures === "1" },
  };
}

function readState(answer: unknown): CircuitState {
  if (answer === "closed" || answer === "half_open" || answer === "open") return answer;
  throw new Error("Redis answered for a circuit with something else");
}
