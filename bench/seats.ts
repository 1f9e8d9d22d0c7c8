import { hmac } from "../src/core/crypto.ts";
import { newId } from "../src/core/id.ts";
import { canonicalKey, newKeyBody, writeKey } from "../src/platform/licensing/key-text.ts";
import { type BareSeats, bareSeats } from "./bare-seats.ts";
import type { Ground } from "./ground.ts";
import { type HttpAnswer, type HttpClient, httpClient } from "./http.ts";
import {
  atRate,
  compare,
  has,
  inTurn,
  median,
  ms,
  percentile,
  perSecond,
  type Row,
  rate,
  rounds,
  seconds,
  verdict,
} from "./measure.ts";
import { startRedisServer } from "./redis-server.ts";

const connections = 64;
/** As many requests at once as where the rate is the highest. */
const clients = 32;
const licenses = 100;
const seats = 2_000;
/** Of one more licence, whose seats are all taken. */
const most_of_full = 50;
/** Sessions that are extended in turn: so many that none is more often than its rate allows. */
const newest = 20_000;

/** Seats over HTTP, each machine at an address of its own, beside the textbook's script straight on the same Redis. */
export async function measureSeats(ground: Ground): Promise<Row[]> {
  if (!has("redis-server")) {
    console.error("  left out: redis-server is not installed (Debian: redis-server)");
    return [];
  }
  await using stack = new AsyncDisposableStack();
  const redis = await startRedisServer();
  stack.defer(redis.stop);
  const keys = await makeLicenses(ground, licenses, seats);
  const [full = ""] = await makeLicenses(ground, 1, most_of_full);
  const plinth = await ground.serve({ REDIS_URL: redis.url, TRUSTED_PROXIES: "127.0.0.1" });
  stack.defer(() => plinth.stop());
  const http = httpClient(plinth.url, connections);
  stack.defer(http.close);
  const bare = await bareSeats(redis.url, seats);
  stack.defer(bare.close);
  const contest = { ...machinesOf(http, keys, full), bare, keys };
  for (let n = 0; n < most_of_full; n++) await contest.acquireOf(full, isGiven);
  // Each licence's first call fills Redis from the record, and code is unoptimised at first.
  await perSecond(clients, 2_000, contest.acquire);
  await perSecond(clients, 2_000, contest.heartbeat);
  return [...(await steady(contest)), ...(await most(contest))];
}

type Contest = ReturnType<typeof machinesOf> & { bare: BareSeats; keys: string[] };

/** Calls begun at a fixed rate, from when each was due to its answer: at the rate that is wanted, and at one that two busy cores bear. */
async function steady({ acquire, acquireFull, heartbeat, bare, keys }: Contest): Promise<Row[]> {
  const licenseOf = (n: number) => keys[n % keys.length] ?? "";
  const theirAcquire = (n: number) => bare.acquire(licenseOf(n), `steady-${n}`);
  const theirHeartbeat = (n: number) => bare.heartbeat(licenseOf(n), `steady-${n}`);
  const rows: Row[] = [];
  for (const [name, calls_per_second, ours, theirs, most_ms] of [
    ["acquire", 500, acquire, theirAcquire, undefined],
    ["acquire", 2_000, acquire, theirAcquire, 10],
    ["refused acquire", 2_000, acquireFull, theirAcquire, undefined],
    ["heartbeat", 500, heartbeat, theirHeartbeat, undefined],
    ["heartbeat", 2_000, heartbeat, theirHeartbeat, undefined],
  ] as const) {
    const medians: Record<"ours" | "theirs", number[]> = { ours: [], theirs: [] };
    const run = async (whose: "ours" | "theirs", work: (n: number) => Promise<unknown>) => {
      const waits = await atRate(calls_per_second, seconds * 1_000, work);
      medians[whose].push(median(waits));
      return percentile(waits, 0.99);
    };
    const p99 = await inTurn(Math.min(rounds, 3), {
      theirs: () => run("theirs", theirs),
      ours: () => run("ours", ours),
    });
    rows.push({
      name: `${name} over HTTP at a steady ${rate(calls_per_second)}, p50 / p99`,
      ours: `${ms(median(medians.ours))} / ${ms(p99.ours)}`,
      peer: `raw Redis Lua, one connection ${ms(median(medians.theirs))} / ${ms(p99.theirs)}`,
      ratio: (p99.theirs / p99.ours).toFixed(2),
      goal: most_ms === undefined ? "" : verdict(`p99 < ${most_ms} ms`, p99.ours < most_ms),
    });
  }
  return rows;
}

/** The most calls that are answered, each client waiting for its answer. */
async function most({ acquire, acquireFull, heartbeat, bare, keys }: Contest): Promise<Row[]> {
  const licenseOf = (n: number) => keys[n % keys.length] ?? "";
  const measure = (work: (n: number) => Promise<unknown>) => perSecond(clients, seconds * 1_000, work);
  const rates = await inTurn(rounds, {
    theirAcquire: () => measure((n) => bare.acquire(licenseOf(n), `most-${n % 50_000}`)),
    acquire: () => measure(acquire),
    acquireFull: () => measure(acquireFull),
    theirHeartbeat: () => measure((n) => bare.heartbeat(licenseOf(n), `most-${n % 50_000}`)),
    heartbeat: () => measure(heartbeat),
  });
  const peer = `raw Redis Lua, one connection, ${clients} in flight`;
  const where = `over HTTP, ${clients} clients`;
  return [
    compare(`acquire ${where}, durable`, rates.acquire, rates.theirAcquire, peer),
    compare(`acquire ${where}, refused: all seats taken`, rates.acquireFull, rates.theirAcquire, peer),
    compare(`heartbeat ${where}, durable`, rates.heartbeat, rates.theirHeartbeat, peer),
  ];
}

/** Machines that call, each from an address of its own and with a name that was never there before. */
function machinesOf(http: HttpClient, keys: string[], full: string) {
  let machines = 0;
  let beats = 0;
  const sessions: { id: string; from: Record<string, string> }[] = [];
  const addressOf = (n: number) => `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
  const acquireOf = async (license_key: string, isExpected: (answer: HttpAnswer) => boolean) => {
    const n = machines++;
    const from = { "x-forwarded-for": addressOf(n) };
    const body = JSON.stringify({ license_key, hardware_id: `machine-${n}` });
    const answer = await http.post("/v1/licenses/acquire", { ...from, "content-type": "application/json" }, body);
    if (!isExpected(answer)) throw new Error(`An acquire was answered with ${answer.status}: ${answer.text}`);
    return { text: answer.text, from };
  };
  return {
    acquireOf,
    acquire: async () => {
      const { text, from } = await acquireOf(keys[machines % keys.length] ?? "", isGiven);
      sessions.push({ id: JSON.parse(text).session_id, from });
    },
    acquireFull: () => acquireOf(full, isRefused),
    heartbeat: async () => {
      // The newest: the first ones are over by then, unless they were extended.
      const session = sessions[sessions.length - 1 - (beats++ % Math.min(sessions.length, newest))];
      if (session === undefined) throw new Error("Nobody has a seat");
      const answer = await http.post(`/v1/licenses/sessions/${session.id}/heartbeat`, session.from);
      if (answer.status !== 200) throw new Error(`A heartbeat was answered with ${answer.status}: ${answer.text}`);
    },
  };
}

const isGiven = ({ status }: HttpAnswer) => status === 201;
/** A rate that is used up has the same status and another code. */
const isRefused = ({ text }: HttpAnswer) => text.includes('"licensing.seats_exhausted"');

/** Licences, each of another workspace, straight in the table; their keys. */
async function makeLicenses(
  { admin, keyring, workspaces }: Ground,
  count: number,
  max_seats: number,
): Promise<string[]> {
  const hashKey = keyring.derive("license key lookup");
  const keys: string[] = [];
  for (const { workspace_id } of workspaces.slice(0, count)) {
    const text = { prefix: "BENCH", body: newKeyBody() };
    keys.push(writeKey(text));
    await admin.query(
      `insert into licensing.licenses (id, workspace_id, product, key_hash, key_sealed, key_prefix, key_last4, plan_id, plan_version_id,
         features, max_seats, status, not_before, issued_at)
       values ($1, $2, $3, $4, '', '', '', 'coditect.bench', $1, '{}', $5, 'active', now(), now())`,
      [newId(), workspace_id, `bench${max_seats}`, hmac(hashKey, canonicalKey(text)), max_seats],
    );
  }
  return keys;
}
