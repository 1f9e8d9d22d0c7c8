import { randomUUID } from "node:crypto";
import type { Ctx } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { requestErrors } from "../../core/errors.ts";
import type { Logger } from "../../core/logger.ts";
import type { Metrics } from "../../core/metrics.ts";
import { type Rates, subnet } from "../../core/rates.ts";
import type { RedisClient } from "../../core/redis.ts";
import type { Tx } from "../../core/tables.ts";
import { licensingErrors } from "../licensing/index.ts";
import { createArbiter, type Decision } from "./arbiter.ts";
import { createDenials } from "./denials.ts";
import { createKeyLookup } from "./key-lookup.ts";
import { createSeatsOnRedis } from "./redis.ts";
import { isToldOf, nextHeartbeatIn, readSeatCursor, writeSeatCursor } from "./rules.ts";
import type { Acquire, HeldSeatPage, HeldSeatQuery, Seat, SeatUsage } from "./schema.ts";
import {
  changeLicense,
  countLive,
  dailyUsage,
  expireSessions,
  hasLicense,
  heartbeatSeat,
  type Inactive,
  type Lease,
  type LicenseRef,
  listLive,
  recheckLicense,
  releaseSeat,
} from "./store.ts";

export interface SeatsOptions {
  db: Pick<Database, "statement" | "systemStatement">;
  licensing: {
    /** The licence that a key opens, whatever its status; undefined for none. */
    findByKey(text: string, request_id: string): Promise<LicenseRef | undefined>;
    /** Brings the workspace's licence for the product up to date. */
    refresh(workspace_id: string, product: string, request_id: string): Promise<void>;
  };
  /** Without it PostgreSQL decides alone. */
  redis?: RedisClient | undefined;
  rates: Rates;
  logger: Logger;
  metrics: Metrics;
  /** From 0 to below 1, for the spread of the heartbeats. */
  random?: () => number;
  /** How long a lease is. Default 360. */
  ttl_seconds?: number;
  /** For how long a licence stays with PostgreSQL after Redis failed somebody. Default 10. */
  hold_seconds?: number;
  /** For how long Redis refuses without the record being looked at. Default 5. */
  fresh_seconds?: number;
  /** For how long a process leaves Redis alone after it failed. Default 500. */
  pause_ms?: number;
}

/** Who calls, without being anybody: a machine with a key or a session's id. */
interface Caller {
  request_id: string;
  ip?: string;
}

export type Seats = ReturnType<typeof createSeats>;

const acquireRate = { name: "seats.acquire", limit: 10, window_seconds: 60 };
const heartbeatRate = { name: "seats.heartbeat", limit: 20, window_seconds: 60 };

/** Floating seats: at most `max_seats` machines hold one at any instant, on Redis or without it. */
export function createSeats(options: SeatsOptions) {
  const { db, licensing, rates, logger, random = Math.random } = options;
  const { ttl_seconds = 360, hold_seconds = 10, fresh_seconds = 5, pause_ms = 500 } = options;
  const ttl_ms = ttl_seconds * 1_000;
  const counted = countersOf(options.metrics);
  const findLicense = createKeyLookup(licensing.findByKey);
  const denials = createDenials({ db, onError: (error) => logger.error({ err: error }, "denials were not counted") });
  const arbiter = createArbiter({
    db,
    redis:
      options.redis === undefined ? undefined : createSeatsOnRedis(options.redis, { fresh_ms: fresh_seconds * 1_000 }),
    hold_ms: hold_seconds * 1_000,
    pause_ms,
    onRedisError: (error) => {
      counted.redisErrors({});
      logger.warn({ err: error }, "Redis gives no seats; PostgreSQL does");
    },
    onRebuilt: (outcome) => counted.rebuilds({ outcome }),
  });

  const refresh = async ({ workspace_id, license_id, product }: LicenseRef, { request_id }: Caller) => {
    await licensing.refresh(workspace_id, product, request_id);
    await db.systemStatement("look at a licence afresh", (tx) => recheckLicense(tx, license_id));
  };

  const decide = async (request: Parameters<typeof arbiter.decide>[0], license: LicenseRef, ctx: Caller) => {
    const decision = await arbiter.decide(request, false);
    if (decision.outcome !== "stale") return decision;
    await refresh(license, ctx);
    return arbiter.decide(request, true);
  };

  const watchAddresses = (lease: Lease) => {
    if (!isToldOf(lease.alternations)) return;
    counted.alternating({});
    const { workspace_id, license_id, hardware_id, instance_id } = lease;
    logger.warn({ workspace_id, license_id, hardware_id, instance_id }, "a seat is used from two addresses in turn");
  };

  /** How many seats are held, when the record did not count: Redis knows, and is told that this one goes on. */
  const usedAt = async (lease: Lease, counted: number | null): Promise<number> => {
    if (counted !== null) return counted;
    const known = await arbiter.extended(lease, ttl_ms);
    return known ?? db.systemStatement("count seats", (tx) => countLive(tx, lease));
  };

  const shown = (lease: Lease & { used: number; max_seats: number }): Seat => ({
    session_id: lease.session_id,
    lease_expires_in: (lease.expires_at.getTime() - lease.server_time.getTime()) / 1_000,
    next_heartbeat_in: nextHeartbeatIn(ttl_seconds, random()),
    current_seats_used: lease.used,
    max_seats: lease.max_seats,
    server_time: lease.server_time,
  });

  const requireLicense = async (license_key: string, { request_id }: Caller): Promise<LicenseRef> => {
    const license = await findLicense(license_key, request_id);
    if (license === undefined) throw licensingErrors.license_not_found();
    return license;
  };

  const refusal = (license: LicenseRef, decision: Exclude<Decision, Lease>) => {
    if (decision.outcome === "denied") {
      denials.add(license.license_id);
      const { used: current_seats_used, max_seats, earliest_expiry } = decision;
      return licensingErrors.seats_exhausted({ extensions: { current_seats_used, max_seats, earliest_expiry } });
    }
    if (decision.outcome === "inactive") return inactive(decision);
    if (decision.outcome === "unknown") return licensingErrors.license_not_found();
    return requestErrors.unavailable({ retry_after: 1 });
  };

  return {
    /**
     * Gives the machine a seat, or the one it has: to ask again, for example after a lost answer, is answered with the same session, extended.
     * Throws `licensing.license_not_found`, `licensing.license_inactive` (with `license_status` and `reason`), `licensing.seats_exhausted` (with
     * `current_seats_used`, `max_seats`, `earliest_expiry`), `request.rate_limited` past 10 a minute for a machine.
     */
    acquire: async (ctx: Caller, input: Acquire & { user_agent?: string | undefined }) => {
      const license = await requireLicense(input.license_key, ctx);
      const { hardware_id, instance_id = "", name = null, user_agent } = input;
      const { license_id } = license;
      await rates.take(acquireRate, `${license_id}:${hardware_id}`);
      const machine = { hardware_id, instance_id, name, user_agent: user_agent?.slice(0, 300) ?? null };
      const request = { ...machine, license_id, session_id: randomUUID(), network: networkOf(ctx), ttl_ms };
      const decision = await decide(request, license, ctx);
      counted.acquires({ backend: decision.by, outcome: decision.outcome });
      if (!isLease(decision)) throw refusal(license, decision);
      watchAddresses(decision);
      return { is_new: decision.outcome === "granted", seat: shown(decision) };
    },

    /**
     * Extends a seat that is still held. Throws `licensing.seat_lost` when its time was up or it was given back (never revived: acquire anew),
     * `licensing.license_inactive` (with `license_status` and `reason`), `licensing.session_not_found`, `request.rate_limited` past 20 a minute.
     */
    heartbeat: async (ctx: Caller, session_id: string): Promise<Seat> => {
      await rates.take(heartbeatRate, session_id);
      const beat = (is_refreshed: boolean) =>
        db.systemStatement("extend a seat", (tx) =>
          heartbeatSeat(tx, { session_id, ttl_ms, network: networkOf(ctx), is_refreshed }),
        );
      let answer = await beat(false);
      if (answer.outcome === "stale") {
        await refresh(answer, ctx);
        answer = await beat(true);
      }
      counted.heartbeats({ outcome: answer.outcome });
      if (answer.outcome === "unknown") throw licensingErrors.session_not_found();
      if (answer.outcome === "inactive") throw inactive(answer);
      if (answer.outcome !== "held") throw licensingErrors.seat_lost();
      watchAddresses(answer);
      const used = await usedAt(answer, answer.used);
      return shown({ ...answer, used });
    },

    /** Gives a seat back; again, or after it was lost, has no effect. Throws `licensing.session_not_found`. */
    release: async (session_id: string): Promise<void> => {
      const answer = await db.systemStatement("release a seat", (tx) => releaseSeat(tx, session_id));
      if (answer.outcome === "unknown") throw licensingErrors.session_not_found();
      if (answer.outcome === "released") await arbiter.freed(answer);
    },

    /** The seats that are held, by their number; without the sessions' ids, which would let any machine release any other's. */
    list: async (ctx: Caller, license_key: string, { limit, cursor }: HeldSeatQuery): Promise<HeldSeatPage> => {
      const { license_id } = await requireLicense(license_key, ctx);
      const after = cursor === undefined ? 0 : readSeatCursor(cursor);
      if (after === undefined) {
        const detail = "is not a cursor that this list gave out";
        throw requestErrors.invalid({ errors: [{ pointer: "/cursor", detail }] });
      }
      const rows = await db.systemStatement("list seats", (tx) => listLive(tx, license_id, after, limit));
      const data = rows.slice(0, limit);
      const last = rows.length > limit ? data.at(-1) : undefined;
      return { data, next_cursor: last === undefined ? null : writeSeatCursor(last.seat) };
    },

    /** How a licence of the workspace was used in the last days. Throws `licensing.license_not_found`. */
    usage: async (ctx: Ctx, license_id: string, days: number): Promise<SeatUsage> => {
      await denials.flush();
      if (!(await db.statement(ctx, (tx) => hasLicense(tx, license_id)))) throw licensingErrors.license_not_found();
      const rows = await db.statement(ctx, (tx) => dailyUsage(tx, ctx.workspace_id, license_id, days));
      return { ...total(rows), days: rows };
    },

    /**
     * To be told of every change of a licence, in its transaction and behind its change: what was decided by the old terms is then refused, a
     * licence that is not active loses its sessions, and fewer seats take none from anybody. That Redis is told after the commit is a
     * courtesy: its epoch is over anyway.
     */
    onLicenseChanged: async (
      tx: Tx,
      _ctx: Pick<Ctx, "workspace_id">,
      license: { id: string; status: string; max_seats: number },
    ) => {
      const epoch = await changeLicense(tx, license);
      if (epoch !== null) tx.afterCommit(() => void arbiter.forget(license.id, epoch));
    },

    /** What is due every few minutes, for the history alone: leases that are over are marked, refusals written down. */
    maintain: async (): Promise<void> => {
      await denials.flush();
      while ((await db.systemStatement("mark lost seats", (tx) => expireSessions(tx, 1_000))) === 1_000);
    },

    /** Writes down the refusals that were counted; to be awaited before the database closes. */
    stop: () => denials.stop(),
  };
}

function countersOf(metrics: Metrics) {
  return {
    acquires: metrics.counter(
      "plinth_seats_acquires_total",
      "Acquires of seats, by who decided and what became of them",
      ["backend", "outcome"],
    ),
    heartbeats: metrics.counter("plinth_seats_heartbeats_total", "Heartbeats of seats, by what became of them", [
      "outcome",
    ]),
    rebuilds: metrics.counter(
      "plinth_seats_rebuilds_total",
      "Rebuilds of a licence's seats in Redis, by their outcome",
      ["outcome"],
    ),
    redisErrors: metrics.counter("plinth_seats_redis_errors_total", "Calls for seats that Redis failed", []),
    alternating: metrics.counter(
      "plinth_seats_alternating_addresses_total",
      "Seats used from two addresses in turn",
      [],
    ),
  };
}

function isLease(decision: Decision): decision is Extract<Decision, Lease> {
  return decision.outcome === "granted" || decision.outcome === "held";
}

function networkOf({ ip }: Caller): string | null {
  return ip === undefined ? null : subnet(ip);
}

function inactive({ status, reason }: Inactive) {
  return licensingErrors.license_inactive({ extensions: { license_status: status, reason } });
}

function total(days: SeatUsage["days"]) {
  const sum = (pick: (day: SeatUsage["days"][number]) => number) => days.reduce((all, day) => all + pick(day), 0);
  const sessions = sum((day) => day.sessions);
  const seconds = sum((day) => day.sessions * (day.mean_duration_seconds ?? 0));
  return {
    sessions,
    mean_duration_seconds: sessions === 0 ? null : seconds / sessions,
    peak_seats: Math.max(0, ...days.map((day) => day.peak_seats)),
    denials: sum((day) => day.denials),
  };
}
