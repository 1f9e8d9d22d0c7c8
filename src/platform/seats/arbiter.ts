import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../../core/database.ts";
import type { Held, Reservation, SeatsOnRedis } from "./redis.ts";
import {
  type AcquireRequest,
  acquireSeat,
  type Denied,
  grantSeat,
  type Inactive,
  type Lease,
  rebuildSeats,
} from "./store.ts";

/** What becomes of an acquire, and who decided. `stale`: the licence is to be looked at afresh, then ask again. */
export type Decision = { by: "redis" | "postgres" } & (
  | (Lease & { used: number; max_seats: number })
  | Denied
  | Inactive
  | { outcome: "stale" }
  | { outcome: "unknown" }
);

interface ArbiterOptions {
  db: Pick<Database, "systemStatement">;
  redis: SeatsOnRedis | undefined;
  /** For how long a licence stays with PostgreSQL after Redis failed somebody. */
  hold_ms: number;
  /** For how long this process leaves Redis alone after it failed. */
  pause_ms: number;
  onRedisError: (error: unknown) => void;
  onRebuilt: (outcome: string) => void;
}

/** Decides who gets a seat: Redis while its copy of the licence is valid, PostgreSQL otherwise. */
export interface Arbiter {
  decide(request: AcquireRequest, is_refreshed: boolean): Promise<Decision>;
  /**
   * Tells Redis that a session goes on, after the record was told; answers how many seats are held, undefined when Redis does not know.
   * Never throws: see `createArbiter`.
   */
  extended(held: Held, ttl_ms: number): Promise<number | undefined>;
  /** Tells Redis that a seat is free, after the record was told. Never throws. */
  freed(held: Held): Promise<void>;
  /** Tells Redis that what it knows of the licence, up to this epoch, is over. Never throws. */
  forget(license_id: string, epoch: number): Promise<void>;
}

/** A rebuild by somebody else within so long counts for everybody. */
const dedupe_ms = 1_000;
/** So often Redis is asked for one acquire; then PostgreSQL decides, and the licence is PostgreSQL's for a while. */
const most_rounds = 4;
/** What somebody else rebuilds is on its way to Redis: so long before it is asked again, doubled each time. */
const first_wait_ms = 5;
/** For so long this process remembers that a licence is PostgreSQL's, and does not ask whether it may go back. */
const remembered_ms = 1_000;

/**
 * The record is PostgreSQL's table of sessions, whoever decides. Redis holds a copy from which it answers two questions quickly: which seat is
 * free, and whether none is. A refusal it gives alone, if its copy was filled lately. A grant counts only when the record has taken it down
 * (`seats.grant`), one statement, on which the whole argument stands:
 *
 * - An emptied or restarted Redis has no seat to give and no epoch: it says `empty`, and the licence is rebuilt under its lock.
 * - A Redis that lost some writes (a promoted replica, an old dump) offers a seat that somebody has: the unique index refuses it (`conflict`).
 * - A node without Redis decides in PostgreSQL and flips the licence there, with a new epoch, under the same lock: a grant by a node that still
 *   sees Redis bears the old epoch and is refused (`fenced`). Grants share the lock, so whoever flips it waits for those on their way and
 *   counts them, and those behind it see the flip.
 * - A licence goes back to Redis only by a rebuild, under the lock, with a new epoch and every live session. If the copy is late, lost or overtaken,
 *   its epoch is over.
 * - A seat reserved in Redis that the record did not take is freed again; failing that, it is held until its time is up or the next rebuild. That
 *   errs by a seat too few.
 *
 * For the same reason heartbeats and releases go to the record first and to Redis afterwards, where they may fail: a seat that Redis believes free
 * too early is refused by the record, one that it believes taken for too long is found when the copy is no longer fresh. Each heartbeat is
 * written, none is gathered: there is one in five minutes for each seat, and a rebuild must know the true ends.
 */
export function createArbiter({ db, redis, hold_ms, pause_ms, onRedisError, onRebuilt }: ArbiterOptions): Arbiter {
  let leave_alone_until = 0;
  const rebuilding = new Map<string, Promise<Settled>>();
  const withPostgres = new Map<string, number>();
  // The last epoch that Redis was seen with: if it is empty now, it lost that one, and no rebuild before counts.
  const lastEpochs = new Map<string, number>();

  const failed = (error: unknown) => {
    leave_alone_until = performance.now() + pause_ms;
    onRedisError(error);
  };
  const usable = () => (performance.now() < leave_alone_until ? undefined : redis);
  const attempt = async <R>(work: (redis: SeatsOnRedis) => Promise<R>): Promise<R | undefined> => {
    const open = usable();
    if (open === undefined) return undefined;
    try {
      return await work(open);
    } catch (error) {
      failed(error);
      return undefined;
    }
  };

  const rebuild = async (license_id: string, seen_epoch: number): Promise<Settled> => {
    const rebuilt = await db.systemStatement("rebuild seats", (tx) =>
      rebuildSeats(tx, license_id, seen_epoch, dedupe_ms),
    );
    onRebuilt(rebuilt.outcome);
    if (rebuilt.outcome === "postgres") remember(withPostgres, license_id, performance.now() + remembered_ms);
    if (rebuilt.outcome === "rebuilt") {
      const is_installed = await attempt((open) => open.install(license_id, rebuilt));
      if (is_installed === true) remember(lastEpochs, license_id, rebuilt.epoch);
    } else if (rebuilt.outcome !== "newer") await attempt((open) => open.clear(license_id, seen_epoch));
    return rebuilt;
  };
  /** One rebuild of a licence at a time in this process; whoever comes meanwhile waits for it. */
  const settle = (license_id: string, seen_epoch: number): Promise<Settled> => {
    const running = rebuilding.get(license_id);
    if (running !== undefined) return running;
    const started = rebuild(license_id, seen_epoch).finally(() => rebuilding.delete(license_id));
    rebuilding.set(license_id, started);
    return started;
  };

  /** Has the record take down what Redis reserved; frees it when the record does not. */
  const take = async (request: AcquireRequest, reserved: Reserved) => {
    const { epoch, seat, session_id } = reserved;
    const held = { ...request, seat, session_id };
    let is_taken = false;
    try {
      const granted = await db.systemStatement("grant a seat", (tx) =>
        grantSeat(tx, { ...request, epoch, seat, session_id }),
      );
      // The machine had a session that Redis did not know: what it reserved beside it is free.
      is_taken = (granted.outcome === "granted" || granted.outcome === "held") && granted.session_id === session_id;
      return granted;
    } finally {
      if (!is_taken) await attempt((open) => open.free(held));
    }
  };

  /** One round with Redis: a decision, or what came of seeing to its copy. */
  const ask = async (request: AcquireRequest, answer: Reservation): Promise<Decision | Settled> => {
    const { license_id } = request;
    if (answer.kind === "empty") return settle(license_id, lastEpochs.get(license_id) ?? 0);
    const { epoch, used, max_seats } = answer;
    remember(lastEpochs, license_id, epoch);
    if (answer.kind === "full") {
      if (!answer.is_fresh) return settle(license_id, epoch);
      return { by: "redis", outcome: "denied", used, max_seats, earliest_expiry: answer.earliest_expiry };
    }
    const taken = await take(request, answer);
    if (taken.outcome === "fenced" || taken.outcome === "conflict") return settle(license_id, epoch);
    if (taken.outcome === "stale") return { by: "redis", outcome: "stale" };
    return { by: "redis", ...taken, used, max_seats };
  };

  const decideOnRedis = async (request: AcquireRequest): Promise<Decision | undefined> => {
    if (performance.now() < (withPostgres.get(request.license_id) ?? 0)) return undefined;
    for (let round = 0; round < most_rounds; round++) {
      const answer = await attempt((open) => open.reserve(request));
      if (answer === undefined) return undefined;
      const said = await ask(request, answer);
      if (said.outcome === "postgres") return undefined;
      if (said.outcome === "newer") await sleep(first_wait_ms * 2 ** round);
      if (said.outcome === "rebuilt" || said.outcome === "newer") continue;
      return "by" in said ? said : { by: "postgres", ...said };
    }
    return undefined;
  };

  return {
    decide: async (request, is_refreshed) => {
      const decided = await decideOnRedis(request);
      // The licence was looked at afresh a moment ago, so its terms hold now, whatever its row says of how long.
      if (decided !== undefined && !(decided.outcome === "stale" && is_refreshed)) return decided;
      const more = { hold_ms, is_refreshed };
      return {
        by: "postgres",
        ...(await db.systemStatement("acquire a seat", (tx) => acquireSeat(tx, { ...request, ...more }))),
      };
    },
    extended: (held, ttl_ms) => attempt((open) => open.extend(held, ttl_ms)),
    freed: async (held) => {
      await attempt((open) => open.free(held));
    },
    forget: async (license_id, epoch) => {
      await attempt((open) => open.clear(license_id, epoch));
    },
  };
}

/** Keeps a value for a licence; of ten thousand and more, none: they are learned again. */
function remember(values: Map<string, number>, license_id: string, value: number): void {
  if (values.size >= 10_000 && !values.has(license_id)) values.clear();
  values.set(license_id, value);
}

type Reserved = Extract<Reservation, { kind: "reserved" }>;
/** What a rebuild came to: `rebuilt` and `newer`, ask Redis again; `postgres`, it decides. */
type Settled = Inactive | { outcome: "rebuilt" } | { outcome: "newer" } | { outcome: "postgres" } | Over;
type Over = { outcome: "stale" } | { outcome: "unknown" };
