// What follows from an answer, or from time going by. Pure: time and chance are handed in.
import { elapsed, type Instant, remaining, type Span } from "./time.ts";
import type { LicenseProblem, LicenseSession, LicenseState, StateChange } from "./types.ts";

const second = 1_000;
const minute = 60 * second;

/** How long one request may take, its answer's body included. */
export const REQUEST_TIMEOUT = 5 * second;
/** How long a release may hold up a process that wants to end. */
export const RELEASE_TIMEOUT = 2 * second;
/** Between the tries of one series. With four timeouts: 46 s at worst, so that a series fits in the last minute of a lease. */
const BACKOFF = [2 * second, 6 * second, 18 * second];
/** The longest series: what is kept free between a heartbeat's due time and the end of the lease. */
const SERIES = BACKOFF.reduce((sum, wait) => sum + wait, (BACKOFF.length + 1) * REQUEST_TIMEOUT);
/** How often a server is tried that does not answer, or whose licence is suspended. */
const RETRY = 5 * minute;
const RETRY_JITTER = 30 * second;
/** How long a client goes on without the server, from its last answer. */
const OFFLINE_GRACE = 30 * minute;

/** What a request came to. */
export type Outcome =
  | { kind: "granted"; session: LicenseSession; lease_ms: number; next_ms: number }
  /** No verdict: the network, a timeout, a server in trouble or busy (`retry_after_ms`). */
  | { kind: "unanswered"; problem: LicenseProblem; retry_after_ms?: number }
  | { kind: "seat_lost" | "seats_exhausted" | "inactive" | "refused"; problem: LicenseProblem };

export interface Standing {
  state: LicenseState;
  session?: LicenseSession;
  /** The last lease granted, counted from when it was asked for: never longer than the server counts it. */
  lease?: Span;
  /** Tries without a verdict since the last one. */
  failures: number;
  problem?: LicenseProblem;
}

export interface Policy {
  strict: boolean;
  /** How often to ask for a seat while all are taken; undefined for never. */
  seat_retry_ms?: number;
}

/** The standing after an answer, and when to ask next; never, without `next`. */
export interface Step {
  standing: Standing;
  next?: Span;
}

/** When a request was sent and when it was answered; `random` is from [0, 1). */
export interface Moment {
  sent: Instant;
  now: Instant;
  random: number;
}

/** Whether the holder may work. */
export function isLicensed(state: LicenseState): boolean {
  return state === "ACTIVE" || state === "DEGRADED" || state === "OFFLINE_GRACE";
}

/** The time until which a client may work without an answer. Undefined while it never had one. */
export function graceSpan({ lease }: Standing, { strict }: Policy): Span | undefined {
  if (lease === undefined) return undefined;
  return strict ? lease : { from: lease.from, ms: Math.max(lease.ms, OFFLINE_GRACE) };
}

/** What time alone has changed by `now`. The same object when it changed nothing. */
export function settle(standing: Standing, now: Instant, policy: Policy): Standing {
  const { state, lease } = standing;
  if (lease === undefined || !isLicensed(state)) return standing;
  const leaseOver = remaining(lease, now) === 0;
  if (policy.strict && leaseOver) return { ...standing, state: "ERROR", problem: own("lease_over") };
  const grace = graceSpan(standing, policy);
  if (state === "OFFLINE_GRACE" && grace !== undefined && remaining(grace, now) === 0) {
    return { ...standing, state: "ERROR", problem: own("grace_over") };
  }
  // The machine slept over its heartbeat. Whatever the clock says by now, one series of tries comes before a verdict.
  if (state === "ACTIVE" && leaseOver) return { ...standing, state: "DEGRADED", problem: own("lease_over") };
  return standing;
}

/** Milliseconds until `settle` may have something to say. */
export function untilSettled(standing: Standing, now: Instant, policy: Policy): number {
  const { state, lease } = standing;
  const ends = isLicensed(state) ? [lease, graceSpan(standing, policy)] : [];
  return Math.min(...ends.map((end) => (end === undefined ? 0 : remaining(end, now))).filter((ms) => ms > 0));
}

/** What an answer changes. */
export function step(standing: Standing, outcome: Outcome, { sent, now, random }: Moment, policy: Policy): Step {
  switch (outcome.kind) {
    case "granted":
      return granted(outcome, sent);
    case "unanswered":
      return unanswered(standing, outcome, { sent, now, random });
    case "seat_lost":
      return { standing: seatLost(standing, outcome.problem, policy), next: { from: now, ms: 0 } };
    case "seats_exhausted":
      return seatsExhausted(standing, outcome.problem, now, policy);
    case "inactive":
      return {
        standing: { ...standing, state: "SUSPENDED", failures: 0, problem: outcome.problem },
        next: { from: now, ms: RETRY - random * RETRY_JITTER },
      };
    case "refused":
      return { standing: { ...without(standing), state: "ERROR", problem: outcome.problem } };
  }
}

/** Whether somebody who waits for a verdict is to wait no longer: there is one, or the next try is not soon. */
export function isDecided({ kind }: Outcome, next: Span | undefined): boolean {
  const soon = next !== undefined && next.ms <= REQUEST_TIMEOUT + Math.max(...BACKOFF);
  return !soon || (kind !== "unanswered" && kind !== "seat_lost");
}

function granted({ session, lease_ms, next_ms }: Outcome & { kind: "granted" }, sent: Instant): Step {
  const standing: Standing = { state: "ACTIVE", session, lease: { from: sent, ms: lease_ms }, failures: 0 };
  // The server spreads its machines by `next_ms` already. Whatever it says, a series of tries must fit in what is left.
  const latest = Math.max(lease_ms - SERIES, lease_ms / 2);
  return { standing, next: { from: sent, ms: Math.max(second, Math.min(next_ms, latest)) } };
}

function unanswered(standing: Standing, outcome: Outcome & { kind: "unanswered" }, moment: Moment): Step {
  const { sent, now, random } = moment;
  const failures = standing.failures + 1;
  const backoff = BACKOFF[failures - 1];
  // Whoever holds a seat counts a whole timeout for every try: when connections are refused at once, as by a server that restarts,
  // the series still lasts as long as the lease allows.
  const rest = standing.state === "STARTING" ? 0 : Math.max(0, REQUEST_TIMEOUT - elapsed(sent, now));
  const pause = backoff === undefined ? RETRY - random * RETRY_JITTER : rest + backoff;
  // The busy server's wish counts, but not more than our own longest pause.
  const ms = Math.max(pause, Math.min(outcome.retry_after_ms ?? 0, RETRY));
  const state = stateAfterFailure(standing.state, ms > SERIES);
  return {
    standing: { ...standing, state, failures, problem: outcome.problem },
    next: { from: now, ms },
  };
}

function stateAfterFailure(state: LicenseState, seriesOver: boolean): LicenseState {
  if (state === "STARTING") return seriesOver ? "ERROR" : state;
  if (state === "ACTIVE" || state === "DEGRADED") return seriesOver ? "OFFLINE_GRACE" : "DEGRADED";
  return state;
}

/** Another machine may hold the seat already, so in strict mode the work stops until there is a new one. */
function seatLost(standing: Standing, problem: LicenseProblem, { strict }: Policy): Standing {
  const { state } = standing;
  const next = !isLicensed(state) ? state : strict ? "SEAT_LOST" : "DEGRADED";
  return { ...without(standing), state: next, problem };
}

function seatsExhausted(standing: Standing, problem: LicenseProblem, now: Instant, { seat_retry_ms }: Policy): Step {
  const state = standing.lease === undefined ? "ERROR" : "SEAT_LOST";
  const next = seat_retry_ms === undefined ? {} : { next: { from: now, ms: seat_retry_ms } };
  return { standing: { ...without(standing), state, problem }, ...next };
}

function without({ session: _, ...standing }: Standing): Standing {
  return { ...standing, failures: 0 };
}

const details = {
  lease_over: "The lease ended before the server was reached",
  grace_over: "The server was not reached for 30 minutes",
};

function own(code: keyof typeof details): LicenseProblem {
  return { code: `client.${code}`, detail: details[code] };
}

/** What listeners are told of a change. */
export function change(from: LicenseState, standing: Standing, now: Instant, policy: Policy): StateChange {
  const { state: to, problem } = standing;
  const grace = to === "OFFLINE_GRACE" ? graceSpan(standing, policy) : undefined;
  return {
    from,
    to,
    ...(problem !== undefined && { problem }),
    ...(grace !== undefined && { grace_ends_in: remaining(grace, now) / second }),
  };
}

/** The monotonic moment from which on a client that may still work has done so past its lease; undefined while it has not. */
export function overlapBegan(standing: Standing, now: Instant): number | undefined {
  const { lease, state } = standing;
  if (lease === undefined || !isLicensed(state) || elapsed(lease.from, now) < lease.ms) return undefined;
  // A machine that slept did not work, so the time counts from its waking.
  return Math.min(now.monotonic, lease.from.monotonic + lease.ms);
}
