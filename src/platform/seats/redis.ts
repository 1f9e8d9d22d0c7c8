import { createHash } from "node:crypto";
import type { RedisClient } from "../../core/redis.ts";
import type { LiveSeat, Machine } from "./store.ts";

/** What Redis says to an acquire. */
export type Reservation =
  /** This seat, under this epoch: to be taken down by the record. `session_id` is the machine's present one when it has a seat. */
  | { kind: "reserved"; epoch: number; seat: number; session_id: string; used: number; max_seats: number }
  | {
      kind: "full";
      epoch: number;
      used: number;
      max_seats: number;
      earliest_expiry: Date | null;
      /** Whether the record was looked at lately enough for the refusal to be told without it. */
      is_fresh: boolean;
    }
  /** Redis has nothing of this licence: it was restarted, emptied, or never asked. */
  | { kind: "empty" };

/** A seat as somebody holds it. */
export interface Held extends Machine {
  license_id: string;
  seat: number;
  session_id: string;
}

/** The copy of a licence's seats in Redis. Every call may throw: whoever calls it goes on without. */
export interface SeatsOnRedis {
  reserve(request: Machine & { license_id: string; session_id: string; ttl_ms: number }): Promise<Reservation>;
  /** Moves the end of a held seat away, and tells how many are held; undefined, and nothing done, when this session does not have it here. */
  extend(held: Held, ttl_ms: number): Promise<number | undefined>;
  /** Frees a held seat; nothing when another session has it, so that a late call takes nobody's seat. */
  free(held: Held): Promise<void>;
  /** Fills in what the record had under this epoch; false when Redis already has one as new. */
  install(license_id: string, state: { epoch: number; max_seats: number; live: LiveSeat[] }): Promise<boolean>;
  /** Forgets the licence, unless Redis has a newer epoch than this one. */
  clear(license_id: string, epoch: number): Promise<void>;
}

/**
 * Redis holds a seat for so long after its lease: its clock starts when it reserves, the record's when it commits, a little later. So it does not
 * offer a seat that is held in truth; if it does, the record refuses.
 */
const slack_ms = 1_000;
/** A licence that nobody asks for leaves Redis after a day, all of it at once. */
const kept_ms = 86_400_000;

// One licence, one hash tag, two keys (a cluster keeps both in one slot), and no counter: the sorted set is the count.
// Sorted set: member = number of a seat, score = until when it is held in milliseconds of Redis' own clock, 0 when it is free; and the member
// `epoch` with the negative epoch as its score. A set that was lost has no seat to give and no epoch.
// Hash: epoch, max, top (highest seat ever given), fresh; m:<machine> = "<seat> <session>"; s:<seat> = <machine>.

const begin = `
local score = redis.call('ZSCORE', KEYS[1], 'epoch')
local epoch = score and -tonumber(score)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(n) return string.format('%.0f', n) end
local function forget(seat)
  local machine = redis.call('HGET', KEYS[2], 's:' .. seat)
  if not machine then return end
  local held = redis.call('HGET', KEYS[2], 'm:' .. machine)
  if held and string.match(held, '^%d+') == seat then redis.call('HDEL', KEYS[2], 'm:' .. machine) end
  redis.call('HDEL', KEYS[2], 's:' .. seat)
end
`;

/** ARGV: machine, new session, milliseconds to hold, milliseconds to keep the keys. */
const reserve = `${begin}
local meta = redis.call('HMGET', KEYS[2], 'epoch', 'max', 'top', 'fresh', 'm:' .. ARGV[1])
if not epoch or tonumber(meta[1] or '') ~= epoch then return {'empty'} end
local max, top = tonumber(meta[2]), tonumber(meta[3])
local used = redis.call('ZCOUNT', KEYS[1], '(' .. text(now), '+inf')
local until_ms = text(now + tonumber(ARGV[3]))
if meta[5] then
  local seat, session = string.match(meta[5], '^(%d+) (.+)$')
  local held = redis.call('ZSCORE', KEYS[1], seat)
  if held and tonumber(held) > now then
    redis.call('ZADD', KEYS[1], until_ms, seat)
    return {'reserved', text(epoch), seat, session, used, max}
  end
end
local seat = nil
while used < max and not seat do
  local free = redis.call('ZRANGEBYSCORE', KEYS[1], 0, text(now), 'LIMIT', 0, 1)[1]
  if not free then break end
  forget(free)
  if tonumber(free) <= max then seat = free else redis.call('ZREM', KEYS[1], free) end
end
if not seat and used < max and top < max then
  seat = text(top + 1)
  redis.call('HSET', KEYS[2], 'top', seat)
end
if not seat then
  local first = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. text(now), '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
  return {'full', text(epoch), used, max, first[2] or '', now < tonumber(meta[4]) and 1 or 0}
end
redis.call('ZADD', KEYS[1], until_ms, seat)
redis.call('HSET', KEYS[2], 'm:' .. ARGV[1], seat .. ' ' .. ARGV[2], 's:' .. seat, ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return {'reserved', text(epoch), seat, ARGV[2], used + 1, max}`;

/** ARGV: machine, seat, session, milliseconds to hold. */
const extend = `${begin}
if redis.call('HGET', KEYS[2], 'm:' .. ARGV[1]) ~= ARGV[2] .. ' ' .. ARGV[3] then return false end
redis.call('ZADD', KEYS[1], 'XX', text(now + tonumber(ARGV[4])), ARGV[2])
return redis.call('ZCOUNT', KEYS[1], '(' .. text(now), '+inf')`;

/** ARGV: machine, seat, session. */
const free = `${begin}
if redis.call('HGET', KEYS[2], 'm:' .. ARGV[1]) ~= ARGV[2] .. ' ' .. ARGV[3] then return 0 end
forget(ARGV[2])
redis.call('ZADD', KEYS[1], 'XX', 0, ARGV[2])
return 1`;

/** ARGV: epoch, max, milliseconds to stay fresh, milliseconds to keep the keys; then seat, machine, session, milliseconds left of each. */
const install = `${begin}
if epoch and epoch >= tonumber(ARGV[1]) then return 0 end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('ZADD', KEYS[1], '-' .. ARGV[1], 'epoch')
local top, held = 0, {}
for i = 5, #ARGV, 4 do
  local seat = tonumber(ARGV[i])
  held[seat] = true
  if seat > top then top = seat end
  redis.call('ZADD', KEYS[1], text(now + tonumber(ARGV[i + 3])), ARGV[i])
  redis.call('HSET', KEYS[2], 'm:' .. ARGV[i + 1], ARGV[i] .. ' ' .. ARGV[i + 2], 's:' .. ARGV[i], ARGV[i + 1])
end
for seat = 1, top do
  if not held[seat] then redis.call('ZADD', KEYS[1], 0, text(seat)) end
end
redis.call('HSET', KEYS[2], 'epoch', ARGV[1], 'max', ARGV[2], 'top', text(top), 'fresh', text(now + tonumber(ARGV[3])))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return 1`;

/** ARGV: epoch. */
const clear = `${begin}
if not epoch or epoch <= tonumber(ARGV[1]) then redis.call('DEL', KEYS[1], KEYS[2]) end
return 1`;

/** `fresh_ms`: for how long after it was filled a refusal is told without asking the record. */
export function createSeatsOnRedis(redis: RedisClient, { fresh_ms }: { fresh_ms: number }): SeatsOnRedis {
  const run = async (script: string, license_id: string, args: (string | number)[]): Promise<unknown> => {
    const keys = [`plinth:seats:{${license_id}}`, `plinth:seats:{${license_id}}:holders`];
    try {
      return await redis.evalsha(sha1(script), 2, ...keys, ...args);
    } catch (error) {
      // After a restart Redis knows no script.
      if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
      return redis.eval(script, 2, ...keys, ...args);
    }
  };
  const heldArgs = (held: Held) => [machineOf(held), held.seat, held.session_id];
  return {
    reserve: async ({ license_id, session_id, ttl_ms, ...machine }) =>
      readReservation(await run(reserve, license_id, [machineOf(machine), session_id, ttl_ms + slack_ms, kept_ms])),
    extend: async (held, ttl_ms) => {
      const used = await run(extend, held.license_id, [...heldArgs(held), ttl_ms + slack_ms]);
      return typeof used === "number" ? used : undefined;
    },
    free: async (held) => {
      await run(free, held.license_id, heldArgs(held));
    },
    install: async (license_id, { epoch, max_seats, live }) => {
      const seats = live.flatMap((each) => [each.seat, machineOf(each), each.session_id, each.left_ms + slack_ms]);
      return (await run(install, license_id, [epoch, max_seats, fresh_ms, kept_ms, ...seats])) === 1;
    },
    clear: async (license_id, epoch) => {
      await run(clear, license_id, [epoch]);
    },
  };
}

const shas = new Map<string, string>();

function sha1(script: string): string {
  const known = shas.get(script);
  if (known !== undefined) return known;
  const sha = createHash("sha1").update(script).digest("hex");
  shas.set(script, sha);
  return sha;
}

/** A machine and its instance as one name of fixed length, which says nothing of either. */
function machineOf({ hardware_id, instance_id }: Machine): string {
  return createHash("sha256")
    .update(JSON.stringify([hardware_id, instance_id]))
    .digest("base64url");
}

function readReservation(answer: unknown): Reservation {
  if (!Array.isArray(answer)) throw new Error("Redis answered an acquire with something else");
  const [kind, epoch, third, fourth, fifth, sixth] = answer.map(String);
  if (kind === "empty") return { kind };
  if (kind === "reserved" && fourth !== undefined) {
    const counted = { used: Number(fifth), max_seats: Number(sixth) };
    return { kind, epoch: Number(epoch), seat: Number(third), session_id: fourth, ...counted };
  }
  if (kind !== "full") throw new Error(`Redis answered an acquire with ${kind}`);
  const earliest_expiry = fifth === undefined || fifth === "" ? null : new Date(Number(fifth));
  const counted = { used: Number(third), max_seats: Number(fourth) };
  return { kind, epoch: Number(epoch), ...counted, earliest_expiry, is_fresh: sixth === "1" };
}
